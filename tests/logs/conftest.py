from datetime import UTC, datetime

import pytest

from smtp421.logs.line import Line

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def one():
    """Read one line with a reader; the attempts in it."""

    def read(reader, text):
        assert reader.recognises(text), "the reader does not know its own line"
        return list(reader.read(Line(7, text, NOW)))

    return read
