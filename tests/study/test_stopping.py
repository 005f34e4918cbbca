"""Sequential stopping: a rule fixed beforehand, and every look kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.outcome.rates import Definition, Rate, Settings, make
from sim.scenario import Scenario
from sim.study import replicates
from sim.study.stopping import Rule

RATE = Definition("wrong_person", "", "k", "n", "addresses disclosed")
RULE = Rule(fewest=20, batch=10, most=60, relative=0.05, absolute=0.2)


def headline(count: int, spread: float, centre: float = 50.0) -> Rate:
    events = centre + spread * np.linspace(-1, 1, count)
    return make(RATE, pl.DataFrame({"k": events, "n": [1_000.0] * count}), Settings())


def test_a_narrow_interval_stops_and_a_wide_one_goes_on() -> None:
    assert RULE.look(headline(20, spread=1.0)).stop
    look = RULE.look(headline(20, spread=40.0))
    assert not look.stop
    assert look.half_width is not None and look.half_width > look.aim == pytest.approx(2.5)


def test_never_below_the_fewest_and_never_beyond_the_most() -> None:
    assert not RULE.look(headline(10, spread=0.5)).stop
    assert RULE.look(headline(60, spread=45.0)).stop


def test_the_absolute_aim_serves_small_rates() -> None:
    assert RULE.look(headline(20, spread=0.1, centre=1.0)).aim == pytest.approx(0.2)


def test_a_rate_without_a_value_cannot_be_precise() -> None:
    nothing = make(RATE, pl.DataFrame({"k": [0] * 20, "n": [0] * 20}), Settings())
    assert not RULE.look(nothing).stop


def test_the_rule_is_read_from_the_catalogue() -> None:
    assert Rule.of(Scenario.of()) == Rule(20, 10, 500, 0.05, 0.2)


def test_a_study_goes_on_in_batches_and_keeps_its_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([headline(20, 40.0), headline(30, 40.0), headline(40, 1.0)])
    goals: list[tuple[int, int]] = []

    def simulate(scenario: Any, numbers: Sequence[int], progress: Any, pool: Any) -> Iterator[int]:
        goals.append((numbers[0], numbers[-1] + 1))
        return iter(numbers)

    monkeypatch.setattr(replicates, "_simulate", simulate)
    monkeypatch.setattr(replicates, "_headline", lambda scenario, worlds: next(looks))
    monkeypatch.setattr(replicates, "_show_a_wrong_link", lambda scenario, worlds, progress: None)
    monkeypatch.setattr(
        replicates, "collect", lambda scenario, worlds, seconds, stopping: (scenario, worlds, stopping)
    )
    scenario, worlds, stopping = replicates.run(Scenario.of(), stop=RULE)  # type: ignore[misc]
    assert goals == [(0, 20), (20, 30), (30, 40)]
    assert [look.replicates for look in stopping.looks] == [20, 30, 40]
    assert stopping.reached
    assert scenario.replicates == len(worlds) == 40
