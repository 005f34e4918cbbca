"""Choosing people of one chunk for the requests that fell on it.

A person with two records (a duplicate filing) is one person: only first records can be chosen.

Every person of the chunk has a random priority; a request takes the first noncitizen left of its origin
group. Where the chunk has too few of them, it takes a noncitizen of the group's ethnicity, then any
noncitizen, then a naturalised, then a US-born person, so that the number of requests is always the one asked
for. Equivalent to simple random sampling without replacement within each group (Efraimidis and Spirakis 2006,
equal weights).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.population import NATIVITIES, Chunk
from sim.requests.origins import ETHNICITY_OF
from sim.requests.schema import ORIGINS

Array = NDArray[Any]
NOBODY = 255
NONCITIZEN, NATURALISED = NATIVITIES.index("noncitizen"), NATIVITIES.index("naturalised")


class People(Protocol):
    """People of one chunk, all or some, as columns (see `sim.population.Chunk`)."""

    @property
    def number(self) -> int:
        """Number of the chunk."""

    @property
    def n(self) -> int:
        """How many people."""

    @property
    def record(self) -> Array:
        """Record numbers, (n,)."""

    @property
    def person(self) -> Array:
        """Whose records they are, (n,)."""

    @property
    def ethnicity(self) -> Array:
        """Indices into ETHNICITIES, (n,)."""

    @property
    def nativity(self) -> Array:
        """Indices into NATIVITIES, (n,)."""

    def truth(self, column: str, rows: Array, /) -> Array:
        """Return what is true of the people in `rows`."""


def choose(chunk: People, group: np.ndarray, wanted: np.ndarray, priority: np.ndarray) -> np.ndarray:
    """Return the row of the chunk for each request, all different.

    group: (n,) origin group of each person by name.  wanted: (m,) origin group of each request, m <= n.
    priority: (n,) random numbers.
    """
    rows = np.full(len(wanted), -1, np.int64)
    free = first_records(chunk)
    noncitizen = chunk.nativity == NONCITIZEN
    alike = [noncitizen & (group == origin) for origin in range(len(ORIGINS))]
    akin = [noncitizen & (chunk.ethnicity == ETHNICITY_OF.get(name, NOBODY)) for name in ORIGINS]
    for pools in (alike, akin):
        for origin, pool in enumerate(pools):
            asking = np.flatnonzero((rows < 0) & (wanted == origin))
            found = _first(np.flatnonzero(free & pool), priority, len(asking)) if len(asking) else asking
            rows[asking[: len(found)]] = found
            free[found] = False
    left = np.flatnonzero(rows < 0)
    if len(left):
        rows[left] = _anyone(chunk, free, priority, len(left))
    return rows


def first_records(chunk: People) -> np.ndarray:
    """Return which records are the first of their person, (n,) bool; the others double another record."""
    mine: np.ndarray = chunk.person == chunk.record
    return mine


def _first(candidates: np.ndarray, priority: np.ndarray, count: int) -> np.ndarray:
    """Return the `count` candidates of lowest priority (fewer if there are not so many), in that order."""
    return candidates[np.argsort(priority[candidates], kind="stable")[:count]]


def _anyone(chunk: People, free: np.ndarray, priority: np.ndarray, count: int) -> np.ndarray:
    """Return `count` of the free people: noncitizens first, then naturalised, then US-born."""
    tier = np.full(chunk.n, 2, np.uint8)
    tier[chunk.nativity == NATURALISED] = 1
    tier[chunk.nativity == NONCITIZEN] = 0
    candidates = np.flatnonzero(free)
    return candidates[np.lexsort((priority[candidates], tier[candidates]))[:count]]


def mate_numbers(chunk: Chunk, rows: np.ndarray) -> np.ndarray:
    """Return the number of another person of each row's household, 0 where there is none; (m,) u32.

    The mate of somebody on a joint return is the other person on it; of anybody else the next person of the
    household in the order of rows, the last one's being the first.
    """
    people = np.flatnonzero(first_records(chunk))
    households = chunk.household[people]
    if np.any(households[1:] < households[:-1]):
        order = np.argsort(households, kind="stable")
        people, households = people[order], households[order]
    place = np.empty(chunk.n, np.int64)
    place[people] = np.arange(len(people))
    wanted, following = chunk.household[rows], place[rows] + 1
    first, end = np.searchsorted(households, wanted, "left"), np.searchsorted(households, wanted, "right")
    mate = people[np.where(following < end, following, first)]
    before = place[rows] - 1
    wed = chunk.spouse[rows] & (before >= first)
    mate = np.where(wed, people[np.maximum(before, 0)], mate)
    return np.where(mate == rows, 0, chunk.tin[mate]).astype(np.uint32)
