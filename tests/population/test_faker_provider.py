from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from faker import Faker

from sim import tables
from sim.population.faker_provider import PopulationProvider


@pytest.fixture(scope="module")
def fake() -> Faker:
    maker = Faker("en_US")
    maker.add_provider(PopulationProvider)
    maker.seed_instance(4)
    return maker


def test_a_seed_decides_what_is_shown(fake: Faker) -> None:
    fake.seed_instance(7)
    first = [fake.name(), fake.address(), fake.last_name(), fake.first_name(), fake.street_address()]
    fake.seed_instance(7)
    assert first == [fake.name(), fake.address(), fake.last_name(), fake.first_name(), fake.street_address()]


def test_a_resident_is_an_adult_whose_city_has_the_zip(fake: Faker) -> None:
    for _ in range(20):
        person = fake.resident()
        assert person["date_of_birth"] <= date(2007, 7, 1)
        place = tables.places().filter(pl.col("zip") == person["postcode"])
        assert place["state"].to_list() == [person["state_abbr"]]
        assert (place["city"][0] or "") == person["city"]
        assert person["street_address"].split()[0].isdigit()
        assert person["sex"] in "MF"
    assert fake.date_of_birth() <= date(2007, 7, 1)


def test_surnames_are_more_varied_than_fakers_thousand(fake: Faker) -> None:
    assert len({fake.last_name() for _ in range(400)}) > 300


def test_no_method_gives_a_nine_digit_number() -> None:
    own = [name for name in vars(PopulationProvider) if not name.startswith("_")]
    assert not {"ssn", "itin", "ein", "tin"} & set(own)
