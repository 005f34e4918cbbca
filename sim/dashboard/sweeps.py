"""Sweeps and comparisons: two runs side by side, one number varied, the tables of sweeps on this machine."""

from __future__ import annotations

import streamlit as st

from sim.dashboard import compared, jobs, show, state, swept, vary, watch
from sim.errors import SimulatorError
from sim.text_safety import md, one_line

show.head(
    "Sweeps and comparisons",
    (
        "Set two answers side by side on the same people and the same luck, vary one number of the question, "
        "read the table of a sweep, or reopen a run."
    ),
)
busy = watch.panel()

st.header("Two runs side by side")
runs = compared.known_runs()
if len(runs) < 2:
    st.info(
        "There is only one run so far. Answer another question on Explore (or Start), and both can be "
        "chosen here."
    )
else:
    labels = {name: compared.label(runs[name]) for name in runs}
    names, begin = list(runs), compared.partners(runs)
    left, right = st.columns(2)
    first = left.selectbox(
        "First", names, names.index(begin[0]), lambda name: one_line(labels[name]), key="first-run"
    )
    second = right.selectbox(
        "Second", names, names.index(begin[1]), lambda name: one_line(labels[name]), key="second-run"
    )
    try:
        compared.side_by_side(state.findings(str(runs[first])), state.findings(str(runs[second])))
    except SimulatorError as error:
        st.error(show.mistakes(error), title="One of these runs cannot be read")

st.header("Sweeps on this machine")
tables = sorted(state.SWEEPS.glob("*/manifest.json"), key=lambda path: path.stat().st_mtime, reverse=True)
if tables:
    chosen = st.selectbox("Sweep", tables, format_func=lambda path: one_line(path.parent.name), key="sweep")
    swept.sweep(chosen.parent)
else:
    st.info("No sweep has been run on this machine yet. Start one below, or with `sim sweep`.")

st.header("A new sweep")
own, ready = st.tabs(["One number of your question", "One that comes ready"])
with own:
    vary.form(busy)
with ready:
    name = st.selectbox("Sweep that comes ready", compared.shipped_sweeps(), key="sweep-name")
    try:
        words, fits = compared.expected(name)
        st.caption(words)
        if st.button("Run this sweep", key="run-sweep", disabled=busy or not fits):
            jobs.sweep(name, state.SWEEPS)
            st.rerun()
    except SimulatorError as error:
        st.error(show.mistakes(error))

st.header("Reopen a run")
with st.form("reopen", border=False):
    asked = st.text_input("Run ID", placeholder="r-0123456789ab", max_chars=14, key="reopen-id")
    if st.form_submit_button("Open", key="reopen-open"):
        try:
            opened = state.reopen(asked.strip())
            if opened is None:
                typed = md(repr(asked.strip()[:14]))
                st.error(f"There is no run {typed} on this machine. Run IDs look like r-0123456789ab.")
            else:
                st.success(f"Run {md(opened.folder.name)} is on the screen: {md(opened.title)}.")
        except SimulatorError as error:
            st.error(show.mistakes(error))
