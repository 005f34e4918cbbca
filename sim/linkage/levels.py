"""On which level of a comparison each pair lands: from codes, asking for strings only where one is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein

from .comparison import Comparison, Kind, Level

Codes = NDArray[np.generic]
Decode = Callable[[str, NDArray[np.uint32]], list[str]]
_TEXT = frozenset({Kind.PREFIX, Kind.JARO_WINKLER, Kind.EDIT})


def level_numbers(
    comparison: Comparison, left: Sequence[Codes], right: Sequence[Codes], decode: Decode | None = None
) -> NDArray[np.uint8]:
    """Return for each pair the place in `comparison.levels` of the first level whose condition holds.

    left, right: for each of `comparison.columns`, the codes of the n pairs (0 = missing).  decode: (field,
    codes) -> strings, for levels that compare text.  Raises ValueError where a level needs text and `decode`
    is not given.
    """
    out = np.full(len(left[0]), len(comparison.levels) - 1, np.uint8)
    is_missing = _missing(comparison, left, right)
    out[is_missing] = comparison.missing
    undecided = np.flatnonzero(~is_missing)
    for number, level in enumerate(comparison.levels[:-1]):
        if level.kind is Kind.MISSING or not len(undecided):
            continue
        here_left = [column[undecided] for column in left]
        here_right = [column[undecided] for column in right]
        if level.kind in _TEXT:
            holds = _text_holds(comparison, level, here_left, here_right, decode)
        else:
            holds = _holds(comparison, level, here_left, here_right)
        out[undecided[holds]] = number
        undecided = undecided[~holds]
    return out


def _missing(comparison: Comparison, left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.bool_]:
    at = -1 if comparison.as_set else 0
    missing: NDArray[np.bool_] = (left[at] == 0) | (right[at] == 0)
    return missing


def _holds(
    comparison: Comparison, level: Level, left: Sequence[Codes], right: Sequence[Codes]
) -> NDArray[np.bool_]:
    """Say where a level that codes alone decide holds."""
    a, b = left[0], right[0]
    match level.kind:
        case Kind.EXACT:
            return _all_equal(left[-1:], right[-1:]) if comparison.as_set else _all_equal(left, right)
        case Kind.FIRST:
            return _all_equal(left[: int(level.at)], right[: int(level.at)])
        case Kind.SHARED:
            shared = np.zeros(len(a), bool)
            for mine in left[:-1]:
                for theirs in right[:-1]:
                    shared |= (mine == theirs) & (mine != 0)
            return shared
        case Kind.NEAR:
            return np.abs(a.astype(np.int64) - b.astype(np.int64)) <= level.at
        case Kind.LEADING:
            scale = 10 ** int(level.at)
            return a // scale == b // scale  # type: ignore[no-any-return]
        case Kind.DAY_MONTH:
            return _day_month_swapped(a.astype(np.int64)) == b  # type: ignore[no-any-return]
        case Kind.ONE_DIGIT:
            return _digits_that_differ(a, b).sum(axis=0) == 1  # type: ignore[no-any-return]
        case Kind.TRANSPOSED:
            return _transposed(a, b)
    raise ValueError(f"{comparison.field}: level {level.kind} cannot be decided from codes")


def _all_equal(left: Sequence[Codes], right: Sequence[Codes]) -> NDArray[np.bool_]:
    equal: NDArray[np.bool_] = left[0] == right[0]
    for mine, theirs in zip(left[1:], right[1:], strict=True):
        equal &= mine == theirs
    return equal


def _day_month_swapped(date: NDArray[np.int64]) -> NDArray[np.int64]:
    return date // 10_000 * 10_000 + date % 100 * 100 + date // 100 % 100


def _digits(values: Codes) -> NDArray[np.uint8]:
    """Return the ten decimal digits of each number, units first, shape (10, n)."""
    rest = values.astype(np.int64)
    out = np.empty((10, len(rest)), np.uint8)
    for place in range(10):
        rest, digit = np.divmod(rest, 10)
        out[place] = digit
    return out


def _digits_that_differ(a: Codes, b: Codes) -> NDArray[np.bool_]:
    differ: NDArray[np.bool_] = _digits(a) != _digits(b)
    return differ


def _transposed(a: Codes, b: Codes) -> NDArray[np.bool_]:
    mine, theirs = _digits(a), _digits(b)
    differ = mine != theirs
    found: NDArray[np.bool_] = np.zeros(len(a), bool)
    for place in range(9):
        found |= (mine[place] == theirs[place + 1]) & (mine[place + 1] == theirs[place]) & differ[place]
    found &= differ.sum(axis=0) == 2
    return found


def _text_holds(
    comparison: Comparison, level: Level, left: Sequence[Codes], right: Sequence[Codes], decode: Decode | None
) -> NDArray[np.bool_]:
    """Say where a text level holds: of a set, for some value of one side and some value of the other."""
    if not comparison.as_set:
        return _on_distinct(comparison.columns[0], level, left[0], right[0], decode)
    holds = np.zeros(len(left[0]), bool)
    for mine in left[:-1]:
        for theirs in right[:-1]:
            both = np.flatnonzero((mine != 0) & (theirs != 0) & ~holds)
            holds[both] = _on_distinct(comparison.columns[0], level, mine[both], theirs[both], decode)
    return holds


def _on_distinct(
    field: str, level: Level, left: Codes, right: Codes, decode: Decode | None
) -> NDArray[np.bool_]:
    """Decide a text level once for each distinct pair of codes; each value is decoded once."""
    if decode is None:
        raise ValueError(f"{field}: level {level.kind} compares text, and there is no way to decode {field}")
    pairs, of_pair = distinct_pairs(left, right)
    values, place = np.unique(np.concatenate(pairs), return_inverse=True)
    texts = np.array(decode(field, values), object)
    a, b = place[: len(pairs[0])], place[len(pairs[0]) :]
    if level.kind is Kind.PREFIX:
        holds = _same_start(texts, int(level.at), a, b)
    elif level.kind is Kind.EDIT:
        at = int(level.at)
        edits = process.cpdist(
            texts[a], texts[b], scorer=Levenshtein.distance, score_cutoff=at, dtype=np.int32
        )
        holds = edits <= at
    else:
        scores = process.cpdist(texts[a], texts[b], scorer=JaroWinkler.similarity, dtype=np.float64)
        holds = scores >= level.at
    of_all: NDArray[np.bool_] = holds[of_pair]
    return of_all


def _same_start(
    texts: NDArray[np.object_], length: int, a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which pairs of places in `texts` have their first `length` letters in common.

    A shorter text counts whole, as in a name control: of four letters "LEE" agrees with "LEE" and with no
    "LEEDS".
    """
    _, start = np.unique(np.array([each[:length] for each in texts], str), return_inverse=True)
    holds: NDArray[np.bool_] = start[a] == start[b]
    return holds


def distinct_pairs(
    left: Codes, right: Codes
) -> tuple[tuple[NDArray[np.uint32], NDArray[np.uint32]], NDArray[np.int64]]:
    """Return the distinct pairs of 32-bit codes (two arrays) and the place of each given pair among them."""
    keys = left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64)
    distinct, of_pair = np.unique(keys, return_inverse=True)
    return ((distinct >> np.uint64(32)).astype(np.uint32), distinct.astype(np.uint32)), of_pair
