"""One replicate, the only pipeline: registry, list, errors, search and verdict follow each other here.

Each step is made once for the part of the scenario it depends on and kept for the next question, so that a
study or the dashboard asks the same people many things, several of them in one pass over the registry. What
two questions share, and which registry is asked (`Searched`), decides nothing about the answer: chunks and
lists are pure functions of scenario, seed and replicate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import polars as pl

from sim.linkage.link import Linked, Linker, search_for
from sim.linkage.normalise import Fields
from sim.noise import Noisy, apply
from sim.outcome import verdict
from sim.outcome.cases import Case, worked
from sim.outcome.cells import CELLS
from sim.outcome.judge import NEEDS
from sim.population import Chunk, Country
from sim.progress import Progress, silent
from sim.requests import Requests, draw
from sim.rng import Streams
from sim.scenario import Scenario

WORLD = ("seed", "population.", "registry.")
"""Prefixes of the settings that decide who the people are and what the registry holds of them."""

ASKED = (*WORLD, "requests.", "noise.tin_by_name.rate")  # at rate 0 nobody searches for namesakes
SENT = (*ASKED, "noise.")
KEPT_CHUNKS = 4
"""Chunks a country may have to be kept: about a million people, some thousand bytes each once looked at."""

KEPT_OUTSIDE = 8
"""Chunks of people outside the registry kept at most; few of their columns are ever made."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class World:
    """What came of one replicate: outcomes and tallies (one row a request) and the ledger of noise.

    cases: a few links worked through (`sim.outcome.cases`), empty unless asked for.  curve: errors
    at every threshold (`sim.linkage.watch`), None where the rule has no threshold.  disclosed: one row a
    disclosed address (`sim.outcome.cells`).
    """

    outcomes: pl.DataFrame
    ledger: pl.DataFrame
    tallies: pl.DataFrame
    cases: Sequence[Case] = ()
    curve: pl.DataFrame | None = None
    disclosed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CELLS))


@dataclass(frozen=True, slots=True)
class Asked:
    """A scenario, its list without and with errors."""

    scenario: Scenario
    requests: Requests
    noisy: Noisy


class Searched(Protocol):
    """A registry as a replicate needs it: the country it holds, whom it offers, how it is searched."""

    @property
    def country(self) -> Country:
        """The people, their names and addresses; made chunk by chunk when looked at."""

    def draw(self, scenario: Scenario, progress: Progress) -> Requests:
        """Return the list of a scenario of the same people; raises SimulatorError for one of others."""

    def search(self, linkers: Sequence[Linker], workers: int, progress: Progress) -> None:
        """Search for what the linkers, each prepared, look for."""


class Streaming:
    """A country that streams past, once for all that is looked for."""

    def __init__(self, country: Country) -> None:
        self.country = country

    @classmethod
    def of(cls, scenario: Scenario, number: int) -> Streaming:
        """Return the country of a replicate, made anew chunk by chunk each time: for one question."""
        return cls(Country(scenario, Streams(scenario.seed, number)))

    @classmethod
    def kept(cls, scenario: Scenario, number: int) -> Streaming:
        """Return the same with its chunks kept where they are few: for many questions."""
        return cls(KeptCountry(scenario, Streams(scenario.seed, number)))

    def draw(self, scenario: Scenario, progress: Progress) -> Requests:
        """Return the list of a scenario."""
        return draw(self.country, scenario, self.country.streams, progress=progress)

    def search(self, linkers: Sequence[Linker], workers: int, progress: Progress) -> None:
        """Search for what the linkers look for."""
        search_for(linkers, self.country, workers=workers, progress=progress)


class KeptCountry(Country):
    """A country whose chunks, if they are few, are made once."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        super().__init__(scenario, streams)
        self._kept: dict[int, Chunk] = {}

    def chunk(self, number: int) -> Chunk:
        """Return chunk `number`, the same object each time where it is kept."""
        found = self._kept.get(number)
        if found is None:
            found = super().chunk(number)
            if self.n_chunks <= KEPT_CHUNKS and len(self._kept) < KEPT_CHUNKS + KEPT_OUTSIDE:
                self._kept[number] = found
        return found


class Replicate:
    """The people of one replicate, to whom scenarios of the same people can be put."""

    def __init__(self, registry: Searched) -> None:
        self._registry = registry
        self._fields: dict[float, Fields] = {}
        self._last: dict[str, tuple[str, object]] = {}

    def answer(
        self, scenario: Scenario, progress: Progress = silent, *, cases: bool = False, workers: int = 1
    ) -> World:
        """Return what becomes of a scenario's list; with some links worked through if asked for.

        workers: threads that search; the answer does not depend on them.
        """
        asked = self.asked(scenario, progress)
        (linked,) = self.linked([asked], progress, workers=workers)
        world = self.judged(asked, linked)
        return replace(world, cases=self.cases(asked, linked, world)) if cases else world

    def answers(self, asked: Sequence[Asked]) -> list[World]:
        """Return the worlds of several lists, the registry streaming past once."""
        return [self.judged(*each) for each in zip(asked, self.linked(asked), strict=True)]

    def asked(self, scenario: Scenario, progress: Progress = silent) -> Asked:
        """Return the request list of a scenario, without and with its errors."""
        requests = self._made("asked", ASKED, scenario, lambda: self._registry.draw(scenario, progress))
        streams = self._registry.country.streams
        noisy = self._made("sent", SENT, scenario, lambda: apply(requests, scenario, streams))
        return Asked(scenario, requests, noisy)

    def linked(
        self, asked: Sequence[Asked], progress: Progress = silent, *, workers: int = 1
    ) -> list[Linked]:
        """Return what each list's rule hands over."""
        streams = self._registry.country.streams
        linkers = [Linker(each.noisy.frame, each.scenario, streams, carry=NEEDS) for each in asked]
        for each, linker in zip(asked, linkers, strict=True):
            linker.prepare(self.fields(each.scenario))
        self._registry.search(linkers, workers, progress)
        return [linker.linked() for linker in linkers]

    def judged(self, asked: Asked, linked: Linked) -> World:
        """Return the verdict on every request."""
        found = verdict(self._registry.country, asked.requests, asked.noisy, linked)
        return World(
            found.outcomes, asked.noisy.ledger, linked.tallies, curve=linked.curve, disclosed=found.disclosed
        )

    def cases(self, asked: Asked, linked: Linked, world: World) -> list[Case]:
        """Return some links worked through."""
        country = self._registry.country
        return worked(
            country, asked.requests, asked.noisy, linked, world.outcomes, asked.scenario, country.streams
        )

    def fields(self, scenario: Scenario) -> Fields:
        """Return the dictionaries of a scenario's fields, with what earlier questions taught them."""
        words = scenario.value("linkage.street_words_normalised")
        if words not in self._fields:
            self._fields[words] = Fields.of(self._registry.country, scenario)
        return self._fields[words]

    def _made(self, what: str, parts: Sequence[str], scenario: Scenario, make: Callable[[], Made]) -> Made:
        """Return what was made last if it was for the same settings, else make it."""
        key = scenario.slice_sha(parts)
        known = self._last.get(what)
        if known is None or known[0] != key:
            self._last[what] = known = (key, make())
        return known[1]  # type: ignore[return-value]
