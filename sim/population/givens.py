"""First names given ethnicity, sex, birth year and birthplace.

US-born: p(f | e, s, y) proportional to births(f, s, y) x P(e | f), the births of the Social Security table
and the ethnic shares of the 2020 Census. Foreign-born: p(f | e, s) proportional to the excess of the 2020
count over births carried to 2020 by survival, times P(e | f); English nicknames are taken out of the excess,
since a nickname's 2020 count holds US-born people (`_kept`). Codes: 0 none, 1..n the names of either table by
falling 2020 count, then the tail (`letters`), cut by ethnicity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from nicknames import NickNamer
from numba import njit

from sim import tables
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
    abroad_weights, abroad_codes, abroad_start, abroad_tail = _abroad(scenario, births, names, shares)
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


def _abroad(
    scenario: Scenario, births: _Births, names: pl.DataFrame, shares: Array
) -> tuple[Array, Array, Array, Array]:
    """Return weights, codes and starts of the foreign-born tables, and their tail shares (6 x 2).

    The tail has the count of "ALL OTHER NAMES" less carried births of names not in the Census list.
    """
    carried = _carried(scenario, births, names.height)
    listed = names["count"].to_numpy().astype(np.float64)
    male = names["male"].to_numpy()
    by_sex = np.stack([listed * male, listed * (1 - male)])
    excess = np.clip(by_sex - carried, 0.0, None)
    excess *= _kept(names, by_sex, excess)
    census = tables.first_names()
    other = census.filter(pl.col("name") == _OTHER)
    rare = other["count"][0] * np.array([other["pct_male_x100"][0], other["pct_female_x100"][0]]) / 1e4
    rare = np.clip(rare - carried[:, listed == 0].sum(axis=1), 0.0, None)
    rare *= scenario.value("population.given_tail.foreign_share")
    weights, codes, starts, tail = [], [], [0], np.zeros((6, 2))
    for e in range(6):
        for s in range(2):
            weight = excess[s] * shares[e]
            some = np.flatnonzero(weight > 0)
            weights.append(weight[some])
            codes.append(some + 1)
            starts.append(starts[-1] + len(some))
            unlisted = rare[s] * shares[e, -1]
            tail[e, s] = unlisted / (unlisted + weight.sum())
    return np.concatenate(weights), np.concatenate(codes), np.array(starts, np.int64), tail


def _carried(scenario: Scenario, births: _Births, n: int) -> Array:
    """Return births of every name and sex (2 x n) alive in 2020 and in the Census's table of names."""
    survival = scenario.table("population.survival_to_2020")
    decades = np.array([survival[str(d)] for d in range(FIRST_YEAR, int(births.year.max()) + 1, 10)])
    alive = (
        births.count
        * decades[(births.year - FIRST_YEAR) // 10]
        * scenario.value("population.census_named_share")
    )
    return np.bincount(births.sex * n + births.code - 1, alive, 2 * n).reshape(2, n)


def _kept(names: pl.DataFrame, by_sex: Array, excess: Array) -> Array:
    """Return 0 for English nicknames, 1 for other names.

    A nickname is a name the package lists as one, whose bearers are not mostly Hispanic or Asian, and of whom
    births explain less than half: JOHN, which it lists for JONATHAN, is a name of its own, MIKE is not.
    """
    listed = pl.Series([n.upper() for n in NickNamer().canonical_lookup])
    immigrant = (names["pct_hispanic"] + names["pct_api"]).to_numpy() > 0.5
    informal = excess.sum(axis=0) > 0.5 * by_sex.sum(axis=0)
    nickname = names["name"].is_in(listed.implode()).to_numpy() & informal & ~immigrant
    return np.where(nickname, 0.0, 1.0)


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
