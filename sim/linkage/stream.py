"""The registry streams past: batches of chunks go through index, Compare and classifier, links are merged.

A batch is a run of chunks. Records that share no blocking key with any request are dropped first by a filter
of bits (blocks.py); the fields of the rest are made, and recordlinkage decides: BoundedIndex,
PositionalCompare, LogisticRegressionClassifier (toolkit.py). Batches are independent and the merge does not
depend on their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.progress import Progress, silent
from sim.registry import RecordChunk, RecordStream
from sim.threads import unordered

from .blocks import Blocks
from .bounded import Layout, PreparedRequests
from .comparison import Path, Rule
from .normalise import COST, Fields
from .resolve import Held, Keeper, Links, Truth
from .toolkit import BoundedIndex, candidate_levels, coded_frame, compare_levels, decide, needed_columns

BATCH = 4  # chunks; about a million records, a few hundred megabytes at most

_NEARLY_ALL = 0.7  # of a chunk's rows: beyond this, picking them costs more than it saves
_TELLING = 2  # keys that are worth a test of their own
_MANY = 50_000  # links of a batch beyond which all but the needed are dropped before columns are gathered

Carry = Mapping[str, type[np.generic]]
"""Columns of the linked records that are brought along for those who come after, and their types."""

PERSON: Carry = {"person": np.int64}
"""What is brought along in any case: curve and reviewer ask whether the record is the right person's."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The compared pairs of one path and one batch.

    request: (n,) row of the request frame.  record: (n,) record number.  levels: (n, K) level numbers.
    extra: (n,) value-frequency bits.  link: (n,) decided a link.  score: (n,) bits.  truth: columns of the
    records.
    """

    request: NDArray[np.int32]
    record: NDArray[np.int64]
    levels: NDArray[np.uint8]
    extra: NDArray[np.float64]
    link: NDArray[np.bool_]
    score: NDArray[np.float64]
    truth: Truth


class PathSearch:
    """One path made ready: its requests coded and blocked, its index, Compare and classifier."""

    def __init__(
        self, path: Path, fields: Fields, coded: Mapping[str, NDArray[Any]], rows: NDArray[np.int64],
        carry: Carry = PERSON,
    ) -> None:  # fmt: skip
        """coded: all fields of all requests.  rows: those that take this path and pass its filters."""
        self.path, self.rows, self._carry = path, rows, carry
        self._fields, self._names = fields, needed_columns(path, 0)
        mine = {name: coded[name][rows] for name in self._names}
        self._frame = coded_frame(mine)
        self.index = BoundedIndex(path, coded=True, verify_integrity=False)
        self._prepared = self.index.prepare(self._frame)
        self._compare = compare_levels(path, fields.decode)
        self._screens = _screens(path, mine, self._prepared)
        self._bits = [
            None if c.frequency is None else c.frequency({name: mine[name] for name in c.columns})
            for c in path.comparisons
        ]

    @property
    def prepared(self) -> PreparedRequests:
        """The requests of the path, grouped by the keys of its passes."""
        return self._prepared

    @property
    def fields(self) -> Fields:
        """The dictionaries by which requests and records are coded."""
        return self._fields

    def score(self, chunks: Sequence[RecordChunk]) -> Scored:
        """Return the pairs of a batch of chunks that can still become links, compared and decided."""
        kept = [self._sieve(chunk) for chunk in chunks]
        parts = [
            self._fields.records(chunk, self._names, rows) for chunk, rows in zip(chunks, kept, strict=True)
        ]
        records = coded_frame({name: np.concatenate([part[name] for part in parts]) for name in self._names})
        request, row, levels = candidate_levels(self.index, self._compare, self._frame, records)
        extra = self._extra(request, levels)
        link, score = decide(self.path, levels, extra)
        place = _Places(chunks, kept, self._carry)
        total = np.sum(extra, axis=0) if extra else np.zeros(len(request))
        return Scored(
            self.rows[request].astype(np.int32),
            place.record(row),
            levels,
            total,
            link,
            score,
            place.truth(row),
        )

    def links(self, chunks: Sequence[RecordChunk], fresh: Callable[[], Keeper]) -> Links:
        """Return the links of a batch that the tie rule may need, their truth gathered."""
        scored = self.score(chunks)
        places = np.flatnonzero(scored.link)
        found = Links(
            scored.request[places], scored.record[places], scored.score[places],
            np.ones(len(places), np.int64), lambda chosen: scored.truth(places[chosen]),
        )  # fmt: skip
        if len(places) > _MANY:
            keeper = fresh()
            keeper.add(found)
            return keeper.kept()
        return replace(found, truth=Held(found.truth(np.arange(len(places)))))

    def _sieve(self, chunk: RecordChunk) -> NDArray[np.int64] | None:
        """Return the rows of a chunk that may share a key with a request; None for (nearly) all of them."""
        rows: NDArray[np.int64] | None = None
        for screen in self._screens:
            rows = screen.rows(self._fields, chunk, rows)
            if rows is not None and len(rows) > _NEARLY_ALL * chunk.n:
                rows = None
        return rows

    def _extra(self, request: NDArray[np.int32], levels: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
        """Return the frequency bits of each adjusted comparison for each pair."""
        out = []
        for k, (comparison, bits) in enumerate(zip(self.path.comparisons, self._bits, strict=True)):
            if bits is not None:
                share = np.array([level.share for level in comparison.levels])
                out.append(bits[request] * share[levels[:, k]])
        return out


class _Screen:
    """A quick test by keys: which rows of a chunk may share one of them with a request."""

    def __init__(self, keys: Sequence[Sequence[str]], blocks: Sequence[Blocks]) -> None:
        self._keys, self._blocks = keys, blocks
        self._names = list(dict.fromkeys(name for each in keys for name in each))
        self._idle = not all(keys)  # a pass without a key meets every record

    def rows(
        self, fields: Fields, chunk: RecordChunk, among: NDArray[np.int64] | None
    ) -> NDArray[np.int64] | None:
        """Return the rows, of all or of `among`, that pass; None for all of the chunk."""
        if self._idle:
            return among
        made = fields.records(chunk, self._names, among)
        marks = np.zeros(chunk.n if among is None else len(among), bool)
        for keys, blocks in zip(self._keys, self._blocks, strict=True):
            columns = {name: made[name] for name in keys}
            blocks.mark(Layout.of(columns).matrix(columns), marks)
        # Once nearly all records of a chunk pass, those of the others do too: many requests, a common key.
        self._idle = bool(marks.size and marks.mean() > _NEARLY_ALL)
        return np.flatnonzero(marks) if among is None else among[marks]


def _screens(path: Path, requests: Mapping[str, NDArray[Any]], prepared: PreparedRequests) -> list[_Screen]:
    """Return the tests that a record must pass, from the cheapest to that by all keys.

    The keys that cost less are tried first where they are two or more, and so telling by themselves.
    """
    keys = [[(key, key) if isinstance(key, str) else key for key in each] for each in path.passes]
    out = []
    for dearest in range(max(COST.values())):
        cheap = [[(left, right) for left, right in each if COST[right] <= dearest] for each in keys]
        earlier = [[(left, right) for left, right in each if COST[right] < dearest] for each in keys]
        if cheap == keys or min(map(len, cheap), default=0) < _TELLING or (dearest and cheap == earlier):
            continue
        blocks = []
        for each in cheap:
            columns = {f"{number} {left}": requests[left] for number, (left, _) in enumerate(each)}
            blocks.append(Blocks.of(Layout.of(columns).matrix(columns)))
        out.append(_Screen([[right for _, right in each] for each in cheap], blocks))
    return [*out, _Screen([[right for _, right in each] for each in keys], prepared.blocks)]


class _Places:
    """Where the rows of a batch's frame stand in its chunks."""

    def __init__(
        self, chunks: Sequence[RecordChunk], kept: Sequence[NDArray[np.int64] | None], carry: Carry
    ) -> None:
        rows = [np.arange(c.n) if each is None else each for c, each in zip(chunks, kept, strict=True)]
        self._chunks, self._carry = chunks, carry
        self._chunk = np.repeat(np.arange(len(chunks)), [len(each) for each in rows])
        self._row = np.concatenate(rows)

    def record(self, row: NDArray[np.int32]) -> NDArray[np.int64]:
        chunk_of, row_of = self._chunk[row], self._row[row]
        out = np.zeros(len(row), np.int64)
        for number in np.unique(chunk_of):
            here = chunk_of == number
            out[here] = self._chunks[number].record[row_of[here]]
        return out

    def truth(self, row: NDArray[np.int32]) -> Truth:
        def columns(places: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
            chunk_of, row_of = self._chunk[row[places]], self._row[row[places]]
            out: dict[str, NDArray[Any]] = {
                name: np.zeros(len(places), dtype) for name, dtype in self._carry.items()
            }
            for number in np.unique(chunk_of):
                chunk, here = self._chunks[number], np.flatnonzero(chunk_of == number)
                for name in self._carry:
                    out[name][here] = chunk.truth(name, row_of[here])
            return out

        return columns


def search(
    registry: RecordStream, searches: Sequence[PathSearch], keepers: Sequence[Keeper], *,
    numbers: Sequence[int] | None = None, workers: int = 1, progress: Progress = silent,
) -> None:  # fmt: skip
    """Stream chunks (default: the whole registry) past all paths; the keepers take the links.

    Chunks are drawn and searched by `workers` threads; numba and numpy let them run side by side.
    """
    wanted = list(range(registry.n_chunks) if numbers is None else numbers)
    batches = [wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)]

    def work(batch: Sequence[int]) -> tuple[int, int, list[Links]]:
        chunks = [registry.chunk(number) for number in batch]
        found = [each.links(chunks, keeper.fresh) for each, keeper in zip(searches, keepers, strict=True)]
        return len(batch), sum(chunk.n for chunk in chunks), found

    progress("link", 0, len(wanted), people=0)
    people = done = 0
    for chunks, seen, found in unordered(work, batches, workers):
        for keeper, links in zip(keepers, found, strict=True):
            keeper.add(links)
        people, done = people + seen, done + chunks
        progress("link", done, len(wanted), people=people)


def divide(rule: Rule, frame: pl.DataFrame) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Divide requests among a rule's paths.

    Return each request's path (-1 none), and the filter that keeps it from being searched, as a running
    number over the filters of all paths in order (-1 none).
    """
    path_of = np.full(frame.height, -1, np.int16)
    filtered = np.full(frame.height, -1, np.int16)
    running = 0
    for number, path in enumerate(rule):
        takes = path.applies(frame) & (path_of < 0)
        path_of[takes] = number
        for each in path.filters:
            filtered[takes & (filtered < 0) & ~each.passes(frame)] = running
            running += 1
    return path_of, filtered


def prepare(
    rule: Rule, fields: Fields, frame: pl.DataFrame, carry: Carry = PERSON
) -> tuple[list[PathSearch], NDArray[np.int16], NDArray[np.int16]]:
    """Make the searches of a rule ready; return them with what `divide` returns."""
    path_of, filtered = divide(rule, frame)
    coded = fields.requests(frame, {name for path in rule for name in needed_columns(path, 0)})
    searches = [
        PathSearch(path, fields, coded, np.flatnonzero((path_of == number) & (filtered < 0)), carry)
        for number, path in enumerate(rule)
    ]
    return searches, path_of, filtered
