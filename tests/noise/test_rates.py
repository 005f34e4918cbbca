"""Rates as asked: overall, by group under odds, with errors that come together, and out of reach."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from sim.noise import NOISES, UnreachableRateWarning, apply_all
from sim.noise.who import ATTRIBUTES, probabilities
from sim.rng import Streams
from tests.fuzzy import proportion_is
from tests.noise.lists import crowd, noise, people, scenario, strike

N = 20_000


@pytest.fixture(scope="module")
def many() -> pl.DataFrame:
    return crowd(N)


@pytest.mark.parametrize("entry", NOISES, ids=lambda entry: entry.kind)
def test_the_rate_asked_is_the_rate_reached(entry, many: pl.DataFrame) -> None:  # type: ignore[no-untyped-def]
    noisy = strike(entry.kind, many, rate=0.2)
    (tally,) = noisy.tally.iter_rows(named=True)
    among = tally["requests"] if entry.of == "requests" else tally["eligible"]
    proportion_is(tally["hit"], among, 0.2, unlike=0.3)


def test_a_share_of_all_requests_is_not_a_share_of_the_eligible(many: pl.DataFrame) -> None:
    noisy = strike("unit_missing", many, rate=0.3)
    (tally,) = noisy.tally.iter_rows(named=True)
    assert tally["eligible"] < 0.7 * N
    proportion_is(noisy.ledger.height, N, 0.3, unlike=0.2)


def test_a_rate_out_of_reach_is_told_with_numbers_and_all_that_can_be_hit_are() -> None:
    clean = people([{"unit": "1"}] * 30 + [{"unit": None}] * 70)
    with pytest.warns(
        UnreachableRateWarning, match=r"0.5 of 100 requests is 50 cells, but only 30 .* 0.3 is reached"
    ):
        noisy = strike("unit_missing", clean, rate=0.5)
    assert noisy.ledger.height == 30


@pytest.mark.parametrize("odds", [2.0, 5.0])
@pytest.mark.parametrize(
    "label", ["hispanic", "noncitizen", "two_surnames", "moved_under_1", "age_65_and_over"]
)
def test_odds_hold_between_groups_and_the_overall_rate_stays(
    label: str, odds: float, many: pl.DataFrame
) -> None:
    settings = {"noise.birth_missing.rate": 0.1, f"noise.birth_missing.odds.{label}": odds}
    noisy = apply_all([noise("birth_missing")], many, scenario(settings), Streams(3))
    hit = many["request"].is_in(noisy.ledger["request"].implode()).to_numpy()
    member = _has(many, label)
    inside, outside = _expected(0.1, odds, member.mean())
    assert math.isclose(inside / (1 - inside) / (outside / (1 - outside)), odds)
    proportion_is(int(hit.sum()), N, 0.1, unlike=0.12)
    proportion_is(int(hit[member].sum()), int(member.sum()), inside, unlike=0.1)
    proportion_is(int(hit[~member].sum()), int((~member).sum()), outside, unlike=0.1)


def _has(clean: pl.DataFrame, label: str) -> np.ndarray:
    where = {
        "hispanic": pl.col("ethnicity") == 5,
        "noncitizen": pl.col("nativity") == 2,
        "two_surnames": pl.col("two_surnames"),
        "moved_under_1": pl.col("moved_years") < 1,
        "age_65_and_over": pl.col("birth") < 19600000,
    }
    return clean.select(where[label]).to_series().to_numpy()


def _expected(rate: float, odds: float, share: float) -> tuple[float, float]:
    """Return the two probabilities with that odds ratio whose mean is the rate, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(200):
        outside = (low + high) / 2
        inside = odds * outside / (1 - outside + odds * outside)
        low, high = (outside, high) if share * inside + (1 - share) * outside < rate else (low, outside)
    return inside, outside


