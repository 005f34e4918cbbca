"""What a session holds: the question being put together, and the answer on the screen.

A question is a preset and the settings changed from it. An answer is a run folder and the question it
answers; when the two differ the answer is stale, and every page says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from sim.errors import InputErrors
from sim.report.findings import Findings
from sim.scenario import Scenario
from sim.scenario_files import presets

PRESET = "aug2025-as-run"
RUNS, SWEEPS = Path("runs"), Path("sweeps")
_WORDS = ("name", "title", "summary", "replicates")
_RUN_ID = re.compile(r"r-[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """A run folder and the question it answers.

    seconds: from question to answer.  notes: warnings met.  read: what the run found, where that is known.
    """

    folder: Path
    question: str
    title: str
    seconds: float | None = None
    notes: tuple[str, ...] = ()
    read: Findings | None = field(default=None, repr=False, compare=False)

    @property
    def found(self) -> Findings:
        """What the run found, read from its folder."""
        return self.read or findings(str(self.folder))


@lru_cache(maxsize=64)
def findings(folder: str) -> Findings:
    """Return the findings of a folder; a folder is named by its content, so it is read once."""
    return Findings.of(Path(folder))


@lru_cache(maxsize=32)
def preset(name: str) -> Scenario:
    """Return a shipped scenario."""
    return Scenario.load(presets()[name])


def ready() -> None:
    """Give a new session its question: the default preset, unchanged."""
    st.session_state.setdefault("preset", PRESET)
    st.session_state.setdefault("changes", {})
    st.session_state.setdefault("generation", 0)


def choose(name: str, changes: dict[str, Any] | None = None) -> None:
    """Put another preset's question, with the settings in `changes` laid over it; widgets are made anew."""
    ready()
    st.session_state.preset, st.session_state.changes = name, dict(changes or {})
    st.session_state.generation += 1


def change(key: str, value: Any) -> None:
    """Set one dotted key of the question; a value equal to the preset's is no change."""
    base = preset(st.session_state.preset)
    if key == "noise.level":
        base = base.replace({key: value}) if value != base.noise.level else base
        if value == preset(st.session_state.preset).noise.level:
            st.session_state.changes.pop(key, None)
        else:
            st.session_state.changes[key] = value
        return
    level = st.session_state.changes.get("noise.level")
    before = (base.replace({"noise.level": level}) if level else base).flat().get(key)
    if value == before:
        st.session_state.changes.pop(key, None)
    else:
        st.session_state.changes[key] = value


def question() -> Scenario:
    """Return the scenario the controls ask for; raises InputErrors with every mistake."""
    return asked(st.session_state.preset, st.session_state.changes)


def asked(name: str, changes: dict[str, Any]) -> Scenario:
    """Return a preset with changes; raises InputErrors."""
    base = preset(name)
    if not changes:
        return base
    title = f"{base.title} (changed)" if set(changes) - set(_WORDS) else base.title
    return base.replace({**changes, "title": title})


def question_of(scenario: Scenario) -> str:
    """Return what identifies a question whatever the number of its populations."""
    return scenario.replace({"replicates": 1}).sha256()


def answer() -> Answer | None:
    """Return the answer on the screen."""
    found: Answer | None = st.session_state.get("answer")
    return found if found is None or found.folder.is_dir() else None


def show_answer(
    folder: Path, scenario: Scenario, seconds: float | None = None, notes: tuple[str, ...] = (),
    read: Findings | None = None,
) -> Answer:  # fmt: skip
    """Put an answer on the screen and remember its run for comparisons."""
    shown = Answer(folder, question_of(scenario), scenario.title or scenario.name, seconds, notes, read)
    st.session_state.answer = shown
    seen: dict[str, Path] = st.session_state.setdefault("seen", {})
    seen.pop(folder.name, None)
    seen[folder.name] = folder
    while len(seen) > 30:
        seen.pop(next(iter(seen)))
    return shown


def stale(shown: Answer) -> bool:
    """Whether the controls now ask for something else than what is shown."""
    try:
        return question_of(question()) != shown.question
    except InputErrors:
        return True


def find_run(run_id: str) -> Path | None:
    """Return the folder of a run by its ID: of this session, or of the runs kept on this machine."""
    if not _RUN_ID.fullmatch(run_id):
        return None
    seen: dict[str, Path] = st.session_state.get("seen", {})
    for folder in (seen.get(run_id), RUNS.resolve() / run_id):
        if folder is not None and (folder / "manifest.json").is_file():
            return folder
    return None


def reopen(run_id: str) -> Answer | None:
    """Show a run again, controls and all; None when there is none. Raises SimulatorError if it is damaged."""
    folder = find_run(run_id)
    if folder is None:
        return None
    scenario = findings(str(folder)).run.scenario
    base = min(presets(), key=lambda name: len(changes_to(preset(name), scenario)))
    choose(base, changes_to(preset(base), scenario))
    return show_answer(folder, scenario)


def differences(base: Scenario, scenario: Scenario) -> dict[str, Any]:
    """Return the settings in which a scenario differs from another, by dotted key; words do not count."""
    before, after = base.flat(), scenario.flat()
    return {key: value for key, value in after.items() if key not in _WORDS and before.get(key) != value}


def changes_to(base: Scenario, scenario: Scenario) -> dict[str, Any]:
    """Return the changes that make a preset the question of `scenario`, words and replicates aside.

    Numbers that follow the noise level in both are left to it, and those set in `scenario` are set.
    """
    level = scenario.noise.level
    start = base if level == base.noise.level else base.replace({"noise.level": level})
    changes = {} if start is base else {"noise.level": level}
    flat = scenario.flat()
    set_there = {key: flat[key] for key in scenario.given if key in flat and key not in start.given}
    return changes | differences(start, scenario) | set_there
