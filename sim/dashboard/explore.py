"""Explore: put a question by its controls, and read the answer as it changes."""

from __future__ import annotations

import streamlit as st

from sim import charts
from sim.dashboard import controls, jobs, keeping, links, live, show, state, true_size, watch
from sim.errors import SimulatorError
from sim.report import national, wording
from sim.text_safety import md

show.head(
    "Explore",
    (
        "Change a control on the left and the answer follows. On a telephone the controls are behind the "
        "arrow at the top left."
    ),
)
try:
    scenario = state.question()
    problem: SimulatorError | None = None
except SimulatorError as error:
    scenario, problem = state.preset(st.session_state.preset), error
with st.sidebar:
    controls.everything(scenario)

busy = watch.panel()
if problem is not None:
    show.complain(problem)
elif live.small_enough(scenario) and not busy and show.attempt() is None and not live.cancelled(scenario):
    st.stop()
shown = state.answer()
if shown is not None:
    late = show.banner(shown)
    show.headline(shown.found)

if problem is None:
    least = int(scenario.value("study.preview_below"))
    small = live.small_enough(scenario)
    with st.container(border=True):
        if not small:
            st.markdown(
                "This question is too large to be answered while you wait; it runs in a process of its own."
            )
        options = controls.POPULATIONS if small else (1, 5, 20)
        usual = least if small and least in options else options[0]
        about = "How many populations a full run simulates."
        many = st.select_slider("Populations", options, usual, key="populations", help=about)
        full = scenario.replace({"replicates": many})
        _, needs, fits = jobs.expect([full], rows=True)
        st.caption(
            f"{scenario.population.size:,} taxpayers, {scenario.requests.count:,} requests, "
            f"{wording.populations(many)}: {needs}. Expect a factor of two."
        )
        if st.button("Run in full", type="primary", key="run", disabled=busy or not fits):
            jobs.run(full, state.RUNS)
            st.rerun()
        if not small and scenario.population.size > live.MOST_PEOPLE:
            keeping.offer(scenario, busy=busy)

if shown is None:
    st.stop()
found = shown.found
wide, theme = show.width(), show.theme()
columns = 25 if show.phone() else 50
show.figure(
    charts.icon_array(
        found.lead.rate, found.lead.beside, found.source, theme, columns, wide, found.lead.name
    ),
    late,
)
totals = {
    key: found.total(key) for key in found.overall.columns if key not in ("replicate", "dimension", "level")
}
show.figure(charts.flow(totals, found.source, theme, wide), late)
show.threshold(found, late)
show.four(found)

st.header("At the size of August 2025")
if national.at_size(found.run.scenario):
    st.caption("People of one more list; the first two rows multiply different rates.")
    own = st.number_input("A number of requests of your own", 1, 400_000_000, 1_000_000, 1_000, key="scale")
    asked, disclosed = found.lead.per_request, found.lead.rate
    show.figure(charts.scale(asked, disclosed, own, found.source, theme, wide), late)
else:
    st.markdown(md(national.why_not(found.run.scenario)))
    true_size.of_question(found.run.scenario)

with st.expander("Copy a link to this question, or make it again elsewhere"):
    if problem is None:
        base = links.here()
        name, changes = st.session_state.preset, st.session_state.changes
        st.caption("Link: every changed value and the version are in it.")
        st.code(links.link(base, name, changes, scenario), language=None, wrap_lines=True)
        st.caption("Command line")
        st.code(links.command(name, changes, many), language="bash", wrap_lines=True)
        st.caption("Python")
        st.code(links.snippet(name, changes, many), language="python", wrap_lines=True)
if shown.seconds is not None:
    st.caption(f"Answered in {shown.seconds:.1f} seconds.")
