"""Which pairs can still become a link: an exact upper bound on the score, before any string is compared.

A pair whose best conceivable sum of weights is below the threshold cannot become a link whatever its strings
turn out to be, so dropping it changes no link, no best candidate and no count of links. The bound is taken
twice: by digests of sixteen bits, for one record and all requests of its block at a time (scan.py), and of
what is left by full codes (reach.py). With nothing to prune (a threshold at or below what the worst pair
scores) every blocked pair comes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from .blocks import I32, U32, Blocks
from .comparison import Columns, Comparison, Path
from .digests import Digest, Digests, clues_of, present
from .reach import Reach
from .scan import Graded, Scan, Steps

_SLACK = 1e-3  # bits; sums may round, so a little more is let through


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


class PreparedRequests:
    """The requests of one path, made ready once: a matrix of codes, and blocks for every pass."""

    def __init__(self, path: Path, columns: Columns) -> None:
        """Take the request columns named by the path's comparisons and passes (integers, 0 = missing)."""
        self.path = path
        self.layout = Layout.of(columns)
        self.codes = self.layout.matrix(columns)
        self.passes = [(self._rows(each, 0), self._rows(each, 1)) for each in path.passes]
        self.blocks = [Blocks.of(self.codes[left]) for left, _ in self.passes]
        needed = path.threshold - _SLACK - path.base
        rows = [self._columns(each) for each in path.comparisons]
        extra = [
            None if c.frequency is None else c.frequency({name: columns[name] for name in c.columns})
            for c in path.comparisons
        ]
        graded = [
            Graded(c, present(c, at), clues_of(c, at), bits)
            for c, at, bits in zip(path.comparisons, rows, extra, strict=True)
        ]
        self._digests = Digests([digest for each in graded for digest in each.digests()])
        mine, steps = self._digests.of(self.codes), Steps(graded, needed)
        self._scans = [
            Scan(blocks, graded, self._keys(each), self._digests, mine, steps)
            for blocks, each in zip(self.blocks, path.passes, strict=True)
        ]
        self._reach = Reach(path.comparisons, rows, [bits for bits in extra if bits is not None], needed)
        self._key_rows = (
            _padded([left for left, _ in self.passes]),
            _padded([right for _, right in self.passes]),
        )

    def _rows(self, keys: Sequence[str | tuple[str, str]], side: int) -> list[int]:
        names = [key if isinstance(key, str) else key[side] for key in keys]
        return [row for name in names for row in self.layout.rows[name]]

    def _keys(self, keys: Sequence[str | tuple[str, str]]) -> set[tuple[Digest, Digest]]:
        """Return the digests that a pass makes equal."""
        pairs = [(key, key) if isinstance(key, str) else key for key in keys]
        return {(Digest(self.layout.rows[mine]), Digest(self.layout.rows[theirs])) for mine, theirs in pairs}

    def _columns(self, comparison: Comparison) -> list[tuple[int, ...]]:
        """Return the rows of its columns; raises ValueError for a wide one in a chain or crossed."""
        rows = [self.layout.rows[name] for name in comparison.columns]
        narrow = rows[:-1] if comparison.as_set else rows if len(rows) > 1 else []
        if any(len(row) > 1 for row in narrow):
            raise ValueError(f"{comparison.field}: 64-bit columns cannot stand in a chain or be crossed")
        return rows

    def search(self, records: U32, met: Sequence[NDArray[np.int64]] | None = None) -> tuple[I32, I32]:
        """Return (request rows, record rows) of the pairs that share a block and can reach the threshold.

        records: matrix in this layout.  met: per pass, a counter for each block, to which the number of
        records met is added.  A pair comes out once, from the first pass that yields it.
        """
        digests = self._digests.of(records)
        found = []
        for number, ((_, right), blocks) in enumerate(zip(self.passes, self.blocks, strict=True)):
            rows, block_of = blocks.look_up(records[right])
            if met is not None:
                _count(block_of, met[number])
            request, row = self._scans[number].pairs(rows, block_of, digests)
            fresh = _fresh(self.codes, records, request, row, *self._key_rows, number)
            request, row = request[fresh], row[fresh]
            kept = self._reach.reached(self.codes, records, request, row)
            found.append((request[kept], row[kept]))
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
def _fresh(requests, records, request, row, left, right, number):  # type: ignore[no-untyped-def]
    """Say which pairs share the key of pass `number`, and that of none before it."""
    out = np.zeros(len(request), np.bool_)
    for pair in range(len(request)):
        fresh = _keys_agree(requests, records, left, right, number, request[pair], row[pair])
        for earlier in range(number):
            fresh = fresh and not _keys_agree(
                requests, records, left, right, earlier, request[pair], row[pair]
            )
        out[pair] = fresh
    return out
