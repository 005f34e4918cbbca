"""Commands that ask a question many times over: sweeps and comparisons."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sim.commands.options import Most, WorkerCount
from sim.commands.places import check_out
from sim.commands.run import Sets, Switch, split_sets, unfinished, unknown_names
from sim.commands.run import load as load_scenario
from sim.errors import InputErrors, LostError, Mistake, RefusedError
from sim.text_safety import one_line, say

if TYPE_CHECKING:
    from sim.progress import Quiet
    from sim.scenario import Scenario
    from sim.study.compare import Comparison
    from sim.study.grid import Plan
    from sim.study.sweep import Namer, Options, SweepResult
    from sim.study.workers import Workers

AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def sweep(
    name: str,
    *,
    sets: Sets = (),
    out: Path = Path("sweeps"),
    workers: WorkerCount = 1,
    cluster: str | None = None,
    dry_run: Switch = False,
    retry: Switch = False,
    max_cells: Most = 2_000,
    as_json: AsJson = False,
    quiet: Switch = False,
) -> int:
    """Run every cell of a sweep, keeping each as it is done; run again to go on where it stopped.

    Args:
        name: a sweep file, or the name of one that comes ready.
        sets: KEY=VALUE, the same in every cell, or KEY=A,B,C, one more axis; may be given many times.
        out: folder in which the sweep's own folder is made.
        workers: processes that share the cells.
        cluster: address of a Dask scheduler to send the cells to (extra "cluster"). Whoever reaches one
            without TLS can run code on it and its workers.
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

    plan = _plan(name, pairs, max_cells, out)
    if dry_run:
        say(_estimate(plan, workers, as_json))
        return 0

    from sim.study.estimate import estimate, refuse_if_too_large
    from sim.study.sweep import Options, run

    if cluster is None:
        refuse_if_too_large(estimate([cell.scenario for cell in plan.cells], workers))
    engine, run_id = _identity()
    options = Options(workers=pool, engine=engine, run_id=run_id, retry=retry)
    try:
        with _line_a_cell(quiet) as progress:
            result = run(plan, out, options, progress)
    except (KeyboardInterrupt, LostError):
        say(_kept(plan, out, options), to=sys.stderr)
        raise
    say(_as_json(result) if as_json else sweep_text(plan, result))
    return 1 if result.failed else 0


def _plan(name: str, pairs: Sequence[tuple[str, str]], most: int, out: Path) -> Plan:
    """Return the cells of a sweep; raises InputErrors for unknown names, and where it cannot be written."""
    from sim.study.grid import load

    plan = load(name, pairs, most)
    linkages = [cell.scenario.linkage for cell in plan.cells]
    rules, passes = {each.rule for each in linkages}, {word for each in linkages for word in each.blocking}
    if mistakes := unknown_names(sorted(rules), sorted(passes), plan.name):
        raise InputErrors(mistakes)
    if any(each.definition for each in linkages):
        from sim.linkage.rules import definition_of

        for cell in plan.cells:
            definition_of(cell.scenario)  # tells every mistake of a rule's own file before any work
    check_out(
        out,
        [plan.name, f"{plan.name}/cells"],
        [f"{plan.name}/{name}" for name in ("sweep.csv", "sweep.parquet", "manifest.json")],
    )
    return plan


def _kept(plan: Plan, out: Path, options: Options) -> str:
    """Say what an unfinished sweep has kept."""
    from sim.study.sweep import kept

    done, populations = kept(plan, out, options)
    more = f" and {populations} populations of others" if populations else ""
    place = out / plan.name
    return f"{done} of {len(plan.cells)} cells{more} are kept in {place}; the same command goes on from there"


def _line_a_cell(quiet: bool) -> Quiet:
    """Return bars on a terminal, else a listener that writes a line for every cell."""
    from sim.progress import Lines, listener

    return listener(quiet) if quiet or sys.stderr.isatty() else Lines(every=0)


def workers_of(count: int, cluster: str | None) -> Workers:
    """Return the workers asked for."""
    from sim.record.identity import computing
    from sim.study.workers import Workers

    return Workers(count, cluster, computing)


def _identity() -> tuple[str, Namer]:
    """Return the words that change when the numbers may, and what names the run a cell is."""
    from sim.record import identity

    version, source, tables = identity.engine_version(), identity.engine_source(), identity.table_hashes()

    def run_id(scenario: Scenario) -> str:
        return identity.run_id(scenario.sha256(), scenario.seed, scenario.replicates, version, tables)

    return f"{version} {source}", run_id


