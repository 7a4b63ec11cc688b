"""Single replies: smtp421's rules against ZoneMTA's bounce rules (npm) and Sisimai (Perl), each on the same texts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

from make_log import START
from measure import ROOT, in_turn, table

HERE = ROOT / "benchmarks"
ZONEMTA = "zone-mta@3.10.3"
OURS, READ, MAILS = "smtp421, first match", "smtp421, reply read and first match", "smtp421, diagnosis of a bounce mail"
_REPLY = re.compile(r"status=deferred \(.*?(?:said|talk to me): (4.*?)(?: \(in reply to [\w ]+ command\))?\)$")


def replies_of(log: Path, most: int) -> list[str]:
    """Replies in a log, as servers gave them but on one line."""
    with log.open(encoding="ascii") as lines:
        return [*islice((found[1] for line in lines if (found := _REPLY.search(line))), most)]


def mbox_of(replies: list[str]) -> str:
    """A bounce mail (RFC 3464) for each reply, as Postfix sends it."""
    return "".join(_mail(number, reply) for number, reply in enumerate(replies))


def _mail(number: int, reply: str) -> str:
    found = re.match(r"\d{3}[- ](\d\.\d{1,3}\.\d{1,3})", reply)
    return f"""From MAILER-DAEMON Fri Nov 20 00:00:00 2026
Date: {format_datetime(START)}
From: MAILER-DAEMON@mail.shop.example (Mail Delivery System)
To: news@shop.example
Subject: Delayed Mail (still being retried)
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B{number}"
Message-Id: <{number}@mail.shop.example>

--B{number}
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.shop.example.

<user{number}@org.example>: host mx.org.example[192.0.2.1] said: {reply}

--B{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.shop.example
X-Postfix-Queue-ID: {number:010X}
X-Postfix-Sender: rfc822; news@shop.example
Arrival-Date: {format_datetime(START)}

Final-Recipient: rfc822; user{number}@org.example
Action: delayed
Status: {found[1] if found else "4.0.0"}
Remote-MTA: dns; mx.org.example
Diagnostic-Code: smtp; {reply}

--B{number}
Content-Type: message/rfc822

From: news@shop.example
To: user{number}@org.example
Subject: News
Message-Id: <m{number}@mail.shop.example>

--B{number}--

"""


def compare(log: Path, folder: Path, number: int, rounds: int) -> Iterator[str]:
    """The table, and what was left out of it."""
    replies = replies_of(log, number)
    mails = replies[: max(len(replies) // 50, 1)]
    (folder / "replies.txt").write_text("".join(f"{reply}\n" for reply in replies), encoding="utf-8")
    (folder / "mails.mbox").write_text(mbox_of(mails), encoding="utf-8")
    python = (sys.executable, str(HERE / "classify.py"))
    ways: dict[str, Callable[[], float]] = {
        OURS: partial(_seconds, *python, "first", str(folder / "replies.txt")),
        READ: partial(_seconds, *python, "read", str(folder / "replies.txt")),
        MAILS: partial(_seconds, *python, "mails", str(folder / "mails.mbox")),
    }
    (folder / "some.txt").write_text("".join(f"{reply}\n" for reply in mails), encoding="utf-8")
    ways["smtp421, diagnosis of a reply"] = partial(_seconds, *python, "explain", str(folder / "some.txt"))
    zonemta = "ZoneMTA's bounce rules, first match"
    if package := _zonemta(folder):
        ways[zonemta] = partial(_seconds, "node", str(HERE / "zonemta.cjs"), str(package), str(folder / "replies.txt"))
    else:
        yield f"Left out: {zonemta} (needs node and npm, and `npm pack {ZONEMTA}`)\n"
    sisimai = "Sisimai, reason of a bounce mail"
    if shutil.which("perl") and subprocess.run(("perl", "-MSisimai", "-e1"), capture_output=True, check=False).returncode == 0:
        ways[sisimai] = partial(_seconds, "perl", str(HERE / "sisimai.pl"), str(folder / "mails.mbox"))
    else:
        yield f"Left out: {sisimai} (not installed: apt-get install libsisimai-perl)\n"
    sizes = dict.fromkeys((OURS, READ, zonemta), len(replies))
    speeds = {name: sizes.get(name, len(mails)) / median(some) for name, some in in_turn(ways, rounds).items()}
    rows = [(name, sizes.get(name, len(mails)), speed, speeds[_rival(name)] / speed) for name, speed in speeds.items()]
    yield table(("what", "texts", "texts/s", "x the time of smtp421"), rows)


def _rival(name: str) -> str:
    """What of ours does the same job."""
    return MAILS if "mail" in name else "smtp421, diagnosis of a reply" if "of a reply" in name else OURS


def _seconds(*command: str) -> float:
    return float(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)


def _zonemta(folder: Path) -> Path | None:
    """The package, unpacked in ``folder``; its own dependencies are not needed."""
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    packed = subprocess.run(("npm", "pack", "--silent", ZONEMTA), cwd=folder, capture_output=True, text=True, check=False)
    if packed.returncode:
        return None
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"
