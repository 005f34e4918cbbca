"""Spelling names that no table lists: from a code to a distinct, plausible string, and back.

The tail of a name distribution (surnames with fewer than about 100 bearers; given names of the same kind) is
too long to store and is not published. Its codes are spelled by *enumerative decoding* (Cover 1973) of an
order-2 letter model trained on the listed names: code n of m is a point in [0, m); each letter takes a
share of the points proportional to its probability after the two letters before it, and decoding goes on
until the point is alone. No two points share a path, so all spellings differ; the lone point's name is then
completed by likely letters. A completed name that is a listed one gets a letter more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numba import njit

from sim.population.draw import Array

LONGEST = 24
_LETTERS = 26
_END = 26
_EDGE = 26  # stands before the first letter
_ONE = 65536
_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)


@njit(cache=True, nogil=True)
def _hash(buffer, row, length):  # type: ignore[no-untyped-def]
    h = _SEED
    for i in range(length):
        h = (h ^ np.uint64(buffer[row, i])) * _PRIME
    return h ^ (h >> np.uint64(29))


@njit(cache=True, nogil=True)
def _listed(buffer, row, length, slots, names):  # type: ignore[no-untyped-def]
    """Return the code (> 0) of the listed name equal to buffer[row, :length], else 0 (open addressing)."""
    mask = np.uint64(slots.size - 1)
    place = _hash(buffer, row, length) & mask
    while slots[np.int64(place)] != 0:
        code = slots[np.int64(place)]
        same = True
        for i in range(length):
            if names[code, i] != buffer[row, i]:
                same = False
                break
        if same and (length == names.shape[1] or names[code, length] == 0):
            return np.int64(code)
        place = (place + np.uint64(1)) & mask
    return np.int64(0)


@njit(cache=True, nogil=True)
def _fill_slots(names, slots):  # type: ignore[no-untyped-def]
    mask = np.uint64(slots.size - 1)
    for code in range(1, names.shape[0]):
        length = 0
        while length < names.shape[1] and names[code, length] != 0:
            length += 1
        place = _hash(names, code, length) & mask
        while slots[np.int64(place)] != 0:
            place = (place + np.uint64(1)) & mask
        slots[np.int64(place)] = code


@njit(cache=True, nogil=True)
def _spell(points, m, cumulative, likely, slots, names, out):  # type: ignore[no-untyped-def]
    for row in range(points.size):
        low = np.int64(0)
        high = np.int64(m)
        point = points[row]
        a = _EDGE
        b = _EDGE
        length = 0
        while high - low > 1:
            span = high - low
            letter = 0
            while low + (span * cumulative[a, b, letter + 1]) // _ONE <= point:
                letter += 1
            high = low + (span * cumulative[a, b, letter + 1]) // _ONE
            low = low + (span * cumulative[a, b, letter]) // _ONE
            out[row, length] = 65 + letter
            length += 1
            a, b = b, letter
        while length < LONGEST - 4:
            letter = likely[min(length, likely.shape[0] - 1), a, b]
            if letter == _END:
                break
            out[row, length] = 65 + letter
            length += 1
            a, b = b, letter
        letter = 0
        grown = length
        while _listed(out, row, grown, slots, names) != 0:
            out[row, length] = 65 + (4 + 7 * letter) % 26  # E, L, S, Z, ...
            letter += 1
            grown = length + 1
            if letter > 26:
                length += 1
                letter = 0
                grown = length + 1


@njit(cache=True, nogil=True)
def _points(text, m, cumulative):  # type: ignore[no-untyped-def]
    """Return the point each string's letters lead to, -1 where they end too early or hold a non-letter."""
    out = np.empty(text.shape[0], np.int64)
    for row in range(text.shape[0]):
        low = np.int64(0)
        high = np.int64(m)
        a = _EDGE
        b = _EDGE
        i = 0
        while high - low > 1 and i < text.shape[1]:
            letter = int(text[row, i]) - 65
            if letter < 0 or letter >= _LETTERS:
                break
            span = high - low
            first = low + (span * cumulative[a, b, letter]) // _ONE
            high = low + (span * cumulative[a, b, letter + 1]) // _ONE
            low = first
            if high <= low:
                break
            a, b = b, letter
            i += 1
        out[row] = low if high - low == 1 else -1
    return out


