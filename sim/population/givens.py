"""First names given ethnicity, sex, birth year and birthplace.

US-born: p(f | e, s, y) proportional to births(f, s, y) x P(e | f), the births of the Social Security table and the
ethnic shares of the 2020 Census. Foreign-born: p(f | e, s) proportional to the excess of the 2020 count over births
carried to 2020 by survival, times P(e | f); names that are English nicknames are taken out of the excess, since a
nickname's 2020 count holds US-born people, except where most bearers are Hispanic or Asian.
Codes: 0 none, 1..n the names of either table by falling 2020 count, then the tail (`letters`), cut by ethnicity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from nicknames import NickNamer
from numba import njit

from sim import tables
from sim.population.draw import Array, alias_draw, alias_tables, below, high_unit, mix
from sim.population.dwellings import ETHNICITIES
from sim.population.letters import LetterModel
from sim.population.surnames import found, spelled
from sim.scenario import Scenario

FIRST_YEAR, LAST_YEAR = 1910, 2007
_YEARS = LAST_YEAR - FIRST_YEAR + 1
_OTHER = "ALL OTHER NAMES"


@dataclass(frozen=True)
class GivenTable:
    """Alias tables over names, and the tail.

    born_cells, born_start: US-born tables, segment (ethnicity * 2 + sex) * years + (year - 1910); born_name: name
    code of each cell of a (sex, year), shared by the ethnicities (offset born_base).  abroad_*: foreign-born,
    segment ethnicity * 2 + sex.  tail: P(tail) by (ethnicity, sex, US-born or not).
    tail_start, tail_size: codes by ethnicity.
    """

    born_cells: Array
    born_start: Array
    born_name: Array
    born_base: Array
    abroad_cells: Array
    abroad_start: Array
    abroad_name: Array
    tail: Array
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
        return spelled(codes, self.listed, self.model)

    def find(self, strings: pl.Series) -> Array:
        """Return the codes (u32) of strings as `text` spells them, 0 for any other string or null."""
        return found(strings, self.listed, self.model)


def build(scenario: Scenario) -> GivenTable:
    """Return the table for the scenario's tail and survival parameters."""
    census = tables.first_names()
    births = tables.births().filter(pl.col("year") <= LAST_YEAR).with_columns(pl.col("name").cast(pl.String))
    names = _listed(census, births)
    births = births.join(names.select("name", "code"), on="name").sort("sex", "year", "code")
    shares = names.select([f"pct_{e}" for e in ETHNICITIES]).to_numpy().T.copy()
    mix_ = shares[:, -1]  # every name outside the Census list has the shares of "ALL OTHER NAMES"
    sizes = np.rint(scenario.value("population.given_tail.names") * mix_ / mix_.sum()).astype(np.int64)
    starts = names.height + 1 + np.concatenate([[0], np.cumsum(sizes)[:-1]])
    born = _born(births, shares)
    abroad, abroad_tail = _abroad(scenario, census, births, names, shares)
    tail = np.empty((6, 2, 2))
    tail[:, :, 0] = scenario.value("population.given_tail.us_born")
    tail[:, :, 1] = abroad_tail
    model = LetterModel(names["name"], int(sizes.sum()))
    return GivenTable(*born, *abroad, tail, starts, sizes, names["name"], model)


def _listed(census: pl.DataFrame, births: pl.DataFrame) -> pl.DataFrame:
    """Return name, code, 2020 count, ethnic and male shares of all names, by falling count then births."""
    pct = [f"pct_{e}_x100" for e in ETHNICITIES]
    other = census.filter(pl.col("name") == _OTHER)
    born = births.group_by("name").agg(pl.col("births").sum())
    known = census.filter(pl.col("name") != _OTHER)
    names = known.join(born, on="name", how="full", coalesce=True)
    names = names.with_columns(pl.col("count", "births").fill_null(0))
    names = names.with_columns(pl.col(c).fill_null(other[c][0]).cast(pl.Float64) for c in [*pct, "pct_male_x100"])
    total = pl.sum_horizontal(pct)
    names = names.sort("count", "births", "name", descending=[True, True, False])
    return names.select(
        "name", "count", "births",
        *[(pl.col(c) / total).alias(c.removesuffix("_x100")) for c in pct],
        (pl.col("pct_male_x100") / 1e4).alias("male"),
        pl.int_range(1, pl.len() + 1).alias("code"),
    )  # fmt: skip


