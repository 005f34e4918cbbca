"""Commands that list what was made: runs and sweeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from sim.text_safety import one_line, say

AsJson = Annotated[bool, Parameter(name="--json", negative="")]
Row = dict[str, Any]


def runs(*, out: Path = Path("runs"), as_json: AsJson = False) -> None:
    """List the runs in a folder, the newest first: ID, when, populations, scenario.

    Args:
        out: folder in which they are, as `sim run --out`.
        as_json: print for machines.
    """
    found = _listed(out, "r-*", _run)
    _tell(found, as_json, f"no run is in {out}", ("run", "created", "populations", "title"))


def sweeps(*, out: Path = Path("sweeps"), as_json: AsJson = False) -> None:
    """List the sweeps in a folder, the newest first: name, when, cells, title; earlier ones of a name too.

    Args:
        out: folder in which they are, as `sim sweep --out`.
        as_json: print for machines.
    """
    found = _listed(out, "*", _sweep) + _listed(out, "*/earlier/*", _sweep)
    _tell(found, as_json, f"no sweep is in {out}", ("sweep", "created", "cells", "title"))


def _listed(out: Path, pattern: str, read: Callable[[Mapping[str, Any]], Row]) -> list[Row]:
    """Return a row for each folder with a manifest, the newest first; a damaged one says so."""
    from datetime import UTC, datetime

    from sim.errors import FileErrors
    from sim.reading import table_of

    rows = []
    for path in out.glob(f"{pattern}/manifest.json"):
        written = path.stat().st_mtime
        try:
            row = read(table_of(path))
        except (FileErrors, KeyError, TypeError, AttributeError, ValueError):
            row = {"title": "damaged: its manifest cannot be read"}
        made = datetime.fromtimestamp(written, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append((written, {"folder": str(path.parent), "created": made, **row}))
    return [row for _, row in sorted(rows, key=lambda each: -each[0])]


def _run(about: Mapping[str, Any]) -> Row:
    scenario = about["scenario"]
    return {
        "run": str(about["run_id"]),
        "created": str(about["created"]),
        "populations": int(about["replicates"]),
        "scenario": str(scenario["name"]),
        "title": str(scenario["title"] or scenario["name"]),
    }


def _sweep(about: Mapping[str, Any]) -> Row:
    cells = about["cells"]
    return {
        "sweep": str(about["sweep"]),
        "cells": len(cells),
        "failed": sum(cell["status"] == "failed" for cell in cells),
        "varied": [str(key) for key in about["varied"]],
        "title": str(about["title"] or about["sweep"]),
    }


def _tell(rows: Sequence[Row], as_json: bool, none: str, columns: Sequence[str]) -> None:
    if as_json:
        say(json.dumps(list(rows), indent=2, ensure_ascii=False))
        return
    lines = [[str(row.get(name, Path(row["folder"]).name)) for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line, row in zip(lines, rows, strict=True):
        padded = "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True))
        say(one_line(f"{padded.rstrip()}  {row['folder']}"))
    if not rows:
        say(none)
