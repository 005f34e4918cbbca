"""Rates: each has a denominator, an interval and an honest number of digits."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim.outcome.rates import (
    HEADLINE,
    RATES,
    Definition,
    Rate,
    Settings,
    make,
    rates,
    rounded,
    significant,
    to_frame,
)
from sim.scenario import Scenario

SHARE = Definition("wrong_person", "Somebody else's address", "k", "n", "addresses disclosed")
RATIO = Definition("bystanders", "Others", "k", "n", "addresses disclosed", share=False)


def rate(events: list[int], trials: list[int], definition: Definition = SHARE) -> Rate:
    return make(definition, pl.DataFrame({"k": events, "n": trials}), Settings())


def test_nothing_disclosed_is_not_nought_per_cent() -> None:
    found = rate([0], [0])
    assert found.value is found.low is found.high is found.mcse is None
    assert found.text() == "no addresses disclosed, so there is no rate"


def test_nought_is_never_printed_without_an_upper_bound() -> None:
    found = rate([0, 0], [500, 500])
    assert found.value == found.low == 0
    assert found.high == pytest.approx(2.9912, abs=1e-4)
    assert (
        found.text()
        == "none seen among 1,000 addresses disclosed; fewer than 3.0 per 1,000 (95 % one-sided bound)"
    )


def test_one_population_has_the_interval_of_its_counts() -> None:
    found = rate([610], [31_000])
    assert found.value == pytest.approx(19.677, abs=1e-3)
    assert (found.low, found.high) == pytest.approx((18.190, 21.284), abs=1e-3)
    assert found.mcse == pytest.approx(0.789, abs=1e-3)
    assert found.prediction_low is None
    assert found.method == "Wilson"
    assert found.text() == "19.7 per 1,000 addresses disclosed (95 % interval 18.2 to 21.3)"


def test_several_populations_have_the_jackknife_interval_and_a_prediction_range() -> None:
    found = rate([50, 70, 60, 65, 40], [5_000] * 5)
    assert found.value == pytest.approx(11.4)
    assert found.method == "jackknife t over 5 replicates"
    assert found.prediction_low is not None and found.low is not None and found.value is not None
    assert found.prediction_low < found.low < found.value


def test_few_events_over_all_replicates_take_the_exact_interval() -> None:
    found = rate([1, 0, 2, 0, 1], [1_000] * 5)
    assert found.method == "Clopper-Pearson, exact; 5 replicates pooled"
    assert found.low is not None and found.low > 0


def test_only_one_replicate_with_a_denominator_counts_as_one_population() -> None:
    assert rate([10, 0], [100, 0]).method == "Wilson"


def test_replicates_that_never_differ_give_no_false_certainty() -> None:
    found = rate([100] * 4, [1_000] * 4)
    assert found.method == "Wilson; 4 replicates pooled"
    assert found.low is not None and found.low < 99


def test_every_disclosure_wrong_still_has_a_lower_bound() -> None:
    found = rate([40, 30], [40, 30])
    assert (found.value, found.high) == (1_000, 1_000)
    assert found.low == pytest.approx(948.7, abs=0.1)


def test_a_ratio_that_is_no_share_may_exceed_its_denominator_but_needs_populations_for_an_interval() -> None:
    assert rate([900], [400], RATIO).method == "none: not a share, and no spread between populations"
    assert rate([920], [400], RATIO).text() == "2,300 per 1,000 addresses disclosed"
    assert rate([0], [400], RATIO).text() == "0 per 1,000 addresses disclosed"
    several = rate([900, 950, 870], [400, 400, 400], RATIO)
    assert several.low is not None and several.low > 1_000


def test_more_wrong_addresses_than_people_are_counted_as_a_ratio_and_not_refused() -> None:
    assert rate([30], [20]).value == 1_500
    assert rate([30], [20]).low is None


def test_the_value_of_each_replicate_is_kept_for_the_dot_plot() -> None:
    assert rate([1, 0, 0], [10, 10, 0]).values == (100.0, 0.0, None)


def test_bounds_of_a_share_stay_between_none_and_all() -> None:
    found = rate([0, 0, 30], [100, 100, 100])
    assert found.low == 0
    assert found.high is not None and found.high <= 1_000


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(13.6123, 0.57, "13.6"), (13.6123, 3.0, "14"), (1234.5, 20.0, "1,230"), (0.01234, 0.0004, "0.0123"),
     (13.6123, None, "14"), (13.6123, 0.0, "14"), (0.00123, None, "0.0012"), (0.0, None, "0")],
)  # fmt: skip
def test_digits_are_shown_only_as_far_as_the_monte_carlo_error_supports(
    value: float, error: float | None, text: str
) -> None:
    assert rounded(value, error) == text


def test_two_significant_digits_are_the_fallback() -> None:
    assert significant(47_289) == "47,000"


def test_rates_are_made_only_of_what_was_counted_and_the_headline_comes_first() -> None:
    counts = {"wrong_disclosed": 1, "disclosed": 10}
    made = rates([counts])
    assert made[0].name == HEADLINE == RATES[0].name == "wrong_person"
    assert {each.denominator_name for each in made} == {"addresses disclosed"}


def test_every_rate_has_a_row_with_its_sentence_in_the_table() -> None:
    table = to_frame([rate([1], [10]), rate([0], [0])])
    assert table.columns[-1] == "text"
    assert table["text"].to_list()[1] == "no addresses disclosed, so there is no rate"
    assert table.schema["value"] == pl.Float64


def test_settings_come_from_the_catalogue() -> None:
    assert Settings.of(Scenario.of()) == Settings()


def test_names_of_rates_are_unique() -> None:
    assert len({each.name for each in RATES}) == len(RATES)


def test_the_headline_interval_covers_the_truth_between_populations_and_pooled_wilson_does_not() -> None:
    # A small, seeded form of benchmarks/interval_coverage.py.
    chance = np.random.default_rng(20251122)
    covered = {"jackknife": 0, "pooled": 0}
    truth, worlds = 14.0, 300
    for _ in range(worlds):
        shares = truth / 1_000 * np.clip(1 + 0.15 * chance.standard_normal(20), 0, None)
        events = chance.binomial(5_000, shares)
        found = rate(events.tolist(), [5_000] * 20)
        pooled = rate([int(events.sum())], [100_000])
        for name, each in (("jackknife", found), ("pooled", pooled)):
            assert each.low is not None and each.high is not None
            covered[name] += each.low <= truth <= each.high
    assert 0.91 <= covered["jackknife"] / worlds <= 0.985  # +- 2.6 standard errors of 300 worlds
    assert covered["pooled"] / worlds < 0.91
