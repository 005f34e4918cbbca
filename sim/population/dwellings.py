"""The national index of dwellings: every home has a number, a ZIP, a state, and at most one household.

Dwellings 0 .. total-1 lie in order of state, county and ZIP, each ZIP having its published share of the
country's households (rounded cumulatively, so that they add up). Block i of the index is one dwelling
for each chunk, dealt by a keyed rotation: chunk k owns `i * chunks + (k + rotation(i)) mod chunks` for every
block i. Chunks thus share streets and buildings but never a dwelling, and need not know of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit

from sim import tables
from sim.population.draw import Array, below, mix

ETHNICITIES = ("white", "black", "api", "aian", "multi", "hispanic")
_FIPS = {
    "AL": 1, "AK": 2, "AZ": 4, "AR": 5, "CA": 6, "CO": 8, "CT": 9, "DE": 10, "DC": 11, "FL": 12, "GA": 13,
    "HI": 15,
    "ID": 16, "IL": 17, "IN": 18, "IA": 19, "KS": 20, "KY": 21, "LA": 22, "ME": 23, "MD": 24, "MA": 25,
    "MI": 26,
    "MN": 27, "MS": 28, "MO": 29, "MT": 30, "NE": 31, "NV": 32, "NH": 33, "NJ": 34, "NM": 35, "NY": 36,
    "NC": 37,
    "ND": 38, "OH": 39, "OK": 40, "OR": 41, "PA": 42, "RI": 44, "SC": 45, "SD": 46, "TN": 47, "TX": 48,
    "UT": 49,
    "VT": 50, "VA": 51, "WA": 53, "WV": 54, "WI": 55, "WY": 56,
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """The ZIPs that hold households, by state, county and ZIP (the 50 states and DC).

    zip5 (i32), state (index into `states`, u8), county (running index, i32), households (published, i64),
    multi_family (share of dwellings in buildings of 5+ units), ethnicity (shares, n x 6, f32).
    """

    zip5: Array
    state: Array
    county: Array
    households: Array
    multi_family: Array
    ethnicity: Array
    states: tuple[int, ...]
    frame: pl.DataFrame


def places() -> Places:
    """Return the places of the 50 states and DC."""
    fips = pl.col("state").replace_strict(_FIPS, default=None, return_dtype=pl.Int32)
    frame = (
        tables.places().with_columns(fips=fips).filter(pl.col("fips").is_not_null(), pl.col("households") > 0)
    )
    frame = frame.sort("fips", "county_fips", "zip")
    states = tuple(sorted(set(frame["fips"].to_list())))
    return Places(
        zip5=frame["zip"].cast(pl.Int32).to_numpy(),
        state=np.searchsorted(states, frame["fips"].to_numpy()).astype(np.uint8),
        county=frame["county_fips"].rle_id().to_numpy().astype(np.int32),
        households=frame["households"].to_numpy().astype(np.int64),
        multi_family=frame["pct_multi_family_x1000"].fill_null(0).to_numpy().astype(np.float64) / 1000.0,
        ethnicity=_shares(frame).astype(np.float32),
        states=states,
        frame=frame,
    )


def _shares(frame: pl.DataFrame) -> Array:
    """Return shares of the six groups by ZIP; what the published ones leave over is two or more or other."""
    column = {c: frame[f"pct_{c}_x1000"].to_numpy().astype(np.float64) / 1000 for c in _PUBLISHED}
    api = column["asian"] + column["pacific_islander"]
    known = column["white"] + column["black"] + api + column["native_american"] + column["hispanic"]
    multi = np.clip(1.0 - known, 0.002, 1.0)  # thousandths are rounded: nowhere exactly nobody
    groups = (column["white"], column["black"], api, column["native_american"], multi, column["hispanic"])
    stacked = np.stack(groups, axis=1) + 1e-4
    return np.asarray(stacked / stacked.sum(axis=1, keepdims=True))


_PUBLISHED = ("white", "black", "hispanic", "asian", "native_american", "pacific_islander")


@dataclass(frozen=True)
class Dwellings:
    """All dwellings of one country. offsets: first dwelling of every ZIP, and the end (z + 1)."""

    places: Places
    chunks: int
    per_chunk: int
    offsets: Array
    rotation: int

    @property
    def total(self) -> int:
        """Return the number of dwellings."""
        return self.chunks * self.per_chunk


def build(
    where: Places, chunks: int, households_per_chunk: float, vacancy: float, rotation: int
) -> Dwellings:
    """Return the dwelling index with room for every chunk's households and a share of empty homes.

    The room is the expected number of households times (1 + vacancy) plus eight standard deviations.
    """
    per_chunk = int(np.ceil(households_per_chunk * (1 + vacancy) + 8 * np.sqrt(households_per_chunk) + 32))
    running = np.concatenate([[0.0], np.cumsum(where.households, dtype=np.float64)])
    offsets = np.rint(running / running[-1] * (chunks * per_chunk)).astype(np.int64)
    return Dwellings(where, chunks, per_chunk, offsets, rotation)


@njit(cache=True, nogil=True)
def slot_number(i, k, chunks, rotation):  # type: ignore[no-untyped-def]
    """Return the dwelling chunk `k` owns in block `i`."""
    turned = k + below(mix(rotation, i), chunks)
    return np.int64(i) * chunks + (turned - chunks if turned >= chunks else turned)


@njit(cache=True, nogil=True)
def _blocks(k, chunks, rotation, offsets, zip_state, states, per_chunk):  # type: ignore[no-untyped-def]
    """Return the ZIP of every dwelling of a chunk, in order, and where each state's dwellings begin."""
    zip_of = np.empty(per_chunk, np.int32)
    start = np.zeros(states + 1, np.int64)
    z = 0
    for i in range(per_chunk):
        number = slot_number(i, k, chunks, rotation)
        while number >= offsets[z + 1]:
            z += 1
        zip_of[i] = z
        start[zip_state[z] + 1] += 1
    return zip_of, np.cumsum(start)


