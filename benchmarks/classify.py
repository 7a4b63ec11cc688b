"""smtp421 over replies or bounce mails: python classify.py {read,first,explain,mails} FILE. Prints the seconds that it took.

read     the grammar of the reply, then the provider and the rule that wins
first    the provider and the rule that wins, as `scan` asks for each deferral, of replies that are read already
explain  a whole diagnosis of each reply, one a line
mails    a whole diagnosis of each mail of an mbox
"""

from __future__ import annotations

import mailbox
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import smtp421
from smtp421.model import Origin
from smtp421.reply import read_reply

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def main(way: str, path: Path) -> None:
    """Classify all, and tell."""
    book = smtp421.load_rulebook()
    counts: Counter[str | int | None] = Counter()
    if way == "mails":
        texts = [message.as_string() for message in mailbox.mbox(path)]
    else:
        texts = path.read_text(encoding="utf-8").splitlines()
    smtp421.explain("421 4.7.0 Try again later", rulebook=book, now=NOW)
    replies = [reply for text in texts if way == "first" and (reply := read_reply(text)) is not None]
    begin = time.perf_counter()
    if way in ("read", "first"):
        for reply in replies or filter(None, map(read_reply, texts)):
            counts[book.classify(None, reply.code, reply.enhanced_code, reply.text, None, Origin.REMOTE).rule] += 1
    else:
        for text in texts:
            counts[smtp421.explain(text, rulebook=book, now=NOW).rule] += 1
    print(time.perf_counter() - begin)
    print(f"{len(book.rules)} rules, {len(texts)} texts, {len(counts)} rules that won", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