def _estimate(plan: Plan, workers: int, as_json: bool) -> str:
    from sim.progress import span
    from sim.study.estimate import estimate, refuse_if_too_large

    found = estimate([cell.scenario for cell in plan.cells], workers)
    try:
        refuse_if_too_large(found)
        refused = ""
    except RefusedError as error:
        refused = str(error)
    if as_json:
        told = {
            "sweep": plan.name,
            "cells": len(plan.cells),
            "populations": found.populations,
            "seconds": round(found.seconds, 1),
            "bytes": found.memory,
            "refused": refused or None,
        }
        return json.dumps(told, indent=2)
    varied = ", ".join(plan.varied) or "nothing"
    warned = f"\nwould be refused here: {refused}" if refused else ""
    return (
        f"{one_line(plan.title)}: {len(plan.cells):,} cells, {found.populations:,} populations; "
        f"varied: {varied}\n"
        f"about {span(found.seconds)} and {found.memory / 2**30:.1f} GB with {workers} "
        f"{'process' if workers == 1 else 'processes'} (from measured speeds; expect a factor of two){warned}"
    )


def sweep_text(plan: Plan, result: SweepResult) -> str:
    """Return the headline of every cell, and how the cells fared."""
    import polars as pl

    from sim.outcome import RATES
    from sim.parameters import exact
    from sim.study.tables import headline

    found = pl.coalesce("text", pl.format("FAILED: {}", "error")).alias(RATES[0].label)
    table = headline(result.table).select(*plan.varied, found)
    table = table.with_columns(
        pl.col(key).map_elements(exact, return_dtype=pl.String)
        for key in plan.varied
        if table.schema[key].is_float()
    )
    with pl.Config(
        tbl_rows=60,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
        fmt_str_lengths=160,
        tbl_width_chars=200,
        tbl_formatting="NOTHING",
    ):
        shown = str(table)
    told = [f"{result.done} {'cell' if result.done == 1 else 'cells'} done"]
    told += [f"{result.failed} failed (--retry tries them again)"] if result.failed else []
    told += [f"{result.reused} kept from before"] if result.reused else []
    told += [f"{result.damaged} damaged and done again"] if result.damaged else []
    lines = [
        f"SYNTHETIC DATA. {one_line(plan.title)}",
        *(["Preview: a rate to cite needs more replicates."] if _preview(plan) else []),
        shown,
        "",
        f"{', '.join(told)}; result hash {result.result_hash[:12]}",
        f"Every rate, by group too: {result.folder / 'sweep.csv'}",
    ]
    if result.earlier is not None:
        lines.append(f"Another sweep of this name stood there; its result is kept in {result.earlier}")
    return "\n".join(lines)


def _preview(plan: Plan) -> bool:
    """Whether some cell has fewer replicates than a number to cite needs."""
    scenarios = [cell.scenario for cell in plan.cells]
    return any(each.replicates < each.value("study.preview_below") for each in scenarios)


def _as_json(result: SweepResult) -> str:
    told = {
        "synthetic": True,
        "folder": str(result.folder),
        "result_hash": result.result_hash,
        "done": result.done,
        "failed": result.failed,
        "reused": result.reused,
        "damaged": result.damaged,
        "earlier": None if result.earlier is None else str(result.earlier),
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
    workers: WorkerCount = 1,
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
        cluster: address of a Dask scheduler (extra "cluster"). Whoever reaches one without TLS can run
            code on it and its workers.
        scale: preview or national.
        as_json: print the result for machines.
        quiet: print nothing but the result.
    """
    pool = workers_of(workers, cluster)
    known_rate(rate)
    scenarios = [load_scenario(name, sets, replicates=replicates, scale=scale) for name in (first, second)]

    from sim.progress import listener
    from sim.study.compare import compare as paired

    with unfinished(Path()) as kept, listener(quiet) as progress:
        found = paired(scenarios[0], scenarios[1], rate, pool, progress, kept)
    say(comparison_json(found) if as_json else comparison_text(scenarios, found))


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
    from sim.outcome.intervals import percent_of
    from sim.outcome.rates import rounded

    unit = f"per {found.first.per:,} {found.first.denominator_name}"
    level = percent_of(found.confidence)
    ends = [rounded(value, found.mcse) for value in (found.difference, found.low, found.high)]
    lines = [
        "SYNTHETIC DATA. Two scenarios on the same people and luck."
        if found.same_people
        else "SYNTHETIC DATA. Two scenarios with different people, drawn with the same luck.",
        f"{scenarios[0].name}: {found.first.text()}",
        f"{scenarios[1].name}: {found.second.text()}",
        f"Difference: {ends[0]} {unit} ({level} interval {ends[1]} to {ends[2]}; {found.method})",
    ]
    if found.ratio is not None:
        between = (
            ""
            if found.ratio_low is None
            else f" ({level} interval {found.ratio_low:.2f} to {found.ratio_high:.2f})"
        )
        lines.append(f"Ratio: {found.ratio:.2f}{between}")
    if found.variance_ratio is not None:
        lines.append(f"Pairing won a factor of {found.variance_ratio:.1f} in variance.")
    return "\n".join(lines)
