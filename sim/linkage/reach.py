"""The best level that a pair can still land on, from full codes, one pair after the other.

Levels that codes decide (equal, shared, one digit off, day and month exchanged, ...) are decided here as in
levels.py; only those that compare text stay open. The sum of the best weights is the last and sharpest bound
before strings are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba as nb
import numpy as np
from numpy.typing import NDArray

from .comparison import Comparison, Kind

U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]
_NO, _YES, _MAYBE = 0, 1, 2
_KINDS = {kind: number for number, kind in enumerate(Kind)}
_MISSING, _EXACT, _SHARED = _KINDS[Kind.MISSING], _KINDS[Kind.EXACT], _KINDS[Kind.SHARED]
_FIRST, _ONE_DIGIT, _TRANSPOSED = _KINDS[Kind.FIRST], _KINDS[Kind.ONE_DIGIT], _KINDS[Kind.TRANSPOSED]
_DAY_MONTH, _NEAR, _LEADING = _KINDS[Kind.DAY_MONTH], _KINDS[Kind.NEAR], _KINDS[Kind.LEADING]
_ELSE = _KINDS[Kind.ELSE]


class Reach:
    """Comparisons flattened for the compiled test."""

    def __init__(
        self, comparisons: Sequence[Comparison], rows: Sequence[Sequence[tuple[int, ...]]],
        extra: Sequence[NDArray[np.float64]], needed: float,
    ) -> None:  # fmt: skip
        """rows: of the matrix of codes, for each column of each comparison.

        extra: each request's frequency bits, for each adjusted comparison.  needed: bits of all weights.
        """
        flat = [(each[0], each[-1]) for columns in rows for each in columns]
        self._columns = np.array(flat, np.int32).reshape(-1, 2)
        ends = np.cumsum([0, *map(len, rows)])
        level_ends = np.cumsum([0, *(len(c.levels) for c in comparisons)])
        adjusted = iter(range(len(extra)))
        table = [
            (c.as_set, ends[k], ends[k + 1], level_ends[k], level_ends[k + 1], c.missing,
             -1 if c.frequency is None else next(adjusted))
            for k, c in enumerate(comparisons)
        ]  # fmt: skip
        self._comparisons = np.array(table, np.int64).reshape(-1, 7)
        levels = [level for c in comparisons for level in c.levels]
        self._kinds = np.array([_KINDS[level.kind] for level in levels], np.int32)
        self._numbers = np.array(
            [(level.at, level.weight, level.share) for level in levels], np.float64
        ).reshape(-1, 3)
        self._extra = np.stack(extra) if extra else np.zeros((0, 1))
        self._needed = needed

    def reached(self, requests: U32, records: U32, request: I32, row: I32) -> NDArray[np.bool_]:
        """Say which pairs (rows of the two matrices of codes) can come to the bits needed."""
        return _reached(  # type: ignore[no-any-return]
            requests, records, request, row, self._extra, self._needed,
            self._comparisons, self._columns, self._kinds, self._numbers,
        )  # fmt: skip


@nb.njit(nogil=True, cache=True)
def _value(codes, column, place):  # type: ignore[no-untyped-def]
    """Return a code, of one or of two rows."""
    value = np.uint64(codes[column[0], place])
    if column[1] != column[0]:
        value |= np.uint64(codes[column[1], place]) << np.uint64(32)
    return value


@nb.njit(nogil=True, cache=True)
def _equal(requests, records, request, row, columns, first, last):  # type: ignore[no-untyped-def]
    for k in range(first, last):
        if _value(requests, columns[k], request) != _value(records, columns[k], row):
            return False
    return True


@nb.njit(nogil=True, cache=True)
def _shared(requests, records, request, row, columns, first, last):  # type: ignore[no-untyped-def]
    for a in range(first, last):
        mine = _value(requests, columns[a], request)
        for b in range(first, last):
            if mine != 0 and mine == _value(records, columns[b], row):
                return True
    return False


@nb.njit(nogil=True, cache=True)
def _digits(a, b, transposed):  # type: ignore[no-untyped-def]
    """Say whether just one of ten decimal places differs, or just two neighbours, which are exchanged."""
    ten = np.uint64(10)
    differ, first, mine, theirs = 0, -9, np.uint64(0), np.uint64(0)
    exchanged = False
    for place in range(10):
        x, y = a % ten, b % ten
        if x != y:
            differ += 1
            exchanged = place == first + 1 and x == theirs and y == mine
            first, mine, theirs = place, x, y
        a, b = a // ten, b // ten
    return differ == 2 and exchanged if transposed else differ == 1


@nb.njit(nogil=True, cache=True)
def _number_holds(kind, at, a, b):  # type: ignore[no-untyped-def]
    """Say whether a level of numbers holds; levels of text may."""
    if kind in (_ONE_DIGIT, _TRANSPOSED):
        return _YES if _digits(a, b, kind == _TRANSPOSED) else _NO
    if kind == _LEADING:
        scale = np.uint64(10 ** np.int64(at))
        return _YES if a // scale == b // scale else _NO
    if kind == _DAY_MONTH:
        date = np.int64(a)
        swapped = date // 10_000 * 10_000 + date % 100 * 100 + date // 100 % 100
        return _YES if swapped == np.int64(b) else _NO
    if kind == _NEAR:
        return _YES if abs(np.int64(a) - np.int64(b)) <= at else _NO
    return _MAYBE


@nb.njit(nogil=True, cache=True)
def _best(  # type: ignore[no-untyped-def]
    comparison, requests, records, request, row, extra, columns, kinds, numbers
):
    """Return the best weight one comparison can have, as far as codes tell."""
    as_set, first, last, level, end, missing, adjusted = comparison
    bits = extra[adjusted, request] if adjusted >= 0 else 0.0
    judge = last - 1 if as_set else first
    if _value(requests, columns[judge], request) == 0 or _value(records, columns[judge], row) == 0:
        return numbers[level + missing, 1] + numbers[level + missing, 2] * bits
    a, b = _value(requests, columns[first], request), _value(records, columns[first], row)
    best = -np.inf
    for k in range(level, end):
        kind, at = kinds[k], numbers[k, 0]
        if kind == _MISSING:
            continue
        if kind in (_EXACT, _FIRST):
            start, stop = (last - 1 if as_set else first), (last if kind == _EXACT else first + np.int64(at))
            holds = _YES if _equal(requests, records, request, row, columns, start, stop) else _NO
        elif kind == _SHARED:
            holds = _YES if _shared(requests, records, request, row, columns, first, last - 1) else _NO
        elif kind == _ELSE:
            holds = _YES
        else:
            holds = _number_holds(kind, at, a, b)
        if holds != _NO:
            best = max(best, numbers[k, 1] + numbers[k, 2] * bits)
        if holds == _YES:
            break
    return best


@nb.njit(nogil=True, cache=True)
def _reached(  # type: ignore[no-untyped-def]
    requests, records, request, row, extra, needed, comparisons, columns, kinds, numbers
):
    out = np.zeros(len(request), np.bool_)
    for pair in range(len(request)):
        total = 0.0
        for c in range(len(comparisons)):
            total += _best(
                comparisons[c], requests, records, request[pair], row[pair], extra, columns, kinds, numbers
            )
        out[pair] = total >= needed
    return out
