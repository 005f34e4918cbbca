"""The page to read first: from a scenario to a misidentification rate.

    scenario -> population -> requests -> noise -> link -> outcomes -> rates

`simulate` is one world: one population, one request list, one pass of the matching rule, judged against known
truth. A study (`sim.study.replicates`) does this for several populations, because a single one is luck.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sim.linkage import link
from sim.noise import apply
from sim.outcome import Rate, Settings, count, judge, rates
from sim.outcome.cases import Case, worked
from sim.population import Country
from sim.progress import Progress, silent
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class World:
    """What came of one replicate: outcomes and tallies (one row a request) and the ledger of noise.

    cases: a few links worked through (`sim.outcome.cases`), empty but in the first replicate.  curve: errors
    at every threshold (`sim.linkage.watch`), None where the rule has no threshold.
    """

    outcomes: pl.DataFrame
    ledger: pl.DataFrame
    tallies: pl.DataFrame
    cases: Sequence[Case] = ()
    curve: pl.DataFrame | None = None


def simulate(
    scenario: Scenario, replicate: int = 0, progress: Progress = silent, cases: bool | None = None
) -> World:
    """Return one world; equal arguments give equal worlds, whatever else is run and wherever.

    cases: whether links are worked through; only in the first replicate if None, because it takes time.
    """
    streams = Streams(scenario.seed, replicate)
    country = Country(scenario, streams)
    requests = draw(country, scenario, streams, progress=progress)
    noisy = apply(requests, scenario, streams)
    linked = link(country, noisy.frame, scenario, progress, workers=_threads())
    outcomes = judge(country, requests, noisy, linked)
    wanted = replicate == 0 if cases is None else cases
    shown = worked(country, requests, noisy, linked, outcomes, scenario, streams) if wanted else ()
    return World(outcomes, noisy.ledger, linked.tallies, shown, linked.curve)


def _threads() -> int:
    """Return how many threads may search: two where this process is the only one, else one.

    Each holds a batch of records, a few hundred megabytes; the links do not depend on their number.
    """
    alone = multiprocessing.parent_process() is None
    return min(2, os.cpu_count() or 1) if alone else 1


def rates_of(scenario: Scenario, replicate: int = 0) -> tuple[Rate, ...]:
    """Return the rates of one world."""
    world = simulate(scenario, replicate)
    return rates([count(world.outcomes, scenario.population.size)], Settings.of(scenario))
