"""Two runs side by side, and the sweeps that come ready."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from sim.dashboard import jobs, show, state, swept
from sim.errors import FileErrors, StudyError
from sim.outcome.rates import RATES
from sim.parameters import config_root
from sim.record import read
from sim.report import wording
from sim.report.findings import Findings
from sim.study.compare import paired
from sim.study.grid import load
from sim.text_safety import md, one_line

SHOWN = ("wrong_person", "wrong_door", "missed", "answered")


def known_runs() -> dict[str, Path]:
    """Return the runs of this session and of this machine by ID, the newest first."""
    kept = sorted(state.RUNS.glob("r-*/manifest.json"), key=lambda path: path.stat().st_mtime, reverse=True)[
        :50
    ]
    seen: dict[str, Path] = st.session_state.get("seen", {})
    return {name: seen[name] for name in reversed(seen) if seen[name].is_dir()} | {
        path.parent.name: path.parent.resolve() for path in kept
    }


def label(folder: Path) -> str:
    """Return a run in a line: its ID, title and number of populations."""
    try:
        found = read(folder).manifest
        title = found["scenario"]["title"] or found["scenario"]["name"]
        return one_line(f"{title} · {wording.populations(found['replicates'])} · {found['run_id']}")
    except FileErrors:
        return one_line(f"{folder.name} · damaged")


def partners(runs: Mapping[str, Path]) -> tuple[str, str]:
    """Return two runs to begin with, the older first: the newest that can be paired, else the two newest."""
    luck = {name: _luck(folder) for name, folder in runs.items()}
    for second, other in itertools.combinations(runs, 2):
        if luck[second] is not None and luck[second] == luck[other]:
            return other, second
    second, first, *_ = runs
    return first, second


def _luck(folder: Path) -> tuple[object, ...] | None:
    """Return what two runs that can be paired have in common: seed, number of populations and version."""
    try:
        found = read(folder).manifest
    except FileErrors:
        return None
    return found["seed"], found["replicates"], found["engine"]["version"]


def side_by_side(first: Findings, second: Findings) -> None:
    """Show what two runs differ in, their rates beside each other, and the paired difference."""
    changed = state.differences(first.run.scenario, second.run.scenario)
    before = first.run.scenario.flat()
    rows = [
        (swept.named(key), key, swept.in_words(before.get(key)), swept.in_words(value))
        for key, value in changed.items()
    ]
    if rows:
        heads = ("What", "Setting", "First", "Second")
        many = "One setting differs" if len(rows) == 1 else f"{len(rows)} settings differ"
        with st.expander(many, expanded=len(rows) < 6):
            show.table(heads, rows, "Settings that differ between the two runs")
    else:
        st.caption("Both ask the same question.")
    rates = [
        (
            f"{each.label}, of {each.per:,} {each.denominator_name}",
            _with_bounds(first, each.name),
            _with_bounds(second, each.name),
            _difference(first, second, each.name),
        )
        for each in RATES
        if each.name in SHOWN
    ]
    show.table(("Rate", "First", "Second", "Second minus first"), rates, "Rates of two runs")
    st.caption(
        f"First: run {md(first.run.run_id)}, {wording.populations(first.replicates)}. Second: run "
        f"{md(second.run.run_id)}, {wording.populations(second.replicates)}. In brackets "
        f"{_levels(first, second)} intervals; that of the difference is taken between populations of the "
        "same people and the same luck."
    )


def _levels(first: Findings, second: Findings) -> str:
    """Return the confidence of two runs, and of the interval between them, in words."""
    if first.confidence == second.confidence:
        return first.confidence
    return f"{first.confidence} (second: {second.confidence}; difference: {first.confidence})"


def _with_bounds(found: Findings, name: str) -> str:
    rate = found.rates[name]
    return f"{wording.number(rate)} ({wording.bounds(rate)})"


def _difference(first: Findings, second: Findings, name: str) -> str:
    one, other = first.run.scenario, second.run.scenario
    if one.seed != other.seed or first.replicates != second.replicates:
        return "not paired: the seeds or the numbers of populations differ"
    definition = next(each for each in RATES if each.name == name)
    try:
        found = paired(definition, first.overall, second.overall, first.settings)
    except StudyError:
        a, b = first.rates[name].value, second.rates[name].value
        alone = "an interval needs two populations or more"
        return "—" if a is None or b is None else f"{_signed(b - a)}; {alone}"
    return f"{_signed(found.difference)} ({_signed(found.low)} to {_signed(found.high)})"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{wording.significant(abs(value))}"


def shipped_sweeps() -> list[str]:
    """Return the names of the sweeps that come ready."""
    return sorted(path.stem for path in (config_root() / "sweeps").glob("*.toml"))


def expected(name: str) -> tuple[str, bool]:
    """Return what a sweep should take, in Markdown, and whether it fits; raises InputErrors."""
    plan = load(name, [], 2_000)
    found, words, fits = jobs.expect([cell.scenario for cell in plan.cells])
    return (
        f"{md(plan.title)}: {len(plan.cells):,} settings, {found.populations:,} populations, {words}.",
        fits,
    )
