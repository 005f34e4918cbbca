"""On every rule and switch, links are those of a linker that compares everybody with everybody as text."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest

from sim.linkage import link
from sim.scenario import Scenario
from tests import oracles
from tests.linkage.small_country import SmallCountry, requests

_GIVEN = ["MARIA", "JUAN", "ANA", "LUIS"]
_SURNAMES = ["GARCIA", "GARCES", "LOPEZ", "DELACRUZ", "OBRIEN", "LI", "CRUZ"]
_STREETS = ["N MAIN ST", "MAIN ST", "OAK AVE"]


def _records(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    def pick(values: list[Any]) -> Any:
        return values[rng.integers(len(values))]

    return [
        {"given": pick(_GIVEN), "surname": pick(_SURNAMES), "surname2": pick([None, None, *_SURNAMES]),
         "birth": pick([0, 19800101, 19800201, 19810101]), "tin": int(rng.integers(0, 25)),
         "number": 12, "street": pick(_STREETS[: 1 + (rng.random() < 0.3)]), "unit": pick([0, 0, 1, 2]),
         "zip": pick(["78501", "78501", "10001"])}
        for _ in range(n)
    ]  # fmt: skip


def _asked(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    def pick(values: list[Any]) -> Any:
        return values[rng.integers(len(values))]

    surnames = ["Garcia", "García López", "Lopez-Garcia", "GARCIALOPEZ", "De la Cruz", "O'Brien", "O Brien",
                "Delacruz Cruz", "Li", "", None, "Zielinski", "garces", "Lopez De La Cruz"]  # fmt: skip
    return [
        {"given": pick(["María", "juan", "ANA ", "Luis", "", None, "Ma ria", "Zoe"]),
         "surname": pick(surnames),
         "birth": pick([0, 19800101, 19800201, 19810101]), "tin": pick([0, int(rng.integers(1, 25))]),
         "number": pick([0, 12, 12, 12, 14, 12345]), "unit": pick([None, "Apt 1", "#2", "02", ""]),
         "street": pick(["North Main Street", "N. Main St", "N MAIN ST", "Main St.", "Oak", None,
                         "Don't care 12345"]),
         "zip": pick(["78501", "78501-1234", "10001", "10001-1234", None, "00000", "1000"])}
        for _ in range(n)
    ]  # fmt: skip


_SWITCHES = [
    ("irs_2025", handling, compare, check)
    for handling, compare, check in itertools.product(
        ("one_field", "array"), ("full_name", "name_control"), ("zip_proxy", "must_match", "none")
    )
] + [
    (rule, handling, "full_name", "none")
    for rule in ("name_only", "name_zip", "name_dob", "dob_only")
    for handling in ("one_field", "array")
]


@pytest.mark.parametrize(("rule", "handling", "compare", "check"), _SWITCHES)
def test_links_are_those_of_comparing_everybody_with_everybody(
    rule: str, handling: str, compare: str, check: str
) -> None:
    rng = np.random.default_rng([7, 1])
    people, asked = _records(rng, 300), _asked(rng, 300)
    frame = requests(*asked)
    scenario = Scenario.of(
        {"linkage": {"rule": rule, "surname_handling": handling, "name_compare": compare,
                     "address_check": check, "tie": "all"}}
    )  # fmt: skip
    linked = link(SmallCountry(people, chunk_size=37), frame, scenario)
    expected = {
        (i, j)
        for i, request in enumerate(frame.iter_rows(named=True))
        for j, record in enumerate(people)
        if oracles.links(
            rule, request, record, array=handling == "array", control=compare == "name_control", check=check
        )
    }
    assert len(expected) > 5
    assert set(linked.disclosures.select("request", "record").iter_rows()) == expected
    counts = Counter(i for i, _ in expected)
    assert linked.tallies["links"].to_list() == [counts[i] for i in range(frame.height)]


@pytest.mark.parametrize("tie", ["withhold", "first", "best"])
def test_tie_rules_choose_among_the_same_links(tie: str) -> None:
    rng = np.random.default_rng([7, 2])
    people, asked = _records(rng, 150), _asked(rng, 200)
    country, frame = SmallCountry(people, chunk_size=16), requests(*asked)
    every = link(country, frame, Scenario.of({"linkage": {"rule": "name_zip", "tie": "all"}})).disclosures
    chosen = link(country, frame, Scenario.of({"linkage": {"rule": "name_zip", "tie": tie}})).disclosures
    of_request: dict[int, list[int]] = {}
    for request, record in every.select("request", "record").iter_rows():
        of_request.setdefault(request, []).append(record)
    expected = {
        request: min(records)
        for request, records in of_request.items()
        if tie != "withhold" or len(records) == 1
    }
    assert len(of_request) > len([r for r in of_request.values() if len(r) == 1]) > 0
    assert dict(chosen.select("request", "record").iter_rows()) == expected
    assert dict(chosen.select("request", "links").iter_rows()) == {r: len(of_request[r]) for r in expected}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("tie", ["withhold", "first", "best", "all"])
def test_the_disclosures_do_not_depend_on_workers_or_on_the_size_of_chunks(workers: int, tie: str) -> None:
    rng = np.random.default_rng([7, 3])
    people, asked = _records(rng, 200), _asked(rng, 200)
    scenario = Scenario.of({"linkage": {"rule": "name_only", "tie": tie}})
    whole = link(SmallCountry(people, chunk_size=200), requests(*asked), scenario)
    parts = link(SmallCountry(people, chunk_size=9), requests(*asked), scenario, workers=workers)
    same = [name for name in whole.disclosures.columns if name != "household"]  # numbered within a chunk
    assert parts.disclosures.select(same).equals(whole.disclosures.select(same))
    assert parts.tallies.equals(whole.tallies)


def test_the_linked_records_truth_is_that_of_the_record() -> None:
    rng = np.random.default_rng([7, 4])
    people, asked = _records(rng, 60), _asked(rng, 100)
    linked = link(
        SmallCountry(people, chunk_size=7),
        requests(*asked),
        Scenario.of({"linkage": {"rule": "name_dob", "tie": "all"}}),
        carry={"tin": np.uint32, "file_tin": np.uint32, "birth": np.int32},
    )
    assert linked.disclosures.height > 0
    for row in linked.disclosures.iter_rows(named=True):
        assert row["person"] == row["record"]
        assert row["tin"] == row["file_tin"] == people[row["record"]]["tin"]
        assert row["birth"] == people[row["record"]]["birth"]
