"""Link a list of requests to the registry by the scenario's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.fields import CONTROL, EVIDENCE, FIELD, PRIVATE, TYPED
from sim.population import Country
from sim.progress import Progress, silent
from sim.registry import RecordStream, Registry
from sim.rng import Streams
from sim.scenario import Scenario

from .clerical import review
from .comparison import Path, Rule
from .normalise import Fields
from .resolve import Keeper, keeper_for
from .rules import rule_of
from .slips import rejected, with_slips
from .spread import Each, spread
from .stream import PERSON, Carry, PathSearch, divide, prepare, search
from .watch import curve_of, watch, watched

BY = tuple(f"by_{kind}" for kind in EVIDENCE)
"""Columns of a disclosure: what its path compares; control is the beginning of the surname."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What was handed over, and what the search met.

    disclosures: one row a disclosed record: request u32, path str, record i64, score f64 (bits), links u32
    (links the request had), `BY` bool (the path compares that field), rejected bool (the rule would have
    refused it: a process error), and the columns carried along.
    Sorted by request and record.
    tallies: one row a request, in the order of the list: request u32, path str, filtered str|null (why no
    search was made), candidates u32 (pairs met in the rule's blocks, once for each pass), links u32.
    curve: errors at every threshold (watch.curve_of), None for rules without one.
    """

    disclosures: pl.DataFrame
    tallies: pl.DataFrame
    curve: pl.DataFrame | None = None


class Linker:
    """One list under one rule: made ready, searched for, and put together."""

    def __init__(
        self, frame: pl.DataFrame, scenario: Scenario, streams: Streams, *, carry: Carry = PERSON,
        rule: Rule | None = None,
    ) -> None:  # fmt: skip
        """frame: requests as typed; a rule sees no other column.

        Where there is a curve or a reviewer, these read from it the person and whether they are on file.
        carry: columns of the linked records that come along.
        streams: the luck of process errors (`slips.py`) and of the reviewer.
        rule: in place of the scenario's.  Raises InputErrors for an unknown rule or blocking field; a rule
        whose weights are learnt is learnt here, which takes seconds.
        """
        self._frame, self._scenario, self._carry = frame, scenario, {**PERSON, **carry}
        self._typed = frame.select("request", *TYPED)
        self.rule = with_slips(rule_of(scenario) if rule is None else rule, self._typed, scenario, streams)
        self._streams = streams
        linkage = scenario.linkage
        plain = [keeper_for(linkage.tie, frame.height, one_each=linkage.one_to_one) for _ in self.rule]
        self.keepers: Sequence[Keeper] = watch(plain, self.rule, frame, scenario)
        self.searches: Sequence[PathSearch] = ()
        self._path_of, self._filtered = divide(self.rule, self._typed)
        self._candidates = np.zeros(frame.height, np.int64)

    def prepare(self, fields: Fields) -> None:
        """Code and block the requests by the dictionaries of the registry, for a search in this process."""
        opened = watched(self.rule, self._scenario)
        self.searches, _, _ = prepare(opened, fields, self._typed, self._carry)

    def search_elsewhere(self, registry: Country, each: Each, parts: int, progress: Progress) -> None:
        """Search the registry in `parts` ranges of chunks by way of `each`."""
        opened = watched(self.rule, self._scenario)
        self._candidates += spread(
            registry, self._typed, self._scenario, opened, self.keepers, self._carry, each, parts, progress
        )

    def linked(self) -> Linked:
        """Return what was found, reviewed where the scenario has a reviewer. Call it once."""
        for each in self.searches:
            self._candidates[each.rows] += each.index.candidates()
        links: NDArray[np.int64] = np.sum([keeper.counts() for keeper in self.keepers], axis=0)
        parts = [
            _disclosed(self._typed, path, keeper, links, self._carry)
            for path, keeper in zip(self.rule, self.keepers, strict=True)
        ]
        found = pl.concat([part for part in parts if part.height] or parts[:1]).sort("request", "record")
        disclosed = review(self._frame, found, self._scenario, self._streams)
        return Linked(disclosed, self._tallies(links), curve_of(self.keepers, self._scenario))

    def _tallies(self, links: NDArray[np.int64]) -> pl.DataFrame:
        names = pl.Series([path.name for path in self.rule], dtype=pl.String)
        reasons = [condition.name for path in self.rule for condition in path.filters]
        return pl.DataFrame({
            "request": self._typed["request"],
            "path": _named(names, self._path_of),
            "filtered": _named(pl.Series(reasons, dtype=pl.String), self._filtered),
            "candidates": self._candidates.clip(max=2**32 - 1).astype(np.uint32),
            "links": links.clip(max=2**32 - 1).astype(np.uint32),
        })  # fmt: skip


def search_for(
    linkers: Sequence[Linker], records: RecordStream, *, workers: int = 1, progress: Progress = silent
) -> None:
    """Let the records stream past once for all linkers, each of which has been prepared."""
    searches = [each for linker in linkers for each in linker.searches]
    keepers = [keeper for linker in linkers for keeper in linker.keepers]
    search(records, searches, keepers, workers=workers, progress=progress)


def link(
    registry: Registry, frame: pl.DataFrame, scenario: Scenario, streams: Streams | None = None,
    progress: Progress = silent, *, carry: Carry = PERSON, workers: int = 1, rule: Rule | None = None,
) -> Linked:  # fmt: skip
    """Link the request frame (columns of the contract) to the registry.

    streams: the luck of `Linker`, of the scenario's first replicate if None.  workers: threads of this
    process; the answer does not depend on them.  Other arguments and errors as of `Linker`.
    """
    luck = Streams(scenario.seed, 0) if streams is None else streams
    linker = Linker(frame, scenario, luck, carry=carry, rule=rule)
    linker.prepare(Fields.of(registry, scenario))
    search_for([linker], registry, workers=workers, progress=progress)
    return linker.linked()


def link_elsewhere(
    country: Country, frame: pl.DataFrame, scenario: Scenario, each: Each, progress: Progress = silent, *,
    carry: Carry = PERSON, rule: Rule | None = None, parts: int = 16,
) -> Linked:  # fmt: skip
    """Link a list as `link` does, the registry searched in `parts` ranges of chunks by other processes.

    each: does tasks elsewhere, such as `sim.study.workers.Workers(...).each`. The answer is that of `link`.
    """
    linker = Linker(frame, scenario, country.streams, carry=carry, rule=rule)
    linker.search_elsewhere(country, each, parts, progress)
    return linker.linked()


def _disclosed(
    frame: pl.DataFrame, path: Path, keeper: Keeper, links: NDArray[np.int64], carry: Carry
) -> pl.DataFrame:
    chosen = keeper.chosen()
    rows = chosen.pop("request")
    by = compares(path)
    for name, dtype in carry.items():
        chosen.setdefault(name, np.zeros(0, dtype))
    made = pl.DataFrame({name: chosen[name] for name in ("record", "score", *carry)})
    return pl.DataFrame({
        "request": frame["request"].gather(rows),
        "path": pl.repeat(path.name, len(rows), dtype=pl.String, eager=True),
        "links": links[rows].astype(np.uint32),
        **{name: pl.repeat(by[name], len(rows), dtype=pl.Boolean, eager=True) for name in BY},
        "rejected": rejected(path, frame, rows, chosen["score"]),
    }).hstack(made)  # fmt: skip


def compares(path: Path) -> dict[str, bool]:
    """Return for each of `BY` whether the path compares that field, in whatever form.

    A comparison that looks at the beginnings of surnames compares those and no surname.
    """
    found: set[str] = set()
    for comparison in path.comparisons:
        kinds = {FIELD[name].counts_as for name in comparison.columns if name in FIELD}
        found |= {CONTROL} if CONTROL in kinds else kinds
    return {f"by_{kind}": kind in found for kind in EVIDENCE}


def by_number(rule: Rule) -> tuple[str, ...]:
    """Return the names of a rule's paths that compare a private number."""
    return tuple(path.name for path in rule if any(compares(path)[f"by_{number}"] for number in PRIVATE))


def _named(names: pl.Series, numbers: NDArray[np.int16]) -> pl.Series:
    """Return the name of each number, null for -1."""
    return (
        pl.select(pl.when(pl.lit(pl.Series(numbers)) >= 0).then(pl.lit(pl.Series(numbers))))
        .to_series()
        .replace_strict(dict(enumerate(names)), default=None, return_dtype=pl.String)
    )
