"""Everything that is no log, no DSN, no chain and no event: a reply, typed or pasted, with whatever people put around it.

Also the library exceptions that print a reply as it came (Java, Go, Ruby, MailKit), SMTP dialogues (``>>>``/``<<<``,
``C:``/``S:``) and reasons without any code.
"""

from __future__ import annotations

import re

from smtp421.logs.exception import NAME as EXCEPTION
from smtp421.logs.exception import stage_of
from smtp421.logs.stages import stage_of_command
from smtp421.model import Attempt, Relay, Stage
from smtp421.reply import find_enhanced, find_reply, read_words

NAME = "reply"

_END = re.compile(
    r"""\n\s+at\s[\w$.<>]+[(\s] | \n\s*Caused\ by: | ;?\s*\n\s*nested\ exception | ;\s*nested\ exception
      | \n\s*Traceback | \n\s+File\ " | [.;]?\s*Failed\ messages: | \n?;\s*message\ exceptions | \nAt\ line: | \n\s*\n
      | [\"']\s+at\s/ | \s+in\s/\S+\.php | \s+at\s/\S+\.php | \s*\(Net::\w+\) | ;\s(?:from|to|proto|helo)=<
      | \n\s*(?:(?:Net::SMTP\S*)?>>>|<<<|SMTP(?:[<>]{1,2}|\(close\)>>)|C:|S:|[-~]?>|<[-~*]{0,2})\s | \n===\s
      | \n\s*(?:(?:QUIT|RSET)\b|(?:quit|rset)\s*(?:\n|$))
      | \n(?:msmtp|fetchmail):\s | \n(?:The\ following\ SMTP\ error|Unable\ to\ send\ email)\b
      | \n<?[^\s<>@]+@[^\s<>@]+?>?\.\.\.\s | \n[^\n]{0,40}\b(?:CLIENT\ ->\ SERVER|SMTP\ ERROR):
      | \n(?:MAIL|RCPT|DATA)\ failed:\ \d{3}
      | \n\s*Remote\ system: | \nClosing\ connection\b | \.?\s+Please\ check\ the\ message\ recipient\b
      | \n(?:Connection|Disconnected)\b[^\n]*\bhost | ,\s*\n\s*(?:code|responseCode|command|errno):\s
      | [\"']\s*,\s*[\"']\w+[\"']\s*: | [\"']\s*\n\s*\}""",
    re.VERBOSE,
)
"""Where a reply ends and what wraps it goes on: stack traces, further fields, the rest of a dialogue, an empty line."""
_CAUSE = re.compile(r"(?:\bnested exception(?: is)?:?|\bCaused by:)\s+(?P<cause>[^\n]+)", re.IGNORECASE)
"""The exception inside another one: where no server replied, it alone tells why."""
_FRAMES = re.compile(
    r"^(?:node:|/)\S+:\d+\n[^\n]*\n[ \t]*\^+[ \t]*\n\s*(?=\S)"
    r"|^(?:[\w.-]{1,64} +\| ?)?Traceback \(most recent call last\):[ \t]*\n"
    r"(?:(?:[\w.-]{1,64} +\| ?)?[ \t]+\S[^\n]*\n)+(?:[\w.-]{1,64} +\| ?)?(?=\S)",
    re.MULTILINE,
)
"""Python's stack trace, up to the exception that follows it; the place that Node.js shows above one."""
_CHAINED = re.compile(
    r"\n\s*(?:During handling of the above exception, another exception occurred|The above exception was the direct cause of the "
    r"following exception):\s+"
)
_THROWN = re.compile(
    r"(?:javax?|jakarta|sun|angus|springframework)\.[\w.]*Exception\b|\bMailKit\.\w|\bNet::SMTP\w|\bSMTPConnection\._|\bgomail: "
)
"""Names of client libraries, whose exceptions print a reply as it came. A server's own reply may name an exception, too."""
_IN_REPLY = re.compile(r"\s*\(in reply to (?P<command>[\w ]+?) command\)*.*$", re.DOTALL)
_SAID = re.compile(
    r"(?:host|server)\s+(?P<host>[\w.-]+\.[\w-]+)(?: ?[\[(](?P<address>[\d.:a-fA-FxX]+)[\])])?(?::\d+)?:?\s+(?:said|refused "
    r"to talk to me|replied|answered|responded)",
    re.IGNORECASE,
)
_REPLY_OF = re.compile(
    r"(?:--|from|by|to) (?P<host>[\w-]+(?:\.[\w-]+)+)\.? ?[(\[](?P<address>[\d.]+)[)\]](?: reply:?|:| said)", re.IGNORECASE
)
_NAMED_HOST = re.compile(
    r"\b(?:H=|host=|mx=|relay=|sending to |error from ['\"]?|connect to |MX: ?)(?P<host>[\w-]+(?:\.[\w-]+)+)(?: "
    r"?\[(?P<address>[^\]]+)\])?"
)
_SENT = re.compile(
    r"^\s*(?:(?:Net::SMTP\S*)?>>>|SMTP>{1,2}|-->|->|C:|~>|>)\s*(?P<command>(?:MAIL FROM|RCPT TO|DATA|EHLO|HELO|STARTTLS|AUTH)\b"
    r"|\.(?=[ \t]*$))",
    re.IGNORECASE | re.MULTILINE,
)
_RECEIVED = re.compile(r"^[ \t]*(?:(?:Net::SMTP\S*?)?<<<|SMTP<{1,2}|<[-~*]{0,2}|S:)[ \t]+(?=(?P<code>[245]\d\d)(?P<more>[- ]|$))")
"""A line of a dialogue that the server sent, as Sendmail, swaks, Net::SMTP and the RFCs mark it."""
_HEADING = re.compile(
    r"(?:Technical details of (?:temporary|permanent) failure|The reason for the problem|The response(?: from the remote server)?"
    r" was|The error that the other\s+server\s+re-?\s*turned\s+was):\s+|\n[ \t]*\n[ \t]*<[^<>\s]+@[^<>\s]+>:\s+(?=\S)"
    r"|(?:failed|delivered (?:is|are)):[ \t]*\n[ \t]*\n[ \t]*[^<>\s]+@[^<>\s]+[ \t]*\n\s+(?=\S)|\bDelay reason: +(?=\S)"
    r"|(?:^|\n)[ \t]*-{3,} ?Transcript of session follows ?-{3,}[ \t]*\n\s*(?=\S)"
)
"""What the sentences that a notification begins with end in, or the recipient that follows them."""
_CODE_LAST = re.compile(
    r"(?P<text>(?:[45]\.\d{1,3}\.\d{1,3} |(?<=Failed to add recipient )'[^'\n]*'\. )[^\n]*?) "
    r"\((?:Code: )?(?P<code>[45]\d\d)\)\s*(?:$| in /)",
    re.MULTILINE,
)
"""What prints the code behind the words: ``4.7.1 Ratelimit "user" exceeded (451)``, Roundcube's ``... later (Code: 451)``."""
_ADDED = re.compile(r"^'[^'\n]*'\. ")
_QUOTES = {"'": re.compile(r"(?<!\w)'|'(?!\w)"), '"': re.compile('"')}
"""Quotation marks, and no apostrophes."""
_EDGES = " \t\n\"'`,;*|"


