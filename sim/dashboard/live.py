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
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from sim.dashboard import keeping, state
from sim.dashboard.waiting import Made, Work
from sim.errors import RefusedError
from sim.linkage.rules import definition_of
from sim.progress import Progress, span
from sim.record import write
from sim.replicate import WORLD, Replicate, Streaming
from sim.report.findings import Findings
from sim.scenario import Scenario
from sim.study.estimate import START, estimate
from sim.study.replicates import collect
from sim.text_safety import md
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
        self.warm: set[bool] = set()
        """Whether questions without, and with, weighed evidence were answered since the server began."""
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
    kept, out = worlds(), folder()

    def make(progress: Progress) -> tuple[Path, tuple[str, ...]]:
        began = time.monotonic()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            world = kept.of(one).answer(one, progress)
            written = write(collect(one, [world], time.monotonic() - began), out)
        met = [str(each.message) for each in told if issubclass(each.category, UserWarning)]
        return written, tuple(dict.fromkeys(met))

    began = time.monotonic()
    written, notes = _watched(make, one)
    found = Findings.of(written, known=one)
    return state.show_answer(written, scenario, time.monotonic() - began, notes, found)


def _watched(make: Callable[[Progress], Made], scenario: Scenario) -> Made:
    """Return what is made in a thread, with a bar and Cancel after a second; no page goes on without it.

    Streamlit ends a superseded script at its next message, which here comes five times a second: the work
    of a question that nobody asks any more ends at its next step.
    """
    kept = worlds()
    expected, doing = _expected(kept, scenario), _doing(kept, scenario)
    place = st.empty()
    place.caption("Answering …")
    work = Work(make, kept.lock)
    try:
        if not work.wait(1.0):
            with place.container():
                bar = st.empty()
                question = state.question_of(scenario)
                st.button(
                    "Cancel",
                    key="cancel-live",
                    on_click=_cancel,
                    args=(question,),
                    icon=":material/stop_circle:",
                )
            while not work.wait(0.2):
                if work.began is None:
                    bar.progress(0.0, "Waiting for another answer to be finished …")
                else:
                    spent = f"{span(work.seconds)} so far"
                    bar.progress(min(0.97, work.seconds / expected), f"{doing} {md(work.step)} {spent}")
    finally:
        work.give_up()
    made = work.result()
    kept.warm.add(definition_of(scenario).learnt)
    place.empty()
    return made


def _cancel(question: str) -> None:
    st.session_state.cancelled = question


def cancelled(scenario: Scenario) -> bool:
    """Whether the visitor gave up waiting for this very question."""
    return bool(st.session_state.get("cancelled") == state.question_of(scenario))


def with_cases(scenario: Scenario) -> state.Answer:
    """Answer the same question again and work some answers through; raises SimulatorError."""
    one = scenario.replace({"replicates": 1})
    if not small_enough(one):
        raise RefusedError(
            "cases are worked through here for small questions only; `sim run` keeps them for all"
        )
    kept, place = worlds(), folder() / "cases"

    def make(progress: Progress) -> Path:
        return write(collect(one, [kept.of(one).answer(one, progress, cases=True)]), place)

    return state.Answer(_watched(make, one), state.question_of(one), one.title or one.name)


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
    return (
        f"One population of {scenario.population.size:,} records and one list of "
        f"{scenario.requests.count:,} requests; {_how_long(worlds(), one)}."
    )


def _expected(kept: Worlds, scenario: Scenario) -> float:
    """Return the seconds an answer should take: without those of a process's start once there was one."""
    warm = (definition_of(scenario).learnt) in kept.warm
    return max(1.0, estimate([scenario]).seconds - (START if warm else 0.0))


def _how_long(kept: Worlds, scenario: Scenario) -> str:
    words = f"about {span(_expected(kept, scenario))}"
    if (definition_of(scenario).learnt) in kept.warm:
        return words
    return f"{words}, and the first time on a new installation up to a minute more, to compile"


def _doing(kept: Worlds, scenario: Scenario) -> str:
    long = _how_long(kept, scenario)
    if kept.has(scenario):
        return f"Answering from the people kept; {long}."
    if scenario.population.size > MOST_PEOPLE:
        return f"Opening the registry of {scenario.population.size:,} synthetic taxpayers kept on disk …"
    return f"Drawing {scenario.population.size:,} synthetic taxpayers and answering; {long}."


def shown(scenario: Scenario) -> state.Answer | None:
    """Return the answer on the screen if it is this question's."""
    found = state.answer()
    return found if found is not None and found.question == state.question_of(scenario) else None


def ensure(scenario: Scenario) -> state.Answer:
    """Return the answer on the screen if it is this question's, else make it; raises SimulatorError."""
    return shown(scenario) or answer(scenario)
