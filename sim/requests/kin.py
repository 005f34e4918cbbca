"""People outside the registry who live with somebody in it, as a son who does not file with his father.

Of the requests for people outside the registry a share `requests.absent_with_kin` is for one who lives in the
household of a filer, the host: at the host's home since the host's last move, with the host's surnames, and
with the host's number as the number of somebody of the household. Of these a share
`requests.absent_kin_same_name` bears the host's given name too (and is of the host's sex). Date of birth,
middle initial, suffix and number stay the person's own.

A host is a noncitizen filer of the person's origin group, with one surname or two as they have, so that the
makeup of the list stays; where a registry has none, any filer. Only households count in which more people
live than file: the person is one of those already counted there. Which host is a request's depends on neither
share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from sim.population import ETHNICITIES, Chunk, Country
from sim.requests.columns import Columns
from sim.requests.donors import least
from sim.requests.persons import NONCITIZEN, first_records
from sim.requests.schema import ORIGINS
from sim.requests.written import People
from sim.rng import Streams
from sim.scenario import Scenario

_OTHER = ORIGINS.index("other")
ANYONE = 2 * (_OTHER + len(ETHNICITIES))
"""Kind of host that serves where a registry has none of the kind wanted; those before it are of `kinds`."""

SPARE = 64
"""Hosts of the kind ANYONE that a chunk offers."""


@dataclass(frozen=True, slots=True)
class Hosts(Columns):
    """Filers with whom somebody outside the registry may live: columns as of a chunk, household global."""

    given: np.ndarray
    surname: np.ndarray
    surname2: np.ndarray
    two_surnames: np.ndarray
    sex: np.ndarray
    birth: np.ndarray
    tin: np.ndarray
    household: np.ndarray
    home: np.ndarray
    previous: np.ndarray
    moved_years: np.ndarray
    kind: np.ndarray

    @classmethod
    def of(cls, chunk: Chunk, rows: np.ndarray, kind: np.ndarray) -> Self:
        """Take people of a chunk as hosts. kind: (rows,) what they are hosts for."""
        household = chunk.number * (1 << 32) + chunk.household[rows].astype(np.int64)
        return cls(
            chunk.given[rows], chunk.surname[rows], chunk.surname2[rows], chunk.two_surnames[rows],
            chunk.sex[rows], chunk.birth[rows], chunk.tin[rows], household, chunk.home[rows],
            chunk.previous[rows], chunk.moved_years[rows], kind.astype(np.uint8),
        )  # fmt: skip


def kinds(origin: np.ndarray, ethnicity: np.ndarray, two_surnames: np.ndarray) -> np.ndarray:
    """Return the class inside which people live together: origin group or ethnicity, surnames one or two."""
    group = np.where(origin == _OTHER, _OTHER + ethnicity, origin)
    kind: np.ndarray = (2 * group + two_surnames).astype(np.uint8)
    return kind


def hosts_wanted(country: Country, scenario: Scenario) -> np.ndarray:
    """Return how many hosts of each kind a chunk should offer, (ANYONE + 1,); all 0 if nobody needs one.

    One a request of the kind, so that no household is used twice where the registry has enough.
    """
    if not scenario.value("requests.absent_with_kin"):
        return np.zeros(ANYONE + 1, np.int64)
    mix = scenario.table("requests.origin_mix")
    share = [mix[name] for name in ORIGINS if name != "other"] + [mix["other"]] * len(ETHNICITIES)
    wanted = np.ceil(np.array(share) * scenario.requests.count / country.n_chunks).astype(np.int64) + 4
    return np.append(np.repeat(wanted, 2), SPARE)


def able_hosts(chunk: Chunk, group: np.ndarray) -> list[np.ndarray]:
    """Return for each kind the rows of people who may be hosts. group: (n,) origin group of each person."""
    people = np.flatnonzero(first_records(chunk))
    filers = np.bincount(chunk.household[people])
    free = people[chunk.household_people[people] > filers[chunk.household[people]]]
    alike = free[chunk.nativity[free] == NONCITIZEN]
    kind = kinds(group[alike], chunk.ethnicity[alike], chunk.two_surnames[alike])
    return [*(alike[kind == each] for each in range(ANYONE)), free]


def sample_hosts(chunk: Chunk, group: np.ndarray, wanted: np.ndarray, priority: np.ndarray) -> Hosts:
    """Draw hosts of one chunk, about wanted[k] of kind k.

    group: (n,) origin groups.  priority: (n,) uniform random numbers of the chunk's people.
    """
    pools = able_hosts(chunk, group)
    rows = [pool[priority[pool] < least(count, len(pool))] for pool, count in zip(pools, wanted, strict=True)]
    kind = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
    return Hosts.of(chunk, np.concatenate(rows), kind)


def live_with(
    people: People, absent: np.ndarray, pool: Hosts, scenario: Scenario, streams: Streams
) -> People:
    """Return the people with some of the absent moved into the households of hosts.

    absent: (n,) bool, not in the registry.
    """
    n = len(people.request)
    lives = streams.generator("requests.kin").random(n) < scenario.value("requests.absent_with_kin")
    bears = streams.generator("requests.kin_name").random(n) < scenario.value("requests.absent_kin_same_name")
    if not len(pool.kind):
        return people
    shuffle = streams.generator("requests.host_pool").random(len(pool.kind))
    row = assign_hosts(pool.kind, kinds(people.origin, people.ethnicity, people.two_surnames), shuffle)
    moves = absent & lives & (row >= 0)
    return move_in(people, pool.take(row), moves, moves & bears)


def assign_hosts(kind: np.ndarray, wanted: np.ndarray, shuffle: np.ndarray) -> np.ndarray:
    """Return the row of the pool for each request, -1 where there is no host; (m,) i64.

    kind: (pool,) kinds of the hosts.  wanted: (m,) kinds of the requests.  shuffle: (pool,) random numbers
    that order the pool; the k-th request of a kind has its k-th host, and after the last comes the first.
    """
    order = np.lexsort((shuffle, kind))
    ordered = kind[order]
    served = np.where(np.isin(wanted, ordered), wanted, ANYONE)
    first, end = np.searchsorted(ordered, served, "left"), np.searchsorted(ordered, served, "right")
    size = end - first
    place = first + _running(served) % np.maximum(size, 1)
    row: np.ndarray = np.where(size > 0, order[np.minimum(place, len(order) - 1)], -1)
    return row


def move_in(people: People, host: Hosts, moves: np.ndarray, same_name: np.ndarray) -> People:
    """Return the people, those of `moves` in the household of their host, of `same_name` with the whole name.

    host: (n,) rows.  moves, same_name: (n,) bool.  Nobody of one name has one date of birth: that would be
    the host, who is in the registry.
    """
    same_name = same_name & (people.birth != host.birth)
    taken = ("surname", "surname2", "two_surnames", "household", "home", "previous", "moved_years")
    columns = {name: np.where(moves, getattr(host, name), getattr(people, name)) for name in taken}
    columns["mate_tin"] = np.where(moves, host.tin, people.mate_tin)
    for name in ("given", "sex"):
        columns[name] = np.where(same_name, getattr(host, name), getattr(people, name))
    return replace(people, **columns)


def _running(served: np.ndarray) -> np.ndarray:
    """Return for each entry how many equal ones stand before it."""
    order = np.argsort(served, kind="stable")
    ordered = served[order]
    number = np.empty(len(served), np.int64)
    number[order] = np.arange(len(served)) - np.searchsorted(ordered, ordered, "left")
    return number
