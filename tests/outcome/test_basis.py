"""What a number rests on is said for every matching rule there is."""

from __future__ import annotations

import pytest

from sim.outcome.basis import RULES, basis, rule
from sim.scenario import Scenario


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_named_with_what_it_compares_and_the_size_searched(name: str) -> None:
    scenario = Scenario.of({"linkage": {"rule": name}, "population": {"size": 5_000}})
    assert basis(scenario) == f"rule: {RULES[name]} ({name}); searched: 5,000 records"


def test_an_address_that_has_to_agree_is_said() -> None:
    scenario = Scenario.of({"linkage": {"address_check": "must_match"}})
    assert rule(scenario) == f"{RULES['irs_2025']} (irs_2025), the address has to agree"
