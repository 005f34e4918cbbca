"""Countries the population's tests share; the tables behind them are built once a process."""

from __future__ import annotations

import pytest

from sim.population import Chunk, Country
from sim.scenario import Scenario
from tests.population.worlds import make_country


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return Scenario.of({})


@pytest.fixture(scope="session")
def country() -> Country:
    """Three chunks, the last one short."""
    return make_country(600_000)


@pytest.fixture(scope="session")
def chunk(country: Country) -> Chunk:
    return country.chunk(0)
