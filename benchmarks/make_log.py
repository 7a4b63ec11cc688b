"""Make a Postfix log that looks like a day of a busy sending server: the same one for the same options.

    python benchmarks/make_log.py --size 200M --deferred 15 --output mail.log
    python benchmarks/make_log.py --size 1G --deferred 90 | smtp421 scan -

Messages come in by smtpd, are queued, and are sent, bounced or deferred; what is deferred is tried again as qmgr(8) does
(``minimal_backoff_time`` 300 s, doubled up to ``maximal_backoff_time`` 4000 s), until it is sent, bounced, or expires. The
replies are those of ``replies.tsv``, with other ids, addresses and hosts each time. ``--deferred`` is the share of
lines that tell of a deferral, in per cent; a high share comes from messages to many recipients that nobody takes.
The second of a line is its place in a calendar of coming seconds, so memory depends on ``--lines-per-second`` only.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from pathlib import Path
from typing import BinaryIO, NamedTuple

REPLIES = Path(__file__).with_name("replies.tsv")
START = datetime(2026, 11, 20, tzinfo=UTC)
FIRST_RETRY, LONGEST_WAIT, LIFETIME = 300, 4000, 4 * 3600
"""Seconds: Postfix's ``minimal_backoff_time`` and ``maximal_backoff_time``; a short ``maximal_queue_lifetime``."""
NEVER = 10_000
HOST = "mail"
SOURCES = ("203.0.113.25", "203.0.113.26", "203.0.113.27", "198.51.100.8")
DOMAINS = tuple(f"{name}.example" for name in ("shop", "news", "billing", "crm", "forum", "alerts"))
FAMILIES = {"gmail-smtp-in": "gmail.example", "hotmail-com": "hotmail.example", "mta5.am0": "yahoo.example"}
"""Domains of the providers' own users; those of other hosts are made from their names."""
FATES = (("expired", 0.94), ("bounced", 0.86))
"""What becomes of a deferred message, and from which roll of the dice on; the others are sent."""
NOISE = (
    "smtpd[{pid}]: connect from unknown[192.0.2.{n}]",
    "smtpd[{pid}]: warning: hostname host{n}.isp.example does not resolve to address 192.0.2.{n}: Name or service not known",
    "smtpd[{pid}]: lost connection after AUTH from unknown[192.0.2.{n}]",
    "smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[192.0.2.{n}]: 554 5.7.1 <x{n}@else.example>: Relay access denied; "
    "from=<a{n}@bad.example> to=<x{n}@else.example> proto=ESMTP helo=<host{n}>",
    "smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[192.0.2.{n}]: 450 4.7.25 Client host rejected: cannot find your hostname, "
    "[192.0.2.{n}]; from=<a{n}@bad.example> to=<info@shop.example> proto=ESMTP helo=<host{n}>",
    "anvil[{pid}]: statistics: max connection rate 4/60s for (smtp:192.0.2.{n}) at Nov 20 00:00:00",
)
BOUNCE = "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table"


class Answer(NamedTuple):
    """A line of ``replies.tsv``, ready to be filled with ``%``."""

    host: str
    relay: bool
    """Whether a connection stood; else the line says ``relay=none``."""
    reason: str
    dsn: str


class Message(NamedTuple):
    """A message in the queue."""

    queue_id: str
    sender: str
    size: int
    first: int
    """Number of the first recipient: names are made from numbers, so that a long list needs no memory."""
    recipients: int
    answer: Answer
    domain: str
    host: str
    address: str
    born: int
    left: int
    """Deferrals to come."""
    fate: str


