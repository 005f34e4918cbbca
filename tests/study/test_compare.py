"""Paired comparison: on the same luck, differences are seen that independent studies would miss."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim.errors import StudyError
from sim.outcome.rates import Definition, Settings
from sim.study.compare import paired

RATE = Definition("wrong_person", "Somebody else's address", "k", "n", "addresses disclosed")


def counts(events: list[float], trials: list[float] | None = None) -> pl.DataFrame:
    return pl.DataFrame({"k": events, "n": trials or [1_000.0] * len(events)})


def test_a_constant_difference_is_known_exactly_however_much_populations_differ() -> None:
    found = paired(RATE, counts([10, 50, 90]), counts([15, 55, 95]), Settings())
    assert (found.difference, found.low, found.high) == pytest.approx((5, 5, 5))
    assert found.variance_ratio is None  # the pairs do not vary
    assert found.ratio == pytest.approx(165 / 150)


def test_pairing_wins_where_luck_is_shared_and_nothing_where_it_is_not() -> None:
    chance = np.random.default_rng(8)
    luck = chance.normal(0, 10, 400)
    shared = paired(
        RATE, counts(list(50 + luck)), counts(list(60 + luck + chance.normal(0, 2, 400))), Settings()
    )
    apart = paired(RATE, counts(list(50 + luck)), counts(list(60 + chance.normal(0, 10, 400))), Settings())
    assert shared.variance_ratio == pytest.approx(204 / 4, rel=0.2)
    assert apart.variance_ratio == pytest.approx(1.0, rel=0.2)
    assert shared.mcse < apart.mcse / 4


def test_the_paired_interval_covers_the_true_difference() -> None:
    chance = np.random.default_rng(9)
    covered = 0
    for _ in range(400):
        shares = 0.02 * np.clip(1 + 0.3 * chance.standard_normal(20), 0, None)
        trials = chance.integers(3_000, 6_000, 20)
        first, second = chance.binomial(trials, shares), chance.binomial(trials, 1.5 * shares)
        frames = (pl.DataFrame({"k": each, "n": trials}) for each in (first, second))
        found = paired(RATE, *frames, Settings())
        covered += found.low <= 10.0 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_the_ratio_has_the_interval_of_its_logarithm() -> None:
    found = paired(RATE, counts([20, 22, 18, 20]), counts([40, 44, 36, 41]), Settings())
    assert found.ratio == pytest.approx(161 / 80)
    assert found.ratio_low is not None and found.ratio_high is not None
    assert found.ratio_low < 161 / 80 < found.ratio_high
    assert np.sqrt(found.ratio_low * found.ratio_high) == pytest.approx(found.ratio)


def test_there_is_no_ratio_to_nought_and_no_interval_when_one_replicate_carries_all() -> None:
    assert paired(RATE, counts([0, 0, 0]), counts([1, 2, 3]), Settings()).ratio is None
    lone = paired(RATE, counts([0, 0, 3]), counts([1, 2, 3]), Settings())
    assert (lone.ratio, lone.ratio_low) == (2.0, None)


def test_replicates_in_which_one_side_discloses_nothing_are_left_out_and_two_are_needed() -> None:
    found = paired(RATE, counts([1, 2, 3], [100, 0, 100]), counts([2, 2, 4], [100, 100, 100]), Settings())
    assert found.method == "paired jackknife t over 2 replicates"
    with pytest.raises(
        StudyError, match="needs two replicates with addresses disclosed in both scenarios, got 1"
    ):
        paired(RATE, counts([1, 2], [100, 0]), counts([2, 2]), Settings())
