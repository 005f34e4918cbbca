"""Answers while you wait: one population's people are kept, and only what a change touches is made again.

Population, request list, faults, search and verdicts are separate steps (`sim.replicate`), each kept for
the part of the scenario it depends on. One answer is made at a time on the whole server, so that dragging a
slider leaves one computation and not five; a superseded one ends before it starts.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections import OrderedDict
from pathlib import Path

import streamlit as st

from sim.dashboard import keeping, state
from sim.errors import RefusedError
from sim.progress import span
from sim.record import write
from sim.replicate import WORLD, Replicate, Streaming
from sim.report.findings import Findings
from sim.scenario import Scenario
from sim.study.estimate import estimate
from sim.study.replicates import collect
from sim.whole_files import Scratch

MOST_PEOPLE, MOST_REQUESTS = 3_000_000, 60_000
"""Larger questions go to a process of their own (`sim.dashboard.jobs`), but for those put to a registry that
is kept on disk (`sim.dashboard.keeping`)."""

PEOPLE_KEPT = 3_200_000
"""People held over all kept populations: about a gigabyte."""

ON_DISK = 300_000
"""People in whose memory an open registry on disk is held: its tables and dictionaries."""


class Worlds:
    """The kept populations of the server, by the settings that make them; the least used go first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, Replicate]] = OrderedDict()

    def of(self, scenario: Scenario) -> Replicate:
        """Return the first population of a scenario, made if it is not kept. Hold `lock`."""
        key, size = scenario.slice_sha(WORLD), scenario.population.size
        on_disk = size > MOST_PEOPLE
        if key not in self._kept:
            held = ON_DISK if on_disk else size
            while self._kept and held + sum(people for people, _ in self._kept.values()) > PEOPLE_KEPT:
                self._kept.popitem(last=False)
            made = keeping.opened(scenario) if on_disk else Replicate(Streaming.kept(scenario, 0))
            self._kept[key] = (held, made)
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def has(self, scenario: Scenario) -> bool:
        """Whether the people of a scenario are kept."""
        return scenario.slice_sha(WORLD) in self._kept


@st.cache_resource(show_spinner=False)
def worlds() -> Worlds:
    """Return the kept populations, one set for the server."""
    return Worlds()


@st.cache_resource(scope="session", show_spinner=False, on_release=Scratch.close)
def _scratch() -> Scratch:
    return Scratch("live")


def folder() -> Path:
    """Return this session's folder of live answers, removed when the session ends."""
    return _scratch().path


def is_mine(run: Path) -> bool:
    """Whether a run folder holds an answer made while this session's visitor waited."""
    return run.parent == folder()


def small_enough(scenario: Scenario) -> bool:
    """Whether a question is answered while you wait."""
    if scenario.population.size > MOST_PEOPLE:
        return keeping.ready(scenario)
    return scenario.requests.count <= MOST_REQUESTS


def answer(scenario: Scenario) -> state.Answer:
    """Answer a small question with one population and show it; raises SimulatorError."""
    one = scenario.replace({"replicates": 1})
    kept = worlds()
    place = st.empty()
    place.caption("Waiting for another answer to be finished …" if kept.lock.locked() else "Answering …")
    began = time.monotonic()
    with kept.lock:
        # Streamlit ends a superseded script at its next message: this one, before any work.
        place.caption(_doing(kept, one))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            made = kept.of(one)
            world = made.answer(one)
            written = write(collect(one, [world], time.monotonic() - began), folder())
    place.empty()
    notes = tuple(dict.fromkeys(str(each.message) for each in told if issubclass(each.category, UserWarning)))
    found = Findings.of(written, known=one)
    return state.show_answer(written, scenario, time.monotonic() - began, notes, found)


def with_cases(scenario: Scenario) -> state.Answer:
    """Answer the same question again and work some answers through; raises SimulatorError."""
    one = scenario.replace({"replicates": 1})
    if not small_enough(one):
        raise RefusedError(
            "cases are worked through here for small questions only; `sim run` keeps them for all"
        )
    written = whole(worlds(), one, folder() / "cases")
    return state.Answer(written, state.question_of(one), one.title or one.name)


def whole(kept: Worlds, scenario: Scenario, place: Path) -> Path:
    """Answer again with cases worked through, and return the run folder written into `place`.

    It is what `sim run` would write, to be bundled and verified; an answer while you wait spares the cases.
    """
    one = scenario.replace({"replicates": 1})
    with kept.lock:
        made = kept.of(one)
        return write(collect(one, [made.answer(one, cases=True)]), place)


def promise(scenario: Scenario) -> str:
    """Say how long the next answer should take, from measured speeds (`sim.study.estimate`)."""
    one = scenario.replace({"replicates": 1})
    if not small_enough(one):
        return f"{scenario.population.size:,} records, {scenario.requests.count:,} requests."
    words = (
        f"One population of {scenario.population.size:,} records and one list of "
        f"{scenario.requests.count:,} requests; about {span(estimate([one]).seconds)}"
    )
    first = "" if worlds().has(one) else ", and up to a minute more the first time on a new installation"
    return f"{words}{first}."


def _doing(kept: Worlds, scenario: Scenario) -> str:
    if kept.has(scenario):
        return f"Answering from the people kept; about {span(estimate([scenario]).seconds)} …"
    if scenario.population.size > MOST_PEOPLE:
        return f"Opening the registry of {scenario.population.size:,} synthetic taxpayers kept on disk …"
    return (
        f"Drawing {scenario.population.size:,} synthetic taxpayers, their homes, families and returns, and "
        f"answering; about {span(estimate([scenario]).seconds)}, the first time on a new installation up "
        "to a minute more …"
    )


def ensure(scenario: Scenario) -> state.Answer:
    """Return the answer on the screen if it is this question's, else make it."""
    shown = state.answer()
    if shown is not None and shown.question == state.question_of(scenario):
        return shown
    return answer(scenario)
