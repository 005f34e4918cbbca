"""Namesakes on file: whose number somebody takes who looks a request's name up in another file.

Of all people of the registry who bear the asked person's whole name (given name, one surname or two) the one
who comes first in a random order is taken, whoever asks, as a search shows the same first hit every time; the
second where the first is the person asked for. It costs a pass over the country's names, so it is made only
where `noise.tin_by_name.rate` is above nought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population import Country
from sim.requests.columns import Columns
from sim.requests.persons import first_records
from sim.requests.written import People
from sim.rng import Streams
from sim.threads import unordered

_A, _B, _C = (np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F))
_HELD = 4_000_000
"""Candidates gathered before the first two of every name are picked out."""


@dataclass(frozen=True, slots=True)
class _Found(Columns):
    """People of a wanted name: which name, their random number, person, number."""

    name: np.ndarray
    priority: np.ndarray
    person: np.ndarray
    tin: np.ndarray

    def first_two(self) -> _Found:
        order = np.lexsort((self.person, self.priority, self.name))
        name = self.name[order]
        return self.take(order[np.flatnonzero(np.append([True, True], name[2:] != name[:-2])[: len(name)])])


def numbers(
    country: Country, people: People, wanted: np.ndarray, streams: Streams, workers: int
) -> np.ndarray:
    """Return the number of a namesake of each person, 0 where nobody on file bears the name; (n,) u32.

    wanted: (n,) bool, for whom one is looked for.
    """
    asked = _names(people.given, people.surname, np.where(people.two_surnames, people.surname2, 0))
    names = np.unique(asked[wanted])

    def one(number: int) -> _Found:
        chunk = country.chunk(number)
        second = np.where(chunk.two_surnames, chunk.surname2, 0)
        theirs = _names(chunk.given, chunk.surname, second)
        place = np.minimum(np.searchsorted(names, theirs), max(len(names) - 1, 0))
        rows = np.flatnonzero((names[place] == theirs) & first_records(chunk)) if len(names) else place[:0]
        priority = streams.generator("requests.namesakes", chunk=number).random(chunk.n)[rows]
        return _Found(theirs[rows], priority, chunk.person[rows], chunk.tin[rows]).first_two()

    parts: list[_Found] = []
    for part in unordered(one, range(country.n_chunks), workers):
        parts.append(part)
        if sum(len(each.name) for each in parts) > _HELD:
            parts = [_Found.join(parts).first_two()]
    return _taken(_Found.join(parts).first_two(), asked, people.person, wanted)


def _taken(found: _Found, asked: np.ndarray, person: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the number of the first of each name who is not the person asked for, 0 where there is none."""
    tin = np.zeros(len(asked), np.uint32)
    first, end = np.searchsorted(found.name, asked, "left"), np.searchsorted(found.name, asked, "right")
    for place in (first + 1, first):
        held = np.flatnonzero(wanted & (place < end))
        other = held[found.person[place[held]] != person[held]]
        tin[other] = found.tin[place[other]]
    return tin


def _names(given: np.ndarray, surname: np.ndarray, surname2: np.ndarray) -> np.ndarray:
    """Return one number for each name, (n,) u64.

    Two of a million names fall together in one of 40 million lists.
    """
    parts = (
        (given.astype(np.uint64) * _A) ^ (surname.astype(np.uint64) * _B) ^ (surname2.astype(np.uint64) * _C)
    )
    mixed: np.ndarray = (parts ^ (parts >> np.uint64(31))) * _A
    return mixed
