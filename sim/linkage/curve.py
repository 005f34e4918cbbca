"""The trade-off at every threshold, from scored candidates, in one sorted pass.

Lowering the threshold discloses more: some the right person's, some not, and fewer people are missed. Each
request changes its outcome at one or two scores only, so all thresholds are read off cumulative sums over
those scores in descending order. Counts are kept; intervals are made where rates are made (sim/outcome).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.linkage.patterns import Floats
from sim.linkage.scored import Best, Bools

Tie = Literal["best", "withhold"]
Measure = Literal["wrong_per_1000_disclosed", "missed_per_1000_requested"]


@dataclass(frozen=True, slots=True)
class Curve:
    """Counts at every threshold at which something changes.

    threshold: (T,) bits, descending.  disclosed, wrong, missed: (T,) counts when every link at or above that
    threshold is disclosed.  requested: requests of the group.  in_registry: those who have a record.
    """

    threshold: Floats
    disclosed: NDArray[np.int64]
    wrong: NDArray[np.int64]
    missed: NDArray[np.int64]
    requested: int
    in_registry: int

    def at(self, thresholds: Floats | float) -> pl.DataFrame:
        """Return counts and rates at any thresholds (bits): one row each; a rate with no base is null."""
        asked = np.atleast_1d(np.asarray(thresholds, np.float64))
        row = np.searchsorted(-self.threshold, -asked, side="right")  # changes at or above each threshold
        frame = pl.DataFrame(
            {
                "threshold": asked,
                "disclosed": np.concatenate(([0], self.disclosed))[row],
                "wrong": np.concatenate(([0], self.wrong))[row],
                "missed": np.concatenate(([self.in_registry], self.missed))[row],
            }
        )
        return frame.with_columns(
            per_thousand("wrong", pl.col("disclosed")).alias("wrong_per_1000_disclosed"),
            per_thousand("missed", pl.lit(self.requested)).alias("missed_per_1000_requested"),
            probability=1 / (1 + (-pl.col("threshold") * np.log(2)).exp()),
        )

    def table(self) -> pl.DataFrame:
        """Return the whole curve, as `at` of every threshold where something changes."""
        return self.at(self.threshold)

    def lowest_threshold(self, most: float) -> float | None:
        """Return the lowest threshold at which wrong persons per 1,000 disclosed are <= `most`.

        The rate need not fall all the way up: a borrowed number scores as high as the right one. None if no
        threshold that discloses anything has so low a rate.
        """
        good = np.flatnonzero((self.disclosed > 0) & (self.wrong * 1000.0 <= most * self.disclosed))
        return float(self.threshold[good[-1]]) if len(good) else None

    def highest_threshold(self, most: float) -> float | None:
        """Return the highest threshold at which missed per 1,000 requested is <= `most`; None: none."""
        good = np.flatnonzero(self.missed * 1000.0 <= most * self.requested)
        return float(self.threshold[good[0]]) if len(good) else None


def per_thousand(count: str, base: pl.Expr) -> pl.Expr:
    """Return 1,000 x count / base, null where the base is 0."""
    return pl.when(base > 0).then(1000 * pl.col(count) / base)


def curve(best: Best, tie: Tie = "best") -> Curve:
    """Return the curve of these requests.

    tie "best": the best candidate is disclosed from its score down.  "withhold": it is withheld again where
    the second-best becomes a link too.
    """
    found = np.isfinite(best.score)
    up = best.score[found]
    wrong, present = ~best.right[found], best.in_registry[found]
    scores, steps = up, np.column_stack((np.ones(len(up)), wrong, present))
    if tie == "withhold":
        again = found & np.isfinite(best.second)
        back = np.column_stack((np.ones(again.sum()), ~best.right[again], best.in_registry[again]))
        scores, steps = np.concatenate((up, best.second[again])), np.concatenate((steps, -back))
    order = np.argsort(-scores, kind="stable")
    scores, sums = scores[order], np.cumsum(steps[order].astype(np.int64), axis=0)
    last = np.append(scores[1:] != scores[:-1], True) if len(scores) else np.zeros(0, bool)
    total = int(best.in_registry.sum())
    return Curve(scores[last], sums[last, 0], sums[last, 1], total - sums[last, 2], len(best.score), total)


def curves(
    best: Best, group: NDArray[np.generic], tie: Literal["best", "withhold"] = "best"
) -> dict[str, Curve]:
    """Return one curve a group and "all"; group: (requests,) label of each request."""
    labels = np.unique(group)
    return {"all": curve(best, tie)} | {str(label): curve(best.of(group == label), tie) for label in labels}


def equal_thresholds(by_group: Mapping[str, Curve], measure: Measure, rate: float) -> dict[str, float | None]:
    """Return, for each group, the threshold that gives it (at most) this rate per 1,000; None: none does.

    For wrong persons it is the lowest such threshold, for missed persons the highest: the least costly.
    """
    if measure == "wrong_per_1000_disclosed":
        return {name: group.lowest_threshold(rate) for name, group in by_group.items()}
    return {name: group.highest_threshold(rate) for name, group in by_group.items()}


def calibration(score: Floats, right: Bools, edges: Floats | None = None) -> pl.DataFrame:
    """Return how many links scored at a probability are true: one row a bin of `edges` (probabilities).

    score: bits of each link (prior included).  Columns: low, high, links, scored (mean probability), true,
    share (of the true; null in an empty bin).
    """
    edges = np.array([0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0]) if edges is None else edges
    probability = to_probability(score)
    bin_of = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, len(edges) - 2)
    n = len(edges) - 1
    links = np.bincount(bin_of, minlength=n)
    frame = pl.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "links": links,
            "scored": np.bincount(bin_of, weights=probability, minlength=n),
            "true": np.bincount(bin_of, weights=right, minlength=n).astype(np.int64),
        }
    )
    some = pl.when(pl.col("links") > 0)
    return frame.with_columns(
        scored=some.then(pl.col("scored") / pl.col("links")),
        share=some.then(pl.col("true") / pl.col("links")),
    )


@dataclass(frozen=True, slots=True)
class Clerical:
    """What two thresholds and a reviewer lead to; reviewed outcomes are expected values."""

    reviewed: int
    reviewed_wrong: int
    disclosed: float
    wrong: float
    missed: float


def clerical(best: Best, low: float, high: float, error: float) -> Clerical:
    """Return the expected outcome when best candidates in [low, high) bits go to a reviewer.

    The reviewer sees the one best candidate and decides wrongly with probability `error`, either way: a true
    pair is then refused, a false one accepted. Independent decisions; no reviewer learns from another.
    Raises ValueError if low > high or error is not in [0, 1].
    """
    if low > high:
        raise ValueError(f"the lower threshold {low} is above the upper {high}")
    if not 0 <= error <= 1:
        raise ValueError(f"a reviewer's error must be in [0, 1], got {error}")
    zone, above = (best.score >= low) & (best.score < high), best.score >= high
    accept = np.where(above, 1.0, np.where(zone, np.where(best.right, 1 - error, error), 0.0))
    return Clerical(
        reviewed=int(zone.sum()),
        reviewed_wrong=int((zone & ~best.right).sum()),
        disclosed=float(accept.sum()),
        wrong=float(accept[~best.right].sum()),
        missed=float((1 - accept)[best.in_registry].sum()),
    )


def to_probability(bits: Floats | float) -> Floats:
    """Return the match probability of a score in bits (prior included): 1 / (1 + 2^-bits)."""
    return np.asarray(np.exp2(-np.logaddexp2(0.0, -np.asarray(bits, np.float64))))


def to_bits(probability: float) -> float:
    """Return the log2 odds of a probability, infinite at 0 and 1; raises ValueError outside [0, 1]."""
    if not 0 <= probability <= 1:
        raise ValueError(f"a threshold in probability must be in [0, 1], got {probability}")
    if probability in (0, 1):
        return math.copysign(math.inf, probability - 0.5)
    return math.log2(probability) - math.log2(1 - probability)
