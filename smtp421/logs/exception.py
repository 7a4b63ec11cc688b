"""Exception texts of mail libraries: the reply is cut, quoted or spread over fields.

One form a pattern: Python smtplib and aiosmtplib, Odoo, Symfony and Swift Mailer, PHPMailer, PEAR, .NET, nodemailer and ZoneMTA,
lettre, IronPort's Python tuple;
Java, Go, Ruby and MailKit print the reply as it came and are found by the general search. Stages come from the exception's name.
"""

from __future__ import annotations

import re

from smtp421.model import Attempt, Reply, Stage
from smtp421.reply import collapse, parse_enhanced, read_reply, read_words

NAME = "exception"

_PYTHON = re.compile(r"\(\s*(?P<code>[2-5]\d\d),\s*b?(?P<quote>['\"])(?P<text>.*?)(?:(?P=quote)\s*[,)}]|$)", re.DOTALL)
_SYMFONY = re.compile(
    r"got (?:code )?[\"']?(?P<code>\d{3})[\"']?(?:/\w*)?[\"']?, with message "
    r"[\"'](?P<text>.*?)[\"']*\.?\s*(?:[\"']\s+at |\bin /|[\"']\.(?=\s|$)|$)",
    re.DOTALL,
)
_SWIFT_BARE = re.compile(r"got code [\"']?(?P<code>[45]\d\d)[\"']?(?:, (?!with)(?P<text>[^\n]*))?")
_PHPMAILER = re.compile(
    r"(?:(?:Detail|recipients failed: \S{1,254}): (?P<text>.*?)(?:\s*SMTP server error: .*?)?\s*)?"
    r"SMTP code: (?P<code>\d{3})(?: \((?P<enhanced>[245]\.\d{1,3}\.\d{1,3})\))?(?:\s*Additional SMTP info: (?P<more>[^\n]*))?",
    re.DOTALL,
)
_PEAR = re.compile(r"\(code: (?P<code>[45]\d\d), response: (?P<text>.*?)\)(?:[\].\s]|$)", re.DOTALL)
_ODOO = re.compile(r"\bSMTP\w*(?:Error|Refused): (?P<code>[45]\d\d)[ \t]*\n(?P<text>[^\n]+)")
_GO = re.compile(
    r"\bCode:(?P<code>[45]\d\d), (?:EnhancedCode:\S*\{(?P<class>[45]), ?(?P<subject>\d+), ?(?P<detail>\d+)\}, )?"
    r"(?:Msg|Message):\"(?P<text>(?:[^\"\\]|\\.)*)"
)
"""``%#v`` of net/textproto and go-smtp."""
_IRONPORT = re.compile(r"\('(?P<code>[45]\d\d)', \['(?P<text>.*?)'\]\)", re.DOTALL)
_DOTNET = re.compile(r"server response was: (?P<text>.*?)(?:\n\s+at |\n\s*At line|\s*-->|$)", re.DOTALL | re.IGNORECASE)
_STATUS_CODE = re.compile(r"StatusCode: (?P<code>[45]\d\d)\b.*?(?P<text>[45]\.\d{1,3}\.\d{1,3} [^\n]*)", re.DOTALL)
_NODE_FIELD = re.compile(r"\bresponse(?:: |=)(?P<quote>['\"`])(?P<text>[45]\d\d.*?)(?P=quote)\s*(?:,|\}|\n|$)", re.DOTALL)
_LETTRE = re.compile(
    r"severity: (?P<severity>Transient|Permanent)NegativeCompletion, category: (?P<category>\w+), detail: (?P<detail>\w+) \}"
    r"(?:, message: \[(?P<lines>(?:\"(?:[^\"\\]|\\.)*\"(?:, )?)*)|.*?source: \\?\"(?P<source>(?:[^\"\\]|\\.)*))?",
    re.DOTALL,
)
"""lettre and async-smtp (Rust), as ``{:?}`` prints them: each digit of the code has a name of its own."""
_LETTRE_CATEGORIES = ("Syntax", "Information", "Connections", "Unspecified3", "Unspecified4", "MailSystem")
_LETTRE_DETAILS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_EMPTY = re.compile(r"(?:but got an empty response|but got (?:code )?[\"']{0,2},? with message [\"']{2})")

