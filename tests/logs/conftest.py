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


@pytest.fixture
def attempts():
    """Read the lines of a text with a fresh reader of a format, lines of others passed over; the attempts in it."""

    def read(form, text):
        reader = form.open()
        lines = enumerate(text.split("\n"), start=1)
        found = [
            attempt
            for number, line in lines
            if form.recognises(line) or reader.claims(line)
            for attempt in reader.read(Line(number, line, NOW))
        ]
        return [*found, *reader.close()]

    return read
