"""What keeping a registry takes: time, disk and memory, from measured builds; refused when they are short.

Measured with two workers on two cores of an AMD EPYC (9004 class); a line through the builds in
benchmarks/results/kept.md.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sim.errors import RefusedError
from sim.kept import shortlists
from sim.kept.layout import ROW, TRUTH_ROW
from sim.machine import available_bytes
from sim.progress import span

START = 10.0
PER_MILLION_PEOPLE = 1.6
"""Seconds of a build: fixed, and per million people with two workers."""

RESIDENT = 1_200 * 2**20
BYTES_A_PERSON = 9
WORKER = 500 * 2**20
"""Bytes held while building: at rest, for each person (an index is sorted whole), for each worker."""

INDEX_BYTES = 12
"""Bytes of index for each person: numbers 8, names of people with two surnames 3, tables of buckets 1."""

FIRST_LOOK = 2**30
"""Bytes an open registry holds beside what the system may drop again."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What keeping so many people takes. disk: bytes when done.  disk_peak: bytes while at it."""

    people: int
    seconds: float
    disk: int
    disk_peak: int
    memory: int

    def words(self) -> str:
        """Return this in words."""
        disk = f"{self.disk / 1e9:.1f} GB of disk ({self.disk_peak / 1e9:.1f} GB while at it)"
        return f"about {span(self.seconds)} once, {disk} and {self.memory / 2**30:.1f} GB of memory"


def needs(people: int, workers: int = 2) -> Needs:
    """Return what keeping a registry of so many people takes."""
    disk = people * (ROW.itemsize + TRUTH_ROW.itemsize + INDEX_BYTES) + shortlists.size(people)
    memory = RESIDENT + BYTES_A_PERSON * people + WORKER * workers
    seconds = START + PER_MILLION_PEOPLE * people / 1e6 * 2 / min(workers, 2)
    return Needs(people, seconds, disk, disk + people * ROW.itemsize, memory)


def shortage(found: Needs, folder: Path, there: int = 0) -> str | None:
    """Return in words what is lacking at `folder`, None if nothing. there: bytes already written there."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    free, wanted = shutil.disk_usage(place).free, found.disk_peak - there
    if wanted > free:
        short = f"needs {wanted / 1e9:.1f} GB of disk and {free / 1e9:.1f} GB are free at {place}"
        return f"{short}; free some, or choose another place with --out"
    left = available_bytes()
    if left is not None and found.memory > left:
        return f"needs {found.memory / 2**30:.1f} GB of memory and {left / 2**30:.1f} GB are free"
    return None


def refuse(found: Needs, folder: Path, there: int = 0) -> None:
    """Raise RefusedError when disk or memory is short."""
    lacking = shortage(found, folder, there)
    if lacking:
        raise RefusedError(f"a kept registry of {found.people:,} people {lacking}")
