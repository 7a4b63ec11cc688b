"""A scripted SMTP server that answers as providers do, and a real Postfix with folders and ports of its own that sends to it.

``reply_server`` can be used by any test; ``postfix`` is skipped where Postfix is not installed (``apt-get install postfix``)
or where the tests do not run as root, whom Postfix needs to change users.
"""

import asyncio
import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

DROP = "(drop)"
"""In place of a reply: the connection is closed without a word."""
Replies = Mapping[str, str | Sequence[str]]
"""Stage (connect, ehlo, mail, rcpt, data, end_of_data) -> reply; of several the first is given first, the last ever after."""
PATIENCE = 60.0
"""Seconds after which what has not happened will not; a bound for slow machines, nothing that is measured."""
_GREETINGS = {
    "connect": "220 ready",
    "ehlo": "250-hello\n250 8BITMIME",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 go on",
    "end_of_data": "250 2.0.0 Ok: queued as 4F00000A",
}
_STAGES = {"EHLO": "ehlo", "HELO": "ehlo", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data"}


class ReplyServer:
    """Hosts at loopback addresses of their own (127.0.1.N), each with its script, at one port."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.hosts: dict[str, str] = {}
        """Address by host name."""
        self.commands: dict[str, list[str]] = defaultdict(list)
        """What each host was told, ``CONNECT`` for each connection."""
        self._given: dict[tuple[str, str], int] = defaultdict(int)
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def add(self, host: str, replies: Replies) -> str:
        """Let ``host`` answer so; its address."""
        address = self.hosts[host] = f"127.0.1.{len(self.hosts) + 10}"

        async def serve() -> asyncio.Server:
            return await asyncio.start_server(lambda *ends: self._session(host, replies, *ends), address, self.port)

        self._servers.append(asyncio.run_coroutine_threadsafe(serve(), self._loop).result(PATIENCE))
        return address

    def add_closed(self, host: str) -> str:
        """Let ``host`` have an address where nobody listens."""
        self.hosts[host] = address = f"127.0.1.{len(self.hosts) + 10}"
        return address

    def close(self) -> None:
        """End all sessions."""

        async def end() -> None:
            for server in self._servers:
                server.close()
            sessions = asyncio.all_tasks() - {asyncio.current_task()}
            for session in sessions:
                session.cancel()
            await asyncio.gather(*sessions, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _reply(self, host: str, replies: Replies, stage: str) -> str:
        script = replies.get(stage, _GREETINGS[stage])
        if isinstance(script, str):
            return script
        number = self._given[host, stage]
        self._given[host, stage] += 1
        return script[min(number, len(script) - 1)]

    async def _session(self, host: str, replies: Replies, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(reply: str) -> bool:
            """Give a reply; False where the connection ends with it."""
            if reply == DROP:
                return False
            writer.write(reply.replace("\n", "\r\n").encode("latin-1") + b"\r\n")
            await writer.drain()
            return not reply.startswith("421")

        try:
            self.commands[host].append("CONNECT")
            going_on = await say(self._reply(host, replies, "connect"))
            while going_on and (line := await reader.readline()):
                command = line.decode("latin-1").strip()
                self.commands[host].append(command)
                verb = command[:4].upper()
                if verb == "QUIT":
                    going_on = False
                    await say("221 2.0.0 Bye")
                elif verb in _STAGES:
                    reply = self._reply(host, replies, _STAGES[verb])
                    going_on = await say(reply)
                    if verb == "DATA" and reply.startswith("354"):
                        while (line := await reader.readline()) and line != b".\r\n":
                            pass
                        going_on = await say(self._reply(host, replies, "end_of_data"))
                else:
                    going_on = await say("250 2.0.0 Ok")
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


class Postfix:
    """A Postfix instance: configuration, queue, data and log in one folder."""

    def __init__(self, folder: Path, server: ReplyServer) -> None:
        self.folder = folder
        self.log = folder / "mail.log"
        self.port = _free_port()
        self._server = server
        self._routes: dict[str, str] = {}

    def route(self, domain: str, host: str) -> None:
        """Send mail for ``domain`` to a host of the reply server. Before the start."""
        self._routes[domain] = f"smtp:[{host}]:{self._server.port}"

    def start(self, **settings: str) -> None:
        """Start it, with settings of main.cf on top of those for a quick test."""
        conf, queue = self.folder / "conf", self.folder / "queue"
        for folder in (conf, queue, queue / "etc", self.folder / "data"):
            folder.mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        # smtp(8) runs in a chroot, so that the hosts file there gives the provider's names to loopback addresses
        names = "".join(f"{address} {host}\n" for host, address in self._server.hosts.items())
        (queue / "etc/hosts").write_text(f"127.0.0.1 localhost\n{names}")
        (queue / "etc/nsswitch.conf").write_text("hosts: files\n")
        (queue / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
        (conf / "transport").write_text("".join(f"{domain} {route}\n" for domain, route in self._routes.items()))
        chosen = {
            "compatibility_level": "3.6",
            "queue_directory": str(queue),
            "data_directory": str(self.folder / "data"),
            "maillog_file": str(self.log),
            "maillog_file_prefixes": str(self.folder),
            "myhostname": "mail.sender.example",
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "smtp_dns_support_level": "disabled",
            "smtp_bind_address": "0.0.0.0",
            "transport_maps": f"texthash:{conf / 'transport'}",
            "alias_maps": "",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "smtpd_peername_lookup": "no",
            "minimal_backoff_time": "1s",
            "maximal_backoff_time": "2s",
            "queue_run_delay": "1s",
            "notify_classes": "",
            **settings,
        }
        (conf / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in chosen.items()))
        inner = (
            "pickup unix n - n 60 1 pickup|cleanup unix n - n - 0 cleanup|qmgr unix n - n 300 1 qmgr|"
            "rewrite unix - - n - - trivial-rewrite|bounce unix - - n - 0 bounce|defer unix - - n - 0 bounce|"
            "trace unix - - n - 0 bounce|verify unix - - n - 1 verify|proxymap unix - - n - - proxymap|smtp unix - - y - - smtp|"
            "relay unix - - y - - smtp|error unix - - n - - error|retry unix - - n - - error|discard unix - - n - - discard|"
            "flush unix n - n 1000? 0 flush|showq unix n - n - - showq|anvil unix - - n - 1 anvil|scache unix - - n - 1 scache|"
            "postlog unix-dgram n - n - 1 postlogd"
        )
        services = [f"127.0.0.1:{self.port} inet n - n - - smtpd", *inner.split("|")]
        (conf / "master.cf").write_text("".join(f"{service}\n" for service in services))
        self._call("start")

    def send(self, sender: str, *recipients: str) -> None:
        """Hand in a message for each recipient."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as session:
            for recipient in recipients:
                session.sendmail(sender, [recipient], f"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: test\r\n\r\nHello.\r\n")

    def stop(self) -> None:
        """Stop it, where it runs."""
        if (self.folder / "conf/main.cf").exists():
            self._call("abort", check=False)

    def _call(self, verb: str, *, check: bool = True) -> None:
        command = [str(shutil.which("postfix", path=_PATH)), "-c", str(self.folder / "conf"), verb]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        told = self.log.read_text() if self.log.exists() else ""
        assert ran.returncode == 0 or not check, f"postfix {verb}: {ran.stderr}{told}"


_PATH = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin{os.pathsep}/usr/local/sbin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def reply_server() -> Iterator[ReplyServer]:
    """A server without hosts yet: ``reply_server.add("mx.example", {"rcpt": "450 4.2.0 Greylisted"})``."""
    server = ReplyServer()
    yield server
    server.close()


@pytest.fixture
def postfix(reply_server: ReplyServer) -> Iterator[Postfix]:
    """A Postfix that is ready to be started; gone without a trace afterwards."""
    if shutil.which("postfix", path=_PATH) is None:
        pytest.skip("Postfix is not installed: apt-get install postfix")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("Postfix starts as root only, and these tests do not run as root")
    folder = Path(tempfile.mkdtemp(prefix="smtp421-postfix-"))
    folder.chmod(0o755)  # its daemons are other users
    instance = Postfix(folder, reply_server)
    yield instance
    instance.stop()
    shutil.rmtree(folder)


@pytest.fixture
def deadline() -> float:
    """When to give up, by ``time.monotonic``."""
    return time.monotonic() + PATIENCE
