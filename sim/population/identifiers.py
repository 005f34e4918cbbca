"""Nine-digit numbers, unique without a lookup: a keyed bijection of the person's index.

SSN-like numbers: area 001-899 but not 666, group 01-99, serial 0001-9999: 888,931,098 valid ones. The index
is the record number; people outside the registry follow after it. ITIN-like numbers: 900-999, middle 50-65,
70-88, 90-92, 94-99: 44,000,000. Their index interleaves the chunks (rank of the holder among the chunk's
holders, times chunks, plus chunk), so that at national size the true density of issued numbers holds in both.
The bijection is a four-round Feistel network with cycle walking (Black and Rogaway 2002, doi
10.1007/3-540-45760-7_9): no cryptography is meant, only that neighbours in the registry have unrelated
numbers. **A whole number is never printed or exported**: `masked` shows the last four digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from sim.errors import RefusedError
from sim.population.draw import Array

SSN_SPACE = 898 * 99 * 9999
ITIN_SPACE = 100 * 44 * 10_000
OUTSIDE_CHUNKS = 256  # chunks of people outside the registry that have numbers of their own
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# Odd constants that make four keys of one (any will do).
_ROUND_KEYS = (
    np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB),
    np.uint64(0x8EBC6AF09C88C6E3),
)  # fmt: skip
_MIDDLES = np.array([*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)], np.int64)
_MIDDLE_RANK = np.full(100, -1, np.int64)
_MIDDLE_RANK[_MIDDLES] = np.arange(44)


@njit(cache=True, nogil=True)
def _round(value, key):  # type: ignore[no-untyped-def]
    """Return a hash of a half and a round's key: the upper bits of a product (Dietzfelbinger et al. 1997)."""
    product = (value ^ key) * _MULTIPLIER
    return (product ^ (product >> np.uint64(29))) >> np.uint64(24)


@njit(cache=True, nogil=True)
def _forward(index, key, space, half):  # type: ignore[no-untyped-def]
    mask = (np.uint64(1) << half) - np.uint64(1)
    x = np.uint64(index)
    while True:
        left, right = x >> half, x & mask
        for r in range(4):
            left, right = right, left ^ (_round(right, key * _ROUND_KEYS[r]) & mask)
        x = (left << half) | right
        if x < space:
            return x


@njit(cache=True, nogil=True)
def _backward(value, key, space, half):  # type: ignore[no-untyped-def]
    mask = (np.uint64(1) << half) - np.uint64(1)
    x = np.uint64(value)
    while True:
        left, right = x >> half, x & mask
        for r in range(3, -1, -1):
            left, right = right ^ (_round(left, key * _ROUND_KEYS[r]) & mask), left
        x = (left << half) | right
        if x < space:
            return x


_SSN_HALF, _ITIN_HALF = np.uint64(15), np.uint64(13)  # 2**30 and 2**26 just hold the two spaces


@njit(cache=True, nogil=True)
def ssn(index, key):  # type: ignore[no-untyped-def]
    """Return the SSN-like number (u32) of an index in [0, SSN_SPACE)."""
    x = np.int64(_forward(index, key, np.uint64(SSN_SPACE), _SSN_HALF))
    serial = x % 9999 + 1
    group = x // 9999 % 99 + 1
    area = x // (9999 * 99) + 1
    if area >= 666:
        area += 1
    return np.uint32(area * 1_000_000 + group * 10_000 + serial)


@njit(cache=True, nogil=True)
def _ssns(index, key):  # type: ignore[no-untyped-def]
    out = np.empty(index.size, np.uint32)
    for i in range(index.size):
        out[i] = ssn(index[i], key)
    return out


