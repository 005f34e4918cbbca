"""Commands that ask a question many times over: sweeps and comparisons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sim.commands.run import Sets, Switch, check_out, split_sets
from sim.commands.run import load as load_scenario
from sim.errors import InputErrors, Mistake

if TYPE_CHECKING:
    from sim.progress import Quiet
    from sim.scenario import Scenario
    from sim.study.compare import Comparison
    from sim.study.grid import Plan
    from sim.study.sweep import Namer, SweepResult
    from sim.study.workers import Workers

AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def sweep(
    name: str,
    *,
    sets: Sets = (),
    out: Path = Path("sweeps"),
    workers: int = 1,
    cluster: str | None = None,
    dry_run: Switch = False,
    retry: Switch = False,
    max_cells: int = 2_000,
    as_json: AsJson = False,
    quiet: Switch = False,
) -> int:
    """Run every cell of a sweep, keeping each as it is done; run again to go on where it stopped.

    Args:
        name: a sweep file, or the name of one that comes ready.
        sets: KEY=VALUE, the same in every cell, or KEY=A,B,C, one more axis; may be given many times.
        out: folder in which the sweep's own folder is made.
        workers: processes that share the cells.
        cluster: address of a Dask scheduler to send the cells to (extra "cluster").
        dry_run: print the number of cells, time and memory, and do nothing.
        retry: compute again the cells that failed.
        max_cells: refuse a larger sweep.
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    pool = workers_of(workers, cluster)
    pairs, mistakes = split_sets(sets)
    if mistakes:
        raise InputErrors(mistakes)
    check_out(out)

    from sim.study.grid import load

    plan = load(name, pairs, max_cells)
    if dry_run:
        print(_estimate(plan, workers, as_json))
        return 0

    from sim.study.estimate import estimate, refuse_if_too_large
    from sim.study.sweep import Options, run

    if cluster is None:
        refuse_if_too_large(estimate([cell.scenario for cell in plan.cells], workers))
    engine, run_id = _identity()
    with _line_a_cell(quiet) as progress:
        result = run(plan, out, Options(workers=pool, engine=engine, run_id=run_id, retry=retry), progress)
    print(_as_json(result) if as_json else _as_text(plan, result))
    return 1 if result.failed else 0


def _line_a_cell(quiet: bool) -> Quiet:
    """Return bars on a terminal, else a listener that writes a line for every cell."""
    import sys

    from sim.progress import Lines, listener

    return listener(quiet) if quiet or sys.stderr.isatty() else Lines(every=0)


def workers_of(count: int, cluster: str | None) -> Workers:
    """Return the workers asked for; raises InputErrors for a count that cannot be meant."""
    from sim.study.workers import Workers

    if not 1 <= count <= 256:
        raise InputErrors([Mistake("command line", "--workers", f"is not in [1, 256] (got {count})")])
    return Workers(count, cluster)


def _identity() -> tuple[str, Namer]:
    """Return the words that change when the numbers may, and what names the run a cell is."""
    from sim.record import identity

    version, source, tables = identity.engine_version(), identity.engine_source(), identity.table_hashes()

    def run_id(scenario: Scenario) -> str:
        return identity.run_id(scenario.sha256(), scenario.seed, scenario.replicates, version, tables)

    return f"{version} {source}", run_id


def _estimate(plan: Plan, workers: int, as_json: bool) -> str:
    from sim.progress import span
    from sim.study.estimate import estimate

    found = estimate([cell.scenario for cell in plan.cells], workers)
    if as_json:
        told = {"sweep": plan.name, "cells": len(plan.cells), "seconds": found.seconds, "bytes": found.memory}
        return json.dumps(told, indent=2)
    varied = ", ".join(plan.varied) or "nothing"
    return (
        f"{plan.title}: {len(plan.cells):,} cells, {found.populations:,} populations; varied: {varied}\n"
        f"about {span(found.seconds)} and {found.memory / 2**30:.1f} GB with {workers} "
        f"{'process' if workers == 1 else 'processes'} (from measured speeds; expect a factor of two)"
    )


