"""The request list: who is asked for, where they come from and what their requests say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from sim.errors import InputErrors
from sim.population import CHUNK, Country
from sim.requests import MATERIAL, ORIGINS, SCHEMA, TRUTH, Requests, draw, holds
from sim.requests.plan import coverage_by_tin, make_plan
from sim.rng import Streams
from sim.scenario import Scenario
from tests.fuzzy import proportion_is

STREAMS = Streams(5)
SETTINGS = {"population.size": 300_000, "requests.count": 6_000, "requests.coverage": 0.5}
ASKED = Scenario.of(SETTINGS)
COUNTRY = Country(ASKED, STREAMS)


@pytest.fixture(scope="module")
def asked() -> Requests:
    return draw(COUNTRY, ASKED, STREAMS)


def test_the_list_has_the_columns_of_the_schema_and_one_row_a_request(asked: Requests) -> None:
    assert dict(asked.clean.schema) == SCHEMA
    assert asked.clean["request"].to_list() == list(range(6_000))
    assert len(asked) == 6_000
    assert asked.clean["person"].n_unique() == 6_000


def test_the_shares_asked_for_are_those_of_the_list(asked: Requests) -> None:
    clean = asked.clean
    proportion_is(int(clean["in_registry"].sum()), 6_000, 0.5, unlike=0.45)
    proportion_is(int((clean["tin"] > 0).sum()), 6_000, ASKED.value("requests.tin_share"), unlike=0.35)
    mix = ASKED.table("requests.origin_mix")
    for origin in ORIGINS:
        count = int((clean["origin"] == origin).sum())
        proportion_is(
            count, 6_000, 0.97 * mix[origin], min(1.0, 1.03 * mix[origin]), unlike=3 * mix[origin] % 1
        )


def test_people_with_a_number_are_more_often_in_the_registry_by_the_odds_asked(asked: Requests) -> None:
    with_tin, without = coverage_by_tin(ASKED)
    share = ASKED.value("requests.tin_share")
    assert share * with_tin + (1 - share) * without == pytest.approx(0.5)
    odds = with_tin / (1 - with_tin) / (without / (1 - without))
    assert odds == pytest.approx(ASKED.value("requests.coverage_odds_tin"))
    numbered = asked.clean.filter(pl.col("tin") > 0)
    proportion_is(int(numbered["in_registry"].sum()), numbered.height, with_tin, unlike=0.5)


def test_all_asked_for_are_noncitizens_where_there_are_enough(asked: Requests) -> None:
    assert asked.clean["nativity"].unique().to_list() == [2]


def test_the_record_number_leads_back_to_the_person(asked: Requests) -> None:
    rows = asked.clean.with_columns(chunk=pl.col("person") // CHUNK, row=pl.col("person") % CHUNK)
    assert rows.filter("in_registry")["chunk"].unique().sort().to_list() == [0, 1]
    assert rows.filter(~pl.col("in_registry"))["chunk"].min() == Country.OUTSIDE
    for (number,), part in rows.group_by("chunk"):
        chunk = COUNTRY.chunk(int(number))  # type: ignore[call-overload]
        place = part["row"].to_numpy()
        for column in ("sex", "birth", "home", "previous", "moved_years", "tin_kind", "two_surnames"):
            np.testing.assert_array_equal(part[column].to_numpy(), getattr(chunk, column)[place], column)
        assert part["given"].to_list() == COUNTRY.names.given_text(chunk.given[place]).to_list()
        stated = part["tin"].to_numpy()
        np.testing.assert_array_equal(stated[stated > 0], chunk.tin[place][stated > 0])


def test_two_surnames_are_written_with_a_blank_between_them(asked: Requests) -> None:
    written = asked.clean.with_columns(words=pl.col("surname").str.split(" ").list.len())
    assert written.filter("two_surnames")["words"].unique().to_list() == [2]
    assert written.filter(~pl.col("two_surnames"))["words"].unique().to_list() == [1]


def test_the_address_is_the_persons_home_written_out(asked: Requests) -> None:
    clean = asked.clean.head(200)
    fields = COUNTRY.addresses.fields(clean["home"].to_numpy())
    assert clean["number"].to_list() == fields.number.tolist()
    assert clean["street"].to_list() == COUNTRY.addresses.street_text(fields.street).to_list()
    assert clean["unit"].to_list() == [str(unit) if unit else None for unit in fields.unit.tolist()]
    assert clean["zip"].to_list() == [f"{code:05d}" for code in COUNTRY.addresses.zip_of(fields).tolist()]


def test_a_mate_lives_in_the_same_household_and_is_somebody_else(asked: Requests) -> None:
    some = asked.clean.filter(pl.col("in_registry") & (pl.col("mate_tin") > 0)).head(300)
    assert some.height == 300
    for number in range(COUNTRY.n_chunks):
        chunk = COUNTRY.chunk(number)
        part = some.filter(pl.col("person") // CHUNK == number)
        holders = pl.DataFrame({"mate_tin": chunk.tin, "mate": chunk.person, "lives": chunk.household})
        found = part.join(holders.unique("mate"), on="mate_tin", how="left")
        assert found["mate"].null_count() == 0
        assert (found["mate"] != found["person"]).all()
        assert (found["lives"] == found["household"] % 2**32).all()


def test_a_donor_is_a_stranger_of_the_registry_of_the_same_sex_and_ethnicity(asked: Requests) -> None:
    some = asked.clean.head(500)
    people = pl.concat([
        pl.DataFrame({"donor_tin": c.tin, "d_sex": c.sex, "d_eth": c.ethnicity, "donor": c.person,
                      "d_kind": c.tin_kind, "d_birth": c.birth,
                      "d_home": c.number * 2**32 + c.household.astype(np.int64)})
        for c in COUNTRY.chunks()
    ]).unique("donor")  # fmt: skip
    found = some.join(people, on="donor_tin", how="left")
    assert found.height == 500 and found["donor"].null_count() == 0
    assert (found["d_sex"] == found["sex"]).all() and (found["d_eth"] == found["ethnicity"]).all()
    assert (found["d_home"] != found["household"]).all()
    assert (found["d_birth"] == found["donor_birth"]).all() and (found["d_kind"] == 0).all()


def test_nobody_on_file_has_the_number_of_a_child_or_of_the_dead(asked: Requests) -> None:
    unfiled = asked.clean["unfiled_tin"]
    held = np.concatenate([chunk.tin for chunk in COUNTRY.chunks()])
    assert unfiled.n_unique() > 5_990 and not np.isin(unfiled.to_numpy(), held).any()
    assert not unfiled.is_in(asked.clean["tin"].implode()).any()


def test_a_few_addresses_are_used_by_many(asked: Requests) -> None:
    uses = (
        asked.clean.group_by("hub_number", "hub_street", "hub_zip", "hub_unit")
        .len()["len"]
        .sort(descending=True)
    )
    assert len(uses) == round(ASKED.value("requests.hubs_per_million") * 0.006)
    assert uses[0] > 2 * uses[2]


def test_the_list_does_not_depend_on_the_number_of_workers(asked: Requests) -> None:
    assert_frame_equal(draw(COUNTRY, ASKED, STREAMS, workers=1).clean, asked.clean)


def test_a_change_of_tin_share_keeps_the_numbers_that_were_there(asked: Requests) -> None:
    more = draw(
        COUNTRY, ASKED.replace({"requests.tin_share": 0.6, "requests.coverage_odds_tin": 1.0}), STREAMS
    ).clean
    had = asked.clean["tin"] > 0
    assert (more["tin"] > 0).filter(had).all()


def test_noise_has_no_part_in_the_clean_list(asked: Requests) -> None:
    noisier = draw(COUNTRY, ASKED.replace({"noise.level": "high"}), STREAMS).clean
    assert_frame_equal(noisier, asked.clean)


def test_nobody_in_the_registry_and_everybody_in_it_are_both_possible() -> None:
    for coverage in (0.0, 1.0):
        some = ASKED.replace({"requests.coverage": coverage, "requests.count": 500})
        clean = draw(Country(some, STREAMS), some, STREAMS).clean
        assert clean.height == 500
        assert clean["in_registry"].unique().to_list() == [bool(coverage)]


def test_a_small_registry_gives_the_count_asked_for_by_asking_for_others_too() -> None:
    tiny = Scenario.of({"population.size": 400, "requests.count": 400, "requests.coverage": 1.0})
    country = Country(tiny, STREAMS)
    singles = int((country.chunk(0).person == np.arange(400)).sum())
    tiny = tiny.replace({"requests.count": singles})
    clean = draw(country, tiny, STREAMS).clean
    assert clean["person"].n_unique() == singles
    assert set(clean["nativity"]) == {0, 1, 2}


def test_a_list_cut_to_what_the_registry_holds_is_the_longest_that_can_be_drawn() -> None:
    greedy = Scenario.of({"population.size": 100, "requests.count": 300, "requests.coverage": 0.5})
    country = Country(greedy, STREAMS)
    longest = holds(country, greedy, STREAMS)
    assert 100 < longest < 300
    assert len(make_plan(country, greedy.replace({"requests.count": longest}), STREAMS).chunk) == longest
    with pytest.raises(InputErrors, match="asks for 101 people of a registry of 100"):
        make_plan(country, greedy.replace({"requests.count": longest + 1}), STREAMS)


def test_asking_for_more_people_than_the_registry_holds_is_refused() -> None:
    greedy = Scenario.of({"population.size": 100, "requests.count": 300, "requests.coverage": 1.0})
    with pytest.raises(InputErrors, match=r"requests\.coverage: asks for 300 people of a registry of 100"):
        draw(Country(greedy, STREAMS), greedy, STREAMS)


def test_the_schema_keeps_truth_fields_and_material_apart() -> None:
    assert len(SCHEMA) == 1 + len(TRUTH) + 10 + len(MATERIAL)
