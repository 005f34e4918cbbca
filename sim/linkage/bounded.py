"""Which pairs can still become a link: an exact upper bound on the score, before any string is compared.

Whether two codes are equal is known at once. An equal field is worth its exact level; a field that is not
equal is worth at most the best level that unequal values can reach; a missing one is worth what missing is
worth. A pair whose sum of these is below the threshold cannot become a link whatever the strings turn out to
be, so dropping it changes no link, no best candidate and no count of links. With nothing to prune (a
threshold at or below what the worst pair scores) every blocked pair comes out.

The scan runs over one record and the requests of its block at a time, held contiguously, field after field,
which the compiler turns into vector instructions; survivors of a record are counted before room for them is
made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from .blocks import I32, U32, Blocks
from .comparison import Columns, Comparison, Kind, Path

_TIERS = 6  # what equality of codes alone can tell apart; a chain of up to five columns
_VALUE, _CHAIN, _SET = 0, 1, 2
_SLACK = 1e-3  # bits; single-precision sums may round, so a little more is let through


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each linkage field stands in the matrix of 32-bit columns; 64-bit fields take two rows."""

    rows: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, columns: Columns) -> Layout:
        """Lay out integer columns; a type of more than 32 bits gets two rows."""
        rows: dict[str, tuple[int, ...]] = {}
        at = 0
        for name, values in columns.items():
            width = 2 if values.dtype.itemsize > 4 else 1
            rows[name] = tuple(range(at, at + width))
            at += width
        return cls(rows)

    def matrix(self, columns: Columns) -> U32:
        """Return the (rows, n) matrix of codes, halves of 64-bit codes one under the other."""
        n = len(next(iter(columns.values())))
        out = np.empty((sum(map(len, self.rows.values())), n), np.uint32)
        for name, rows in self.rows.items():
            values = columns[name]
            out[rows[0]] = values.astype(np.uint32, copy=False)
            if len(rows) == 2:
                out[rows[1]] = (values.astype(np.uint64) >> np.uint64(32)).astype(np.uint32)
        return out


