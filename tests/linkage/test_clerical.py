"""Between the thresholds a reviewer decides; above them nobody is asked."""

from __future__ import annotations

import numpy as np
import polars as pl

from sim.linkage.clerical import review
from sim.rng import Streams
from sim.scenario import Scenario

N = 20_000
STREAMS = Streams(5)
FRAME = pl.DataFrame({"request": np.arange(N, dtype=np.uint32), "person": np.arange(N)})


def scenario(**more):
    zone = {"linkage.rule": "probabilistic", "linkage.clerical_low": 2.0, "linkage.clerical_high": 10.0}
    return Scenario.of({"requests.count": N, "weights.clerical.reviewer_error": 0.1} | zone | more)


def disclosures(score, right):
    person = np.arange(N) if right else np.arange(N) + N
    return pl.DataFrame({"request": FRAME["request"], "person": person, "score": np.full(N, float(score))})


def test_a_reviewer_refuses_true_pairs_and_accepts_false_ones_as_often_as_he_errs():
    assert abs(review(FRAME, disclosures(5, right=True), scenario(), STREAMS).height / N - 0.9) < 0.01
    assert abs(review(FRAME, disclosures(5, right=False), scenario(), STREAMS).height / N - 0.1) < 0.01


def test_a_reviewer_who_never_errs_lets_only_true_pairs_pass():
    perfect = scenario(**{"weights.clerical.reviewer_error": 0.0})
    assert review(FRAME, disclosures(5, right=True), perfect, STREAMS).height == N
    assert review(FRAME, disclosures(5, right=False), perfect, STREAMS).height == 0


def test_nobody_looks_at_links_above_the_zone_or_where_there_is_none():
    false = disclosures(10, right=False)
    assert review(FRAME, false, scenario(), STREAMS).height == N
    plain = Scenario.of({"linkage.rule": "probabilistic"})
    assert review(FRAME, disclosures(5, right=False), plain, STREAMS).height == N
    assert (
        review(FRAME, disclosures(5, right=False), scenario(**{"linkage.rule": "name_dob"}), STREAMS).height
        == N
    )


def test_the_zone_may_be_given_in_probability():
    said = {
        "linkage.threshold_unit": "probability",
        "linkage.clerical_low": 0.5,
        "linkage.clerical_high": 0.99,
    }
    assert review(FRAME, disclosures(6.7, right=False), scenario(**said), STREAMS).height == N
    assert review(FRAME, disclosures(6.5, right=False), scenario(**said), STREAMS).height < N / 5


def test_a_request_keeps_its_reviewers_luck_when_the_list_is_cut_short():
    whole = review(FRAME, disclosures(5, right=True), scenario(), STREAMS)
    half = review(FRAME, disclosures(5, right=True)[: N // 2], scenario(), STREAMS)
    assert half["request"].to_list() == [number for number in whole["request"] if number < N // 2]
