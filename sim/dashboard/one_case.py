"""One case: a request and the record disclosed for it, side by side, and the evidence field by field."""

from __future__ import annotations

import streamlit as st

from sim import charts
from sim.dashboard import cases, live, show, state, words
from sim.errors import SimulatorError
from sim.outcome.words import PLAIN, RIGHT_DOOR, WRONG, WRONG_DOOR
from sim.text_safety import md

# Short enough for a button on a telephone.
SHORT = {WRONG: "Another person’s record", WRONG_DOOR: "Right person, wrong door",
         RIGHT_DOOR: "Right person, right door"}  # fmt: skip

show.head(
    "One case",
    "A few answers worked through, drawn by the seed and not picked. Numbers are cut to their last four "
    "digits. The people do not exist.",
)
shown = show.current()
late = state.stale(shown)
found = shown.found
listed = found.run.cases
if not listed and not late:
    try:
        if show.given_up(state.question()):
            st.stop()
        found = live.with_cases(state.question()).found
        listed = found.run.cases
    except SimulatorError as error:
        show.complain(error)
if not listed:
    st.info(
        "This run kept no cases: nothing was disclosed, or the run is too large to be worked through here."
    )
    st.stop()

kinds = list(dict.fromkeys(case["kind"] for case in listed))
kind = st.segmented_control(
    "Show",
    kinds,
    default=kinds[0],
    format_func=lambda each: md(SHORT.get(each, each.replace("_", " ").capitalize())),
    key=f"kind-{found.run.run_id}",
    required=True,
)
chosen = [case for case in listed if case["kind"] == kind]
place = st.session_state.get(f"case-{kind}", 0) % len(chosen)
if len(chosen) > 1 and st.button(f"Another one ({place + 1:,} of {len(chosen):,})", key="another"):
    st.session_state[f"case-{kind}"] = place + 1
    st.rerun()
case = chosen[place]

cause = f" ({PLAIN.get(case['cause'], case['cause'])})" if case.get("cause") else ""
st.header(f"Request {case['request']:,}: {md(f'{PLAIN.get(kind, kind)}{cause}')}")
st.markdown(cases.told(case))
st.html(cases.side_by_side(case))
st.caption(
    "Characters on file that differ from the request are marked; — is a field left empty. What the request "
    "says and what is true differ where the list is in error. Other people who now live "
    f"at the address disclosed: {case.get('bystanders', 0):,}.",
    help=words.hover("bystander"),
)
show.figure(charts.waterfall(case, found.source, show.theme(), max(show.width(), 400)), late)

st.header("Behind the doors")
outcomes = found.run.outcomes.filter(found.run.outcomes["replicate"] == 0)
show.figure(charts.doors(outcomes, found.rates["bystanders"], found.source, show.theme(), show.width()), late)
