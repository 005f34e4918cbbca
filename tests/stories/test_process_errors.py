"""Requests that slip through a rule's checks: what that moves at nought, at its top and between, what not."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.linkage.comparison import Path, all_of
from sim.linkage.rules import rule_of
from sim.linkage.slips import may_slip, with_slips
from sim.replicate import Replicate, Streaming, World
from sim.rng import Streams
from sim.scenario import Scenario
from tests.fuzzy import proportion_is

SETTINGS: dict[str, Any] = {
    "population.size": 20_000, "requests.count": 2_000, "requests.coverage": 0.8, "requests.tin_share": 0.8,
    "noise.tin_borrowed.rate": 0.2, "noise.tin_household.rate": 0.1, "replicates": 1,
}  # fmt: skip
PLAIN = Scenario.load("aug2025-as-run").replace(SETTINGS)
ASKED = Replicate(Streaming.kept(PLAIN, 0))
KEY = "linkage.process_error"
pytestmark = pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")


@pytest.fixture(scope="module")
def worlds() -> dict[float, World]:
    return {rate: ASKED.answer(PLAIN.replace({KEY: rate})) for rate in (0.0, 0.2, 0.4, 1.0)}


def answered(world: World) -> set[int]:
    return set(world.disclosed["request"].to_list())


def test_where_all_slip_every_number_on_file_discloses_and_addresses_but_the_filtered_ones(
    worlds: dict[float, World],
) -> None:
    sent = ASKED.asked(PLAIN).noisy.frame
    file = (
        pl.Series("tin", ASKED._registry.country.chunk(0).file_tin)
        .value_counts()
        .filter(pl.col("count") == 1)
    )
    by_number = sent.filter(pl.col("tin") > 0).join(file, on="tin")["request"]
    found = worlds[1.0].disclosed.join(worlds[1.0].tallies, on="request").filter(pl.col("path") == "tin")
    assert sorted(found["request"].to_list()) == sorted(by_number.to_list())
    assert worlds[1.0].tallies["filtered"].null_count() == 2_000
    assert worlds[0.0].tallies["filtered"].null_count() < 2_000


def test_what_slips_beside_what_the_rule_discloses_is_strangers_by_matching_or_the_right_person(
    worlds: dict[float, World],
) -> None:
    before = worlds[0.0].disclosed
    more = worlds[1.0].disclosed.filter(~pl.col("request").is_in(before["request"].implode()))
    another = more.filter(pl.col("whose_record").cast(pl.String) != "asked_for")
    assert another.height > 100
    assert another["whose_error"].unique().to_list() == ["matching"]
    kept = worlds[1.0].disclosed.join(before, on="request", suffix="_before")
    assert kept.height == before.height  # nothing the rule discloses is lost, and none changes
    assert (kept["whose_error"] == kept["whose_error_before"]).all()


def test_between_the_ends_as_many_slip_as_asked_and_more_at_a_higher_rate(worlds: dict[float, World]) -> None:
    none, some, many, every = (answered(worlds[rate]) for rate in (0.0, 0.2, 0.4, 1.0))
    assert none < some < many < every
    proportion_is(len(some - none), len(every - none), 0.2, unlike=0.4)
    assert worlds[0.2].ledger.equals(worlds[0.0].ledger)


def test_a_rule_that_weighs_evidence_or_looks_at_all_pairs_has_no_process_errors() -> None:
    comparisons, threshold = all_of("given", "birth")
    assert may_slip(Path("a", (("given",),), comparisons, threshold))
    assert not may_slip(Path("all pairs", ((),), comparisons, threshold))
    assert not may_slip(Path("weighed", (("given",),), comparisons, threshold, base=-20.0))


def test_at_rate_nought_a_rule_is_itself_and_else_it_travels() -> None:
    frame = pl.DataFrame(
        {"request": pl.Series([3, 7], dtype=pl.UInt32), "tin": pl.Series([1, 0], dtype=pl.UInt32)}
    )
    rule = rule_of(PLAIN)
    assert with_slips(rule, frame, PLAIN, Streams(1)) is rule
    loose = with_slips(rule, frame, PLAIN.replace({KEY: 1.0}), Streams(1))
    assert [path.name for path in loose] == ["tin", "address", "tin", "address"]
    there = pickle.loads(pickle.dumps(loose))
    assert [np.asarray(path.applies(frame)).tolist() for path in there[:2]] == [[True, False], [False, True]]
    none = with_slips(rule, frame.clear(), PLAIN.replace({KEY: 1.0}), Streams(1))
    assert len(none[0].applies(frame)) == 2 and not none[0].applies(frame).any()
