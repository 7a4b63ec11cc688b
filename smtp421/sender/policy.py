"""Fetching an MTA-STS policy (RFC 8461 section 3.3): over HTTPS with a good certificate, without redirects, in bounded size."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from smtp421.sender.report import Answer, Outcome

if TYPE_CHECKING:
    from email.message import Message

KIND = "POLICY"
MOST = 64 * 1024
"""Bytes; RFC 8461 3.2 asks for no more."""
Open = Callable[[Request, float], IO[bytes]]


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(
        self,
        req: Request,  # noqa: ARG002 - as the base class calls it
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: Message,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        """RFC 8461 3.3: HTTP 3xx redirects must not be followed."""
        return


def _open(request: Request, timeout: float) -> IO[bytes]:
    opened: IO[bytes] = build_opener(_NoRedirect).open(request, timeout=timeout)
    return opened


def url_of(domain: str) -> str:
    """Where the policy of a domain stands (RFC 8461 3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def fetch(domain: str, timeout: float, opened: Open = _open) -> Answer:
    """The lines of a policy; EMPTY where there is none, REFUSED where the server or its certificate is at fault."""
    url = url_of(domain)
    try:
        with opened(Request(url, headers={"User-Agent": "smtp421"}), timeout) as stream:  # noqa: S310 - the address is https
            text = stream.read(MOST).decode("utf-8", "replace")
    except HTTPError as error:
        error.close()
        return Answer(url, KIND, Outcome.EMPTY if error.code in (404, 410) else Outcome.REFUSED)
    except TimeoutError:
        return Answer(url, KIND, Outcome.TIMEOUT)
    except (URLError, HTTPException, OSError, ValueError) as error:
        late = isinstance(getattr(error, "reason", None), TimeoutError)
        return Answer(url, KIND, Outcome.TIMEOUT if late else Outcome.REFUSED)
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    return Answer(url, KIND, Outcome.FOUND if lines else Outcome.EMPTY, lines)
