"""The whole surname as one code, however it is spaced: "GARCIA LOPEZ", "GARCIA-LOPEZ", "GARCIALOPEZ".

A request's line is all its letters as one word, coded like a surname. A record with one surname has that
surname's code. A record with two has the code of the request line that they spell when written together,
found by a letter hash that is computed from the hashes of the two parts (Karp and Rabin 1987); if no request
spells it, it has the code OTHER, equal to no request's. So nothing is spelled for the many records with one
surname.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba as nb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from .codes import CodeTable, TextCodes

OTHER = 2**32 - 1

_U32 = NDArray[np.uint32]
_U64 = NDArray[np.uint64]
# 62 bits by two primes just below 2**31: different lines share a hash with probability of the order of 1e-16.
_PRIMES = (2_147_483_647, 2_147_483_629)
_BASES = (1_000_003, 1_300_027)
_POWERS = np.array(
    [[pow(base, k, prime) for k in range(256)] for base, prime in zip(_BASES, _PRIMES, strict=True)],
    np.uint64,
)


class LineHashes:
    """Letter hashes of two surnames written as one word, from those of the two."""

    def __init__(self, surnames: TextCodes) -> None:
        """surnames: the codes of single surnames."""
        self._hash = CodeTable(lambda codes: letter_hashes(surnames.decode(codes))[0], np.uint64)
        self._length = CodeTable(lambda codes: letter_hashes(surnames.decode(codes))[1], np.uint8)

    def of(self, first: _U32, second: _U32) -> _U64:
        """Return the hash of each line of two surnames (codes, neither 0)."""
        hashes: _U64 = _join(self._hash[first], self._hash[second], self._length[second], _POWERS)
        return hashes


class Lines:
    """Codes of whole surnames; those of requests must be learnt before records are coded."""

    def __init__(self, surnames: TextCodes) -> None:
        """surnames: the codes of single surnames, shared with everything else of the run."""
        self._surnames = surnames
        self._hashes = LineHashes(surnames)
        self._known: dict[int, int] = {}
        self._slots = _table(np.zeros(0, np.uint64), np.zeros(0, np.uint32))

    def learn(self, lines: Sequence[str]) -> _U32:
        """Return the codes of distinct request lines (letters only, "" missing) and remember them."""
        codes = self._surnames.encode(pl.Series(lines, dtype=pl.String).replace("", None))
        hashes, _ = letter_hashes(lines)
        present = codes > 0
        self._known |= dict(zip(hashes[present].tolist(), codes[present].tolist(), strict=True))
        self._slots = _table(
            np.fromiter(self._known.keys(), np.uint64, len(self._known)),
            np.fromiter(self._known.values(), np.uint32, len(self._known)),
        )
        return codes

    def of_records(self, surname: _U32, surname2: _U32) -> _U32:
        """Return the line codes of records by their two surnames (0 = none)."""
        out = np.array(surname, np.uint32)
        two = np.flatnonzero(surname2)
        if len(two):
            out[two] = _find(self._hashes.of(surname[two], surname2[two]), *self._slots)
        return out


def letter_hashes(texts: Sequence[str]) -> tuple[_U64, NDArray[np.uint8]]:
    """Return the 62-bit polynomial hash and the length of each A-Z text; 0, 0 for ""."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    letters = np.frombuffer("".join(texts).encode("ascii"), np.uint8)
    hashes: _U64 = _hash_letters(letters, np.cumsum(lengths))
    return hashes, lengths.astype(np.uint8)


@nb.njit(nogil=True, cache=True)
def _hash_letters(letters, ends):  # type: ignore[no-untyped-def]
    out = np.zeros(len(ends), np.uint64)
    start = 0
    for k in range(len(ends)):
        high, low = np.uint64(0), np.uint64(0)
        for at in range(start, ends[k]):
            letter = np.uint64(letters[at] - 64)
            high = (high * np.uint64(1_000_003) + letter) % np.uint64(2_147_483_647)
            low = (low * np.uint64(1_300_027) + letter) % np.uint64(2_147_483_629)
        out[k] = (high << np.uint64(32)) | low
        start = ends[k]
    return out


@nb.njit(nogil=True, cache=True)
def _join(first, second, length, powers):  # type: ignore[no-untyped-def]
    """Return the hash of each first text followed by the second, whose length is given."""
    out = np.empty_like(first)
    half, shift = np.uint64(0xFFFFFFFF), np.uint64(32)
    for k in range(len(first)):
        high = (first[k] >> shift) * powers[0, length[k]] + (second[k] >> shift)
        low = (first[k] & half) * powers[1, length[k]] + (second[k] & half)
        out[k] = ((high % np.uint64(2_147_483_647)) << shift) | (low % np.uint64(2_147_483_629))
    return out


@nb.njit(nogil=True, cache=True)
def _table(hashes, codes):  # type: ignore[no-untyped-def]
    """Return an open-addressing table from hashes to codes; code 0 is an empty slot."""
    bits = 4
    while (1 << bits) < 4 * len(hashes):
        bits += 1
    keys, values = np.zeros(1 << bits, np.uint64), np.zeros(1 << bits, np.uint32)
    for k in range(len(hashes)):
        slot = (hashes[k] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)
        while values[slot] != 0:
            slot = (slot + np.uint64(1)) & np.uint64((1 << bits) - 1)
        keys[slot], values[slot] = hashes[k], codes[k]
    return keys, values


@nb.njit(nogil=True, cache=True)
def _find(hashes, keys, values):  # type: ignore[no-untyped-def]
    """Return the code of each hash, OTHER where the table has none."""
    mask = np.uint64(len(keys) - 1)
    bits = 0
    while (1 << bits) < len(keys):
        bits += 1
    out = np.full(len(hashes), OTHER, np.uint32)
    for k in range(len(hashes)):
        slot = (hashes[k] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - bits)
        while values[slot] != 0:
            if keys[slot] == hashes[k]:
                out[k] = values[slot]
                break
            slot = (slot + np.uint64(1)) & mask
    return out
