"""SMTP replies: the grammar of RFC 5321 section 4.2 and RFC 3463 section 2, and finding a reply in whatever was pasted.

Each pattern stands under the production that it implements. Where servers in the field go beyond the grammar, the comment
says how. Nothing here knows a log format: readers in :mod:`smtp421.logs` cut out the part that holds the reply.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from smtp421.model import EnhancedCode, Reply, Stage

# RFC 5321 4.2:  Reply-code = %x32-35 %x30-35 %x30-39
# Receivers answer 460 and 499 too, so the second digit is any; 3yz never ends an attempt.
REPLY_CODE = r"[245]\d\d"

# RFC 3463 2:  status-code = class "." subject "." detail ; class = "2"/"4"/"5" ; subject, detail = 1*3digit
# IronPort, qmail and others put "#" before it.
ENHANCED_CODE = r"[245]\.\d{1,3}\.\d{1,3}"
_ENHANCED = re.compile(rf"#?({ENHANCED_CODE})(?![\w.]|\.\d)")

# RFC 5321 4.2:  Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
# A blank or a point may stand where the dash belongs, and people replace digits by x before they paste.
_PLACEHOLDER = r"[\dx]\.[\dx]{1,3}\.[\dx]{1,3}"
_FIRST_LINE = re.compile(
    rf"""(?P<code>{REPLY_CODE})
         (?: (?:[ \t]*+[-.:,]?+[ \t]*+|[ \t]*+\n[ \t]*+) \#? (?P<enhanced>{ENHANCED_CODE})(?![\w]|\.\d)
           | (?P<end>$) | [-: \t,]+ | \.[ ](?=[A-Z]) | (?=[^\w\s.]) )""",
    re.VERBOSE,
)

_LABEL = re.compile(
    r"(?:[\"',;)}\]]+\s*[\"']?(?:message|msg|text|description|reason|response|error)[\"']?(?: is)?\s*[:=]"
    r"|(?:message|msg|text|response)=)\s*[\"'(\[]*(?=\S)",
    re.IGNORECASE,
)
"""What stands between a code and the words where both are fields: ``code: 421, message: 4.7.0 Try again``."""
_QUOTES = ("'", '"', "(")
_CLOSERS = tuple(")]}")
"""What may stand between a code that somebody put into brackets and the words: ``Error (451): ...``."""
_LOGGED_NEWLINE = re.compile(r"\\r\\n|\\n|#015#012|#012|\r\n|\n|\r")
"""Line ends as they are and as loggers spell them (Exim and Python ``\\n``, rsyslog ``#012``)."""
_LOGGED_TAB = re.compile(r"#011(?!\d)")
"""A tabulator as rsyslog spells it."""

# RFC 5321 4.3.2: 503 answers a command out of order. With pipelining (RFC 2920) it follows from an earlier refusal, and where a
# program names that one too, it is the reply that counts.
_REFUSED_BEFORE = re.compile(r"\b(?:MAIL FROM|RCPT TO|DATA) error: (?=[45]\d\d[ -])")


class Found(NamedTuple):
    """A reply found in a text, and where it begins."""

    reply: Reply
    start: int


def collapse(text: str) -> str:
    """Return ``text`` with line ends, also spelled-out ones, and runs of white space as single blanks."""
    return " ".join(_in_one_line(text, " ").split())


def _in_one_line(text: str, end: str) -> str:
    """``text`` with ``end`` for line ends, also spelled-out ones."""
    if "\\" in text or "#0" in text or "\n" in text or "\r" in text:
        return _LOGGED_NEWLINE.sub(end, _LOGGED_TAB.sub(" ", text) if "#011" in text else text)
    return text


@lru_cache(maxsize=1024)
def parse_enhanced(text: str) -> EnhancedCode | None:
    """Read an enhanced status code at the beginning of ``text`` (``#`` allowed); None where there is none."""
    found = _ENHANCED.match(text.strip())
    return EnhancedCode.parse(found[1]) if found else None


def read_reply(text: str, stage: Stage | None = None, logged_code: EnhancedCode | None = None) -> Reply | None:
    """Read a reply that begins at the start of ``text``; None where no reply code stands there.

    ``text`` may hold several lines, also folded into one. ``logged_code`` is the code that the log gives; the reply's own
    comes first.
    """
    text = text.lstrip(" \t\r\n\"'“‘`[(")
    first = _FIRST_LINE.match(text)
    if first is None:
        return None
    if first["code"] == "503" and (refused := _REFUSED_BEFORE.search(text)):
        return read_reply(text[refused.end() :], stage, logged_code)
    own = first["enhanced"]
    rest = text[first.end() :]
    if label := _LABEL.match(f",{rest}" if "," in first[0] else rest):
        rest = rest[label.end() - ("," in first[0]) :]
        if own is None and (behind := _ENHANCED.match(rest)):
            own, rest = behind[1], rest[behind.end() :].lstrip(" -:")
    if own is None and rest[:1] in _QUOTES and (behind := _ENHANCED.match(rest, 1)):
        own, rest = behind[1], rest[behind.end() :]
    if rest[:1] in _CLOSERS:
        rest = rest.lstrip(")]}\"':, ")
        if own is None and (behind := _ENHANCED.match(rest)):
            own, rest = behind[1], rest[behind.end() :]
    words, later = _words(rest, first["code"], own)
    own = own or later
    return Reply(int(first["code"]), parse_enhanced(own) if own else logged_code, words, stage)


def read_words(text: str, logged_code: EnhancedCode | None = None, stage: Stage | None = None) -> Reply:
    """Make a Reply of a reason that holds no reply code; a leading enhanced code is taken out of the words."""
    text = collapse(text)
    own = _ENHANCED.match(text)
    if own:
        text = text[own.end() :].lstrip(" :-")
    enhanced = EnhancedCode.parse(own[1]) if own else logged_code
    return Reply(None, enhanced, text, stage)


def _words(rest: str, code: str, own: str | None) -> tuple[str, str | None]:
    """The text of a reply behind its first codes: those of later lines dropped, lines joined by one blank.

    Returns the words, and the enhanced code of a later line where the first line had none.
    """
    rest = _in_one_line(rest, " \n")
    later: list[str] = []

    def drop(line: re.Match[str]) -> str:
        if line[1] and re.fullmatch(ENHANCED_CODE, line[1]):
            later.append(line[1])
        return " "

    words = _again(code).sub(drop, rest) if code in rest else rest
    known = own or (later[0] if later else None)
    if known and known in words:
        # Haraka joins lines and keeps the enhanced code of each, OpenSMTPD glues it to the word before.
        words = re.sub(rf"(?<![\d.#\[(]){re.escape(known)}(?![\d.])(?=\s|$|\w)", " ", words)
    return " ".join(words.split()), None if own else known


@lru_cache(maxsize=1024)
def _again(code: str) -> re.Pattern[str]:
    """A code at the beginning of a folded continuation, with "-" or blank, mostly with the enhanced code too."""
    return re.compile(
        rf"(?:(?<=\s)|(?<=^)|(?<=/)){code}(?:-|[ \t]+|(?=\s|$))(?:\#?({ENHANCED_CODE}|{_PLACEHOLDER})(?=\s|$|[A-Z]))?"
    )


# ---------------------------------------------------------------------------------------------------------------------
# Finding a reply in free text

_INTRODUCERS = (
    r"said:|responded(?:\s+with)?:?|talk to me:|smtp;|x-[a-z]+;|code:?|codes?\s+was:?|error:?|errors?\s+was:?|errno:?|"
    r"reply:?|replied:?|answered:?|answer:?"
    r"|responsecode:?|response:?|response\s+was:?|message:?|was:|status:?|out:|in:|<<<|>>>|<-|->|<--|-->|failed:|"
    r"failure:|deferred:|reason:|says:|with:|rejected:|greeting:?"
    r"|detail:|details:|exception:|refused:|busy:|code :|server:|smtp:|returned:?|got:?|dsn:|text:|host:|diagnostic-code:|stat:"
    r"|result:|temporary:|transient:|s:|e-?mail \d{1,6}:|(?:mail from|rcpt to|data|[eh][eh]lo|auth|starttls):|getting:?"
    r"|code=|smtp<+"
)
_BEFORE = re.compile(rf"(?:(?:^|[\s(\[\"'*]|\b)(?:{_INTRODUCERS})|<[~*]+|\n[ \t]*<)[\s\"'(\[“‘`]*$", re.IGNORECASE)
"""What a code stands behind: words that introduce a reply, or the mark of a line that a server sent (curl, swaks)."""
_OPENER = re.compile(r"(?:^|[\n\"'“‘`(\[{>;|,]|(?<![\w]): ?|[^\W\d_]\]?(?:: |：))[ \t]*$")
_DASH = re.compile(r"\s(?:[-–—→⇒]|=>|->|<<) $")
_ASSIGNED = re.compile(
    r"\b(?:response|error|led|message|reply|reason|result|stat|msg|smtpmsg|text|dsn_diag|dsndiag)[\"']?\s*[=:]\s*[\"'{(\[“]*$",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(
    rf"(?<![\w./@+\-%&?])(?<![^\s(]#)(?<!\d:)(?<!\]:)(?<!::)(?:{REPLY_CODE})(?![\d/@%])(?!\.\d{{1,3}}\.\d{{1,3}}\.\d)(?!:\d\d)"
)
_ENHANCED_CANDIDATE = re.compile(r"(?<![\w.\-/@+#])#?[45]\.[0-7]\.\d{1,3}(?![\w]|\.\d|/|\)\s*$|\]\s*$)(?=\s+\S+\s*\S|:|\s*$)")
"""A lone code: RFC 3463 knows the subjects 0 to 7, and words follow it; behind the words it is the speaker's own mark."""
_UNIT = re.compile(
    r"\s*(?:-\s*)?(?:ms|s|secs?|seconds?|minutes?|hours?|days?|bytes|[kKMG]B|[kmg]b|messages|mails|emails|recipients|"
    r"connections|lines|users|times|%|but\b)\b"
)
"""What makes a number a count; in capitals it is the first word of a reply: ``451 Message temporarily deferred``."""
_USUAL = re.compile(r"(?:421|45[0-2]) (?=[A-Z][\w'-]* |[<\[])")
"""What servers say in most deferrals, with a sentence behind it: that is a reply, whatever stands before."""
_TROUBLE = re.compile(
    r"(?:[:\t]|@[\w.-]+|\b(?:deferr(?:ed|al)|bounced?|delayed|failed|failure|error|rejected|gets?|getting|got|receiv(?:ed?|ing)|returns?|gave|gives?"
    r"|throws?|says|saying|fix(?:ing)?|solve|about|with|an?|the|this|warn(?:ing)?|mailer|smtp))\s{1,4}$",
    re.IGNORECASE,
)
_HTTP_STATUS = re.compile(r"(?:4(?:0\d|1[0-8]|2[2-9])|50\d): [A-Z]")
"""``500: Error sending magic link email``: what a web service answered its own client; the reply, if any, stands elsewhere."""
_PORTS = ("465", "587")
"""Ports of submission: no reply has these codes."""
_PORT = re.compile(r"\b(?:ports?|https?(?: status)?|lines?|size|[pug]id):? ?#?$", re.IGNORECASE)
_EXPECTED = re.compile(r"expected (?:response )?codes?:? [\"']?(?:\d{3}(?:[/,] ?| or ))*$", re.IGNORECASE)


def find_reply(text: str, stage: Stage | None = None) -> Found | None:
    """Find the reply that ``text`` is about, or None where no code stands in a place where a reply would stand.

    A code counts where an enhanced code follows it, where it opens a line, or behind words that introduce a reply; never
    inside an address, a port, a date, a queue id or a URL. Of several, the first with an enhanced code of a 4yz or 5yz class
    wins over one without, unless another line comes first.
    """
    best: tuple[int, int] | None = None
    for candidate in _CANDIDATE.finditer(text):
        strength = _strength(text, candidate.start(), candidate.end())
        if strength and (best is None or strength > best[0]):
            best = (strength, candidate.start())
            # A code that opens the whole text is the reply; what it quotes further on is not.
            if strength == _CERTAIN or not text[: candidate.start()].strip(" \t\n\"'`("):
                break
    if best is not None:
        if again := re.compile(rf"[\"'({{]{text[best[1] : best[1] + 3]} (?=[^\W\d_])").search(text, best[1] + 3):
            # A field with the code alone stands before the one with the reply.
            best = (best[0], again.start() + 1) if text[best[1] + 3 : best[1] + 4] in ",;)}]" else best
        reply = read_reply(text[best[1] :], stage)
        if reply is not None:
            return Found(reply, best[1])
    return None


_CERTAIN, _INTRODUCED, _PLAIN = 3, 2, 1


def _strength(text: str, start: int, end: int) -> int:
    """How surely the code at ``start`` is a reply code: 0 not at all, to 3 certain."""
    before, after = text[max(0, start - 48) : start], text[end : end + 24]
    if _EXPECTED.search(before) or _PORT.search(before) or text[start] == "2":
        return 0
    if re.match(rf"(?:[ \t]*[-.:,]?[ \t]*|[ \t]*\n[ \t]*(?={text[start]}))#?(?:{ENHANCED_CODE}|{_PLACEHOLDER})(?![\w])", after):
        return _CERTAIN
    if text[start:end] in _PORTS:
        return 0
    if _ASSIGNED.search(before):
        return _PLAIN if _HTTP_STATUS.match(text, start) else _CERTAIN
    opens_line = before.rstrip(" \t\"'`(#") == "" or before.rstrip(" \t\"'`(#")[-1] == "\n"
    introduced = _BEFORE.search(before) is not None
    if _UNIT.match(after) and not (opens_line or introduced):
        return 0
    follows = re.match(r"(?:[- ](?:\s*|- )[^\W\d_]|[- ]\s*[\"'<\[(#{*/]|[- ]\s*\d|[\"')\]:,;.}`]|\s*$|-?\s*\n|[- ]\s)", after)
    if not follows and not (opens_line and re.match(r"\. [A-Z]", after)):
        return 0
    if introduced:
        return _INTRODUCED
    if opens_line and (before[-1:] == "#" or after[:1] == "."):
        return _PLAIN
    if _OPENER.search(before) and re.match(r"[- ]\s*\S|[\"')\]:,`]|\s*$", after):
        return _INTRODUCED if opens_line else _PLAIN
    if _DASH.search(before) and re.match(r"[ -][A-Za-z<\[]| \d{1,3}(?:\.\d{1,3}){3} ", after):
        return _PLAIN
    return _PLAIN if _TROUBLE.search(before) and _USUAL.match(text, start) else 0


def find_enhanced(text: str) -> int | None:
    """Offset of a lone enhanced status code (``4.7.1 Service unavailable``) of class 4 or 5, or None."""
    for candidate in _ENHANCED_CANDIDATE.finditer(text):
        if candidate.end() == len(text.rstrip()) and candidate.start() > 0:
            continue
        before = text[max(0, candidate.start() - 24) : candidate.start()].lower()
        if not re.search(r"(?:version|postfix|exim|sendmail|v|ver\.?|release|dsn=|/) ?$", before):
            return candidate.start()
    return None
