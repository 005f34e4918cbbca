"""The statistical assertion: passes what is right, fails what is wrong, refuses what settles nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from tests.fuzzy import Underpowered, bayes_factor, proportion_is


def test_a_working_generator_passes_nearly_always() -> None:
    counts = np.random.default_rng(1).binomial(5_000, 0.03, size=2_000)
    failures = sum(bayes_factor(int(count), 5_000, 0.03, 0.03) > 100 for count in counts)
    # Under a working generator a Bayes factor above 100 has probability below 1/100 (Ville), here far below.
    assert failures <= 3


def test_a_generator_off_by_two_fifths_fails() -> None:
    with pytest.raises(AssertionError, match="not a proportion"):
        proportion_is(210, 5_000, 0.03)


def test_a_range_passes_inside_and_fails_outside() -> None:
    proportion_is(160, 5_000, 0.02, 0.04)
    with pytest.raises(AssertionError, match="times better"):
        proportion_is(300, 5_000, 0.02, 0.04)


def test_an_impossible_count_fails_with_certainty() -> None:
    assert bayes_factor(1, 1_000, 0.0, 0.0) == float("inf")
    proportion_is(0, 1_000, 0.0)


def test_a_sample_that_could_never_fail_is_refused() -> None:
    with pytest.raises(Underpowered, match="draw more"):
        proportion_is(1, 3, 0.5)


def test_a_sample_that_could_not_notice_the_named_wrong_value_is_refused() -> None:
    proportion_is(300, 10_000, 0.03, unlike=0.04)
    with pytest.raises(Underpowered, match=r"from 0\.031"):
        proportion_is(300, 10_000, 0.03, unlike=0.031)


def test_counts_that_are_no_proportion_are_refused() -> None:
    with pytest.raises(ValueError, match="no proportion"):
        proportion_is(4, 3, 0.5)


@pytest.mark.parametrize(("events", "trials", "low", "high"), [(3, 50, 0.02, 0.1), (45, 50, 0.2, 0.95)])
def test_the_range_is_averaged_as_an_integral_would(
    events: int, trials: int, low: float, high: float
) -> None:
    area, _ = integrate.quad(lambda p: stats.binom.pmf(events, trials, p), low, high)
    broken = stats.betabinom.pmf(events, trials, 0.5, 0.5)
    assert bayes_factor(events, trials, low, high) == pytest.approx(broken / (area / (high - low)), rel=1e-9)
