"""How long a study will take and how much memory: a line through measured runs, not a promise.

Measured in one process on two busy cores of an AMD EPYC (9004 class), whole replicates: drawing, faults,
search and judging (benchmarks/results/scaling.csv). The tables that every process builds once are in START,
and what the good matcher takes to learn its weights in LEARNING.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import RefusedError
from sim.linkage.rules import definition_of
from sim.linkage.watch import has_curve
from sim.scenario import Scenario
from sim.study.batches import MOST_TOGETHER, REQUESTS_TOGETHER

START = 6.0
"""Seconds a process needs to import, to build tables and to load compiled functions."""

PER_REPLICATE = 1.5
PER_MILLION_PEOPLE = 0.6
PER_MILLION_REQUESTS = 32.0
"""Seconds of one replicate: fixed, per million people of the registry, per million requests."""

LEARNING = 10.0
"""Seconds in which a process learns the good matcher's weights, once for all replicates."""

PER_MILLION_SCORED = 0.5
PER_TRILLION_OPENED = 150.0
"""Seconds more of the good matcher: per million people, all of whose fields are made and bounded; per million
million pairs of a request and a record, where the search is opened downward for the curve."""

RESIDENT = 1_300 * 2**20
BYTES_A_PERSON = 1_000
BYTES_A_REQUEST = 2_500
BYTES_A_ROW_HELD = 200
MOST_PEOPLE_HELD = 1_100_000
"""Bytes a process holds: at rest, for each person while their chunk is at work, for each request; and for
each request whose rows (outcome, tally, faults) wait for the other populations."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds of wall time and bytes over all processes, for so many populations."""

    populations: int
    seconds: float
    memory: int


def estimate(scenarios: Sequence[Scenario], workers: int = 1, *, rows: bool = False) -> Estimate:
    """Return what running `scenarios` on so many workers of this machine should take.

    rows: whether the rows of all populations are held until the end, as a run does; a sweep keeps counts.
    """
    work = sum(scenario.replicates * seconds_of(scenario) for scenario in scenarios)
    memory = max((memory_of(scenario, len(scenarios)) for scenario in scenarios), default=0)
    populations = sum(scenario.replicates for scenario in scenarios)
    learning = LEARNING * any(_scored(scenario) for scenario in scenarios)
    held = max((s.replicates * s.requests.count for s in scenarios), default=0) if rows else 0
    return Estimate(
        populations, START + learning + work / workers, memory * workers + BYTES_A_ROW_HELD * held
    )


def refuse_if_too_large(found: Estimate) -> None:
    """Raise RefusedError when the memory estimated is more than this machine has."""
    there = physical_memory()
    if there and found.memory > there:
        need, have = found.memory / 2**30, there / 2**30
        raise RefusedError(
            f"needs about {need:.0f} GB of memory and this machine has {have:.0f}; "
            "lower requests.count, or use fewer --workers"
        )


def physical_memory() -> int:
    """Return the bytes of memory of this machine, 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def seconds_of(scenario: Scenario) -> float:
    """Return the seconds of one replicate."""
    people, requests = scenario.population.size / 1e6, scenario.requests.count / 1e6
    seconds = PER_REPLICATE + PER_MILLION_PEOPLE * people + PER_MILLION_REQUESTS * requests
    if _scored(scenario):
        seconds += PER_MILLION_SCORED * people
    if has_curve(scenario):
        seconds += PER_TRILLION_OPENED * people * requests
    return seconds


def _scored(scenario: Scenario) -> bool:
    return definition_of(scenario).learnt


def memory_of(scenario: Scenario, settings: int = 1) -> int:
    """Return the bytes one process needs at most when so many settings may be put to one world."""
    held = min(scenario.population.size, MOST_PEOPLE_HELD)
    count = scenario.requests.count
    lists = max(1, min(settings, MOST_TOGETHER, REQUESTS_TOGETHER // count))
    return int(RESIDENT + BYTES_A_PERSON * held + BYTES_A_REQUEST * count * lists)
