"""The curve of a run, taken in passing: links are decided at the threshold, candidates below it are noted.

The search of a probabilistic path is opened down to `weights.curve.lowest_probability`; a watching keeper
hands on only what reaches the rule's own threshold, and remembers each request's best and second-best
candidate. So the registry streams past once for the disclosures and for the whole curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.linkage.comparison import Rule
from sim.linkage.curve import Tie, curve, to_bits
from sim.linkage.resolve import Held, Keeper, Links
from sim.linkage.rules.definition import definition_of
from sim.linkage.scored import Best
from sim.scenario import Scenario

_TIE = 1e-9  # bits; as in toolkit.weight_classifier
POINTS = 2_000
"""Thresholds of a stored curve at most, spread evenly over the requests that change."""


def watched(rule: Rule, scenario: Scenario) -> Rule:
    """Return the rule as it is searched: a probabilistic one opened downward, others as they are."""
    if not has_curve(scenario):
        return rule
    lowest = to_bits(scenario.value("weights.curve.lowest_probability"))
    return tuple(replace(path, threshold=min(path.threshold, lowest)) for path in rule)


def watch(keepers: Sequence[Keeper], rule: Rule, frame: pl.DataFrame, scenario: Scenario) -> list[Keeper]:
    """Return the keepers of a rule's paths, watching if the scenario has a curve."""
    if not has_curve(scenario):
        return list(keepers)
    wanted, present = frame["person"].to_numpy(), frame["in_registry"].to_numpy()
    pairs = zip(keepers, rule, strict=True)
    return [Watching(each, path.threshold, wanted, present) for each, path in pairs]


def curve_of(keepers: Sequence[Keeper], scenario: Scenario) -> pl.DataFrame | None:
    """Return the curve seen by the watching keeper, at most POINTS thresholds; None where nobody watched.

    Columns of `Curve.at`: threshold (bits), disclosed, wrong, missed, wrong_per_1000_disclosed,
    missed_per_1000_requested, probability.  Not included: clerical review.
    """
    for keeper in keepers:
        if isinstance(keeper, Watching):
            table = curve(keeper.best(), _tie(scenario)).table()
            chosen = np.unique(np.linspace(0, table.height - 1, min(POINTS, table.height)).astype(np.int64))
            return table[chosen]
    return None


def has_curve(scenario: Scenario) -> bool:
    """Say whether a run notes its curve.

    It does if outcomes follow from each request's two best candidates alone, and the search is small enough
    to be opened below its threshold, where few pairs can be left out.
    """
    linkage = scenario.linkage
    single = linkage.tie in ("best", "withhold") and not linkage.one_to_one
    pairs = scenario.population.size * scenario.requests.count
    return definition_of(scenario).learnt and single and pairs <= scenario.value("weights.curve.most_pairs")


def _tie(scenario: Scenario) -> Tie:
    return "withhold" if scenario.linkage.tie == "withhold" else "best"


class Watching:
    """A keeper that notes the best two candidates of each request and hands on those that are links."""

    def __init__(
        self, inner: Keeper, threshold: float, wanted: NDArray[np.int64], in_registry: NDArray[np.bool_]
    ) -> None:
        """wanted: the person each request asks for.  threshold: bits from which a candidate is a link."""
        self._inner, self._threshold = inner, threshold
        self._wanted, self._in_registry = wanted, in_registry
        self._score, self._second = np.full((2, len(wanted)), -np.inf)
        self._record = np.full(len(wanted), -1, np.int64)
        self._columns: dict[str, NDArray[np.generic]] = {}

    def fresh(self) -> Watching:
        """Return an empty keeper of the same kind."""
        return Watching(self._inner.fresh(), self._threshold, self._wanted, self._in_registry)

    def add(self, links: Links) -> None:
        """Note candidates and hand on the links among them; one that stands for no link is only noted."""
        if not len(links.request):
            return
        on = np.flatnonzero((links.score >= self._threshold - _TIE) & (links.count > 0))
        columns = links.request[on], links.record[on], links.score[on], links.count[on]
        self._inner.add(Links(*columns, lambda places: links.truth(on[places])))
        order = np.lexsort((links.record, -links.score, links.request))
        rows, first = np.unique(links.request[order], return_index=True)
        follower = np.minimum(first + 1, len(order) - 1)
        has_second = (follower != first) & (links.request[order[follower]] == rows)
        second = np.where(has_second, links.score[order[follower]], -np.inf)
        self._take(rows, order[first], second, links)

    def _take(
        self, rows: NDArray[np.int32], best: NDArray[np.int64], second: NDArray[np.float64], links: Links
    ) -> None:
        """Merge the best two of some requests with those noted; of equal scores the smaller record stands."""
        score, record = links.score[best], links.record[best]
        loser = np.minimum(score, self._score[rows])
        self._second[rows] = np.maximum(loser, np.maximum(second, self._second[rows]))
        earlier = (score == self._score[rows]) & (record < self._record[rows])
        better = np.flatnonzero((score > self._score[rows]) | earlier)
        for name, values in links.truth(best[better]).items():
            if name not in self._columns:
                self._columns[name] = np.zeros(len(self._wanted), values.dtype)
            self._columns[name][rows[better]] = values
        self._score[rows[better]], self._record[rows[better]] = score[better], record[better]

    def kept(self) -> Links:
        """Return the best candidate of each request, for all its links, and the second, for none."""
        rows = np.flatnonzero(np.isfinite(self._score)).astype(np.int32)
        seconds = np.flatnonzero(np.isfinite(self._second)).astype(np.int32)
        both = np.concatenate((rows, seconds))
        return Links(
            both,
            np.concatenate((self._record[rows], np.full(len(seconds), np.iinfo(np.int64).max))),
            np.concatenate((self._score[rows], self._second[seconds])),
            np.concatenate((self._inner.counts()[rows], np.zeros(len(seconds), np.int64))),
            Held({name: values[both] for name, values in self._columns.items()}),
        )

    def counts(self) -> NDArray[np.int64]:
        """Return the number of links of each request."""
        return self._inner.counts()

    def chosen(self) -> dict[str, NDArray[np.generic]]:
        """Return the disclosed links."""
        return self._inner.chosen()

    def best(self) -> Best:
        """Return the best two candidates of each request, of those that reached the lowest threshold."""
        person = self._columns.get("person", np.zeros(len(self._wanted), np.int64))
        right = np.isfinite(self._score) & (person == self._wanted)
        return Best(self._score, self._second, self._record, right, self._in_registry)
