"""What `import sim` gives, and that it gives it only when asked."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sim

PUBLIC = [
    "InputErrors", "Rate", "Rule", "Scenario", "SimulatorError", "__version__", "catalogue", "explain",
    "link_frames", "open_run", "run_study", "simulate",
]  # fmt: skip


def test_the_public_names_are_these() -> None:
    """A name that is added or taken away changes what others may rely on: say so in the changelog."""
    assert sorted(sim.__all__) == PUBLIC
    assert set(PUBLIC) <= set(dir(sim))


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_used_and_says_what_it_is(name: str) -> None:
    found = getattr(sim, name)
    assert found is not None
    assert name in ("__version__", "Rule") or found.__doc__


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'bogus'"):
        _ = sim.bogus


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("numpy", "polars", "numba", "streamlit", "pydantic")
    code = f"import sys, sim; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")  # so short a list has few apartments
def test_the_example_of_the_package_runs() -> None:
    scenario = sim.Scenario.load("aug2025-as-run").replace(
        {"population.size": 20_000, "requests.count": 1_000, "replicates": 2}
    )
    study = sim.run_study(scenario)
    assert study.counts.height == 2
    assert "per 1,000" in study.headline.text()
