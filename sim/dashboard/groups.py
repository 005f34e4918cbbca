"""Who is hurt: both errors by group, on one axis from zero, and any two groups side by side."""

from __future__ import annotations

import streamlit as st

from sim import charts
from sim.dashboard import show, state, words
from sim.outcome.groups import GroupRate
from sim.report import wording

show.head(
    "Who is hurt",
    "The same rule errs more often about some people than about others. " + words.SENTENCES["disclosed"]
    + " All groups are shown and none is starred: with so many, some interval misses its truth by luck.",
)  # fmt: skip
shown = show.current()
late = state.stale(shown)
found = shown.found
show.headline(found)
wide, theme = max(show.width(), 560), show.theme()
if found.groups:
    show.figure(charts.groups(found.groups, found.rates["wrong_person"], found.source, theme, wide), late)


def named(each: GroupRate) -> str:
    """Return a group in plain words."""
    return charts.group_name(each.dimension, each.level)


st.header("Two groups side by side")
told = [each for each in found.groups if each.rate.value is not None]
if len(told) < 2:
    st.info("Nothing was disclosed about two groups, so there are no two rates to set side by side.")
else:
    options = list(range(len(told)))
    for place, (column, default) in enumerate(zip(st.columns(2), (0, 1), strict=True)):
        with column:
            label = "First group" if place == 0 else "Second group"
            which = st.selectbox(
                label, options, default, lambda i: named(told[i]), key=f"group-{place}-{shown.folder.name}"
            )
            rate = told[which].rate
            value, span = wording.number(rate), wording.span(rate, found.confidence)
            st.markdown(
                f"**{named(told[which])}**: {value} of 1,000 addresses disclosed belong to somebody else "
                f"({span}; {rate.numerator:,} of {rate.denominator:,})."
            )
            drawn = charts.icon_array(rate, None, found.source, theme, 40, 340)
            show.figure(show.renamed(drawn, f"icons-group-{place + 1}"), late)

st.header("Missed")
st.markdown(
    "The other error: the person is in the registry, yet nothing is disclosed. Counted of 1,000 requests "
    "for people in the registry."
)
if found.groups_missed:
    drawn = charts.groups(found.groups_missed, found.rates["missed"], found.source, theme, wide)
    show.figure(show.renamed(drawn, "groups-missed"), late)
