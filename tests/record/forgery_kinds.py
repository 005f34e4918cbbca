"""Kinds of forgery, each with how many of it are tried: what a person might change in a bundle of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tests.record.forging import (
    claim_another_environment,
    drop_cases,
    edit_manifest,
    edit_rows,
    move_to_wrong,
    put,
    settle,
)

POPULATIONS = 3
"""Populations of the run that is forged."""

NONE: frozenset[str] = frozenset()
Luck = np.random.Generator


@dataclass(frozen=True)
class Forgery:
    """A kind of forgery. change: edits a folder.  keep: files not made to agree.  full: needs runs beside."""

    kind: str
    name: str
    change: Callable[[Path, Luck], None]
    keep: frozenset[str] = NONE
    full: bool = False
    claims: bool | None = None


def _rows(change: Callable[[pl.DataFrame, Luck], pl.DataFrame]) -> Callable[[Path, Luck], None]:
    def edit(folder: Path, luck: Luck) -> None:
        edit_rows(folder, lambda rows: change(rows, luck))
        drop_cases(folder)

    return edit


def _more_wrong(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    return move_to_wrong(rows, int(luck.integers(1, 120)), int(luck.integers(POPULATIONS)))


def _wrong_everywhere(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    for replicate in range(POPULATIONS):
        rows = move_to_wrong(rows, int(luck.integers(1, 60)), replicate)
    return rows


def _fewer_wrong(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    wrong = pl.col("outcome").cast(pl.String) == "wrong_person"
    chosen = wrong & (wrong.cum_sum() <= int(luck.integers(1, 60)))
    return rows.with_columns(
        outcome=_words(rows, "outcome", chosen, "right_person_right_door"),
        cause=pl.when(chosen).then(None).otherwise(pl.col("cause")),
        wrong_disclosed=pl.when(chosen).then(0).otherwise(pl.col("wrong_disclosed")).cast(pl.UInt32),
        wrong_shares_household=pl.col("wrong_shares_household") & ~chosen,
    )


def _words(rows: pl.DataFrame, column: str, chosen: pl.Expr, word: str) -> pl.Expr:
    told = pl.when(chosen).then(pl.lit(word)).otherwise(pl.col(column).cast(pl.String))
    return told.cast(rows.schema[column])


def _withheld(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    chosen = (pl.col("disclosed") > 0) & ((pl.col("disclosed") > 0).cum_sum() <= int(luck.integers(1, 80)))
    ends = (
        pl.when(pl.col("requested_person_absent"))
        .then(pl.lit("correctly_withheld"))
        .otherwise(pl.lit("missed"))
    )
    told = pl.when(chosen).then(ends).otherwise(pl.col("outcome").cast(pl.String))
    numbers = ("disclosed", "wrong_disclosed", "stale_disclosed", "bystanders")
    return rows.with_columns(
        told.cast(rows.schema["outcome"]).alias("outcome"),
        pl.when(chosen).then(None).otherwise(pl.col("cause")).alias("cause"),
        (pl.col("wrong_shares_household") & ~chosen).alias("wrong_shares_household"),
        *(pl.when(chosen).then(0).otherwise(pl.col(name)).cast(pl.UInt32).alias(name) for name in numbers),
    )


def _other_cause(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    wrong = pl.col("cause").is_not_null()
    word = str(luck.choice(["relative", "near_name"]))
    return rows.with_columns(cause=_words(rows, "cause", wrong & (wrong.cum_sum() <= 5), word))


def _other_group(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    wrong = pl.col("outcome").cast(pl.String) == "wrong_person"
    word = str(luck.choice(["white", "black"]))
    return rows.with_columns(ethnicity=_words(rows, "ethnicity", wrong, word))


def _fewer_bystanders(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    least = int(luck.integers(0, 4))
    return rows.with_columns(bystanders=pl.min_horizontal("bystanders", pl.lit(least, pl.UInt32)))


def _a_population_twice(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    one, other = luck.permutation(POPULATIONS)[:2]
    copied = rows.filter(pl.col("replicate") == one).with_columns(replicate=pl.lit(other, pl.UInt16))
    return pl.concat([rows.filter(pl.col("replicate") != other), copied]).sort("replicate", "request")


def _sheet(name: str, column: str, pick: str) -> Callable[[Path, Luck], None]:
    """Return what adds to a number of a CSV file, in a row that begins as `pick`."""

    def edit(folder: Path, luck: Luck) -> None:
        head, *lines = (folder / name).read_text("utf-8").splitlines()
        at, places = head.split(",").index(column), [i for i, line in enumerate(lines) if pick in line]
        line = places[int(luck.integers(len(places)))]
        cells = lines[line].split(",")
        number = float(cells[at] or 0)
        moved = number + int(luck.integers(1, 40))
        cells[at] = str(int(moved)) if number.is_integer() else str(moved)
        lines[line] = ",".join(cells)
        put(folder / name, "\n".join([head, *lines]) + "\n")

    return edit


def _text(name: str, old: str, new: str) -> Callable[[Path, Luck], None]:
    def edit(folder: Path, luck: Luck) -> None:
        text = (folder / name).read_text("utf-8")
        if old not in text:
            raise LookupError(f"{name} does not hold {old!r}")
        put(folder / name, text.replace(old, new, int(luck.integers(1, 3))))

    return edit


def _case_field(folder: Path, luck: Luck) -> None:
    cases = json.loads((folder / "cases.json").read_text("utf-8"))
    case = cases[int(luck.integers(len(cases)))]
    field = case["fields"][int(luck.integers(len(case["fields"])))]
    side = str(luck.choice(["asked", "on_file", "true"]))
    field[side] = "SMITH" if field[side] is None else f"{field[side]}X"
    put(folder / "cases.json", json.dumps(cases, indent=2))


def _case_gone(folder: Path, luck: Luck) -> None:
    cases = json.loads((folder / "cases.json").read_text("utf-8"))
    del cases[int(luck.integers(len(cases)))]
    put(folder / "cases.json", json.dumps(cases, indent=2))


def _ledger(change: Callable[[pl.DataFrame, Luck], pl.DataFrame]) -> Callable[[Path, Luck], None]:
    def edit(folder: Path, luck: Luck) -> None:
        path = folder / "ledger.parquet"
        made = change(pl.read_parquet(path, memory_map=False), luck)
        path.unlink()
        made.write_parquet(path)
        told = json.loads((folder / "manifest.json").read_text("utf-8"))["rows"]
        edit_manifest(folder, rows={**told, "ledger": made.height})

    return edit


def _shorter(rows: pl.DataFrame, luck: Luck) -> pl.DataFrame:
    return rows.head(rows.height - int(luck.integers(1, 9)))


def _manifest(**changes: Any) -> Callable[[Path, Luck], None]:
    return lambda folder, _: edit_manifest(folder, **changes)


def _within(key: str, **changes: Any) -> Callable[[Path, Luck], None]:
    def edit(folder: Path, _: Luck) -> None:
        told = json.loads((folder / "manifest.json").read_text("utf-8"))[key]
        edit_manifest(folder, **{key: {**told, **changes}})

    return edit


def _seed(then: Callable[[Path, Luck], None] | None = None) -> Callable[[Path, Luck], None]:
    def edit(folder: Path, luck: Luck) -> None:
        path = folder / "scenario.toml"
        put(path, path.read_text("utf-8").replace("\nseed = 1\n", f"\nseed = {int(luck.integers(2, 9))}\n"))
        drop_cases(folder)
        if then is not None:
            then(folder, luck)

    return edit


def _beside(change: Callable[[Path, Luck], None], keep: frozenset[str]) -> Callable[[Path, Luck], None]:
    def edit(folder: Path, luck: Luck) -> None:
        others = sorted((folder / "companions").iterdir())
        other = others[int(luck.integers(len(others)))]
        change(other, luck)
        settle(other, {*keep, "ro-crate-metadata.json"})

    return edit


def _other_role(folder: Path, luck: Luck) -> None:
    listed = json.loads((folder / "companions.json").read_text("utf-8"))
    one, other = luck.permutation(len(listed))[:2]
    listed[one]["run_id"], listed[other]["run_id"] = listed[other]["run_id"], listed[one]["run_id"]
    put(folder / "companions.json", json.dumps(listed))


COUNTS, RATES, REPORT = frozenset({"counts.csv"}), frozenset({"rates.csv"}), frozenset({"report.html"})
KINDS: Sequence[tuple[Forgery, int]] = (
    (Forgery("row", "right answers made wrong in one population", _rows(_more_wrong)), 14),
    (Forgery("row", "right answers made wrong in all", _rows(_wrong_everywhere)), 10),
    (Forgery("row", "wrong answers made right", _rows(_fewer_wrong)), 12),
    (Forgery("row", "answers withheld", _rows(_withheld)), 8),
    (Forgery("row", "another cause", _rows(_other_cause)), 4),
    (Forgery("row", "wrong answers in another group", _rows(_other_group)), 4),
    (Forgery("row", "fewer bystanders", _rows(_fewer_bystanders)), 4),
    (Forgery("row", "one population put in another's place", _rows(_a_population_twice)), 4),
    (
        Forgery(
            "count", "a count of everybody", _sheet("counts.csv", "wrong_disclosed", ",everybody,"), COUNTS
        ),
        10,
    ),
    (Forgery("count", "a count of a group", _sheet("counts.csv", "requests", ",ethnicity,"), COUNTS), 5),
    (Forgery("count", "pairs compared", _sheet("counts.csv", "candidates", ",everybody,"), COUNTS), 5),
    (Forgery("rate", "a rate", _sheet("rates.csv", "value", "wrong_person,"), RATES), 8),
    (
        Forgery(
            "rate", "the number of wrong answers", _sheet("rates.csv", "numerator", "wrong_person,"), RATES
        ),
        6,
    ),
    (Forgery("rate", "the Monte Carlo error", _sheet("rates.csv", "replicates", "missed,"), RATES), 4),
    (Forgery("rate", "a word", _text("rates.csv", "addresses disclosed", "addresses shown"), RATES), 2),
    (Forgery("case", "a field of a worked link", _case_field), 10),
    (Forgery("case", "a worked link left out", _case_gone), 4),
    (Forgery("ledger", "entries left out", _ledger(_shorter)), 6),
    (Forgery("ledger", "another text", _ledger(lambda rows, _: rows.with_columns(kind=pl.lit("typo")))), 4),
    (Forgery("report", "a number of the page", _text("report.html", "per 1,000", "per 10,000"), REPORT), 8),
    (
        Forgery(
            "report",
            "a word of the page",
            _text("report.html", "addresses disclosed", "addresses shown"),
            REPORT,
        ),
        5,
    ),
    (
        Forgery(
            "report", "a drawing of the page", _text("report.html", "<path", "<path opacity='0'"), REPORT
        ),
        3,
    ),
    (
        Forgery(
            "report",
            "a figure beside the report",
            _text("figures/doors.svg", "<path", "<path opacity='0'"),
            NONE,
            True,
        ),
        3,
    ),
    (
        Forgery(
            "manifest",
            "the title",
            _within("scenario", title="The rule of the court"),
            frozenset({"manifest.json"}),
        ),
        4,
    ),
    (
        Forgery(
            "manifest", "a stopping rule", _manifest(stopping={"rule": {}, "looks": [], "reached": True})
        ),
        4,
    ),
    (Forgery("manifest", "the note of the ledger", _within("rows", ledger_note="nothing was left out")), 4),
    (Forgery("manifest", "a table", _manifest(tables={"surnames": "0" * 64})), 4),
    (
        Forgery(
            "environment", "another version of numpy", lambda f, _: claim_another_environment(f), claims=True
        ),
        5,
    ),
    (Forgery("environment", "another Python", _within("environment", python="3.99.0"), claims=False), 4),
    (
        Forgery("environment", "other sources", _within("environment", engine_source="0" * 64), claims=False),
        4,
    ),
    (Forgery("version", "another version", _within("engine", version="9.9.9")), 8),
    (Forgery("seed", "another seed", _seed()), 5),
    (Forgery("seed", "another seed and wrong answers", _seed(_rows(_wrong_everywhere))), 5),
    (
        Forgery(
            "companion",
            "counts of a run beside",
            _beside(_sheet("counts.csv", "wrong_disclosed", ",everybody,"), COUNTS),
            NONE,
            True,
        ),
        4,
    ),
    (
        Forgery(
            "companion",
            "rates of a run beside",
            _beside(_sheet("rates.csv", "value", "wrong_person,"), RATES),
            NONE,
            True,
        ),
        2,
    ),
    (Forgery("companion", "runs beside exchanged", _other_role, NONE, True), 2),
    (Forgery("companion", "a run beside with another seed", _beside(_seed(), NONE), NONE, True), 2),
)
