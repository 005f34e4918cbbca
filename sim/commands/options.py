"""Options that are numbers: refused in one line, with their name, unless they are what they should be.

Left to the command line's own reading, 1.5 workers are two and a bar of "nan" is a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter, Token

from sim.errors import InputErrors, Mistake
from sim.toml_files import show

MOST_TO_ASK = 1_000_000
"""Cells, samples or draws that an option may ask for; what they cost is estimated beyond that check."""


def whole(low: int, high: int) -> Parameter:
    """Return how an option is read that is a whole number in [low, high]."""

    def number(text: str) -> int:
        found = int(text)
        if not low <= found <= high:
            raise ValueError(f"is not in [{low}, {high}] (got {show(found)})")
        return found

    return Parameter(converter=_reader(number, "should be a whole number"))


def real() -> Parameter:
    """Return how an option is read that is a finite number."""

    def number(text: str) -> float:
        found = float(text)
        if not math.isfinite(found):
            raise ValueError(f"should be a finite number (got {text})")
        return found

    return Parameter(converter=_reader(number, "should be a number"))


def _reader(number: Callable[[str], Any], otherwise: str) -> Callable[[Any, Sequence[Token]], Any]:
    def read(_: Any, tokens: Sequence[Token]) -> Any:
        token = tokens[-1]
        try:
            return number(token.value)
        except ValueError as error:
            said = str(error)
            # Python's own words for what is no number name a function; ours say what is wanted.
            problem = said if "(got " in said else f"{otherwise} (got {show(token.value)})"
            raise InputErrors([Mistake("command line", token.keyword or "arguments", problem)]) from None

    return read


WorkerCount = Annotated[int, whole(1, 256)]
ThreadCount = Annotated[int, whole(1, 64)]
Port = Annotated[int, whole(1024, 65535)]
Most = Annotated[int, whole(1, MOST_TO_ASK)]
Samples = Annotated[int | None, whole(1, MOST_TO_ASK)]
Populations = Annotated[int | None, whole(1, 10_000)]
Bar = Annotated[float | None, real()]