@njit(cache=True, nogil=True)
def _settle(key, k, chunks, rotation, zip_of, start, kind, kind_state):  # type: ignore[no-untyped-def]
    """Give each household a dwelling of its own state, at random; a full state's surplus goes anywhere free.

    Dwellings of a state are dealt by the shuffle of Fisher and Yates, as far as they are needed.
    """
    n = kind.size
    deck = np.arange(zip_of.size).astype(np.int32)
    dealt = start.copy()
    block = np.empty(n, np.int32)
    waiting = np.empty(n, np.int32)
    n_waiting = 0
    for h in range(n):
        st = kind_state[kind[h]]
        first, last = dealt[st], start[st + 1]
        if first < last:
            j = first + below(mix(key, h), last - first)
            block[h] = deck[j]
            deck[j] = deck[first]
            dealt[st] = first + 1
        else:
            waiting[n_waiting] = h
            n_waiting += 1
    n_free = 0
    if n_waiting:
        for st in range(start.size - 1):
            for j in range(dealt[st], start[st + 1]):
                deck[n_free] = deck[j]
                n_free += 1
    for w in range(n_waiting):
        j = w + below(mix(key, n + w), n_free - w)
        block[waiting[w]] = deck[j]
        deck[j] = deck[w]
    home = np.empty(n, np.uint32)
    place = np.empty(n, np.int32)
    for h in range(n):
        home[h] = slot_number(block[h], k, chunks, rotation) + 1
        place[h] = zip_of[block[h]]
    return home, place, n_waiting


@dataclass(frozen=True)
class Homes:
    """Per household of one chunk: home (address id, dwelling + 1, u32), place (index into Places, i32).

    elsewhere: households that found no free dwelling in their own state.
    """

    home: Array
    place: Array
    elsewhere: int


def settle(dwellings: Dwellings, chunk: int, key: int, kind: Array, kind_state: Array) -> Homes:
    """Give every household of `chunk` a dwelling of the chunk."""
    where, rotation = dwellings.places, np.uint64(dwellings.rotation)
    zip_of, start = _blocks(
        chunk,
        dwellings.chunks,
        rotation,
        dwellings.offsets,
        where.state,
        len(where.states),
        dwellings.per_chunk,
    )
    home, place, elsewhere = _settle(
        np.uint64(key), chunk, dwellings.chunks, rotation, zip_of, start, kind, kind_state
    )
    return Homes(home, place, int(elsewhere))


@njit(cache=True, nogil=True)
def _lodge(key, bounds, offsets, kind, kind_state):  # type: ignore[no-untyped-def]
    n = kind.size
    home = np.empty(n, np.uint32)
    place = np.empty(n, np.int32)
    for h in range(n):
        low, high = bounds[kind_state[kind[h]]], bounds[kind_state[kind[h]] + 1]
        if high <= low:
            low, high = 0, bounds[-1]
        number = low + below(mix(key, h), high - low)
        home[h] = number + 1
        place[h] = np.searchsorted(offsets, number, side="right") - 1
    return home, place


def lodge(dwellings: Dwellings, key: int, kind: Array, kind_state: Array) -> Homes:
    """Give households outside the registry any dwelling of their state, beside whoever lives there."""
    where = dwellings.places
    first = np.searchsorted(where.state, np.arange(len(where.states) + 1))
    home, place = _lodge(np.uint64(key), dwellings.offsets[first], dwellings.offsets, kind, kind_state)
    return Homes(home, place, 0)
