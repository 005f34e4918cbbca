"""A study: the same question asked of several independent populations, and rates with intervals between them.

The number of workers changes the time and nothing else. With a stopping rule the study goes on in batches
until the headline is precise enough; the rule and every look are part of the result.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from sim.outcome import GroupRate, Rate, Settings, count, group_rates, rates
from sim.outcome.counts import count_disclosed
from sim.outcome.groups import OVERALL
from sim.outcome.rates import quantity_rates
from sim.outcome.words import WRONG
from sim.progress import Progress, silent
from sim.replicate import World
from sim.run import simulate
from sim.scenario import Scenario
from sim.study.batches import by_group
from sim.study.stopping import Rule, Stopping
from sim.study.unfinished import Unfinished
from sim.study.workers import Workers

STEP = "Populations"


@dataclass(frozen=True)
class StudyResult:
    """What a study found. Frames have `replicate` u16 first and are sorted by it.

    scenario: as asked, with `replicates` as done. counts: one row a replicate. group_counts: one row a
    replicate, dimension and level. addresses: counts of disclosed addresses, overall and by the person whose
    record was disclosed (`sim.outcome.counts.count_disclosed`). outcomes, ledger, tallies, disclosures: one
    row a request (fault, disclosed address), all replicates.
    """

    scenario: Scenario
    counts: pl.DataFrame
    group_counts: pl.DataFrame
    outcomes: pl.DataFrame
    ledger: pl.DataFrame
    tallies: pl.DataFrame
    seconds: float
    stopping: Stopping | None = None
    cases: Sequence[dict[str, Any]] = field(default_factory=tuple)
    addresses: pl.DataFrame = field(default_factory=pl.DataFrame)
    disclosures: pl.DataFrame = field(default_factory=pl.DataFrame)
    curve: pl.DataFrame | None = None

    @functools.cached_property
    def rates(self) -> tuple[Rate, ...]:
        """Every rate, over all replicates."""
        return rates(self.counts, Settings.of(self.scenario))

    @functools.cached_property
    def quantities(self) -> dict[str, Rate]:
        """Every rate of whose record and whose door, by name (`sim.outcome.rates.QUANTITY_RATES`)."""
        overall = self.addresses.filter(pl.col("dimension") == OVERALL)
        return quantity_rates(self.counts, overall, Settings.of(self.scenario))

    @property
    def headline(self) -> Rate:
        """Another person's record, per 1,000 addresses disclosed."""
        return self.rates[0]

    @functools.cached_property
    def groups(self) -> tuple[GroupRate, ...]:
        """The headline rate by group, with its ratio to everybody."""
        return group_rates(self.group_counts, Settings.of(self.scenario))

    @property
    def preview(self) -> bool:
        """Whether there are fewer replicates than a citable run needs."""
        return self.counts.height < self.scenario.value("study.preview_below")


def run(
    scenario: Scenario,
    progress: Progress = silent,
    workers: Workers | int = 1,
    stop: Rule | None = None,
    kept: Unfinished | None = None,
) -> StudyResult:
    """Run `scenario.replicates` populations, or with a stopping rule as many as it takes, and add them up.

    The scenario of a result that was stopped by rule has the number of replicates done, so that asking for it
    with that number gives the very same rows.  kept: where finished populations are kept and found again.
    """
    began = time.monotonic()
    pool = Workers(workers) if isinstance(workers, int) else workers
    worlds: list[World] = []
    looks = []
    while True:
        goal = scenario.replicates if stop is None else _next_goal(len(worlds), stop)
        numbers = range(len(worlds), goal)
        progress(STEP, len(worlds), goal)
        for world, found in _worlds(scenario, numbers, progress, pool, kept or Unfinished()):
            worlds.append(world)
            progress(STEP, len(worlds), goal, replicate=len(worlds) - 1, kept=found)
        if stop is None:
            break
        looks.append(stop.look(_headline(scenario, worlds)))
        if looks[-1].stop:
            break
    stopping = Stopping(stop, tuple(looks)) if stop else None
    _show_a_wrong_link(scenario, worlds, progress)
    done = scenario.replace({"replicates": len(worlds)})
    return collect(done, worlds, time.monotonic() - began, stopping)


def _show_a_wrong_link(scenario: Scenario, worlds: list[World], progress: Progress) -> None:
    """Work a wrong link through in the first replicate that has one, where the first of all has none.

    That replicate is made again, which takes time only where wrong links are rare.
    """
    if any(case["kind"] == WRONG for world in worlds for case in world.cases):
        return
    for number, world in enumerate(worlds):
        if number and (world.outcomes["outcome"] == WRONG).any():
            found = simulate(scenario, number, progress, cases=True).cases
            wrong = [{**case, "replicate": number} for case in found if case["kind"] == WRONG]
            worlds[number] = replace(world, cases=wrong)
            return


def collect(
    scenario: Scenario, worlds: Sequence[World], seconds: float = 0.0, stopping: Stopping | None = None
) -> StudyResult:
    """Add up worlds, the replicates of one scenario in order."""
    return StudyResult(
        scenario=scenario,
        counts=counts_of(scenario, worlds),
        group_counts=pl.concat([by_group(world, number) for number, world in enumerate(worlds)]),
        outcomes=_stack([world.outcomes for world in worlds]),
        ledger=_stack([world.ledger for world in worlds]),
        tallies=_stack([world.tallies for world in worlds]),
        seconds=seconds,
        stopping=stopping,
        cases=[case for world in worlds for case in world.cases],
        addresses=_stack([count_disclosed(world.disclosed) for world in worlds]),
        disclosures=_stack([world.disclosed for world in worlds]),
        curve=_curve(worlds),
    )


def _curve(worlds: Sequence[World]) -> pl.DataFrame | None:
    """Return the threshold curves of all worlds, None where the rule has none."""
    curves = [world.curve for world in worlds if world.curve is not None]
    return _stack(curves) if len(curves) == len(worlds) > 0 else None


def counts_of(scenario: Scenario, worlds: Sequence[World]) -> pl.DataFrame:
    """Return the counts of each world, one row a replicate."""
    size = scenario.population.size
    return _stack([pl.DataFrame([count(world.outcomes, size)]) for world in worlds])


def _worlds(
    scenario: Scenario, replicates: range, progress: Progress, pool: Workers, kept: Unfinished
) -> Iterator[tuple[World, bool]]:
    """Yield the worlds of some replicates in order, each with whether it was kept before; keep the rest."""
    before = {number: kept.world(scenario, number) for number in replicates}
    made = _simulate(scenario, [number for number in replicates if before[number] is None], progress, pool)
    for number in replicates:
        world = before.pop(number)
        found = world is not None
        if world is None:
            world = next(made)
            kept.keep_world(scenario, number, world)
        yield world, found


def _simulate(
    scenario: Scenario, replicates: Sequence[int], progress: Progress, pool: Workers
) -> Iterator[World]:
    alone = pool.count == 1 and pool.cluster is None
    listener = progress if alone else silent
    return pool.each((simulate, (scenario, number, listener)) for number in replicates)


def _next_goal(done: int, stop: Rule) -> int:
    return min(stop.most, stop.fewest if done == 0 else done + stop.batch)


def _headline(scenario: Scenario, worlds: Sequence[World]) -> Rate:
    return rates(counts_of(scenario, worlds), Settings.of(scenario))[0]


def _stack(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put the frames of all replicates under each other, the replicate's number first."""
    number = [pl.lit(each, pl.UInt16).alias("replicate") for each in range(len(frames))]
    return pl.concat([frame.select(which, pl.all()) for which, frame in zip(number, frames, strict=True)])
