"""Blocks of requests that share a key, and the quick test of whether a record's key is any request's.

Requests are sorted by a 64-bit hash of their key; a block is a run of equal hashes. Before the table of
blocks (larger than a core's cache) stands a small bit filter of two bits a key in one word (Putze, Sanders
and Singler 2010), so that a record that shares no key costs a few nanoseconds. Hashes only propose: a pair's
keys are compared as values before it counts (bounded.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
I32 = NDArray[np.int32]

_LARGEST_FILTER_BITS = 23  # 1 MiB: leaves room in a 2 MiB second-level cache


@dataclass(frozen=True, slots=True)
class Blocks:
    """The requests of one blocking pass, grouped by key.

    order: (m,) request rows, block after block; requests with a missing key are left out.  starts: (B + 1,)
    where each block begins in `order`.  slot_hash, slot_block: open-addressing table, block -1 = empty.
    filter: words of the bit filter.
    """

    order: I32
    starts: NDArray[np.int64]
    slot_hash: NDArray[np.uint64]
    slot_block: I32
    filter: NDArray[np.uint64]

    @classmethod
    def of(cls, keys: U32) -> Blocks:
        """Group the columns of `keys` (number of key fields, number of requests); 0 = missing."""
        hashes, present = _hash_columns(keys)
        rows = np.flatnonzero(present)
        rows = rows[np.argsort(hashes[rows], kind="stable")]
        hashes = hashes[rows]
        first = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]]) if len(rows) else np.zeros(0, np.int64)
        starts = np.r_[first, len(rows)].astype(np.int64)
        slot_hash, slot_block = _fill_table(hashes[first], _bits(2 * len(first)))
        bits = min(max(_bits(16 * len(first)), 10), _LARGEST_FILTER_BITS)
        return cls(
            rows.astype(np.int32), starts, slot_hash, slot_block, _fill_filter(hashes[first], bits - 6)
        )

    @property
    def count(self) -> int:
        """Number of blocks."""
        return len(self.starts) - 1

    def mark(self, keys: U32, marks: NDArray[np.bool_]) -> None:
        """Set `marks` where the record's key has the hash of some request's key."""
        _mark(keys, self.filter, self.slot_hash, self.slot_block, marks)

    def look_up(self, keys: U32) -> tuple[I32, I32]:
        """Return the rows of `keys` that fall in a block, and their blocks; in block order where it pays."""
        rows, blocks = _look_up(keys, self.filter, self.slot_hash, self.slot_block)
        if len(rows) * 4 > self.count and self.count < len(self.order):
            rows, blocks = _by_block(rows, blocks, self.count)
        return rows, blocks


def _bits(n: int) -> int:
    """Return the number of bits b with 2**b >= n, at least 1."""
    return max(1, int(max(n, 1) - 1).bit_length())


@nb.njit(nogil=True, cache=True, inline="always")
def _mix(value):  # type: ignore[no-untyped-def]
    """Mix 64 bits (the finaliser of splitmix64; Steele, Lea and Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@nb.njit(nogil=True, cache=True, inline="always")
def _hash(keys, row):  # type: ignore[no-untyped-def]
    """Return the hash of one row's key and whether all of it is present; an empty key is always present."""
    value = np.uint64(0x9E3779B97F4A7C15)
    present = True
    for field in range(keys.shape[0]):
        part = keys[field, row]
        present = present and part != 0
        value = _mix(value ^ np.uint64(part)) + np.uint64(0x9E3779B97F4A7C15)
    return _mix(value), present


@nb.njit(nogil=True, cache=True)
def _hash_columns(keys):  # type: ignore[no-untyped-def]
    n = keys.shape[1]
    hashes = np.empty(n, np.uint64)
    present = np.empty(n, np.bool_)
    for row in range(n):
        hashes[row], present[row] = _hash(keys, row)
    return hashes, present


@nb.njit(nogil=True, cache=True)
def _fill_table(hashes, bits):  # type: ignore[no-untyped-def]
    slot_hash = np.zeros(1 << bits, np.uint64)
    slot_block = np.full(1 << bits, -1, np.int32)
    mask = (1 << bits) - 1
    for block in range(len(hashes)):
        slot = np.int64(hashes[block] >> np.uint64(64 - bits))
        while slot_block[slot] >= 0:
            slot = (slot + 1) & mask
        slot_hash[slot] = hashes[block]
        slot_block[slot] = block
    return slot_hash, slot_block


@nb.njit(nogil=True, cache=True, inline="always")
def _two_bits(value):  # type: ignore[no-untyped-def]
    one = np.uint64(1)
    return (one << (value & np.uint64(63))) | (one << ((value >> np.uint64(6)) & np.uint64(63)))


@nb.njit(nogil=True, cache=True)
def _fill_filter(hashes, bits):  # type: ignore[no-untyped-def]
    words = np.zeros(1 << bits, np.uint64)
    for value in hashes:
        words[np.int64(value >> np.uint64(64 - bits))] |= _two_bits(value)
    return words


@nb.njit(nogil=True, cache=True, inline="always")
def _shift(length):  # type: ignore[no-untyped-def]
    """Return by how much a hash is shifted to leave a place in a table of `length`, a power of two."""
    return np.uint64(64) - np.uint64(np.log2(length) + 0.5)


@nb.njit(nogil=True, cache=True, inline="always")
def _block_of(value, slot, slot_hash, slot_block):  # type: ignore[no-untyped-def]
    """Return the block of a hash, -1 if none; `slot` is where to look first."""
    mask = len(slot_hash) - 1
    while slot_block[slot] >= 0:
        if slot_hash[slot] == value:
            return slot_block[slot]
        slot = (slot + 1) & mask
    return np.int32(-1)


@nb.njit(nogil=True, cache=True)
def _mark(keys, words, slot_hash, slot_block, marks):  # type: ignore[no-untyped-def]
    word_shift, slot_shift = _shift(len(words)), _shift(len(slot_hash))
    for row in range(keys.shape[1]):
        value, present = _hash(keys, row)
        bits = _two_bits(value)
        if present and (words[np.int64(value >> word_shift)] & bits) == bits:
            marks[row] |= _block_of(value, np.int64(value >> slot_shift), slot_hash, slot_block) >= 0


@nb.njit(nogil=True, cache=True)
def _look_up(keys, words, slot_hash, slot_block):  # type: ignore[no-untyped-def]
    n = keys.shape[1]
    rows, blocks = np.empty(n, np.int32), np.empty(n, np.int32)
    hits = 0
    word_shift, slot_shift = _shift(len(words)), _shift(len(slot_hash))
    for row in range(n):
        value, present = _hash(keys, row)
        bits = _two_bits(value)
        if present and (words[np.int64(value >> word_shift)] & bits) == bits:
            block = _block_of(value, np.int64(value >> slot_shift), slot_hash, slot_block)
            if block >= 0:
                rows[hits], blocks[hits] = row, block
                hits += 1
    return rows[:hits].copy(), blocks[:hits].copy()


@nb.njit(nogil=True, cache=True)
def _by_block(rows, blocks, count):  # type: ignore[no-untyped-def]
    """Order by block with a stable counting sort, so that each block's requests are read while in cache."""
    at = np.zeros(count + 1, np.int64)
    for block in blocks:
        at[block + 1] += 1
    for block in range(count):
        at[block + 1] += at[block]
    sorted_rows = np.empty_like(rows)
    sorted_blocks = np.empty_like(blocks)
    for hit in range(len(rows)):
        place = at[blocks[hit]]
        at[blocks[hit]] = place + 1
        sorted_rows[place] = rows[hit]
        sorted_blocks[place] = blocks[hit]
    return sorted_rows, sorted_blocks
