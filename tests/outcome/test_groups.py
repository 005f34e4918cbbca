"""Rates by group: ratios where there is evidence, words where there is not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim.outcome.groups import OVERALL, TOO_FEW, group_rates
from sim.outcome.rates import Settings


def table(*rows: tuple[int, str, int, int], dimension: str = "origin") -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"replicate": r, "dimension": dimension, "level": level, "wrong_disclosed": k, "disclosed": n}
            for r, level, k, n in rows
        ]
    )


def test_a_group_with_twice_the_rate_of_everybody_has_ratio_two_in_every_replicate() -> None:
    rows = [(r, level, k, n) for r in range(4) for level, k, n in (("a", 200, 1_000), ("b", 50, 1_500))]
    a, b = group_rates(table(*rows), Settings())
    assert a.ratio == pytest.approx(2.0)
    assert (a.ratio_low, a.ratio_high) == pytest.approx((2.0, 2.0))
    assert b.ratio == pytest.approx(50 / 1_500 / 0.1)
    assert (a.reference, a.words) == (OVERALL, "")


def test_the_ratio_of_two_groups_in_one_population_is_that_of_katz() -> None:
    # 610 of 31,000 against 420 of 52,000: ratio 2.44, 2.153-2.756 (statsmodels, scipy and score agree)
    a, b = group_rates(table((0, "a", 610, 31_000), (0, "b", 420, 52_000)), Settings(), reference="b")
    assert (a.ratio, a.ratio_low, a.ratio_high) == pytest.approx((2.436, 2.153, 2.756), abs=2e-3)
    assert (b.ratio, b.words) == (None, "reference")


def test_in_one_population_the_ratio_to_everybody_allows_for_the_group_being_part_of_it() -> None:
    # Oracle: 4,000 simulated populations with the same shares; the spread of the log ratio.
    a, _ = group_rates(table((0, "a", 300, 10_000), (0, "b", 200, 20_000)), Settings())
    chance = np.random.default_rng(5)
    ka, kb = chance.binomial(10_000, 0.03, 4_000), chance.binomial(20_000, 0.01, 4_000)
    spread = np.log((ka / 10_000) / ((ka + kb) / 30_000)).std()
    assert a.ratio is not None and a.ratio_low is not None
    assert np.log(a.ratio / a.ratio_low) / 1.959964 == pytest.approx(spread, rel=0.05)


def test_a_group_with_fewer_than_ten_events_a_replicate_is_too_few() -> None:
    a, b = group_rates(table((0, "a", 9, 1_000), (0, "b", 500, 9_000)), Settings())
    assert (a.ratio, a.ratio_low, a.words) == (None, None, TOO_FEW)
    assert a.rate.value == pytest.approx(9.0)
    assert b.words == ""


def test_a_replicate_without_any_event_in_the_group_makes_it_too_few() -> None:
    rows = [(0, "a", 30, 100), (1, "a", 0, 100), (0, "b", 50, 100), (1, "b", 50, 100)]
    assert group_rates(table(*rows), Settings())[0].words == TOO_FEW


def test_a_level_absent_from_a_replicate_counts_as_nought_there() -> None:
    rows = [(0, "a", 30, 100), (0, "b", 50, 100), (1, "b", 50, 100)]
    assert group_rates(table(*rows), Settings())[0].words == TOO_FEW


def test_a_group_that_is_everybody_has_ratio_one_without_spread() -> None:
    (only,) = group_rates(table((0, "a", 30, 100)), Settings())
    assert (only.ratio, only.ratio_low, only.ratio_high) == pytest.approx((1, 1, 1))


def test_dimensions_without_the_reference_level_are_compared_with_everybody() -> None:
    both = pl.concat(
        [table((0, "a", 30, 100), (0, "b", 50, 100)), table((0, "x", 80, 200), dimension="nativity")]
    )
    found = {(g.dimension, g.level): g.reference for g in group_rates(both, Settings(), reference="b")}
    assert found == {("nativity", "x"): OVERALL, ("origin", "a"): "b", ("origin", "b"): "b"}
