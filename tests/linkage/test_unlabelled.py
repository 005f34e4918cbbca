"""What could be known without the truth: right where a method's assumptions hold, and not elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from sim.linkage.patterns import Patterns
from sim.linkage.scored import Candidates
from sim.linkage.unlabelled import duplicate_method, fit_mixture, would_it_have_known


@pytest.mark.parametrize(("true_link", "false_links"), [(0.6, 0.05), (0.06, 0.02), (0.9, 0.5), (0.3, 0.001)])
def test_the_duplicate_method_agrees_with_the_true_ppv_when_false_links_fall_at_random(
    true_link, false_links
):
    rng = np.random.default_rng(1)
    n = 400_000
    true = rng.random(n) < true_link
    false = rng.poisson(false_links, n)
    found = duplicate_method(true + false)
    truth = true.sum() / (true.sum() + false.sum())
    single = true[true + false == 1].mean()
    assert found.ppv == pytest.approx(truth, abs=0.01)
    assert found.single_ppv == pytest.approx(single, abs=0.01)
    assert found.false_links == pytest.approx(false_links, rel=0.15)


def test_the_duplicate_method_does_not_see_false_links_that_replace_missing_true_ones():
    """Requests for absent people whose only link is a namesake look just like true single links."""
    rng = np.random.default_rng(2)
    present = rng.random(100_000) < 0.5
    links = np.where(present, 1, rng.random(100_000) < 0.2).astype(np.int64)
    truth = present.sum() / links.sum()
    assert truth < 0.85 and duplicate_method(links).ppv > 0.99


def test_no_false_link_anywhere_is_a_ppv_of_one():
    assert duplicate_method(np.array([0, 1, 1, 0])).ppv == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(ValueError, match="needs requests"):
        duplicate_method(np.zeros(0, np.int64))


def test_a_mixture_of_two_normals_is_recovered_and_its_tail_is_the_false_share():
    rng = np.random.default_rng(3)
    true, false = rng.normal(15, 4, 30_000), rng.normal(-6, 5, 70_000)
    found = fit_mixture(np.concatenate((true, false)))
    assert found.share == pytest.approx(0.3, abs=0.01)
    assert found.true == pytest.approx((15, 4), abs=0.2)
    assert found.false == pytest.approx((-6, 5), abs=0.2)
    for threshold in (0.0, 5.0):
        truth = (false >= threshold).sum() / ((false >= threshold).sum() + (true >= threshold).sum())
        assert found.false_share(threshold) == pytest.approx(truth, rel=0.15)
    with pytest.raises(ValueError, match="at least 10"):
        fit_mixture(np.zeros(3))


def test_estimates_stand_beside_the_truth_at_every_threshold():
    """Scores that are calibrated: the model's own estimate is right, and no estimate is made of nothing."""
    rng = np.random.default_rng(4)
    n = 50_000
    level = rng.integers(1, 4, n).astype(np.uint8)
    bits = [np.array([0.0, 6.0, 1.0, -5.0])]
    right = rng.random(n) < 1 / (1 + 2.0 ** -bits[0][level])
    numbers, patterns, none = np.arange(n), Patterns.of(level[:, None]), np.zeros(n, np.float32)
    pairs = Candidates(numbers.astype(np.uint32), numbers, right, patterns, none, np.ones(n, bool))
    table = would_it_have_known(pairs, bits, 0.0, [20.0, 5.0, 0.0])
    assert table.row(0)[1:3] == (0, None) and table["model"][0] is None
    for row in table[1:].iter_rows(named=True):
        assert row["model"] == pytest.approx(row["truth"], rel=0.1)
        assert row["duplicates"] == pytest.approx(0.0, abs=1.0)  # one candidate each
        assert 0 <= row["mixture"] <= 1000
