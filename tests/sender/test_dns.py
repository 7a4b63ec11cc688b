"""Asking name servers: one that answers by hand, and one that never does."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from smtp421.errors import WrongNameServer
from smtp421.sender.dns import resolver
from smtp421.sender.report import Outcome


@pytest.fixture
def server() -> Iterator[str]:
    """A name server on loopback that knows four names."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(sock,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{sock.getsockname()[1]}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", sock.getsockname())
        thread.join()


def _serve(sock: socket.socket) -> None:
    while data := sock.recvfrom(4096):
        if not data[0]:
            return
        query = dns.message.from_wire(data[0])
        reply = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        name = str(question.name)
        if name == "here.example.":
            kind = dns.rdatatype.to_text(question.rdtype)
            values = {"A": ["192.0.2.2", "192.0.2.1"], "TXT": ['"one " "two"'], "MX": ["10 Mx.example.", "0 ."]}.get(kind)
            if values:
                reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
                reply.flags |= dns.flags.AD
        elif name != "loop.example.":
            reply.set_rcode(
                {"fails.example.": dns.rcode.SERVFAIL, "refused.example.": dns.rcode.REFUSED}.get(name, dns.rcode.NXDOMAIN)
            )
        sock.sendto(reply.to_wire(), data[1])


def test_outcomes(server):
    ask = resolver([server], timeout=2)
    assert ask("here.example", "A").values == ("192.0.2.1", "192.0.2.2")
    assert ask("here.example", "A").signed
    assert ask("HERE.example.", "TXT").values == ("one two",)
    assert ask("here.example", "MX").values == ("0 .", "10 Mx.example")
    assert ask("here.example", "AAAA").outcome is Outcome.EMPTY
    assert ask("gone.example", "A").outcome is Outcome.NXDOMAIN
    assert ask("fails.example", "A").outcome is Outcome.SERVFAIL
    assert ask("refused.example", "A").outcome is Outcome.REFUSED


def test_names_that_no_dns_can_hold_do_not_exist(server):
    ask = resolver([server], timeout=2)
    for name in ("a" * 64 + ".example", "a..example", ".".join(["label" * 10] * 6), "\ud800.example"):
        assert ask(name, "A").outcome is Outcome.NXDOMAIN, name


def test_each_question_is_asked_once(server):
    ask = resolver([server], timeout=2)
    assert ask("here.example", "A") is ask("here.example.", "A")


def test_silence():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        ask = resolver([f"127.0.0.1:{sock.getsockname()[1]}"], timeout=0.2)
        assert ask("here.example", "A").outcome is Outcome.TIMEOUT


@pytest.mark.parametrize("server", ["dns.example", "192.0.2.53:x", "[2001:db8::53]:x", ""])
def test_what_is_no_name_server(server):
    with pytest.raises(WrongNameServer, match="expected an address"):
        resolver([server])


@pytest.mark.parametrize("server", ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:5353"])
def test_what_is_one(server):
    assert callable(resolver([server]))
