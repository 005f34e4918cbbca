"""How records stand in the files of a kept registry, and the keys by which they are ordered and found.

A record on file is eight 32-bit words (`ROW`), the last of which holds middle initial, suffix and ZIP; what
is true of its person, needed for links only, is a row of another file (`TRUTH_ROW`). Records are ordered by a
32-bit hash of given name and first surname, then ZIP. Hashes only propose: who shares a key is decided by
value, in the search.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim.linkage.lanes import room

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Rows = NDArray[Any]

ROW = np.dtype([
    ("given", "<u4"), ("surname", "<u4"), ("surname2", "<u4"), ("birth", "<i4"), ("tin", "<u4"),
    ("address", "<u4"), ("record", "<u4"), ("small", "<u4"),
])  # fmt: skip
TRUTH_ROW = np.dtype([
    ("person", "<u4"), ("household", "<u4"), ("given", "<u4"), ("surname", "<u4"), ("surname2", "<u4"),
    ("birth", "<i4"), ("tin", "<u4"), ("home", "<u4"), ("previous", "<u4"),
    ("ethnicity", "u1"), ("occupants", "u1"), ("lives_at_file", "?"), ("who", "u1"),
])  # fmt: skip
_NATIVITY_BITS = 2
WORDS = ROW.itemsize // 4
VALUES = ("given", "surname", "surname2", "birth", "tin", "middle", "suffix", "zip")
"""What can be asked of a record by value while it is looked for; `demand` says how."""

_TIN, _SMALL = 4, 7  # places in a ROW
_MIDDLE_BITS, _SUFFIX_BITS = 5, 3
_ZIP_AT = _MIDDLE_BITS + _SUFFIX_BITS
ROWS_A_BUCKET = 16


def pack(middle: NDArray[Any], suffix: NDArray[Any], zip5: NDArray[Any]) -> U32:
    """Return middle initial, suffix and ZIP as one word each."""
    small = middle.astype(np.uint32) | suffix.astype(np.uint32) << np.uint32(_MIDDLE_BITS)
    packed: U32 = small | zip5.astype(np.uint32) << np.uint32(_ZIP_AT)
    return packed


def unpack(small: U32) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int32]]:
    """Return middle initials, suffixes and ZIPs of packed words."""
    middle = (small & np.uint32(2**_MIDDLE_BITS - 1)).astype(np.uint8)
    suffix = (small >> np.uint32(_MIDDLE_BITS) & np.uint32(2**_SUFFIX_BITS - 1)).astype(np.uint8)
    return middle, suffix, (small >> np.uint32(_ZIP_AT)).astype(np.int32)


def pack_who(nativity: NDArray[Any], sex: NDArray[Any]) -> NDArray[np.uint8]:
    """Return nativity and sex as one byte each."""
    who: NDArray[np.uint8] = (nativity | sex << np.uint8(_NATIVITY_BITS)).astype(np.uint8)
    return who


def unpack_who(who: NDArray[np.uint8], column: str) -> NDArray[np.uint8]:
    """Return nativity or sex of packed bytes."""
    nativity = np.uint8(2**_NATIVITY_BITS - 1)
    return who & nativity if column == "nativity" else who >> np.uint8(_NATIVITY_BITS)


def as_words(rows: Rows) -> U32:
    """Return rows as a matrix of words (n, WORDS), without copying."""
    return np.ascontiguousarray(rows).view(np.uint32).reshape(len(rows), WORDS)


def bucket_bits(n: int) -> int:
    """Return by how many leading bits of a hash n entries are divided, about ROWS_A_BUCKET together."""
    return max(1, int(max(n, 1) // ROWS_A_BUCKET).bit_length())


@nb.njit(nogil=True, cache=True, inline="always")
def _mix(value):  # type: ignore[no-untyped-def]
    """Mix 64 bits (the finaliser of splitmix64; Steele, Lea and Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@nb.njit(nogil=True, cache=True, inline="always")
def _hash(first, second):  # type: ignore[no-untyped-def]
    """Return the 32-bit hash of two values of up to 64 bits."""
    value = _mix(np.uint64(first) + np.uint64(0x9E3779B97F4A7C15))
    return np.uint32(_mix(value ^ np.uint64(second)) >> np.uint64(32))


@nb.njit(nogil=True, cache=True)
def hashes(first, second):  # type: ignore[no-untyped-def]
    """Return the 32-bit hash of each pair of values."""
    out = np.empty(len(first), np.uint32)
    for k in range(len(first)):
        out[k] = _hash(first[k], second[k])
    return out


def number_hashes(tin: U32) -> U32:
    """Return the 32-bit hash of nine-digit numbers."""
    found: U32 = hashes(tin, tin)
    return found


@nb.njit(nogil=True, cache=True, inline="always")
def _row_key(words, row):  # type: ignore[no-untyped-def]
    """Return the key by which records are ordered: hash of the name, ZIP."""
    name = np.uint64(_hash(words[row, 0], words[row, 1]))
    return name << np.uint64(32) | np.uint64(words[row, _SMALL] >> np.uint32(_ZIP_AT))


@nb.njit(nogil=True, cache=True)
def row_keys(words):  # type: ignore[no-untyped-def]
    """Return the key of each record, shape (n,)."""
    out = np.empty(len(words), np.uint64)
    for row in range(len(words)):
        out[row] = _row_key(words, row)
    return out


@nb.njit(nogil=True, cache=True)
def scattered(words, keys, bits):  # type: ignore[no-untyped-def]
    """Return records divided by the leading `bits` of their keys, and where each division begins."""
    starts = np.zeros((1 << bits) + 1, np.int64)
    shift = np.uint64(64 - bits)
    for row in range(len(keys)):
        starts[(np.int64(keys[row] >> shift) if bits else 0) + 1] += 1
    starts = np.cumsum(starts)
    at = starts[:-1].copy()
    out = np.empty_like(words)
    for row in range(len(keys)):
        part = np.int64(keys[row] >> shift) if bits else 0
        out[at[part]] = words[row]
        at[part] += 1
    return out, starts


@nb.njit(nogil=True, cache=True)
def count_buckets(keys, bits, counts):  # type: ignore[no-untyped-def]
    """Add to `counts` how many 64-bit keys, each led by its hash, fall into each bucket."""
    shift = np.uint64(64 - bits)
    for key in keys:
        counts[np.int64(key >> shift)] += 1


@nb.njit(nogil=True, cache=True, inline="always")
def _value(words, row, number):  # type: ignore[no-untyped-def]
    """Return value `number` of VALUES of a record."""
    if number <= _TIN:
        return words[row, number]
    small = words[row, _SMALL]
    if number == 5:
        return small & np.uint32(2**_MIDDLE_BITS - 1)
    if number == 6:
        return small >> np.uint32(_MIDDLE_BITS) & np.uint32(2**_SUFFIX_BITS - 1)
    return small >> np.uint32(_ZIP_AT)


@nb.njit(nogil=True, cache=True, inline="always")
def _meets(words, row, demanded, wanted, k):  # type: ignore[no-untyped-def]
    """Say whether a record has the values demanded."""
    met = True
    for place in range(len(demanded)):
        met = met and _value(words, row, demanded[place]) == wanted[k, place]
    return met


@nb.njit(nogil=True, cache=True)
def _first(words, low, high, key):  # type: ignore[no-untyped-def]
    """Return the first of rows low .. high - 1 whose key is not below `key`, `high` if there is none."""
    while low < high:
        middle = (low + high) // 2
        if _row_key(words, middle) < key:
            low = middle + 1
        else:
            high = middle
    return low


@nb.njit(nogil=True, cache=True)
def named(words, starts, bits, given, surname, zip5, demanded, wanted):  # type: ignore[no-untyped-def]
    """Return the rows of records with these names (given and first surname), and what else is demanded.

    zip5: the ZIP demanded of each, 0 for any.
    """
    out = np.empty(1024, np.uint32)
    found = 0
    for k in range(len(given)):
        name = _hash(given[k], surname[k])
        bucket = np.int64(name >> np.uint32(32 - bits))
        lowest = np.uint64(name) << np.uint64(32) | np.uint64(zip5[k])
        highest = lowest if zip5[k] else lowest | np.uint64(0xFFFFFFFF)
        row = _first(words, np.int64(starts[bucket]), np.int64(starts[bucket + 1]), lowest)
        while row < np.int64(starts[bucket + 1]) and _row_key(words, row) <= highest:
            if _meets(words, row, demanded, wanted, k):
                out = room(out, found + 1)
                out[found] = row
                found += 1
            row += 1
    return out[:found].copy()


@nb.njit(nogil=True, cache=True)
def posted(words, entries, starts, bits, leading, demanded, wanted):  # type: ignore[no-untyped-def]
    """Return the rows that postings hold for each hash, of records that have the values demanded.

    entries: hash << 32 | row, sorted.  starts: where each bucket begins.  A row beyond the records (a damaged
    file) is returned as it is, for the caller to refuse.
    """
    out = np.empty(1024, np.uint32)
    found = 0
    for k in range(len(leading)):
        bucket = np.int64(leading[k] >> np.uint32(32 - bits))
        for place in range(np.int64(starts[bucket]), np.int64(starts[bucket + 1])):
            if np.uint32(entries[place] >> np.uint64(32)) != leading[k]:
                continue
            row = np.int64(entries[place] & np.uint64(0xFFFFFFFF))
            if row >= len(words) or _meets(words, row, demanded, wanted, k):
                out = room(out, found + 1)
                out[found] = row
                found += 1
    return out[:found].copy()
