"""Who is hurt: both errors by group, on one axis from zero, and any two groups side by side."""

from __future__ import annotations

import streamlit as st

from sim import charts
from sim.dashboard import show, state, words
from sim.outcome.groups import GroupRate
from sim.report import wording
from sim.text_safety import md, one_line

show.head(
    "Who is hurt",
    "The same rule errs more often about some people than about others. " + words.SENTENCES["disclosed"]
    + " All groups are shown and none is starred: with so many, some interval misses its truth by luck.",
)  # fmt: skip
shown = show.current()
late = state.stale(shown)
found = shown.found
show.headline(found)
wide, theme = show.width(), show.theme()
if found.groups:
    if not any(each.ratio is not None for each in found.groups):
        st.info(
            "Too few addresses were disclosed to tell groups apart: no group has enough. Ask for more "
            "requests, or more populations (“Run in full” on the page Explore)."
        )
    show.figure(charts.groups(found.groups, found.rates["wrong_person"], found.source, theme, wide), late)


def named(each: GroupRate) -> str:
    """Return a group in plain words."""
    return charts.group_name(each.dimension, each.level)


def widest(told: list[GroupRate]) -> tuple[int, int]:
    """Return two groups to begin with: of one dimension, and the smaller with as many addresses as can be."""
    by_dimension: dict[str, list[int]] = {}
    for place in sorted(range(len(told)), key=lambda i: -told[i].rate.denominator):
        by_dimension.setdefault(told[place].dimension, []).append(place)
    pairs = [places[:2] for places in by_dimension.values() if len(places) > 1] or [[0, 1]]
    first, second = max(pairs, key=lambda pair: told[pair[1]].rate.denominator)
    higher = (told[first].rate.value or 0) >= (told[second].rate.value or 0)
    return (first, second) if higher else (second, first)


icons = show.PHONE if show.phone() else 400
st.header("Two groups side by side")
told = [each for each in found.groups if each.rate.value is not None]
if len(told) < 2:
    st.info("Nothing was disclosed about two groups, so there are no two rates to set side by side.")
else:
    options = list(range(len(told)))
    for place, (column, default) in enumerate(zip(st.columns(2), widest(told), strict=True)):
        with column:
            label = "First group" if place == 0 else "Second group"
            which = st.selectbox(
                label,
                options,
                default,
                lambda i: one_line(named(told[i])),
                key=f"group-{place}-{shown.folder.name}",
            )
            rate = told[which].rate
            value, span = wording.number(rate), wording.span(rate, found.confidence)
            st.markdown(
                f"**{md(named(told[which]))}**: {value} of 1,000 addresses disclosed come from "
                f"another person’s record ({span}; {rate.numerator:,} of {rate.denominator:,})."
            )
            if told[which].ratio is None:
                # A thousand figures would look like a difference where the counts cannot tell one.
                st.caption(f"Too few to draw as a thousand people: {md(told[which].words)}.")
                continue
            drawn = charts.icon_array(rate, {}, found.source, theme, 25 if show.phone() else 40, icons)
            show.figure(show.renamed(drawn, f"icons-group-{place + 1}"), late)

st.header("Missed")
st.markdown(
    "The other error: the person is in the registry, yet nothing is disclosed. Counted of 1,000 requests "
    "for people in the registry."
)
if found.groups_missed:
    drawn = charts.groups(found.groups_missed, found.rates["missed"], found.source, theme, wide)
    show.figure(show.renamed(drawn, "groups-missed"), late)