def read_answers(path: Path = REPLIES) -> tuple[list[Answer], list[float]]:
    """The answers, and their weights summed up."""
    answers, weights = [], []
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("#"):
            continue
        weight, host, form, text = line.split("\t")
        text = re.sub(r"\{(\w+)\}", r"%(\1)s", text.replace("%", "%%"))
        if form in ("relay", "none"):
            reason, dsn = text, "4.4.3" if "Name service" in text else "4.7.5" if "TLS" in text else "4.4.1"
        elif form == "banner":
            reason = f"host %(mx)s[%(addr)s] refused to talk to me: {text}"
        else:
            reason = f"host %(mx)s[%(addr)s] said: {text} (in reply to {form} command)"
        if form not in ("relay", "none"):
            found = re.match(r"\d{3}[- ](4\.\d{1,3}\.\d{1,3})\b", text)
            dsn = found[1] if found else "4.0.0"
        answers.append(Answer(host, form != "none", reason, dsn))
        weights.append(float(weight))
    return answers, list(accumulate(weights))


class Traffic:
    """The traffic of a server, second by second."""

    def __init__(self, *, deferred: float, seed: int, lines_per_second: float) -> None:
        """``deferred`` is a share: 0.15."""
        self.lines = self.deferrals = self.messages = 0
        self._share = deferred
        self._pace = lines_per_second
        self._chance = random.Random(seed)
        self._answers, self._weights = read_answers()
        self._calendar: dict[int, list[tuple[float, str]]] = defaultdict(list)
        self._retries: dict[int, list[Message]] = defaultdict(list)
        alphabet = "abcdefghijkmnopqrstuvwxyz0123456789"
        self._tokens = ["".join(self._chance.choices(alphabet, k=7)) for _ in range(4096)]
        self._inode = 0x28A00
        self._list_length = max(1.6, 4 * deferred / (1 - deferred))
        """Mean number of recipients of what gets deferred."""

    def seconds(self) -> Iterator[tuple[int, list[str]]]:
        """Each second with its lines, in order, without stamp and host."""
        self._backlog()
        for second in count():
            for message in self._retries.pop(second, ()):
                self._attempt(message, second, again=True)
            wanted = self._pace * (second + 1)
            while self.lines < wanted:
                self._new(second)
            yield second, [line for _, line in sorted(self._calendar.pop(second, ()))]

    def _backlog(self) -> None:
        """What the log of the day before left in the queue."""
        for _ in range(int(self._pace * self._share * 1200 / self._list_length)):
            age = int(self._chance.random() ** 2 * (LIFETIME + LONGEST_WAIT / 2))
            due = int(self._chance.random() * LONGEST_WAIT)
            self._retries[due].append(self._deferring(due - age))

    # Messages

    def _new(self, second: int) -> None:
        roll = self._chance.random()
        if roll < 0.02:
            form = NOISE[int(roll * 50 * len(NOISE))]
            self._say(second + roll, form.format(pid=self._pid(), n=int(roll * 12_000) % 250 + 1))
            return
        if self.deferrals < self._share * self.lines:
            message = self._deferring(second)
        else:
            message = self._message(
                second, 1 if roll < 0.9 else 2 + int(roll * 1000) % 4, 0, "bounced" if roll > 0.98 else "sent"
            )
        self._arrive(message, second)
        self._attempt(message, second, again=False)

    def _deferring(self, second: int) -> Message:
        chance = self._chance.random
        recipients = 1 + int(chance() * chance() * 4 * (self._list_length - 1) + 0.5)
        roll = 1.0 if self._share > 0.5 and chance() < 0.8 else chance()
        fate = next((fate for fate, least in FATES if roll >= least), "sent")
        left = NEVER if fate == "expired" else 1 + int(chance() * chance() * 6)
        return self._message(second, recipients, left, fate)

    def _message(self, second: int, recipients: int, left: int, fate: str) -> Message:
        chance = self._chance
        answer = chance.choices(self._answers, cum_weights=self._weights)[0]
        self._inode += 1 + int(chance.random() * 5)
        self.messages += 1
        number = int(chance.random() * 200_000)
        label = f"org{number % 9973}"
        if answer.host == "{mx}":
            domain, host = f"{label}.example", f"mx{number % 3 + 1}.{label}.example"
        elif answer.host.startswith("{tenant}"):
            domain, host = f"{label}.example", f"{label}-example{answer.host[8:]}"
        else:
            host = answer.host
            domain = next((name for mark, name in FAMILIES.items() if host.startswith(mark)), f"{host.split('.')[-2]}.example")
        address = f"{('192.0.2', '198.51.100')[number & 1]}.{sum(map(ord, host)) % 250 + 2}"
        return Message(
            f"{int(chance.random() * 0xFFFFF):05X}{self._inode:X}",
            f"{('news', 'info', 'billing', 'noreply')[number & 3]}@{DOMAINS[number % len(DOMAINS)]}",
            600 + int(chance.expovariate(1 / 30_000)),
            number,
            recipients,
            answer,
            domain,
            host,
            address,
            second,
            left,
            fate,
        )

    # What Postfix writes

    def _say(self, at: float, line: str) -> None:
        self._calendar[int(at)].append((at, line))
        self.lines += 1

    def _pid(self) -> int:
        return 1000 + int(self._chance.random() * 60)

    def _token(self) -> str:
        return self._tokens[int(self._chance.random() * 4096)]

    def _arrive(self, message: Message, second: int) -> None:
        at, pid, client = (
            second + self._chance.random(),
            self._pid(),
            f"app{message.first % 4 + 1}.shop.example[192.0.2.{message.first % 4 + 10}]",
        )
        queue_id, home = message.queue_id, message.sender.partition("@")[2]
        self._say(at, f"smtpd[{pid}]: connect from {client}")
        self._say(at + 0.01, f"smtpd[{pid}]: {queue_id}: client={client}")
        self._say(
            at + 0.02,
            f"cleanup[{pid + 70}]: {queue_id}: message-id=<{self._token()}.{queue_id}@{home}>",
        )
        self._active(message, at + 0.03)
        ends = f"ehlo=1 mail=1 rcpt={message.recipients} data=1 quit=1 commands={message.recipients + 4}"
        self._say(at + 0.05, f"smtpd[{pid}]: disconnect from {client} {ends}")

    def _active(self, message: Message, at: float) -> None:
        facts = f"from=<{message.sender}>, size={message.size}, nrcpt={message.recipients}"
        self._say(at, f"qmgr[911]: {message.queue_id}: {facts} (queue active)")

    def _attempt(self, message: Message, second: int, *, again: bool) -> None:
        """One try for all recipients: deferred while deferrals are left, else the message's fate."""
        chance = self._chance.random
        at = second + chance()
        if again:
            self._active(message, at)
        age = second - message.born
        expires = message.fate == "expired" and age > LIFETIME
        if message.left > 0:
            at = self._deferred(message, at, age)
            if not expires:
                wait = min(max(age, FIRST_RETRY), LONGEST_WAIT) + int(chance() * FIRST_RETRY)
                self._retries[second + wait].append(message._replace(left=message.left - 1))
                return
            self._say(at + 0.1, f"qmgr[911]: {message.queue_id}: from=<{message.sender}>, status=expired, returned to sender")
        else:
            at = self._done(message, at, age)
        if message.fate == "bounced" or expires:
            notice = f"{int(chance() * 0xFFFFF):05X}{self._inode + 1:X}"
            self._say(at + 0.2, f"bounce[{self._pid()}]: {message.queue_id}: sender non-delivery notification: {notice}")
        self._say(at + 0.3, f"qmgr[911]: {message.queue_id}: removed")

    def _deferred(self, message: Message, at: float, age: int) -> float:
        chance, answer = self._chance.random, message.answer
        pid, where = self._pid(), f"{message.host}[{message.address}]:25" if answer.relay else "none"
        who, suspended = "smtp", ""
        if not answer.relay and age and chance() < 0.4:
            who, suspended = "error", "delivery temporarily suspended: "
        source = SOURCES[int(chance() ** 2 * len(SOURCES))]
        filled = {
            "mx": message.host,
            "addr": message.address,
            "ip": source,
            "helo": "mail.shop.example",
            "domain": message.sender.partition("@")[2],
            "rdomain": message.domain,
            "sender": message.sender,
            "tenant": message.domain,
        }
        relay = "none" if suspended else where
        for number in range(message.first, message.first + message.recipients):
            recipient = f"user{number}@{message.domain}"
            filled["rcpt"], filled["id"], filled["num"] = recipient, self._token() + self._token(), str(number * 7919 + age)
            took = chance()
            at += took * 0.02
            times = f"delay={age + took:.2f}, delays={age}/0.02/{took:.2f}/0.1"
            told = f"dsn={answer.dsn}, status=deferred ({suspended}{answer.reason % filled})"
            self._say(at + 0.1, f"{who}[{pid}]: {message.queue_id}: to=<{recipient}>, relay={relay}, {times}, {told}")
        self.deferrals += message.recipients
        return at

    def _done(self, message: Message, at: float, age: int) -> float:
        """Sent, or refused for good; over TLS as often as not."""
        chance = self._chance.random
        pid, where = self._pid(), f"{message.host}[{message.address}]:25"
        if chance() < 0.5:
            cipher = "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
            self._say(at + 0.2, f"smtp[{pid}]: Untrusted TLS connection established to {where}: {cipher}")
        for number in range(message.first, message.first + message.recipients):
            recipient = f"user{number}@{message.domain}"
            took = chance()
            if message.fate == "bounced":
                refusal = BOUNCE.format(rcpt=recipient)
                told = f"dsn=5.1.1, status=bounced (host {where[:-3]} said: {refusal} (in reply to RCPT TO command))"
            else:
                told = f"dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {self._token().upper()})"
            at += took
            times = f"delay={age + took:.2f}, delays={age}/0.01/{took:.2f}/0.2"
            self._say(at + 0.25, f"smtp[{pid}]: {message.queue_id}: to=<{recipient}>, relay={where}, {times}, {told}")
        return at


