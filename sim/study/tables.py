"""The table of a sweep: one row a cell, group and rate; the settings that vary are columns of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from sim.outcome import RATES, GroupRate, Rate, Settings, group_rates, rates
from sim.outcome.groups import OVERALL
from sim.study.grid import Cell, Plan
from sim.text_safety import for_spreadsheet

GROUPED = ("wrong_person", "wrong_door", "answered", "missed")
"""Rates that are also told apart by group."""

_RATE_NUMBERS = ("value", "low", "high", "mcse", "prediction_low", "prediction_high")
_RATIO_NUMBERS = ("ratio", "ratio_low", "ratio_high")
_RATE_FIELDS = (
    "label",
    "numerator",
    "denominator",
    "denominator_name",
    "per",
    "replicates",
    *_RATE_NUMBERS,
    "method",
    "words",
)


def sweep_table(plan: Plan, bodies: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return the rows of all cells in order; `bodies` are those of `sweep.run`, one a cell."""
    rows = [row for cell, body in zip(plan.cells, bodies, strict=True) for row in _rows(plan, cell, body)]
    return pl.DataFrame(rows, schema=columns_of({key: _kind(plan, key)() for key in plan.varied}))


def columns_of(varied: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    """Return the columns of a sweep's table in order. varied: the settings that vary, with their types."""
    made = (
        {"cell": pl.Int64(), "status": pl.String(), "error": pl.String()}
        | dict(varied)
        | dict.fromkeys(("dimension", "level", "rate", "label"), pl.String())
        | dict.fromkeys(("numerator", "denominator"), pl.Int64())
        | {"denominator_name": pl.String(), "per": pl.Int64(), "replicates": pl.Int64()}
        | dict.fromkeys((*_RATE_NUMBERS, *_RATIO_NUMBERS), pl.Float64())
        | dict.fromkeys(("method", "words", "text"), pl.String())
    )
    return dict(made)


def _kind(plan: Plan, key: str) -> type[pl.DataType]:
    """Return the column type of a varied setting: whole numbers, numbers, or words."""
    kinds = {type(cell.settings[key]) for cell in plan.cells}
    if kinds == {bool}:
        return pl.Boolean
    if kinds == {int}:
        return pl.Int64
    return pl.Float64 if kinds <= {int, float} else pl.String


def _rows(plan: Plan, cell: Cell, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    settings = {key: _plain(cell.settings[key], _kind(plan, key)) for key in plan.varied}
    start = {"cell": cell.number, "status": body["status"], "error": body["error"] or None} | settings
    if body["status"] == "failed":
        yield start
        return
    chosen = Settings.of(cell.scenario)
    for rate in rates(body["counts"], chosen):
        yield start | {"dimension": OVERALL, "level": OVERALL} | _rate(rate)
    groups = pl.DataFrame(body["group_counts"])
    for name in GROUPED:
        for group in group_rates(groups, chosen, name):
            yield start | _group(group)


def _rate(rate: Rate) -> dict[str, Any]:
    return {"rate": rate.name, **{name: getattr(rate, name) for name in _RATE_FIELDS}, "text": rate.text()}


def _group(group: GroupRate) -> dict[str, Any]:
    ratio = {name: getattr(group, name) for name in _RATIO_NUMBERS}
    row = {"dimension": group.dimension, "level": group.level} | _rate(group.rate) | ratio
    return row | {"words": "; ".join(word for word in (group.rate.words, group.words) if word)}


def _plain(value: Any, kind: type[pl.DataType]) -> Any:
    if kind is pl.String:
        return value if isinstance(value, str) else repr(value)
    return float(value) if kind is pl.Float64 else value


def csv_of(table: pl.DataFrame) -> str:
    """Return a table as CSV whose text no spreadsheet runs; polars writes the numbers."""
    texts = pl.col(pl.String).map_elements(for_spreadsheet, return_dtype=pl.String, skip_nulls=True)
    names = {name: str(for_spreadsheet(name)) for name in table.columns}
    return table.with_columns(texts).rename(names).write_csv()


def headline(table: pl.DataFrame, rate: str = RATES[0].name) -> pl.DataFrame:
    """Return one row a cell: settings, one rate and its bounds; failed cells keep a row without a value."""
    mine = (pl.col("rate") == rate) & (pl.col("dimension") == OVERALL)
    return table.filter(mine | pl.col("rate").is_null())