def _as_text(plan: Plan, result: SweepResult) -> str:
    import polars as pl

    from sim.study.tables import headline

    table = headline(result.table).select(*plan.varied, "status", "text", "error")
    with pl.Config(
        tbl_rows=60,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
        fmt_str_lengths=90,
        tbl_width_chars=150,
        tbl_formatting="NOTHING",
    ):
        shown = str(table)
    lines = [
        f"SYNTHETIC DATA. {plan.title}",
        shown,
        "",
        f"{result.done} cells done, {result.failed} failed; {result.reused} kept from before, "
        f"{result.damaged} damaged and done again; result hash {result.result_hash[:12]}",
        f"Results: {result.folder}",
    ]
    return "\n".join(lines)


def _as_json(result: SweepResult) -> str:
    told = {
        "synthetic": True,
        "folder": str(result.folder),
        "result_hash": result.result_hash,
        "done": result.done,
        "failed": result.failed,
        "reused": result.reused,
        "damaged": result.damaged,
        "seconds": round(result.seconds, 1),
    }
    return json.dumps(told, indent=2)


def compare(
    first: str,
    second: str,
    *,
    sets: Sets = (),
    rate: str = "wrong_person",
    replicates: str | None = None,
    workers: int = 1,
    cluster: str | None = None,
    scale: str | None = None,
    as_json: AsJson = False,
    quiet: Switch = False,
) -> None:
    """Compare two scenarios on the same people and the same luck.

    Args:
        first: a scenario file, or the name of one that comes ready.
        second: the one it is compared with; it takes the first's seed and number of replicates.
        sets: KEY=VALUE, one setting changed in both; may be given many times.
        rate: the rate compared, by its name in rates.csv.
        replicates: populations to simulate.
        workers: processes that share the replicates.
        cluster: address of a Dask scheduler (extra "cluster").
        scale: preview or national.
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    pool = workers_of(workers, cluster)
    known_rate(rate)
    scenarios = [load_scenario(name, sets, replicates=replicates, scale=scale) for name in (first, second)]

    from sim.progress import listener
    from sim.study.compare import compare as paired

    with listener(quiet) as progress:
        found = paired(scenarios[0], scenarios[1], rate, pool, progress)
    print(comparison_json(found) if as_json else comparison_text(scenarios, found))


def known_rate(name: str) -> None:
    """Raise InputErrors unless there is a rate of that name."""
    from sim.outcome import RATES
    from sim.toml_files import nearest

    names = [each.name for each in RATES]
    if name not in names:
        raise InputErrors(
            [Mistake("command line", "--rate", f"no rate is called {name}{nearest(name, names)}")]
        )


def comparison_json(found: Comparison) -> str:
    """Return a comparison for machines."""
    plain = {name: getattr(found, name) for name in found.__slots__ if name not in ("first", "second")}
    rates = {side: getattr(found, side).text() for side in ("first", "second")}
    return json.dumps({"synthetic": True, **rates, **plain}, indent=2)


def comparison_text(scenarios: Sequence[Scenario], found: Comparison) -> str:
    """Return both rates before their difference, and the difference before the ratio."""
    from sim.outcome.rates import rounded

    unit = f"per {found.first.per:,} {found.first.denominator_name}"
    ends = [rounded(value, found.mcse) for value in (found.difference, found.low, found.high)]
    lines = [
        "SYNTHETIC DATA. Two scenarios on the same people and luck."
        if found.same_people
        else "SYNTHETIC DATA. Two scenarios with different people, drawn with the same luck.",
        f"{scenarios[0].name}: {found.first.text()}",
        f"{scenarios[1].name}: {found.second.text()}",
        f"Difference: {ends[0]} {unit} (95 % interval {ends[1]} to {ends[2]}; {found.method})",
    ]
    if found.ratio is not None:
        between = (
            ""
            if found.ratio_low is None
            else f" (95 % interval {found.ratio_low:.2f} to {found.ratio_high:.2f})"
        )
        lines.append(f"Ratio: {found.ratio:.2f}{between}")
    if found.variance_ratio is not None:
        lines.append(f"Pairing won a factor of {found.variance_ratio:.1f} in variance.")
    return "\n".join(lines)
