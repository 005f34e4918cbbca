from __future__ import annotations

import numpy as np
import pytest

from sim.population import Chunk, Country, moves
from sim.scenario import Scenario


@pytest.mark.parametrize("age", [22, 33, 52, 72])
def test_the_share_that_moved_in_a_year_is_the_published_one(scenario: Scenario, age: int) -> None:
    table = moves.build(scenario)
    distances = ("same_county", "same_state", "other_state", "abroad")
    band = max(b for b in map(int, scenario.table("population.moves.abroad")) if b <= age)
    published = sum(scenario.table(f"population.moves.{d}")[str(band)] for d in distances)
    years, how = moves._when(
        np.uint64(5),
        np.full(200_000, age, np.uint8),
        np.zeros(200_000, np.uint8),
        table.quantiles,
        table.distance,
    )
    assert (years < 1).mean() == pytest.approx(published, rel=0.04)
    near = scenario.table("population.moves.same_county")[str(band)] / published
    assert (how == moves.SAME_COUNTY).mean() == pytest.approx(near, abs=0.01)


def test_households_from_abroad_move_more_and_a_scale_of_two_doubles_moves(scenario: Scenario) -> None:
    table = moves.build(scenario)
    ages = np.full(100_000, 40, np.uint8)
    abroad = moves._when(np.uint64(5), ages, np.ones_like(ages), table.quantiles, table.distance)[0]
    here = moves._when(np.uint64(5), ages, np.zeros_like(ages), table.quantiles, table.distance)[0]
    assert (abroad < 1).mean() > 1.2 * (here < 1).mean()
    twice = moves.build(scenario.replace({"population.moves.scale": 2.0}))
    more = moves._when(np.uint64(5), ages, np.zeros_like(ages), twice.quantiles, twice.distance)[0]
    assert (more < 1).mean() == pytest.approx(2 * (here < 1).mean(), rel=0.05)


def test_most_moves_stay_in_the_county_and_nearly_all_others_change_it(
    country: Country, chunk: Chunk
) -> None:
    rows = np.flatnonzero(chunk.previous > 0)
    where = country.dwellings.places
    now = country.addresses.fields(chunk.home[rows]).zip_index
    before = country.addresses.fields(chunk.previous[rows]).zip_index
    same_county = (where.county[now] == where.county[before]).mean()
    same_state = (where.state[now] == where.state[before]).mean()
    assert 0.56 < same_county < 0.63
    assert 0.78 < same_state < 0.88


def test_people_who_came_from_abroad_have_no_address_before(chunk: Chunk) -> None:
    assert (chunk.previous == 0).mean() == pytest.approx(0.055, abs=0.02)
