"""A sweep on the page: its table in plain words, and the rate along the number that was varied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from sim.charts import LinePoint, Source, along
from sim.charts.along import MOST_LINES
from sim.dashboard import controls, show
from sim.errors import FileErrors
from sim.outcome.intervals import percent_of
from sim.outcome.rates import RATES, significant
from sim.parameters import catalogue, text_of
from sim.report.plain import plain as plain_number
from sim.scenario import LinkageSpec, PopulationSpec, RequestsSpec
from sim.study.swept import read
from sim.text_safety import md, one_line

MOST_ROWS = 1_000
_SPECS = {"population": PopulationSpec, "requests": RequestsSpec, "linkage": LinkageSpec}


def sweep(folder: Path) -> None:
    """Show a sweep: what it asks, the headline along the number that varies, and its table."""
    try:
        found = read(folder)
    except FileErrors as errors:
        name = md(folder.name)
        st.error(f"The folder {name} is not a sweep, or it is damaged.\n\n{show.mistakes(errors)}")
        return
    about, varied = found.about, found.varied
    rows = found.headline.select(
        *varied, "status", "value", "low", "high", "numerator", "denominator", "replicates", "error"
    )
    st.markdown(f"**{md(about.get('title', folder.name))}**. {md(about.get('summary', ''))}")
    st.caption(md(found.standing))
    failed = rows.filter(pl.col("status") == "failed")
    if failed.height:
        st.warning(f"{failed.height:,} settings failed and have no number; the last column says why.")
    done = rows.filter(pl.col("value").is_not_null())
    lines = drawn_along(done, varied)
    if lines is not None:
        show.figure(_figure(*lines, about, folder, done))
    _table(rows, varied, bool(failed.height), folder.name)


def named(key: str) -> str:
    """Return a setting in plain words."""
    if key in catalogue():
        return catalogue()[key].label
    group, _, name = key.partition(".")
    field = _SPECS[group].model_fields.get(name) if group in _SPECS else None
    return (field.description if field is not None else None) or key


def drawn_along(done: pl.DataFrame, varied: list[str]) -> tuple[str, dict[str, list[LinePoint]]] | None:
    """Return the number to draw along and the points of each line; None where a figure would say nothing.

    The number is the one with the most values; settings that move together with it are left to the table, and
    the others name the lines.
    """
    numbers = [key for key in varied if done.schema[key].is_numeric() and done[key].n_unique() > 1]
    if done.is_empty() or not numbers:
        return None
    key = max(numbers, key=lambda each: done[each].n_unique())
    others = [each for each in varied if each != key and _is_free(done, key, each)]
    lines: dict[str, list[LinePoint]] = {}
    for row in done.iter_rows(named=True):
        name = ", ".join(_value(other, row[other]) for other in others)
        lines.setdefault(name, []).append(LinePoint(row[key], row["value"], row["low"], row["high"]))
    if len(lines) > MOST_LINES or max(map(len, lines.values())) < 2:
        return None
    return key, lines


def _is_free(done: pl.DataFrame, key: str, other: str) -> bool:
    return bool((done.group_by(key).agg(pl.col(other).n_unique())[other] > 1).any())


def in_words(value: object) -> str:
    """Return a setting's value in plain words, cut to a line or two."""
    if isinstance(value, str):
        return controls.WORDS.get(value, one_line(value.replace("_", " ")))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = text_of(value) if isinstance(value, (float, dict, tuple)) else str(value)
    return text[:160]


def _value(key: str, value: object) -> str:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{named(key)}: {plain_number(value)}" if plain else in_words(value)


def _figure(
    key: str, lines: dict[str, list[LinePoint]], about: Mapping[str, Any], folder: Path, done: pl.DataFrame
) -> Any:
    made = datetime.fromtimestamp((folder / "manifest.json").stat().st_mtime).date().isoformat()
    many = int(done["replicates"].max())  # type: ignore[arg-type]
    source = Source(f"sweep {str(about.get('result_hash', ''))[:12]}", made, many, _confidence(about))
    source = replace(source, basis=_basis(about))
    unit = f"per 1,000 {RATES[0].denominator_name}"
    what = named(key)
    return along(lines, what[0].lower() + what[1:], unit, source, show.theme(), show.width())


def _confidence(about: Mapping[str, Any]) -> str:
    """Return the level of a sweep's intervals in words, where all have one and it was kept."""
    levels = about.get("confidences", [])
    return percent_of(levels[0]) if len(levels) == 1 else "each setting's own" if levels else "the sweep's"


def _whole(column: list[object]) -> bool:
    """Whether all numbers are whole; a localised format cuts others to three decimals."""
    return all(value is None or isinstance(value, int) for value in column)


def _basis(about: Mapping[str, Any]) -> str:
    """Return rule and size of a sweep in words; "" of one made before they were kept."""
    rules, sizes = about.get("rules", []), about.get("records", [])
    if not rules or not sizes:
        return ""
    said = rules[0] if len(rules) == 1 else f"{len(rules)} rules"
    span = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
    return f"rule: {said}; searched: {span} records"


def _table(rows: pl.DataFrame, varied: list[str], failed: bool, name: str) -> None:
    # The numbers first: a sweep may vary more settings than a screen is wide.
    columns: dict[str, list[object]] = {}
    for label, column in (("Of 1,000 disclosed", "value"), ("Low", "low"), ("High", "high")):
        columns[label] = [None if v is None else significant(v) for v in rows[column].head(MOST_ROWS)]
    for key in varied:
        label = named(key)
        columns[label if label not in columns else key] = [
            _value("", each) if isinstance(each, str) else each for each in rows[key].head(MOST_ROWS)
        ]
    columns["Wrong"] = rows["numerator"].head(MOST_ROWS).to_list()
    columns["Disclosed"] = rows["denominator"].head(MOST_ROWS).to_list()
    if failed:
        columns["Why there is no number"] = rows["error"].head(MOST_ROWS).to_list()
    grouped = {
        label: st.column_config.NumberColumn(format="localized" if _whole(column) else controls.FULL)
        for label, column in columns.items()
        if column and isinstance(column[0], (int, float))
    }
    st.dataframe(
        columns,
        hide_index=True,
        column_config=grouped,
        alt=one_line(f"Table of the sweep {name}: settings, headline and interval"),
    )
