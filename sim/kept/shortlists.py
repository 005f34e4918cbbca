"""What the chunks of a kept registry offer to a draw, for lists of up to MOST_REQUESTS requests.

Of each chunk the people who come first in every pool that a list may choose from, the strangers whose number
may be borrowed, and the filers with whom others may live (`sim.requests.offers`). A longer list, or one that
asks a chunk for more, is drawn from the chunks themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.fields import FIELD, PERSONAL
from sim.kept.numbers import Numbers
from sim.population import CHUNK, Country
from sim.requests.donors import Donors, able, least
from sim.requests.kin import ANYONE, SPARE, Hosts, able_hosts
from sim.requests.offers import WholeOffer, shortlist
from sim.requests.plan import DONORS_PER_REQUEST, OUTSIDE_PER_CHUNK

MOST_REQUESTS = 50_000
OUTSIDE = -(-MOST_REQUESTS // OUTSIDE_PER_CHUNK)
"""Chunks of people outside the registry that a list of so many requests may fall on."""

_SPARE = 1.25
"""Requests fall on chunks by chance, some on one more than on another."""

PERSON = np.dtype([
    ("row", "<u4"), ("record", "<i8"), ("person", "<i8"), ("sex", "u1"), ("ethnicity", "u1"),
    ("nativity", "u1"), *((name, FIELD[name].stored_as) for name in PERSONAL), ("two_surnames", "?"),
    ("household", "<u4"), ("home", "<u4"), ("previous", "<u4"), ("moved_years", "<f4"), ("tin_kind", "u1"),
    ("group", "u1"), ("mate_tin", "<u4"), ("priority", "<f8"),
])  # fmt: skip
_OF_CHUNK = tuple(name for name in PERSON.names or () if name not in ("row", "group", "mate_tin", "priority"))
DONOR = np.dtype([
    ("given", "<u4"), ("surname", "<u4"), ("surname2", "<u4"), ("birth", "<i4"), ("tin", "<u4"),
    ("home", "<u4"), ("household", "<i8"), ("stratum", "u1"), ("ethnicity", "u1"), ("priority", "<f8"),
])  # fmt: skip
HOST = np.dtype([
    ("given", "<u4"), ("surname", "<u4"), ("surname2", "<u4"), ("two_surnames", "?"), ("sex", "u1"),
    ("birth", "<i4"), ("tin", "<u4"), ("household", "<i8"), ("home", "<u4"), ("previous", "<u4"),
    ("moved_years", "<f4"), ("kind", "u1"), ("priority", "<f8"),
])  # fmt: skip
PLACE = np.dtype([
    ("chunk", "<i8"), ("people", "<u4"), ("donors", "<u4"), ("hosts", "<u4"),
    ("able", "<u4", (6,)), ("able_hosts", "<u4", (ANYONE + 1,)),
])  # fmt: skip
"""One row a chunk: its number, how many people, donors and hosts are listed, and who is able to be which."""

Offered = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]
"""PERSON, DONOR, HOST and PLACE rows."""


def most_asked(chunks: int) -> int:
    """Return how many people of one chunk a list of MOST_REQUESTS may ask for."""
    return int(MOST_REQUESTS / chunks * _SPARE) + 64


def most_donors(chunks: int) -> int:
    """Return how many donors of one ethnicity a chunk offers such a list (`plan.donors_wanted`)."""
    return int(np.ceil(MOST_REQUESTS * DONORS_PER_REQUEST / chunks)) + 4


def most_hosts(chunks: int) -> int:
    """Return how many hosts of one kind a chunk offers such a list (`kin.hosts_wanted`)."""
    return max(int(np.ceil(MOST_REQUESTS / chunks)) + 4, SPARE)


def of_chunk(offer: WholeOffer, chunks: int) -> Offered:
    """Return what one chunk offers: its people, donors, hosts and place."""
    chunk = offer.chunk
    outside = chunk.number >= Country.OUTSIDE
    rows = shortlist(offer, int(OUTSIDE_PER_CHUNK * 1.1) if outside else most_asked(chunks))
    people = np.zeros(len(rows), PERSON)
    for name in _OF_CHUNK:
        people[name] = getattr(chunk, name)[rows]
    people["row"], people["group"], people["priority"] = rows, offer.group[rows], offer.priority[rows]
    people["mate_tin"] = offer.mates(rows)
    place = np.zeros(1, PLACE)
    donors, hosts = np.zeros(0, DONOR), np.zeros(0, HOST)
    if not outside:
        pools, able_as_host = able(chunk), able_hosts(chunk, offer.group)
        place["able"], place["able_hosts"] = [len(p) for p in pools], [len(p) for p in able_as_host]
        chosen, ethnicity = _listed(pools, offer.donor_priority, most_donors(chunks))
        donors = _rows(DONOR, Donors.of(chunk, chosen), offer.donor_priority[chosen])
        donors["ethnicity"] = ethnicity
        chosen, kind = _listed(able_as_host, offer.host_priority, most_hosts(chunks))
        hosts = _rows(HOST, Hosts.of(chunk, chosen, kind), offer.host_priority[chosen])
    place["chunk"], place["people"] = chunk.number, len(people)
    place["donors"], place["hosts"] = len(donors), len(hosts)
    return people, donors, hosts, place


def _listed(
    pools: Sequence[NDArray[np.int64]], priority: NDArray[np.float64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows that a list wanting `most` or fewer of each pool may take, and their pools' numbers."""
    parts = [pool[priority[pool] < least(most, len(pool))] for pool in pools]
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _rows(dtype: np.dtype[Any], found: Donors | Hosts, priority: NDArray[np.float64]) -> NDArray[Any]:
    """Return columns as rows of a file, with the people's random numbers."""
    rows = np.zeros(len(priority), dtype)
    for field in fields(found):
        rows[field.name] = getattr(found, field.name)
    rows["priority"] = priority
    return rows


