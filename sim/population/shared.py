"""What the chunks of a country share: the tables they draw from, and what they may ask of it.

Tables depend on the population's parameters only; a process builds them once and keeps those of the last few
scenarios. A chunk knows no more of its country than `Shared`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Protocol

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
from sim.population.draw import Array
from sim.population.identifiers import Identifiers
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


def tables_of(scenario: Scenario) -> Tables:
    """Return the tables of a scenario, one object for all scenarios of equal population parameters."""
    return _tables(_ByContent(scenario))


class Shared(Protocol):
    """What a chunk asks of its country; each part is made when it is first asked for."""

    OUTSIDE: ClassVar[int]

    @property
    def streams(self) -> Streams:
        """The country's luck."""

    @property
    def n_chunks(self) -> int:
        """Chunks of the registry."""

    @property
    def tables(self) -> Tables:
        """What every chunk draws from."""

    @property
    def filing(self) -> filing.FilingTable:
        """The shares of faults in the registry."""

    @property
    def dwellings(self) -> dwellings.Dwellings:
        """The index of all dwellings."""

    @property
    def addresses(self) -> Addresses:
        """The decoding of address ids."""

    @property
    def identifiers(self) -> Identifiers:
        """The issuer of nine-digit numbers."""
