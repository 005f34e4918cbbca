"""What the chunks of a kept registry offer to a draw, for lists of up to MOST_REQUESTS requests.

Of each chunk the people who come first in every pool that a list may choose from, and the strangers whose
number may be borrowed (`sim.requests.offers`). A longer list, or one that asks a chunk for more, is drawn
from the chunks themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.population import CHUNK, Country
from sim.requests.donors import Donors, able, least
from sim.requests.offers import WholeOffer, shortlist
from sim.requests.plan import DONORS_PER_REQUEST, OUTSIDE_PER_CHUNK

MOST_REQUESTS = 50_000
OUTSIDE = -(-MOST_REQUESTS // OUTSIDE_PER_CHUNK)
"""Chunks of people outside the registry that a list of so many requests may fall on."""

_SPARE = 1.25
"""Requests fall on chunks by chance, some on one more than on another."""

PERSON = np.dtype([
    ("row", "<u4"), ("record", "<i8"), ("person", "<i8"), ("sex", "u1"), ("ethnicity", "u1"),
    ("nativity", "u1"), ("surname", "<u4"), ("surname2", "<u4"), ("given", "<u4"), ("middle", "u1"),
    ("suffix", "u1"), ("birth", "<i4"), ("two_surnames", "?"), ("household", "<u4"), ("home", "<u4"),
    ("previous", "<u4"), ("moved_years", "<f4"), ("tin", "<u4"), ("tin_kind", "u1"),
    ("group", "u1"), ("mate", "<u4"), ("priority", "<f8"),
])  # fmt: skip
_OF_CHUNK = tuple(name for name in PERSON.names or () if name not in ("row", "group", "mate", "priority"))
DONOR = np.dtype([
    ("given", "<u4"), ("surname", "<u4"), ("surname2", "<u4"), ("birth", "<i4"), ("tin", "<u4"),
    ("household", "<i8"), ("stratum", "u1"), ("ethnicity", "u1"), ("priority", "<f8"),
])  # fmt: skip
PLACE = np.dtype([("chunk", "<i8"), ("people", "<u4"), ("donors", "<u4"), ("able", "<u4", (6,))])
"""One row a chunk: its number, how many people and donors of it are listed, and people able to be donors."""


def most_asked(chunks: int) -> int:
    """Return how many people of one chunk a list of MOST_REQUESTS may ask for."""
    return int(MOST_REQUESTS / chunks * _SPARE) + 64


def most_donors(chunks: int) -> int:
    """Return how many donors of one ethnicity a chunk offers such a list (`plan.donors_wanted`)."""
    return int(np.ceil(MOST_REQUESTS * DONORS_PER_REQUEST / chunks)) + 4


def of_chunk(offer: WholeOffer, chunks: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the people, the donors and the place (PERSON, DONOR and PLACE rows) of one chunk."""
    chunk = offer.chunk
    outside = chunk.number >= Country.OUTSIDE
    rows = shortlist(offer, int(OUTSIDE_PER_CHUNK * 1.1) if outside else most_asked(chunks))
    people = np.zeros(len(rows), PERSON)
    for name in _OF_CHUNK:
        people[name] = getattr(chunk, name)[rows]
    people["row"], people["group"], people["priority"] = rows, offer.group[rows], offer.priority[rows]
    people["mate"] = offer.mates(rows)
    place = np.zeros(1, PLACE)
    donors = np.zeros(0, DONOR)
    if not outside:
        priority = offer.donor_priority
        pools = able(chunk)
        place["able"] = [len(pool) for pool in pools]
        parts = [pool[priority[pool] < least(most_donors(chunks), len(pool))] for pool in pools]
        chosen = np.concatenate(parts)
        found = Donors.of(chunk, chosen)
        donors = np.zeros(len(chosen), DONOR)
        for field in fields(Donors):
            donors[field.name] = getattr(found, field.name)
        donors["priority"] = priority[chosen]
        donors["ethnicity"] = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    place["chunk"], place["people"], place["donors"] = chunk.number, len(people), len(donors)
    return people, donors, place


def size(people: int) -> int:
    """Return about how many bytes the offers of a registry of so many people take."""
    chunks = -(-people // CHUNK)
    rows = min(people, 11 * chunks * most_asked(chunks)) + OUTSIDE * 6 * OUTSIDE_PER_CHUNK
    return rows * PERSON.itemsize + 6 * min(people, chunks * most_donors(chunks)) * DONOR.itemsize


@dataclass(frozen=True, slots=True)
class ShortOffer:
    """The part of a chunk that a short list can need (`sim.requests.offers.Offer`)."""

    chunk: Any
    group: NDArray[np.uint8]
    priority: NDArray[np.float64]
    mate: NDArray[np.uint32]
    listed: NDArray[Any]
    able: NDArray[np.uint32]

    def mates(self, rows: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the number of another person of each row's household."""
        return self.mate[rows]

    def donors(self, wanted: NDArray[np.int64]) -> Donors:
        """Return about wanted[e] strangers of ethnicity e."""
        below = np.array([least(count, of) for count, of in zip(wanted, self.able.tolist(), strict=True)])
        chosen = self.listed[self.listed["priority"] < below[self.listed["ethnicity"]]]
        return Donors(*(chosen[field.name] for field in fields(Donors)))


class Shortlists:
    """The offers of all chunks of a kept registry; called as `sim.requests.offers.Offers`."""

    def __init__(self, chunks: int, people: NDArray[Any], donors: NDArray[Any], places: NDArray[Any]) -> None:
        """chunks: of the registry.  people, donors, places: PERSON, DONOR, PLACE rows, chunk after chunk."""
        self._chunks, self._people, self._donors, self._places = chunks, people, donors, places
        self._number = {int(number): k for k, number in enumerate(places["chunk"])}
        self._first = np.concatenate([[0], np.cumsum(places["people"].astype(np.int64))])
        self._first_donor = np.concatenate([[0], np.cumsum(places["donors"].astype(np.int64))])

    def __call__(self, number: int, asked: int, wanted: NDArray[np.int64]) -> ShortOffer | None:
        """Return the offer of a chunk, None when the list needs more of it than is kept."""
        outside = number >= Country.OUTSIDE
        most = int(OUTSIDE_PER_CHUNK * 1.1) if outside else most_asked(self._chunks)
        k = self._number.get(number)
        if k is None or asked > most or (not outside and int(wanted.max()) > most_donors(self._chunks)):
            return None
        people = self._people[self._first[k] : self._first[k + 1]]
        columns = {name: people[name] for name in _OF_CHUNK}
        chunk = SimpleNamespace(number=number, n=len(people), **columns)
        return ShortOffer(
            chunk, people["group"], people["priority"], people["mate"],
            self._donors[self._first_donor[k] : self._first_donor[k + 1]], self._places["able"][k],
        )  # fmt: skip


def join(parts: Sequence[NDArray[Any]], kind: np.dtype[Any]) -> NDArray[Any]:
    """Return arrays one after another; none of them gives an empty array of `kind`."""
    return np.concatenate([np.zeros(0, kind), *parts])