def size(people: int) -> int:
    """Return about how many bytes the offers of a registry of so many people take."""
    chunks = -(-people // CHUNK)
    rows = min(people, 11 * chunks * most_asked(chunks)) + OUTSIDE * 6 * OUTSIDE_PER_CHUNK
    hosts = min(2 * people, (ANYONE + 1) * chunks * most_hosts(chunks))
    donors = 6 * min(people, chunks * most_donors(chunks))
    return rows * PERSON.itemsize + donors * DONOR.itemsize + hosts * HOST.itemsize


@dataclass(frozen=True, slots=True)
class Listed:
    """The listed people of one chunk (`sim.requests.persons.People`). rows: of PERSON, numbers shown."""

    number: int
    rows: NDArray[Any]

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.rows)

    @property
    def record(self) -> NDArray[Any]:
        """Record numbers."""
        return np.asarray(self.rows["record"])

    @property
    def person(self) -> NDArray[Any]:
        """Whose records they are."""
        return np.asarray(self.rows["person"])

    @property
    def ethnicity(self) -> NDArray[Any]:
        """Indices into ETHNICITIES."""
        return np.asarray(self.rows["ethnicity"])

    @property
    def nativity(self) -> NDArray[Any]:
        """Indices into NATIVITIES."""
        return np.asarray(self.rows["nativity"])

    def truth(self, column: str, rows: NDArray[Any]) -> NDArray[Any]:
        """Return what is true of the people in `rows`; households are numbered through the country."""
        values = np.asarray(self.rows[column][rows])
        return values.astype(np.int64) + (self.number << 32) if column == "household" else values


