"""Longer work in a process of its own: started, watched, cancelled, and ended with the session.

What runs is the command line of the program, so that a number from here can be had without the dashboard.
A session has one process at most.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st
import tomli_w

from sim import ending, whole_files
from sim.machine import available_bytes
from sim.progress import span
from sim.reading import table_of
from sim.scenario import Scenario
from sim.study.estimate import Estimate, estimate
from sim.study.replicates import STEP as POPULATIONS
from sim.study.sweep import STEP as CELLS
from sim.whole_files import Scratch, creating

_STEP = re.compile(r"^(?P<step>[^:]+): (?P<done>[\d,]+) of (?P<total>[\d,]+)(?: \((?P<words>.*)\))?$")


WHOLE = (POPULATIONS, CELLS)
"""The steps that a whole run or sweep is counted in; others are inside one of these."""


def _told(step: re.Match[str]) -> tuple[float | None, str]:
    """Return the share done of a step, None where it has no end, and what it says."""
    done, total = (int(step[part].replace(",", "")) for part in ("done", "total"))
    words = f"{step['step']}: {done:,} of {total:,}" + (f", {step['words']}" if step["words"] else "")
    return (done / total if total else None), words


@dataclass
class Job:
    """A running process. question: what it answers."""

    process: subprocess.Popen[bytes]
    scratch: Scratch
    scenario: Scenario | None
    label: str
    left_behind: str = "What was finished of it is found again when it is started anew."
    began: float = field(default_factory=time.monotonic)

    @property
    def folder(self) -> Path:
        """Its input, output and messages."""
        return self.scratch.path

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self.process.poll() is None

    @property
    def seconds(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.began

    def progress(self) -> tuple[float | None, str]:
        """Return the share done of the current step (None: not known) and what it says of itself."""
        lines = (self.folder / "messages.txt").read_text("utf-8", "replace").splitlines()
        steps = [found for found in map(_STEP.match, map(str.strip, lines)) if found]
        if not steps:
            return None, "starting"
        outer = next((each for each in reversed(steps) if each["step"] in WHOLE), None)
        if outer is None or outer is steps[-1]:
            return _told(steps[-1])
        # A run of many populations tells of the search inside each; what is wanted is how many are done.
        share, words = _told(outer)
        inside, now = _told(steps[-1])
        total = int(outer["total"].replace(",", ""))
        return (share or 0.0) + (inside or 0.0) / max(1, total), f"{words}; now {now}"

    def told(self) -> dict[str, Any]:
        """Return what the finished process printed; raises FileErrors when it is no JSON object."""
        return table_of(self.folder / "result.json")

    def complaint(self) -> list[str]:
        """Return the last lines it wrote, for a process that failed."""
        lines = (self.folder / "messages.txt").read_text("utf-8", "replace").splitlines()
        return [line for line in lines[-6:] if line.strip() and not _STEP.match(line.strip())]

    def end(self) -> None:
        """End the process and what it started, and remove its folder."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self.scratch.close()


class Desk:
    """Where a session keeps its one job."""

    def __init__(self) -> None:
        self.job: Job | None = None

    def clear(self) -> None:
        """End the job, if there is one."""
        if self.job is not None:
            self.job.end()
            self.job = None


@st.cache_resource(scope="session", show_spinner=False, on_release=Desk.clear)
def desk() -> Desk:
    """Return this session's desk; it is cleared, and its process killed, when the session ends."""
    return Desk()


def expect(scenarios: Sequence[Scenario], *, rows: bool = False) -> tuple[Estimate, str, bool]:
    """Return what work should take, in words too, and whether it fits into the memory that is left.

    rows: as for `estimate`.
    """
    found, left = estimate(scenarios, rows=rows), available_bytes()
    words = f"about {span(found.seconds)} and {found.memory / 2**30:.1f} GB of memory"
    fits = left is None or found.memory <= left
    if not fits:
        words += f"; only {(left or 0) / 2**30:.1f} GB are free here: ask for fewer requests"
    return found, words, fits


def run(scenario: Scenario, out: Path) -> Job | None:
    """Start `sim run` of a scenario; None when this session's job is still at work."""

    def command(folder: Path) -> list[str]:
        whole_files.write_text(folder / "session.toml", scenario.to_toml())
        return ["run", str(folder / "session.toml"), "--json", "--out", str(out.resolve())]

    job = _start(command, scenario, scenario.title or scenario.name)
    if job is not None and scenario.replicates == 1:
        job.left_behind = "Nothing was kept of it."
    return job


def sweep(name: str, out: Path) -> Job | None:
    """Start `sim sweep` of a shipped sweep; None when this session's job is still at work."""
    return _start(lambda _: ["sweep", name, "--json", "--out", str(out.resolve())], None, f"sweep {name}")


def study(scenario: Scenario, out: Path) -> Job | None:
    """Start `sim sensitivity` of a question; None when this session's job is still at work."""

    def command(folder: Path) -> list[str]:
        # The question's hash is in the name, so that no other question's study is written over.
        file = folder / f"{scenario.name}-{scenario.sha256()[:6]}.toml"
        whole_files.write_text(file, scenario.to_toml())
        return ["sensitivity", str(file), "--method", "tornado", "--json", "--out", str(out.resolve())]

    return _start(command, None, f"What matters for: {scenario.title or scenario.name}")


def vary(scenario: Scenario, key: str, values: Sequence[float], out: Path) -> Job | None:
    """Start `sim sweep` of a question along one number; None when this session's job is still at work."""

    def command(folder: Path) -> list[str]:
        whole_files.write_text(folder / "session.toml", scenario.to_toml())
        # The question's hash is in the name: a sweep that was cut short goes on, and no other's is touched.
        name = f"{key.replace('.', '-').replace('_', '-')}-{scenario.sha256()[:6]}"
        told = f"{scenario.title or scenario.name}, along {key}"
        table = {"title": told, "scenario": str(folder / "session.toml"), "axes": {key: list(values)}}
        whole_files.write_text(folder / f"{name}.toml", tomli_w.dumps(table))
        return ["sweep", str(folder / f"{name}.toml"), "--json", "--out", str(out.resolve())]

    return _start(command, None, f"{scenario.title or scenario.name}, along {key}")


def _start(command: Any, scenario: Scenario | None, label: str) -> Job | None:
    place = desk()
    if place.job is not None and place.job.running:
        return None
    place.clear()
    scratch = Scratch("job")
    folder = scratch.path
    with creating(folder / "result.json") as out, creating(folder / "messages.txt") as messages:
        process = subprocess.Popen(
            [sys.executable, "-m", "sim", *command(folder)], stdin=subprocess.DEVNULL, stdout=out,
            stderr=messages, start_new_session=True, env={**os.environ, ending.PARENT: str(os.getpid())},
        )  # fmt: skip
    place.job = Job(process, scratch, scenario, label)
    return place.job


def keep(scenario: Scenario, out: Path) -> Job | None:
    """Start `sim keep` of a question's registry; None when this session's job is still at work."""

    def command(folder: Path) -> list[str]:
        whole_files.write_text(folder / "session.toml", scenario.to_toml())
        return ["keep", str(folder / "session.toml"), "--json", "--out", str(out.resolve())]

    return _start(command, None, f"Keeping {scenario.population.size:,} taxpayers")
