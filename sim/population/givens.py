"""First names given ethnicity, sex, birth year and birthplace.

US-born: p(f | e, s, y) proportional to births(f, s, y) x P(e | f), the births of the Social Security table
and the ethnic shares of the 2020 Census. Foreign-born: see `abroad`. Codes: 0 none, 1..n the names of either
table by falling 2020 count, then the tail (`letters`), cut by ethnicity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit

from sim import tables
from sim.population import abroad
from sim.population.draw import BATCH, Array, below, high_unit, mix, named, named_tables
from sim.population.dwellings import ETHNICITIES
from sim.population.letters import LetterModel
from sim.population.surnames import found, spelled
from sim.scenario import Scenario

FIRST_YEAR, LAST_YEAR = 1910, 2007  # people born later are not adults at the reference date
_OTHER = "ALL OTHER NAMES"


@dataclass(frozen=True)
class GivenTable:
    """Named tables (`draw`) of first names, and the tail.

    cells, start: segment (ethnicity * 2 + sex) * years + year - 1910 is the US-born, segment 12 * years +
    ethnicity * 2 + sex the foreign-born.  born_tail, abroad_tail: P(tail) by birth year and by segment.
    tail_start, tail_size: codes by ethnicity.  listed: names by code.  model: spelling of the tail.
    """

    cells: Array
    start: Array
    born_tail: Array
    abroad_tail: Array
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


def build(scenario: Scenario, last_year: int = LAST_YEAR) -> GivenTable:
    """Return the table for the scenario's tail and survival parameters, for people born up to `last_year`."""
    names, births = _listed(last_year)
    shares = names.select([f"pct_{e}" for e in ETHNICITIES]).to_numpy().T.copy()
    rare = shares[:, -1]  # every name outside the Census list has the shares of "ALL OTHER NAMES"
    sizes = np.rint(scenario.value("population.given_tail.names") * rare / rare.sum()).astype(np.int64)
    starts = names.height + 1 + np.concatenate([[0], np.cumsum(sizes)[:-1]])
    abroad_weights, abroad_codes, abroad_start, abroad_tail = abroad.weights(scenario, names, shares)
    by_decade = scenario.table("population.given_tail.us_born")
    born_tail = np.array([by_decade[str(y // 10 * 10)] for y in range(FIRST_YEAR, last_year + 1)])
    born_weights, born_start = _born(births, shares, last_year - FIRST_YEAR + 1)
    weights = np.concatenate([born_weights, abroad_weights])
    codes = np.concatenate([*[births.code] * 6, abroad_codes]).astype(np.uint32)
    start = np.concatenate([born_start[:-1], born_start[-1] + abroad_start])
    model = LetterModel(names["name"], int(sizes.sum()))
    cells = named_tables(weights, codes, start)
    return GivenTable(cells, start, born_tail, abroad_tail.ravel(), starts, sizes, names["name"], model)


@dataclass(frozen=True)
class _Births:
    """Births by sex (0 M, 1 F), year and name code, in order of sex and year."""

    sex: Array
    year: Array
    code: Array
    count: Array


def _listed(last_year: int) -> tuple[pl.DataFrame, _Births]:
    """Return all names (2020 count, births, ethnic and male shares) in order of code, and the births."""
    births = tables.births().filter(pl.col("year") <= last_year)
    level = births["name"].to_physical().to_numpy()
    born = np.bincount(level, births["births"].to_numpy())
    distinct = births["name"].unique()
    used = pl.DataFrame({"name": distinct.cast(pl.String), "level": distinct.to_physical()})
    used = used.with_columns(births=pl.Series(born).gather(used["level"]))
    census = tables.first_names()
    other = census.filter(pl.col("name") == _OTHER)
    names = census.filter(pl.col("name") != _OTHER).join(used, on="name", how="full", coalesce=True)
    pct = [f"pct_{e}_x100" for e in ETHNICITIES]
    filled = [pl.col(c).fill_null(other[c][0]).cast(pl.Float64) for c in [*pct, "pct_male_x100"]]
    names = names.with_columns(pl.col("count", "births").fill_null(0), *filled)
    names = names.sort("count", "births", "name", descending=[True, True, False])
    code_of = np.zeros(len(born), np.int64)
    known = np.flatnonzero(names["level"].is_not_null().to_numpy())
    code_of[names["level"].gather(known).to_numpy()] = known + 1
    shares = [(pl.col(c) / pl.sum_horizontal(pct)).alias(c.removesuffix("_x100")) for c in pct]
    names = names.select("name", "count", "births", *shares, (pl.col("pct_male_x100") / 1e4).alias("male"))
    sex = (births["sex"].cast(pl.String) == "F").to_numpy().astype(np.int64)
    year = births["year"].to_numpy().astype(np.int64)
    order = np.argsort((sex * 1000 + year - FIRST_YEAR).astype(np.int16), kind="stable")
    columns = (sex, year, code_of[level], births["births"].to_numpy().astype(np.float64))
    return names, _Births(*(column[order] for column in columns))


def _born(births: _Births, shares: Array, years: int) -> tuple[Array, Array]:
    """Return weights and starts of the US-born tables."""
    segment = births.sex * years + births.year - FIRST_YEAR
    base = np.searchsorted(segment, np.arange(2 * years + 1)).astype(np.int64)
    n = len(segment)
    # A share rounded to nothing in a table of hundredths of a per cent is not quite nothing.
    weights = births.count * np.maximum(shares[:, births.code - 1], 2e-5)
    starts = np.concatenate([base[:-1] + e * n for e in range(6)] + [[6 * n]]).astype(np.int64)
    return weights.ravel(), starts


@njit(cache=True, nogil=True)
def _draw(key, sex, ethnicity, nativity, birth, cells, start, born_tail, abroad_tail, tail_start, tail_size):  # type: ignore[no-untyped-def]
    out = np.empty(sex.size, np.uint32)
    years = born_tail.size
    words, found = np.empty(BATCH, np.uint64), np.empty(BATCH, np.uint64)
    places, tail = np.empty(BATCH, np.int64), np.empty(BATCH, np.float64)
    for first in range(0, sex.size, BATCH):
        n = min(BATCH, sex.size - first)
        for j in range(n):
            row = first + j
            group = np.int64(ethnicity[row]) * 2 + np.int64(sex[row])
            foreign = nativity[row] > 0
            year = min(max(np.int64(birth[row]) // 10000 - FIRST_YEAR, 0), years - 1)
            segment = 12 * years + group if foreign else group * years + year
            words[j] = mix(key, 2 * row)
            places[j] = start[segment] + below(words[j], start[segment + 1] - start[segment])
            tail[j] = abroad_tail[group] if foreign else born_tail[year]
        for j in range(n):
            found[j] = cells[places[j]]
        for j in range(n):
            out[first + j] = named(words[j], found[j])
            if high_unit(mix(key, 2 * (first + j) + 1)) < tail[j]:
                e = ethnicity[first + j]
                out[first + j] = tail_start[e] + below(words[j], tail_size[e])
    return out


def draw(table: GivenTable, key: int, sex: Array, ethnicity: Array, nativity: Array, birth: Array) -> Array:
    """Return a given name (u32 code) for every person. birth: yyyymmdd; nativity: 0 US-born."""
    return np.asarray(_draw(
        np.uint64(key), sex, ethnicity, nativity, birth, table.cells, table.start, table.born_tail,
        table.abroad_tail,
        table.tail_start, table.tail_size,
    ))  # fmt: skip
