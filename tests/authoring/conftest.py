import pytest

from smtp421.authoring.corpus import Corpus


@pytest.fixture(scope="session")
def corpus(book):
    return Corpus(book)
