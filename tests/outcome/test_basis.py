"""What a number rests on is said for every matching rule there is."""

from __future__ import annotations

import pytest

from sim.linkage.rules import shipped
from sim.outcome.basis import CAUTIONED, basis, caution, rule
from sim.scenario import Scenario


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_rule_is_named_with_what_it_compares_and_the_size_searched(name: str) -> None:
    scenario = Scenario.of({"linkage": {"rule": name}, "population": {"size": 5_000}})
    assert basis(scenario) == f"rule: {shipped()[name].words} ({name}); searched: 5,000 records"


def test_an_address_that_has_to_agree_is_said() -> None:
    scenario = Scenario.of({"linkage": {"address_check": "must_match"}})
    assert rule(scenario) == f"{shipped()['irs_2025'].words} (irs_2025), the address has to agree"


@pytest.mark.parametrize("tie", ["all", "first"])
def test_disclosing_others_than_the_best_scored_record_is_cautioned_with_its_price(tie: str) -> None:
    said = caution(Scenario.of({"linkage": {"rule": "probabilistic", "tie": tie}}))
    assert said.startswith(f"linkage.tie is {tie}: ") and "not the best" in said
    for count in (*CAUTIONED["best"], *CAUTIONED[tie]):
        assert f"{count:,}" in said


@pytest.mark.parametrize(
    "linkage",
    [
        *({"rule": "probabilistic", "tie": tie} for tie in ("best", "withhold")),
        {"rule": "probabilistic", "tie": "all", "one_to_one": True},
        *({"rule": name, "tie": "all"} for name in sorted(shipped()) if name != "probabilistic"),
    ],
)
def test_where_only_the_best_or_equals_are_disclosed_there_is_no_caution(linkage: dict[str, object]) -> None:
    assert caution(Scenario.of({"linkage": linkage})) == ""
