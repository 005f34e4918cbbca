"""A sweep read back from its folder: its table, hashed, and checked against the counts of its cells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from jsonschema import Draft202012Validator

from sim.errors import FileErrors, Mistake
from sim.outcome import RATES
from sim.outcome.groups import OVERALL
from sim.reading import MOST_JSON, brief, inside, parquet_of, table_of, wrong
from sim.study.store import cell_of
from sim.study.tables import columns_of, csv_of, headline
from sim.toml_files import show

MOST_ROWS = 5_000_000
FORMAT = "linkage-error-simulator/sweep/1"
_TEXT = {"type": "string", "maxLength": 10_000}
_MANIFEST: dict[str, Any] = {
    "type": "object",
    "required": ["format", "sweep", "title", "summary", "varied", "result_hash", "cells"],
    "properties": {
        "format": {"const": FORMAT},
        "sweep": _TEXT,
        "title": _TEXT,
        "summary": _TEXT,
        "varied": {"type": "array", "minItems": 1, "maxItems": 100, "uniqueItems": True, "items": _TEXT},
        "rules": {"type": "array", "maxItems": 1_000, "items": _TEXT},
        "records": {"type": "array", "maxItems": 1_000, "items": {"type": "integer", "minimum": 1}},
        "result_hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "cells": {
            "type": "array",
            "maxItems": 1_000_000,
            "items": {
                "type": "object",
                "required": ["number", "file", "scenario_sha256", "status"],
                "properties": {
                    "number": {"type": "integer", "minimum": 0},
                    "file": _TEXT,
                    "scenario_sha256": _TEXT,
                    "status": {"enum": ["done", "failed"]},
                },
            },
        },
    },
}
_SUMMED = {rate.name: (rate.numerator, rate.denominator) for rate in RATES}


@dataclass(frozen=True)
class Swept:
    """A sweep on disk. about: its manifest.  table: all rows.  unchecked: cells without their counts."""

    folder: Path
    about: Mapping[str, Any]
    table: pl.DataFrame
    unchecked: int

    @property
    def varied(self) -> list[str]:
        """The settings that vary, each a column of the table."""
        return [str(key) for key in self.about["varied"]]

    @property
    def standing(self) -> str:
        """What this sweep was checked against, in a sentence."""
        if self.unchecked == 0:
            return "Checked against the counts of its cells; not repeated."
        many = f"{self.unchecked} of {len(self.about['cells'])}"
        return f"The counts of {many} cells are not there, so their rows are checked by their hash only."

    @property
    def headline(self) -> pl.DataFrame:
        """One row a cell: settings, the headline rate and its bounds."""
        return headline(self.table)


def read(folder: Path) -> Swept:
    """Return a sweep; raises FileErrors when it is none, was changed, or is not what its cells counted."""
    path = folder / "manifest.json"
    about = table_of(path, MOST_JSON)
    broken = [
        Mistake(path.name, ".".join(map(str, each.absolute_path)) or "the whole", brief(each.message))
        for each, _ in zip(Draft202012Validator(_MANIFEST).iter_errors(about), range(20), strict=False)
    ]
    if broken:
        raise FileErrors(broken)
    file = folder / "sweep.parquet"
    table = parquet_of(file, None, MOST_ROWS)
    wanted = columns_of({key: table.schema.get(key, pl.Null()) for key in about["varied"]})
    mistakes = [
        Mistake(file.name, show(key, 60), f"should be {kind} (got {table.schema.get(key)})")
        for key, kind in wanted.items()
        if table.schema.get(key) != kind
    ]
    if mistakes or list(wanted) != table.columns:
        raise FileErrors(mistakes or [Mistake(file.name, "columns", "are not those of such a sweep")])
    if hashlib.sha256(csv_of(table).encode()).hexdigest() != about["result_hash"]:
        raise wrong(file, "rows", "do not have the hash of the manifest")
    unchecked = _checked(folder, about, table)
    return Swept(folder, about, table, unchecked)


def _checked(folder: Path, about: Mapping[str, Any], table: pl.DataFrame) -> int:
    """Return how many cells are not there to be checked; raises FileErrors for rows that they do not give."""
    numbers = [cell["number"] for cell in about["cells"]]
    if sorted(numbers) != sorted(table["cell"].unique().to_list()):
        raise wrong("manifest.json", "cells", "are not those of the table")
    _values(table)
    absent, mistakes = 0, []
    whole = table.filter(pl.col("dimension") == OVERALL)
    rows = dict(iter(whole.partition_by("cell", as_dict=True).items()))
    for cell in about["cells"]:
        path = inside(folder, cell["file"], "manifest.json", "cells")
        if not path.exists():
            absent += 1
            continue
        try:
            body = cell_of(path)
        except FileErrors as errors:
            mistakes += [Mistake(f"cells/{each.file}", each.key, each.problem) for each in errors.mistakes]
            continue
        if body.get("scenario_sha256") != cell["scenario_sha256"]:
            mistakes.append(Mistake(f"cells/{path.name}", "scenario_sha256", "is of another scenario"))
        for row in rows.get((cell["number"],), whole.clear()).iter_rows(named=True):
            above, below = _SUMMED.get(row["rate"], ("", ""))
            sums = tuple(sum(count.get(name, -1) for count in body["counts"]) for name in (above, below))
            if sums != (row["numerator"], row["denominator"]):
                place = f"cell {cell['number']}, {show(row['rate'], 60)}"
                mistakes.append(
                    Mistake("sweep.parquet", place, "does not follow from the counts of its cell")
                )
    if mistakes:
        raise FileErrors(mistakes[:20])
    return absent


def _values(table: pl.DataFrame) -> None:
    """Raise FileErrors where a value is not numerator over denominator."""
    made = pl.col("per") * pl.col("numerator") / pl.col("denominator")
    odd = table.filter(
        (pl.col("value").is_not_null() & ((pl.col("value") - made).abs() > 1e-9 * made.abs() + 1e-12))
        | (pl.col("value").is_not_null() & (pl.col("denominator") <= 0))
        | (pl.col("numerator") < 0)
    )
    if odd.height:
        raise wrong("sweep.parquet", "value", f"is not numerator over denominator (rows: {odd.height:,})")
