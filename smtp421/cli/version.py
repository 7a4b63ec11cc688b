"""``smtp421 --version``: the age of the rules matters as much as the program's."""

from __future__ import annotations

import smtp421
from smtp421.render.phrases import count


def version_line() -> str:
    """Version, number of rules and providers, and the newest day on which somebody checked a source."""
    info = smtp421.load_rulebook().info
    newest = f", newest checked {info.newest}" if info.newest else ""
    return f"smtp421 {smtp421.__version__}, {count(info.rules, 'rule')} of {count(info.providers, 'provider')}{newest}"
