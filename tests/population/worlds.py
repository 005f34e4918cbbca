"""Countries made in a line."""

from __future__ import annotations

from sim.population import Country
from sim.rng import Streams
from sim.scenario import Scenario


def make_country(size: int, seed: int = 1, **settings: object) -> Country:
    table = {"population.size": size} | {key.replace("__", "."): value for key, value in settings.items()}
    return Country(Scenario.of(table), Streams(seed, 0))
