"""Intervals against published worked values, scipy's own, and the truth they must cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.outcome.intervals import (
    clopper_pearson,
    prediction_range,
    ratio_of_totals,
    t_interval,
    t_quantile,
    upper_bound,
    wilson,
    within,
    z_quantile,
)

counts = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_wilson_and_clopper_pearson_are_those_of_scipy(pair: tuple[int, int]) -> None:
    events, trials = pair
    test = stats.binomtest(events, trials)
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = test.proportion_ci(method=name)
        found = ours(events, trials)
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_quantiles_are_those_of_the_tables() -> None:
    # Not the usual 95 %: what was asked before is remembered, and the lines would not be run here.
    assert z_quantile(0.8) == pytest.approx(1.281552, abs=1e-6)
    assert t_quantile(11, 0.8) == pytest.approx(1.372184, abs=1e-6)
    assert t_quantile(2, 0.5) == pytest.approx(1.0)


def test_no_event_in_a_thousand_means_fewer_than_three_in_a_thousand() -> None:
    assert upper_bound(1_000).high == pytest.approx(0.0029912495)
    assert upper_bound(1_000).low == 0
    assert upper_bound(1).high == pytest.approx(0.95)
    assert clopper_pearson(0, 1_000).high == pytest.approx(0.00368208, abs=1e-8)


@pytest.mark.parametrize(
    ("events", "method"),
    [
        (0, "upper bound"),
        (1, "Clopper"),
        (5, "Clopper"),
        (6, "Wilson"),
        (94, "Wilson"),
        (95, "Clopper"),
        (100, "Clopper"),
    ],
)
def test_within_one_population_the_method_follows_the_number_of_events(events: int, method: str) -> None:
    assert method in within(events, 100).method


@pytest.mark.parametrize(("events", "trials"), [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts_are_refused(events: int, trials: int) -> None:
    for interval in (wilson, clopper_pearson, within):
        with pytest.raises(ValueError, match="events <= trials"):
            interval(events, trials)


def test_t_interval_of_five_values_is_the_textbook_one() -> None:
    values = np.array([10.0, 12.0, 9.0, 11.0, 13.0])  # mean 11, sd 1.5811, se 0.7071, t(4) 2.7764
    mean, error, interval = t_interval(values)
    assert (mean, error) == pytest.approx((11.0, 0.70711), abs=1e-5)
    assert (interval.low, interval.high) == pytest.approx((9.0368, 12.9632), abs=1e-4)


def test_the_prediction_range_is_wider_than_the_interval_by_the_root_of_replicates_plus_one() -> None:
    values = np.array([10.0, 12.0, 9.0, 11.0, 13.0])
    _, _, interval = t_interval(values)
    ahead = prediction_range(values, 11.0)
    assert (ahead.high - 11) / (interval.high - 11) == pytest.approx(np.sqrt(6))


def test_one_replicate_has_no_interval_between_populations() -> None:
    with pytest.raises(ValueError, match="at least two"):
        t_interval(np.array([1.0]))
    with pytest.raises(ValueError, match="two with a denominator"):
        ratio_of_totals(np.array([1.0, 0.0]), np.array([10.0, 0.0]))


def test_with_equal_denominators_the_jackknife_is_the_t_interval_of_the_rates() -> None:
    above, below = np.array([3.0, 5.0, 4.0, 8.0, 2.0]), np.full(5, 100.0)
    _, error, interval = t_interval(above / below)
    found = ratio_of_totals(above, below)
    assert found.value == pytest.approx(0.044)
    assert found.standard_error == pytest.approx(error)
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))


def test_the_jackknife_of_three_unequal_replicates_agrees_with_hand_arithmetic() -> None:
    # leave-one-out ratios 6/20, 5/25, 3/15 = .3, .2, .2; mean .23333; squares .0066667; times 2/3; root
    found = ratio_of_totals(np.array([1.0, 2.0, 4.0]), np.array([10.0, 5.0, 15.0]))
    assert found.value == pytest.approx(7 / 30)
    assert found.standard_error == pytest.approx(np.sqrt(2 / 3 * 0.0066666667), rel=1e-6)


def test_a_replicate_that_disclosed_nothing_weighs_nothing() -> None:
    above, below = np.array([3.0, 5.0, 4.0]), np.array([100.0, 120.0, 90.0])
    padded = ratio_of_totals(np.append(above, 0.0), np.append(below, 0.0))
    assert padded == ratio_of_totals(above, below)
