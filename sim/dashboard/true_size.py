"""Answers at the size of the record, which come with the program, beside what is answered here and now."""

from __future__ import annotations

import streamlit as st

from sim.charts import ADDRESSES_DISCLOSED
from sim.dashboard import show
from sim.outcome.intervals import percent_of
from sim.report import national, wording
from sim.scenario import Scenario
from sim.text_safety import md

SHOWN = ("wrong_person", "wrong_door", "answered")


def every(chosen: Scenario | None) -> None:
    """Show every answer that comes with the program, the chosen question's first."""
    mine = None if chosen is None else national.answer_to(chosen)
    listed = list(national.answers().values())
    if mine is not None:
        listed.remove(mine)
        listed.insert(0, mine)
    st.header(f"At the size of the record: {national.records():,} taxpayers")
    if mine is not None:
        _said(mine)
    elif chosen is not None:
        st.markdown("No answer of this size comes with the program for the question chosen.")
    show.table(
        ("Rule", "Another person’s record, of 1,000 disclosed",
         "Moved away, or a preparer’s office, of 1,000 disclosed",
         "Answered, of 1,000 requests"),
        [_row(each) for each in listed],
        "Answers at the size of the record, by rule",
    )  # fmt: skip
    shown = [each.rates[name] for each in listed for name in SHOWN]
    levels = " and ".join(sorted({percent_of(rate.confidence) for rate in shown}))
    st.caption(
        f"In brackets {levels} intervals between the countries, and events. They hold luck, and no doubt "
        "about the assumptions; the share answered was fitted to the published counts. Runs: "
        + "; ".join(md(f"{each.title}, {each.populations}, {each.run}, {each.made_by}") for each in listed)
    )


def of_question(scenario: Scenario) -> None:
    """Say what the same question gives at the size of the record, where an answer comes with the program."""
    found = national.answer_to(scenario)
    if found is not None:
        _said(found)
    else:
        st.caption(
            "No answer of that size to this question comes with the program; a run of it takes minutes."
        )


def _said(found: national.National) -> None:
    wrong = found.rates["wrong_person"]
    people, span = wording.at_scale(wrong, ADDRESSES_DISCLOSED)
    bounds = wording.span(wrong, percent_of(wrong.confidence))
    st.markdown(
        f"At {md(found.size)}: {wording.cell(wrong)} are another person’s record, strangers’ doors and "
        "relatives’ records together (they are not told apart in the answers that come with the program) "
        f"({bounds}; {wrong.numerator:,} of {wrong.denominator:,}; run {md(found.run)}, "
        f"{md(found.made_by)}). Of one list with {ADDRESSES_DISCLOSED:,} addresses disclosed, as in August "
        f"2025, some {people} ({span})."
    )


def _row(found: national.National) -> tuple[str, ...]:
    return found.title, *(_cell(found, name) for name in SHOWN)


def _cell(found: national.National, name: str) -> str:
    rate = found.rates[name]
    return f"{wording.number(rate)} ({wording.bounds(rate)}; {rate.numerator:,} of {rate.denominator:,})"
