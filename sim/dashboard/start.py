"""Start: the question in one number and a minute's reading."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from sim.charts import icon_array
from sim.dashboard import live, show, state, true_size
from sim.errors import SimulatorError
from sim.text_safety import md

HERE = Path(__file__).parent
FIRST = (
    ("aug2025-as-run", "The rule of August 2025, as the record describes it"),
    ("aug2025-address-required", "The same rule, but the address must agree"),
    ("name-only", "First and last name alone, nothing else compared"),
    ("clean-data-floor", "The rule of August 2025 on flawless data"),
)

show.head(
    "Whose address is it?",
    "An agency asks the tax authority for the addresses of a million named people at once. Each request is "
    "matched by rule against the tax file. **How many of the addresses handed over are a stranger’s door**: "
    "somebody else’s record, where the person asked for does not live? Nobody has measured it. This program "
    "draws synthetic people with realistic names, homes and errors, applies the rule, and counts against "
    "known truth.",
)

st.markdown("**Choose a rule, and read the number below.**")
for place, (name, label) in zip(st.columns(len(FIRST)), FIRST, strict=True):
    chosen = st.session_state.preset == name and not st.session_state.changes
    kind: Literal["primary", "secondary"] = "primary" if chosen else "secondary"
    if place.button(label, key=f"preset-{name}", type=kind, width="stretch", wrap=True):
        state.choose(name)
        st.rerun()

try:
    asked = state.question()
except SimulatorError as error:
    show.complain(error)
    st.stop()
st.caption(md(asked.summary))
true_size.every(asked)

st.header("Here and now: a small preview")
st.caption(live.promise(asked))
fresh = show.attempt()
if fresh is None and not live.small_enough(asked):
    show.too_large(asked)
shown = fresh or state.answer()
if shown is None:
    st.stop()
late = show.banner(shown)
found = shown.found
show.headline(found)
with st.container(horizontal=True):
    st.page_link(HERE / "explore.py", label="Change the question", icon=":material/tune:")
    st.page_link(HERE / "one_case.py", label="See one wrong answer", icon=":material/person_search:")
    st.page_link(HERE / "cite.py", label="Cite this number", icon=":material/format_quote:")
columns = 25 if show.phone() else 50
show.figure(
    icon_array(
        found.lead.rate,
        found.lead.beside,
        found.source,
        show.theme(),
        columns,
        show.width(),
        found.lead.name,
    ),
    late,
)
show.four(found)

st.header("In a minute")
st.markdown(
    """
1. **Two people can have the same name.** In a file of 160 million taxpayers most names are shared; the less
   else is checked, the more often the wrong namesake is found.
2. **Numbers are mistyped, borrowed and shared.** A wrong digit often hits a number that belongs to somebody.
3. **People move.** The address on file is the one of the last return; others may live behind that door today.
4. **Errors do not fall on everybody alike**: see *Who is hurt*.
5. **All this rests on assumptions**, each with its source and grade on *Method and limits*. Turn them
   on *Explore*.
"""
)
