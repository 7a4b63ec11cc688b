"""The settings of the sending mail server: read, judged, and laid out in time.

>>> settings = read("minimal_backoff_time = 5s", "main.cf")
>>> settings.mta
'postfix'
"""

from __future__ import annotations

from collections.abc import Mapping

from smtp421.model import Evidence
from smtp421.mta.model import Settings
from smtp421.rulebook.pages import Provider, Tree

__all__ = ["Settings", "evidence", "read"]


def read(text: str, name: str, mta: str | None = None) -> Settings:
    """The settings in a text; ``name`` tells people where it comes from, ``mta`` whose they are (else the text tells).

    Raises :class:`smtp421.errors.SettingsUnreadable` where no settings are found, :class:`smtp421.errors.UnknownFormat` for a
    server that is not known.
    """
    from smtp421.mta.detect import detect
    from smtp421.mta.servers import server

    return server(mta or detect(text, name)).read(text, name)


def evidence(settings: Settings, tree: Tree | Mapping[str, float], provider: Provider | None = None) -> list[Evidence]:
    """What the settings answer of the diagnosis tree: ``backoff``, and ``rate`` where a provider's limit on connections does.

    ``tree`` gives the thresholds. An answer's source names the file and the settings.
    """
    from smtp421.mta.answers import answers

    return answers(settings, tree.thresholds if isinstance(tree, Tree) else tree, provider)
