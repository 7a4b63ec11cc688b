"""Commands as logs and libraries spell them, and the stage that each stands for."""

from __future__ import annotations

from smtp421.model import Stage

_STAGES = {
    "CONNECT": Stage.CONNECT,
    "EHLO": Stage.EHLO,
    "HELO": Stage.EHLO,
    "LHLO": Stage.EHLO,
    "STARTTLS": Stage.STARTTLS,
    "AUTH": Stage.AUTH,
    "MAIL": Stage.MAIL,
    "MAIL FROM": Stage.MAIL,
    "RCPT": Stage.RCPT,
    "RCPT TO": Stage.RCPT,
    "DATA": Stage.DATA,
    "END OF DATA": Stage.END_OF_DATA,
    "END-OF-DATA": Stage.END_OF_DATA,
    "END-OF-MESSAGE": Stage.END_OF_DATA,
    ".": Stage.END_OF_DATA,
}


def stage_of_command(command: str) -> Stage | None:
    """The stage of a command as it is spelled in "(in reply to RCPT TO command)" and the like; None where it is none."""
    return _STAGES.get(command.strip().removesuffix(" command").upper())
