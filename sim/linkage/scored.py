"""Scored candidates: every compared pair kept as a pattern, re-scored whole when weights change.

A `Candidates` holds the pairs of all requests in request order. `best()` is one pass over them: look the
pattern's bits up, add the value-frequency bits, and keep each request's best and second-best candidate. All
curves, calibration tables and clerical plans start from the `Best` it returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.linkage.patterns import Floats, Patterns

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Best:
    """Each request's strongest candidates, arrays of one value a request.

    score, second: bits of the best and of the second-best candidate (-inf: there is none).  record: record
    number of the best (-1: none); equal scores fall to the pair that comes first.  right: the best is the
    requested person's own record.  in_registry: the requested person has a record at all.
    """

    score: Floats
    second: Floats
    record: Ints
    right: Bools
    in_registry: Bools

    def of(self, chosen: Bools) -> Best:
        """Return the requests where `chosen`, e.g. one group."""
        return Best(
            self.score[chosen],
            self.second[chosen],
            self.record[chosen],
            self.right[chosen],
            self.in_registry[chosen],
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """The n compared pairs of a list of requests, sorted by request.

    request: (n,) number of the request, ascending.  record: (n,) record number, ascending within a request so
    that ties fall to the smallest.  right: (n,) the record is the requested person's.  patterns: of the n
    pairs.  extra: (n,) value-frequency bits.  in_registry: (requests,) the person has a record, found or not.
    """

    request: NDArray[np.uint32]
    record: Ints
    right: Bools
    patterns: Patterns
    extra: NDArray[np.float32]
    in_registry: Bools

    def scores(self, bits: Sequence[Floats], base: float = 0.0) -> Floats:
        """Return each pair's score: base (prior log2 odds) + its levels' bits + its frequency bits."""
        return self.patterns.scores(bits, self.extra.astype(np.float64)) + base

    def best(self, bits: Sequence[Floats], base: float = 0.0) -> Best:
        """Return each request's best and second-best candidate under these weights."""
        table = self.patterns.totals(bits) + base
        n = len(self.in_registry)
        score, second, at = _scan(self.request, self.patterns.of_pair, table, self.extra, n)
        found = at >= 0
        record, right = np.full(n, -1, np.int64), np.zeros(n, np.bool_)
        record[found], right[found] = self.record[at[found]], self.right[at[found]]
        return Best(score, second, record, right, self.in_registry)

    def lost_to_blocking(self) -> int:
        """Return how many requested persons have a record that no blocking pass made a candidate."""
        found = np.zeros(len(self.in_registry), np.bool_)
        found[self.request[self.right]] = True
        return int(np.count_nonzero(self.in_registry & ~found))


def one_to_one(request: NDArray[np.uint32], record: Ints, score: Floats) -> Bools:
    """Return which pairs are kept when no request and no record may be used twice.

    Greedy from the highest score down (equal scores: the pair that comes first). The choice made above any
    threshold does not depend on the pairs below it, so one run serves every threshold.
    """
    order = np.argsort(-score, kind="stable")
    _, request_row = np.unique(request, return_inverse=True)
    _, record_row = np.unique(record, return_inverse=True)
    kept: Bools = _greedy(order, request_row.astype(np.int64), record_row.astype(np.int64))
    return kept


@njit(cache=True, nogil=True)
def _scan(request, pattern, table, extra, n):  # type: ignore[no-untyped-def]  # pragma: no cover (compiled)
    best = np.full(n, -np.inf)
    second = np.full(n, -np.inf)
    at = np.full(n, -1, np.int64)
    for i in range(len(request)):
        score = table[pattern[i]] + extra[i]
        row = request[i]
        if score > best[row]:
            second[row] = best[row]
            best[row] = score
            at[row] = i
        elif score > second[row]:
            second[row] = score
    return best, second, at


@njit(cache=True, nogil=True)
def _greedy(order, request_row, record_row):  # type: ignore[no-untyped-def]  # pragma: no cover (compiled)
    kept = np.zeros(len(order), np.bool_)
    request_used = np.zeros(len(order), np.bool_)
    record_used = np.zeros(len(order), np.bool_)
    for i in order:
        if not request_used[request_row[i]] and not record_used[record_row[i]]:
            kept[i] = True
            request_used[request_row[i]] = True
            record_used[record_row[i]] = True
    return kept
