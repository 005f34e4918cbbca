"""People outside the registry who live with a filer: with whom, what they take over, and what follows."""

from __future__ import annotations

import importlib
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sim.linkage import link
from sim.noise import apply
from sim.outcome import verdict
from sim.outcome.judge import NEEDS
from sim.population import ETHNICITIES, Country
from sim.requests import ADDRESS_FIELDS, draw
from sim.requests.kin import ANYONE, Hosts, able_hosts, assign_hosts, kinds, move_in
from sim.requests.written import People
from sim.rng import Streams
from sim.scenario import Scenario
from tests.fuzzy import proportion_is

STREAMS = Streams(7)
APART = Scenario.of({"population.size": 120_000, "requests.count": 3_000, "noise.level": "clean"})
TOGETHER = APART.replace({"requests.absent_with_kin": 0.4, "requests.absent_kin_same_name": 0.05})
COUNTRY = Country(APART, STREAMS)
TAKEN_OVER = ("surname", "two_surnames", "given", "sex", "household", "home", "previous", "moved_years",
              "mate_tin", *ADDRESS_FIELDS, *(f"previous_{field}" for field in ADDRESS_FIELDS))  # fmt: skip
"""Columns of a list that may differ in one who lives with a filer; beside the donor, who is of their sex."""


def people(**columns: Any) -> People:
    n = len(next(iter(columns.values())))
    given = {f.name: np.zeros(n, np.int64) for f in fields(People)}
    return People(**(given | {name: np.array(values) for name, values in columns.items()}))


def hosts(**columns: Any) -> Hosts:
    n = len(next(iter(columns.values())))
    given = {f.name: np.zeros(n, np.int64) for f in fields(Hosts)}
    return Hosts(**(given | {name: np.array(values) for name, values in columns.items()}))


@pytest.fixture(scope="module")
def apart() -> pl.DataFrame:
    return draw(COUNTRY, APART, STREAMS).clean


@pytest.fixture(scope="module")
def together() -> pl.DataFrame:
    return draw(COUNTRY, TOGETHER, STREAMS).clean


def test_who_moves_in_has_the_hosts_home_and_surname_and_only_a_namesake_the_given_name() -> None:
    asked = people(surname=[1, 2, 3], given=[11, 12, 13], sex=[0, 1, 1], home=[21, 22, 23], birth=[5, 6, 7],
                   tin=[31, 32, 33], mate_tin=[0, 0, 99])  # fmt: skip
    host = hosts(surname=[4, 4, 4], given=[14, 14, 14], sex=[0, 0, 0], home=[24, 24, 24], birth=[8, 8, 8],
                 tin=[34, 34, 34], household=[40, 40, 40])  # fmt: skip
    moved = move_in(asked, host, np.array([True, True, False]), np.array([False, True, False]))
    assert moved.surname.tolist() == [4, 4, 3]
    assert moved.given.tolist() == [11, 14, 13]
    assert moved.sex.tolist() == [0, 0, 1]
    assert moved.home.tolist() == [24, 24, 23]
    assert moved.household.tolist() == [40, 40, 0]
    assert moved.mate_tin.tolist() == [34, 34, 99]
    assert moved.tin.tolist() == [31, 32, 33]
    assert moved.birth.tolist() == [5, 6, 7]


def test_nobody_of_the_hosts_name_has_the_hosts_date_of_birth() -> None:
    one = np.array([True])
    moved = move_in(people(given=[1], birth=[5]), hosts(given=[2], birth=[5]), one, one)
    assert moved.given.tolist() == [1]


def test_a_host_is_a_first_record_of_a_household_in_which_more_people_live_than_file() -> None:
    columns = {
        "household": [0, 1, 1, 2, 2, 3], "household_people": [1, 2, 2, 3, 3, 2], "record": range(6),
        "person": [0, 1, 2, 3, 4, 3], "nativity": [2, 2, 2, 2, 0, 2], "ethnicity": [5] * 6,
        "two_surnames": [True] * 6,
    }  # fmt: skip
    chunk: Any = SimpleNamespace(n=6, **{name: np.array(values) for name, values in columns.items()})
    able = able_hosts(chunk, np.zeros(6, np.uint8))
    spanish_of_two = int(kinds(np.array([0]), np.array([5]), np.array([True]))[0])
    found = {kind: rows.tolist() for kind, rows in enumerate(able) if len(rows)}
    assert found == {spanish_of_two: [3], ANYONE: [3, 4]}


def test_each_request_has_a_host_of_its_kind_of_its_own_while_there_are_enough_then_anyone() -> None:
    shuffle = np.array([0.9, 0.1, 0.5, 0.2])
    pool = np.array([0, 0, 3, ANYONE])
    assert assign_hosts(pool, np.array([0, 3, 0, 0, 1]), shuffle).tolist() == [1, 2, 0, 1, 3]
    assert assign_hosts(np.array([2]), np.array([0, 2]), np.array([0.5])).tolist() == [-1, 0]


