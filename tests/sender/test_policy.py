"""Fetching a policy: what came, and each way in which nothing does."""

import io
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from smtp421.sender import policy
from smtp421.sender.policy import MOST, fetch, url_of
from smtp421.sender.report import Outcome

URL = "https://mta-sts.example.org/.well-known/mta-sts.txt"


def test_lines():
    asked = []

    def opened(request, timeout):
        asked.append((request.full_url, timeout))
        return io.BytesIO(b"version: STSv1\r\nmode: enforce\r\n\r\nmx: *.example.org\r\n")

    found = fetch("example.org", 2.0, opened)
    assert asked == [(URL, 2.0)]
    assert (found.name, found.outcome, found.values) == (
        url_of("example.org"),
        Outcome.FOUND,
        ("version: STSv1", "mode: enforce", "mx: *.example.org"),
    )


def test_size_is_bounded():
    assert len(fetch("example.org", 1, lambda *_: io.BytesIO(b"x" * 10 * MOST)).values[0]) == MOST
    assert fetch("example.org", 1, lambda *_: io.BytesIO(b"")).outcome is Outcome.EMPTY


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (HTTPError(URL, 404, "not found", Message(), io.BytesIO()), Outcome.EMPTY),
        (HTTPError(URL, 301, "moved", Message(), io.BytesIO()), Outcome.REFUSED),
        (HTTPError(URL, 500, "broken", Message(), io.BytesIO()), Outcome.REFUSED),
        (TimeoutError(), Outcome.TIMEOUT),
        (URLError(TimeoutError()), Outcome.TIMEOUT),
        (URLError("certificate verify failed"), Outcome.REFUSED),
        (ConnectionResetError(), Outcome.REFUSED),
    ],
)
def test_nothing_came(error, outcome):
    def opened(request, timeout):
        raise error

    assert fetch("example.org", 1, opened).outcome is outcome


def test_redirects_are_not_followed():
    asked = []

    class Moved(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Moved) as server:
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        with pytest.raises(HTTPError) as caught:
            policy._open(Request(f"http://127.0.0.1:{server.server_port}/policy"), 5)
        caught.value.close()
        thread.join()
    assert (caught.value.code, asked) == (302, ["/policy"])
