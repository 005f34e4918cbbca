"""How records stand in the files of a kept registry, and the keys by which they are ordered and found.

A record on file is some 32-bit words (`ROW`): one for each field that `sim.fields` gives a word, its number,
and one for the small ones together; what is true of its person, needed for links only, is a row of another
file (`TRUTH_ROW`). Records are ordered by a
32-bit hash of given name and first surname, then ZIP. Hashes only propose: who shares a key is decided by
value, in the search.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from sim import fields
from sim.fields import FIELD, PRIVATE
from sim.linkage.lanes import room

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
Rows = NDArray[Any]

ROW = np.dtype(
    [(name, FIELD[name].stored_as) for name in fields.WORDS] + [("record", "<u4"), ("small", "<u4")]
)
TRUTH_ROW = np.dtype(
    [("person", "<u4"), ("household", "<u4")]
    + [(name, FIELD[name].stored_as) for name in fields.JUDGED]
    + [("home", "<u4"), ("previous", "<u4")]
    + [("ethnicity", "u1"), ("occupants", "u1"), ("lives_at_file", "?"), ("who", "u1")]
)
_NATIVITY_BITS = 2
WORDS = ROW.itemsize // 4
VALUES = (*fields.WORDS, *fields.PACKED)
"""What can be asked of a record by value while it is looked for; `demand` says how."""

_SMALL = WORDS - 1
_AT = np.cumsum([0, *fields.PACKED.values()])
if _AT[-1] > fields.WORD:
    raise ValueError("what a stored record packs into one word takes more: give a field a word of its own")
PLACES = np.array(
    [(word, 0, 2**fields.WORD - 1) for word in range(len(fields.WORDS))]
    + [(_SMALL, at, 2**bits - 1) for at, bits in zip(_AT, fields.PACKED.values(), strict=False)],
    np.uint32,
)
"""Where each of VALUES stands in a record: word, shift, mask. Compiled functions are handed it."""

_KEY = PLACES[[VALUES.index(name) for name in ("given", "surname", "zip")]]
"""What records are ordered by."""

ROWS_A_BUCKET = 16


def pack(*values: NDArray[Any]) -> U32:
    """Return what shares a word (`fields.PACKED`, in that order) as one word each."""
    packed = np.zeros(len(values[0]), np.uint32)
    for at, value in zip(_AT, values, strict=False):
        packed |= value.astype(np.uint32) << np.uint32(at)
    return packed


def unpack(small: U32) -> tuple[U32, ...]:
    """Return the values that share packed words, in the order of `fields.PACKED`."""
    places = PLACES[len(fields.WORDS) :]
    return tuple(small >> shift & mask for _, shift, mask in places)


def pack_who(nativity: NDArray[Any], sex: NDArray[Any]) -> NDArray[np.uint8]:
    """Return nativity and sex as one byte each."""
    who: NDArray[np.uint8] = (nativity | sex << np.uint8(_NATIVITY_BITS)).astype(np.uint8)
    return who


def unpack_who(who: NDArray[np.uint8], column: str) -> NDArray[np.uint8]:
    """Return nativity or sex of packed bytes."""
    nativity = np.uint8(2**_NATIVITY_BITS - 1)
    return who & nativity if column == "nativity" else who >> np.uint8(_NATIVITY_BITS)


def private_columns(rows: np.dtype[Any]) -> tuple[str, ...]:
    """Return the columns of rows that hold private numbers, the person's or another's (`mate_tin`)."""
    return tuple(name for name in rows.names or () if name.endswith(PRIVATE))


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
def _value(words, row, place):  # type: ignore[no-untyped-def]
    """Return the value of a record that stands at `place` (a row of PLACES)."""
    return words[row, place[0]] >> place[1] & place[2]


@nb.njit(nogil=True, cache=True, inline="always")
def _row_key(words, row, key):  # type: ignore[no-untyped-def]
    """Return the key by which records are ordered: hash of the name, ZIP."""
    name = np.uint64(_hash(_value(words, row, key[0]), _value(words, row, key[1])))
    return name << np.uint64(32) | np.uint64(_value(words, row, key[2]))


@nb.njit(nogil=True, cache=True)
def _row_keys(words, key):  # type: ignore[no-untyped-def]
    out = np.empty(len(words), np.uint64)
    for row in range(len(words)):
        out[row] = _row_key(words, row, key)
    return out


def row_keys(words: U32) -> U64:
    """Return the key of each record, shape (n,)."""
    found: U64 = _row_keys(words, _KEY)
    return found


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
def _meets(words, row, demanded, wanted, k):  # type: ignore[no-untyped-def]
    """Say whether a record has the values demanded."""
    met = True
    for place in range(len(demanded)):
        met = met and _value(words, row, demanded[place]) == wanted[k, place]
    return met


@nb.njit(nogil=True, cache=True)
def _first(words, low, high, key, at):  # type: ignore[no-untyped-def]
    """Return the first of rows low .. high - 1 whose key is not below `key`, `high` if there is none."""
    while low < high:
        middle = (low + high) // 2
        if _row_key(words, middle, at) < key:
            low = middle + 1
        else:
            high = middle
    return low


def named(
    words: U32, starts: U32, bits: int, given: U32, surname: U32, zip5: U32,
    demanded: NDArray[np.int64], wanted: U32,
) -> U32:  # fmt: skip
    """Return the rows of records with these names (given and first surname), and what else is demanded.

    zip5: the ZIP demanded of each, 0 for any.  demanded: places in VALUES.  wanted: (keys, demanded).
    """
    found: U32 = _named(words, starts, bits, given, surname, zip5, PLACES[demanded], wanted, _KEY)
    return found


@nb.njit(nogil=True, cache=True)
def _named(words, starts, bits, given, surname, zip5, demanded, wanted, key):  # type: ignore[no-untyped-def]
    out = np.empty(1024, np.uint32)
    found = 0
    for k in range(len(given)):
        name = _hash(given[k], surname[k])
        bucket = np.int64(name >> np.uint32(32 - bits))
        lowest = np.uint64(name) << np.uint64(32) | np.uint64(zip5[k])
        highest = lowest if zip5[k] else lowest | np.uint64(0xFFFFFFFF)
        row = _first(words, np.int64(starts[bucket]), np.int64(starts[bucket + 1]), lowest, key)
        while row < np.int64(starts[bucket + 1]) and _row_key(words, row, key) <= highest:
            if _meets(words, row, demanded, wanted, k):
                out = room(out, found + 1)
                out[found] = row
                found += 1
            row += 1
    return out[:found].copy()


def posted(
    words: U32, entries: U64, starts: U32, bits: int, leading: U32, demanded: NDArray[np.int64], wanted: U32
) -> U32:
    """Return the rows that postings hold for each hash, of records that have the values demanded.

    entries: hash << 32 | row, sorted.  starts: where each bucket begins.  A row beyond the records (a damaged
    file) is returned as it is, for the caller to refuse.
    """
    found: U32 = _posted(words, entries, starts, bits, leading, PLACES[demanded], wanted)
    return found


@nb.njit(nogil=True, cache=True)
def _posted(words, entries, starts, bits, leading, demanded, wanted):  # type: ignore[no-untyped-def]
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