def tier_weights(comparison: Comparison, adjustment: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the best weight of each tier of equality, shape (7, len(adjustment)).

    The last row is for missing. Tier of a single value: 0 not equal, 1 equal. Of a set: 1 shares a value, 2
    the whole line is equal. Of a chain: the number of leading columns that are equal.
    """
    top = 2 if comparison.as_set else len(comparison.columns)
    out = np.full((_TIERS + 1, len(adjustment)), -np.inf)
    for tier in range(_TIERS):
        for level in _reachable(comparison, min(tier, top), top):
            out[tier] = np.maximum(out[tier], level.weight + level.share * adjustment)
    missing = comparison.levels[comparison.missing]
    out[_TIERS] = missing.weight + missing.share * adjustment
    return out


def _reachable(comparison: Comparison, tier: int, top: int) -> Sequence:  # type: ignore[type-arg]
    """Return the levels that a pair in `tier` may land on, missing apart."""
    levels = []
    for level in comparison.levels:
        if level.kind is Kind.MISSING:
            continue
        needs = {Kind.EXACT: top, Kind.SHARED: 1, Kind.FIRST: int(level.at)}.get(level.kind)
        if needs is not None and tier < needs:
            continue
        levels.append(level)
        if needs is not None:
            break  # its condition holds, so no later level can be reached
    return levels


@dataclass(frozen=True, slots=True)
class _Plan:
    """Comparisons flattened to arrays for the compiled scan (C comparisons, A of them frequency-adjusted)."""

    kind: I32
    columns: I32  # (C, 8), -1 filled
    crossed: I32  # (C,) how many leading columns of a set are crossed
    missing_row: I32  # (C,) the row whose 0 says missing
    weights: NDArray[np.float32]  # (C, 7)
    adjusted: I32  # (C,) index into the per-request weights, or -1


def _plan(comparisons: Sequence[Comparison], layout: Layout) -> _Plan:
    count = len(comparisons)
    kind, crossed = np.zeros(count, np.int32), np.zeros(count, np.int32)
    columns, missing_row = np.full((count, 8), -1, np.int32), np.zeros(count, np.int32)
    weights, adjusted = np.zeros((count, _TIERS + 1), np.float32), np.full(count, -1, np.int32)
    for c, comparison in enumerate(comparisons):
        rows = [layout.rows[name] for name in comparison.columns]
        if comparison.as_set:
            kind[c], crossed[c] = _SET, len(rows) - 1
        elif len(rows) > 1:
            kind[c] = _CHAIN
        if any(len(row) > 1 for row in (rows[:-1] if comparison.as_set else rows if len(rows) > 1 else ())):
            raise ValueError(f"{comparison.field}: 64-bit columns cannot stand in a chain or be crossed")
        flat = [index for row in rows for index in row]
        columns[c, : len(flat)] = flat
        missing_row[c] = rows[-1][0] if comparison.as_set else rows[0][0]
        weights[c] = tier_weights(comparison, np.zeros(1))[:, 0]
        if comparison.frequency is not None:
            adjusted[c] = adjusted.max(initial=-1) + 1
    return _Plan(kind, columns, crossed, missing_row, weights, adjusted)


class PreparedRequests:
    """The requests of one path, made ready once: a matrix of codes, and blocks for every pass."""

    def __init__(self, path: Path, columns: Columns) -> None:
        """Take the request columns named by the path's comparisons and passes (integers, 0 = missing)."""
        self.path = path
        self.layout = Layout.of(columns)
        self.codes = self.layout.matrix(columns)
        self.passes = [(self._rows(each, 0), self._rows(each, 1)) for each in path.passes]
        self.blocks = [Blocks.of(self.codes[left]) for left, _ in self.passes]
        self._plan = _plan(path.comparisons, self.layout)
        adjusted = [
            tier_weights(c, c.frequency({name: columns[name] for name in c.columns})).astype(np.float32)
            for c in path.comparisons
            if c.frequency is not None
        ]
        per_request = np.stack(adjusted) if adjusted else np.zeros((0, _TIERS + 1, 1), np.float32)
        # Copies in block order: a block's requests lie side by side.
        self._codes = [np.ascontiguousarray(self.codes[:, b.order]) for b in self.blocks]
        self._weights = [
            np.ascontiguousarray(per_request[:, :, b.order]) if adjusted else per_request for b in self.blocks
        ]
        self._key_rows = (
            _padded([left for left, _ in self.passes]),
            _padded([right for _, right in self.passes]),
        )

    def _rows(self, keys: Sequence[str | tuple[str, str]], side: int) -> list[int]:
        names = [key if isinstance(key, str) else key[side] for key in keys]
        return [row for name in names for row in self.layout.rows[name]]

    def search(self, records: U32, met: Sequence[NDArray[np.int64]] | None = None) -> tuple[I32, I32]:
        """Return (request rows, record rows) of the pairs that share a block and can reach the threshold.

        records: matrix in this layout.  met: per pass, a counter for each block, to which the number of
        records met is added.  A pair comes out once, from the first pass that yields it.
        """
        found = []
        for number, ((_, right), blocks) in enumerate(zip(self.passes, self.blocks, strict=True)):
            rows, block_of = blocks.look_up(records[right])
            if met is not None:
                _count(block_of, met[number])
            plan = self._plan
            found.append(
                _scan(
                    rows,
                    block_of,
                    blocks.order,
                    blocks.starts,
                    self._codes[number],
                    records,
                    self._weights[number],
                    plan.kind,
                    plan.columns,
                    plan.crossed,
                    plan.missing_row,
                    plan.weights,
                    plan.adjusted,
                    np.float32(self.path.base),
                    np.float32(self.path.threshold - _SLACK),
                    self.codes,
                    *self._key_rows,
                    number,
                )
            )
        requests = np.concatenate([pair[0] for pair in found])
        return requests, np.concatenate([pair[1] for pair in found])

    def candidates(self, met: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        """Return for each request the number of pairs met in its blocks (once for each pass that met it)."""
        total = np.zeros(self.codes.shape[1], np.int64)
        for blocks, counts in zip(self.blocks, met, strict=True):
            total[blocks.order] += np.repeat(counts, np.diff(blocks.starts))
        return total


def _padded(rows: Sequence[Sequence[int]]) -> I32:
    out = np.full((len(rows), max(map(len, rows), default=0) + 1), -1, np.int32)
    for number, each in enumerate(rows):
        out[number, : len(each)] = each
    return out


@nb.njit(nogil=True, cache=True)
def _count(blocks, met):  # type: ignore[no-untyped-def]
    for block in blocks:
        met[block] += 1


@nb.njit(nogil=True, cache=True)
def _keys_agree(requests, records, left, right, number, request, row):  # type: ignore[no-untyped-def]
    """Say whether a pair shares the key of pass `number`, by value and with nothing missing."""
    k = 0
    while left[number, k] >= 0:
        value = requests[left[number, k], request]
        if value == 0 or value != records[right[number, k], row]:
            return False
        k += 1
    return True


@nb.njit(nogil=True, cache=True)
def _chain_tiers(tiers, columns, start, size, row, requests, records):  # type: ignore[no-untyped-def]
    """Set `tiers` to the number of leading columns that are equal."""
    for i in range(size):
        tiers[i] = 0
    k = 0
    while columns[k] >= 0:
        value, mine = records[columns[k], row], requests[columns[k], start : start + size]
        for i in range(size):
            tiers[i] += (tiers[i] == k) & (mine[i] == value)
        k += 1


@nb.njit(nogil=True, cache=True)
def _whole_tiers(tiers, top, columns, first, start, size, row, requests, records):  # type: ignore[no-untyped-def]
    """Set `tiers` to `top` where all columns from `first` on are equal."""
    for i in range(size):
        tiers[i] = top
    k = first
    while columns[k] >= 0:
        value, mine = records[columns[k], row], requests[columns[k], start : start + size]
        for i in range(size):
            tiers[i] *= mine[i] == value
        k += 1


@nb.njit(nogil=True, cache=True)
def _shared_tiers(tiers, columns, crossed, start, size, row, requests, records):  # type: ignore[no-untyped-def]
    """Raise `tiers` to 1 where one of the crossed columns of one side equals one of the other."""
    for a in range(crossed):
        value = records[columns[a], row]
        if value == 0:
            continue
        for b in range(crossed):
            mine = requests[columns[b], start : start + size]
            for i in range(size):
                tiers[i] = max(tiers[i], np.uint8(mine[i] == value))


@nb.njit(nogil=True, cache=True)
def _add_bounds(  # type: ignore[no-untyped-def]
    bound, tiers, start, size, row, requests, records, per_request,
    kind, columns, crossed, missing_row, weights, adjusted,
):  # fmt: skip
    """Add to `bound` what each of a block's requests can at most score against one record."""
    for c in range(len(kind)):
        value = records[missing_row[c], row]
        mine = requests[missing_row[c], start : start + size]
        missing = weights[c, _TIERS]
        if adjusted[c] < 0 and value == 0:
            for i in range(size):
                bound[i] += missing
            continue
        if adjusted[c] < 0 and kind[c] == _VALUE and columns[c, 1] < 0:
            equal, other = weights[c, 1], weights[c, 0]
            for i in range(size):
                bound[i] += equal if mine[i] == value else (missing if mine[i] == 0 else other)
            continue
        if kind[c] == _CHAIN:
            _chain_tiers(tiers, columns[c], start, size, row, requests, records)
        elif kind[c] == _SET:
            _whole_tiers(tiers, 2, columns[c], crossed[c], start, size, row, requests, records)
            _shared_tiers(tiers, columns[c], crossed[c], start, size, row, requests, records)
        else:
            _whole_tiers(tiers, 1, columns[c], 0, start, size, row, requests, records)
        for i in range(size):
            tier = _TIERS if value == 0 or mine[i] == 0 else tiers[i]
            bound[i] += weights[c, tier] if adjusted[c] < 0 else per_request[adjusted[c], tier, start + i]


@nb.njit(nogil=True, cache=True)
def _room(values, needed):  # type: ignore[no-untyped-def]
    """Return `values` in an array of at least `needed` places."""
    if needed <= len(values):
        return values
    grown = np.empty(max(needed, 2 * len(values)), values.dtype)
    grown[: len(values)] = values
    return grown


@nb.njit(nogil=True, cache=True)
def _scan(  # type: ignore[no-untyped-def]
    rows, block_of, order, starts, requests, records, per_request,
    kind, columns, crossed, missing_row, weights, adjusted, base, threshold,
    all_requests, left, right, number,
):  # fmt: skip
    """Return the request and record rows of the pairs of pass `number` whose bound reaches the threshold."""
    largest = 0
    for block in range(len(starts) - 1):
        largest = max(largest, starts[block + 1] - starts[block])
    bound, tiers = np.empty(largest, np.float32), np.empty(largest, np.uint8)
    out_request, out_row = np.empty(1024, np.int32), np.empty(1024, np.int32)
    found = 0
    for hit in range(len(rows)):
        row, start = rows[hit], starts[block_of[hit]]
        size = starts[block_of[hit] + 1] - start
        bound[:size] = base
        _add_bounds(
            bound, tiers, start, size, row, requests, records, per_request,
            kind, columns, crossed, missing_row, weights, adjusted,
        )  # fmt: skip
        survivors = 0
        for i in range(size):
            survivors += bound[i] >= threshold
        if survivors == 0:
            continue
        out_request, out_row = _room(out_request, found + survivors), _room(out_row, found + survivors)
        for i in range(size):
            if bound[i] < threshold:
                continue
            request = order[start + i]
            fresh = _keys_agree(all_requests, records, left, right, number, request, row)
            for earlier in range(number):
                fresh = fresh and not _keys_agree(all_requests, records, left, right, earlier, request, row)
            if fresh:
                out_request[found] = request
                out_row[found] = row
                found += 1
    return out_request[:found].copy(), out_row[:found].copy()
