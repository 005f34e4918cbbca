"""Draws inside compiled loops: a counter-based uniform per row, and alias tables for any distribution.

A *key* is one 64-bit integer from `Streams.integer(purpose, chunk)`; `mix(key, i)` is the i-th word of the
stream it names (splitmix64: Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195). No state is carried
from row to row, so a row's luck does not depend on which other rows were made. Alias tables are Walker's
(1977), built by Vose's method (1991); a cell is one u64: its threshold in the upper half, its alias in the
lower one, so that a draw touches one cache line. A *named* table goes a step further: its cells hold the two
codes themselves (18 bits each) beside a threshold of 28 bits, and a draw is one load.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S32 = (np.uint64(s) for s in (27, 30, 31, 32))
_LOW = np.uint64(0xFFFFFFFF)
_S4, _S18, _S36, _CODE = np.uint64(4), np.uint64(18), np.uint64(36), np.uint64(0x3FFFF)
_UNIT = 1.0 / 4294967296.0
# Rows drawn together: places in a large table are worked out first and read next, so that the reads overlap.
BATCH = 1024


@njit(cache=True, nogil=True)
def mix(key, i):  # type: ignore[no-untyped-def]
    """Return word `i` (>= 0) of the stream `key` as u64."""
    z = np.uint64(key) + (np.uint64(i) + np.uint64(1)) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@njit(cache=True, nogil=True)
def low_unit(word):  # type: ignore[no-untyped-def]
    """Return the lower half of a word as a number in [0, 1)."""
    return np.float64(word & _LOW) * _UNIT


@njit(cache=True, nogil=True)
def high_unit(word):  # type: ignore[no-untyped-def]
    """Return the upper half of a word as a number in [0, 1), independent of the lower half."""
    return np.float64(word >> _S32) * _UNIT


@njit(cache=True, nogil=True)
def below(word, n):  # type: ignore[no-untyped-def]
    """Return an integer in [0, n) from the upper half of a word (n < 2**31; bias below n / 2**32)."""
    return np.int64(((word >> _S32) * np.uint64(n)) >> _S32)


# The helpers of a draw take single values, never arrays: an array handed to a compiled function inside a loop
# is counted as a reference at every call, which costs more than the draw.


# They choose without a branch: which of two codes a draw takes cannot be predicted, and a wrong guess would
# wait for the table's cache line.


@njit(cache=True, nogil=True)
def aliased(word, index, cell):  # type: ignore[no-untyped-def]
    """Return `index` or its alias: the draw of an alias table whose `cell` is at `index = below(word, n)`."""
    own = np.int64((word & _LOW) < (cell >> _S32))
    alias = np.int64(cell & _LOW)
    return alias + own * (np.int64(index) - alias)


@njit(cache=True, nogil=True)
def named(word, cell):  # type: ignore[no-untyped-def]
    """Return the code (u32) a named table's cell at `below(word, n)` gives."""
    own = np.uint64(((word & _LOW) >> _S4) < (cell >> _S36))
    return np.uint32((cell >> (own * _S18)) & _CODE)


@njit(cache=True, nogil=True)
def _build(weights, start, stop, cells, small, large):  # type: ignore[no-untyped-def]
    n = stop - start
    total = 0.0
    for i in range(start, stop):
        total += weights[i]
    scale = n / total
    n_small = 0
    n_large = 0
    for i in range(n):
        weights[start + i] *= scale
        if weights[start + i] < 1.0:
            small[n_small] = i
            n_small += 1
        else:
            large[n_large] = i
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        less = small[n_small]
        more = large[n_large - 1]
        share = weights[start + less]
        threshold = np.uint64(min(share * 4294967296.0, 4294967295.0))
        cells[start + less] = (threshold << _S32) | np.uint64(more)
        weights[start + more] -= 1.0 - share
        if weights[start + more] < 1.0:
            n_large -= 1
            small[n_small] = more
            n_small += 1
    # What rounding left over on either side is a full cell: its alias is itself.
    for j in range(n_large):
        cells[start + large[j]] = (_LOW << _S32) | np.uint64(large[j])
    for j in range(n_small):
        cells[start + small[j]] = (_LOW << _S32) | np.uint64(small[j])


@njit(cache=True, nogil=True)
def _drawable(weights, offsets):  # type: ignore[no-untyped-def]
    for s in range(offsets.size - 1):
        total = 0.0
        for i in range(offsets[s], offsets[s + 1]):
            if not weights[i] >= 0.0:
                return False
            total += weights[i]
        if offsets[s + 1] > offsets[s] and not (0.0 < total < np.inf):
            return False
    return True


@njit(cache=True, nogil=True)
def _name_cells(cells, offsets, codes):  # type: ignore[no-untyped-def]
    for s in range(offsets.size - 1):
        start = offsets[s]
        for i in range(start, offsets[s + 1]):
            other = codes[start + np.int64(cells[i] & _LOW)]
            own = np.uint64(codes[i])
            cells[i] = ((cells[i] >> _S36) << _S36) | (own << _S18) | np.uint64(other)


@njit(cache=True, nogil=True)
def _build_all(weights, offsets, cells):  # type: ignore[no-untyped-def]
    longest = 0
    for s in range(offsets.size - 1):
        longest = max(longest, offsets[s + 1] - offsets[s])
    small = np.empty(longest, np.int64)
    large = np.empty(longest, np.int64)
    for s in range(offsets.size - 1):
        if offsets[s + 1] > offsets[s]:
            _build(weights, offsets[s], offsets[s + 1], cells, small, large)


def alias_tables(weights: Array, offsets: Array | None = None) -> Array:
    """Return alias cells (u64) for one distribution, or for the segments `offsets` marks in `weights`.

    weights: non-negative, any scale; the sum of every non-empty segment must be positive.
    offsets: int64, s + 1 boundaries of s segments. Raises ValueError when a segment cannot be drawn from.
    """
    work = np.array(weights, np.float64)
    bounds = np.array([0, work.size] if offsets is None else offsets, np.int64)
    if not _drawable(work, bounds):
        raise ValueError("weights should be finite and not negative, every segment with a positive sum")
    cells = np.zeros(work.size, np.uint64)
    _build_all(work, bounds, cells)
    return cells


def named_tables(weights: Array, codes: Array, offsets: Array) -> Array:
    """Return named cells (u64) for the segments of `weights`; each weight is that of the code beside it.

    Raises ValueError as `alias_tables` does, and when a code is too large.
    """
    if len(codes) and int(codes.max()) >= 1 << 18:
        raise ValueError("codes of a named table should be below 2**18")
    cells = alias_tables(weights, offsets)
    # _name_cells rewrites a segment in place; an alias always points within it and only codes are read there.
    _name_cells(cells, np.asarray(offsets, np.int64), np.asarray(codes, np.uint32))
    return cells


def cumulative(shares: Array) -> Array:
    """Return running sums along the last axis scaled to end at exactly 1 (float64)."""
    total = np.cumsum(np.asarray(shares, np.float64), axis=-1)
    total /= total[..., -1:]
    total[..., -1] = 1.0
    return np.asarray(total)
