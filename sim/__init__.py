"""Measure how often bulk address disclosure hands over the wrong person's address, on synthetic people."""

from sim.compiled import use_own_cache

use_own_cache()
