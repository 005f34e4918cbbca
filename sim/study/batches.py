"""Several settings of one world in one go: the same people are made once and asked many questions.

Cells that agree on seed and on every setting of the population have the same people and the same luck in each
replicate. A batch is such a group of cells. Results equal those of the cells run one by one, and a cell that
fails fails alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import polars as pl

from sim.errors import SimulatorError, StudyError
from sim.outcome import GROUPS, count, count_by
from sim.progress import Progress, silent
from sim.replicate import WORLD, Replicate, Streaming, World
from sim.scenario import Scenario
from sim.study.unfinished import Unfinished
from sim.study.workers import Task, Workers

MOST_TOGETHER = 12
"""Cells of a batch: a kill can lose one population of all of them, and one worker is given as much."""

REQUESTS_TOGETHER = 1_500_000
"""Requests of a batch: the lists of all its cells are held in memory at once."""


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

    def add(self, other: Outcome) -> None:
        """Take one more replicate; an error in it ends the whole."""
        self.seconds += other.seconds
        if other.error:
            self.error, self.counts, self.group_counts = other.error, [], []
        else:
            self.counts += other.counts
            self.group_counts += other.group_counts

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
        longest = max(item.scenario.requests.count for item in members)
        size = max(1, min(most or MOST_TOGETHER, share, REQUESTS_TOGETHER // longest))
        found += [tuple(members[start : start + size]) for start in range(0, len(members), size)]
    return found


def run_replicate(scenarios: Sequence[Scenario], number: int) -> list[Outcome]:
    """Run one replicate of scenarios of one world; raises ValueError for scenarios of different worlds."""
    if not scenarios:
        return []
    if len({world_of(scenario) for scenario in scenarios}) > 1:
        raise ValueError("these scenarios have different people")
    began = time.monotonic()
    outcomes = [Outcome() for _ in scenarios]
    for k, world in _worlds(scenarios, number, outcomes):
        outcomes[k].counts.append(count(world.outcomes, scenarios[k].population.size))
        outcomes[k].group_counts += by_group(world, number).to_dicts()
    for outcome in outcomes:
        outcome.seconds = (time.monotonic() - began) / len(outcomes)
    return outcomes


def evaluate(
    scenarios: Sequence[Scenario],
    pool: Workers,
    progress: Progress = silent,
    step: str = "Settings",
    kept: Unfinished | None = None,
) -> list[Outcome]:
    """Run every replicate of every scenario, those of one world in one pass, and return them in order.

    kept: where finished parts are kept and found again.  Raises StudyError for the first scenario that fails:
    a comparison or an index with a hole has no meaning.
    """
    groups = batches([_Numbered(k, s) for k, s in enumerate(scenarios)])
    outcomes = [Outcome() for _ in scenarios]
    total = sum(scenario.replicates for scenario in scenarios)
    done = 0
    progress(step, 0, total)
    for found in one_by_one(groups, pool, kept or Unfinished()):
        for each, outcome in found.asked:
            if outcome.error:
                raise StudyError(f"{each.scenario.name}, replicate {found.replicate}: {outcome.error}")
            outcomes[each.number].add(outcome)
        done += len(found.asked)
        progress(step, done, total, replicate=found.replicate, kept=found.before)
    return outcomes


@dataclass(frozen=True, slots=True)
class Round(Generic[Item]):
    """One replicate of a group. asked: who was asked, with what came of it.  before: it was kept earlier."""

    replicate: int
    asked: Sequence[tuple[Item, Outcome]]
    before: bool


def one_by_one(groups: Sequence[Sequence[Item]], pool: Workers, kept: Unfinished) -> Iterator[Round[Item]]:
    """Yield every replicate of every group of items of one world, in order, each kept the moment it is done.

    What failed is not kept, and not asked again in later replicates as far as these are not sent yet.
    """
    rounds = [(group, r) for group in groups for r in range(max(each.scenario.replicates for each in group))]
    asking = [[each for each in group if r < each.scenario.replicates] for group, r in rounds]
    before = [
        _kept_before([each.scenario for each in items], r, kept)
        for items, (_, r) in zip(asking, rounds, strict=True)
    ]
    failed: set[int] = set()

    def tasks() -> Iterator[Task[list[Outcome]]]:
        for number, (_, r) in enumerate(rounds):
            if before[number] is None:
                asking[number] = [each for each in asking[number] if id(each) not in failed]
                yield run_replicate, ([each.scenario for each in asking[number]], r)

    made = pool.each(tasks())
    for number, (_, r) in enumerate(rounds):
        earlier = before[number]
        found = next(made) if earlier is None else earlier
        asked = list(zip(asking[number], found, strict=True))
        for each, outcome in asked if earlier is None else ():
            if outcome.error:
                failed.add(id(each))
            else:
                kept.keep_counts(each.scenario, r, asdict(outcome))
        yield Round(r, asked, earlier is not None)


def _kept_before(asking: Sequence[Scenario], replicate: int, kept: Unfinished) -> list[Outcome] | None:
    """Return what an earlier, unfinished study made of one replicate; None where a part of it is missing."""
    found = [kept.counts(scenario, replicate) for scenario in asking]
    return [Outcome(**each) for each in found if each is not None] if None not in found else None


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A scenario and its place in the list asked."""

    number: int
    scenario: Scenario


def _worlds(
    scenarios: Sequence[Scenario], number: int, outcomes: Sequence[Outcome]
) -> list[tuple[int, World]]:
    """Return the worlds of one replicate, in one pass where that goes; failures are noted in `outcomes`."""
    replicate = Replicate(Streaming.kept(scenarios[0], number))
    ready = []
    for k, scenario in enumerate(scenarios):
        try:
            ready.append((k, replicate.asked(scenario)))
        except Exception as error:  # a failed cell is data; the next one may do
            outcomes[k].fail(error)
    try:
        worlds = replicate.answers([asked for _, asked in ready])
        return [(k, world) for (k, _), world in zip(ready, worlds, strict=True)]
    except Exception:  # find out which of them it was
        found: list[tuple[int, World]] = []
    for k, asked in ready:
        try:
            found.append((k, replicate.answers([asked])[0]))
        except Exception as error:
            outcomes[k].fail(error)
    return found


def by_group(world: World, replicate: int) -> pl.DataFrame:
    """Return the counts of every group dimension and level of one replicate."""
    frame = pl.concat([count_by(world.outcomes, dimension) for dimension in GROUPS])
    return frame.select(pl.lit(replicate, pl.UInt16).alias("replicate"), pl.all())
