"""Rules as data: what they compare under each switch, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import InputErrors
from sim.linkage import link
from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.link import compares
from sim.linkage.rules import rule_of, shipped
from sim.linkage.rules.resolve import design
from sim.scenario import Scenario
from tests.linkage.small_country import SmallCountry, requests

DETERMINISTIC = ("irs_2025", "name_only", "name_zip", "name_dob", "dob_only")


def scenario(**linkage: Any) -> Scenario:
    return Scenario.of({"linkage": linkage})


@pytest.mark.parametrize("rule", DETERMINISTIC)
@pytest.mark.parametrize("handling", ["one_field", "array"])
def test_deterministic_rules_link_only_on_full_agreement(rule: str, handling: str) -> None:
    for path in rule_of(scenario(rule=rule, surname_handling=handling)):
        most = sum(max(level.weight for level in comparison.levels) for comparison in path.comparisons)
        assert most - path.threshold == 0.5
        assert {level.weight for comparison in path.comparisons for level in comparison.levels} == {0.0, 1.0}


def test_every_request_takes_exactly_one_path_of_the_programme() -> None:
    by_tin, by_address = rule_of(scenario(rule="irs_2025"))
    frame = requests({"tin": 123456789}, {"tin": 0}, {"tin": None})
    assert by_tin.applies(frame).tolist() == [True, False, False]
    assert by_address.applies(frame).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("linkage", "looked_at"),
    [
        ({"name_compare": "full_name"}, ["number given surname", "given surname zip street"]),
        ({"name_compare": "name_control"}, ["number control", "given surname zip street"]),
        ({"name_compare": "name_control", "surname_handling": "array", "address_check": "must_match"},
         ["number control zip street", "given surname zip street"]),
        ({"rule": "name_only"}, ["given surname"]),
        ({"rule": "name_zip", "surname_handling": "array"}, ["given surname zip"]),
        ({"rule": "name_dob"}, ["given surname birth"]),
        ({"rule": "dob_only"}, ["birth"]),
    ],
)  # fmt: skip
def test_what_a_path_compares_is_told(linkage: dict[str, Any], looked_at: list[str]) -> None:
    told = [compares(path) for path in rule_of(scenario(**linkage))]
    assert [[name.removeprefix("by_") for name, yes in each.items() if yes] for each in told] == [
        names.split() for names in looked_at
    ]


def test_the_matcher_compares_everything_but_the_beginning_of_the_surname() -> None:
    found = compares(Path("all", (), design(shipped()["probabilistic"].path[0], scenario()).comparisons, 0.0))
    assert [name for name, yes in found.items() if not yes] == ["by_control"]


def test_an_unknown_rule_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(InputErrors, match=r"linkage\.rule: should be one of .*name_dob") as refused:
        rule_of(scenario(rule="soundex"))
    assert "soundex" in str(refused.value)


def test_an_unknown_blocking_field_is_refused() -> None:
    with pytest.raises(InputErrors, match="got 'shoe_size'"):
        rule_of(scenario(rule="name_dob", blocking=["surname+shoe_size", "birth"]))


def test_blocking_of_the_scenario_replaces_that_of_the_rule() -> None:
    (path,) = rule_of(scenario(rule="name_dob", blocking=["surname+birth_year", "zip"]))
    assert path.passes == (("surname", "birth_year"), ("zip",))


def test_a_pair_that_no_blocking_pass_brings_together_is_missed() -> None:
    maria = {
        "given": "MARIA",
        "surname": "GARCIA",
        "birth": 19800102,
        "number": 1,
        "street": "OAK AVE",
        "zip": "78501",
    }
    country, frame = SmallCountry([maria]), requests(maria | {"zip": "10001"})
    assert link(country, frame, scenario(rule="name_dob")).disclosures.height == 1
    assert link(country, frame, scenario(rule="name_dob", blocking=["zip"])).disclosures.height == 0


def test_every_rule_has_a_name_that_a_scenario_may_use() -> None:
    assert set(shipped()) >= {*DETERMINISTIC, "probabilistic"}
    for name in shipped():
        assert scenario(rule=name).linkage.rule == name


@pytest.mark.parametrize(
    "levels",
    [
        (),
        (Level(Kind.EXACT, 1.0),),
        (Level(Kind.ELSE, 0.0), Level(Kind.EXACT, 1.0)),
        (Level(Kind.ELSE, 0.0), Level(Kind.ELSE, 0.0)),
        (Level(Kind.EXACT, 1.0), Level(Kind.MISSING, 0.0), Level(Kind.ELSE, 0.0)),
    ],
)
def test_levels_out_of_order_are_refused(levels: tuple[Level, ...]) -> None:
    with pytest.raises(ValueError, match="surname"):
        Comparison("surname", levels)