@given(st.lists(st.integers(0, 3), max_size=30), st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_hosts_of_a_kind_are_used_equally_often(wanted: list[int], kind: list[int]) -> None:
    pool, asked = np.array(kind), np.array(wanted, np.int64)
    row = assign_hosts(pool, asked, np.random.default_rng(1).random(len(kind)))
    for each in set(kind):
        uses = np.bincount(row[asked == each], minlength=len(kind))
        assert uses[pool == each].max() - uses[pool == each].min() <= 1
        assert not uses[pool != each].any()
    assert (row[~np.isin(asked, pool)] == -1).all()


def test_as_shipped_nobody_lives_with_a_filer_and_nothing_of_it_is_even_drawn(
    apart: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert APART.value("requests.absent_with_kin") == 0
    monkeypatch.setattr(importlib.import_module("sim.requests.draw"), "live_with", None)
    monkeypatch.setattr(importlib.import_module("sim.requests.offers"), "sample_hosts", None)
    more = APART.replace({"requests.absent_kin_same_name": 0.05})
    assert_frame_equal(draw(COUNTRY, more, STREAMS).clean, apart)
    absent = apart.filter(~pl.col("in_registry"))
    assert (absent["household"] >= Country.OUTSIDE << 32).all()


def test_switching_it_on_changes_nothing_for_those_who_do_not_move_in(
    apart: pl.DataFrame, together: pl.DataFrame
) -> None:
    moved = together["household"] != apart["household"]
    assert not (moved & apart["in_registry"]).any()
    assert_frame_equal(together.filter(~moved), apart.filter(~moved))
    same = [c for c in apart.columns if c not in TAKEN_OVER and not c.startswith(("donor_", "other_"))]
    assert_frame_equal(together.filter(moved).select(same), apart.filter(moved).select(same))
    further = draw(COUNTRY, TOGETHER.replace({"requests.absent_with_kin": 0.6}), STREAMS).clean
    assert_frame_equal(further.filter(moved), together.filter(moved))


def test_the_shares_are_those_asked_for(apart: pl.DataFrame, together: pl.DataFrame) -> None:
    moved = (together["household"] != apart["household"]).sum()
    proportion_is(int(moved), int((~apart["in_registry"]).sum()), 0.4, unlike=0.35)
    everyone = TOGETHER.replace({"requests.absent_with_kin": 1.0})
    all_of_them = draw(COUNTRY, everyone, STREAMS).clean.filter(~pl.col("in_registry"))
    assert (all_of_them["household"] < Country.OUTSIDE << 32).all()
    named = all_of_them.join(_filers(), on="household").filter(pl.col("given") == pl.col("file_given"))
    namesakes = named.filter(pl.col("mate_tin") == pl.col("file_tin")).height
    proportion_is(namesakes, all_of_them.height, 0.045, 0.065, unlike=0.01)  # some bear it by chance


def test_the_filer_lives_there_bears_the_surname_and_is_of_the_same_origin(
    apart: pl.DataFrame, together: pl.DataFrame
) -> None:
    moved = together.filter(together["household"] != apart["household"])
    found = moved.join(_filers(), left_on=["household", "mate_tin"], right_on=["household", "file_tin"])
    assert found.height == moved.height > 1_000
    assert (found["surname"] == found["file_surname"]).all()
    for column in ("home", "previous"):
        assert (found[column] == found[f"file_{column}"]).all()
    spanish = found.filter(pl.col("origin") == "spanish")
    assert spanish.height > 800
    assert (spanish["file_ethnicity"] == ETHNICITIES.index("hispanic")).all()
    alike = (found["ethnicity"] == found["file_ethnicity"]).sum()
    proportion_is(int(alike), found.height, 0.97, 1.0, unlike=0.9)
    assert moved["household"].n_unique() > 0.9 * moved.height


def _filers() -> pl.DataFrame:
    """Return the people of the registry; what is true of them stands in columns called file_."""
    chunk = COUNTRY.chunk(0)
    rows = np.flatnonzero(chunk.person == np.arange(chunk.n))
    second = pl.Series(np.where(chunk.two_surnames[rows], chunk.surname2[rows], 0))
    one, two = (COUNTRY.names.surname_text(codes) for codes in (chunk.surname[rows], second.to_numpy()))
    return pl.DataFrame({
        "household": chunk.household[rows].astype(np.int64), "file_tin": chunk.tin[rows],
        "file_given": COUNTRY.names.given_text(chunk.given[rows]),
        "file_surname": pl.select(pl.when(second > 0).then(one + " " + two).otherwise(one)).to_series(),
        "file_ethnicity": chunk.ethnicity[rows], "file_home": chunk.home[rows],
        "file_previous": chunk.previous[rows],
    })  # fmt: skip


@pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_namesake_of_the_household_is_taken_for_the_one_asked_for(share: float) -> None:
    """Without a fault anywhere: by address, each who bears the full name of the only filer of that name."""
    asked = TOGETHER.replace({
        "requests.absent_with_kin": share, "requests.tin_share": 0.0, "linkage.address_check": "none",
        "linkage.street_words_normalised": 0.0,
    })  # fmt: skip
    requests = draw(COUNTRY, asked, STREAMS)
    noisy = apply(requests, asked, STREAMS)
    linked = link(COUNTRY, noisy.frame, asked, carry=NEEDS)
    outcomes = verdict(COUNTRY, requests, noisy, linked).outcomes
    wrong = outcomes.filter((pl.col("outcome") == "wrong_person") & pl.col("requested_person_absent"))
    if not share:
        assert wrong.height == 0
        return
    absent = requests.clean.filter(~pl.col("in_registry"))
    bearers = (
        absent.join(_filers(), on="household")
        .filter(pl.col("given") == pl.col("file_given"), pl.col("surname") == pl.col("file_surname"))
        .group_by("request").len().filter(pl.col("len") == 1)
    )  # fmt: skip
    assert wrong.height > 60
    assert wrong["request"].to_list() == bearers["request"].sort().to_list()
    assert wrong["cause"].unique().to_list() == ["relative"]
    assert wrong["wrong_shares_household"].all()
    # The person asked for is one of those who live there, the filer another.
    assert (wrong["bystanders"] > 0).all()