def _born(births: pl.DataFrame, shares: Array) -> tuple[Array, Array, Array, Array]:
    """Return cells, starts, names and bases of the US-born tables; male first, as sex code 0."""
    sex = (births["sex"].cast(pl.String) == "F").to_numpy().astype(np.int64)
    segment = sex * _YEARS + births["year"].to_numpy().astype(np.int64) - FIRST_YEAR
    order = np.argsort(segment, kind="stable")
    code = births["code"].to_numpy()[order].astype(np.int64)
    count = births["births"].to_numpy()[order].astype(np.float64)
    base = np.searchsorted(segment[order], np.arange(2 * _YEARS + 1)).astype(np.int64)
    # A share rounded to nothing in a table of hundredths of a per cent is not quite nothing.
    weights = np.concatenate([count * np.maximum(shares[e, code - 1], 2e-5) for e in range(6)])
    starts = np.concatenate([base[:-1] + e * len(code) for e in range(6)] + [[6 * len(code)]]).astype(np.int64)
    return alias_tables(weights, starts), starts, code.astype(np.uint32), base


def _abroad(
    scenario: Scenario, census: pl.DataFrame, births: pl.DataFrame, names: pl.DataFrame, shares: Array
) -> tuple[tuple[Array, Array, Array], Array]:
    """Return the foreign-born tables and their tail shares (6 x 2).

    What the tail has: the count of "ALL OTHER NAMES" less carried births of names not in the Census list.
    """
    carried = _carried(scenario, births, names.height)
    listed = names["count"].to_numpy().astype(np.float64)
    male = names["male"].to_numpy()
    by_sex = np.stack([listed * male, listed * (1 - male)])
    excess = np.clip(by_sex - carried, 0.0, None) * _kept(names)
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
    offsets = np.array(starts, np.int64)
    return (alias_tables(np.concatenate(weights), offsets), offsets, np.concatenate(codes).astype(np.uint32)), tail


def _carried(scenario: Scenario, births: pl.DataFrame, n: int) -> Array:
    """Return births of every name and sex (2 x n) alive in 2020, by the survival of their decade."""
    survival = {int(k): v for k, v in scenario.table("population.survival_to_2020").items()}
    alive = births["births"].to_numpy() * np.array(
        [survival[y] for y in (births["year"].to_numpy() // 10 * 10).tolist()]
    )
    sex = (births["sex"].cast(pl.String) == "F").to_numpy()
    code = births["code"].to_numpy().astype(np.int64) - 1
    return np.stack([np.bincount(code[sex == s], alive[sex == s], n) for s in (False, True)])


def _kept(names: pl.DataFrame) -> Array:
    """Return 0 for English nicknames, 1 for other names; nicknames borne mostly by Hispanics or Asians stay."""
    namer = NickNamer()
    nickname = np.array([bool(namer.canonicals_of(n.lower())) for n in names["name"].to_list()])
    immigrant = (names["pct_hispanic"] + names["pct_api"]).to_numpy() > 0.5
    return np.where(nickname & ~immigrant, 0.0, 1.0)


@njit(cache=True, nogil=True, inline="always")
def draw_given(key, i, ethnicity, sex, year, foreign, born_cells, born_start, born_name, born_base, abroad_cells,
               abroad_start, abroad_name, tail, tail_start, tail_size):  # type: ignore[no-untyped-def]  # fmt: skip
    """Return a given-name code for one person by words 2i and 2i + 1 of the stream `key`."""
    word = mix(key, 2 * i + 1)
    if high_unit(word) < tail[ethnicity, sex, 1 if foreign else 0]:
        return np.uint32(tail_start[ethnicity] + below(word << np.uint64(32), tail_size[ethnicity]))
    word = mix(key, 2 * i)
    if foreign:
        segment = ethnicity * 2 + sex
        start = abroad_start[segment]
        return abroad_name[start + alias_draw(word, abroad_cells, start, abroad_start[segment + 1] - start)]
    place = sex * 98 + min(max(year, 1910), 2007) - 1910
    start = born_start[ethnicity * 196 + place]
    size = born_base[place + 1] - born_base[place]
    return born_name[born_base[place] + alias_draw(word, born_cells, start, size)]
