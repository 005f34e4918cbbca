"""Nine-digit numbers as they stand in the files of a kept registry: exchanged for others by a key.

A number and what it is exchanged for stand for each other one to one, so a registry is searched as it is
stored: what is asked for is exchanged first. The key follows from the seed, so whoever has the program and
the seed can make the numbers again, as they can make the people; the files alone show none of them. Every
stored number is 2**31 or more, which no nine-digit number is.

The exchange is a four-round Feistel network over 30 bits, as in `sim.population.identifiers`.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.kept.layout import private_columns
from sim.rng import Streams

U32 = NDArray[np.uint32]
_HALF = np.uint32(15)
_MASK = np.uint32(2**15 - 1)
_MARK = np.uint32(2**31)
_ROUNDS = 4


@nb.njit(nogil=True, cache=True, inline="always")
def _mixed(half, key):  # type: ignore[no-untyped-def]
    """Return fifteen bits that depend on a half and a round's key (splitmix64's finaliser)."""
    value = np.uint64(half) ^ key
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.uint32(value >> np.uint64(49))


@nb.njit(nogil=True, cache=True)
def _exchanged(numbers, keys):  # type: ignore[no-untyped-def]
    out = np.zeros(len(numbers), np.uint32)
    for k in range(len(numbers)):
        if numbers[k]:
            left, right = np.uint32(numbers[k] >> _HALF), np.uint32(numbers[k] & _MASK)
            for r in range(_ROUNDS):
                left, right = right, np.uint32(left ^ _mixed(right, keys[r]))
            out[k] = _MARK | np.uint32(left << _HALF) | right
    return out


@nb.njit(nogil=True, cache=True)
def _back(stored, keys):  # type: ignore[no-untyped-def]
    out = np.zeros(len(stored), np.uint32)
    for k in range(len(stored)):
        if stored[k]:
            left, right = np.uint32(stored[k] >> _HALF) & _MASK, np.uint32(stored[k] & _MASK)
            for r in range(_ROUNDS - 1, -1, -1):
                left, right = np.uint32(right ^ _mixed(left, keys[r])), left
            out[k] = np.uint32(left << _HALF) | right
    return out


class Numbers:
    """How the numbers of one world are stored. 0 is no number and stays 0."""

    def __init__(self, streams: Streams) -> None:
        keys = [streams.integer("kept.numbers", r) for r in range(_ROUNDS)]
        self._keys = np.array(keys, np.uint64)

    def stored(self, numbers: NDArray[Any]) -> U32:
        """Return what is stored for numbers below 2**30; raises ValueError for a larger one."""
        plain = np.ascontiguousarray(numbers, np.uint32)
        if plain.max(initial=0) >= 1 << 2 * int(_HALF):
            raise ValueError("a private number that is stored should have at most nine digits")
        return np.asarray(_exchanged(plain, self._keys))

    def shown(self, stored: NDArray[Any]) -> U32:
        """Return the numbers that are stored so."""
        return np.asarray(_back(np.ascontiguousarray(stored, np.uint32), self._keys))

    def store_in(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Exchange the private numbers of rows that are about to be written, and return them."""
        for name in private_columns(rows.dtype):
            rows[name] = self.stored(rows[name])
        return rows

    def show_in(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return a copy of stored rows with the private numbers as they are."""
        out = np.array(rows)
        for name in private_columns(rows.dtype):
            out[name] = self.shown(rows[name])
        return out