@njit(cache=True, nogil=True)
def itin(index, key, middles):  # type: ignore[no-untyped-def]
    """Return the ITIN-like number (u32) of an index in [0, ITIN_SPACE)."""
    x = np.int64(_forward(index, key, np.uint64(ITIN_SPACE), _ITIN_HALF))
    return np.uint32((900 + x // 440_000) * 1_000_000 + middles[x // 10_000 % 44] * 10_000 + x % 10_000)


@njit(cache=True, nogil=True)
def _issue(start, kind, ssn_key, itin_key, lane, lanes, middles):  # type: ignore[no-untyped-def]
    out = np.empty(kind.size, np.uint32)
    rank = np.int64(0)
    for row in range(kind.size):
        if kind[row] == 1:
            index = rank * lanes + lane
            if index >= ITIN_SPACE:
                return out, False
            out[row] = itin(index, itin_key, middles)
            rank += 1
        else:
            out[row] = ssn(start + row, ssn_key)
    return out, True


@njit(cache=True, nogil=True)
def _owners(numbers, ssn_key, itin_key, middle_rank):  # type: ignore[no-untyped-def]
    index = np.full(numbers.size, -1, np.int64)
    for i in range(numbers.size):
        number = np.int64(numbers[i])
        area, group, serial = number // 1_000_000, number // 10_000 % 100, number % 10_000
        if 900 <= area <= 999:
            if middle_rank[group] >= 0:
                x = ((area - 900) * 44 + middle_rank[group]) * 10_000 + serial
                index[i] = np.int64(_backward(x, itin_key, np.uint64(ITIN_SPACE), _ITIN_HALF))
        elif 0 < area < 900 and area != 666 and group > 0 and serial > 0:
            x = ((area - 1 - (area > 666)) * 99 + group - 1) * 9999 + serial - 1
            index[i] = np.int64(_backward(x, ssn_key, np.uint64(SSN_SPACE), _SSN_HALF))
    return index


def plain_ssn(index: Array) -> Array:
    """Return the numbers (u32) of SSN form in rising order, (n,): of index 0 to SSN_SPACE - 1."""
    area = index // (9999 * 99) + 1
    number: Array = (area + (area >= 666)) * 1_000_000 + (index // 9999 % 99 + 1) * 10_000 + index % 9999 + 1
    return number.astype(np.uint32)


@dataclass(frozen=True)
class Identifiers:
    """Issues the numbers of one country with `chunks` chunks of `chunk_size` records.

    ssn_key, itin_key: the keys of the two bijections.
    """

    ssn_key: int
    itin_key: int
    chunks: int
    chunk_size: int

    def issue(self, lane: int, kind: Array) -> Array:
        """Return the numbers (u32) of one chunk. lane: its number, or `chunks` + j for chunk j outside.

        kind: 0 SSN, 1 ITIN per record. Raises RefusedError when a lane has no number left to give.
        """
        lanes = self.chunks + OUTSIDE_CHUNKS
        start = lane * self.chunk_size
        if lane >= lanes or start + len(kind) > SSN_SPACE:
            raise RefusedError(f"no numbers left for chunk lane {lane}: {lanes} chunks at most")
        keys = np.uint64(self.ssn_key), np.uint64(self.itin_key)
        numbers, enough = _issue(start, kind, *keys, lane, lanes, _MIDDLES)
        if not enough:
            raise RefusedError("more ITIN holders than the 44,000,000 numbers of their form")
        return np.asarray(numbers)

    def owners(self, numbers: Array) -> tuple[Array, Array]:
        """Return (is_itin, index) of numbers: the SSN's person index, or the ITIN's rank * lanes + lane.

        index is -1 for a number that is not of a valid form; it may be an index nobody has.
        """
        asked = np.asarray(numbers, np.int64)
        index = _owners(asked, np.uint64(self.ssn_key), np.uint64(self.itin_key), _MIDDLE_RANK)
        return (asked >= 900_000_000) & (index >= 0), np.asarray(index)

    def unfiled(self, luck: Array) -> Array:
        """Return SSN-like numbers (u32) that nobody of these people has, for uniform numbers in [0, 1).

        They stand for numbers issued to people on no return, as children and the dead. Raises RefusedError
        where the people leave none.
        """
        first = (self.chunks + OUTSIDE_CHUNKS) * self.chunk_size
        if first >= SSN_SPACE:
            raise RefusedError(f"no numbers left beside those of {self.chunks} chunks")
        index = first + (np.asarray(luck) * (SSN_SPACE - first)).astype(np.int64)
        return np.asarray(_ssns(index, np.uint64(self.ssn_key)))

    def lane(self, itin_index: Array) -> tuple[Array, Array]:
        """Return (lane, rank among the chunk's ITIN holders) of ITIN indices."""
        lanes = self.chunks + OUTSIDE_CHUNKS
        return itin_index % lanes, itin_index // lanes


def masked(number: int) -> str:
    """Return a number as it may be shown: "***-**-1234"."""
    return f"***-**-{number % 10_000:04d}"
