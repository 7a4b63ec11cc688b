"""Asking on a terminal: one question of the tree after the other, on standard error, so that the result can go elsewhere.

What is asked comes from rule files, which may be foreign: it passes through the painter like everything else that is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from rich.console import Console
from rich.prompt import InvalidResponse, PromptBase
from rich.text import Text

from smtp421.diagnosis.tree import UNKNOWN
from smtp421.diagnosis.walkthrough import Marked
from smtp421.model import Diagnosis
from smtp421.render import phrases
from smtp421.render.blocks import Block, Fields, Heading, Item, Items, Paragraph, Span, prose, words
from smtp421.render.interface import View
from smtp421.render.panel import reply_words
from smtp421.render.text import Format
from smtp421.render.walk import SIGNS
from smtp421.rulebook.pages import Node


class Typed(Enum):
    """What can be typed in place of an answer."""

    BACK = "b"
    STOP = "q"


class Asker:
    """Asks, and shows what needs no asking."""

    def __init__(self, view: View, console: Console | None = None) -> None:
        """``view`` is how the terminal that is asked on looks at it."""
        self._console = console or Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._painter = Format(view)
        self._shown: list[tuple[str, str]] = []

    def begin(self, found: Diagnosis, taken: str) -> None:
        """Say what it is about."""
        rows = [("Deferral", reply_words(found.attempt.reply, self._painter.view)), ("Taken", words(taken))]
        self._paint([Fields(tuple(row for row in rows if row[1]))])

    def tell(self, marked: Sequence[Marked], *, until: Node | None) -> None:
        """Show the answers that are known on the way to a node, as far as they were not shown yet."""
        known = [item for item in marked if item.answer != UNKNOWN]
        self._shown = [item for item in self._shown if item in {(each.node.id, each.answer) for each in known}]
        for item in marked:
            if until is not None and item.node.id == until.id:
                break
            if item in known and (item.node.id, item.answer) not in self._shown:
                name = Span(phrases.plain(item.answer), "strong")
                self._paint([Paragraph(words(f"{SIGNS[item.mark]} {item.node.id}: ", name, f" - {item.told}"))])
                self._shown.append((item.node.id, item.answer))

    def ask(self, node: Node, *, first: bool, old: str = "") -> str | Typed:
        """Ask one question; ``old`` is what old evidence answers.

        Raises EOFError where the terminal is gone, KeyboardInterrupt on Ctrl-C.
        """
        self._console.file.write("\n")
        self._paint(list(_question(node, old)))
        keys = {str(number): answer for number, answer in enumerate(node.answers, 1)}
        answer = _Prompt(keys, first=first, console=self._console)()
        if isinstance(answer, str):
            self._shown.append((node.id, answer))
        return answer

    def _paint(self, blocks: list[Block]) -> None:
        self._console.file.write(self._painter.paint(tuple(blocks)))
        self._console.file.flush()


def _question(node: Node, old: str) -> Iterator[Block]:
    yield Heading(node.question)
    if old:
        yield Paragraph(words(Span("long ago: ", "dim"), old))
    yield Items(tuple(Item(words(Span("to find out: ", "dim")) + prose(how)) for how in node.how))
    rows = [
        (f"  {number}  {phrases.plain(answer)}", prose(edge.says))
        for number, (answer, edge) in enumerate(node.answers.items(), 1)
    ]
    yield Fields((*rows, ("  0  don't know", prose(node.unknown.says))))


class _Prompt(PromptBase[str | Typed]):
    """Takes a number, an answer's own word, or what else can be typed."""

    response_type = str
    prompt_suffix = " "

    def __init__(self, keys: dict[str, str], *, first: bool, console: Console) -> None:
        wishes = "q stops" if first else "b goes back, q stops"
        super().__init__(Text(f"Answer 0-{len(keys)} ({wishes}):"), console=console, show_default=False, show_choices=False)
        self._keys = keys
        self._first = first

    def process_response(self, value: str) -> str | Typed:
        """The answer typed. Raises InvalidResponse."""
        typed = value.strip().lower()
        names = {phrases.plain(answer).lower(): answer for answer in self._keys.values()}
        if typed in self._keys:
            return self._keys[typed]
        if typed in names:
            return names[typed]
        if typed in ("0", "?", "don't know", UNKNOWN):
            return UNKNOWN
        if typed in ("b", "back") and not self._first:
            return Typed.BACK
        if typed in ("q", "quit", "stop"):
            return Typed.STOP
        raise InvalidResponse(Text(f"Type a number from 1 to {len(self._keys)}, or 0 where you don't know."))
