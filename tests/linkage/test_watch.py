"""The curve noted in passing is that of all candidates, and the links handed on are those of the rule."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.linkage.comparison import Path
from sim.linkage.curve import curve, to_bits
from sim.linkage.resolve import Links, keeper_for
from sim.linkage.scored import Best
from sim.linkage.watch import Watching, curve_of, has_curve, watch, watched
from sim.scenario import Scenario

N, THRESHOLD = 4, 3.0
WANTED = np.array([100, 101, 102, 103])
PRESENT = np.array([True, True, False, True])
rows = st.tuples(st.integers(0, N - 1), st.integers(98, 106), st.integers(-2, 8))


def links(listed):
    request, record, score = (np.array([row[k] for row in listed]) for k in range(3))
    people = record.astype(np.int64)
    numbers = request.astype(np.int32), people, score.astype(float), np.ones(len(listed), np.int64)
    return Links(*numbers, lambda places: {"person": people[places]})


def by_hand(listed):
    """The best two candidates of each request, counted one by one."""
    score, second, record = np.full(N, -np.inf), np.full(N, -np.inf), np.full(N, -1)
    for number in range(N):
        own = sorted((row for row in listed if row[0] == number), key=lambda row: (-row[2], row[1]))
        if own:
            score[number], record[number] = own[0][2], own[0][1]
        if len(own) > 1:
            second[number] = own[1][2]
    return Best(score, second, record, np.isfinite(score) & (record == WANTED), PRESENT)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(rows, max_size=15, unique_by=lambda row: row[:2]),
    st.sampled_from(["best", "withhold"]),
    st.booleans(),
)
def test_batches_in_any_number_give_the_best_two_and_the_rules_links(listed, tie, through_another):
    watching = Watching(keeper_for(tie, N), THRESHOLD, WANTED, PRESENT)
    plain = keeper_for(tie, N)
    for start in range(0, len(listed), 4):
        part = listed[start : start + 4]
        if through_another:
            helper = watching.fresh()
            helper.add(links(part))
            watching.add(helper.kept())
        else:
            watching.add(links(part))
        plain.add(links([row for row in part if row[2] >= THRESHOLD]))
    found, expected = watching.best(), by_hand(listed)
    for name in ("score", "second", "record", "right"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    assert np.array_equal(watching.counts(), plain.counts())
    if tie == "best" or not through_another:
        kept, direct = watching.chosen(), plain.chosen()
        assert kept["request"].tolist() == direct["request"].tolist()
        assert kept["record"].tolist() == direct["record"].tolist()


def test_only_a_probabilistic_rule_with_single_disclosures_has_a_curve():
    good = {"linkage.rule": "probabilistic", "linkage.tie": "best"}
    assert has_curve(Scenario.of(good)) and has_curve(Scenario.of(good | {"linkage.tie": "withhold"}))
    too_large = {"population.size": 160_000_000, "requests.count": 1_280_000}
    several = ({"linkage.tie": "all"}, {"linkage.one_to_one": True}, {"linkage.rule": "name_dob"}, too_large)
    for other in several:
        scenario = Scenario.of(good | other)
        assert not has_curve(scenario)
        keepers = [keeper_for("best", N)]
        assert watch(keepers, (), pl.DataFrame(), scenario) == keepers and curve_of(keepers, scenario) is None


def test_the_search_is_opened_down_to_the_lowest_probability_of_the_curve():
    scenario = Scenario.of({"linkage.rule": "probabilistic", "linkage.tie": "best"})
    path = Path("p", ((),), (), 6.6)
    assert watched((path,), scenario)[0].threshold == pytest.approx(to_bits(0.01))
    plain = Scenario.of({"linkage.rule": "name_dob"})
    assert watched((path,), plain) == (path,)


def test_the_stored_curve_is_the_curve_of_the_best_candidates():
    scenario = Scenario.of({"linkage.rule": "probabilistic", "linkage.tie": "best"})
    watching = Watching(keeper_for("best", N), THRESHOLD, WANTED, PRESENT)
    watching.add(links([(0, 100, 7), (1, 105, 5), (2, 104, 1), (3, 103, -1)]))
    table = curve_of([watching], scenario)
    assert table.equals(curve(watching.best()).table())
    assert table["wrong"].to_list() == [0, 1, 2, 2]
