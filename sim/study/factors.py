"""What a sensitivity study varies: numbers of the model, the range of each, and how the answer is read off.

Every point is run with the same seed, so that the same people, the same luck and a smooth response: noise
between points does not pass for sensitivity (common random numbers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.errors import InputErrors, Mistake, StudyError
from sim.outcome.rates import HEADLINE, RATES, Rate, Settings, make
from sim.parameters import catalogue
from sim.progress import Progress, silent
from sim.scenario import Scenario
from sim.study.batches import evaluate
from sim.study.unfinished import Unfinished
from sim.study.workers import Workers
from sim.toml_files import nearest, show

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factor:
    """One number of the model and the range it is varied over. grade: how good its source is."""

    key: str
    low: float
    high: float
    label: str
    grade: str

    def at(self, share: float) -> float:
        """Return the value at a share (0 to 1) of the range."""
        return self.low + share * (self.high - self.low)


def factor(key: str, bounds: tuple[float, float] | None = None) -> Factor:
    """Return the factor of a parameter, over its catalogue range or `bounds` within it.

    Raises InputErrors for an unknown key, a table, or bounds outside the range.
    """
    known = catalogue()
    if key not in known:
        raise InputErrors([Mistake("factors", key, f"is not a number of the model{nearest(key, known)}")])
    entry = known[key]
    if isinstance(entry.value, (dict, tuple)):
        raise InputErrors([Mistake("factors", key, "is a table, not a single number")])
    low, high = bounds or entry.range
    if not entry.range[0] <= low < high <= entry.range[1]:
        problem = f"should be a range within {show(list(entry.range))} (got {show([low, high])})"
        raise InputErrors([Mistake("factors", key, problem)])
    return Factor(key, float(low), float(high), entry.label, entry.grade)


@dataclass(frozen=True, slots=True)
class Model:
    """The answer as a function of the factors: a base scenario and the rate that is watched."""

    base: Scenario
    factors: Sequence[Factor]
    rate: str = HEADLINE
    pool: Workers = Workers()  # noqa: RUF009 - frozen
    kept: Unfinished | None = None

    def scenario(self, shares: Sequence[float]) -> Scenario:
        """Return the scenario at a point of the unit cube, a share of each factor's range."""
        return self.base.replace({f.key: f.at(float(u)) for f, u in zip(self.factors, shares, strict=True)})

    def values(self, points: Floats, progress: Progress = silent) -> Floats:
        """Return the rate at each row of `points`, shape (n, factors), in the unit cube.

        Raises StudyError where nothing was disclosed: such a point has no rate, and nought is not its value.
        """
        settings = [{f.key: f.at(float(u)) for f, u in zip(self.factors, row, strict=True)} for row in points]
        return np.array([rate.value for rate in self.rates(settings, progress)], np.float64)

    def rates(self, settings: Sequence[Mapping[str, object]], progress: Progress = silent) -> list[Rate]:
        """Return the rate at each of several settings of the base; raises StudyError as `values` does."""
        scenarios = [self.base.replace(each) for each in settings]
        definition = next(each for each in RATES if each.name == self.rate)
        found = []
        for outcome, scenario, told in zip(
            evaluate(scenarios, self.pool, progress, kept=self.kept), scenarios, settings, strict=True
        ):
            made = make(definition, pl.DataFrame(outcome.counts), Settings.of(scenario))
            if made.value is None:
                where = ", ".join(f"{key}={show(value)}" for key, value in told.items())
                raise StudyError(f"{made.words} at {where}; narrow the ranges or watch another rate")
            found.append(made)
        return found
