"""The good matcher on a small country: it learns without the truth, and every way to its numbers agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.linkage import link
from sim.linkage.collect import bits_of, collect
from sim.linkage.curve import curve, to_bits
from sim.linkage.explain import explain_pair
from sim.linkage.probabilistic import at_size, matcher_path, threshold_bits, trained
from sim.linkage.rules import blocked_as, shipped
from sim.linkage.rules.resolve import design
from sim.noise import apply
from sim.population import Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario

DESIGN = design(shipped()["probabilistic"].path[0], Scenario.of())
SMALL = {
    "population.size": 20_000,
    "requests.count": 2_500,
    "requests.coverage": 0.3,
    "noise.unit_missing.rate": 0.005,  # few homes of so small a country have a unit
    "linkage.rule": "probabilistic",
    "linkage.tie": "best",
    "weights.em.training_requests": 3_000,
    "weights.chance.random_pairs": 50_000,
}


@dataclass
class World:
    scenario: Scenario
    country: Country
    frame: pl.DataFrame
    learnt: Any
    path: Any
    candidates: Any


@pytest.fixture(scope="module")
def world():
    scenario = Scenario.of(SMALL)
    streams = Streams(scenario.seed, 0)
    country = Country(scenario, streams)
    frame = apply(draw(country, scenario, streams), scenario, streams).frame
    learnt = trained(scenario, DESIGN)
    path = matcher_path(scenario, learnt, threshold_bits(scenario))
    return World(scenario, country, frame, learnt, path, collect(country, frame, path, scenario))


def test_it_learns_what_true_pairs_look_like_without_being_told_which_they_are(world):
    """m of exact agreement beside the same share counted among the candidates that are true."""
    pairs = world.candidates
    levels = pairs.patterns.levels[pairs.patterns.of_pair][pairs.right]
    for k, comparison in enumerate(DESIGN.comparisons):
        given = levels[levels[:, k] > 0, k]
        if comparison.field in ("surname", "given", "birth", "tin"):
            assert world.learnt.m[k][1] == pytest.approx(np.mean(given == 1), abs=0.04), comparison.field


def test_the_curve_gives_what_linking_at_the_threshold_gives(world):
    best = world.candidates.best(bits_of(world.path.comparisons), world.path.base)
    for probability in (0.5, 0.99):
        changes = {"linkage.threshold": probability, "linkage.threshold_unit": "probability"}
        linked = link(world.country, world.frame, world.scenario.replace(changes)).disclosures
        row = curve(best).at(to_bits(probability)).row(0, named=True)
        wanted = world.frame["person"].to_numpy()[linked["request"].to_numpy()]
        assert row["disclosed"] == linked.height > 300
        assert row["wrong"] == int((linked["person"].to_numpy() != wanted).sum())


def test_leaving_out_pairs_that_cannot_reach_a_threshold_changes_nothing_above_it(world):
    bounded = collect(world.country, world.frame, world.path, world.scenario, lowest=0.0)
    assert bounded.patterns.n_pairs < world.candidates.patterns.n_pairs
    bits = bits_of(world.path.comparisons)
    full, part = (curve(pairs.best(bits, world.path.base)) for pairs in (world.candidates, bounded))
    at = np.array([0.0, 3.0, 8.0, 20.0])
    assert full.at(at).equals(part.at(at))


def test_its_scores_mean_what_they_say(world):
    """Of the links scored 0.99 or more, at least 97 % are true: calibrated, allowing for borrowed numbers."""
    best = world.candidates.best(bits_of(world.path.comparisons), world.path.base)
    sure = best.score >= to_bits(0.99)
    assert sure.sum() > 300 and best.right[sure].mean() > 0.97
    unlikely = np.isfinite(best.score) & (best.score < to_bits(0.01))
    assert best.right[unlikely].mean() < 0.02


def test_it_misses_fewer_than_the_programmes_rule(world):
    missed = []
    for rule in ("probabilistic", "irs_2025"):
        linked = link(world.country, world.frame, world.scenario.replace({"linkage.rule": rule})).disclosures
        missed.append(
            world.frame.filter(pl.col("in_registry"))["request"]
            .is_in(linked["request"].implode())
            .not_()
            .sum()
        )
    assert missed[0] < missed[1] / 2


def test_people_whose_record_no_pass_brings_up_are_counted_as_missed(world):
    narrow = world.scenario.replace({"linkage.blocking": ["tin"]})
    path = blocked_as(world.path, narrow)
    pairs = collect(world.country, world.frame, path, narrow)
    lost = pairs.lost_to_blocking()
    assert lost > 100 > world.candidates.lost_to_blocking()
    assert curve(pairs.best(bits_of(path.comparisons), path.base)).at(-100.0)["missed"][0] >= lost // 2


def test_the_waterfall_of_a_link_adds_up_to_its_score(world):
    linked = link(world.country, world.frame, world.scenario).disclosures
    for row in linked[:: linked.height // 5].iter_rows(named=True):
        place = int(np.flatnonzero(world.frame["request"].to_numpy() == row["request"])[0])
        table = explain_pair(world.country, world.frame, place, row["record"], world.path, world.scenario)
        assert table["total"][-1] == pytest.approx(row["score"], abs=1e-9)


def test_a_larger_registry_lowers_the_prior_and_raises_what_a_shared_number_is_worth(world):
    ten = world.scenario.replace({"population.size": 200_000, "weights.em.training_records": 20_000})
    path = matcher_path(ten, world.learnt, 0.0)
    assert path.base == pytest.approx(world.path.base - np.log2(10), abs=1e-4)
    raised = {c.field: c for c in at_size(ten, world.learnt)}
    before = {c.field: c for c in world.learnt.comparisons}
    gain = raised["tin"].levels[1].weight - before["tin"].levels[1].weight
    assert gain == pytest.approx(np.log2(10))
    assert raised["birth"] == before["birth"]


def test_weights_are_learnt_once_for_all_thresholds(world):
    assert trained(world.scenario.replace({"linkage.threshold": 3.0}), DESIGN) is world.learnt
    assert trained(world.scenario.replace({"noise.level": "high"}), DESIGN) is not world.learnt
