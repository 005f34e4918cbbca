"""People born abroad bear names from abroad: what the Census counts beyond US births, nicknames and forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from sim import tables
from sim.population import Country, abroad, givens
from sim.population.dwellings import ETHNICITIES
from sim.scenario import Scenario
from tests.population.worlds import make_country

REACHED = 1990  # who was born by then is over 35 at the reference date


def listed(scenario: Scenario) -> pl.DataFrame:
    return givens._listed(givens.LAST_YEAR)[0]


def rest(settings: dict[str, float]) -> tuple[pl.DataFrame, np.ndarray]:
    scenario = Scenario.of(settings)
    names = listed(scenario)
    return names, abroad.born_abroad(scenario, names, abroad.carried_births(scenario, names))


@pytest.fixture(scope="module")
def shipped() -> tuple[pl.DataFrame, np.ndarray]:
    return rest({})


@pytest.fixture(scope="module")
def childrens(country: Country) -> np.ndarray:
    """Return by code whether most bearers in 2020 were children US parents named after 2000."""
    born = tables.births().filter(pl.col("year") > 2000, pl.col("year") <= 2020)
    young = born.group_by(pl.col("name").cast(pl.String)).agg(pl.col("births").sum())
    both = (
        tables.first_names().join(young, on="name").filter(pl.col("births") * 0.911 > 0.5 * pl.col("count"))
    )
    of_listed = country.tables.givens.listed.is_in(both["name"].implode()).to_numpy()
    assert of_listed.sum() > 2_000
    return np.concatenate([[False], of_listed])


def share_of_childrens_names(country: Country, childrens: np.ndarray, who: str) -> tuple[float, int]:
    hit = people = 0
    for number in range(2):
        chunk = country.chunk(number)
        old = chunk.birth // 10_000 <= REACHED
        groups = {"born abroad": chunk.nativity > 0, "born in the US": chunk.nativity == 0}
        groups |= {e: (chunk.ethnicity == i) & (chunk.nativity > 0) for i, e in enumerate(ETHNICITIES)}
        given = chunk.given[old & groups[who]]
        given = given[given < len(childrens)]
        hit, people = hit + int(childrens[given].sum()), people + len(given)
    return hit / people, people


@pytest.mark.parametrize(
    ("who", "most"),
    [("born in the US", 0.05), ("born abroad", 0.05), ("white", 0.06), ("black", 0.06), ("api", 0.05),
     ("hispanic", 0.05)],
)  # fmt: skip
def test_adults_do_not_bear_the_names_of_children(
    country: Country, childrens: np.ndarray, who: str, most: float
) -> None:
    share, people = share_of_childrens_names(country, childrens, who)
    assert people > 2_000
    assert share < most


def test_names_from_abroad_do_not_depend_on_the_youngest_adults_year() -> None:
    scenario = Scenario.of({})
    years = (1995, givens.LAST_YEAR, 2020)
    found = []
    for last in years:
        names, _ = givens._listed(last)
        counts = abroad.born_abroad(scenario, names, abroad.carried_births(scenario, names))
        some = counts.sum(axis=0) > 0
        found.append(
            pl.DataFrame({"name": names["name"].filter(pl.Series(some)), "n": counts.sum(axis=0)[some]})
        )
    for other in found[:2]:
        assert other.sort("name").equals(found[2].sort("name"))


def test_rare_names_abroad_are_as_frequent_as_the_parameter_says(country: Country) -> None:
    rare = Scenario.of({}).table("population.given_tail.born_abroad")
    chunk = country.chunk(0)
    for e, group in enumerate(ETHNICITIES):
        given = chunk.given[(chunk.nativity > 0) & (chunk.ethnicity == e)]
        off = 4 * np.sqrt(rare[group] * (1 - rare[group]) / len(given))
        assert (given > country.tables.givens.listed_count).mean() == pytest.approx(rare[group], abs=off)


def test_carried_births_are_births_times_survival_up_to_census_day() -> None:
    scenario = Scenario.of({})
    names = listed(scenario)
    carried = abroad.carried_births(scenario, names)
    row = tables.births().filter(pl.col("name").cast(pl.String) == "JAYDEN", pl.col("year") <= 2020)
    for s, (letter, sex) in enumerate((("M", "male"), ("F", "female"))):
        survival = scenario.table(f"population.survival_to_2020.{sex}")
        expected = 0.0
        for year, births in row.filter(pl.col("sex").cast(pl.String) == letter)["year", "births"].iter_rows():
            part = 91 / 366 if year == 2020 else 1.0
            expected += births * part * survival[str(year // 5 * 5)] * 0.911
        place = names["name"].to_list().index("JAYDEN")
        assert carried[s, place] == pytest.approx(expected, rel=1e-9)


def test_every_birth_up_to_census_day_is_carried_once() -> None:
    everybody = {str(year): 1.0 for year in range(1910, 2021, 5)}
    settings: dict[str, Any] = {f"population.survival_to_2020.{sex}": everybody for sex in abroad.SEXES}
    scenario = Scenario.of(settings | {"population.census_named_share": 1.0})
    carried = abroad.carried_births(scenario, givens._listed(2020)[0])
    births = tables.births().group_by("year").agg(pl.col("births").sum())
    by_year = dict(births.iter_rows())
    expected = sum(n for year, n in by_year.items() if year < 2020) + by_year[2020] * 91 / 366
    assert carried.sum() == pytest.approx(expected, rel=1e-9)


def test_nobody_from_abroad_is_called_by_a_nickname_a_joined_name_or_a_word_of_the_form(
    shipped: tuple[pl.DataFrame, np.ndarray],
) -> None:
    names, counts = shipped
    people, men, women = (
        dict(zip(names["name"], n, strict=True)) for n in (counts.sum(axis=0), counts[0], counts[1])
    )
    assert [men[name] for name in ("MIKE", "STEVE", "JEFF", "JOSH", "ZACH", "CHRIS")] == [0] * 6
    assert [women[name] for name in ("KATE", "JENNY", "MARYANN", "MARYELLEN", "ANNMARIE")] == [0] * 5
    for name in abroad.NO_NAMES:
        assert people.get(name, 0) == 0, name
    for name in ("ALI", "JEAN", "PETER", "IGOR", "JOSELUIS", "MOHAMMAD", "NGUYEN"):
        assert men[name] > 0, name


def test_names_from_abroad_are_at_most_the_count_and_fewer_with_a_wider_margin(
    shipped: tuple[pl.DataFrame, np.ndarray],
) -> None:
    names, counts = shipped
    assert (counts >= 0).all()
    assert (counts.sum(axis=0) <= names["count"].to_numpy() + 1e-6).all()
    before = rest({"population.carried_margin": 0.0})[1]
    for margin in (0.05, 0.2, 0.3):
        after = rest({"population.carried_margin": margin})[1]
        assert (after <= before).all()
        assert after.sum() < before.sum()
        before = after


def test_the_commonest_names_of_immigrants_are_those_of_their_countries(country: Country) -> None:
    """Of the Hispanic and Asian people born abroad, five common names each; none of a US birth year."""
    chunk = make_country(200_000).chunk(0)
    for code, expected in ((5, {"JOSE", "MARIA", "JUAN", "LUIS", "ANA"}), (2, {"MARIA", "MOHAMMAD"})):
        who = (chunk.nativity > 0) & (chunk.ethnicity == code)
        given = pl.Series(country.names.given_text(chunk.given[who]))
        common = given.value_counts(sort=True).head(12)[given.name].to_list()
        assert expected <= set(common), common
        assert not {"JAYDEN", "LIAM", "AIDEN", "MADISON", "NOAH"} & set(common)
