"""The table of log formats: a row a format, in the order in which a line is tried.

A row names the format's module and what a line of it must hold; the module is imported when the first such line comes, so that
a run pays for the formats that it meets. The hints only spare work: whether a line is of a format, its module tells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module

from smtp421.logs.interface import Format, Reader


class Row:
    """A format that is not imported before a line asks for it; reads like a :class:`~smtp421.logs.interface.Format`."""

    def __init__(self, name: str, module: str, hint: Callable[[str], bool] | tuple[str, ...]) -> None:
        self.name = name
        self._module = module
        self._hint = hint

    @property
    def webhook(self) -> bool:
        """Whether it is what a service posts."""
        return self._module == "webhooks"

    @cached_property
    def _format(self) -> Format:
        module = import_module(f"smtp421.logs.{self._module}")
        several: tuple[Format, ...] = getattr(module, "FORMATS", ())
        return next((form for form in several if form.name == self.name), None) or module.FORMAT

    @property
    def title(self) -> str:
        """For people: the program and the kind of file."""
        return self._format.title

    @property
    def sample(self) -> str:
        """A line, or some, as the program writes them."""
        return self._format.sample

    def recognises(self, text: str) -> bool:
        """Whether a line, or a table's header, is of this format."""
        hint = self._hint
        hinted = any(words in text for words in hint) if isinstance(hint, tuple) else hint(text)
        return hinted and self._format.recognises(text)

    def open(self) -> Reader:
        """A fresh reader for one stream."""
        return self._format.open()


def _age_first(text: str) -> bool:
    """``25m``, ``3h``: how ``exim -bp`` begins a message."""
    word = text[:12].split(None, 1)[0] if text[:12].strip() else ""
    return word[-1:] in ("m", "h", "d", "w") and word[:-1].isdigit()


def _address_first(text: str) -> bool:
    """``u@example.com: 451 ...``: how esmtp reports."""
    return "@" in text.split(" ", 1)[0] or text.startswith("SMTP server problem ")


def _code_first(text: str) -> bool:
    """``421 ...``: a bare reply."""
    return text.lstrip(" \t\"'`")[:1] in ("4", "5")


_DAYS = (" Mon ", " Tue ", " Wed ", " Thu ", " Fri ", " Sat ", " Sun ")

LINE_FORMATS: tuple[Row, ...] = (
    # JSON, tables and queue listings first: their fields hold what other programs' lines look like.
    Row("postfix_queue_json", "postqueue_j", ('"queue_id"',)),
    Row("kumomta", "kumomta", ('"response"',)),
    Row("sendgrid", "webhooks", ("sg_event_id", "sg_message_id")),
    Row("mailgun", "webhooks", ("delivery-status",)),
    Row("amazon_ses", "webhooks", ("eventType", "notificationType")),
    Row("sparkpost", "webhooks", ("message_event", "raw_reason")),
    Row("mandrill", "webhooks", ('"msg"',)),
    Row("postmark", "webhooks", ("RecordType",)),
    Row("postal", "webhooks", ('"payload"',)),
    Row("scaleway", "webhooks", ("email_to",)),
    Row("resend", "webhooks", ('"email.',)),
    Row("brevo", "webhooks", ('"message-id"',)),
    Row("powermta", "powermta", ("timeLogged", "timelogged")),
    Row("exchange_tracking", "exchange_tracking", ("event-id", "EventId")),
    Row("exchange_send", "exchange_send", ("session-id",)),
    Row("exchange_online", "exchange_online", ("event_id", "Detail")),
    Row("google_els", "google_els", ("Event SMTP reply code",)),
    Row("postfix_queue", "mailq", ("-Queue ID-", *_DAYS)),
    Row("sendmail_queue", "mailq", ("-Q-ID-", *_DAYS)),
    Row("exim_queue", "exim_bp", _age_first),
    Row("opensmtpd_queue", "smtpctl_queue", ("|mta|", "|mda|", "|bounce|", "|?|")),
    # Lines that bear their program's mark, then those that are known by the shape of a record.
    Row("maddy", "maddy", ("queue: ",)),
    Row("stalwart", "stalwart", ("(delivery.",)),
    Row("hmailserver", "hmailserver", ('"SMTP',)),
    Row("mailenable", "mailenable", ("\tSMTP-",)),
    Row("momentum", "momentum", ("@R@", "@D@", "@T@", "@P@", "@B@")),
    Row("opensmtpd", "opensmtpd", (" mta ", " smtp ", " mda ", "smtpd[", "Expire for ", "Fail for ")),
    Row("courier", "courier", ("courier",)),
    Row("dma", "dma", ("dma",)),
    Row("haraka", "haraka", ("] [", " origin=", '"origin":', "df\t", "b\t")),
    Row("halon", "halon", ("mailqueued",)),
    Row("ssmtp", "ssmtp", ("sSMTP",)),
    Row("msmtp", "msmtp", (" exitcode=EX_",)),
    Row("zonemta", "zonemta", (" mx=",)),
    Row("chasquid", "chasquid", (" from=", "Queue.SendLoop", "Courier.SMTP")),
    Row("sendmail", "sendmail", (" stat=", "ruleset=", "SYSERR(")),
    Row(
        "postfix",
        "postfix",
        ("status=", "[", " said: ", "refused to talk to me: "),
    ),
    Row(
        "exim",
        "exim",
        (" == ", " ** ", " => ", " -> ", " <= ", " Completed", "H=", "SMTP error", " temporarily rejected ", "exim"),
    ),
    Row("qmail", "qmail", ("delivery ", " msg ", "Remote_host_said:_", "_(#4.")),
    Row("nullmailer", "nullmailer", ("Starting delivery: ", ": Failed: ", "Sending failed: ", "Sent file.")),
    Row("esmtp", "esmtp", _address_first),
    Row("replies", "replies", _code_first),
)
PASTE_FORMATS = LINE_FORMATS[:-1]
"""In a paste a reply may be wrapped over lines, which a list's is not."""

_JSON = tuple(form for form in LINE_FORMATS if form.name == "kumomta" or form.name == "postfix_queue_json" or form.webhook)
_LOOSE = ("esmtp", "replies")


def own_json(text: str) -> bool:
    """Whether a line is JSON of a mail server or a service, which its reader takes as it is."""
    return any(form.recognises(text) for form in _JSON)


def known_line(text: str) -> bool:
    """Whether a text is a line that a reader knows by more than a reply code."""
    return any(form.recognises(text) for form in PASTE_FORMATS if form.name not in _LOOSE)
