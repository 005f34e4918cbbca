"""Sweeps and comparisons: two runs side by side, paired, and the tables of sweeps on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from sim.dashboard import compared, jobs, show, state, watch
from sim.errors import SimulatorError

show.head(
    "Sweeps and comparisons",
    (
        "Set two answers side by side on the same people and the same luck, reopen a run, or read the "
        "table of a sweep."
    ),
)
busy = watch.panel()

st.header("Reopen a run")
with st.form("reopen", border=False):
    asked = st.text_input("Run ID", placeholder="r-0123456789ab", max_chars=14, key="reopen-id")
    if st.form_submit_button("Open"):
        try:
            opened = state.reopen(asked.strip())
            if opened is None:
                name = asked.strip()[:14]
                st.error(f"There is no run {name!r} on this machine. Run IDs look like r-0123456789ab.")
            else:
                st.success(f"Run {opened.folder.name} is on the screen: {opened.title}.")
        except SimulatorError as error:
            st.error(str(error))

st.header("Two runs side by side")
runs: Mapping[str, Path] = compared.known_runs()
if len(runs) < 2:
    st.info(
        "There is only one run so far. Answer another question on Explore (or Start), and both can be "
        "chosen here."
    )
else:
    names = list(runs)
    labels = {name: compared.label(runs[name]) for name in names}
    left, right = st.columns(2)
    first = left.selectbox("First", names, 1, labels.__getitem__, key="first-run")
    second = right.selectbox("Second", names, 0, labels.__getitem__, key="second-run")
    compared.side_by_side(state.findings(str(runs[first])), state.findings(str(runs[second])))

st.header("Sweeps")
tables = sorted(state.SWEEPS.glob("*/manifest.json"))
if tables:
    chosen = st.selectbox(
        "Sweep on this machine", tables, format_func=lambda path: path.parent.name, key="sweep"
    )
    compared.sweep(chosen.parent)
else:
    st.info("No sweep has been run on this machine yet. Start one below, or with `sim sweep`.")
offered = compared.shipped_sweeps()
name = st.selectbox("Sweep that comes ready", offered, key="sweep-name")
if name:
    try:
        words, fits = compared.expected(name)
        st.caption(words)
        if st.button("Run this sweep", key="run-sweep", disabled=busy or not fits):
            jobs.sweep(name, state.SWEEPS)
            st.rerun()
    except SimulatorError as error:
        st.error(str(error))
