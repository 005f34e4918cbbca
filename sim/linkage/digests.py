"""What 16 bits a value tell about a pair: tests of equality from which follows which levels can be reached.

Every value that is compared gets a digest of 16 bits, 0 where it is missing. Equal values have equal digests,
so digests that differ prove values that differ. A number also has a digest of its head and one of its tail,
with a digit left out between them: numbers that differ in one digit, or in two neighbouring ones, still share
one of the two. Digests may be equal by accident; then a level too many is held possible, never one too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from .comparison import Comparison, Kind

_WHOLE, _HEAD, _TAIL = 0, 1, 2
_DIGITS = (Kind.ONE_DIGIT, Kind.TRANSPOSED, Kind.DAY_MONTH)
_TILE = 2_048  # rows digested together, so that what is written stays in cache


@dataclass(frozen=True, slots=True)
class Digest:
    """How a column of digests is made: from which rows of the matrix of codes, and which of their digits.

    part: the whole value; its head, all digits but the last `cut`; its tail, the last `cut` - 1 digits.
    """

    rows: tuple[int, ...]
    part: int = _WHOLE
    cut: int = 1


Either = tuple[tuple[Digest, Digest], ...]


@dataclass(frozen=True, slots=True)
class Clue:
    """A condition on digests: one of the pairs (request's, record's) is equal; with no pair, it always holds.

    levels: the levels that can be reached while no better test holds.
    """

    either: Either
    levels: tuple[int, ...]


def clues_of(comparison: Comparison, rows: Sequence[tuple[int, ...]]) -> tuple[Clue, ...]:
    """Return a comparison's clues, best first; the last always holds.

    rows: for each of its columns, the rows of the matrix of codes that hold it.
    """
    whole = [Digest(each) for each in rows]
    any_level = _reachable(comparison, len(rows))
    if comparison.as_set:
        crossed = tuple((mine, theirs) for theirs in whole[:-1] for mine in whole[:-1])
        return Clue(((whole[-1], whole[-1]), *crossed), any_level), Clue((), _reachable(comparison, 0))
    clues = [Clue(((whole[0], whole[0]),), _reachable(comparison, 1))]
    if len(rows) > 1:
        both = Digest((*rows[0], *rows[1]))
        clues.insert(0, Clue(((both, both),), any_level))
    cut, parts = _parts(comparison, rows[0])
    if parts:
        clues.append(Clue(parts, _reachable(comparison, 0)))
    return (*clues, Clue((), _reachable(comparison, 0, cut)))


def present(comparison: Comparison, rows: Sequence[tuple[int, ...]]) -> Digest:
    """Return the digest whose 0 says that the comparison's value is missing."""
    return Digest(rows[-1 if comparison.as_set else 0])


def _reachable(comparison: Comparison, leading: int, cut: int = 0) -> tuple[int, ...]:
    """Return the levels a pair can land on, missing apart, with at most `leading` first columns equal.

    Of a set, 0 says that no value is shared.  cut: where it is given, heads and tails so cut are unequal.
    """
    needs = {Kind.EXACT: len(comparison.columns), Kind.SHARED: 1}
    return tuple(
        number
        for number, level in enumerate(comparison.levels)
        if level.kind is not Kind.MISSING
        and needs.get(level.kind, level.at if level.kind is Kind.FIRST else 0) <= leading
        and not (cut and (level.kind in _DIGITS or (level.kind is Kind.LEADING and level.at <= cut)))
    )


def _parts(comparison: Comparison, rows: tuple[int, ...]) -> tuple[int, Either]:
    """Return where numbers are cut and the test that heads or tails agree; 0 and no test if it tells nothing.

    Wide numbers have none: levels look at ten digits only.
    """
    kinds = {level.kind for level in comparison.levels}
    by_digit = kinds.intersection(_DIGITS)
    if len(rows) > 1 or not (by_digit or Kind.LEADING in kinds):
        return 0, ()
    # Day and month are the last four digits; exchanging them leaves the head as it is.
    least = 0 if not by_digit else 4 if Kind.DAY_MONTH in by_digit else 5
    cut = max(least, *(int(level.at) for level in comparison.levels if level.kind is Kind.LEADING), 1)
    ends = (_HEAD, _TAIL) if by_digit else (_HEAD,)
    return cut, tuple((Digest(rows, end, cut), Digest(rows, end, cut)) for end in ends)


class Digests:
    """The digests that some clues ask for, numbered; makes them from a matrix of codes."""

    def __init__(self, wanted: Sequence[Digest]) -> None:
        """Number the distinct ones among `wanted` in order."""
        self.number = {digest: number for number, digest in enumerate(dict.fromkeys(wanted))}
        made = list(self.number)
        self._rows = np.full((len(made), max((len(d.rows) for d in made), default=0) + 1), -1, np.int32)
        for number, digest in enumerate(made):
            self._rows[number, : len(digest.rows)] = digest.rows
        self._part = np.array([digest.part for digest in made], np.int32)
        self._power = np.array([10 ** (d.cut - (d.part == _TAIL)) for d in made], np.uint64)

    def of(self, codes: NDArray[np.uint32]) -> NDArray[np.uint16]:
        """Return the digests of the columns of `codes` (rows of the matrix, n), shape (n, digests)."""
        out = np.empty((codes.shape[1], len(self.number)), np.uint16)
        _digest_all(codes, self._rows, self._part, self._power, out)
        return out


@nb.njit(nogil=True, cache=True)
def _digest_all(codes, rows, part, power, out):  # type: ignore[no-untyped-def]
    for first in range(0, codes.shape[1], _TILE):
        last = min(first + _TILE, codes.shape[1])
        for column in range(len(rows)):
            _digest(codes, rows[column], part[column], power[column], out, column, first, last)


@nb.njit(nogil=True, cache=True)
def _digest(codes, rows, part, power, out, column, first, last):  # type: ignore[no-untyped-def]
    """Digest one column of a tile: multiply and take the upper bits; 0 only where all that is read is 0."""
    odd, one = np.uint64(0x9E3779B97F4A7C15), np.uint64(1)
    for place in range(first, last):
        value = np.uint64(codes[rows[0], place])
        any_bit = value
        if part == 1:
            value = value // power
        elif part == 2:
            value = value % power
        mixed = value * odd
        k = 1
        while rows[k] >= 0:
            value = np.uint64(codes[rows[k], place])
            any_bit |= value
            mixed = ((mixed ^ (mixed >> np.uint64(32))) + value) * odd
            k += 1
        digest = (mixed ^ (mixed >> np.uint64(29))) >> np.uint64(48)
        out[place, column] = np.uint16(max(digest, one)) if any_bit != 0 else np.uint16(0)
