from __future__ import annotations

import numpy as np
import pytest

from sim.population import CHUNK, Chunk, Country
from tests.population.worlds import make_country


@pytest.fixture(scope="module")
def singles() -> Chunk:
    """A chunk without duplicate filings, where rows of a household stand together."""
    return make_country(600_000, registry__duplicate_filing=0.0).chunk(0)


def test_no_household_has_fewer_people_than_it_has_records(singles: Chunk) -> None:
    records = np.bincount(singles.household)
    assert (singles.household_people >= records[singles.household]).all()


def test_people_of_one_household_share_home_and_last_move(singles: Chunk) -> None:
    together = np.flatnonzero(np.diff(singles.household.astype(int)) == 0)
    assert len(together) > 100_000
    for name in ("home", "previous", "moved_years", "household_people"):
        column = getattr(singles, name)
        assert (column[together] == column[together + 1]).all(), name


def test_no_dwelling_in_the_country_has_two_households() -> None:
    country = make_country(600_000, registry__duplicate_filing=0.0)
    homes = []
    for chunk in country.chunks():
        first = np.flatnonzero(np.diff(chunk.household.astype(int), prepend=-1))
        homes.append(chunk.home[first])
    together = np.concatenate(homes)
    assert len(np.unique(together)) == len(together)


def test_a_home_moved_out_of_has_another_household_living_in_it(singles: Chunk) -> None:
    occupied = set(singles._homes.home.tolist())
    moved = singles.previous > 0
    assert moved.mean() > 0.9
    assert (singles.previous != singles.home).all()
    assert set(np.unique(singles.previous[moved]).tolist()) <= occupied


def test_no_two_households_moved_out_of_the_same_home(singles: Chunk) -> None:
    first = np.flatnonzero(np.diff(singles.household.astype(int), prepend=-1))
    left = singles.previous[first]
    left = left[left > 0]
    assert len(np.unique(left)) == len(left)


def test_hardly_any_household_lives_outside_the_state_it_was_surveyed_in(country: Country) -> None:
    chunk = country.chunk(1)
    assert chunk._homes.elsewhere / len(chunk._frame.kind) < 0.01


def test_adults_of_25_and_older_have_the_published_ages() -> None:
    """When everybody files: in the registry, those with wages, of working age, are more."""
    everybody = make_country(262_144, population__filing_share={"with_wages": 1.0, "without_wages": 1.0})
    age = everybody.chunk(0)._frame.age
    published = everybody.scenario.table("population.age_bands")
    bounds = [*map(int, published), 200]
    share = np.histogram(age, bounds)[0] / (age >= 25).sum()
    target = np.array(list(published.values())) / sum(published.values())
    assert share == pytest.approx(target, abs=0.003)


def test_the_records_of_a_household_are_as_many_as_the_table_says(country: Country) -> None:
    chunk = country.chunk(0)
    expected = country.tables.households.records_per_household
    assert CHUNK / len(chunk._frame.kind) == pytest.approx(expected, rel=0.01)


def test_men_are_slightly_fewer_than_women_and_far_fewer_among_the_oldest(chunk: Chunk) -> None:
    old = chunk.birth < 1940_01_01
    assert 0.47 < 1 - chunk.sex.mean() < 0.51
    assert 0.36 < 1 - chunk.sex[old].mean() < 0.46


def test_hardly_any_tax_unit_is_headed_by_a_child(country: Country) -> None:
    assert country.tables.households.dropped_share == pytest.approx(0.009, abs=0.001)
