"""Each way in which a number on the list is another's: what it moves at nought and at its top, what not."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from sim.outcome.words import QUANTITIES, RELATIVES_RECORD, RIGHT, STRANGERS_DOOR
from sim.population.identifiers import SSN_SPACE
from sim.replicate import Replicate, Streaming
from sim.scenario import Scenario
from tests.fuzzy import proportion_is

PEOPLE = 60_000
SETTINGS: dict[str, Any] = {
    "population.size": PEOPLE, "requests.count": 3_000, "requests.coverage": 1.0, "requests.tin_share": 1.0,
    "noise.level": "clean", "replicates": 1, "population.two_surnames_hispanic.noncitizen": 0.2,
}  # fmt: skip
CLEAN = Scenario.load("aug2025-as-run").replace(SETTINGS)
ASKED = Replicate(Streaming.kept(CLEAN, 0))
CONTROL = {"linkage.name_compare": "name_control"}


def found(changes: dict[str, Any]) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
    """Return the clean list, the addresses disclosed, and how many of each quantity there are."""
    scenario = CLEAN.replace(changes)
    asked = ASKED.asked(scenario)
    (linked,) = ASKED.linked([asked])
    disclosed = ASKED.judged(asked, linked).disclosed
    counts = dict.fromkeys(QUANTITIES, 0) | dict(
        disclosed["quantity"].cast(pl.String).value_counts().iter_rows()
    )
    return asked.requests.clean, disclosed, counts


@pytest.mark.parametrize("changes", [{}, CONTROL], ids=["full name", "name control"])
def test_where_no_number_is_anothers_everybody_is_found_at_their_own_door(changes: dict[str, Any]) -> None:
    assert found(changes)[2] == dict.fromkeys(QUANTITIES, 0) | {RIGHT: 3_000}


@pytest.mark.parametrize("changes", [{}, CONTROL], ids=["full name", "name control"])
def test_a_number_looked_up_by_name_is_the_door_of_whoever_bears_it(changes: dict[str, Any]) -> None:
    clean, disclosed, counts = found(changes | {"noise.tin_by_name.rate": 1.0})
    namesakes = int((clean["namesake_tin"] > 0).sum())
    assert counts[STRANGERS_DOOR] + counts[RELATIVES_RECORD] == namesakes > 50
    assert (
        counts[RIGHT] == 3_000 - namesakes and counts[RELATIVES_RECORD] < 10
    )  # namesakes at home, father and son
    strangers = disclosed.filter(pl.col("quantity") == STRANGERS_DOOR)
    assert strangers["whose_error"].unique().to_list() == ["list"]
    assert strangers["cause"].unique().to_list() == ["shared_identifier"]


@pytest.mark.parametrize("kind", ["tin_unfiled", "tin_invented"])
def test_numbers_of_children_of_the_dead_and_invented_ones_disclose_nothing(kind: str) -> None:
    """An invented one needs the same first letters too: one in 15,000 is on file, one in 200 agrees."""
    assert found(CONTROL | {f"noise.{kind}.rate": 1.0})[2] == dict.fromkeys(QUANTITIES, 0)


def test_an_invented_number_is_somebodys_on_file_as_often_as_numbers_are_on_file() -> None:
    scenario = CLEAN.replace({"noise.tin_invented.rate": 1.0, "requests.count": 40_000})
    sent = ASKED.asked(scenario).noisy.frame["tin"]
    country = ASKED._registry.country
    itin, index = country.identifiers.owners(sent.to_numpy())
    assert not itin.any() and (index >= 0).all()
    held = 300_000_000  # as if so many people were on file, since of 60,000 none is met
    proportion_is(int((index < held).sum()), len(sent), held / SSN_SPACE, unlike=0.9 * held / SSN_SPACE)


def shares_control(first: str, second: str) -> pl.Expr:
    """Whether the first four letters of the first surnames are the same."""
    control = [pl.col(name).str.split(" ").list.first().str.head(4) for name in (first, second)]
    return control[0] == control[1]


@pytest.mark.parametrize("kin", [0.0, 1.0])
def test_a_lent_number_without_the_name_agrees_by_control_as_often_as_the_lenders_surname_does(
    kin: float,
) -> None:
    lent = {"noise.tin_borrowed.rate": 1.0, "noise.tin_borrowed.name_too": 0.0, "requests.lender_kin": kin}
    clean, disclosed, counts = found(CONTROL | lent)
    agree = clean.filter(shares_control("surname", "donor_surname")).height
    unlent = clean.filter(pl.col("donor_tin") == 0).height  # the only one of a small group
    assert unlent < 20
    assert counts == dict.fromkeys(QUANTITIES, 0) | {STRANGERS_DOOR: agree, RIGHT: unlent}
    strangers = disclosed.filter(pl.col("quantity") == STRANGERS_DOOR)
    assert strangers["whose_error"].unique().to_list() == ["list"]
    assert (agree > 1_000) if kin else (0 < agree < 60)
    assert found(lent)[2] == dict.fromkeys(QUANTITIES, 0) | {
        RIGHT: unlent,
        STRANGERS_DOOR: clean.filter(
            (pl.col("given") == pl.col("donor_given")) & (pl.col("surname") == pl.col("donor_surname"))
        ).height,
    }


def test_a_lent_number_with_the_name_is_always_the_lenders_door_wherever_they_live() -> None:
    lent = {"noise.tin_borrowed.rate": 1.0, "noise.tin_borrowed.name_too": 1.0}
    for nearby in (0.0, 1.0):
        clean, _, counts = found(lent | {"requests.lender_nearby": nearby})
        lenders = int((clean["donor_tin"] > 0).sum())
        assert counts == dict.fromkeys(QUANTITIES, 0) | {STRANGERS_DOOR: lenders, RIGHT: 3_000 - lenders}
        assert lenders > 2_980


def test_a_spouses_number_is_a_relatives_record_at_ones_own_door_where_the_control_is_shared() -> None:
    clean, disclosed, counts = found(CONTROL | {"noise.tin_household.rate": 1.0})
    mates = clean.filter(pl.col("mate_tin") > 0).height
    assert counts[STRANGERS_DOOR] == 0 and counts[RIGHT] == 3_000 - mates
    assert 0.3 * mates < counts[RELATIVES_RECORD] < mates
    relatives = disclosed.filter(pl.col("quantity") == RELATIVES_RECORD)
    assert relatives["whose_error"].unique().to_list() == ["list"]
