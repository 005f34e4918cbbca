"""Confidence intervals, each a few lines on `scipy.stats`, for the two questions a rate raises.

Inside one population the counts are binomial and the interval is Wilson's, or Clopper and Pearson's exact one
where events are few or a bound is what is claimed. Between replicate populations the replicates are the
sample, so the interval is Student's t on the ratio of totals with a delete-one jackknife standard error.
Pooling replicates into one binomial understates the error, because populations differ.

Sources: Wilson (1927); Clopper and Pearson (1934); Quenouille (1956) and Efron and Tibshirani (1993), chapter
11, for the jackknife; Cochran (1977), chapter 6, for ratios of totals; Louis (1981) for the bound at zero.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share or ratio as plain numbers (not per 1,000), and the method's name in words."""

    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of totals over replicates: estimate, jackknife standard error, interval, prediction range."""

    value: float
    standard_error: float
    interval: Interval
    prediction: Interval


def percent_of(level: float) -> str:
    """Return a level of confidence in words: "95 %" of 0.95. Every printed one is made here."""
    return f"{100 * level:.10g} %"


def wilson(events: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval for `events` of `trials`; ValueError unless 0 <= events <= trials."""
    _check(events, trials)
    z = z_quantile(confidence)
    share = events / trials
    shrink = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    half = z / shrink * float(np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)))
    low = 0.0 if events == 0 else max(0.0, centre - half)
    high = 1.0 if events == trials else min(1.0, centre + half)
    return Interval(low, high, "Wilson")


@functools.lru_cache(maxsize=4096)  # the groups of a sweep's many cells have the same small counts
def clopper_pearson(events: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the exact two-sided interval of Clopper and Pearson for `events` of `trials`."""
    _check(events, trials)
    tail = (1 - confidence) / 2
    low = 0.0 if events == 0 else float(stats.beta.ppf(tail, events, trials - events + 1))
    high = 1.0 if events == trials else float(stats.beta.ppf(1 - tail, events + 1, trials - events))
    return Interval(low, high, "Clopper-Pearson, exact")


def upper_bound(trials: int, confidence: float = 0.95) -> Interval:
    """Return the one-sided exact upper bound when no event was seen: 1 - (1 - confidence)**(1/trials)."""
    _check(0, trials)
    high = 1 - (1 - confidence) ** (1 / trials)
    return Interval(0.0, high, "exact one-sided upper bound, no event seen")


def within(events: int, trials: int, confidence: float = 0.95, exact_below: float = 5) -> Interval:
    """Return the interval for one population: a bound at zero, exact for few events, Wilson's otherwise.

    exact_below: the exact interval serves up to this many events (and this many non-events).
    """
    if events == 0:
        return upper_bound(trials, confidence)
    if min(events, trials - events) <= exact_below:
        return clopper_pearson(events, trials, confidence)
    return wilson(events, trials, confidence)


def t_interval(values: Floats, confidence: float = 0.95) -> tuple[float, float, Interval]:
    """Return mean, standard error and t interval of at least two replicate values."""
    if values.size < 2:
        raise ValueError(f"a t interval needs at least two replicates, got {values.size}")
    mean = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(values.size))
    half = t_quantile(values.size, confidence) * error
    return mean, error, Interval(mean - half, mean + half, f"t over {values.size} replicates")


def prediction_range(values: Floats, centre: float, confidence: float = 0.95) -> Interval:
    """Return the range one further population would fall in: centre +- t * SD * sqrt(1 + 1/R)."""
    spread = float(values.std(ddof=1)) * float(np.sqrt(1 + 1 / values.size))
    half = t_quantile(values.size, confidence) * spread
    return Interval(centre - half, centre + half, f"prediction for one population, {values.size} replicates")


def ratio_of_totals(numerators: Floats, denominators: Floats, confidence: float = 0.95) -> Ratio:
    """Return sum(numerators) / sum(denominators) over R replicates with a jackknife t interval.

    numerators, denominators: shape (R,), R >= 2; replicates with nothing in the denominator weigh nothing,
    and at least two must have something. Bounds are not clipped: a caller knows whether his ratio has an
    end. Raises ValueError when fewer than two replicates have a denominator.
    """
    full = denominators > 0
    above, below = numerators[full].astype(np.float64), denominators[full].astype(np.float64)
    count = above.size
    if count < 2:
        raise ValueError(f"a ratio over replicates needs two with a denominator, got {count}")
    value = float(above.sum() / below.sum())
    error = jackknife_error((above.sum() - above) / (below.sum() - below))
    half = t_quantile(count, confidence) * error
    interval = Interval(value - half, value + half, f"jackknife t over {count} replicates")
    return Ratio(value, error, interval, prediction_range(above / below, value, confidence))


def jackknife_error(left_out: Floats) -> float:
    """Return the jackknife standard error from a statistic's values with one replicate left out each."""
    count = left_out.size
    return float(np.sqrt((count - 1) / count * np.square(left_out - left_out.mean()).sum()))


@functools.cache
def z_quantile(confidence: float) -> float:
    """Return how many standard errors a two-sided interval of the normal distribution reaches."""
    return float(stats.norm.ppf((1 + confidence) / 2))


@functools.cache
def t_quantile(replicates: int, confidence: float) -> float:
    """Return how many standard errors a two-sided t interval over so many replicates reaches."""
    return float(stats.t.ppf((1 + confidence) / 2, replicates - 1))


def _check(events: int, trials: int) -> None:
    if trials < 1 or not 0 <= events <= trials:
        raise ValueError(f"needs 0 <= events <= trials and trials >= 1, got {events} of {trials}")
