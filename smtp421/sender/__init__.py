"""The sender's side as receivers see it in the DNS: PTR, HELO, MX, SPF, DKIM, DMARC, the destination's demands, block lists.

:func:`smtp421.sender.run.check` looks things up and judges them; nothing else in smtp421 asks the DNS. :func:`evidence` turns a
report into answers to the diagnosis tree, and needs no DNS.
"""

from smtp421.sender.evidence import evidence
from smtp421.sender.report import Finding, Level, Report, Subject

__all__ = ["Finding", "Level", "Report", "Subject", "evidence"]
