"""The registry searched in ranges of chunks by other processes, here or on a cluster, and merged per request.

A range is a pure function of the job and its chunk numbers: the process that gets it draws the country and
codes the requests itself (once, for all its ranges), so nothing but the request list travels, and a range
whose worker died is simply done again elsewhere.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.population import Country
from sim.progress import Progress
from sim.rng import Streams
from sim.scenario import Scenario

from .comparison import Rule
from .normalise import Fields
from .resolve import Keeper, Links, OneLink, keeper_for
from .stream import Carry, PathSearch, prepare, search

Each = Callable[[Iterable[tuple[Callable[..., Any], tuple[Any, ...]]]], Iterator[Any]]
"""Does tasks (function, arguments) somewhere and yields their results in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A list to be linked to a country, in a form that travels; equal when all that decides the links is."""

    scenario: Scenario
    country: Scenario
    streams: Streams
    frame: pl.DataFrame
    rule: Rule
    every_link: bool
    carry: Carry
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        parts = hashlib.sha256(self.scenario.canonical() + self.country.canonical())
        parts.update(pickle.dumps((self.streams, self.rule, self.every_link, dict(self.carry))))
        parts.update(self.frame.hash_rows(seed=1).to_numpy().tobytes())
        object.__setattr__(self, "digest", parts.digest())

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and self.digest == other.digest


@dataclass(frozen=True, slots=True)
class Part:
    """What one range of chunks gave: links of each path that may be needed, candidates of each request."""

    chunks: int
    people: int
    links: tuple[Links, ...]
    candidates: NDArray[np.int64]


def spread(
    country: Country, frame: pl.DataFrame, scenario: Scenario, rule: Rule, keepers: Sequence[Keeper],
    carry: Carry, each: Each, parts: int, progress: Progress,
) -> NDArray[np.int64]:  # fmt: skip
    """Search the registry in `parts` ranges by way of `each`; return the candidates of each request."""
    # A keeper that is not plain (one that watches for a curve) is handed every link and chooses itself.
    every = not all(isinstance(keeper, OneLink) for keeper in keepers)
    job = Job(scenario, country.scenario, country.streams, frame, rule, every, carry)
    ranges = [part.tolist() for part in np.array_split(np.arange(country.n_chunks), parts) if len(part)]
    candidates = np.zeros(frame.height, np.int64)
    progress("link", 0, country.n_chunks, people=0)
    done = people = 0
    for part in each((search_range, (job, numbers)) for numbers in ranges):
        for keeper, links in zip(keepers, part.links, strict=True):
            keeper.add(links)
        candidates += part.candidates
        done, people = done + part.chunks, people + part.people
        progress("link", done, country.n_chunks, people=people)
    return candidates


def search_range(job: Job, numbers: Sequence[int]) -> Part:
    """Return what the chunks `numbers` of a job's registry hold for its requests."""
    country, searches = _ready(job)
    tie = "all" if job.every_link else job.scenario.linkage.tie
    keepers = [keeper_for(tie, job.frame.height) for _ in searches]
    before = [each.index.candidates() for each in searches]
    search(country, searches, keepers, numbers=numbers)
    candidates = np.zeros(job.frame.height, np.int64)
    for each, earlier in zip(searches, before, strict=True):
        candidates[each.rows] += each.index.candidates() - earlier
    people = sum(country.chunk(number).n for number in numbers)
    return Part(len(numbers), people, tuple(keeper.kept() for keeper in keepers), candidates)


@lru_cache(maxsize=1)
def _ready(job: Job) -> tuple[Country, list[PathSearch]]:
    """Return the country and the searches of a job, kept for its further ranges."""
    country = Country(job.country, job.streams)
    searches, _, _ = prepare(job.rule, Fields.of(country, job.scenario), job.frame, job.carry)
    return country, searches
