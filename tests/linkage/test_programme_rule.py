"""What the programme's rule does with the strings that courts and the inspector general gave (facts.md
V9)."""

from __future__ import annotations

from typing import Any

import pytest

from sim.linkage import link
from sim.scenario import Scenario
from tests.linkage.small_country import SmallCountry, requests

MARIA = {"given": "MARIA", "surname": "GARCIA", "surname2": "LOPEZ", "birth": 19800102, "tin": 612345678,
         "number": 12, "street": "N MAIN ST", "unit": 4, "zip": "78501"}  # fmt: skip
JUAN = {"given": "JUAN", "surname": "GARCIA", "birth": 19750304, "tin": 612345679,
        "number": 90, "street": "OAK AVE", "zip": "10001"}  # fmt: skip
COUNTRY = SmallCountry([MARIA, JUAN])
BY_NUMBER = {"given": "Maria", "surname": "García López", "tin": 612345678}
BY_ADDRESS = {"given": "Maria", "surname": "Garcia-Lopez", "number": 12, "street": "North Main Street",
              "unit": "Apt 4", "zip": "78501"}  # fmt: skip


def disclosed(request: dict[str, Any], **switches: Any) -> tuple[list[int], str | None]:
    """Return the records disclosed for one request, and the filter that kept it from being searched."""
    scenario = Scenario.of({"linkage": {"rule": "irs_2025"} | switches})
    linked = link(COUNTRY, requests(request), scenario)
    return linked.disclosures["record"].to_list(), linked.tallies["filtered"][0]


@pytest.mark.parametrize(
    ("address", "passes"),
    [
        ({"street": "Don't Care 12345"}, True),
        ({"street": "Don't Care", "zip": "12345"}, True),
        ({"zip": "00000"}, True),
        ({"street": "Failed to Provide", "zip": "78501"}, True),
        ({"street": "Failed to Provide 785011234"}, True),
        ({"street": "Failed to Provide 78501-1234"}, True),
        ({"number": 10425, "street": "Main St"}, True),
        ({"street": "Unknown Address"}, False),
        ({"street": "NA NA"}, False),
        ({"street": "Apt 1234"}, False),
        ({"street": "Box 123456"}, False),
        ({}, False),
    ],
)
def test_the_address_check_of_the_number_search_is_any_run_of_five_or_nine_digits(
    address: dict[str, Any], passes: bool
) -> None:
    records, filtered = disclosed(BY_NUMBER | address)
    assert records == ([0] if passes else [])
    assert filtered == (None if passes else "no_zip_in_address")


def test_a_true_number_and_name_disclose_whatever_address_was_given() -> None:
    elsewhere = {"number": 1, "street": "Elm Rd", "zip": "99501"}
    assert disclosed(BY_NUMBER | elsewhere)[0] == [0]


def test_the_statutory_alternative_withholds_when_the_address_differs() -> None:
    elsewhere = {"number": 1, "street": "Elm Rd", "zip": "99501"}
    at_home = {key: BY_ADDRESS[key] for key in ("number", "street", "unit", "zip")}
    assert disclosed(BY_NUMBER | elsewhere, address_check="must_match")[0] == []
    assert disclosed(BY_NUMBER | at_home, address_check="must_match")[0] == [0]


def test_without_address_check_a_blank_address_is_searched() -> None:
    assert disclosed(BY_NUMBER, address_check="none") == ([0], None)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, True),
        ({"street": "N. Main St."}, True),
        ({"unit": None}, True),
        ({"unit": "5"}, False),
        ({"street": "N Maine St"}, False),
        ({"street": "Main St"}, False),
        ({"number": 13}, False),
        ({"zip": "78502"}, False),
        ({"zip": "78501-0001"}, True),
        ({"given": "Mary"}, False),
        ({"surname": "Garcia"}, False),
        ({"surname": "GarciaLopez"}, True),
        ({"surname": None}, False),
    ],
)
def test_without_a_number_name_and_address_must_agree_near_exactly(
    change: dict[str, Any], found: bool
) -> None:
    assert disclosed(BY_ADDRESS | change)[0] == ([0] if found else [])


def test_a_missing_unit_withholds_when_the_unit_is_required() -> None:
    scenario = Scenario.of({"linkage": {"unit_required": 1}})
    listed = requests(BY_ADDRESS, BY_ADDRESS | {"unit": None})
    assert link(COUNTRY, listed, scenario).disclosures["request"].to_list() == [0]


def test_street_words_count_as_different_when_they_are_not_normalised() -> None:
    scenario = Scenario.of({"linkage": {"street_words_normalised": 0}})
    listed = requests(BY_ADDRESS, BY_ADDRESS | {"street": "N Main St"})
    assert link(COUNTRY, listed, scenario).disclosures["request"].to_list() == [1]


def test_a_request_with_a_wrong_number_is_not_searched_by_address() -> None:
    assert disclosed(BY_ADDRESS | {"tin": 699999999})[0] == []


@pytest.mark.parametrize(
    ("surname", "compare", "handling", "found"),
    [
        ("Garcia Lopez", "full_name", "one_field", True),
        ("Garcia", "full_name", "one_field", False),
        ("Garcia", "full_name", "array", True),
        ("Lopez Garcia", "full_name", "one_field", False),
        ("Lopez Garcia", "full_name", "array", True),
        ("Lopez", "full_name", "array", True),
        ("Perez", "full_name", "array", False),
        ("Garcilaso", "name_control", "one_field", True),
        ("Lopez", "name_control", "one_field", False),
        ("Lopez", "name_control", "array", True),
        ("Gar", "name_control", "array", False),
        (None, "name_control", "array", False),
    ],
)
def test_the_name_beside_the_number_is_compared_as_the_switches_say(
    surname: str | None, compare: str, handling: str, found: bool
) -> None:
    request = BY_NUMBER | {"surname": surname, "zip": "78501"}
    records, _ = disclosed(request, name_compare=compare, surname_handling=handling)
    assert records == ([0] if found else [])
