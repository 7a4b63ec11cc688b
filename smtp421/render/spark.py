"""Spark lines: how much there was when, in a few characters."""

from __future__ import annotations

from collections.abc import Iterable

from smtp421.diagnosis.history.values import Bins

WIDTH = 16
_BARS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
_DIGITS = "123456789"
_NOTHING, _NOTHING_ASCII = "\u00b7", "."


def spark(bins: Iterable[Bins], start: float, end: float, *, width: int = WIDTH, ascii_only: bool = False) -> str:
    """The numbers from ``start`` to ``end`` (seconds since 1970), the highest as a full bar; a dot where there was nothing.

    With ``ascii_only``, digits from 1 to 9 are the bars. Empty where the time between is none.
    """
    span = end - start + 1
    if span < width:
        return ""
    columns = [0.0] * width
    for each in bins:
        for second, number in each.numbers:
            # A bin that is wider than a column is spread over all columns that it covers.
            left, right = max(second, start), min(second + each.step, start + span)
            first, last = int((left - start) * width / span), int((right - start - 1e-6) * width / span)
            for column in range(max(first, 0), min(last, width - 1) + 1):
                columns[column] += number / (last - first + 1)
    highest = max(columns)
    bars, nothing = (_DIGITS, _NOTHING_ASCII) if ascii_only else (_BARS, _NOTHING)
    if not highest:
        return ""
    return "".join(bars[min(int(column / highest * len(bars)), len(bars) - 1)] if column else nothing for column in columns)
