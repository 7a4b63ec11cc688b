"""smtp421 explains mail deferrals: who said it, why, how serious, what to do, and whether a retry can help.

The names in ``__all__`` are the public API; all else may change. They are loaded when first used, so that the command line
starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from smtp421.api import explain, explain_all, load_rulebook, scan
    from smtp421.errors import Smtp421Error
    from smtp421.model import Attempt, Diagnosis, Evidence, Fix, Origin, Reply, Severity
    from smtp421.rulebook import RuleBook

__all__ = [
    "Attempt",
    "Diagnosis",
    "Evidence",
    "Fix",
    "Origin",
    "Reply",
    "RuleBook",
    "Severity",
    "Smtp421Error",
    "explain",
    "explain_all",
    "load_rulebook",
    "scan",
]

_HOMES = {
    "explain": "api",
    "explain_all": "api",
    "load_rulebook": "api",
    "scan": "api",
    "Smtp421Error": "errors",
    "RuleBook": "rulebook",
    **dict.fromkeys(("Attempt", "Diagnosis", "Evidence", "Fix", "Origin", "Reply", "Severity"), "model"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
