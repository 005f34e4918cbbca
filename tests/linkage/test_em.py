"""EM finds the m probabilities that made the pairs, and says so when it cannot have."""

from __future__ import annotations

import numpy as np
import pytest

from sim.linkage.em import Fit, Stop, WrongClassError, WrongClassWarning, combine, fit, start
from sim.linkage.patterns import Patterns

M, U, NAMES = (0.7, 0.9, 0.95), (0.1, 0.025, 0.2), ("first", "second", "third")


def binary(u):
    return [np.array([np.nan, p, 1 - p]) for p in u]


def pairs(seed, n=1_000_000, share=0.1, m=M, u=U, missing=0.0):
    """Pairs of two-level comparisons from known m and u; returns their level numbers."""
    rng = np.random.default_rng(seed)
    agree = rng.random((n, len(m))) < np.where(rng.random(n)[:, None] < share, m, u)
    return np.where(rng.random((n, len(m))) < missing, 0, np.where(agree, 1, 2)).astype(np.uint8)


def best_levels(found: Fit):
    return [values[1] for values in found.m]


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_known_m_is_recovered_within_a_hundredth(share):
    found = fit(Patterns.of(pairs(1, share=share)), binary(U), names=NAMES, largest_share=0.9)
    assert best_levels(found) == pytest.approx(M, abs=0.01)
    assert found.share == pytest.approx(share, abs=0.005)
    assert found.converged and not found.problems


@pytest.mark.parametrize("best", [0.6, 0.8, 0.99])
def test_the_fit_does_not_depend_on_where_it_starts(best):
    patterns = Patterns.of(pairs(2, n=200_000))
    usual = fit(patterns, binary(U), names=NAMES)
    other = fit(patterns, binary(U), names=NAMES, m_start=start([2, 2, 2], best))
    assert best_levels(other) == pytest.approx(best_levels(usual), abs=1e-4)


def test_missing_values_say_nothing_and_do_not_bias():
    found = fit(Patterns.of(pairs(3, missing=0.3)), binary(U), names=NAMES)
    assert best_levels(found) == pytest.approx(M, abs=0.02)


def test_graded_levels_are_recovered_too():
    rng = np.random.default_rng(4)
    m = [
        np.array([np.nan, 0.8, 0.12, 0.08]),
        np.array([np.nan, 0.9, 0.1]),
        np.array([np.nan, 0.85, 0.1, 0.05]),
    ]
    u = [
        np.array([np.nan, 0.01, 0.04, 0.95]),
        np.array([np.nan, 0.05, 0.95]),
        np.array([np.nan, 0.02, 0.08, 0.9]),
    ]
    same = rng.random(300_000) < 0.05

    def drawn(p):
        return rng.choice(len(p) - 1, len(same), p=p[1:])

    columns = [1 + np.where(same, drawn(a), drawn(b)) for a, b in zip(m, u, strict=True)]
    levels = np.column_stack(columns)
    found = fit(Patterns.of(levels.astype(np.uint8)), u, names=NAMES)
    for fitted, true in zip(found.m, m, strict=True):
        assert fitted[1:] == pytest.approx(true[1:], abs=0.01)


def test_likelihood_never_falls():
    found = fit(Patterns.of(pairs(5, n=50_000)), binary(U), names=NAMES, pseudo_count=0.0)
    assert np.all(np.diff(found.trace[:, 0]) > -1e-6)


def test_a_class_that_disagrees_more_than_chance_is_refused_by_name():
    swapped = pairs(6, share=0.3, m=(0.02, 0.01, 0.05), u=U)
    with pytest.raises(WrongClassError, match="first: exact agreement is no likelier"):
        fit(Patterns.of(swapped), binary(U), names=NAMES, m_start=start([2, 2, 2], 0.5))


def test_a_share_of_true_pairs_that_cannot_be_is_refused():
    with pytest.raises(WrongClassError, match="share of true pairs"):
        fit(Patterns.of(pairs(7, share=0.6)), binary(U), names=NAMES, largest_share=0.2)


