"""Published findings about linkage that the engine must reproduce in direction and rough size."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim.linkage import link
from sim.noise import apply
from sim.population import Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario

SETTINGS = {
    "population.size": 20_000,
    "requests.count": 5_000,
    "requests.coverage": 1.0,
    "noise.unit_missing.rate": 0.005,  # few homes of so small a country have a unit
    "linkage.rule": "name_dob",
}


@pytest.fixture(scope="module")
def listed():
    scenario = Scenario.of(SETTINGS)
    streams = Streams(scenario.seed, 0)
    country = Country(scenario, streams)
    return scenario, country, apply(draw(country, scenario, streams), scenario, streams).frame


def completeness(listed, handling):
    """Share of two-surname people whose own record is linked, and wrong links, by name and date of birth."""
    scenario, country, frame = listed
    chosen = scenario.replace({"linkage.surname_handling": handling})
    linked = link(country, frame, chosen).disclosures.join(
        frame.select("request", asked="person"), on="request"
    )
    right = linked.filter(pl.col("person") == pl.col("asked"))["request"]
    two = frame.filter("two_surnames")
    return two["request"].is_in(right.implode()).mean(), linked.height - len(right)


def test_two_surnames_as_an_array_link_more_people_than_as_one_field(listed):
    """Utah Population Database (IJPDS 2018): complete linkage 82.6 % with one field, 94.7 % with arrays."""
    one_field, one_wrong = completeness(listed, "one_field")
    array, array_wrong = completeness(listed, "array")
    assert 0.05 < array - one_field < 0.20
    assert array_wrong >= one_wrong  # incorrect links rose too


def test_any_three_of_address_birth_gender_and_name_almost_single_a_person_out(listed):
    """Ansolabehere and Hersh 2017 (ADGN), in direction; birth year and gender alone say next to nothing."""
    _, country, _ = listed
    chunk = country.chunk(0)
    columns = {
        "address": chunk.file_address, "birth": chunk.birth, "gender": chunk.sex,
        "given": chunk.given, "surname": chunk.surname, "year": chunk.birth // 10_000,
    }  # fmt: skip
    people = pl.DataFrame({name: np.asarray(values) for name, values in columns.items()})

    def unique(*names):
        return people.select(pl.struct(names).is_unique().mean()).item()

    name = ("given", "surname")
    assert unique("address", "birth", "gender") > 0.97
    assert unique("address", "birth", *name) > 0.97
    assert unique("address", "gender", *name) > 0.97
    assert unique("birth", "gender", *name) > 0.97
    assert unique("year", "gender") < 0.01
