"""Every point of the curve is what counting the links at that threshold gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.linkage.curve import calibration, clerical, curve, curves, equal_thresholds, to_bits, to_probability
from sim.linkage.patterns import Patterns
from sim.linkage.scored import Best, Candidates, one_to_one

INF = np.inf


def best(*rows):
    """Best candidates from rows (score, second, right, in registry)."""
    score, second, right, present = (np.array(column) for column in zip(*rows, strict=True))
    return Best(
        score.astype(float),
        second.astype(float),
        np.arange(len(score)),
        right.astype(bool),
        present.astype(bool),
    )


FOUR = best((9, 1, True, True), (8, 8, False, True), (5, -INF, False, False), (-INF, -INF, False, True))


def test_a_worked_example_of_four_requests():
    table = curve(FOUR).at(np.array([10.0, 9.0, 8.0, 5.0]))
    assert table["disclosed"].to_list() == [0, 1, 2, 3]
    assert table["wrong"].to_list() == [0, 0, 1, 2]
    assert table["missed"].to_list() == [3, 2, 1, 1]  # the second is disclosed, wrongly: not missed
    assert table["wrong_per_1000_disclosed"].to_list() == [None, 0.0, 500.0, pytest.approx(2000 / 3)]
    assert table["missed_per_1000_requested"].to_list() == [750.0, 500.0, 250.0, 250.0]


def test_withholding_ties_takes_back_what_a_second_link_makes_ambiguous():
    table = curve(FOUR, "withhold").at(np.array([9.0, 8.0, 5.0, 1.0]))
    assert table["disclosed"].to_list() == [1, 1, 2, 1]
    assert table["wrong"].to_list() == [0, 0, 1, 1]
    assert table["missed"].to_list() == [2, 2, 2, 3]


scores = st.integers(-3, 3)
rows = st.tuples(scores, st.integers(0, 3), st.booleans(), st.booleans()).map(
    lambda r: (r[0], r[0] - r[1] if r[1] < 3 else -INF, r[2] and r[3], r[3])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, min_size=1, max_size=12), st.sampled_from(["best", "withhold"]))
def test_every_point_is_what_counting_gives(listed, tie):
    requests = best(*listed)
    found = curve(requests, tie)
    for threshold in np.arange(-7, 5):
        said = requests.score >= threshold
        if tie == "withhold":
            said &= requests.second < threshold
        row = found.at(float(threshold)).row(0, named=True)
        assert row["disclosed"] == said.sum()
        assert row["wrong"] == (said & ~requests.right).sum()
        assert row["missed"] == (~said & requests.in_registry).sum()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=20)
)
def test_the_one_pass_keeps_the_best_and_the_second_of_each_request(listed):
    listed = sorted(listed, key=lambda row: row[0])
    request, a, b, right = (np.array([row[i] for row in listed], int) for i in range(4))
    patterns = Patterns.of(np.column_stack((a, b)).astype(np.uint8).reshape(-1, 2))
    bits = [np.array([0.0, 3.0, -2.0]), np.array([0.0, 1.5, -1.0])]
    extra = (np.arange(len(listed)) % 3 * 0.25).astype(np.float32)
    pairs = Candidates(
        request.astype(np.uint32),
        np.arange(len(listed)),
        right.astype(bool),
        patterns,
        extra,
        np.ones(5, bool),
    )
    found = pairs.best(bits, base=-1.0)
    everything = pairs.scores(bits, base=-1.0)
    for number in range(5):
        own = np.flatnonzero(request == number)
        ranked = own[np.argsort(-everything[own], kind="stable")]
        assert found.record[number] == (ranked[0] if len(ranked) else -1)
        assert found.score[number] == (everything[ranked[0]] if len(ranked) else -INF)
        assert found.second[number] == (everything[ranked[1]] if len(ranked) > 1 else -INF)
        assert not len(ranked) or found.right[number] == right[ranked[0]]


def test_pairs_lost_by_blocking_are_counted():
    patterns = Patterns.of(np.ones((2, 1), np.uint8))
    pairs = Candidates(
        np.array([0, 1], np.uint32), np.array([4, 5]), np.array([True, False]), patterns,
        np.zeros(2, np.float32), np.array([True, True, True, False]),
    )  # fmt: skip
    assert pairs.lost_to_blocking() == 2  # the second's own record and the third's; the fourth has none


def test_groups_have_curves_of_their_own_and_a_threshold_that_equals_another_group():
    rng = np.random.default_rng(1)
    n = 4000
    group = np.where(np.arange(n) % 2, "a", "b")
    score = rng.normal(size=n) * 4
    right = rng.random(n) < to_probability(score - np.where(group == "a", 0.0, 2.0))  # b is wrong more often
    requests = Best(score, np.full(n, -INF), np.arange(n), right, np.ones(n, bool))
    by_group = curves(requests, group)
    assert set(by_group) == {"all", "a", "b"}
    rate = by_group["a"].at(3.0)["wrong_per_1000_disclosed"][0]
    equal = equal_thresholds(by_group, "wrong_per_1000_disclosed", rate)
    assert equal["b"] > equal["a"]
    assert by_group["b"].at(equal["b"])["wrong_per_1000_disclosed"][0] <= rate
    missed = equal_thresholds(by_group, "missed_per_1000_requested", 200.0)
    assert by_group["a"].at(missed["a"])["missed_per_1000_requested"][0] <= 200.0


def test_no_threshold_is_none_not_a_number():
    hopeless = curve(best((3, -INF, False, True)))
    assert hopeless.lowest_threshold(10.0) is None
    assert curve(best((-INF, -INF, False, True))).highest_threshold(10.0) is None


def test_calibration_counts_the_true_among_links_of_each_score():
    bits = np.array([to_bits(0.92)] * 4 + [to_bits(0.3)] * 2)
    table = calibration(bits, np.array([True, True, True, False, False, True]))
    row = table.filter(table["low"] == 0.9).row(0, named=True)
    assert (row["links"], row["true"], row["share"]) == (4, 3, 0.75)
    assert row["scored"] == pytest.approx(0.92)
    assert table.filter(table["low"] == 0.5).row(0, named=True)["share"] is None
    assert table["links"].sum() == 6


def test_a_reviewer_who_never_errs_leaves_only_what_is_above_the_upper_threshold_wrong():
    requests = best(
        (12, -INF, False, True), (8, -INF, True, True), (8, -INF, False, False), (2, -INF, True, True)
    )
    perfect = clerical(requests, 5, 10, 0.0)
    assert (perfect.reviewed, perfect.reviewed_wrong) == (2, 1)
    assert (perfect.disclosed, perfect.wrong, perfect.missed) == (2.0, 1.0, 1.0)
    human = clerical(requests, 5, 10, 0.1)
    assert (human.disclosed, human.wrong, human.missed) == pytest.approx((2.0, 1.1, 1.1))
    with pytest.raises(ValueError, match="above the upper"):
        clerical(requests, 10, 5, 0.1)
    with pytest.raises(ValueError, match="must be in"):
        clerical(requests, 5, 10, 1.1)


def test_one_to_one_uses_no_record_twice_and_prefers_the_higher_score():
    request, record = np.array([0, 0, 1, 1, 2], np.uint32), np.array([7, 8, 7, 9, 7])
    kept = one_to_one(request, record, np.array([5.0, 4.0, 6.0, 1.0, 6.0]))
    assert kept.tolist() == [False, True, True, False, False]


def test_bits_and_probability_are_two_ways_to_write_a_threshold():
    assert to_bits(0.5) == 0.0
    assert to_probability(np.array([0.0, to_bits(0.99), -2000.0])) == pytest.approx([0.5, 0.99, 0.0])
    assert (to_bits(0.0), to_bits(1.0)) == (-INF, INF)
    with pytest.raises(ValueError, match="must be in"):
        to_bits(1.1)
