"""Measure how often bulk address disclosure hands over the wrong person's address, on synthetic people.

    import sim

    scenario = sim.Scenario.load("aug2025-as-run").replace({"requests.count": 5_000})
    study = sim.run_study(scenario)          # several populations: counts, rates, rows as polars frames
    study.headline.text()                    # the number with its interval, in words

The names of `__all__` are the public interface; they are loaded when first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sim.compiled import use_own_cache

if TYPE_CHECKING:
    from sim.errors import InputErrors, SimulatorError
    from sim.linkage.comparison import Rule
    from sim.linkage.frames import link_frames
    from sim.outcome.rates import Rate
    from sim.parameters import catalogue, explain
    from sim.record.reader import read as open_run
    from sim.run import simulate
    from sim.scenario import Scenario
    from sim.study.replicates import run as run_study

__version__ = "0.6.0"
"""Part of every run ID. Whoever may move a number raises it: `python -m tests.golden.rows --raise`."""

_PLACES = {
    "InputErrors": "sim.errors",
    "Rate": "sim.outcome.rates",
    "Rule": "sim.linkage.comparison",
    "Scenario": "sim.scenario",
    "SimulatorError": "sim.errors",
    "catalogue": "sim.parameters",
    "explain": "sim.parameters",
    "link_frames": "sim.linkage.frames",
    "open_run": "sim.record.reader",
    "run_study": "sim.study.replicates",
    "simulate": "sim.run",
}
_OTHER_NAMES = {"open_run": "read", "run_study": "run"}  # `sim.run` is the module to read first

__all__ = [
    "InputErrors", "Rate", "Rule", "Scenario", "SimulatorError", "__version__", "catalogue", "explain",
    "link_frames", "open_run", "run_study", "simulate",
]  # fmt: skip

use_own_cache()


def __getattr__(name: str) -> Any:
    """Return a public name; raises AttributeError for any other."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), _OTHER_NAMES.get(name, name))


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
