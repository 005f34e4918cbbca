"""The compiled loops of the scan: 16-bit tests of one record against a block of requests, many at one stroke.

`records` are rows of digests (n, digests); `requests` columns of digests in block order (digests, m + 16);
`own` rows of one weight a request, in the same order, the first being what its bounds begin with.
`comparisons`: column whose 0 is missing, weight of missing, of nothing holding, row of `own` for the best
clue (-1 none), first and end of its tests in `pairs`.  `pairs`: column of the request, column of the record,
weight, number of the clue (0 the best). Weights fall from test to test, so that an accidental equality can
only raise a bound.

Indices are unsigned in the loops over a block: the compiler then need not provide for negative ones, which
would keep it from using vector instructions.
"""

from __future__ import annotations

import numba as nb
import numpy as np


@nb.njit(nogil=True, cache=True, inline="always")
def _add_constant(bound, weight, n):  # type: ignore[no-untyped-def]
    for i in range(n):
        bound[i] = np.int16(bound[i] + weight)


@nb.njit(nogil=True, cache=True, inline="always")
def _add_own(bound, requests, own, row, start, n, present, missing):  # type: ignore[no-untyped-def]
    for i in range(n):
        at = start + i
        bound[i] = np.int16(bound[i] + (missing if requests[present, at] == 0 else own[row, at]))


@nb.njit(nogil=True, cache=True, inline="always")
def _add_one(bound, requests, start, n, present, missing, other, a):  # type: ignore[no-untyped-def]
    """Add the weight of a test (column, value, weight) where it holds, else `other`."""
    column, value, weight = a
    for i in range(n):
        at = start + i
        best = weight if requests[column, at] == value else other
        bound[i] = np.int16(bound[i] + (missing if requests[present, at] == 0 else best))


@nb.njit(nogil=True, cache=True, inline="always")
def _add_three(bound, requests, start, n, present, missing, other, a, b, c):  # type: ignore[no-untyped-def]
    """Add the weight of the first of three tests that holds, else `other`."""
    (in_a, of_a, for_a), (in_b, of_b, for_b), (in_c, of_c, for_c) = a, b, c
    for i in range(n):
        at = start + i
        best = for_c if requests[in_c, at] == of_c else other
        best = for_b if requests[in_b, at] == of_b else best
        best = for_a if requests[in_a, at] == of_a else best
        bound[i] = np.int16(bound[i] + (missing if requests[present, at] == 0 else best))


@nb.njit(nogil=True, cache=True, inline="always")
def _add_any(bound, requests, own, row, start, n, present, missing, other, a, b, c):  # type: ignore[no-untyped-def]
    """Add the request's own weight where one of three tests holds, else `other`."""
    in_a, of_a, in_b, of_b, in_c, of_c = a[0], a[1], b[0], b[1], c[0], c[1]
    for i in range(n):
        at = start + i
        holds = (requests[in_a, at] == of_a) | (requests[in_b, at] == of_b) | (requests[in_c, at] == of_c)
        best = own[row, at] if holds else other
        bound[i] = np.int16(bound[i] + (missing if requests[present, at] == 0 else best))


@nb.njit(nogil=True, cache=True)
def _take(best, requests, own, row, start, n, a):  # type: ignore[no-untyped-def]
    """Set `best` to a test's weight where it holds: the request's own, with a row of them."""
    column, value, weight = a
    if row >= 0:
        for i in range(n):
            best[i] = own[np.uint64(row), start + i] if requests[column, start + i] == value else best[i]
    else:
        for i in range(n):
            best[i] = weight if requests[column, start + i] == value else best[i]


@nb.njit(nogil=True, cache=True, inline="always")
def _test(record, hit, pairs, k):  # type: ignore[no-untyped-def]
    return np.uint64(pairs[k, 0]), record[hit, pairs[k, 1]], np.int16(pairs[k, 2])


