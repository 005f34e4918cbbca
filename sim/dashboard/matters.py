"""What matters: the inputs that move the headline, from a study of the very question that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from sim import charts
from sim.dashboard import jobs, show, state
from sim.errors import SimulatorError
from sim.report.studies import NAME, is_of, read_study
from sim.study.uncertainty import beliefs
from sim.text_safety import md

STUDIES = Path("studies")
POPULATIONS = 5


def section(shown: state.Answer, late: bool) -> None:
    """Show the study of the question on the screen, or offer to make it."""
    st.header("What matters")
    study, broken = _study_of(shown.question)
    for problem in broken:
        st.warning(md(problem), title="A study that cannot be read")
    if study is None:
        _offer(late)
        return
    found = shown.found
    st.markdown(md(study.get("summary", "")))
    if study.get("swings"):
        wide, wrong = max(show.width(), 560), found.rates["wrong_person"]
        show.figure(charts.tornado(study["swings"], wrong, found.source, show.theme(), wide), late)
    if study.get("break_even"):
        keys = ("input", "statement", "value", "unit")
        turning = [[each[key] for key in keys] for each in study["break_even"]]
        show.table(("Input", "Where the conclusion turns", "Value", "Unit"), turning, "Break-even points")


def _study_of(question: str) -> tuple[Mapping[str, Any] | None, list[str]]:
    """Return the study of a question, if one is on this machine, and what could not be read on the way."""
    broken = []
    for file in sorted(STUDIES.glob(f"*/{NAME}")):
        try:
            study = read_study(file)
        except SimulatorError as error:
            broken.append(f"{file.parent.name}: {error}")
            continue
        if is_of(study, question):
            return study, broken
    return None, broken


def _offer(late: bool) -> None:
    """Offer to make the study of the question of the controls, with what it takes."""
    st.markdown(
        "Which of the inputs nobody has published moves the number most? A study answers this very question "
        "again with each input at both ends of its range."
    )
    try:
        scenario = state.question().replace({"replicates": POPULATIONS})
        ends = [{each.factor.key: end} for each in beliefs() for end in (each.factor.low, each.factor.high)]
        _, words, fits = jobs.expect([scenario.replace(each) for each in ends])
    except SimulatorError as error:
        show.complain(error)
        return
    st.caption(f"{len(ends)} points of {POPULATIONS} populations: {words}. Expect a factor of two.")
    job = jobs.desk().job
    busy = job is not None and job.running
    if st.button("Make this study", key="run-study", disabled=busy or late or not fits):
        jobs.study(scenario, STUDIES)
        st.rerun()
