"""The panel of a session's job: progress and Cancel while it runs, its answer when it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from sim.dashboard import jobs, show, state
from sim.errors import FileErrors
from sim.progress import span
from sim.text_safety import md

EVERY = 1.0
"""Seconds between two looks at the process."""


@st.fragment(run_every=EVERY)
def _running() -> None:
    job = jobs.desk().job
    if job is None or not job.running:
        st.rerun()
    share, words = job.progress()
    st.progress(min(1.0, share or 0.0), f"{md(job.label)}: {md(words)}; {span(job.seconds)} so far")
    if st.button("Cancel", key="cancel", icon=":material/stop_circle:"):
        jobs.desk().clear()
        st.session_state.job_note = _asked(), f"Cancelled: {job.label}. {job.left_behind}"
        st.rerun()


def _asked() -> tuple[str, dict[str, Any]]:
    """Return the question of the controls, to tell whether it is still the same."""
    return st.session_state.preset, dict(st.session_state.changes)


def panel() -> bool:
    """Show the job of this session, if any; return whether one is at work."""
    job = jobs.desk().job
    asked, note = st.session_state.get("job_note", (None, ""))
    # It stays while the same question is asked: the page may be drawn again before anybody has read it.
    if job is None and asked == _asked():
        st.info(md(note))
    elif asked is not None:
        del st.session_state.job_note
    if job is None:
        return False
    if job.running:
        _running()
        return True
    _finish(job)
    return False


def _finish(job: jobs.Job) -> None:
    """Take over what a finished job made, or say what it complained of; clear the desk."""
    try:
        told = job.told()
        folder = Path(told["folder"])
    except (FileErrors, KeyError, TypeError):
        said = job.complaint() or ["It ended without a word; it may have run out of memory."]
        st.error(show.listed(said), title=f"{md(job.label)} could not be finished")
        jobs.desk().clear()
        return
    seconds = job.seconds
    if job.scenario is not None:
        state.show_answer(folder, job.scenario, seconds)
    st.success(f"{md(job.label)}: done in {span(told.get('seconds', seconds))}.")
    jobs.desk().clear()
