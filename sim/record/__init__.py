"""A run on disk: what identifies it, what it holds, how it is cited, bundled and verified."""

from sim.record.reader import Run, read
from sim.record.writer import write

__all__ = ["Run", "read", "write"]
