"""What agreement and disagreement are worth: Fellegi-Sunter log2 weights by field and level.

A level that true pairs show with probability m and random pairs with probability u is worth log2(m/u) bits;
missing is worth nothing. Exact agreement by chance has a closed form, the sum over values of the product of
their shares on the two sides; the other levels are counted among random pairs. Agreeing on a rare value is
worth more than on a common one by log2(u / share of the value) bits (Winkler 2000, as in Splink's term
frequencies), so that two people called Garcia are not taken for one as readily as two called Zielinski.

Fellegi and Sunter 1969; Newcombe 1959. Not modelled: dependence between fields (relatives share surname and
address, and score higher than they should).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.linkage.comparison import Columns, Comparison, Kind, Level
from sim.linkage.patterns import MISSING, Floats, Levels

_VALUED = (Kind.EXACT, Kind.SHARED)  # levels that say which value is agreed on


@dataclass(frozen=True, slots=True)
class Frequency:
    """Extra bits for agreeing on a request's value, from the shares of values among the records.

    values: (V,) codes, ascending, none 0.  bits: (V,) log2(u / share), times the strength of the adjustment.
    rarest: bits of a value that no record holds (it is as rare as the floor).  columns: those of the request
    that hold a value each; with several (a set of surnames) the commonest one decides.
    """

    columns: tuple[str, ...]
    values: NDArray[np.int64]
    bits: Floats
    rarest: float

    @classmethod
    def of(
        cls, records: Columns, columns: tuple[str, ...], u: float, floor: float, strength: float = 1.0
    ) -> Frequency:
        """Count values in `columns` of the records; a share below `floor` counts as `floor`."""
        pooled = np.concatenate([np.asarray(records[name]) for name in columns]).astype(np.int64)
        people = max(int(np.count_nonzero(records[columns[0]])), 1)
        values, counts = np.unique(pooled[pooled != 0], return_counts=True)
        bits = strength * np.log2(u / np.maximum(counts / people, floor))
        return cls(columns, values, bits, strength * float(np.log2(u / floor)))

    def __call__(self, requests: Columns) -> Floats:
        """Return the bits of each request, 0 where it has no value."""
        each = [self._bits_of(np.asarray(requests[name]).astype(np.int64)) for name in self.columns]
        lowest = np.min(each, axis=0)
        return np.where(np.isfinite(lowest), lowest, 0.0)

    def _bits_of(self, codes: NDArray[np.int64]) -> Floats:
        if not len(self.values):
            return np.where(codes == 0, np.inf, self.rarest)
        at = np.minimum(np.searchsorted(self.values, codes), len(self.values) - 1)
        bits = np.where(self.values[at] == codes, self.bits[at], self.rarest)
        return np.where(codes == 0, np.inf, bits)


def exact_agreement(requests: Columns, records: Columns, comparison: Comparison) -> float:
    """Return the chance that a random request and a random record, both with a value, agree exactly.

    Closed form: the sum over values of share among requests x share among records. The values are added in
    their order, for a sum of floats depends on it, and grouping gives another order in every process.
    """
    columns = list(comparison.columns[-1:] if comparison.as_set else comparison.columns)
    left, right = (_shares(side, columns) for side in (requests, records))
    both = left.join(right, on=columns, how="inner").sort(columns)
    return float((both["share"] * both["share_right"]).sum())


def chance(
    levels: Levels, comparisons: Sequence[Comparison], exact: Sequence[float | None]
) -> tuple[Floats, ...]:
    """Return u by level from the level numbers (n, K) of random pairs; [0], missing, is NaN.

    exact: closed form of the best level where there is one; the counted ones share what it leaves.
    Levels never counted get half a pair, so that their weight is finite.
    """
    out = []
    for k, (comparison, known) in enumerate(zip(comparisons, exact, strict=True)):
        count = np.bincount(levels[:, k], minlength=len(comparison.levels)) + 0.5
        u = count / count[1:].sum()
        if known is not None:
            u[1] = max(known, 1e-12)
            u[2:] = (1 - u[1]) * count[2:] / count[2:].sum()
        u[MISSING] = np.nan
        out.append(u)
    return tuple(out)


def to_weights(m: Floats, u: Floats) -> Floats:
    """Return log2(m/u) by level number, 0 for missing."""
    weights = np.zeros(len(m))
    np.log2(m[1:] / u[1:], out=weights[1:])
    return weights


def weigh(comparison: Comparison, m: Floats, u: Floats, frequency: Frequency | None = None) -> Comparison:
    """Return the comparison with the weights of m and u, and the value-frequency adjustment if one is given.

    Raises ValueError unless the comparison's first level is "missing" and m and u have one value a level.
    """
    if comparison.levels[MISSING].kind is not Kind.MISSING:
        raise ValueError(f"{comparison.field}: the first level must be 'missing'")
    if not len(m) == len(u) == len(comparison.levels):
        raise ValueError(f"{comparison.field}: {len(comparison.levels)} levels, {len(m)} m, {len(u)} u")
    weights = to_weights(m, u)
    levels = tuple(
        replace(level, weight=float(weight), share=float(frequency is not None and level.kind in _VALUED))
        for level, weight in zip(comparison.levels, weights, strict=True)
    )
    return replace(comparison, levels=levels, frequency=frequency)


def prior_bits(true_pairs: float, pairs: float) -> float:
    """Return the log2 odds that a random pair is a true one; raises ValueError unless 0 < true pairs < pairs.

    Expected overlap: requests x share of requested persons in the registry, out of requests x records.
    """
    if not 0 < true_pairs < pairs:
        raise ValueError(f"expected true pairs must be between 0 and {pairs}, got {true_pairs}")
    return float(np.log2(true_pairs) - np.log2(pairs - true_pairs))


def compare_as(field: str, *conditions: tuple[Kind, float] | Kind, **more: object) -> Comparison:
    """Return an unweighted comparison with levels missing, exact, the conditions given, and else."""
    between = [c if isinstance(c, tuple) else (c, 0.0) for c in conditions]
    kinds = [(Kind.MISSING, 0.0), (Kind.EXACT, 0.0), *between, (Kind.ELSE, 0.0)]
    levels = tuple(Level(kind, 0.0, at) for kind, at in kinds)
    return Comparison(field, levels, **more)  # type: ignore[arg-type]


def _shares(side: Columns, columns: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame({name: np.asarray(side[name]).astype(np.int64) for name in columns})
    present = frame.filter(pl.col(columns[0]) != 0)
    return present.group_by(columns).agg(share=pl.len() / max(present.height, 1))