def read(text: str) -> Attempt:
    """Read what was pasted: the reply in it where there is one, else its words as a reason."""
    stage = stage_of(text)
    if "Traceback" in text or "^\n" in text:
        text = _CHAINED.sub("; ", _FRAMES.sub("", text))
    text = _whole_replies(text)
    if headings := [*_HEADING.finditer(text)]:
        text = text[headings[-1].end() :]
    if command := _IN_REPLY.search(text):
        stage = stage_of_command(command["command"]) or stage
        text = text[: command.start()]
    said = _SAID.search(text)
    if said and "refused to talk to me" in said[0] and stage is None:
        stage = Stage.CONNECT
    if last := _CODE_LAST.search(text):
        text = f"{last['code']} {_ADDED.sub('', last['text'])}"
    found = find_reply(text)
    if found is None and (start := find_enhanced(text)) is not None:
        reply = read_words(_trim(text[start:], text[:start]), None, stage)
    elif found is None:
        reply = read_words(_with_cause(_trim(text, ""), text), None, stage)
    else:
        if stage is None and (sent := [*_SENT.finditer(text[: found.start])]):
            stage = stage_of_command(sent[-1]["command"])
        again = find_reply(_trim(text[found.start :], text[: found.start]), stage)
        reply = again.reply if again else found.reply._replace(stage=stage)
    return Attempt(reply, EXCEPTION if _THROWN.search(text) else NAME, relay=relay_in(text))


def _whole_replies(text: str) -> str:
    """``text`` with the marks of a dialogue taken from the later lines of each reply, so that it ends where the reply does."""
    if "<" not in text and "S:" not in text:
        return text
    lines: list[str] = []
    open_code = None
    for line in text.split("\n"):
        received = _RECEIVED.match(line)
        code = received["code"] if received else None
        lines.append(line[received.end() :] if received and code == open_code else line)
        open_code = code if received and received["more"] == "-" else None
    return "\n".join(lines)


def relay_in(text: str) -> Relay | None:
    """The server that a text names as the one that answered."""
    return _relay(_SAID.search(text) or _REPLY_OF.search(text) or _NAMED_HOST.search(text))


def _trim(text: str, before: str) -> str:
    """Cut off what does not belong to the reply: stack traces, further fields, the closing quote or bracket of what wraps it."""
    end = _END.search(text)
    if end:
        text = text[: end.start()]
    text = text.rstrip(_EDGES)
    opener = before.rstrip(" \t")[-1:]
    if opener and opener in "\"'" and len(closers := [found.start() for found in _QUOTES[opener].finditer(text)]) % 2:
        text = text[: closers[-1]]
    for left, right in ("()", "[]", "{}"):
        while text.endswith(right) and text.count(right) > text.count(left):
            text = text[:-1].rstrip(_EDGES)
    return text


def _with_cause(reason: str, text: str) -> str:
    """The reason, and behind it the innermost exception that a stack trace names as its cause."""
    causes = [_trim(found["cause"], "") for found in _CAUSE.finditer(text)]
    return f"{reason}; {causes[-1]}" if causes and causes[-1] not in reason else reason


def _relay(found: re.Match[str] | None) -> Relay | None:
    if found is None:
        return None
    fields = found.groupdict()
    return Relay(fields["host"].lower().rstrip("."), fields.get("address"))
