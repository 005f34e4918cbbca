"""Judging: every row of the outcome table and of the table of causes, on requests small enough to read."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from sim.outcome import OUTCOMES, count, count_by
from sim.outcome.causes import name_key
from sim.outcome.judge import KNOWS, _asked
from sim.requests import MATERIAL, SCHEMA
from tests.outcome import one_request
from tests.outcome.one_request import PERSON, RECORD, STRANGER


def world(*records: dict[str, Any], **changes: dict[str, Any]) -> pl.DataFrame:
    return one_request.world(*records, **changes).outcomes


def outcome(*records: dict[str, Any], **changes: dict[str, Any]) -> dict[str, Any]:
    return world(*records, **changes).row(0, named=True)


ABSENT = {"in_registry": False, "person": 10**12}


@pytest.mark.parametrize(
    ("records", "person", "word"),
    [
        ([RECORD], {}, "right_person_right_door"),
        ([RECORD | {"lives_at_file": False, "file_address": 400}], {}, "right_person_wrong_door"),
        ([STRANGER], {}, "wrong_person"),
        ([STRANGER], ABSENT, "wrong_person"),
        ([], {}, "missed"),
        ([], ABSENT, "correctly_withheld"),
    ],
)
def test_every_row_of_the_table_of_outcomes(
    records: list[dict[str, Any]], person: dict[str, Any], word: str
) -> None:
    assert outcome(*records, person=person)["outcome"] == word


def test_a_second_return_of_the_same_person_is_theirs() -> None:
    assert outcome(RECORD | {"record": 99})["outcome"] == "right_person_right_door"


@pytest.mark.parametrize(
    ("record", "sent", "cause"),
    [
        # a number decided
        (STRANGER | {"by_tin": True, "file_tin": 111}, {}, "identifier_error"),  # mistyped on the return
        (STRANGER | {"by_tin": True, "file_tin": 111, "household": 9}, {}, "shared_identifier"),  # swapped
        (STRANGER | {"by_tin": True, "tin": 333, "file_tin": 333}, {"tin": 333}, "shared_identifier"),
        (STRANGER | {"by_tin": True, "file_tin": 333}, {"tin": 333}, "shared_identifier"),  # lender's mate
        (STRANGER | {"by_tin": True, "file_tin": 222, "household": 9}, {"tin": 222}, "shared_identifier"),
        (STRANGER | {"by_tin": True, "tin": 444, "file_tin": 444}, {"tin": 444}, "shared_identifier"),
        (STRANGER | {"by_tin": True, "file_tin": 777}, {"tin": 777}, "identifier_error"),  # or invented
        # no number decided
        (STRANGER | {"by_tin": True}, {}, "namesake"),  # compared, but not equal
        (STRANGER | {"by_tin": True, "file_tin": 0}, {"tin": 0}, "namesake"),  # nothing to compare
        (STRANGER | {"file_tin": 111}, {}, "namesake"),  # equal, but not looked at
        (STRANGER | {"household": 9}, {}, "relative"),
        (STRANGER | {"previous": 400}, {}, "relative"),  # moved together from one home
        (STRANGER | {"household": 9, "given": 3}, {}, "relative"),
        (STRANGER, {}, "namesake"),
        (STRANGER | {"file_surname": 3}, {}, "namesake"),  # a namesake in truth, though filed otherwise
        (STRANGER | {"given": 3, "file_given": 3}, {"given": "JOHN"}, "namesake"),  # as it stood in both
        (STRANGER | {"given": 3, "file_given": 3}, {}, "near_name"),
        (STRANGER | {"surname2": 0, "file_surname2": 0}, {}, "near_name"),
        (STRANGER | {"home": 400, "given": 3, "file_given": 3}, {}, "near_name"),  # who moved in after them
    ],
)
def test_every_row_of_the_table_of_causes(record: dict[str, Any], sent: dict[str, Any], cause: str) -> None:
    found = outcome(record, sent=sent)
    assert (found["outcome"], found["cause"]) == ("wrong_person", cause)


def test_a_household_member_found_by_number_is_told_beside_the_cause() -> None:
    mate = STRANGER | {"by_tin": True, "file_tin": 222, "household": 9}
    found = outcome(mate, sent={"tin": 222})
    assert (found["cause"], found["wrong_shares_household"]) == ("shared_identifier", True)
    assert outcome(STRANGER)["wrong_shares_household"] is False


def test_an_unknown_previous_home_makes_no_relatives() -> None:
    assert outcome(STRANGER | {"previous": 0}, person={"previous": 0})["cause"] == "namesake"


def test_address_numbers_of_people_outside_the_registry_are_not_compared() -> None:
    assert outcome(STRANGER | {"previous": 400}, person=ABSENT)["cause"] == "namesake"


def test_right_answers_have_no_cause() -> None:
    assert outcome(RECORD)["cause"] is None


def test_of_several_addresses_the_worst_decides_and_addresses_are_counted() -> None:
    stale = RECORD | {"record": 71, "lives_at_file": False, "file_address": 400}
    found = outcome(RECORD, stale, STRANGER)
    assert found["outcome"] == "wrong_person"
    assert (found["disclosed"], found["wrong_disclosed"], found["stale_disclosed"]) == (3, 1, 1)
    assert outcome(RECORD, stale)["outcome"] == "right_person_wrong_door"


def test_of_several_causes_the_first_in_precedence_is_told() -> None:
    assert outcome(STRANGER, STRANGER | {"record": 81, "person": 81, "household": 9})["cause"] == "relative"


def test_bystanders_are_the_others_who_live_there_now() -> None:
    assert outcome(RECORD)["bystanders"] == 3
    assert (
        outcome(RECORD | {"lives_at_file": False})["bystanders"] == 4
    )  # the person asked for is not among them
    assert outcome(STRANGER)["bystanders"] == 4  # the person disclosed is one of them
    assert outcome(RECORD | {"occupants": 0})["bystanders"] == 0  # an office
    assert outcome()["bystanders"] == 0


def test_an_address_disclosed_twice_exposes_its_people_once() -> None:
    twin = STRANGER | {"record": 81, "person": 81}
    assert outcome(STRANGER, twin)["bystanders"] == 4
    assert outcome(STRANGER, twin | {"file_address": 601})["bystanders"] == 8


@pytest.mark.parametrize(
    ("sent", "deficient", "insufficient"),
    [
        ({}, False, False),
        ({"number": 0, "street": None, "zip": None}, True, False),  # blank
        ({"number": 0, "street": "FAILED TO PROVIDE", "zip": "78501"}, True, True),
        ({"number": 0, "street": "UNKNOWN ADDRESS", "zip": None}, True, True),
        ({"street": None}, True, True),
        ({"zip": None}, True, True),
        ({"zip": "123"}, True, True),
        ({"zip": "12345-6789"}, False, False),
    ],
)
def test_flags_tell_what_was_wrong_with_the_address_sent(
    sent: dict[str, Any], deficient: bool, insufficient: bool
) -> None:
    for records in ([], [RECORD], [STRANGER]):  # whatever became of the request
        found = outcome(*records, sent=sent)
        assert (found["deficient_request"], found["insufficient_address"]) == (deficient, insufficient)


def test_an_address_that_lost_its_unit_is_incomplete_but_usable() -> None:
    flat = {"unit": "4B"}
    lost = outcome(person=flat, sent={"unit": None})
    assert (lost["deficient_request"], lost["insufficient_address"]) == (False, True)
    assert outcome(person=flat)["insufficient_address"] is False
    misspelt = outcome(person=flat, sent={"unit": None, "street": "ELN ST"})
    assert misspelt["insufficient_address"] is True


def test_a_stale_address_is_measured_by_the_home_it_names() -> None:
    former = {"previous_number": 7, "previous_street": "OAK ST", "previous_zip": "54321"}
    stale = {"number": 7, "street": "OAK ST", "zip": "54321", "unit": None}
    house = outcome(person=former | {"unit": "4B"}, sent=stale)
    flat = outcome(person=former | {"previous_unit": "2"}, sent=stale)
    assert (house["insufficient_address"], flat["insufficient_address"]) == (False, True)


def test_absence_from_the_registry_is_a_flag_beside_the_outcome() -> None:
    assert outcome(STRANGER, person=ABSENT)["requested_person_absent"] is True
    assert outcome(STRANGER)["requested_person_absent"] is False


def test_groups_are_words() -> None:
    found = outcome(RECORD)
    assert [found[c] for c in ("ethnicity", "nativity", "tin_kind", "two_surnames", "origin")] == [
        "hispanic", "noncitizen", "itin", True, "spanish"
    ]  # fmt: skip


def test_names_are_compared_by_their_letters() -> None:
    frame = pl.DataFrame({"g": ["María José", None], "s": ["O'Neill-Núñez", "王"]})
    assert frame.select(name_key("g", "s")).to_series().to_list() == ["MARIAJOSEONEILLNUNEZ", ""]


def test_counts_add_up_to_the_requests_and_to_the_addresses() -> None:
    frames = [world(), world(RECORD), world(STRANGER), world(STRANGER, person=ABSENT), world(person=ABSENT)]
    outcomes = pl.concat(frames)
    found = count(outcomes, registry=1_000)
    assert found["requests"] == sum(found[f"outcome_{word}"] for word in OUTCOMES) == 5
    assert (found["disclosed"], found["wrong_disclosed"], found["wrong_absent"]) == (3, 2, 1)
    assert (found["absent"], found["in_registry"], found["registry"]) == (2, 3, 1_000)
    assert found["cause_namesake"] == 2


def test_counts_by_group_add_up_to_the_counts() -> None:
    outcomes = pl.concat([world(RECORD), world(STRANGER), world(STRANGER, person={"ethnicity": 0})])
    parts = count_by(outcomes, "ethnicity")
    assert parts["level"].to_list() == ["hispanic", "white"]
    assert parts["wrong_disclosed"].to_list() == [1, 1]
    assert parts["requests"].sum() == 3


def test_the_judge_looks_at_no_more_of_what_noise_may_write_than_it_names() -> None:
    unseen = set(MATERIAL) - set(KNOWS)
    assert {"donor_given", "donor_surname", "previous_zip", "hub_zip"} <= unseen
    truth = pl.DataFrame([PERSON], schema=SCHEMA)
    seen = _asked(truth.select(KNOWS), truth)
    assert unseen.isdisjoint(seen.columns) and {"tin_mistyped", "insufficient_address"} <= set(seen.columns)
