"""The bound by digests: one record against all requests of its block at a time, sixteen bits a value.

A pass is made ready once: its requests in block order, one column of digests after the other, so that the
compiler turns each test into vector instructions, and weights rounded upward to sixteen bits. What the pass's
own key decides is not tested again. Records come as rows of digests, and are brought into block order first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .blocks import I32, Blocks
from .comparison import Comparison
from .digests import Clue, Digest, Digests
from .lanes import scan

U16 = NDArray[np.uint16]
I16 = NDArray[np.int16]
Floats = NDArray[np.float64]

_RANGE = 16_000.0  # steps; weights and the bits needed stay within, so that 16 bits hold any sum
_FINEST = 64.0  # steps to a bit
_LITTLE = 0.05  # of all bits: a comparison that can add no more is left to the test of full codes
_LANES = 16  # blocks are tested in whole vectors; what stands beyond a block's end is not looked at


@dataclass(frozen=True, slots=True)
class Graded:
    """A comparison with its clues (best first) and each request's frequency bits, if it has any."""

    comparison: Comparison
    present: Digest
    clues: tuple[Clue, ...]
    extra: Floats | None

    def weight(self, levels: Sequence[int]) -> Floats:
        """Return the best weight of some levels: one number, or one a request where its bits count."""
        chosen = [self.comparison.levels[number] for number in levels]
        if self.extra is None or not any(level.share for level in chosen):
            return np.array([max(level.weight for level in chosen)])
        best: Floats = np.max([level.weight + level.share * self.extra for level in chosen], axis=0)
        return best

    def missing(self) -> Floats:
        """Return the weight where a value is missing."""
        return self.weight((self.comparison.missing,))

    def highest(self) -> float:
        """Return the best weight of all, at least 0."""
        weights = (self.missing(), *(self.weight(test.levels) for test in self.clues))
        return max(float(weight.max(initial=0.0)) for weight in weights)

    def digests(self) -> list[Digest]:
        """Return the digests that are looked at."""
        return [self.present, *(digest for test in self.clues for pair in test.either for digest in pair)]

    def decided(self, keys: Collection[tuple[Digest, Digest]]) -> tuple[Clue, ...]:
        """Return the clues of pairs known to agree on `keys`: those worse than one that holds are dropped."""
        for number, test in enumerate(self.clues):
            if any(pair in keys for pair in test.either):
                return (*self.clues[:number], Clue((), test.levels))
        return self.clues


class Steps:
    """Bits in whole steps of 16-bit integers, rounded upward."""

    def __init__(self, graded: Sequence[Graded], needed: float) -> None:
        """needed: bits to which a pair's weights must come at least.

        Sets `start`, what a bound begins with, and `little`, the bits of a comparison not worth a test.
        """
        highest = sum(each.highest() for each in graded)
        self.little = _LITTLE * highest
        finite = abs(needed) if np.isfinite(needed) else 0.0
        self._to_a_bit = min(_FINEST, _RANGE / max(highest, finite, 1.0))
        self._lowest = -_RANGE / (len(graded) + 1)
        self.start = int(np.clip(np.ceil(-needed * self._to_a_bit), -_RANGE, _RANGE))

    def of(self, weight: Floats) -> I16:
        """Return weights in steps; very low ones are raised."""
        return np.ceil(weight * self._to_a_bit).clip(self._lowest, _RANGE).astype(np.int16)

    def most(self, weight: Floats) -> int:
        """Return the highest of some weights in steps."""
        return int(self.of(weight).max(initial=int(self._lowest)))


class Scan:
    """One pass made ready: its requests' digests and weights in block order, and what is to be tested."""

    def __init__(
        self, blocks: Blocks, graded: Sequence[Graded], keys: Collection[tuple[Digest, Digest]],
        digests: Digests, requests: U16, steps: Steps,
    ) -> None:  # fmt: skip
        """keys: pairs of digests that the pass makes equal.  requests: (n, digests) of all requests."""
        self._blocks = blocks
        own = [np.full(len(requests), steps.start, np.int16)]
        comparisons: list[tuple[int, ...]] = []
        pairs: list[tuple[int, ...]] = []
        for each in graded:
            if each.highest() <= steps.little:
                own[0] += steps.of(np.array([each.highest()]))
                continue
            clues = each.decided(keys)
            best = steps.of(each.weight(clues[0].levels))
            if len(clues) == 1 and (each.present, each.present) in keys:
                own[0] += best
                continue
            first = len(pairs)
            for number, clue in enumerate(clues):
                places = [(digests.number[mine], digests.number[theirs]) for mine, theirs in clue.either]
                pairs += [(*place, steps.most(each.weight(clue.levels)), number) for place in places]
            other = steps.most(each.weight(clues[-1].levels))
            row = len(own) if len(best) > 1 else -1
            own += [best] * (row > 0)
            comparisons.append(
                (digests.number[each.present], steps.most(each.missing()), other, row, first, len(pairs))
            )
        self._comparisons = np.array(comparisons, np.int64).reshape(-1, 6)
        self._pairs = np.array(pairs, np.int64).reshape(-1, 4)
        self._own = _ordered(np.stack(own), blocks.order)
        self._requests = _ordered(requests.T, blocks.order)

    def pairs(self, rows: I32, block_of: I32, records: U16) -> tuple[I32, I32]:
        """Return the request and record rows of the pairs that may reach what is needed.

        rows, block_of: rows of `records` (digests) and the block of each, best in block order.
        """
        blocks = self._blocks
        request, hit = scan(
            records.take(rows, axis=0), block_of, blocks.order, blocks.starts, self._requests, self._own,
            self._comparisons, self._pairs,
        )  # fmt: skip
        return request, rows[hit]


def _ordered(columns: NDArray[np.generic], order: I32) -> NDArray[np.generic]:
    """Return columns in this order, with room for a vector at the end."""
    out = np.zeros((len(columns), len(order) + _LANES), columns.dtype)
    for number, column in enumerate(columns):
        out[number, : len(order)] = column[order]
    return out
