"""The page to read first: from a scenario to a misidentification rate.

    scenario -> population -> requests -> noise -> link -> outcomes -> rates

`simulate` is one world: one population, one request list, one pass of the matching rule, judged against
known truth. Its steps stand in `sim.replicate.Replicate`, the only place where they follow each other. A
study (`sim.study.replicates`) does this for several populations, because a single one is luck.
"""

from __future__ import annotations

import multiprocessing
import os

from sim.outcome import Rate, Settings, count, rates
from sim.progress import Progress, silent
from sim.replicate import Replicate, Streaming, World
from sim.scenario import Scenario


def simulate(
    scenario: Scenario, replicate: int = 0, progress: Progress = silent, cases: bool | None = None
) -> World:
    """Return one world; equal arguments give equal worlds, whatever else is run and wherever.

    cases: whether links are worked through; only in the first replicate if None, because it takes time.
    """
    people = Replicate(Streaming.of(scenario, replicate))
    wanted = replicate == 0 if cases is None else cases
    return people.answer(scenario, progress, cases=wanted, workers=_threads())


def rates_of(scenario: Scenario, replicate: int = 0) -> tuple[Rate, ...]:
    """Return the rates of one world."""
    world = simulate(scenario, replicate)
    return rates([count(world.outcomes, scenario.population.size)], Settings.of(scenario))


def _threads() -> int:
    """Return how many threads may search: two where this process is the only one, else one.

    Each holds a batch of records, a few hundred megabytes; the links do not depend on their number.
    """
    alone = multiprocessing.parent_process() is None
    return min(2, os.cpu_count() or 1) if alone else 1
