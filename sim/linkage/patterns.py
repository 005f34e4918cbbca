"""Agreement patterns: what is kept of a compared pair, and how a change of weights re-scores them all.

A pair is reduced to one level number per comparison: 0 where a value is missing on either side, 1 for the
best level (exact agreement), up to L for "all else". Few combinations occur, so the pairs share a short table
of patterns and each keeps only its row number there (one byte while there are at most 256, else two or four).
New weights are summed over the table and looked up: 0.7 ns a pair, against about 40 ns for a classifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = 0  # level number of "missing on either side"

Levels = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The distinct patterns of n pairs over K comparisons.

    levels: (P, K) level numbers of each distinct pattern.  of_pair: (n,) row of `levels` for each pair, in
    the smallest unsigned type that holds P.
    """

    levels: Levels
    of_pair: NDArray[np.unsignedinteger]

    @classmethod
    def of(cls, levels: Levels) -> Patterns:
        """Compress (n, K) level numbers; patterns come out in ascending order of their level numbers."""
        levels = np.ascontiguousarray(levels, dtype=np.uint8)
        if levels.ndim != 2:
            raise ValueError(f"levels must have two axes (pairs, comparisons), got shape {levels.shape}")
        if not len(levels):
            return cls(levels, np.zeros(0, np.uint8))
        keys, first, of_pair = np.unique(_keys(levels), return_index=True, return_inverse=True)
        return cls(levels[first], of_pair.astype(np.min_scalar_type(len(keys) - 1)))

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return len(self.of_pair)

    def counts(self) -> NDArray[np.int64]:
        """Return how many pairs show each pattern, shape (P,)."""
        return np.bincount(self.of_pair, minlength=len(self.levels))

    def totals(self, values: Sequence[Floats]) -> Floats:
        """Return for each pattern the sum over comparisons k of `values[k][level of k]`, shape (P,)."""
        return look_up(self.levels, values)

    def scores(self, values: Sequence[Floats], extra: Floats | None = None) -> Floats:
        """Return the sum for each pair, shape (n,), plus `extra` (n,), e.g. value-frequency bits."""
        scores: Floats = self.totals(values)[self.of_pair]
        return scores if extra is None else scores + extra


def look_up(levels: Levels, values: Sequence[Floats]) -> Floats:
    """Return for each row of `levels` (n, K) the sum over k, in order, of `values[k][levels[:, k]]`."""
    total = np.zeros(len(levels))
    for k, value in enumerate(values):
        total += np.asarray(value, np.float64)[levels[:, k]]
    return total


def _keys(levels: Levels) -> NDArray[np.uint64]:
    """Number each row by mixed radix; 64 bits hold it because patterns have few comparisons of few levels."""
    radix = levels.max(axis=0).astype(np.uint64) + np.uint64(1)
    if np.prod(radix.astype(np.float64)) >= 2.0**64:
        raise ValueError(f"too many comparisons to number their patterns in 64 bits: levels {radix.tolist()}")
    key = np.zeros(len(levels), np.uint64)
    for k, base in enumerate(radix):
        key = key * base + levels[:, k].astype(np.uint64)
    return key