def write_log(out: BinaryIO, size: int, *, deferred: float, seed: int = 1, lines_per_second: float = 70) -> Traffic:
    """Write ``size`` bytes of log, up to the end of the line that reaches them; ``deferred`` is a share of the lines."""
    traffic = Traffic(deferred=deferred, seed=seed, lines_per_second=lines_per_second)
    left = size
    for second, lines in traffic.seconds():
        stamp = START + timedelta(seconds=second)
        head = f"{stamp:%b} {stamp.day:2} {stamp:%H:%M:%S} {HOST} postfix/"
        if not lines:
            continue
        block = "".join([f"{head}{line}\n" for line in lines]).encode("ascii")
        if len(block) >= left:
            out.write(block[: block.index(b"\n", left - 1) + 1] if len(block) > left else block)
            break
        out.write(block)
        left -= len(block)
    return traffic


def size_of(text: str) -> int:
    """Bytes from ``200M``: k, M and G are powers of 1000."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMG]?)B?", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write a number with k, M or G, as 200M")
    return int(float(found[1]) * {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}[found[2]])


def share_of(text: str) -> float:
    """A share from per cent."""
    try:
        share = float(text.rstrip("%")) / 100
    except ValueError:
        share = -1
    if not 0 <= share <= 0.95:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write per cent from 0 to 95")
    return share


def main() -> None:
    """Make a log as the options say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=size_of, default=size_of("200M"), help="bytes: 200M, 1G (default: 200M)")
    parser.add_argument("--deferred", type=share_of, default=0.15, help="share of lines, in per cent (default: 15)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines-per-second", type=float, default=70, help="by the log's clock; decides how long a log lasts")
    parser.add_argument("--output", type=Path, help="the file (default: standard output)")
    wish = parser.parse_args()
    begin = time.perf_counter()
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(wish.output.open("wb")) if wish.output else sys.stdout.buffer
        traffic = write_log(out, wish.size, deferred=wish.deferred, seed=wish.seed, lines_per_second=wish.lines_per_second)
    share = traffic.deferrals / max(traffic.lines, 1)
    told = f"{traffic.messages} messages, about {traffic.lines} lines, {share:.1%} of them deferrals"
    print(f"{told}, in {time.perf_counter() - begin:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
