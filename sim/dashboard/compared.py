"""Two runs side by side, and the table of a sweep with a figure where one number was varied."""

from __future__ import annotations

import json
from pathlib import Path

import altair as alt
import polars as pl
import streamlit as st

from sim.charts import SizePoint, Source, by_size
from sim.dashboard import jobs, show, state
from sim.errors import StudyError
from sim.outcome.rates import RATES, significant
from sim.parameters import config_root
from sim.report import wording
from sim.report.findings import Findings
from sim.study.compare import paired
from sim.study.grid import load
from sim.study.tables import headline

SHOWN = ("wrong_person", "wrong_door", "missed", "answered")
MOST_ROWS = 1_000


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
        found = json.loads((folder / "manifest.json").read_text("utf-8"))
        return (
            f"{found['run_id']} · {found['scenario']['title'] or found['scenario']['name']} · "
            f"{found['replicates']} populations"
        )
    except (OSError, ValueError, KeyError):
        return f"{folder.name} · damaged"


def side_by_side(first: Findings, second: Findings) -> None:
    """Show what two runs differ in, their rates beside each other, and the paired difference."""
    changed = state.differences(first.run.scenario, second.run.scenario)
    before = first.run.scenario.flat()
    rows = [(key, str(before.get(key))[:120], str(value)[:120]) for key, value in changed.items()]
    if rows:
        with st.expander(f"{len(rows)} settings differ", expanded=len(rows) < 6):
            show.table(("Setting", "First", "Second"), rows, "Settings that differ between the two runs")
    else:
        st.caption("Both ask the same question.")
    rates = [
        (
            each.label,
            f"of {each.per:,} {each.denominator_name}",
            _with_bounds(first, each.name),
            _with_bounds(second, each.name),
            _difference(first, second, each.name),
        )
        for each in RATES
        if each.name in SHOWN
    ]
    heads = ("Rate", "Counted", f"First ({first.run.run_id})", f"Second ({second.run.run_id})")
    show.table((*heads, "Second minus first"), rates, "Rates of two runs")


def _with_bounds(found: Findings, name: str) -> str:
    rate = found.rates[name]
    return f"{wording.number(rate)} ({wording.bounds(rate)})"


def _difference(first: Findings, second: Findings, name: str) -> str:
    one, other = first.run.scenario, second.run.scenario
    if one.seed != other.seed or first.replicates != second.replicates:
        return "not paired: another seed or number of populations"
    definition = next(each for each in RATES if each.name == name)
    try:
        found = paired(definition, first.overall, second.overall, first.settings)
    except StudyError:
        a, b = first.rates[name].value, second.rates[name].value
        return "—" if a is None or b is None else f"{b - a:+.3g}; an interval needs two populations or more"
    return f"{found.difference:+.3g} ({found.low:+.3g} to {found.high:+.3g})"


def shipped_sweeps() -> list[str]:
    """Return the names of the sweeps that come ready."""
    return sorted(path.stem for path in (config_root() / "sweeps").glob("*.toml"))


def expected(name: str) -> tuple[str, bool]:
    """Return what a sweep should take, in words, and whether it fits; raises InputErrors."""
    plan = load(name, [], 2_000)
    found, words, fits = jobs.expect([cell.scenario for cell in plan.cells])
    return f"{plan.title}: {len(plan.cells):,} settings, {found.populations:,} populations, {words}.", fits


def sweep(folder: Path) -> None:
    """Show the table of a sweep and, where one number was varied, the headline along it."""
    try:
        about = json.loads((folder / "manifest.json").read_text("utf-8"))
        table = pl.read_parquet(folder / "sweep.parquet")
        varied = [str(key) for key in about["varied"]]
        rows = headline(table)
        chosen = rows.select(
            *varied, "status", "value", "low", "high", "numerator", "denominator", "text", "error"
        )
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        st.error(f"The folder {folder.name} is not a sweep, or it is damaged ({type(error).__name__}).")
        return
    st.markdown(f"**{about.get('title', folder.name)}**. {about.get('summary', '')}")
    failed = chosen.filter(pl.col("status") == "failed").height
    if failed:
        st.warning(f"{failed} settings failed and have no number; the column “error” says why.")
    done = chosen.filter(pl.col("value").is_not_null())
    if len(varied) == 1 and done.height > 1 and done.schema[varied[0]].is_numeric():
        _along(done, varied[0], str(about.get("result_hash", ""))[:12])
    st.dataframe(chosen.head(MOST_ROWS), hide_index=True, alt=f"Table of the sweep {folder.name}")


def _along(done: pl.DataFrame, key: str, run: str) -> None:
    if key == "population.size":
        points = [
            SizePoint(int(row[key]), row["value"], row["low"], row["high"])
            for row in done.iter_rows(named=True)
        ]
        show.figure(
            by_size(
                points,
                "per 1,000 addresses disclosed",
                Source(f"sweep {run}", "", 1),
                show.theme(),
                show.width(),
            )
        )
        return
    ink = show.theme().accent
    base = alt.Chart(done).encode(x=alt.X(key.replace(".", "\\.") + ":Q", title=key))
    y = alt.Y("value:Q", title="somebody else’s, of 1,000 disclosed", scale=alt.Scale(zero=True))
    band = base.mark_area(opacity=0.2, color=ink).encode(y=alt.Y("low:Q"), y2="high:Q")
    line = base.mark_line(color=ink, point=True).encode(y=y)
    first, last = done["value"][0], done["value"][-1]
    st.altair_chart(
        alt.layer(band, line).properties(height=300),
        alt=(
            f"The headline along {key}: from {significant(first)} to {significant(last)} of 1,000 "
            "addresses disclosed."
        ),
        width="stretch",
    )
