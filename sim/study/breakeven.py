"""At which value of an assumption a conclusion turns: where a rate crosses a bar that somebody has set.

The rate is run along the assumption's range on the same people and luck, which makes the curve smooth, and
the crossing is found by straight lines between points, then again on a finer grid around it. The interval is
where the curve's own bounds cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.outcome.rates import Rate
from sim.progress import Progress, silent
from sim.study.factors import Factor, Floats, Model


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where `rate` crosses `target`. crossings: every value of the factor at which it does, in order.

    low, high: the values between which the crossing lies when the rate's interval is allowed for (None where
    a bound does not cross within the range). words: the finding in a clause. places, rates: the curve.
    """

    factor: Factor
    target: float
    crossings: tuple[float, ...]
    low: float | None
    high: float | None
    words: str
    places: tuple[float, ...]
    rates: tuple[Rate, ...]


def break_even(model: Model, target: float, points: int = 9, progress: Progress = silent) -> BreakEven:
    """Find where the rate of a model with one factor crosses `target` (on the rate's own scale).

    points: of the first grid; as many again are laid around the first crossing found.
    Raises ValueError unless the model has exactly one factor, and StudyError where nothing is disclosed.
    """
    (factor,) = model.factors
    grid = np.linspace(factor.low, factor.high, points)
    made = model.rates([{factor.key: float(x)} for x in grid], progress)
    first = crossings(grid, _values(made), target)
    if first:
        at = int(np.clip(np.searchsorted(grid, first[0]) - 1, 0, points - 2))
        finer = np.linspace(grid[at], grid[at + 1], points)[1:-1]
        more = model.rates([{factor.key: float(x)} for x in finer], progress)
        order = np.argsort(np.concatenate([grid, finer]), kind="stable")
        grid, made = np.concatenate([grid, finer])[order], [[*made, *more][k] for k in order]
    found = crossings(grid, _values(made), target)
    low = crossings(grid, np.array([_or(each.low, each.value) for each in made]), target)
    high = crossings(grid, np.array([_or(each.high, each.value) for each in made]), target)
    ends = sorted(side[0] for side in (low, high) if side)
    return BreakEven(
        factor, target, found, ends[0] if len(ends) == 2 else None, ends[1] if len(ends) == 2 else None,
        _words(factor, target, found, made), tuple(map(float, grid)), tuple(made),
    )  # fmt: skip


def crossings(places: Floats, values: Floats, target: float) -> tuple[float, ...]:
    """Return where the straight lines between (places, values) cross `target`; touching an end counts."""
    above = values - target
    found = []
    for k in range(len(places) - 1):
        a, b = above[k], above[k + 1]
        if a == 0:
            found.append(float(places[k]))
        elif a * b < 0:
            found.append(float(places[k] + (places[k + 1] - places[k]) * a / (a - b)))
    if above[-1] == 0:
        found.append(float(places[-1]))
    return tuple(found)


def _words(factor: Factor, target: float, found: Sequence[float], made: Sequence[Rate]) -> str:
    rate = made[0]
    bar = f"{target:g} per {rate.per:,} {rate.denominator_name}"
    if found:
        return (
            f"the rate crosses {bar} where {factor.label.lower()} is {', '.join(f'{x:.3g}' for x in found)}"
        )
    values = _values(made)
    side = "above" if values.min() > target else "below"
    ends = f"{factor.low:g} to {factor.high:g}"
    return f"the rate stays {side} {bar} over the whole range of {factor.label.lower()}, {ends}"


def _values(made: Sequence[Rate]) -> Floats:
    return np.array([_or(rate.value, 0.0) for rate in made])


def _or(number: float | None, other: float | None) -> float:
    return float(other or 0.0) if number is None else number
