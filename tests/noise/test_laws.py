"""Laws of the noise model that hold for every list, kind and rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sim.noise import NOISES, Noisy, apply_all, replay
from sim.requests import FIELDS
from sim.rng import Streams
from tests.noise.lists import crowd, noise, people, scenario, strike

KINDS = [entry.kind for entry in NOISES]
WORD = st.text("ABEGILNORSUZ", min_size=1, max_size=9)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "given": st.one_of(WORD, st.none(), st.sampled_from(["JUAN", "JOSELUIS", "MUHAMMAD", "BJÖRN"])),
        "surname": st.one_of(
            WORD, st.builds("{} {}".format, WORD, WORD), st.sampled_from(["OBRIEN", "NUÑEZ", ""])
        ),
        "middle": st.sampled_from([None, "A", "L"]),
        "suffix": st.sampled_from([None, "JR"]),
        "two_surnames": st.booleans(),
        "sex": st.integers(0, 1),
        "ethnicity": st.integers(0, 5),
        "nativity": st.integers(0, 2),
        "moved_years": st.floats(0, 30, width=32),
        "birth": st.sampled_from([0, 18000101, 19000101, 19560229, 19991231, 20000101, 20040607]),
        "tin": st.one_of(st.just(0), st.integers(1_010_001, 999_999_999)),
        "mate_tin": st.sampled_from([0, 222_334_444]),
        "namesake_tin": st.sampled_from([0, 444_556_666]),
        "other_surname": st.sampled_from([None, "SOTO", "SOTO RUIZ"]),
        "number": st.one_of(st.just(0), st.integers(1, 99_999)),
        "street": st.sampled_from([None, "N MAIN ST", "ST", "1ST ST", "NA NA", "X", "AVENIDA NIÑO"]),
        "unit": st.sampled_from([None, "7", "100", "B2"]),
        "zip": st.sampled_from([None, "00501", "78501", "99950", "NA"]),
        "previous_street": st.sampled_from([None, "ELM ST", "N MAIN ST"]),
        "donor_surname": st.sampled_from([None, "SOTO", "SOTO RUIZ"]),
    },
)
LISTS = st.lists(RECORDS, max_size=12)


def _noisy(clean: pl.DataFrame, numbers: dict[str, float], seed: int = 1) -> Noisy:
    return apply_all(NOISES, clean, scenario(numbers), Streams(seed))


@given(LISTS)
def test_rate_0_changes_nothing(rows: list[dict[str, Any]]) -> None:
    clean = people(rows)
    noisy = _noisy(clean, {"noise.sloppiness.correlation": 0.5})
    assert_frame_equal(noisy.frame, clean)
    assert noisy.ledger.height == 0


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
@given(rows=LISTS, seed=st.integers(0, 1_000))
def test_rate_1_changes_every_eligible_cell_and_no_other(
    kind: str, rows: list[dict[str, Any]], seed: int
) -> None:
    clean = people(rows)
    eligible = clean.select(noise(kind).effect.eligible.fill_null(value=False).alias("x"))["x"]
    frame = strike(kind, clean, seed).frame
    changed = np.zeros(clean.height, dtype=bool)
    for field in noise(kind).effect.fields:
        changed |= frame[field].ne_missing(clean[field]).to_numpy()
    assert changed.tolist() == eligible.to_list()


@given(LISTS, st.integers(0, 1_000), st.sampled_from([0.2, 0.7, 1.0]))
def test_nothing_outside_the_ledger_changes_and_replaying_it_gives_the_noisy_list(
    rows: list[dict[str, Any]], seed: int, rate: float
) -> None:
    clean = people(rows)
    rates = {f"noise.{entry.kind}.rate": rate for entry in NOISES if entry.of == "eligible"}
    noisy = _noisy(clean, rates, seed)
    assert_frame_equal(replay(clean, noisy.ledger), noisy.frame)
    truth = [name for name in clean.columns if name not in FIELDS]
    assert_frame_equal(noisy.frame.select(truth), clean.select(truth))


def test_each_entry_of_the_ledger_starts_where_the_one_before_ended() -> None:
    clean = crowd(400)
    ledger = _noisy(clean, {f"noise.{e.kind}.rate": 0.3 for e in NOISES if e.of == "eligible"}).ledger
    assert ledger["order"].to_list() == list(range(ledger.height))
    state = {
        (row["request"], field): None if row[field] in (None, 0) else str(row[field])
        for row in clean.to_dicts()
        for field in FIELDS
    }
    for entry in ledger.iter_rows(named=True):
        cell = (entry["request"], entry["field"])
        assert state[cell] == entry["before"] != entry["after"]
        state[cell] = entry["after"]


@settings(max_examples=10)
@given(st.permutations(range(40)))
def test_permuting_the_records_permutes_the_results(order: list[int]) -> None:
    clean = crowd(40)
    rates = {f"noise.{entry.kind}.rate": 0.3 for entry in NOISES if entry.of == "eligible"}
    rates["noise.sloppiness.correlation"] = 0.4
    straight, shuffled = _noisy(clean, rates), _noisy(clean[order], rates)
    assert_frame_equal(shuffled.frame, straight.frame[order])
    assert_frame_equal(shuffled.ledger, straight.ledger)


@pytest.mark.parametrize("kind", ["surname_typo", "tin_borrowed", "address_blank"])
def test_a_kinds_draws_are_its_own_whatever_the_others_do(kind: str) -> None:
    clean = crowd(3_000)
    alone = strike(kind, clean, rate=0.2).ledger.select("request")
    among = _noisy(
        clean, {f"noise.{kind}.rate": 0.2, "noise.birth_digit.rate": 0.5, "noise.given_typo.rate": 0.9}
    )
    assert_frame_equal(among.ledger.filter(pl.col("kind") == kind).select("request"), alone)


def test_a_higher_rate_hits_those_that_a_lower_one_hits_and_in_the_same_way() -> None:
    clean = crowd(3_000)
    low, high = (strike("surname_typo", clean, rate=rate).ledger.drop("order") for rate in (0.05, 0.4))
    assert low.height < high.height
    assert low.join(high, on=low.columns, how="anti", nulls_equal=True).height == 0


def test_another_seed_hits_others() -> None:
    clean = crowd(1_000)
    one, other = (
        strike("surname_typo", clean, seed, rate=0.3).ledger["request"].to_list() for seed in (1, 2)
    )
    assert one != other


def test_an_empty_list_stays_empty() -> None:
    clean = people([])
    rates = {f"noise.{entry.kind}.rate": 0.5 for entry in NOISES}
    noisy = _noisy(clean, rates)
    assert noisy.frame.height == noisy.ledger.height == 0
