"""Who is hurt: both errors by group, on one axis from zero, and any two groups side by side."""

from __future__ import annotations

import polars as pl
import streamlit as st

from sim import charts
from sim.dashboard import show, state
from sim.outcome.groups import GroupRate
from sim.outcome.rates import ENOUGH
from sim.report import whose, wording
from sim.text_safety import md, one_line

NAMED, ASKED = "Whose door was named", "Who was asked for"
show.head(
    "Who is hurt",
    "Two people are in every stranger’s door: the one whose door is named, and the one who was asked for. "
    "All groups are shown and none is starred: with so many, some interval misses its truth by luck.",
)
shown = show.current()
late = state.stale(shown)
found = shown.found
show.headline(found)
wide, theme = show.width(), show.theme()
about = st.segmented_control("Which people", (NAMED, ASKED), default=NAMED, key="which-people")


def doors() -> None:
    """Show whose doors the strangers' doors are, and who else lives behind them."""
    st.header(NAMED)
    there = found.run.addresses
    if there is None:
        st.info(whose.NOT_COUNTED)
        return
    st.markdown(
        "The people whose record was disclosed for somebody else, where the person asked for does not live. "
        "Of 1,000 such doors, how many are a group’s; beside it, how many of all addresses disclosed are."
    )
    many = found.quantities["strangers_door"].numerator
    if not many:
        st.info(f"No stranger’s door was named among {found.total('disclosed'):,} addresses disclosed.")
        return
    if many < ENOUGH:
        st.info(f"Too few to tell groups apart: {many:,} strangers’ doors in all. The table has the counts.")
    shares = whose.named(there, found.settings)
    states = [each for each in shares if each.dimension == "state"]
    others = [each for each in shares if each.dimension != "state"]
    if many >= ENOUGH:
        show.figure(charts.named_doors(others, many, found.source, theme, wide), late)
    hit = [each for each in states if each.rate.numerator]
    listed = [*others, *sorted(hit, key=lambda each: -each.rate.numerator)[:10]]
    show.table(
        ("Group", "Strangers’ doors", "Of them all", "Of 1,000 addresses disclosed"),
        [(named(each), each.rate.numerator, many, each.words) for each in listed],
        "Strangers' doors by group of the person whose door was named",
    )
    st.caption(
        "States: the ten with most doors. Households with children are not told apart: the judge does not "
        "count them."
    )
    behind = found.run.disclosures
    if behind is not None:
        mine = behind.filter(pl.col("quantity") == "strangers_door")
        st.markdown(
            f"Behind {mine.height:,} of these doors (those whose rows the run keeps) live "
            f"**{int(mine['bystanders'].sum()):,} people**, with the person named where they still live "
            "there; none of them is the person asked for."
        )


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


if about != ASKED:
    doors()
    st.stop()

st.header(ASKED)
st.markdown(
    "Counted of 1,000 addresses disclosed for people of a group: **another person’s record**, strangers’ "
    "doors and relatives’ records together, because they are not told apart by who was asked for. Whether "
    "two surnames are compared as one field or as a set is not published and may turn which is hit more, "
    "so that no ratio is shown for them."
)
if found.groups:
    if not any(each.ratio is not None for each in found.groups):
        st.info(
            "Too few addresses were disclosed to tell groups apart: no group has enough. Ask for more "
            "requests, or more populations (“Run in full” on the page Explore)."
        )
    show.figure(charts.groups(found.groups, found.rates["wrong_person"], found.source, theme, wide), late)

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
