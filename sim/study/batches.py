"""Several settings of one world in one go: the same people are made once and asked many questions.

Cells that agree on seed and on every setting of the population have the same people and the same luck in each
replicate. A batch is such a group of cells. Results equal those of the cells run one by one, and a cell that
fails fails alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import polars as pl

from sim.errors import SimulatorError
from sim.outcome import GROUPS, count, count_by
from sim.run import World
from sim.scenario import Scenario
from sim.study.kept import WORLD, Replicate, together

MOST_TOGETHER = 12
"""Cells of a batch: what a kill can lose, what one worker is given, lists held in memory at once."""


class HasScenario(Protocol):
    """Anything with a scenario, such as a cell."""

    @property
    def scenario(self) -> Scenario:
        """The scenario."""


Item = TypeVar("Item", bound=HasScenario)


@dataclass(slots=True)
class Outcome:
    """What came of one cell: counts by replicate (and group), or the error that ended it."""

    counts: list[dict[str, int]] = field(default_factory=list)
    group_counts: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0

    def fail(self, error: Exception) -> None:
        """Keep the error and drop the rest; a mistake of ours keeps its kind, so that it can be found."""
        text = " ".join(str(error).split())[:500]
        self.error = text if isinstance(error, SimulatorError) else f"{type(error).__name__}: {text}"
        self.counts, self.group_counts = [], []


def world_of(scenario: Scenario) -> str:
    """Return a hash that two scenarios share when their people are the same."""
    return scenario.slice_sha(WORLD)


def batches(items: Sequence[Item], most: int | None = None, workers: int = 1) -> list[tuple[Item, ...]]:
    """Group items by world, in order of first appearance, no group longer than `most`.

    By default a world's cells are cut so that every worker has some: the people are made once a worker.
    """
    worlds: dict[str, list[Item]] = {}
    for item in items:
        worlds.setdefault(world_of(item.scenario), []).append(item)
    found: list[tuple[Item, ...]] = []
    for members in worlds.values():
        share = -(-len(members) // max(1, workers))
        size = max(1, min(most or MOST_TOGETHER, share))
        found += [tuple(members[start : start + size]) for start in range(0, len(members), size)]
    return found


def run_batch(scenarios: Sequence[Scenario]) -> list[Outcome]:
    """Run scenarios of one world, replicate by replicate; one that fails is an outcome with its error.

    Raises ValueError for scenarios of different worlds.
    """
    if len({world_of(scenario) for scenario in scenarios}) > 1:
        raise ValueError("these scenarios have different people")
    outcomes = [Outcome() for _ in scenarios]
    for number in range(max(scenario.replicates for scenario in scenarios)):
        wanted = [k for k, s in enumerate(scenarios) if number < s.replicates and not outcomes[k].error]
        if not wanted:
            break
        began = time.monotonic()
        for k, world in _worlds(scenarios, number, wanted, outcomes):
            outcomes[k].counts.append(count(world.outcomes, scenarios[k].population.size))
            outcomes[k].group_counts += by_group(world, number).to_dicts()
        spent = (time.monotonic() - began) / len(wanted)
        for k in wanted:
            outcomes[k].seconds += spent
    return outcomes


def _worlds(
    scenarios: Sequence[Scenario], number: int, wanted: Sequence[int], outcomes: Sequence[Outcome]
) -> list[tuple[int, World]]:
    """Return the worlds of one replicate, in one pass where that goes; failures are noted in `outcomes`."""
    replicate = Replicate(scenarios[wanted[0]], number)
    ready = []
    for k in wanted:
        try:
            ready.append((k, scenarios[k], *replicate.sent(scenarios[k])))
        except Exception as error:  # a failed cell is data; the next one may do
            outcomes[k].fail(error)
    joint = [each for each in ready if together(each[1])]
    try:
        worlds = replicate.answer_together([each[1:] for each in joint])
        found = [(each[0], world) for each, world in zip(joint, worlds, strict=True)]
        alone = [each for each in ready if not together(each[1])]
    except Exception:  # find out which of them it was
        found, alone = [], ready
    for k, scenario, requests, noisy in alone:
        try:
            found.append((k, replicate.answer(scenario, requests, noisy)))
        except Exception as error:
            outcomes[k].fail(error)
    return found


def by_group(world: World, replicate: int) -> pl.DataFrame:
    """Return the counts of every group dimension and level of one replicate."""
    frame = pl.concat([count_by(world.outcomes, dimension) for dimension in GROUPS])
    return frame.select(pl.lit(replicate, pl.UInt16).alias("replicate"), pl.all())