def as_bytes(strings: pl.Series, width: int = LONGEST) -> Array:
    """Return strings as zero-filled rows of `width` bytes; all zeros for what is not 1..width letters A-Z."""
    text = pl.col("text")
    fits = text.str.contains(f"^[A-Z]{{1,{width}}}$")
    padded = pl.when(fits).then(text).otherwise(pl.lit("")).str.pad_end(width, "\0")
    joined = pl.select(strings.alias("text")).select(padded.str.join("")).item()
    return np.frombuffer(joined.encode("ascii"), np.uint8).reshape(len(strings), width)


def as_strings(rows: Array) -> pl.Series:
    """Return zero-filled rows of ASCII bytes as strings."""
    if not len(rows):
        return pl.Series([], dtype=pl.String)
    flat = np.ascontiguousarray(rows).view(f"S{rows.shape[1]}").ravel()
    return pl.Series(flat.astype(f"U{rows.shape[1]}").tolist(), dtype=pl.String)


@dataclass(frozen=True)
class LetterModel:
    """Spells points 0..m-1 as distinct strings, none of them listed. listed: different names, A-Z only."""

    listed: pl.Series
    m: int

    def spell(self, points: Array) -> Array:
        """Return the spellings (rows of LONGEST zero-filled bytes) of int64 points in [0, m)."""
        out = np.zeros((len(points), LONGEST), np.uint8)
        _spell(
            np.asarray(points, np.int64),
            self.m,
            self._cumulative,
            self._likely,
            self._slots,
            self._names,
            out,
        )
        return out

    def points(self, strings: pl.Series) -> Array:
        """Return the point each string spells (int64), -1 where it spells none."""
        rows = as_bytes(strings)
        found = _points(rows, self.m, self._cumulative)
        some = np.flatnonzero(found >= 0)
        wrong = (self.spell(found[some]) != rows[some]).any(axis=1)
        found[some[wrong]] = -1
        return np.asarray(found)

    def codes(self, strings: pl.Series) -> Array:
        """Return 1 + position in `listed` of each string (int64), 0 where it is not listed."""
        rows = as_bytes(strings)
        return np.asarray(_codes(rows, self._slots, self._names))

    @cached_property
    def texts(self) -> pl.Series:
        """Return the listed names by code: null for 0, then `listed`."""
        return pl.concat([pl.Series([None], dtype=pl.String), self.listed.cast(pl.String)], rechunk=True)

    @cached_property
    def _names(self) -> Array:
        return np.vstack([np.zeros((1, LONGEST), np.uint8), as_bytes(self.listed)])

    @cached_property
    def _slots(self) -> Array:
        size = 1 << int(np.ceil(np.log2(2 * len(self._names))))
        slots = np.zeros(size, np.uint32)
        _fill_slots(self._names, slots)
        return slots

    @cached_property
    def _counts(self) -> Array:
        """Return how often letter (or end) c follows letters a, b: counts[a, b, c], edges included."""
        letters = np.where(self._names[1:] == 0, _END, self._names[1:].astype(np.int64) - 65)
        padded = np.full((len(letters), LONGEST + 2), _EDGE, np.int64)
        padded[:, 2:] = letters
        counts = np.zeros((27, 27, 27), np.float64)
        lengths = (self._names[1:] != 0).sum(axis=1)
        for i in range(LONGEST):
            rows = padded[lengths >= i]
            np.add.at(counts, (rows[:, i], rows[:, i + 1], rows[:, i + 2]), 1.0)
        return counts

    @cached_property
    def _cumulative(self) -> Array:
        """Return letter boundaries in 65,536ths after two letters; letters never seen there get a sliver."""
        shares = self._counts[:, :, :_LETTERS] + 0.02
        running = np.cumsum(shares, axis=2) / shares.sum(axis=2, keepdims=True)
        bounds = np.zeros((27, 27, _LETTERS + 1), np.int64)
        bounds[:, :, 1:] = np.rint(running * _ONE)
        bounds[:, :, -1] = _ONE
        return bounds

    @cached_property
    def _likely(self) -> Array:
        """Return the likeliest next letter (or the end) by length so far; ends grow likelier with it."""
        tables = []
        for length in range(LONGEST):
            pull = np.ones(27)
            pull[_END] = 0.15 * 1.6**length if length > 2 else 0.0
            tables.append(np.argmax((self._counts + 0.02) * pull, axis=2))
        return np.array(tables, np.int64)


@njit(cache=True, nogil=True)
def _codes(rows, slots, names):  # type: ignore[no-untyped-def]
    out = np.zeros(rows.shape[0], np.int64)
    for row in range(rows.shape[0]):
        length = 0
        while length < rows.shape[1] and rows[row, length] != 0:
            length += 1
        if length:
            out[row] = _listed(rows, row, length, slots, names)
    return out
