"""The registry of a whole country as a stream of chunks, and the tables all chunks share.

Chunk k is a pure function of (the scenario's population and registry settings, seed, replicate, k): it can be
made in any process, in any order, and thrown away. Tables depend on the population's parameters only; a
process builds them once and keeps those of the last few scenarios.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from sim.population import (
    births,
    dwellings,
    filing,
    givens,
    households,
    moves,
    naming,
    people,
    streets,
    surnames,
)
from sim.population.addresses import Addresses
from sim.population.chunk import CHUNK, Chunk
from sim.population.draw import Array
from sim.population.identifiers import OUTSIDE_CHUNKS, Identifiers
from sim.population.names import Names
from sim.rng import Streams
from sim.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Tables:
    """What every chunk draws from; the same for all seeds, replicates, sizes and faults of the registry."""

    households: households.HouseholdTable
    births: births.BirthTable
    places: dwellings.Places
    people: people.PeopleTable
    surnames: surnames.SurnameTable
    givens: givens.GivenTable
    naming: naming.NamingTable
    moves: moves.MoveTable
    streets: streets.Streets
    state_of_kind: Array


def _build(scenario: Scenario) -> Tables:
    who = households.build(scenario)
    where = dwellings.places()
    first_names = givens.build(scenario)
    states = np.searchsorted(where.states, who.states)  # both tables hold the 50 states and DC
    return Tables(
        households=who,
        births=births.build(scenario),
        places=where,
        people=people.build(scenario, who, where),
        surnames=surnames.build(scenario),
        givens=first_names,
        naming=naming.build(scenario, first_names),
        moves=moves.build(scenario),
        streets=streets.build(scenario),
        state_of_kind=states[who.state].astype(np.uint8),
    )


class _ByContent:
    """A scenario that equals another when their population parameters do: the key of the cache."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._sha = scenario.slice_sha(k for k in scenario.parameters if k.startswith("population."))

    def __hash__(self) -> int:
        return hash(self._sha)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self._sha == other._sha


@lru_cache(maxsize=3)
def _tables(key: _ByContent) -> Tables:
    return _build(key.scenario)


class Country:
    """The registry of `scenario.population.size` records under the luck of `streams`.

    Making one is cheap but for the tables, which are built on first use. Chunks are not kept.
    """

    OUTSIDE = 1_000_000

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self.scenario = scenario
        self.streams = streams
        self.size = scenario.population.size
        self.n_chunks = -(-self.size // CHUNK)

    @cached_property
    def tables(self) -> Tables:
        """Return the tables the chunks draw from, shared by all countries of equal settings."""
        return _tables(_ByContent(self.scenario))

    @cached_property
    def filing(self) -> filing.FilingTable:
        """Return the shares of faults in the registry."""
        return filing.build(self.scenario)

    @cached_property
    def dwellings(self) -> dwellings.Dwellings:
        """Return the index of all dwellings."""
        records = min(self.size, CHUNK)
        return dwellings.build(
            self.tables.places,
            self.n_chunks,
            records / self.tables.households.records_per_household,
            self.scenario.value("population.vacancy"),
            self.streams.integer("population.dwelling_rotation"),
        )

    @cached_property
    def names(self) -> Names:
        """Return the spelling of names."""
        return Names(self.tables.surnames, self.tables.givens)

    @cached_property
    def addresses(self) -> Addresses:
        """Return the decoding of address ids."""
        return Addresses(
            self.dwellings,
            self.tables.streets,
            offices=max(64, round(self.size / self.scenario.value("registry.records_per_office") / 64) * 64),
            units_a_building=int(self.scenario.value("population.units_per_building")),
            key=self.streams.integer("population.street_names"),
        )

    @cached_property
    def identifiers(self) -> Identifiers:
        """Return the issuer of nine-digit numbers."""
        key = self.streams.integer
        return Identifiers(
            ssn_key=key("population.identifiers.ssn"),
            itin_key=key("population.identifiers.itin"),
            chunks=self.n_chunks,
            chunk_size=CHUNK,
        )

    def chunk(self, number: int) -> Chunk:
        """Return chunk `number`: 0 .. n_chunks - 1, or OUTSIDE + j for people who are not in the registry.

        Raises IndexError for any other number.
        """
        number = operator.index(number)
        start = number * CHUNK
        if 0 <= number < self.n_chunks:
            return Chunk(self, number, start, min(CHUNK, self.size - start))
        if self.OUTSIDE <= number < self.OUTSIDE + OUTSIDE_CHUNKS:
            return Chunk(self, number, start, CHUNK)
        raise IndexError(f"chunk {number} is neither in 0..{self.n_chunks - 1} nor one of people outside")

    def chunks(self, numbers: Iterable[int] | None = None) -> Iterator[Chunk]:
        """Yield chunks one at a time: those of `numbers`, else all of the registry."""
        for number in range(self.n_chunks) if numbers is None else numbers:
            yield self.chunk(number)
