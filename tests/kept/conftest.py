"""A small registry of three chunks, kept once, in parts of one chunk and divisions of few records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.kept import parts, shortlists
from sim.kept.build import build
from sim.kept.store import Store
from sim.population import CHUNK
from sim.replicate import Replicate, Streaming
from sim.scenario import Scenario

PEOPLE = 2 * CHUNK + 9_000


@pytest.fixture(scope="session")
def asked() -> Scenario:
    """Return a question whose registry has three chunks, the last of them short, and ties and relatives."""
    return Scenario.load("aug2025-as-run").replace(
        {"population.size": PEOPLE, "requests.count": 1_500, "requests.coverage": 0.5, "replicates": 1}
    )


@pytest.fixture(scope="session")
def small_parts() -> Iterator[None]:
    """Cut registries into small pieces, and keep the offers of one chunk of people outside only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "PART", 1)
        patch.setattr("sim.kept.store.PART", 1)
        patch.setattr(parts, "PEOPLE_A_DIVISION", 100_000)
        patch.setattr(shortlists, "OUTSIDE", 1)
        yield


@pytest.fixture(scope="session")
def folder(asked: Scenario, small_parts: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a kept registry's folder; not to be changed."""
    return build(asked, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="session")
def store(folder: Path) -> Store:
    return Store(folder)


@pytest.fixture(scope="session")
def streamed(asked: Scenario) -> Replicate:
    """Return the same people, made and searched chunk by chunk."""
    return Replicate(Streaming.kept(asked, 0))
