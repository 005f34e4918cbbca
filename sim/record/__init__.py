"""A run on disk: what identifies it, what it holds, how it is cited, bundled and verified."""

from sim.record.read import Run, read
from sim.record.write import write

__all__ = ["Run", "read", "write"]
