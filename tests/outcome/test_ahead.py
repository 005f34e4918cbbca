"""The range of one further list holds what one further list gives, on worlds whose rates are known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.outcome.ahead import one_list
from sim.outcome.rates import RATES, Settings, make_of

WRONG = next(each for each in RATES if each.name == "wrong_person")
WORLDS = 600


def rate(above, below):
    return make_of(WRONG, np.asarray(above, float), np.asarray(below, float), Settings())


@pytest.mark.parametrize("populations", [5, 20])
@pytest.mark.parametrize("spread", [0.0, 0.2, 0.5])
@pytest.mark.parametrize("longer", [0.1, 1.0, 10.0])
def test_nineteen_of_twenty_further_lists_fall_into_the_range(populations, spread, longer):
    """Rates of countries differ by `spread` of their mean; 300 wrong answers a list, 30 in the shortest."""
    luck = np.random.default_rng(3)
    size, mean = 40_000, 0.0075
    varied = mean * (luck.gamma(1 / spread**2, spread**2, (WORLDS, populations + 1)) if spread else 1.0)
    shares = np.broadcast_to(varied, (WORLDS, populations + 1))
    seen = luck.binomial(size, shares[:, :-1])
    further = luck.binomial(int(size * longer), shares[:, -1])
    found = [one_list(rate(counts, [size] * populations), int(size * longer)) for counts in seen]
    covered = np.mean([each.low <= count <= each.high for each, count in zip(found, further, strict=True)])
    assert covered >= 0.914  # 0.95 less four standard errors of so many trials


def test_the_interval_of_the_mean_is_four_times_too_narrow_for_one_list():
    luck = np.random.default_rng(4)
    counts = luck.binomial(47_000, 0.0065 * luck.gamma(100, 0.01, 20))
    found = rate(counts, [47_000] * 20)
    ahead = one_list(found, 47_000)
    mean = (found.high - found.low) * 47
    assert 4 < (ahead.high - ahead.low) / mean < 6
    assert ahead.low < ahead.expected < ahead.high


def test_more_populations_do_not_make_one_list_more_certain_than_its_own_luck():
    few, many = (rate([300] * k, [40_000] * k) for k in (20, 2_000))
    binomial = 1.96 * np.sqrt(300)
    for each in (few, many):
        ahead = one_list(each, 40_000)
        assert ahead.high - ahead.expected >= binomial * 0.99


def test_one_population_gives_no_range_and_nothing_seen_a_bound():
    assert one_list(rate([10], [1_000]), 47_289).low is None
    none = one_list(rate([0] * 20, [1_000] * 20), 1_000)
    assert (none.expected, none.low, none.seen) == (0.0, 0, False)
    assert none.high >= 0
    assert one_list(rate([0, 0], [0, 0]), 1_000).expected is None
