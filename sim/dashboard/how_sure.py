"""How sure: luck of the draw, published figures, and what the assumptions move."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sim import charts
from sim.dashboard import show, state, words
from sim.errors import SimulatorError
from sim.report import wording
from sim.report.calibration import targets_of
from sim.report.studies import NAME, read_study

show.head(
    "How sure",
    "Four kinds of doubt: luck within a population, luck between populations, the inputs, and the reading of "
    "the rule. An interval shows the first two only; wrong assumptions move the number further.",
)
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
    show.figure(charts.targets(listed, found.source, theme, max(wide, 560)), late)
else:
    st.info("The published figures describe the rule of August 2025; this question applies another.")

st.header("What matters")
studies = sorted(path.parent for path in Path("studies").glob(f"*/{NAME}")) + sorted(
    path.parent for path in state.RUNS.glob(f"*/{NAME}")
)
if not studies:
    st.info("No sensitivity study is on this machine yet. `sim sensitivity` makes one; it then appears here.")
else:
    chosen = st.selectbox("Study", studies, format_func=lambda path: path.name, key="study")
    try:
        study = read_study(chosen)
    except SimulatorError as problem:
        st.error(str(problem))
        st.stop()
    st.markdown(str(study.get("summary", "")))
    if study.get("swings"):
        show.figure(charts.tornado(study["swings"], wrong, found.source, theme, max(wide, 560)), late)
    if study.get("break_even"):
        turning = [
            (each["input"], each["statement"], each["value"], each["unit"]) for each in study["break_even"]
        ]
        show.table(("Input", "Where the conclusion turns", "Value", "Unit"), turning, "Break-even points")
