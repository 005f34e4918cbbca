"""How a text differs from the one made again: in its numbers, or in its words only.

Numbers are what is written in digits, of any script, in the order of the text, marks of a page included. That
the numbers agree says nothing of the words around them, so a text whose words differ is told and not excused.
"""

from __future__ import annotations

import difflib
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MOST_TOLD = 6
_MOST_TIMES, _MOST_MORE = 4, 4_000
"""A text of so many times the lines of the one made again, and so many more, is not gone through by line."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text: as it is written, and the line it stands in, from 1."""

    text: str
    line: int


def numbers_of(text: str) -> list[Number]:
    """Return the numbers of a text in order, digits of any script and entities read as digits."""
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    return [
        Number(found, at) for at, line in enumerate(plain.split("\n"), 1) for found in _NUMBER.findall(line)
    ]


@dataclass(frozen=True, slots=True)
class Apart:
    """Where a text differs. lines: those that differ, from 1.  numbers: those not where the other has them.

    held: how many numbers the text has.  same: whether all are those of the other, in order.
    """

    lines: tuple[int, ...]
    numbers: tuple[Number, ...]
    held: int
    same: bool

    def where(self) -> str:
        """Return the lines as "line 3" or "lines 3, 7 to 9"."""
        spans: list[list[int]] = []
        for line in self.lines:
            if spans and line == spans[-1][1] + 1:
                spans[-1][1] = line
            else:
                spans.append([line, line])
        told = [f"{low}" if low == high else f"{low} to {high}" for low, high in spans]
        more = f" and {len(told) - _MOST_TOLD} more places" if len(told) > _MOST_TOLD else ""
        word = "line" if len(self.lines) == 1 else "lines"
        return f"{word} {', '.join(told[:_MOST_TOLD])}{more}"

    def listed(self) -> str:
        """Return the numbers that are elsewhere or nowhere in the other text, as "284 (line 12)"."""
        told = [f"{each.text[:24]} (line {each.line})" for each in self.numbers[:_MOST_TOLD]]
        more = len(self.numbers) - len(told)
        return ", ".join(told) + (f" and {more} more" if more else "")


def apart(there: str, made: str) -> Apart:
    """Return where a text differs from the one made again."""
    mine, its = there.split("\n"), made.split("\n")
    held, wanted = numbers_of(there), numbers_of(made)
    same = [each.text for each in held] == [each.text for each in wanted]
    if len(mine) > _MOST_TIMES * len(its) + _MOST_MORE or len(held) > _MOST_TIMES * len(wanted) + _MOST_MORE:
        return Apart(tuple(range(1, len(mine) + 1)), tuple(held), len(held), same)
    lines: list[int] = []
    for a, b, _, _ in _unlike(mine, its):
        # Where lines are missing, the line before the gap is named.
        lines += range(a + 1, b + 1) or [max(a, 1)]
    others: list[Number] = []
    for a, b, _, _ in _unlike([each.text for each in held], [each.text for each in wanted]):
        others += held[a:b]
    return Apart(tuple(dict.fromkeys(lines)), tuple(others), len(held), same)


def _unlike(mine: Sequence[str], its: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches (first, last + 1, of both) in which two sequences differ."""
    for kind, a, b, c, d in difflib.SequenceMatcher(None, mine, its).get_opcodes():
        if kind != "equal":
            yield a, b, c, d


def says(value: float, number: str, digits: int = 1) -> bool:
    """Whether a number as it is written is a value rounded, to no fewer significant digits than so many.

    Noughts at the end of a whole number may be of the rounding: 280 says 284.
    """
    text = number.replace(",", "")
    whole, _, decimals = text.partition(".")
    if "." in decimals or significant_digits(number) < digits:
        return False
    zeros = len(whole) - len(whole.rstrip("0")) if not decimals else 0
    return abs(float(text) - value) <= 10.0 ** (zeros - len(decimals)) * 0.5000001


def significant_digits(number: str) -> int:
    """Return how many digits of a written number are significant."""
    figures = number.replace(",", "").replace(".", "").lstrip("0")
    return len(figures if "." in number else figures.rstrip("0"))
