"""Files of a sweep that survive a kill at any moment: written whole or not at all, checked when read.

A cell is one JSON file named by the hash of what it computes (`sim.whole_files` writes it); one that is cut
short or edited fails its own checksum and is computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from sim import whole_files
from sim.errors import FileErrors, Mistake
from sim.outcome.counts import COUNTS
from sim.outcome.laws import broken_counts
from sim.reading import guarded, sealed_of, wrong
from sim.scenario import Scenario

_CELL = b"linkage-error-simulator/cell-name/1\0"
FORMAT = "linkage-error-simulator/cell/1"
MOST_BYTES = 64 << 20
MOST_COUNTS = 1_000_000
"""Bytes of a cell and rows of its counts at most."""

_WORDS = ("dimension", "level")
_GROUP = ("replicate", *_WORDS)


def cell_name(scenario: Scenario, engine: str) -> str:
    """Return sixteen hexadecimal digits that name what a cell computes."""
    return hashlib.sha256(_CELL + scenario.canonical() + b"\0" + engine.encode()).hexdigest()[:16]


def write_cell(path: Path, body: Mapping[str, Any]) -> None:
    """Write a cell with its checksum."""
    text = _canonical(body)
    whole = {"format": FORMAT, "sha256": hashlib.sha256(text).hexdigest(), "body": body}
    whole_files.write(path, _canonical(whole) + b"\n")


def read_cell(path: Path) -> dict[str, Any] | None:
    """Return the body of a cell, or None when the file is missing, cut short, edited or no cell."""
    try:
        return cell_of(path)
    except FileErrors:
        return None


def cell_of(path: Path) -> dict[str, Any]:
    """Return the body of a cell: counts and group_counts, or the error that ended it.

    Raises FileErrors when it is not sealed, has other keys or types, or its counts do not hang together.
    """
    body = sealed_of(path, FORMAT, MOST_BYTES)
    if not isinstance(body.get("error"), str) or not _number(body.get("seconds")):
        raise wrong(path, "error, seconds", "should be text and a number")
    sheets = {key: body.get(key) for key in ("counts", "group_counts")}
    if body["error"] or body.get("status") == "failed":
        if any(each != [] for each in sheets.values()) or not body["error"]:
            raise wrong(path, "counts", "should be none where a cell failed with an error")
        return body
    overall = _sheet(path, "counts", sheets["counts"], ("registry", *COUNTS), ())
    groups = _sheet(path, "group_counts", sheets["group_counts"], COUNTS, _GROUP)
    kept = groups["replicate"].unique().sort()
    if len(kept) != overall.height:
        raise wrong(path, "group_counts", "are not of as many populations as the counts")
    numbered = groups.with_columns(replicate=(groups["replicate"].rank("dense") - 1).cast(pl.Int64))
    mistakes = [Mistake(path.name, *told) for told in broken_counts(overall, numbered)]
    if mistakes:
        raise FileErrors(mistakes)
    return body


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _sheet(
    path: Path, key: str, rows: object, numbers: Iterable[str], words: tuple[str, ...]
) -> pl.DataFrame:
    """Return a list of counts as a frame of whole numbers; raises FileErrors when it is none."""
    columns = [*words, *numbers]
    if not isinstance(rows, list) or not rows or len(rows) > MOST_COUNTS:
        raise wrong(path, key, f"should be a list of 1 to {MOST_COUNTS:,} counts")
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(columns):
            raise wrong(path, key, "should have each count by its name, and no other")
        if any(type(row[name]) is not (str if name in _WORDS else int) for name in columns):
            raise wrong(path, key, "should be whole numbers, of named groups")
    schema = {name: pl.String if name in _WORDS else pl.Int64 for name in columns}
    return guarded(path, "counts", lambda: pl.DataFrame(rows, schema=schema))


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()
