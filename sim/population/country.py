"""The registry of a whole country as a stream of chunks.

Chunk k is a pure function of (the scenario's population and registry settings, seed, replicate, k): it can be
made in any process, in any order, and thrown away. What chunks share stands in `shared.py`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar

from sim.population import dwellings, filing
from sim.population.addresses import Addresses
from sim.population.chunk import CHUNK, Chunk
from sim.population.identifiers import OUTSIDE_CHUNKS, Identifiers
from sim.population.names import Names
from sim.population.shared import Tables, tables_of
from sim.rng import Streams
from sim.scenario import Scenario


class Country:
    """The registry of `scenario.population.size` records under the luck of `streams`.

    Making one is cheap but for the tables, which are built on first use. Chunks are not kept.
    """

    OUTSIDE: ClassVar[int] = 1_000_000

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self.scenario = scenario
        self.streams = streams
        self.size = scenario.population.size
        self.n_chunks = -(-self.size // CHUNK)

    @cached_property
    def tables(self) -> Tables:
        """Return the tables the chunks draw from, shared by all countries of equal settings."""
        return tables_of(self.scenario)

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