@pytest.mark.parametrize("possible", [0.6, 0.597, 1.0])
def test_a_share_at_its_bound_is_not_refused_for_the_luck_of_the_pairs(possible):
    found = fit(Patterns.of(pairs(7, n=5_000, share=0.6)), binary(U), names=NAMES, largest_share=possible)
    assert found.share == pytest.approx(0.6, abs=0.03) and not found.problems


def test_pairs_that_are_all_true_are_a_class_of_their_own_and_nothing_overflows():
    found = fit(Patterns.of(pairs(10, n=2_000, share=1.0)), binary(U), names=NAMES, largest_share=1.0)
    assert 0.98 < found.share < 1.0 and np.isfinite(found.trace).all()


def test_a_field_that_three_pairs_speak_against_is_not_enough_to_refuse_the_class():
    few = pairs(11, n=400, share=0.5)
    few[3:, 2] = 0
    few[:3] = [1, 1, 2]
    found = fit(Patterns.of(few), [*binary(U)[:2], np.array([np.nan, 0.3, 0.7])], names=NAMES)
    assert not found.m[2][1] > 0.3 and not found.problems


def test_u_learnt_from_pairs_that_mostly_match_is_caught():
    levels = pairs(8, share=0.5)
    from_the_same_pairs = [np.array([np.nan, (c == 1).mean(), (c == 2).mean()]) for c in levels.T]
    with pytest.raises(WrongClassError):
        fit(Patterns.of(levels), from_the_same_pairs, names=NAMES, m_start=start([2, 2, 2], 0.3))


def test_the_caller_may_ask_to_be_warned_only():
    with pytest.warns(WrongClassWarning, match="share of true pairs"):
        found = fit(
            Patterns.of(pairs(7, share=0.6)), binary(U), names=NAMES, largest_share=0.2, on_wrong_class="warn"
        )
    assert found.problems


def test_value_frequency_evidence_enters_the_expectation():
    """True pairs that agree on a common value are told from chance only by the evidence of the value."""
    levels = pairs(9, n=100_000)
    patterns = Patterns.of(levels)
    none = fit(patterns, binary(U), names=NAMES, extra=np.zeros(len(levels)))
    plain = fit(patterns, binary(U), names=NAMES)
    assert best_levels(none) == pytest.approx(best_levels(plain), abs=1e-6)
    against = fit(
        patterns, binary(U), names=NAMES, extra=np.full(len(levels), -3.0), hold_share=True, share=0.1
    )
    assert sum(np.nansum(c) for c in against.matched) < sum(np.nansum(c) for c in plain.matched)


def test_passes_that_block_on_different_fields_are_pooled_by_the_true_pairs_they_saw():
    levels = pairs(10)
    free = {name: k for k, name in enumerate(NAMES)}
    fits = []
    for blocked in ("first", "second"):
        names = [name for name in NAMES if name != blocked]
        inside = levels[levels[:, free[blocked]] == 1][:, [free[name] for name in names]]
        u = [binary(U)[free[name]] for name in names]
        fits.append((names, fit(Patterns.of(inside), u, names=names, largest_share=0.95)))
    pooled = combine(fits, NAMES)
    assert [pooled[name][1] for name in NAMES] == pytest.approx(M, abs=0.02)
    with pytest.raises(ValueError, match="every pass blocks on first"):
        combine(fits[:1], NAMES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ("first",)}, "3 comparisons in the patterns, 3 in u, 1 names"),
        ({"extra": np.zeros(3)}, "extra has 3 values for 100 pairs"),
        (
            {"u": [*binary(U)[:2], np.array([np.nan, 1.0])]},
            "third: level 2 in the patterns, but u has 1 levels",
        ),
    ],
)
def test_shapes_that_disagree_are_named(change, message):
    given = {"u": binary(U), "names": NAMES} | change
    u = given.pop("u")
    with pytest.raises(ValueError, match=message):
        fit(Patterns.of(pairs(11, n=100)), u, stop=Stop(iterations=3), **given)
    with pytest.raises(ValueError, match="needs pairs"):
        fit(Patterns.of(np.zeros((0, 3), np.uint8)), binary(U), names=NAMES)
