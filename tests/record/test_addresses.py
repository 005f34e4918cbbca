"""Disclosed addresses add up to requests and counts, their counts to those of the rows; or it is told."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sim.record import write
from sim.record.addresses import LAWS, address_mistakes, disclosure_mistakes
from sim.record.consistency import mistakes
from sim.record.reader import Run
from sim.record.rows import csv_text, keep_disclosures, write_parquet
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


def shown(run: Run, edit: dict[str, pl.Expr], **said: int) -> set[str]:
    """Return the places of the mistakes after a change of disclosures.parquet and of what is said of it."""
    path = run.folder / "disclosures.parquet"
    rows = pl.read_parquet(path, memory_map=False)
    edited = rows.with_columns(**{name: each.cast(rows.schema[name]) for name, each in edit.items()})
    path.unlink()
    write_parquet(edited, path)
    about = {**run.manifest, "rows": {**run.manifest["rows"], **said}}
    return {f"{each.file} {each.key}" for each in disclosure_mistakes(Run(run.folder, about))}


def first_where(holds: pl.Expr) -> pl.Expr:
    return holds & (holds.cum_sum() == 1)


STRANGERS = pl.col("quantity") == "strangers_door"
ONE_STRANGER = first_where(STRANGERS)
ROWS = "disclosures.parquet"


@pytest.mark.parametrize(
    ("column", "value", "where", "told"),
    [
        (
            "whose_door",
            "moved_away",
            ONE_STRANGER,
            set(),
        ),  # a stranger's door all the same: only a rerun tells
        ("whose_door", "nobodys_home", ONE_STRANGER, {f"{ROWS} quantity"}),
        ("quantity", "other", ONE_STRANGER, {f"{ROWS} quantity"}),
        ("outcome", "right_person_right_door", ONE_STRANGER, {f"{ROWS} outcome", f"{ROWS} wrong_disclosed"}),
        ("whose_error", "none", ONE_STRANGER, {f"{ROWS} whose_error"}),
        ("cause", None, ONE_STRANGER, {f"{ROWS} cause"}),
        ("place", 1, ONE_STRANGER, {f"{ROWS} place"}),
        ("request", 1_499, ONE_STRANGER, {f"{ROWS} disclosed", f"{ROWS} outcome"}),
        ("bystanders", 99, ONE_STRANGER, {f"{ROWS} bystanders"}),
        ("disclosed_sex", None, ONE_STRANGER, {f"{ROWS} disclosed_sex"}),
        ("disclosed_sex", "male", ONE_STRANGER, {"addresses.csv disclosed_sex"}),
        ("disclosed_state", "NY", ONE_STRANGER, {"addresses.csv disclosed_state"}),
        ("replicate", 7, ONE_STRANGER, {f"{ROWS} replicate"}),
    ],
)
def test_an_address_that_does_not_follow_is_told(
    run: Run, column: str, value: object, where: pl.Expr, told: set[str]
) -> None:
    changed = pl.when(where).then(pl.lit(value)).otherwise(pl.col(column))
    if isinstance(value, str):
        changed = pl.when(where).then(pl.lit(value)).otherwise(pl.col(column).cast(pl.String))
    found = shown(run, {column: changed})
    assert (found >= told) if told else not found


def test_errors_exchanged_between_addresses_are_told_by_the_counts(run: Run) -> None:
    other = pl.when(STRANGERS).then(pl.lit("file")).otherwise(pl.col("whose_error").cast(pl.String))
    assert "addresses.csv everybody" in shown(run, {"whose_error": other})


def test_what_the_manifest_says_of_the_addresses_is_looked_at(run: Run) -> None:
    rows = run.manifest["rows"]["disclosures"]
    assert shown(run, {}) == set()
    assert shown(run, {}, disclosures=rows + 1) == {"manifest.json rows.disclosures"}
    assert shown(run, {}, disclosures_populations=1) == {"manifest.json rows.disclosures_populations"}


def test_above_a_size_whole_populations_are_kept_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = study(3, 1_000)
    each = made.counts["disclosed"].to_list()
    kept = keep_disclosures(made.disclosures, made.counts, each[0] + each[1])
    assert (kept.populations, kept.frame.height) == (2, each[0] + each[1])
    assert kept.note.startswith(f"{each[0] + each[1]:,} of {sum(each):,} addresses: all of the first 2 of 3")
    assert keep_disclosures(made.disclosures, made.counts, each[0] - 1).frame.is_empty()
    monkeypatch.setattr("sim.record.rows.whole_populations", lambda counts, limit=0: 2)
    monkeypatch.setattr("sim.record.addresses.whole_populations", lambda counts, limit=0: 2)
    folder = write(made, tmp_path)
    run = Run(folder, json.loads((folder / "manifest.json").read_text("utf-8")))
    assert mistakes(run) == []
    assert run.disclosures is not None and set(run.disclosures["replicate"]) == {0, 1}