@dataclass(frozen=True, slots=True)
class ShortOffer:
    """The part of a chunk that a short list can need (`sim.requests.offers.Offer`)."""

    chunk: Listed
    group: NDArray[np.uint8]
    priority: NDArray[np.float64]
    mate: NDArray[np.uint32]
    listed: NDArray[Any]
    able: NDArray[np.uint32]
    listed_hosts: NDArray[Any]
    able_hosts: NDArray[np.uint32]

    def mates(self, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the number of another person of each row's household."""
        return self.mate[rows]

    def donors(self, wanted: NDArray[np.int64]) -> Donors:
        """Return about wanted[e] strangers of ethnicity e."""
        chosen = _below(self.listed, "ethnicity", self.able, wanted)
        return Donors(*(chosen[field.name] for field in fields(Donors)))

    def hosts(self, wanted: NDArray[np.int64]) -> Hosts:
        """Return about wanted[k] filers of kind k with whom others may live."""
        chosen = _below(self.listed_hosts, "kind", self.able_hosts, wanted)
        return Hosts(*(chosen[field.name] for field in fields(Hosts)))


def _below(
    listed: NDArray[Any], pool: str, able: NDArray[np.uint32], wanted: NDArray[np.int64]
) -> NDArray[Any]:
    """Return the rows whose random number is below the least that their pool asks for."""
    below = np.array([least(count, of) for count, of in zip(wanted, able.tolist(), strict=True)])
    chosen: NDArray[Any] = listed[listed["priority"] < below[listed[pool]]]
    return chosen


class Shortlists:
    """The offers of all chunks of a kept registry; called as `sim.requests.offers.Offers`."""

    def __init__(
        self, chunks: int, people: NDArray[Any], donors: NDArray[Any], hosts: NDArray[Any],
        places: NDArray[Any], numbers: Numbers,
    ) -> None:  # fmt: skip
        """chunks: of the registry.  The others: PERSON, DONOR, HOST and PLACE rows, chunk after chunk.

        numbers: how those of the rows are stored.
        """
        self._numbers = numbers
        self._chunks, self._people, self._places = chunks, people, places
        self._donors, self._hosts = donors, hosts
        self._number = {int(number): k for k, number in enumerate(places["chunk"])}
        self._first, self._first_donor, self._first_host = (
            np.concatenate([[0], np.cumsum(places[name].astype(np.int64))])
            for name in ("people", "donors", "hosts")
        )

    @property
    def whole(self) -> bool:
        """Whether the places of the chunks hold all that is offered and no more, each chunk once."""
        ends = (self._first[-1], self._first_donor[-1], self._first_host[-1])
        lengths = (len(self._people), len(self._donors), len(self._hosts))
        return ends == lengths and len(self._number) == len(self._places)

    def __call__(
        self, number: int, asked: int, donors: NDArray[np.int64], hosts: NDArray[np.int64]
    ) -> ShortOffer | None:
        """Return the offer of a chunk, None when the list needs more of it than is kept."""
        outside = number >= Country.OUTSIDE
        most = int(OUTSIDE_PER_CHUNK * 1.1) if outside else most_asked(self._chunks)
        k = self._number.get(number)
        if k is None or asked > most:
            return None
        long = int(donors.max()) > most_donors(self._chunks) or int(hosts.max()) > most_hosts(self._chunks)
        if long and not outside:
            return None
        people = self._numbers.show_in(self._people[self._first[k] : self._first[k + 1]])
        return ShortOffer(
            Listed(number, people), people["group"], people["priority"], people["mate_tin"],
            self._numbers.show_in(self._donors[self._first_donor[k] : self._first_donor[k + 1]]),
            self._places["able"][k],
            self._numbers.show_in(self._hosts[self._first_host[k] : self._first_host[k + 1]]),
            self._places["able_hosts"][k],
        )  # fmt: skip


def join(parts: Sequence[NDArray[Any]], kind: np.dtype[Any]) -> NDArray[Any]:
    """Return arrays one after another; none of them gives an empty array of `kind`."""
    return np.concatenate([np.zeros(0, kind), *parts])