_STAGES = (
    ("SMTPSenderRefused", Stage.MAIL),
    ("Mail command failed", Stage.MAIL),
    ("SMTPRecipientsRefused", Stage.RCPT),
    ("SMTPRecipientRefused", Stage.RCPT),
    ("SMTPAddressFailedException", Stage.RCPT),
    ("all recipients were rejected", Stage.RCPT),
    ("Failed to add recipient", Stage.RCPT),
    ("ProcessMailFromResponse", Stage.MAIL),
    ("Data command failed", Stage.DATA),
    ("Message failed", Stage.END_OF_DATA),
    ("SMTPDataError", Stage.END_OF_DATA),
    ("SMTPHeloError", Stage.EHLO),
    ("SMTPAuthenticationError", Stage.AUTH),
    ("Invalid login", Stage.AUTH),
    ("SMTPConnectError", Stage.CONNECT),
    ("Got bad greeting", Stage.CONNECT),
    ("Invalid greeting", Stage.CONNECT),
)
_MARKS = re.compile(
    r"Exception|Error\b|SMTP\w+Refused|smtplib|Traceback|nodemailer|SMTPConnection|Net::(?:SMTP|Open|Read)|Swift_|"
    r"javax?\.mail|jakarta\.mail|MailKit|Expected response code"
    r"|SMTP code:|code: [45]\d\d, response: |server response was|errno=|textproto|SMTPError|dial tcp|SocketError|getaddrinfo|"
    r"SMTPERR|SMTPCLOSE|responseCode|"
    r"\(\d{3}, b?['\"]|\('[45]\d\d', \['|StatusCode:|NegativeCompletion\b|ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN",
)


def recognises(text: str) -> bool:
    """Whether the text looks like what a mail library throws."""
    return _MARKS.search(text) is not None


def stage_of(text: str) -> Stage | None:
    """The stage that the exception's name or sentence tells."""
    return next((stage for words, stage in _STAGES if words in text), None)


def read(text: str) -> Attempt | None:
    """Read the reply out of an exception; None where none of the known forms holds one."""
    reply = _read(text, stage_of(text))
    return Attempt(reply, NAME) if reply is not None else None


def _read(text: str, stage: Stage | None) -> Reply | None:
    if found := _SYMFONY.search(text):
        return _coded(found["code"], found["text"], stage)
    if found := _PYTHON.search(text):
        return _coded(found["code"], found["text"], stage)
    if found := _PHPMAILER.search(text):
        more = found["more"] or found["enhanced"] or ""
        return _coded(found["code"], f"{more if parse_enhanced(more) else ''} {found['text'] or ''}".strip() or more, stage)
    if found := _GO.search(text):
        enhanced = f"{found['class']}.{found['subject']}.{found['detail']} " if found["class"] else ""
        return _coded(found["code"], enhanced + found["text"], stage)
    if found := _IRONPORT.search(text):
        return _coded(found["code"], found["text"].replace("', '", "\n"), stage)
    if found := _PEAR.search(text) or _ODOO.search(text):
        return _coded(found["code"], found["text"], stage)
    if found := _SWIFT_BARE.search(text):
        return _coded(found["code"], found["text"] or "", stage)
    if found := _DOTNET.search(text):
        return read_reply(found["text"], stage) or read_words(found["text"], None, stage)
    if found := _STATUS_CODE.search(text):
        return _coded(found["code"], found["text"], stage)
    if (found := _LETTRE.search(text)) and found["category"] in _LETTRE_CATEGORIES and found["detail"] in _LETTRE_DETAILS:
        code = (
            f"{4 if found['severity'] == 'Transient' else 5}"
            f"{_LETTRE_CATEGORIES.index(found['category'])}{_LETTRE_DETAILS.index(found['detail'])}"
        )
        words = " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found["lines"] or "")) or found["source"] or ""
        return _coded(code, words, stage)
    if found := _NODE_FIELD.search(text):
        return read_reply(found["text"], stage)
    if _EMPTY.search(text):
        return read_words(collapse(text), None, stage)
    return None


def _coded(code: str, text: str, stage: Stage | None) -> Reply | None:
    """A reply whose code stands apart from its text; the text may repeat it."""
    text = text.replace("\\n", "\n").replace("\\r", "").strip()
    if not text.startswith(code):
        text = f"{code} {text}"
    return read_reply(text, stage)
