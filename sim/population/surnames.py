"""Surnames given ethnicity: the listed names of the 2020 Census and their long tail.

Codes: 0 none, 1..156,619 the listed names in the table's order, then the tail. Tail codes are cut into
one range per (band of bearers, ethnicity); a range has the published number of surnames of its band
times the ethnicity's share of the tail, and its people are spread evenly over it. So
P(surname | e) = listed count x pct_e, and the tail takes the published share of all people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit

from sim import tables
from sim.population.draw import BATCH, Array, below, mix, named, named_tables
from sim.population.dwellings import ETHNICITIES
from sim.population.letters import LetterModel, as_strings
from sim.scenario import Scenario

_SCRAMBLE = 2_654_435_761  # a prime beyond any tail's size: multiplying by it is a bijection


@dataclass(frozen=True)
class SurnameTable:
    """cells: named tables of the six ethnicities, each `width` long: listed names, then the bands.

    tail_start, tail_size: first code and number of codes of each (ethnicity, band) range (6 x bands).
    listed: names.  model: spelling of the tail.
    """

    cells: Array
    width: int
    tail_start: Array
    tail_size: Array
    listed: pl.Series
    model: LetterModel

    @property
    def listed_count(self) -> int:
        """Return how many names are listed."""
        return len(self.listed)

    def text(self, codes: Array) -> pl.Series:
        """Return the spelling of codes (0 is null); raises IndexError for a code beyond the tail."""
        return spelled(codes, self.model)

    def find(self, strings: pl.Series) -> Array:
        """Return the codes (u32) of strings as `text` spells them, 0 for any other string or null."""
        return found(strings, self.model)


def build(scenario: Scenario) -> SurnameTable:
    """Return the surname table for the scenario's tail share, bands and mix."""
    frame = tables.surnames()
    count = frame["count"].to_numpy().astype(np.float64)
    shares = np.stack([frame[f"pct_{e}_x100"].to_numpy() / 1e4 for e in ETHNICITIES])
    shares /= np.maximum(shares.sum(axis=0), 1e-9)  # the Bureau's rounding leaves them a little off one
    listed = shares * count
    tail = scenario.value("population.surname_tail.share")
    mix_ = scenario.table("population.surname_tail.mix")
    names = np.array(list(scenario.table("population.surname_tail.names").values()))
    people = np.array(list(scenario.table("population.surname_tail.people").values()))
    ratio = np.array([mix_[e] for e in ETHNICITIES])
    ratio /= ratio.sum()
    tail_people = ratio[:, None] * people / people.sum() * tail / (1 - tail) * count.sum()
    sizes = np.maximum(np.rint(ratio[:, None] * names), 1).astype(np.int64)
    starts = len(count) + 1 + np.concatenate([[0], np.cumsum(sizes.ravel())[:-1]]).reshape(sizes.shape)
    weight = np.concatenate([listed, tail_people], axis=1)
    width = weight.shape[1]
    model = LetterModel(frame["name"], int(sizes.sum()))
    codes = np.tile(np.arange(1, width + 1), len(ETHNICITIES))
    cells = named_tables(weight.ravel(), codes, np.arange(0, weight.size + 1, width))
    return SurnameTable(cells, width, starts, sizes, frame["name"], model)


def spelled(codes: Array, model: LetterModel) -> pl.Series:
    """Return the spelling of name codes: listed first, then the tail by the letter model; 0 is null."""
    wanted, listed = np.asarray(codes, np.int64), len(model.listed)
    if wanted.size and (wanted.min() < 0 or wanted.max() > listed + model.m):
        raise IndexError(f"name codes should be in [0, {listed + model.m}]")
    rest = np.flatnonzero(wanted > listed)
    text = model.texts[pl.Series(np.where(wanted > listed, 0, wanted).astype(np.uint32))]
    if len(rest):
        distinct, place = np.unique(wanted[rest], return_inverse=True)
        tail = as_strings(model.spell((distinct - listed - 1) * _SCRAMBLE % model.m))
        text = text.scatter(rest, tail[pl.Series(place.astype(np.uint32))])
    return text.rename("")


def found(strings: pl.Series, model: LetterModel) -> Array:
    """Return the codes (u32) of strings as `spelled` spells them, 0 where nothing is spelled so."""
    codes = model.codes(strings)
    rest = np.flatnonzero(codes == 0)
    points = model.points(strings[pl.Series(rest.astype(np.uint32))])
    inverse = pow(_SCRAMBLE, -1, model.m)
    # Products stay below 2**63: points < 2**23, inverse < 2**23.
    codes[rest] = np.where(points >= 0, points * inverse % model.m + len(model.listed) + 1, 0)
    return codes.astype(np.uint32)


@njit(cache=True, nogil=True)
def _draw(key, rows, ethnicity, cells, width, tail_start, tail_size):  # type: ignore[no-untyped-def]
    out = np.empty(rows.size, np.uint32)
    listed = width - tail_size.shape[1]
    words, found = np.empty(BATCH, np.uint64), np.empty(BATCH, np.uint64)
    places = np.empty(BATCH, np.int64)
    for first in range(0, rows.size, BATCH):
        n = min(BATCH, rows.size - first)
        for j in range(n):
            words[j] = mix(key, 2 * rows[first + j])
            places[j] = np.int64(ethnicity[first + j]) * width + below(words[j], width)
        for j in range(n):
            found[j] = cells[places[j]]
        for j in range(n):
            code = named(words[j], found[j])
            if code > listed:
                e, band = np.int64(ethnicity[first + j]), np.int64(code) - listed - 1
                word = mix(key, 2 * rows[first + j] + 1)
                code = np.uint32(tail_start[e, band] + below(word, tail_size[e, band]))
            out[first + j] = code
    return out


def draw(table: SurnameTable, key: int, rows: Array, ethnicity: Array) -> Array:
    """Return a surname (u32 code) for each of `rows` (row numbers decide the luck) by its ethnicity."""
    return np.asarray(
        _draw(np.uint64(key), rows, ethnicity, table.cells, table.width, table.tail_start, table.tail_size)
    )
