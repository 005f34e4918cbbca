"""Measure how often bulk address disclosure hands over the wrong person's address, on synthetic people."""

from sim.compiled import use_own_cache

__version__ = "0.2.0"
"""Part of every run ID. Whoever may move a number raises it: `python -m tests.golden.rows --raise`."""

use_own_cache()
