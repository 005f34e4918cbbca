"""Run the cells of a sweep, each kept the moment it is done, and gather them into one table.

    <out>/<sweep>/
      cells/<sixteen hex digits>.json   counts of one cell; named by the hash of its scenario and the engine
      .unfinished/                      populations of cells that are not whole yet (`sim.study.unfinished`)
      sweep.parquet, sweep.csv          one row a cell, group and rate; a failed cell is a row without a value
      earlier/<twelve hex digits>/      the same three of a sweep of this name that asked something else
      manifest.json                     what was asked, by which engine, with which result hash

Running again does only what is missing, damaged or (if asked) failed. The result hash covers the rows, not
times or places, so that it is the same for one worker or many, and for a sweep that was killed and resumed.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from sim import whole_files
from sim.errors import FileErrors, RefusedError
from sim.outcome.basis import rule
from sim.progress import Progress, silent
from sim.reading import MOST_TABLE, data_of, parse_json
from sim.scenario import Scenario
from sim.study.batches import Outcome, batches, one_by_one
from sim.study.grid import Cell, Plan
from sim.study.store import cell_name, read_cell, write_cell
from sim.study.tables import csv_of, sweep_table
from sim.study.unfinished import NAME, Unfinished
from sim.study.workers import Workers

STEP = "Cells"
Namer = Callable[[Scenario], str]


@dataclass(frozen=True, slots=True)
class SweepResult:
    """A finished sweep: its folder, its table, and how its cells fared.

    done and failed: cells by their state now. reused: cells found whole from before. damaged: cell files that
    failed their checksum and were computed again. earlier: where the result of another question that
    stood in the folder is kept, None if there was none.
    """

    folder: Path
    table: pl.DataFrame
    result_hash: str
    done: int
    failed: int
    reused: int
    damaged: int
    seconds: float
    earlier: Path | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. engine: words that change whenever the numbers may (version and source hash).

    run_id: names the run a cell is, for the manifest. retry: compute failed cells again.
    """

    workers: Workers = field(default_factory=Workers)
    engine: str = ""
    run_id: Namer | None = None
    retry: bool = False
    together: int | None = None


def run(plan: Plan, out: Path, options: Options, progress: Progress = silent) -> SweepResult:
    """Run what is missing of `plan` in `out/<name>` and gather all of it.

    Raises RefusedError when another process holds the folder or it cannot be written. Interrupted by a
    KeyboardInterrupt it keeps every finished cell and population and lets the interrupt through.
    """
    began = time.monotonic()
    folder = out / plan.name
    cells = folder / "cells"
    try:
        whole_files.make_folder(cells)
    except OSError as error:
        raise RefusedError(f"{folder} cannot be written: {error.strerror}") from None
    with whole_files.lock(folder):
        whole_files.remove_leftovers(cells)
        whole_files.remove_leftovers(folder)
        found, damaged = _kept(plan, cells, options)
        parts = Unfinished(folder / NAME, options.engine)
        progress(STEP, len(found), len(plan.cells), note=f"{len(found)} kept from before" if found else "")
        reused = len(found)
        for cell, body, more in _compute([c for c in plan.cells if c.number not in found], options, parts):
            write_cell(_path(cells, cell, options), body)
            found[cell.number] = body
            progress(STEP, len(found), len(plan.cells), note=_note(cell, body), more=more)
        bodies = [found[cell.number] for cell in plan.cells]
        for cell in plan.cells:
            parts.forget(cell.scenario)
        parts.done()
        return _gather(plan, folder, bodies, options, (reused, damaged, time.monotonic() - began))


def kept(plan: Plan, out: Path, options: Options) -> tuple[int, int]:
    """Return how many cells of `plan` are in `out/<name>`, whole, and how many populations of others."""
    found, _ = _kept(plan, out / plan.name / "cells", options)
    left = [cell.scenario for cell in plan.cells if cell.number not in found]
    parts = Unfinished(out / plan.name / NAME, options.engine)
    return len(found), sum(parts.counts(each, r) is not None for each in left for r in range(each.replicates))


def _path(cells: Path, cell: Cell, options: Options) -> Path:
    return cells / f"{cell_name(cell.scenario, options.engine)}.json"


def _kept(plan: Plan, cells: Path, options: Options) -> tuple[dict[int, dict[str, Any]], int]:
    """Return the bodies of cells already on disk and whole, and the number of damaged ones."""
    found, damaged = {}, 0
    for cell in plan.cells:
        path = _path(cells, cell, options)
        body = read_cell(path)
        if body is not None and body["scenario_sha256"] == cell.scenario.sha256():
            if body["status"] == "done" or not options.retry:
                found[cell.number] = body
        elif path.exists():
            damaged += 1
    return found, damaged


