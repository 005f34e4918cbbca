"""What a chunk offers to a draw: people who can be chosen in their random order, strangers' numbers, hosts.

Of a chunk a list takes the people of lowest priority in each of a few pools (`persons.choose`). So an offer
need not hold the whole chunk: one that holds the k of lowest priority of every pool serves any list that asks
the chunk for k people or fewer, and gives the same people.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Protocol

import numpy as np

from sim.population import NATIVITIES, Chunk
from sim.requests.donors import Donors, sample
from sim.requests.kin import Hosts, sample_hosts
from sim.requests.origins import ETHNICITY_OF, Origins
from sim.requests.persons import NOBODY, People, first_records, mate_numbers
from sim.requests.schema import ORIGINS
from sim.rng import Streams


class Offer(Protocol):
    """What `draw` asks of a chunk, or of a part of it."""

    @property
    def chunk(self) -> People:
        """The people; their truth holds what `written.People` names."""

    @property
    def group(self) -> np.ndarray:
        """Each person's index into ORIGINS, (n,) u8."""

    @property
    def priority(self) -> np.ndarray:
        """Each person's random number, (n,)."""

    def mates(self, rows: np.ndarray) -> np.ndarray:
        """Return the number of another person of each row's household, 0 where there is none."""

    def donors(self, wanted: np.ndarray) -> Donors:
        """Return about wanted[e] strangers of ethnicity e."""

    def hosts(self, wanted: np.ndarray) -> Hosts:
        """Return about wanted[k] filers of kind k with whom others may live."""


Offers = Callable[[int, int, np.ndarray, np.ndarray], Offer | None]
"""(chunk number, people asked for, donors, hosts wanted) -> the offer, None: it must be made of the chunk."""


class WholeOffer:
    """All people of a chunk."""

    def __init__(self, chunk: Chunk, origins: Origins, streams: Streams) -> None:
        self.chunk = chunk
        self._origins, self._streams = origins, streams

    @cached_property
    def group(self) -> np.ndarray:
        """Each person's index into ORIGINS."""
        return self._origins.of(self.chunk)

    @cached_property
    def priority(self) -> np.ndarray:
        """Each person's random number."""
        return self._streams.generator("requests.person", chunk=self.chunk.number).random(self.chunk.n)

    def mates(self, rows: np.ndarray) -> np.ndarray:
        """Return the number of another person of each row's household."""
        return mate_numbers(self.chunk, rows)

    @cached_property
    def donor_priority(self) -> np.ndarray:
        """Each person's random number as a donor."""
        return self._streams.generator("requests.donors", chunk=self.chunk.number).random(self.chunk.n)

    def donors(self, wanted: np.ndarray) -> Donors:
        """Return about wanted[e] strangers of ethnicity e."""
        return sample(self.chunk, wanted, self.donor_priority)

    @cached_property
    def host_priority(self) -> np.ndarray:
        """Each person's random number as a host."""
        return self._streams.generator("requests.hosts", chunk=self.chunk.number).random(self.chunk.n)

    def hosts(self, wanted: np.ndarray) -> Hosts:
        """Return about wanted[k] filers of kind k with whom others may live."""
        return sample_hosts(self.chunk, self.group, wanted, self.host_priority)


def shortlist(offer: WholeOffer, most: int) -> np.ndarray:
    """Return the rows, in order, that hold the `most` people of lowest priority of every pool of `choose`."""
    chunk, priority = offer.chunk, offer.priority
    free = np.flatnonzero(first_records(chunk))
    nativity, ethnicity, group = chunk.nativity[free], chunk.ethnicity[free], offer.group[free]
    pools = [free[nativity == tier] for tier in range(len(NATIVITIES))]
    noncitizen = nativity == NATIVITIES.index("noncitizen")
    pools += [free[noncitizen & (group == origin)] for origin in range(len(ORIGINS))]
    pools += [free[noncitizen & (ethnicity == ETHNICITY_OF.get(name, NOBODY))] for name in ORIGINS]
    chosen = np.zeros(chunk.n, bool)
    for pool in pools:
        if len(pool) > most:
            drawn = priority[pool]
            pool = pool[drawn <= np.partition(drawn, most - 1)[most - 1]]  # noqa: PLW2901
        chosen[pool] = True
    return np.flatnonzero(chosen)
