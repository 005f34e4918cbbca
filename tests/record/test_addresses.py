"""Counts of disclosed addresses add up to the counts of the rows; one that does not is named."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sim.record import write
from sim.record.addresses import LAWS, address_mistakes
from sim.record.reader import Run
from sim.record.rows import csv_text
from sim.record.shapes import ADDRESSES_OF
from tests.record.standin import study

OVERALL = pl.col("dimension") == "everybody"
FIRST = OVERALL & (pl.col("replicate") == 0)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    folder = write(study(2, 1_500), tmp_path)
    return Run(folder, json.loads((folder / "manifest.json").read_text("utf-8")))


def told(run: Run, change: dict[str, pl.Expr]) -> set[str]:
    """Return the keys of the mistakes after a change of addresses.csv."""
    path = run.folder / "addresses.csv"
    there = pl.read_csv(path, schema=dict(ADDRESSES_OF))
    path.write_text(csv_text(there.with_columns(**change)), encoding="utf-8")
    return {each.key for each in address_mistakes(Run(run.folder, run.manifest))}


def moved(name: str, by: int, where: pl.Expr = FIRST) -> dict[str, pl.Expr]:
    return {name: pl.col(name) + by * where.cast(pl.Int64)}


def test_a_run_as_written_has_no_mistake(run: Run) -> None:
    assert told(run, {}) == set()


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        (moved("disclosed", 1), {"disclosed", "addresses"}),
        (moved("addresses_other", 1), {"addresses", "addresses of others"}),
        (moved("requests_other", 1), {"requests", "requests of others"}),
        (moved("requests_strangers_door_list", 1), {"requests by error"}),
        (
            moved("addresses_right_person_gone", 1) | moved("addresses_right_person_home", -1),
            {"addresses left"},
        ),
        (
            moved("requests_right_person_gone", 1) | moved("requests_right_person_home", -1),
            {"requests left", "at home"},
        ),
        (
            moved("addresses_strangers_door_list", 10_000) | moved("addresses_strangers_door_file", -10_000),
            {"missing or negative"},
        ),
        ({"addresses_other": pl.when(~FIRST).then("addresses_other")}, {"missing or negative"}),
    ],
)
def test_a_count_that_does_not_add_up_is_named(run: Run, change: dict[str, pl.Expr], keys: set[str]) -> None:
    found = told(run, change)
    assert found & ({*LAWS, "missing or negative"}) >= keys


def test_groups_that_do_not_add_up_are_named_by_their_dimension(run: Run) -> None:
    citizens = (pl.col("dimension") == "disclosed_nativity") & (pl.col("level") == "us_born")
    assert told(run, moved("addresses_strangers_door", -1, citizens)) == {"disclosed_nativity"}


def test_an_unknown_dimension_and_a_missing_population_are_named(run: Run) -> None:
    renamed = pl.when(pl.col("dimension") == "disclosed_sex").then(pl.lit("disclosed_luck"))
    assert told(run, {"dimension": renamed.otherwise("dimension")}) == {"dimension", "disclosed_sex"}
    assert told(run, {"replicate": pl.lit(0, pl.Int64)}) == {"replicate"}