def _compute(
    missing: Sequence[Cell], options: Options, parts: Unfinished
) -> Iterator[tuple[Cell, dict[str, Any], bool]]:
    """Yield each missing cell with its body, and whether more of its batch, done with it, are to come.

    A batch is a group of cells that share their people. Each population of them is kept when it is done.
    """
    groups = batches(missing, options.together, options.workers.count)
    outcomes = {cell.number: Outcome() for cell in missing}
    for found in one_by_one(groups, options.workers, parts):
        finished = []
        for cell, outcome in found.asked:
            if cell.number in outcomes:
                outcomes[cell.number].add(outcome)
                if outcome.error or found.replicate == cell.scenario.replicates - 1:
                    finished.append(cell)
        for cell in finished:
            yield cell, _body(cell, outcomes.pop(cell.number)), cell is not finished[-1]


def _body(cell: Cell, outcome: Outcome) -> dict[str, Any]:
    return {
        "scenario_sha256": cell.scenario.sha256(),
        "settings": dict(cell.settings),
        "status": "failed" if outcome.error else "done",
        "error": outcome.error,
        "counts": outcome.counts,
        "group_counts": outcome.group_counts,
        "seconds": round(outcome.seconds, 3),
    }


def _note(cell: Cell, body: Mapping[str, Any]) -> str:
    settings = ", ".join(f"{key}={value}" for key, value in cell.settings.items())
    return f"{settings}: {body['error'] or 'done in ' + format(body['seconds'], '.1f') + ' s'}"


def _gather(
    plan: Plan, folder: Path, bodies: Sequence[dict[str, Any]], options: Options, told: tuple[int, int, float]
) -> SweepResult:
    reused, damaged, seconds = told
    table = sweep_table(plan, bodies)
    text = csv_of(table)
    result_hash = hashlib.sha256(text.encode()).hexdigest()
    failed = sum(body["status"] == "failed" for body in bodies)
    earlier = _keep_other(plan, folder, options)
    whole_files.write(folder / "sweep.csv", text.encode())
    whole_files.write(folder / "sweep.parquet", _parquet(table))
    manifest = _manifest(plan, bodies, options, result_hash)
    whole_files.write(
        folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n"
    )
    done = len(bodies) - failed
    return SweepResult(folder, table, result_hash, done, failed, reused, damaged, seconds, earlier)


def _keep_other(plan: Plan, folder: Path, options: Options) -> Path | None:
    """Keep the result that stands in the folder if it is of other cells or another engine; return where."""
    path = folder / "manifest.json"
    if not path.exists():
        return None
    raw = data_of(path)
    try:
        about = parse_json(raw, path)
        asked = [cell["scenario_sha256"] for cell in about["cells"]]
        same = asked == [cell.scenario.sha256() for cell in plan.cells] and about["engine"] == options.engine
    except (FileErrors, KeyError, TypeError):  # damaged: kept all the same
        same = False
    if same:
        return None
    place = whole_files.make_folder(folder / "earlier" / hashlib.sha256(raw).hexdigest()[:12])
    for name in ("sweep.csv", "sweep.parquet", "manifest.json"):
        if (folder / name).is_file():
            whole_files.write(place / name, data_of(folder / name, MOST_TABLE))
    return place


def _manifest(
    plan: Plan, bodies: Sequence[dict[str, Any]], options: Options, result_hash: str
) -> dict[str, Any]:
    cells = [
        {
            "number": cell.number,
            "file": f"cells/{cell_name(cell.scenario, options.engine)}.json",
            "settings": dict(cell.settings),
            "scenario_sha256": cell.scenario.sha256(),
            **({"run_id": options.run_id(cell.scenario)} if options.run_id else {}),
            "status": body["status"],
            **({"error": body["error"]} if body["error"] else {}),
            "seconds": body["seconds"],
        }
        for cell, body in zip(plan.cells, bodies, strict=True)
    ]
    return {
        "format": "linkage-error-simulator/sweep/1",
        "notice": "SYNTHETIC: every person and number here is simulated",
        "sweep": plan.name,
        "title": plan.title,
        "summary": plan.summary,
        "varied": list(plan.varied),
        "rules": sorted({rule(cell.scenario) for cell in plan.cells}),
        "records": sorted({cell.scenario.population.size for cell in plan.cells}),
        "confidences": sorted({cell.scenario.value("outcome.confidence") for cell in plan.cells}),
        "engine": options.engine,
        "result_hash": result_hash,
        "cells": cells,
    }


def _parquet(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()
