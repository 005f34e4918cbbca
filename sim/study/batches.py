"""Several settings of one world in one go: the same people are made once and asked many questions.

Cells that agree on seed and on every setting of the population have the same people and the same luck in each
replicate. A batch is such a group of cells; it makes each replicate's country once and puts every cell's
request list to it. Results equal those of the cells run one by one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import polars as pl

from sim.errors import SimulatorError
from sim.outcome import GROUPS, count, count_by
from sim.run import World, country_of, simulate_in
from sim.scenario import Scenario

WORLD = ("seed", "population.", "registry.")
"""Prefixes of the settings that decide who the people are and what the registry holds of them."""


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


MOST_TOGETHER = 20
"""Cells of a batch: a batch is what a kill can lose, and what one worker is given at a time."""


def run_batch(scenarios: Sequence[Scenario]) -> list[Outcome]:
    """Run scenarios of one world, replicate by replicate; one that fails is an outcome with its error."""
    outcomes = [Outcome() for _ in scenarios]
    for replicate in range(max(scenario.replicates for scenario in scenarios)):
        asked = [k for k, s in enumerate(scenarios) if replicate < s.replicates and not outcomes[k].error]
        if not asked:
            break
        began = time.monotonic()
        try:
            country = country_of(scenarios[asked[0]], replicate)
        except Exception as error:  # a failed cell is data; the next one may do
            for k in asked:
                outcomes[k] = Outcome(error=_words(error))
            break
        shared = (time.monotonic() - began) / len(asked)
        for k in asked:
            _ask(country, scenarios[k], replicate, outcomes, k)
            outcomes[k].seconds += shared
    return outcomes


def _ask(country: Any, scenario: Scenario, replicate: int, outcomes: list[Outcome], k: int) -> None:
    began = time.monotonic()
    try:
        world = simulate_in(country, scenario, replicate)
        outcomes[k].counts.append(count(world.outcomes, scenario.population.size))
        outcomes[k].group_counts += by_group(world, replicate).to_dicts()
    except Exception as error:
        outcomes[k] = Outcome(error=_words(error), seconds=outcomes[k].seconds)
    outcomes[k].seconds += time.monotonic() - began


def by_group(world: World, replicate: int) -> pl.DataFrame:
    """Return the counts of every group dimension and level of one replicate."""
    frame = pl.concat([count_by(world.outcomes, dimension) for dimension in GROUPS])
    return frame.select(pl.lit(replicate, pl.UInt16).alias("replicate"), pl.all())


def _words(error: Exception) -> str:
    """Return one line for a failed cell; a mistake of ours keeps its kind, so that it can be found."""
    text = " ".join(str(error).split())[:500]
    return text if isinstance(error, SimulatorError) else f"{type(error).__name__}: {text}"
