"""From an address id to its ZIP, street, number and unit, by arithmetic: nothing is stored per address.

An id is dwelling number + 1 (`dwellings`); ids beyond the dwellings are offices of tax preparers. Within a
ZIP the first part of the dwellings are houses, the rest (the published share in buildings of 5+ units) fill
buildings of a fixed number of units. Houses and buildings take *lots* in a scrambled order; every 25 lots are
a street, whose name is drawn by a hash of ZIP and street. Four streets share a block of a hundred house
numbers, each with its own remainder by four, and no two blocks of a ZIP are the same: equal names never make
two dwellings one address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numba import njit

from sim.population.draw import Array, aliased, below, mix
from sim.population.dwellings import Dwellings
from sim.population.streets import Streets
from sim.registry import AddressParts

LOTS_A_STREET = 25
_LOTS = LOTS_A_STREET
_STRIDE = 7_919  # scatters buildings among houses; any prime that does not divide the number of lots
_OTHER_STRIDE = 104_729


@njit(cache=True, nogil=True)
def _fields(ids, total, offices, offsets, guide, shift, houses, lots, units, blocks, key, cells):  # type: ignore[no-untyped-def]
    n = ids.size
    zip_index = np.full(n, -1, np.int32)
    street = np.zeros(n, np.uint32)
    number = np.zeros(n, np.int32)
    unit = np.zeros(n, np.int32)
    for row in range(n):
        if ids[row] == 0:
            continue
        dwelling = np.int64(ids[row]) - 1
        if dwelling >= total:
            word = mix(key ^ np.uint64(0x0FF1CE), dwelling - total)
            # An office stands where its share of the country's homes does; its number is in no block of
            # homes.
            stand = (dwelling - total) * total // offices
            z = np.int64(guide[stand >> shift])
            while stand >= offsets[z + 1]:
                z += 1
            zip_index[row] = z
            road = below(word, max(1, (lots[z] + _LOTS - 1) // _LOTS))
            word = mix(key, z * 65536 + road)
            street[row] = 1 + aliased(word, below(word, cells.size), cells[below(word, cells.size)])
            number[row] = 100 * (blocks[z] + 1) + (dwelling - total) % 900
            continue
        z = np.int64(guide[dwelling >> shift])  # a coarse guide, then a walk of a few steps
        while dwelling >= offsets[z + 1]:
            z += 1
        zip_index[row] = z
        j = dwelling - offsets[z]
        lot = j
        if j >= houses[z]:
            lot = houses[z] + (j - houses[z]) // units
            unit[row] = 1 + (j - houses[z]) % units
        stride = _STRIDE if lots[z] % _STRIDE else _OTHER_STRIDE
        lot = (lot * stride + 13) % lots[z]
        road = lot // _LOTS
        word = mix(key, z * 65536 + road)
        street[row] = 1 + aliased(word, below(word, cells.size), cells[below(word, cells.size)])
        turn = np.int64(mix(key ^ np.uint64(0xB10C), z) % np.uint64(blocks[z]))
        block = 1 + (road // 4 * 7 + turn) % blocks[z]
        number[row] = 100 * block + 4 * (lot % _LOTS) + road % 4
    return zip_index, street, number, unit


@dataclass(frozen=True)
class Fields:
    """Addresses as columns: zip_index (into Places, -1 none), street (code), number, unit (0 none)."""

    zip_index: Array
    street: Array
    number: Array
    unit: Array


@dataclass(frozen=True)
class Addresses:
    """The addresses of one country. offices: number of preparers' offices (ids after the dwellings)."""

    dwellings: Dwellings
    streets: Streets
    offices: int
    units_a_building: int
    key: int

    @property
    def count(self) -> int:
        """Return the number of addresses; ids are 1..count."""
        return self.dwellings.total + self.offices

    def fields(self, ids: Array) -> Fields:
        """Return all fields of address ids (0 gives no address); raises IndexError beyond the last one."""
        asked = np.ascontiguousarray(ids, np.uint32)
        if asked.size and int(asked.max()) > self.count:
            raise IndexError(f"address ids should be in [0, {self.count}]")
        guide, shift = self._guide
        houses, lots, blocks = self._layout
        return Fields(*_fields(
            asked, self.dwellings.total, max(self.offices, 1), self.dwellings.offsets, guide, shift, houses,
            lots,
            self.units_a_building, blocks, np.uint64(self.key), self.streets.cells,
        ))  # fmt: skip

    def zip5(self, ids: Array) -> Array:
        """Return the ZIP (i32, 0 for no address)."""
        return np.asarray(self._zip5[self.fields(ids).zip_index])

    def street(self, ids: Array) -> Array:
        """Return the street's code (u32)."""
        return self.fields(ids).street

    def number(self, ids: Array) -> Array:
        """Return the house number (i32)."""
        return self.fields(ids).number

    def unit(self, ids: Array) -> Array:
        """Return the unit number (i32, 0 none)."""
        return self.fields(ids).unit

    def zip_of(self, fields: AddressParts) -> Array:
        """Return the ZIPs (i32, 0 none) of decoded fields."""
        return np.asarray(self._zip5[fields.zip_index])

    def street_text(self, codes: Array) -> pl.Series:
        """Return street names in normal form ("N MAIN ST"); code 0 is null."""
        text = pl.concat([pl.Series([None], dtype=pl.String), self.streets.text])
        return text.gather(np.asarray(codes, np.int64)).rename("")

    def place(self, ids: Array) -> pl.DataFrame:
        """Return zip, city, county and state (text) of address ids; nulls for id 0."""
        index = pl.Series(self.fields(ids).zip_index).cast(pl.Int64)
        frame = self.dwellings.places.frame.select("zip", "city", "county", "state")
        return frame.with_row_index("z").join(
            pl.DataFrame({"z": index.cast(pl.UInt32, strict=False)}), on="z", how="right",
            maintain_order="right"
        ).drop("z")  # fmt: skip

    @cached_property
    def _zip5(self) -> Array:
        return np.append(self.dwellings.places.zip5, 0).astype(np.int32)

    @cached_property
    def _guide(self) -> tuple[Array, int]:
        shift = max(0, int(self.dwellings.total).bit_length() - 16)
        marks = np.arange((self.dwellings.total >> shift) + 1, dtype=np.int64) << shift
        found = np.searchsorted(self.dwellings.offsets, marks, side="right") - 1
        return np.clip(found, 0, len(self.dwellings.offsets) - 2).astype(np.int32), shift

    @cached_property
    def _layout(self) -> tuple[Array, Array, Array]:
        """Return houses, lots and number blocks of every ZIP; blocks by the ZIP's true size, at least 20."""
        size = np.diff(self.dwellings.offsets)
        places = self.dwellings.places
        # Whole buildings, carried over from ZIP to ZIP, so that a thinned country has no fractions of them.
        built = np.floor(np.cumsum(size * places.multi_family) / self.units_a_building).astype(np.int64)
        houses = size - np.minimum(np.diff(built, prepend=0) * self.units_a_building, size)
        lots = np.maximum(houses + -(-(size - houses) // self.units_a_building), 1)
        most = np.maximum(size, places.households)
        blocks = np.maximum(20, -(-most // (4 * LOTS_A_STREET)) + 1)
        blocks += blocks % 7 == 0  # the step of 7 blocks then visits every block
        return houses, lots, blocks
