"""Two scenarios on the same people and the same luck, so that what differs is the question alone.

Streams are named by purpose and replicate, not by order of calls, so the two differ in nothing they do not
ask for (common random numbers; Glasserman and Yao 1992). The interval of the difference is made of the
differences within replicates; `variance_ratio` says how many times as many replicates two independent
studies would need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sim.errors import StudyError
from sim.outcome.intervals import Floats, jackknife_error, t_quantile
from sim.outcome.rates import HEADLINE, RATES, Definition, Rate, Settings, make
from sim.progress import Progress, silent
from sim.scenario import Scenario
from sim.study.batches import evaluate, world_of
from sim.study.unfinished import Unfinished
from sim.study.workers import Workers


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rates of two scenarios and what lies between them, on the rate's own scale.

    difference: second minus first, with its interval and Monte Carlo error. ratio: second over first, None
    where the first is 0. variance_ratio: variance of the difference of independent replicates over that of
    paired ones; None when the pairs do not vary. same_people: whether both have the same population.
    confidence: of both intervals, the first scenario's.
    """

    first: Rate
    second: Rate
    difference: float
    low: float
    high: float
    mcse: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    variance_ratio: float | None
    same_people: bool
    method: str
    confidence: float


def compare(
    first: Scenario,
    second: Scenario,
    rate: str = HEADLINE,
    pool: Workers | None = None,
    progress: Progress = silent,
    kept: Unfinished | None = None,
) -> Comparison:
    """Run both with the first's seed and number of replicates, and compare one rate.

    Raises StudyError with fewer than two replicates, or when one of them discloses nothing in so many.
    """
    twin = second.replace({"seed": first.seed, "replicates": first.replicates})
    outcomes = evaluate([first, twin], pool or Workers(), progress, kept=kept)
    counts = [pl.DataFrame(outcome.counts) for outcome in outcomes]
    definition = next(each for each in RATES if each.name == rate)
    same = world_of(first) == world_of(twin)
    return paired(definition, counts[0], counts[1], Settings.of(first), same_people=same)


def paired(
    definition: Definition,
    first: pl.DataFrame,
    second: pl.DataFrame,
    settings: Settings,
    *,
    same_people: bool = True,
) -> Comparison:
    """Compare a rate in two frames of counts whose rows are the same replicates."""
    a, b = _column(first, definition.numerator), _column(first, definition.denominator)
    c, d = _column(second, definition.numerator), _column(second, definition.denominator)
    kept = (b > 0) & (d > 0)
    count = int(kept.sum())
    if count < 2:
        needs = f"needs two replicates with {definition.denominator_name} in both scenarios, got {count}"
        raise StudyError(f"a comparison of {definition.name} {needs}")
    a, b, c, d = definition.per * a[kept], b[kept], definition.per * c[kept], d[kept]
    reach = t_quantile(count, settings.confidence)
    before, after = _totals(a, b), _totals(c, d)
    difference = float(after.whole - before.whole)
    error = jackknife_error(after.left_out - before.left_out)
    ratio, ratio_low, ratio_high = _ratio(before, after, reach)
    return Comparison(
        first=make(definition, first, settings),
        second=make(definition, second, settings),
        difference=difference,
        low=difference - reach * error,
        high=difference + reach * error,
        mcse=error,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        variance_ratio=_variance_ratio(a / b, c / d),
        same_people=same_people,
        method=f"paired jackknife t over {count} replicates",
        confidence=settings.confidence,
    )


@dataclass(frozen=True, slots=True)
class _Totals:
    """A ratio of totals, whole and with each replicate left out."""

    whole: float
    left_out: Floats


def _totals(above: Floats, below: Floats) -> _Totals:
    left_out = (above.sum() - above) / (below.sum() - below)
    return _Totals(float(above.sum() / below.sum()), left_out)


def _ratio(before: _Totals, after: _Totals, reach: float) -> tuple[float | None, float | None, float | None]:
    """Return ratio and bounds by the jackknife of its logarithm; no bounds where a replicate carries all."""
    if before.whole == 0:
        return None, None, None
    ratio = after.whole / before.whole
    if min(before.left_out.min(), after.left_out.min()) <= 0:
        return ratio, None, None
    half = reach * jackknife_error(np.log(after.left_out / before.left_out))
    return ratio, ratio * float(np.exp(-half)), ratio * float(np.exp(half))


def _variance_ratio(first: Floats, second: Floats) -> float | None:
    apart = float(first.var(ddof=1) + second.var(ddof=1))
    pairs = float((second - first).var(ddof=1))
    return apart / pairs if pairs > 0 else None


def _column(frame: pl.DataFrame, name: str) -> Floats:
    return frame.get_column(name).cast(pl.Float64).to_numpy()
