"""What all tests share: the bundled rule book, loaded once, and a clock."""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import settings

from smtp421 import load_rulebook

settings.register_profile("steady", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("steady")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Keep the tests out of the user's cache and configuration."""
    home = tmp_path_factory.mktemp("home")
    saved = {name: os.environ.get(name) for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "SMTP421_RULES")}
    os.environ["XDG_CACHE_HOME"], os.environ["XDG_CONFIG_HOME"] = str(home / "cache"), str(home / "config")
    os.environ.pop("SMTP421_RULES", None)
    yield
    for name, value in saved.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def book(own_folders):
    """The bundled rules."""
    return load_rulebook()


@pytest.fixture
def now():
    return NOW
