"""A matcher learns its weights from two files, without being told which pairs are true.

1. u: exact agreement by closed form, other levels from random pairs (`weights.chance`).
2. m: EM on the pairs of each training pass, u held (`em.fit`). A pass cannot say
   anything of the fields it blocks on, so it leaves out the comparisons that share a column with its keys;
   the passes' expected true pairs are pooled.
3. Prior: expected share of requests whose person has a record, over the number of records.

Which pairs are true is nowhere an argument here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.linkage import em
from sim.linkage.comparison import Columns, Comparison, Filter, Path
from sim.linkage.levels import Decode, level_numbers
from sim.linkage.patterns import Floats, Levels, Patterns
from sim.linkage.toolkit import BoundedIndex, candidate_levels, coded_frame, compare_levels
from sim.linkage.weights import Frequency, chance, exact_agreement, prior_bits, to_weights, weigh
from sim.scenario import Scenario

Key = str | tuple[str, str]
Pass = tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A matcher before it has learnt anything.

    comparisons: unweighted (`weights.compare_as`).  passes: blocking passes of the search.  training: of EM;
    by default the same.  derived: fields that a key is made from, e.g. "birth_year": ("birth",).  adjusted:
    for comparisons whose agreement is worth more on rare values, the columns that hold the values.  grows:
    for each comparison, the levels (by number) at which a stranger agrees only if he has the same number,
    dwelling, building or street: the people who do are as many in a large registry as in a small one, so by
    chance such agreement is rarer the larger the file.
    """

    comparisons: tuple[Comparison, ...]
    passes: tuple[Pass, ...]
    training: tuple[Pass, ...] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adjusted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def free(self, keys: Pass) -> tuple[Comparison, ...]:
        """Return the comparisons that a pass with these keys leaves free to agree or not."""
        names = {name for key in keys for name in ((key,) if isinstance(key, str) else key)}
        held = names | {source for name in names for source in self.derived.get(name, ())}
        return tuple(c for c in self.comparisons if not held & self._touched(c))

    def _touched(self, comparison: Comparison) -> set[str]:
        columns = set(comparison.columns) | {comparison.field}
        return columns | {source for name in columns for source in self.derived.get(name, ())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Numbers of the learning itself (configs/parameters/weights.toml)."""

    best_level_start: float = 0.9
    pseudo_count: float = 0.5
    random_pairs: int = 1_000_000
    frequency_floor: float = 1e-6
    frequency_strength: float = 1.0

    @classmethod
    def of(cls, scenario: Scenario) -> Learning:
        """Return the numbers of a scenario."""
        return cls(
            best_level_start=scenario.value("weights.em.best_level_start"),
            pseudo_count=scenario.value("weights.em.pseudo_count"),
            random_pairs=int(scenario.value("weights.chance.random_pairs")),
            frequency_floor=scenario.value("weights.chance.frequency_floor"),
            frequency_strength=scenario.value("weights.chance.frequency_strength"),
        )


@dataclass(frozen=True, slots=True)
class Trained:
    """A matcher that has learnt: weighed comparisons, prior, and how it got there.

    m, u: by comparison and level number.  base: prior log2 odds.  fits: for each training pass, the
    comparisons it left free and what EM found there.
    """

    design: Design
    comparisons: tuple[Comparison, ...]
    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    base: float
    fits: tuple[tuple[tuple[str, ...], em.Fit], ...]

    def path(
        self,
        name: str,
        applies: Callable[[pl.DataFrame], NDArray[np.bool_]],
        threshold: float,
        filters: tuple[Filter, ...] = (),
    ) -> Path:
        """Return the search that links at `threshold` bits (posterior log2 odds)."""
        return Path(name, self.design.passes, self.comparisons, threshold, applies, filters, self.base)

    def bits(self) -> tuple[Floats, ...]:
        """Return the weights by comparison and level number, as `Candidates.best` takes them."""
        return tuple(to_weights(m, u) for m, u in zip(self.m, self.u, strict=True))

    def table(self) -> pl.DataFrame:
        """Return one row a level: field, level (kind), at, m, u, bits."""
        rows = [
            {
                "field": c.field,
                "level": level.kind.value,
                "at": level.at,
                "m": m[k],
                "u": u[k],
                "bits": level.weight,
            }
            for c, m, u in zip(self.comparisons, self.m, self.u, strict=True)
            for k, level in enumerate(c.levels)
            if k > 0
        ]
        return pl.DataFrame(rows)


def train(
    design: Design,
    requests: Columns,
    records: Columns,
    *,
    overlap: float,
    rng: np.random.Generator,
    decode: Decode | None = None,
    learning: Learning | None = None,
    given: Mapping[str, Floats] | None = None,
    within: bool = False,
) -> Trained:
    """Learn weights from unlabelled requests and records (coded columns, 0 = missing).

    overlap: expected share of the requests whose person has a record.  given: m by comparison, for those
    that are not to be learnt.  within: both are one and the same file, of which each pair counts once.
    Raises em.WrongClassError where EM finds another class, ValueError where no pass leaves a comparison free.
    """
    learning = learning or Learning()
    u = chance_agreement(design.comparisons, requests, records, rng, decode, learning)
    known_m = dict(given or {})
    wanted = [c.field for c in design.comparisons if c.field not in known_m]
    fits = _fits(design, u, requests, records, decode, learning, within) if wanted else ()
    if wanted and not fits:
        raise em.WrongClassError("no two rows agree on the keys of any pass: no pair to learn from")
    learnt = em.combine(fits, wanted) | known_m
    m = tuple(
        _or_nothing(learnt[c.field], known) if c.field in wanted else learnt[c.field]
        for c, known in zip(design.comparisons, u, strict=True)
    )
    frequencies = [
        Frequency.of(
            records, design.adjusted[c.field], known[1], learning.frequency_floor, learning.frequency_strength
        )
        if c.field in design.adjusted
        else None
        for c, known in zip(design.comparisons, u, strict=True)
    ]
    weighed = tuple(map(weigh, design.comparisons, m, u, frequencies))
    return Trained(design, weighed, m, u, prior_bits(overlap, _rows(records)), tuple(fits))


def chance_agreement(
    comparisons: Sequence[Comparison],
    requests: Columns,
    records: Columns,
    rng: np.random.Generator,
    decode: Decode | None,
    learning: Learning,
) -> tuple[Floats, ...]:
    """Return u of every comparison by level number, from value counts and random pairs."""
    size = learning.random_pairs
    left, right = rng.integers(0, _rows(requests), size), rng.integers(0, _rows(records), size)
    levels = np.empty((size, len(comparisons)), np.uint8)
    for k, each in enumerate(comparisons):
        mine = [np.asarray(requests[name])[left] for name in each.columns]
        levels[:, k] = level_numbers(
            each, mine, [np.asarray(records[name])[right] for name in each.columns], decode
        )
    return chance(levels, comparisons, [exact_agreement(requests, records, each) for each in comparisons])


def unpruned(
    comparisons: tuple[Comparison, ...], passes: tuple[Pass, ...], requests: Columns, records: Columns,
    decode: Decode | None,
) -> tuple[NDArray[np.int32], NDArray[np.int32], Levels]:  # fmt: skip
    """Return every pair of the passes (rows of requests, rows of records) and its level numbers."""
    path = Path("unpruned", passes, comparisons, -np.inf)
    frames = coded_frame(requests), coded_frame(records)
    return candidate_levels(BoundedIndex(path, coded=True), compare_levels(path, decode), *frames)


def _fits(
    design: Design, u: Sequence[Floats], requests: Columns, records: Columns, decode: Decode | None,
    learning: Learning, within: bool,
) -> tuple[tuple[tuple[str, ...], em.Fit], ...]:  # fmt: skip
    of = {c.field: known for c, known in zip(design.comparisons, u, strict=True)}
    fits = []
    for keys in design.training or design.passes:
        free = design.free(keys)
        names = tuple(c.field for c in free)
        request, record, levels = unpruned(free, (keys,), requests, records, decode)
        if within:
            once = request < record
            request, levels = request[once], levels[once]
        if not len(levels):
            continue
        known = [of[name] for name in names]
        # A request has at most one record; within one file a person may have several, and there is no bound.
        bound = 1.0 if within else len(np.unique(request)) / len(request)
        found = em.fit(
            Patterns.of(levels),
            known,
            names=names,
            m_start=em.start([len(each) - 1 for each in known], learning.best_level_start),
            largest_share=bound,
            pseudo_count=learning.pseudo_count,
        )
        fits.append((names, found))
    return tuple(fits)


def _or_nothing(m: Floats, u: Floats) -> Floats:
    """Return u, which weighs nothing, where the few pairs seen make a field speak against itself.

    That many pairs would be refused (`em.check_class`); so few say nothing of the field.
    """
    return m if m[1] > u[1] and m[-1] <= u[-1] else u


def _rows(columns: Columns) -> int:
    return len(next(iter(columns.values())))
