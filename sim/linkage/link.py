"""Link a list of requests to the registry by the scenario's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.progress import Progress, silent
from sim.scenario import Scenario

from .clerical import review
from .comparison import Path, Rule
from .normalise import Fields
from .resolve import Keeper, keeper_for
from .rules import rule_of
from .spread import Each, spread
from .stream import TRUTH, PathSearch, divide, prepare, search
from .watch import curve_of, watch, watched


@dataclass(frozen=True, slots=True)
class Linked:
    """What was handed over, and what the search met.

    disclosures: one row a disclosed record: request u32, path str, record i64, score f64 (bits), links u32
    (links the request had), by_number bool (the path compares the number), and the record's truth columns
    (stream.TRUTH and household i64). Sorted by request and record.
    tallies: one row a request, in the order of the list: request u32, path str, filtered str|null (why no
    search was made), candidates u32 (pairs met in the rule's blocks, once for each pass), links u32.
    curve: errors at every threshold (watch.curve_of), None for rules without one.
    """

    disclosures: pl.DataFrame
    tallies: pl.DataFrame
    curve: pl.DataFrame | None = None


def link(
    country: Any, frame: pl.DataFrame, scenario: Scenario, progress: Progress = silent, *, workers: int = 1,
    rule: Rule | None = None, each: Each | None = None, parts: int = 16,
) -> Linked:  # fmt: skip
    """Link the request frame (columns of the contract) to the country's registry.

    workers: threads of this process.  rule: in place of the scenario's.  each: does tasks elsewhere, such as
    `sim.study.workers.Workers(...).each`; the registry is then searched there in `parts` ranges of chunks.
    The answer depends on none of them.  Raises InputErrors for an unknown rule or blocking field.
    """
    chosen = rule_of(scenario) if rule is None else rule
    linkage, opened = scenario.linkage, watched(chosen, scenario)
    plain = [keeper_for(linkage.tie, frame.height, one_each=linkage.one_to_one) for _ in chosen]
    keepers = watch(plain, chosen, frame, scenario)
    if each is not None:
        path_of, filtered = divide(chosen, frame)
        candidates = spread(country, frame, scenario, opened, keepers, each, parts, progress)
        linked = _together(frame, chosen, candidates, keepers, path_of, filtered)
    else:
        fields = Fields(country, street_words=scenario.value("linkage.street_words_normalised") > 0)
        searches, path_of, filtered = prepare(opened, fields, frame)
        search(country, searches, keepers, workers=workers, progress=progress)
        linked = gather(frame, chosen, searches, keepers, path_of, filtered)
    disclosed = review(country, frame, linked.disclosures, scenario)
    return Linked(disclosed, linked.tallies, curve_of(keepers, scenario))


def gather(
    frame: pl.DataFrame, rule: Rule, searches: Sequence[PathSearch], keepers: Sequence[Keeper],
    path_of: NDArray[np.int16], filtered: NDArray[np.int16],
) -> Linked:  # fmt: skip
    """Put together what the keepers of all paths kept."""
    candidates = np.zeros(frame.height, np.int64)
    for each in searches:
        candidates[each.rows] += each.index.candidates()
    return _together(frame, rule, candidates, keepers, path_of, filtered)


def _together(
    frame: pl.DataFrame, rule: Rule, candidates: NDArray[np.int64], keepers: Sequence[Keeper],
    path_of: NDArray[np.int16], filtered: NDArray[np.int16],
) -> Linked:  # fmt: skip
    links: NDArray[np.int64] = np.sum([keeper.counts() for keeper in keepers], axis=0)
    names = pl.Series([path.name for path in rule], dtype=pl.String)
    reasons = pl.Series([condition.name for path in rule for condition in path.filters], dtype=pl.String)
    tallies = pl.DataFrame({
        "request": frame["request"],
        "path": _named(names, path_of),
        "filtered": _named(reasons, filtered),
        "candidates": candidates.clip(max=2**32 - 1).astype(np.uint32),
        "links": links.clip(max=2**32 - 1).astype(np.uint32),
    })  # fmt: skip
    parts = [_disclosed(frame, path, keeper, links) for path, keeper in zip(rule, keepers, strict=True)]
    return Linked(
        pl.concat([part for part in parts if part.height] or parts[:1]).sort("request", "record"), tallies
    )


def _disclosed(frame: pl.DataFrame, path: Path, keeper: Keeper, links: NDArray[np.int64]) -> pl.DataFrame:
    chosen = keeper.chosen()
    rows = chosen.pop("request")
    by_number = any("tin" in comparison.columns for comparison in path.comparisons)
    for name, dtype in TRUTH.items():
        chosen.setdefault(name, np.zeros(0, dtype))
    made = pl.DataFrame({name: chosen[name] for name in ("record", "score", *TRUTH)})
    return pl.DataFrame({
        "request": frame["request"].gather(rows),
        "path": pl.repeat(path.name, len(rows), dtype=pl.String, eager=True),
        "links": links[rows].astype(np.uint32),
        "by_number": pl.repeat(by_number, len(rows), dtype=pl.Boolean, eager=True),
    }).hstack(made)  # fmt: skip


def _named(names: pl.Series, numbers: NDArray[np.int16]) -> pl.Series:
    """Return the name of each number, null for -1."""
    return (
        pl.select(pl.when(pl.lit(pl.Series(numbers)) >= 0).then(pl.lit(pl.Series(numbers))))
        .to_series()
        .replace_strict(dict(enumerate(names)), default=None, return_dtype=pl.String)
    )
