"""The published and the high level on a list drawn from a country, as a run does it."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from sim.noise import NOISES, Noisy, apply, replay
from sim.population import Country
from sim.requests import Requests, draw
from sim.rng import Streams
from sim.scenario import Scenario
from tests.fuzzy import proportion_is

N = 6_000
STREAMS = Streams(5)
PUBLISHED = Scenario.of({"population.size": 300_000, "requests.count": N, "requests.coverage": 0.5})


@pytest.fixture(scope="module")
def requests() -> Requests:
    return draw(Country(PUBLISHED, STREAMS), PUBLISHED, STREAMS)


@pytest.fixture(scope="module")
def noisy(requests: Requests) -> Noisy:
    return apply(requests, PUBLISHED, STREAMS)


def test_the_ledger_tells_the_whole_difference(requests: Requests, noisy: Noisy) -> None:
    assert_frame_equal(replay(requests.clean, noisy.ledger), noisy.frame)


def test_every_kind_that_is_on_finds_requests_it_can_change(noisy: Noisy) -> None:
    on = [entry.kind for entry in NOISES if PUBLISHED.value(f"noise.{entry.kind}.rate") > 0]
    assert noisy.tally["kind"].to_list() == on
    assert noisy.tally["eligible"].min() > 0  # type: ignore[operator]


def test_addresses_have_the_published_faults(noisy: Noisy) -> None:
    """54,000 blank, 177,000 missing or no address, 97,000 without the unit, of 981,671 (DHS OIG-23-47)."""
    frame = noisy.frame
    blank = (frame["number"] == 0) & frame["street"].is_null() & frame["zip"].is_null()
    by_kind = noisy.ledger.select("request", "kind").unique()["kind"].value_counts()
    counts = dict(by_kind.iter_rows())
    assert int(blank.sum()) >= counts["address_blank"]
    proportion_is(counts["address_blank"], N, 0.055, unlike=0.075)
    proportion_is(int((frame["number"] == 0).sum()), N, 0.18, unlike=0.21)
    proportion_is(counts["unit_missing"], N, 0.099, unlike=0.125)


def test_a_stale_address_is_the_previous_home(requests: Requests, noisy: Noisy) -> None:
    hit = noisy.ledger.filter((pl.col("kind") == "address_stale") & (pl.col("field") == "street"))
    known = hit.join(requests.clean.select("request", "previous_street"), on="request")
    assert hit.height > 1_000
    assert (known["after"] == known["previous_street"]).all()


def test_the_clean_level_changes_nothing(requests: Requests) -> None:
    clean = apply(requests, PUBLISHED.replace({"noise.level": "clean"}), STREAMS)
    assert_frame_equal(clean.frame, requests.clean)


def test_the_high_level_is_within_reach_and_makes_more_errors(requests: Requests, noisy: Noisy) -> None:
    high = apply(requests, PUBLISHED.replace({"noise.level": "high"}), STREAMS)
    assert high.ledger.height > 1.5 * noisy.ledger.height
