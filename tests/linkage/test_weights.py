"""Weights in bits: worked examples by hand, and chance agreement against counting every pair."""

from __future__ import annotations

import numpy as np
import pytest

from sim.linkage.comparison import Kind
from sim.linkage.weights import Frequency, chance, compare_as, exact_agreement, prior_bits, to_weights, weigh

GIVEN = compare_as("given", (Kind.JARO_WINKLER, 0.92))


def test_a_level_is_worth_the_log2_of_m_over_u_and_missing_nothing():
    weights = to_weights(np.array([np.nan, 0.8, 0.1, 0.1]), np.array([np.nan, 0.05, 0.05, 0.9]))
    assert weights == pytest.approx([0.0, 4.0, 1.0, np.log2(1 / 9)])


def test_exact_agreement_by_chance_is_what_counting_every_pair_gives():
    rng = np.random.default_rng(1)
    requests = {"given": rng.integers(0, 5, 70), "zip": rng.integers(0, 3, 70)}
    records = {"given": rng.integers(0, 6, 110), "zip": rng.integers(0, 3, 110)}
    pairs = [(a, b) for a in requests["given"] if a for b in records["given"] if b]
    assert exact_agreement(requests, records, GIVEN) == pytest.approx(np.mean([a == b for a, b in pairs]))
    place = compare_as("place", columns=("given", "zip"))
    rows = [(i, j) for i in range(70) if requests["given"][i] for j in range(110) if records["given"][j]]
    same = [
        requests["given"][i] == records["given"][j] and requests["zip"][i] == records["zip"][j]
        for i, j in rows
    ]
    assert exact_agreement(requests, records, place) == pytest.approx(np.mean(same))


def test_exact_agreement_has_the_same_bits_in_whatever_order_the_records_come():
    rng = np.random.default_rng(2)
    requests, records = rng.integers(0, 400, 7_000), rng.integers(0, 400, 9_000)
    once = exact_agreement({"given": requests}, {"given": records}, GIVEN)
    for _ in range(20):
        asked, held = rng.permutation(requests), rng.permutation(records)
        assert exact_agreement({"given": asked}, {"given": held}, GIVEN) == once


def test_levels_seen_among_random_pairs_share_what_exact_agreement_leaves():
    levels = np.array([[0]] * 10 + [[1]] * 1 + [[2]] * 9 + [[3]] * 90, np.uint8)
    (u,) = chance(levels, [GIVEN], [0.001])
    assert u[1] == 0.001 and np.isnan(u[0])
    assert u[1:].sum() == pytest.approx(1.0)
    assert u[2] / u[3] == pytest.approx(9.5 / 90.5)
    (counted,) = chance(levels, [GIVEN], [None])
    assert counted[1] == pytest.approx(1.5 / 101.5)


def test_agreeing_on_garcia_is_worth_less_than_on_zielinski():
    garcia, zielinski, other = 7, 9, 8
    records = {"surname": np.array([garcia] * 64 + [zielinski] * 1 + [other] * 35)}
    bits = Frequency.of(records, ("surname",), u=0.16, floor=1e-6)
    found = bits({"surname": np.array([garcia, zielinski, 0, 99])})
    assert found == pytest.approx([-2.0, 4.0, 0.0, np.log2(0.16 / 1e-6)])
    half = Frequency.of(records, ("surname",), u=0.16, floor=1e-6, strength=0.5)
    assert half({"surname": np.array([garcia])}) == pytest.approx([-1.0])


def test_of_two_surnames_the_commoner_decides_what_agreement_is_worth():
    records = {"surname": np.array([7] * 96 + [9] * 4), "surname2": np.array([9] * 4 + [0] * 96)}
    bits = Frequency.of(records, ("surname", "surname2"), u=0.5, floor=1e-6)
    both = bits({"surname": np.array([7, 9]), "surname2": np.array([9, 0])})
    assert both == pytest.approx(np.log2([0.5 / 0.96, 0.5 / 0.08]))


def test_weighing_a_comparison_fills_its_levels_and_shares():
    m, u = np.array([np.nan, 0.8, 0.1, 0.1]), np.array([np.nan, 0.05, 0.05, 0.9])
    frequency = Frequency.of({"given": np.array([1, 1, 2])}, ("given",), u=0.05, floor=1e-6)
    weighed = weigh(GIVEN, m, u, frequency)
    assert [level.weight for level in weighed.levels] == pytest.approx(to_weights(m, u))
    assert [level.share for level in weighed.levels] == [0.0, 1.0, 0.0, 0.0]
    assert weigh(GIVEN, m, u).frequency is None
    with pytest.raises(ValueError, match="4 levels, 3 m"):
        weigh(GIVEN, m[:3], u)


def test_the_prior_is_the_expected_overlap():
    assert prior_bits(1, 1025) == pytest.approx(-10.0)
    with pytest.raises(ValueError, match="must be between"):
        prior_bits(0, 100)
