"""Worlds whose answer is known without the program."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.outcome import OUTCOMES, count
from sim.population import naming
from sim.replicate import World
from sim.run import simulate
from sim.scenario import Scenario

# With few requests fewer than 9.9 % live in a building with units; the warning says so, and rightly.
pytestmark = pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")

AMBIGUOUS = {"linkage__rule": "name_only", "linkage__surname_handling": "array", "requests__coverage": 0.7}
SMALL = {"population.size": 20_000, "requests.count": 400, "replicates": 1}


def asked(**changes: Any) -> Scenario:
    settings = {key.replace("__", "."): value for key, value in changes.items()}
    return Scenario.load("aug2025-as-run").replace(SMALL | settings)


def counted(scenario: Scenario) -> dict[str, int]:
    return count(simulate(scenario).outcomes, scenario.population.size)


@pytest.mark.parametrize("coverage", [1.0, 0.5])
def test_without_noise_and_with_numbers_nobody_is_taken_for_somebody_else(coverage: float) -> None:
    found = counted(asked(noise__level="clean", requests__tin_share=1.0, requests__coverage=coverage))
    assert found["wrong_disclosed"] == 0
    assert found["outcome_missed"] == 0
    assert (
        found["disclosed"] == found["in_registry"] == found["requests"] - found["outcome_correctly_withheld"]
    )


def test_when_all_names_are_alike_all_addresses_but_one_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    people = 60

    def one_surname(*arguments: Any) -> tuple[np.ndarray, np.ndarray]:
        household = arguments[4]
        return np.full(household.size, 1, np.uint32), np.zeros(household.size, np.uint32)

    def one_given(*arguments: Any) -> tuple[np.ndarray, np.ndarray]:
        household = arguments[4]
        return np.full(household.size, 1, np.uint32), np.zeros(household.size, np.uint8)

    monkeypatch.setattr(naming, "surnames", one_surname)
    monkeypatch.setattr(naming, "givens", one_given)
    scenario = asked(
        noise__level="clean", population__size=people, requests__count=20, requests__coverage=1.0,
        linkage__rule="name_only", linkage__tie="all",
    )  # fmt: skip
    found = counted(scenario)
    assert found["disclosed"] == 20 * people
    assert found["wrong_disclosed"] / found["disclosed"] == pytest.approx((people - 1) / people)
    assert found["cause_relative"] + found["cause_namesake"] == found["outcome_wrong_person"] == 20


@pytest.mark.parametrize("rule", ["irs_2025", "name_only", "name_zip", "name_dob", "dob_only"])
def test_when_nobody_asked_for_is_in_the_registry_every_disclosure_is_wrong(rule: str) -> None:
    found = counted(
        asked(requests__coverage=0.0, linkage__rule=rule, linkage__tie="all", noise__level="high")
    )
    assert found["disclosed"] == found["wrong_disclosed"]
    assert found["outcome_wrong_person"] == found["wrong_absent"] == found["answered"]
    assert found["outcome_wrong_person"] + found["outcome_correctly_withheld"] == found["requests"]
    if rule == "name_only":
        assert found["disclosed"] > 0  # the claim is not about nothing


@pytest.mark.parametrize("tie", ["withhold", "first", "best", "all"])
def test_counts_add_up_whatever_is_done_with_ties(tie: str) -> None:
    found = counted(asked(**AMBIGUOUS, linkage__tie=tie))
    right = found["outcome_right_person_right_door"] + found["outcome_right_person_wrong_door"]
    assert found["requests"] == sum(found[f"outcome_{word}"] for word in OUTCOMES) == 400
    assert found["answered"] == right + found["outcome_wrong_person"]
    assert found["in_registry"] + found["absent"] == found["requests"]
    assert sum(v for k, v in found.items() if k.startswith("cause_")) == found["outcome_wrong_person"]
    assert (found["disclosed"] > found["answered"]) == (tie == "all")
    if tie == "withhold":
        assert found["wrong_disclosed"] + right == found["disclosed"]


def test_withholding_ambiguous_answers_discloses_exactly_the_unambiguous_ones() -> None:
    one = simulate(asked(**AMBIGUOUS, linkage__tie="withhold")).outcomes
    every = simulate(asked(**AMBIGUOUS, linkage__tie="all")).outcomes
    assert every["links"].max() > 1
    assert one["links"].equals(every["links"])
    assert (one["disclosed"] == (one["links"] == 1).cast(pl.UInt32)).all()
    assert (every["disclosed"] == every["links"]).all()


def test_the_same_seed_gives_the_same_world_and_another_replicate_another() -> None:
    scenario = asked()
    first, again, other = simulate(scenario, 0), simulate(scenario, 0), simulate(scenario, 1)
    assert first.outcomes.equals(again.outcomes)
    assert first.ledger.equals(again.ledger)
    assert not first.outcomes.equals(other.outcomes)


def test_another_rule_meets_the_same_people_and_the_same_faults() -> None:
    worlds: list[World] = [simulate(asked(linkage__rule=rule)) for rule in ("irs_2025", "name_dob")]
    truth = ["request", "requested_person_absent", "deficient_request", "ethnicity", "nativity", "tin_kind"]
    assert worlds[0].outcomes.select(truth).equals(worlds[1].outcomes.select(truth))
    assert worlds[0].ledger.equals(worlds[1].ledger)
