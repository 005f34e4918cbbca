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
from sim.parameters import exact
from sim.progress import Progress, silent
from sim.study.factors import Factor, Floats, Model


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where `rate` crosses `target`. crossings: every value of the factor at which it does, in order.

    low, high: the values between which a single crossing lies when the rate's interval is allowed for, that
    is, where the curve's bounds cross; None where a bound does not cross within the range, or crosses more
    than once, or where there are several crossings. words: the finding in a clause. places, rates: the curve.
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

    points: of the first grid; nearly as many again are laid inside every step in which the rate crosses.
    Raises ValueError unless the model has exactly one factor, and StudyError where nothing is disclosed.
    """
    (factor,) = model.factors
    grid = np.linspace(factor.low, factor.high, points)
    made = model.rates([{factor.key: float(x)} for x in grid], progress)
    steps = {
        int(np.clip(np.searchsorted(grid, x) - 1, 0, points - 2))
        for x in crossings(grid, _values(made), target)
    }
    if steps:
        finer = np.concatenate([np.linspace(grid[k], grid[k + 1], points)[1:-1] for k in sorted(steps)])
        more = model.rates([{factor.key: float(x)} for x in finer], progress)
        order = np.argsort(np.concatenate([grid, finer]), kind="stable")
        grid, made = np.concatenate([grid, finer])[order], [[*made, *more][k] for k in order]
    found = crossings(grid, _values(made), target)
    low, high = _ends(grid, made, target) if len(found) == 1 else (None, None)
    return BreakEven(
        factor, target, found, low, high,
        _words(factor, target, found, made), tuple(map(float, grid)), tuple(made),
    )  # fmt: skip


def _ends(grid: Floats, made: Sequence[Rate], target: float) -> tuple[float | None, float | None]:
    """Return where the bounds of the rate cross: the end below the crossing, and the one above it.

    A rising rate reaches the bar first with its upper bound, a falling one with its lower.
    """
    lower = crossings(grid, np.array([_or(each.low, each.value) for each in made]), target)
    upper = crossings(grid, np.array([_or(each.high, each.value) for each in made]), target)
    values = _values(made)
    first, last = (upper, lower) if values[-1] > values[0] else (lower, upper)
    return (first[0] if len(first) == 1 else None), (last[0] if len(last) == 1 else None)


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
    bar = f"{exact(target)} per {rate.per:,} {rate.denominator_name}"
    if len(found) > 1:
        places = ", ".join(f"{x:.3g}" for x in found)
        return (
            f"the rate crosses {bar} more than once, where {factor.label.lower()} is {places}: "
            "it turns back, or its noise is wider than its slope; more replicates tell which"
        )
    if found:
        return (
            f"the rate crosses {bar} where {factor.label.lower()} is {', '.join(f'{x:.3g}' for x in found)}"
        )
    values = _values(made)
    side = "above" if values.min() > target else "below"
    ends = f"{exact(factor.low)} to {exact(factor.high)}"
    return f"the rate stays {side} {bar} over the whole range of {factor.label.lower()}, {ends}"


def _values(made: Sequence[Rate]) -> Floats:
    return np.array([_or(rate.value, 0.0) for rate in made])


def _or(number: float | None, other: float | None) -> float:
    return float(other or 0.0) if number is None else number
