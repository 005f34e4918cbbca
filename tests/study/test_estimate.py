"""The time said beforehand is that of measured runs, within the factor of two that is promised."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sim.scenario import Scenario
from sim.study.estimate import LEARNING, estimate

MEASURED = pl.read_csv(Path(__file__).parents[2] / "benchmarks" / "results" / "scaling.csv")


@pytest.mark.parametrize("row", MEASURED.to_dicts(), ids=lambda row: f"{row['million_people']} M")
def test_the_estimate_is_within_a_factor_of_two_of_each_measured_size(row: dict[str, float]) -> None:
    size = {"population.size": row["million_people"] * 1_000_000, "requests.count": row["requests"]}
    said = estimate([Scenario.of(size | {"replicates": 1})]).seconds
    assert 0.5 < said / row["seconds"] < 2.0


def test_the_good_matcher_takes_longer_by_its_learning_its_bounds_and_its_curve() -> None:
    seconds = {}
    for rule in ("irs_2025", "probabilistic"):
        for people in (1_000_000, 160_000_000):
            asked = {"population.size": people, "requests.count": 100_000, "linkage.rule": rule,
                     "linkage.tie": "best"}  # fmt: skip
            seconds[rule, people] = estimate([Scenario.of(asked)]).seconds
    more = {people: seconds["probabilistic", people] - seconds["irs_2025", people] for _, people in seconds}
    assert more[1_000_000] > LEARNING + 1.0
    assert more[160_000_000] > more[1_000_000]
