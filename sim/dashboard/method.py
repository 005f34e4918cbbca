"""Method and limits: how it is done, every number with source and grade, what is not modelled, the words."""

from __future__ import annotations

import itertools

import streamlit as st

from sim.dashboard import numbers, show, state, words
from sim.parameters import GRADE_MEANING, GRADES, catalogue, text_of
from sim.text_safety import md, one_line

show.head("Method and limits", "How a number comes about, what it rests on, and what it does not say.")
st.markdown(
    """
**Purpose.** To measure how often bulk address disclosure hands over the wrong person's address, by
rule and data quality.

**Entities.** People in households at addresses, each with name, birth date, number and history of moves; the
*registry*, one record a taxpayer as filed; *requests*, as an agency wrote them down.

**Process.** scenario → population → requests → noise → linkage → outcome → rates. Each replicate is a
population of its own. Every random draw has a named stream, so that two scenarios differ in
nothing they do not ask for.

**Matching.** The Python library recordlinkage compares and decides; candidates that cannot link are left out
beforehand, which changes no link.

**Outcome.** Every request has exactly one: right person at the right door; right person who has moved away,
or whose return gives a preparer's office; wrong person (with a cause); missed; correctly nothing disclosed.

**Uncertainty.** Intervals are computed between simulated populations, or of the counts where there is one.
"Nothing disclosed" is not an error rate of nought.

**What it is not.** It is no estimate of what happened to any person, no legal opinion, and no measurement of
the agency's own system, whose code is not public. It says what would follow *if* the assumptions below hold.
"""
)
st.header("Four quantities that are never added up")
show.table(("Quantity", "What it is"), words.FOUR, "The four quantities and what they mean")

st.header("Words")
show.table(("Word", "Meaning"), list(words.GLOSSARY.items()), "Glossary")

st.header("Every number of the model")
entries = list(catalogue().values())
now = state.preset(st.session_state.preset).parameters
grades = st.multiselect(
    "Grades", GRADES, list(GRADES), lambda grade: one_line(f"{grade}: {GRADE_MEANING[grade]}"), key="grades"
)
search = st.text_input("Find a word", key="find", max_chars=80).casefold()
rows = [
    (each, text_of(now[each.key]))
    for each in entries
    if each.grade in grades
    and search in f"{each.key} {each.label} {each.description} {each.source}".casefold()
]
assumed = sum(each.grade == "assumption" for each in entries)
st.caption(f"{len(rows)} of {len(entries)} numbers; {assumed:,} of all are assumptions.")
for topic, listed in itertools.groupby(rows, lambda row: row[0].key.partition(".")[0]):
    shown = list(listed)
    with st.expander(f"{md(topic.capitalize())}: {len(shown):,}", expanded=bool(search)):
        st.html(numbers.table(shown))
