"""How sure: luck of the draw, published figures, and what the assumptions move."""

from __future__ import annotations

import streamlit as st

from sim import charts
from sim.dashboard import matters, show, state, watch, words
from sim.report import wording
from sim.report.calibration import targets_of

show.head(
    "How sure",
    "Four kinds of doubt: luck within a population, luck between populations, the inputs, and the reading of "
    "the rule. An interval shows the first two only; wrong assumptions move the number further.",
)
watch.panel()
shown = show.current()
late = state.stale(shown)
found = shown.found
show.headline(found)
wrong, wide, theme = found.rates["wrong_person"], show.width(), show.theme()

st.header("Luck")
error = (
    "none can be given"
    if wrong.mcse is None
    else f"{wording.significant(wrong.mcse)} per 1,000 addresses disclosed"
)
ahead = (
    "not known from one population" if wrong.prediction_low is None or wrong.prediction_high is None
    else (f"{wording.rounded(wrong.prediction_low, wrong.mcse)} to "
         f"{wording.rounded(wrong.prediction_high, wrong.mcse)} per 1,000")
)  # fmt: skip
rows = [
    (f"{found.confidence} interval", wording.bounds(wrong), words.GLOSSARY["interval"]),
    ("Monte Carlo error", error, words.GLOSSARY["Monte Carlo error"]),
    ("Where one further population would fall", ahead, words.GLOSSARY["replicate"]),
    ("Kind of interval", wrong.method, "How the interval was made."),
]
show.table(("What", "Value", "Meaning"), rows, "What luck does to the headline")
values = [value for value in wrong.values if value is not None]
if len(values) > 1:
    show.figure(charts.replicates(values, wrong, found.source, theme, wide), late)
else:
    st.info(
        "One population was simulated, so the spread between populations cannot be shown. “Run in full” "
        "on Explore simulates several."
    )

st.header("Published figures")
listed = targets_of(found)
if listed:
    st.markdown(
        "A figure that differs is shown as such. *Fitted* figures confirm nothing; *held out* "
        "ones were not used."
    )
    show.figure(charts.targets(listed, found.source, theme, wide), late)
else:
    st.info("The published figures describe the rule of August 2025; this question applies another.")

matters.section(shown, late)
