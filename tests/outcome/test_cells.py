"""Every disclosed address has one value of each axis: a worked example for each cell that can occur."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.linkage.link import BY
from sim.outcome.counts import ADDRESSES, PARTS, REQUESTS, count, count_disclosed
from sim.outcome.exposed import EXPOSED
from sim.outcome.words import PLAIN, QUANTITIES, WHOSE_DOOR, WHOSE_ERROR, WHOSE_RECORD
from tests.outcome.one_request import RECORD, STRANGER, world

AXES = ("whose_record", "whose_door", "whose_error")


def by(*names: str) -> dict[str, Any]:
    return {name: name.removeprefix("by_") in names for name in BY}


NUMBER_ONLY, NUMBER_NAME = by("tin"), by("tin", "given", "surname")
NUMBER_CONTROL = by("tin", "control")
NAME, NAME_ZIP, NAME_DOB = (
    by("given", "surname"),
    by("given", "surname", "zip"),
    by("given", "surname", "birth"),
)
ADDRESS = by("given", "surname", "zip", "street")
ALL = by("tin", "given", "surname", "birth", "zip", "street")

JOHN_SMITH = {"given": 3, "file_given": 3, "surname": 3, "file_surname": 3, "surname2": 0, "file_surname2": 0,
              "birth": 19700707, "file_birth": 19700707}  # fmt: skip
SENT_AS_JOHN = {"given": "JOHN", "surname": "SMITH", "birth": 19700707}
LENDER = STRANGER | JOHN_SMITH | {"tin": 333, "file_tin": 333}
"""The stranger whose number the person uses; his own number is 333."""

LENT = {"donor_birth": 19700707}
MATE = STRANGER | {
    "household": 9,
    "home": 500,
    "previous": 400,
    "file_address": 500,
    "tin": 222,
    "file_tin": 222,
}
"""Somebody of the same household and name, as a father."""

ABSENT = {"in_registry": False, "person": 10**12}

HOME = ("asked_for", "lives_there", "none", "right_person_home")
BY_MATCHING = ("somebody_else", "never_lived", "matching", "strangers_door")
BY_LIST = ("somebody_else", "never_lived", "list", "strangers_door")
BY_FILE = ("somebody_else", "never_lived", "file", "strangers_door")

EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], tuple[str, str, str, str]]] = {
    # what happened: record, what else is true of the person, what was sent otherwise, the cell
    "found where they live": (RECORD, {}, {}, HOME),
    "found in a second record of their own": (RECORD | {"record": 99}, {}, {}, HOME),
    "found where they no longer live": (
        RECORD | {"file_address": 400, "lives_at_file": False}, {}, {},
        ("asked_for", "moved_away", "none", "right_person_gone"),
    ),
    "their return gives a preparer's office": (
        RECORD | {"file_address": 900, "occupants": 0, "lives_at_file": False}, {}, {},
        ("asked_for", "nobodys_home", "none", "right_person_office"),
    ),
    "their own record at a door they never had, which no registry of ours holds": (
        RECORD | {"file_address": 777, "lives_at_file": False}, {}, {},
        ("asked_for", "never_lived", "none", "other"),
    ),
    # strangers, the matching's error
    "a namesake": (STRANGER | NAME, {}, {}, BY_MATCHING),
    "a namesake born on the same day": (STRANGER | NAME_DOB, {}, {}, BY_MATCHING),
    "a stranger of a similar name": (STRANGER | NAME | {"given": 3, "file_given": 3}, {}, {}, BY_MATCHING),
    "a mistyped number that is a namesake's": (
        STRANGER | NUMBER_NAME | {"tin": 777, "file_tin": 777}, {}, {"tin": 777}, BY_MATCHING,
    ),
    "an invented number that is a stranger's whose first letters are the same": (
        STRANGER | NUMBER_CONTROL | {"tin": 777, "file_tin": 777}, {}, {"tin": 777}, BY_MATCHING,
    ),
    "a mistyped number that is anybody's": (
        STRANGER | NUMBER_ONLY | JOHN_SMITH | {"tin": 777, "file_tin": 777}, {}, {"tin": 777}, BY_MATCHING,
    ),
    "a record that agrees in nothing, as after a slip of a row": (
        STRANGER | NUMBER_NAME | JOHN_SMITH, {}, {}, BY_MATCHING,
    ),
    "a namesake of the lender, the borrowed name alone being looked at": (
        LENDER | NAME | {"tin": 444, "file_tin": 444}, LENT, SENT_AS_JOHN | {"tin": 333}, BY_MATCHING,
    ),
    "a namesake whose second surname the file left out": (
        STRANGER | NAME | {"file_surname2": 0}, {}, {"surname": "GARCIA"}, BY_MATCHING,
    ),
    "a namesake now living where the person asked for lived before": (
        STRANGER | ADDRESS | {"home": 400, "file_address": 400}, {},
        {"number": 400, "zip": "20004"},
        ("somebody_else", "moved_away", "matching", "strangers_door"),
    ),
    "a borrowed number beside one's own name, though the rule asks for the name: a process error": (
        LENDER | NUMBER_NAME | {"rejected": True}, {}, {"tin": 333}, BY_MATCHING,
    ),
    "a number mistyped on a stranger's return, though the rule asks for the name: a process error": (
        STRANGER | NUMBER_NAME | JOHN_SMITH | {"file_tin": 111, "rejected": True}, {}, {}, BY_MATCHING,
    ),
    "one's own record, though the rule would have refused it": (RECORD | {"rejected": True}, {}, {}, HOME),
    # strangers, the list's error
    "a borrowed identity, looked at whole": (LENDER | ALL, LENT, SENT_AS_JOHN | {"tin": 333}, BY_LIST),
    "a borrowed identity with a typing error in the number": (
        LENDER | NAME_DOB, LENT, SENT_AS_JOHN | {"tin": 339}, BY_LIST,
    ),
    "a borrowed number beside one's own name, the number alone being looked at": (
        LENDER | NUMBER_ONLY, {}, {"tin": 333}, BY_LIST,
    ),
    "a borrowed number beside one's own name, whose first letters are the lender's": (
        LENDER | NUMBER_CONTROL | {"surname": 5, "file_surname": 5}, {}, {"tin": 333}, BY_LIST,
    ),
    "a number looked up by name": (
        STRANGER | NUMBER_NAME | {"tin": 444, "file_tin": 444}, {}, {"tin": 444}, BY_LIST,
    ),
    "a relative's number who lives elsewhere, whose first letters are the borrower's": (
        STRANGER | NUMBER_CONTROL | {"given": 3, "tin": 333, "file_tin": 333}, {}, {"tin": 333}, BY_LIST,
    ),
    # strangers, the file's error
    "their own number on a stranger's record": (STRANGER | NUMBER_ONLY | {"file_tin": 111}, {}, {}, BY_FILE),
    "a borrowed number on the record of the lender's partner": (
        STRANGER | NUMBER_ONLY | {"file_tin": 333}, {}, {"tin": 333}, BY_FILE,
    ),
    "a name that is no longer the stranger's": (
        STRANGER | NAME | {"surname": 3, "surname2": 0}, {}, {}, BY_FILE,
    ),
    "a first name that is not the stranger's": (STRANGER | NAME | {"given": 3}, {}, {}, BY_FILE),
    "a name whose first letters are no longer the stranger's": (
        STRANGER | by("control") | {"surname": 3, "surname2": 0}, {}, {}, BY_FILE,
    ),
    "a wrong date of birth on file": (STRANGER | NAME_DOB | {"birth": 19810102}, {}, {}, BY_FILE),
    "a home that a namesake has left for another of the ZIP, the ZIP being looked at": (
        STRANGER | NAME_ZIP | {"file_address": 650}, {}, {"zip": "20006"}, BY_MATCHING,
    ),
    "a home that a namesake has left for another ZIP": (
        STRANGER | NAME_ZIP | {"file_address": 750}, {}, {"zip": "20007-1234"}, BY_FILE,
    ),
    "a home that a namesake has left for another of the ZIP, the street being looked at": (
        STRANGER | ADDRESS | {"file_address": 650}, {}, {"number": 650, "zip": "20006"}, BY_FILE,
    ),
    # strangers elsewhere
    "a namesake still filed where the person asked for lives now": (
        STRANGER | ADDRESS | {"file_address": 500, "lives_at_file": False}, {}, {},
        ("somebody_else", "lives_there", "file", "other"),
    ),
    "a namesake with the same preparer": (
        STRANGER | NAME | {"file_address": 900, "occupants": 0, "lives_at_file": False}, {}, {},
        ("somebody_else", "nobodys_home", "matching", "other"),
    ),
    # the household
    "a relative of the same name": (
        MATE | ADDRESS, {}, {}, ("household", "lives_there", "matching", "relatives_record"),
    ),
    "a relative of the same name, the person asked for filing nothing": (
        MATE | ADDRESS, ABSENT, {}, ("household", "lives_there", "matching", "relatives_record"),
    ),
    "a relative's number in the list": (
        MATE | NUMBER_CONTROL, {}, {"tin": 222}, ("household", "lives_there", "list", "relatives_record"),
    ),
    "numbers exchanged on a joint return": (
        MATE | NUMBER_CONTROL | {"file_tin": 111}, {}, {},
        ("household", "lives_there", "file", "relatives_record"),
    ),
    "a relative's old return": (
        MATE | NAME | {"file_address": 400, "lives_at_file": False}, {}, {},
        ("household", "moved_away", "matching", "other"),
    ),
    "a relative of the same name who lives elsewhere since": (
        MATE | NAME | {"household": 10, "home": 700, "file_address": 700}, {}, {},
        ("household", "never_lived", "matching", "other"),
    ),
    "a relative whose return gives an office": (
        MATE | NAME | {"file_address": 900, "occupants": 0, "lives_at_file": False}, {}, {},
        ("household", "nobodys_home", "matching", "other"),
    ),
    "a relative of one name and number, filed so by mistake": (
        MATE | NUMBER_NAME | {"file_tin": 111}, {}, {},
        ("household", "lives_there", "file", "relatives_record"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_cell_has_a_worked_example(example: str) -> None:
    record, person, sent, expected = EXAMPLES[example]
    row = world(record, person=person, sent=sent).disclosed.row(0, named=True)
    assert (*(row[axis] for axis in AXES), row["quantity"]) == expected


def test_the_examples_hold_every_value_of_every_axis_and_every_quantity() -> None:
    seen = [expected for *_, expected in EXAMPLES.values()]
    for place, words in enumerate((WHOSE_RECORD, WHOSE_DOOR, WHOSE_ERROR, QUANTITIES)):
        assert {each[place] for each in seen} == set(words)
    assert set(WHOSE_RECORD) | set(WHOSE_DOOR) | set(WHOSE_ERROR) | set(QUANTITIES) <= set(PLAIN)


def numbers(disclosed: pl.DataFrame) -> dict[str, int]:
    """Return the counts over everybody."""
    return count_disclosed(disclosed).drop("dimension", "level").row(0, named=True)


def test_no_address_of_a_list_is_no_row() -> None:
    found = world().disclosed
    assert found.height == 0
    assert set(numbers(found).values()) == {0}
    assert count_disclosed(found).height == 1


def test_a_request_with_several_addresses_counts_once_as_its_worst() -> None:
    gone = RECORD | {"record": 71, "file_address": 400, "lives_at_file": False}
    several = (RECORD, gone, MATE | NAME, LENDER | NUMBER_ONLY, STRANGER | NAME)
    found = numbers(world(*several, sent={"tin": 333}).disclosed)
    assert {name: number for name, number in found.items() if number} == {
        "disclosed": 5,
        "addresses_strangers_door": 2,
        "addresses_strangers_door_matching": 1,
        "addresses_strangers_door_list": 1,
        "addresses_relatives_record": 1,
        "addresses_right_person_gone": 1,
        "addresses_right_person_home": 1,
        "requests_strangers_door": 1,
        "requests_strangers_door_matching": 1,
    }
    milder = numbers(world(RECORD, gone).disclosed)
    assert (milder["requests_right_person_gone"], milder["requests_right_person_home"]) == (1, 0)


def test_whose_door_was_named_is_told_by_the_person_disclosed_not_the_person_asked_for() -> None:
    citizen = LENDER | NUMBER_ONLY | {"nativity": 0, "sex": 0, "ethnicity": 0, "birth": 19400101, "home": 650}
    foreign = RECORD | {"tin": 900_700_000, "birth": 20000101, "file_address": 900, "occupants": 0}
    found = world(citizen, foreign, sent={"tin": 333}).disclosed.select(*EXPOSED)
    assert found.rows() == [
        ("white", "us_born", "male", "65 and over", "ssn", False, "other", "TX"),
        ("hispanic", "noncitizen", "female", "under 30", "itin", True, "spanish", "OH"),
    ]


@pytest.mark.parametrize("dimension", EXPOSED)
def test_counts_by_the_person_disclosed_add_up_to_the_addresses(dimension: str) -> None:
    shown = (RECORD, LENDER | NUMBER_ONLY | {"nativity": 0, "sex": 0, "file_address": 0}, MATE | NAME)
    found = world(*shown, sent={"tin": 333}).disclosed
    parts, whole = count_disclosed(found).filter(pl.col("dimension") == dimension), numbers(found)
    assert parts["disclosed"].sum() == 3
    assert {name: parts[name].sum() for name in ADDRESSES} == {name: whole[name] for name in ADDRESSES}
    assert parts.select(REQUESTS).null_count().row(0) == (parts.height,) * len(REQUESTS)


records = st.builds(
    lambda base, path, place, change: base | path | place | change,
    st.sampled_from([RECORD, STRANGER, LENDER, MATE]),
    st.sampled_from([NUMBER_ONLY, NUMBER_NAME, NUMBER_CONTROL, NAME, NAME_ZIP, NAME_DOB, ADDRESS, ALL]),
    st.sampled_from([
        {}, {"file_address": 400}, {"file_address": 500}, {"file_address": 600}, {"file_address": 0},
        {"file_address": 900, "occupants": 0},
    ]),
    st.sampled_from([{}, {"file_tin": 111}, {"file_tin": 222}, {"file_birth": 1}, {"file_surname": 3}]),
)  # fmt: skip
requests = st.sampled_from([{}, {"tin": 0}, {"tin": 222}, {"tin": 333}, {"tin": 999}, SENT_AS_JOHN])


@settings(max_examples=60, deadline=None)
@given(shown=st.lists(records, max_size=4), sent=requests, person=st.sampled_from([{}, ABSENT]))
def test_cells_add_up_and_the_old_outcomes_are_sums_of_them(
    shown: list[dict[str, Any]], sent: dict[str, Any], person: dict[str, Any]
) -> None:
    found = world(*shown, sent=sent, person=person)
    each, (outcome,) = found.disclosed, found.outcomes.to_dicts()
    made, before = numbers(each), count(found.outcomes, 1_000)
    assert each.height == len(shown) == before["disclosed"]
    assert each.select(pl.exclude("cause", "disclosed_state")).null_count().sum_horizontal().item() == 0
    assert set(made) == {"disclosed", *ADDRESSES, *REQUESTS}
    for unit, whole in (("addresses", before["disclosed"]), ("requests", before["answered"])):
        assert sum(made[f"{unit}_{word}"] for word in QUANTITIES) == whole
        assert sum(made[f"{unit}_{part}"] for part in PARTS) == made[f"{unit}_strangers_door"]
    own = each.filter(pl.col("whose_record") == "asked_for")
    assert before["wrong_disclosed"] == each.height - own.height
    assert before["stale_disclosed"] == own.filter(pl.col("whose_door") != "lives_there").height
    assert own["cause"].null_count() == own.height
    assert (own["whose_error"] == "none").all()
    assert each.filter(pl.col("whose_error") == "none").height == own.height
    assert outcome["wrong_shares_household"] == (each["whose_record"] == "household").any()