@nb.njit(nogil=True, cache=True)
def _add_many(  # type: ignore[no-untyped-def]
    bound, best, requests, own, row, start, n, present, missing, other, records, hit, pairs, first, last
):
    """Add the weight of the first of any number of tests that holds, the worst being looked at first."""
    for i in range(n):
        best[i] = other
    for k in range(last - 1, first - 1, -1):
        if records[hit, pairs[k, 1]] != 0:
            of_best = row if pairs[k, 3] == 0 else -1
            _take(best, requests, own, of_best, start, n, _test(records, hit, pairs, k))
    for i in range(n):
        at = start + i
        bound[i] = np.int16(bound[i] + (missing if requests[present, at] == 0 else best[i]))


@nb.njit(nogil=True, cache=True, inline="always")
def _grade(bound, best, records, hit, start, n, requests, own, comparisons, c, pairs):  # type: ignore[no-untyped-def]
    """Add to `bound` what a comparison is worth at most for each request of a block against one record."""
    missing, row = np.int16(comparisons[c, 1]), comparisons[c, 3]
    if records[hit, comparisons[c, 0]] == 0:
        _add_constant(bound, missing, n)
        return
    present, other = np.uint64(comparisons[c, 0]), np.int16(comparisons[c, 2])
    first, last = comparisons[c, 4], comparisons[c, 5]
    if first == last:
        if row >= 0:
            _add_own(bound, requests, own, np.uint64(row), start, n, present, missing)
        else:
            _add_one(bound, requests, start, n, present, missing, other, (present, np.uint16(0), missing))
        return
    # The last of up to five tests are those of a second surname, which few records have.
    while last > first + 1 and records[hit, pairs[last - 1, 1]] == 0:
        last -= 1
    a, z = _test(records, hit, pairs, first), _test(records, hit, pairs, last - 1)
    b = _test(records, hit, pairs, min(first + 1, last - 1))
    best_only = pairs[last - 1, 3] == 0
    if last > first + 3 or (row >= 0 and not best_only):
        _add_many(
            bound, best, requests, own, row, start, n, present, missing, other, records, hit, pairs,
            first, last,
        )  # fmt: skip
    elif row >= 0:
        _add_any(bound, requests, own, np.uint64(row), start, n, present, missing, other, a, b, z)
    elif last == first + 1:
        _add_one(bound, requests, start, n, present, missing, other, a)
    else:
        _add_three(bound, requests, start, n, present, missing, other, a, b, z)


@nb.njit(nogil=True, cache=True, inline="always")
def _highest(bound, n):  # type: ignore[no-untyped-def]
    highest = bound[0]
    for i in range(n):
        highest = max(highest, bound[i])
    return highest


@nb.njit(nogil=True, cache=True)
def room(values, needed):  # type: ignore[no-untyped-def]
    """Return `values` in an array of at least `needed` places."""
    if needed <= len(values):
        return values
    grown = np.empty(max(needed, 2 * len(values)), values.dtype)
    grown[: len(values)] = values
    return grown


@nb.njit(nogil=True, cache=True)
def scan(records, block_of, order, starts, requests, own, comparisons, pairs):  # type: ignore[no-untyped-def]
    """Return the requests and the places in `records` of the pairs whose bound is not below nought.

    Survivors of a record are counted before there is room for them.
    """
    largest = 0
    for block in range(len(starts) - 1):
        largest = max(largest, starts[block + 1] - starts[block])
    bound, best = np.empty(largest + 16, np.int16), np.empty(largest + 16, np.int16)
    out_request, out_hit = np.empty(1024, np.int32), np.empty(1024, np.int32)
    found = 0
    for hit in range(len(records)):
        first, size = starts[block_of[hit]], starts[block_of[hit] + 1] - starts[block_of[hit]]
        start, n = np.uint64(first), np.uint64((size + 15) // 16 * 16)
        for i in range(n):
            bound[i] = own[0, start + i]
        for c in range(len(comparisons)):
            _grade(bound, best, records, hit, start, n, requests, own, comparisons, c, pairs)
        if _highest(bound, n) < 0:
            continue
        survivors = 0
        for i in range(size):
            survivors += bound[i] >= 0
        out_request, out_hit = room(out_request, found + survivors), room(out_hit, found + survivors)
        for i in range(size):
            if bound[i] >= 0:
                out_request[found] = order[first + i]
                out_hit[found] = hit
                found += 1
    return out_request[:found].copy(), out_hit[:found].copy()
