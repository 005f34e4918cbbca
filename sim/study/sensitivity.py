"""Which assumptions carry the result: Morris screening, Sobol total order, a tornado, and break-even values.

Screening (Morris 1991; Campolongo and others 2007) walks through the ranges changing one factor at a time and
averages how much the answer moves (mu*) and how unevenly (sigma). What survives gets Sobol's total-order
index (Saltelli and others 2010), the share of the answer's variance that goes when the factor is known. The
tornado is a display, not evidence: one factor at a time misses what factors do together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import InputErrors, Mistake
from sim.outcome.rates import Rate
from sim.progress import Progress, silent
from sim.rng import Streams
from sim.study.factors import Factor, Floats, Model

LEVELS = 4
"""Levels of the Morris grid; a step is two thirds of a range, as is usual for four."""

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Effect:
    """A factor's elementary effects, in units of the rate over the whole range.

    mu_star: mean absolute effect, with a bootstrap interval over trajectories. mu: mean effect, with its
    sign. sigma: standard deviation, large where the factor interacts or is not linear.
    """

    factor: Factor
    mu_star: float
    low: float
    high: float
    mu: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Index:
    """A factor's Sobol indices with half-widths of their bootstrap intervals."""

    factor: Factor
    total: float
    total_half_width: float
    first: float
    first_half_width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a tornado: the rate with one factor at each end of its range, the others as in the base."""

    factor: Factor
    at_low: Rate
    at_high: Rate

    @property
    def span(self) -> float:
        """Distance between the two ends."""
        return abs((self.at_high.value or 0.0) - (self.at_low.value or 0.0))


def morris(
    model: Model, trajectories: int = 20, seed: int = 1, progress: Progress = silent
) -> tuple[Effect, ...]:
    """Screen the model's factors with trajectories * (factors + 1) points; strongest first."""
    walks = trajectories_of(len(model.factors), trajectories, seed)
    values = model.values(walks.reshape(-1, walks.shape[2]), progress).reshape(walks.shape[:2])
    effects = elementary_effects(walks, values)
    tail = (1 - model.base.value("outcome.confidence")) / 2
    chance = Streams(seed).generator("study.morris.bootstrap")
    picks = chance.integers(0, trajectories, (RESAMPLES, trajectories))
    found = []
    for k, factor in enumerate(model.factors):
        mine = effects[:, k]
        low, high = np.quantile(np.abs(mine)[picks].mean(axis=1), (tail, 1 - tail))
        spread = float(mine.std(ddof=1)) if trajectories > 1 else 0.0
        found.append(
            Effect(factor, float(np.abs(mine).mean()), float(low), float(high), float(mine.mean()), spread)
        )
    return tuple(sorted(found, key=lambda effect: -effect.mu_star))


def trajectories_of(factors: int, number: int, seed: int) -> Floats:
    """Return Morris trajectories, shape (number, factors + 1, factors), in the unit cube.

    Each starts at a random point of the lower half of a grid of LEVELS levels and moves every factor once, in
    random order, by LEVELS / (2 (LEVELS - 1)), up or down.
    """
    chance = Streams(seed).generator("study.morris.trajectories")
    step = LEVELS / (2 * (LEVELS - 1))
    walks = np.empty((number, factors + 1, factors))
    for walk in walks:
        start = chance.integers(0, LEVELS // 2, factors) / (LEVELS - 1)
        up = chance.random(factors) < 0.5
        place = np.where(up, start, start + step)
        walk[0] = place
        for k, moved in enumerate(chance.permutation(factors), start=1):
            place = place.copy()
            place[moved] += step if up[moved] else -step
            walk[k] = place
    return walks


def elementary_effects(walks: Floats, values: Floats) -> Floats:
    """Return the change of the answer per whole range, shape (trajectories, factors)."""
    moves, changes = np.diff(walks, axis=1), np.diff(values, axis=1)
    which = np.abs(moves).argmax(axis=2)
    size = np.take_along_axis(moves, which[:, :, None], axis=2)[:, :, 0]
    effects = np.empty((walks.shape[0], walks.shape[2]))
    np.put_along_axis(effects, which, changes / size, axis=1)
    return effects


def surviving(effects: Sequence[Effect], share: float = 0.05, most: int = 8) -> tuple[Factor, ...]:
    """Return the factors whose mu* is at least `share` of the largest, at most `most` of them."""
    largest = max((effect.mu_star for effect in effects), default=0.0)
    kept = [effect.factor for effect in effects if largest > 0 and effect.mu_star >= share * largest]
    return tuple(kept[:most])


def sobol(model: Model, samples: int = 256, seed: int = 1, progress: Progress = silent) -> tuple[Index, ...]:
    """Return Sobol indices from samples * (factors + 2) points (a power of two samples), largest total first.

    Raises InputErrors without the extra "sensitivity", or if samples is no power of two.
    """
    sample, analyze = check_sobol(samples)
    names = [factor.key for factor in model.factors]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    points = sample(problem, samples, calc_second_order=False, seed=seed)
    values = model.values(np.asarray(points, np.float64), progress)
    if values.std() == 0:
        return tuple(Index(factor, 0.0, 0.0, 0.0, 0.0) for factor in model.factors)
    level = model.base.value("outcome.confidence")
    found = analyze(
        problem, values, calc_second_order=False, seed=seed, num_resamples=RESAMPLES, conf_level=level
    )
    made = [
        Index(factor, *(float(found[name][k]) for name in ("ST", "ST_conf", "S1", "S1_conf")))
        for k, factor in enumerate(model.factors)
    ]
    return tuple(sorted(made, key=lambda index: -index.total))


def check_sobol(samples: int) -> tuple[Any, Any]:
    """Return SALib's functions that sample and analyze; raises InputErrors as `sobol` does."""
    if samples < 2 or samples & (samples - 1):
        raise InputErrors([Mistake("sobol", "samples", f"should be a power of two (got {samples})")])
    try:
        from SALib.analyze.sobol import analyze  # noqa: PLC0415 - an extra, wanted only here
        from SALib.sample.sobol import sample  # noqa: PLC0415
    except ImportError:
        problem = 'needs the extra "sensitivity" (pip install "linkage-error-simulator[sensitivity]")'
        raise InputErrors([Mistake("sensitivity", "sobol", problem)]) from None
    return sample, analyze


def tornado(model: Model, progress: Progress = silent) -> tuple[Bar, ...]:
    """Return the rate with each factor at the ends of its range, the rest as in the base; longest first."""
    settings = [{factor.key: end} for factor in model.factors for end in (factor.low, factor.high)]
    made = model.rates(settings, progress)
    bars = [Bar(factor, made[2 * k], made[2 * k + 1]) for k, factor in enumerate(model.factors)]
    return tuple(sorted(bars, key=lambda bar: -bar.span))
