"""First names of people born abroad: the counts of the 2020 Census less the US births alive on Census day.

p(f | e, s) is proportional to the rest of a name's count times P(e | f). What the births of the Social
Security table do not explain is a foreign name only where it is more than the births' own error:

- births up to Census day are carried, whatever the youngest adult's year: the Census counts children too;
- births carried fall short of the bearers by up to `carried_margin`: a name counts as foreign only beyond it;
- a nickname (MIKE), or two common names written as one (MARYANN, whom births hold as MARY), has US-born
  bearers whom births do not show under it: with more than `informal_excess` unexplained none counts;
- a word that stands on forms where no name was given (FEMALE, REFUSED) is nobody's name.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from nicknames import NickNamer

from sim import tables
from sim.population.draw import Array
from sim.population.dwellings import ETHNICITIES
from sim.scenario import Scenario

CENSUS_YEAR, CENSUS_YEAR_GONE = 2020, 91 / 366  # 1 April 2020
NO_NAMES = ("ADULT", "BABY", "BOY", "CHILD", "FEMALE", "GIRL", "MALE", "MISS", "MISTER", "MRS", "PERSON",
            "REF", "REFUSED", "RESIDENT", "UNKNOWN")  # fmt: skip
SEXES = ("male", "female")


def weights(scenario: Scenario, names: pl.DataFrame, shares: Array) -> tuple[Array, Array, Array, Array]:
    """Return weights, codes and starts of twelve tables (ethnicity * 2 + sex), and their tail shares (6 x 2).

    names: name, count, male (share), pct_hispanic and pct_api by code - 1.  shares: P(ethnicity | name), 6 x
    names.
    """
    rest = born_abroad(scenario, names, carried_births(scenario, names))
    found, codes, starts = [], [], [0]
    for e in range(6):
        for s in range(2):
            weight = rest[s] * shares[e]
            some = np.flatnonzero(weight > 0)
            found.append(weight[some])
            codes.append(some + 1)
            starts.append(starts[-1] + len(some))
    rare = scenario.table("population.given_tail.born_abroad")
    tail = np.repeat([[rare[e]] for e in ETHNICITIES], 2, axis=1)
    return np.concatenate(found), np.concatenate(codes), np.array(starts, np.int64), tail


def carried_births(scenario: Scenario, names: pl.DataFrame) -> Array:
    """Return US births alive on Census day and named in its table, by sex and name (2 x n, people)."""
    births = tables.births().filter(pl.col("year") <= CENSUS_YEAR)
    female = (births["sex"].cast(pl.String) == "F").to_numpy()
    year = births["year"].to_numpy().astype(np.int64)
    alive = births["births"].to_numpy() * np.where(year == CENSUS_YEAR, CENSUS_YEAR_GONE, 1.0)
    alive *= np.where(female, *(_survival(scenario, sex)[year] for sex in reversed(SEXES)))
    alive *= scenario.value("population.census_named_share")
    level = births["name"].to_physical().to_numpy().astype(np.int64)
    by_level = np.bincount(level * 2 + female, alive, 2 * (level.max() + 1)).reshape(-1, 2)
    listed = births["name"].unique()
    place = pl.DataFrame({"name": names["name"], "code": np.arange(names.height)})
    known = pl.DataFrame({"name": listed.cast(pl.String), "level": listed.to_physical()}).join(
        place, on="name"
    )
    carried = np.zeros((2, names.height))
    carried[:, known["code"].to_numpy()] = by_level[known["level"].to_numpy()].T
    return carried


def _survival(scenario: Scenario, sex: str) -> Array:
    """Return the share of births alive on Census day by year of birth, the years before the first as it."""
    table = scenario.table(f"population.survival_to_2020.{sex}")
    first = np.array([int(year) for year in table])
    place = np.searchsorted(first, np.arange(CENSUS_YEAR + 1), "right") - 1
    shares: Array = np.array(list(table.values()))[np.maximum(place, 0)]
    return shares


def born_abroad(scenario: Scenario, names: pl.DataFrame, carried: Array) -> Array:
    """Return of every name how many people of either sex (2 x n) in the Census's table were born abroad."""
    male = names["male"].to_numpy()
    count = names["count"].to_numpy() * np.stack([male, 1 - male])
    too_many = count - carried > scenario.value("population.informal_excess") * count
    rest: Array = np.clip(count - carried / (1 - scenario.value("population.carried_margin")), 0.0, None)
    rest[too_many & informal(names, carried)] = 0.0
    rest[:, names["name"].is_in(NO_NAMES).to_numpy()] = 0.0
    return rest


def informal(names: pl.DataFrame, carried: Array) -> Array:
    """Return for either sex (2 x n) which names are forms of other names that births hold.

    A nickname is one of a name of that sex (ALI of ALISON is no man's), a double name is made of two names
    each of which was given to more people than bear the double one unexplained. Names of mostly Hispanic or
    Asian people are neither: JOSELUIS is a name of its own.
    """
    formal = NickNamer().canonical_lookup
    counted = names.with_row_index("place").filter(pl.col("count") > 0)
    places = counted["place"].to_numpy()
    sex_of = dict(zip(counted["name"], counted["male"], strict=True))
    born = [dict(zip(counted["name"], sex, strict=True)) for sex in carried[:, places].tolist()]
    found = np.zeros((2, names.height), bool)
    for place, name, people, male in (
        counted.filter(pl.col("pct_hispanic") + pl.col("pct_api") <= 0.5)
        .select("place", "name", "count", "male")
        .iter_rows()
    ):
        shares = [sex_of[full] for low in formal.get(name.lower(), ()) if (full := low.upper()) in sex_of]
        cuts = range(2, len(name) - 1)
        for s in range(2):
            nickname = any(share >= 0.5 if s == 0 else share < 0.5 for share in shares)
            rest = max(people * (male if s == 0 else 1 - male) - born[s][name], 0)
            double = any(min(born[s].get(name[:i], 0), born[s].get(name[i:], 0)) > rest for i in cuts)
            found[s, place] = nickname or double
    return found