def test_odds_multiply_over_attributes() -> None:
    odds, cells = np.array([1.0, 2.0, 6.0]), np.array([[700], [200], [100]])
    chance = probabilities(0.25, odds, cells)
    assert chance / (1 - chance) / (chance[0] / (1 - chance[0])) == pytest.approx(odds)
    assert (chance * cells[:, 0]).sum() / 1_000 == pytest.approx(0.25)


def test_sloppiness_brings_errors_together_and_leaves_each_rate_alone(many: pl.DataFrame) -> None:
    kinds = ("given_typo", "surname_typo")
    settings = {f"noise.{kind}.rate": 0.05 for kind in kinds} | {"noise.sloppiness.correlation": 0.6}
    ledger = apply_all([noise(kind) for kind in kinds], many, scenario(settings), Streams(1)).ledger
    hits = [set(ledger.filter(pl.col("kind") == kind)["request"]) for kind in kinds]
    for hit in hits:
        proportion_is(len(hit), N, 0.05, unlike=0.06)
    # P(both) of two normals of correlation 0.6 beyond 1.645, from tables of the bivariate normal: 0.0167.
    proportion_is(len(hits[0] & hits[1]), N, 0.0160, 0.0174, unlike=0.0025)


def test_without_sloppiness_errors_are_independent(many: pl.DataFrame) -> None:
    kinds = ("given_typo", "surname_typo")
    settings = {f"noise.{kind}.rate": 0.2 for kind in kinds}
    ledger = apply_all([noise(kind) for kind in kinds], many, scenario(settings), Streams(1)).ledger
    hits = [set(ledger.filter(pl.col("kind") == kind)["request"]) for kind in kinds]
    proportion_is(len(hits[0] & hits[1]), N, 0.04, unlike=0.05)


def test_life_does_not_follow_the_clerk(many: pl.DataFrame) -> None:
    settings = {
        "noise.married_name.rate": 0.2,
        "noise.given_typo.rate": 0.2,
        "noise.sloppiness.correlation": 0.9,
    }
    kinds = [noise("married_name"), noise("given_typo")]
    ledger = apply_all(kinds, many, scenario(settings), Streams(1)).ledger
    married, typed = (set(ledger.filter(pl.col("kind") == entry.kind)["request"]) for entry in kinds)
    proportion_is(len(married & typed), len(married), 0.2)


def test_the_rate_holds_among_the_tidier_records_that_earlier_kinds_leave(many: pl.DataFrame) -> None:
    settings = {
        "noise.birth_missing.rate": 0.5,
        "noise.birth_digit.rate": 0.1,
        "noise.sloppiness.correlation": 0.8,
    }
    noisy = apply_all([noise("birth_missing"), noise("birth_digit")], many, scenario(settings), Streams(1))
    last = noisy.tally.row(1, named=True)
    assert last["eligible"] < 0.55 * N
    proportion_is(last["hit"], last["eligible"], 0.1, unlike=0.05)


def test_stale_addresses_are_mostly_those_of_recent_movers_at_the_published_level(many: pl.DataFrame) -> None:
    published = scenario({"noise.level": "published"})
    noisy = apply_all([noise("address_stale")], many, published, Streams(1))
    hit = many["request"].is_in(noisy.ledger["request"].implode())
    shares = {
        label: float(hit.filter(pl.Series(member)).mean() or 0)  # type: ignore[arg-type]
        for label, member in (("recent", _has(many, "moved_under_1")), ("all", np.ones(N, dtype=bool)))
    }
    assert shares["recent"] > 2 * shares["all"]


def test_every_kind_has_odds_for_every_attribute_and_levels() -> None:
    levels = {level: scenario({"noise.level": level}) for level in ("clean", "published", "high")}
    for entry in NOISES:
        rates = [levels[level].value(f"noise.{entry.kind}.rate") for level in ("clean", "published", "high")]
        assert rates[0] == 0.0 <= rates[1] <= rates[2]
        assert tuple(levels["clean"].table(f"noise.{entry.kind}.odds")) == ATTRIBUTES
