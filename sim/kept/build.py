"""The build of a kept registry: parts are made, their records put in order, the indexes drawn from them.

All happens in a folder whose name ends in `.building`; the manifest is written there last, then the folder is
renamed. A build that was stopped goes on with the parts that are finished.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim import whole_files
from sim.errors import VerificationError
from sim.kept import estimate, parts, shortlists
from sim.kept.files import Sums, Writer, write
from sim.kept.layout import (
    ROW,
    U32,
    U64,
    WORDS,
    bucket_bits,
    count_buckets,
    hashes,
    number_hashes,
    row_keys,
)  # fmt: skip
from sim.kept.parts import Part, Plan, path_of
from sim.kept.world import BUILDING, MANIFEST, Manifest, World, now
from sim.linkage.codes import TextCodes
from sim.linkage.lines import LineHashes
from sim.population import Country
from sim.progress import Progress, silent
from sim.rng import Streams
from sim.scenario import Scenario
from sim.threads import unordered

MAKE, ORDER, INDEX = "Making people", "Putting records in order", "Writing the indexes"


def build(
    scenario: Scenario, place: Path, *, replicate: int = 0, workers: int = 2, progress: Progress = silent
) -> Path:
    """Keep the registry of a scenario below `place`; return its folder, made now or before.

    Raises RefusedError when disk or memory is short, or another process is building the same registry.
    """
    world = World.of(scenario, replicate)
    whole, folder = place / world.name, place / f"{world.name}{BUILDING}"
    if whole.exists():
        Manifest.read(whole)
        return whole
    estimate.refuse(estimate.needs(world.people, workers), place, _size(folder))
    whole_files.make_folder(folder)
    with whole_files.lock(folder):
        if not whole.exists():
            whole_files.remove_leftovers(folder)
            if not (folder / MANIFEST).exists():
                _fill(folder, scenario, world, workers, progress)
            for path in folder.glob("part-*"):
                path.unlink()
            whole_files.move_folder(folder, whole)
    shutil.rmtree(folder, ignore_errors=True)
    return whole


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.glob("*")) if folder.exists() else 0


def _fill(folder: Path, scenario: Scenario, world: World, workers: int, progress: Progress) -> None:
    began = time.monotonic()
    streams = Streams(scenario.seed, world.replicate)
    country, plan = Country(scenario, streams), Plan(world.people)
    made = list(_made(folder, country, streams, plan, workers, progress))
    sums = {path_of(folder, "truth", each.number).name: each.truth for each in made[:-1]}
    sums |= _Ordering(folder, country, plan, made).run(progress)
    for kind, dtype in (
        ("people", shortlists.PERSON), ("donors", shortlists.DONOR), ("hosts", shortlists.HOST),
        ("places", shortlists.PLACE),
    ):  # fmt: skip
        joined = [parts.read(folder, kind, each.number, dtype) for each in made]
        sums[f"offers-{kind}"] = write(folder / f"offers-{kind}", shortlists.join(joined, dtype))
    title = scenario.title or scenario.name
    Manifest(world, title, now(), round(time.monotonic() - began, 1), sums).write(folder)


def _made(
    folder: Path, country: Country, streams: Streams, plan: Plan, workers: int, progress: Progress
) -> Iterator[Part]:
    """Yield the parts in order, those that are missing made by so many threads."""
    progress(MAKE, 0, plan.parts, people=0)
    found: list[Part | None] = [parts.find(folder, number) for number in range(plan.parts)]
    missing = [number for number, each in enumerate(found) if each is None]
    done = plan.parts - len(missing)
    if len(missing) < plan.parts:
        note = f"{done} found again"
        progress(MAKE, done, plan.parts, note=note)
    for shared in ("tables", "filing", "dwellings", "addresses", "names", "identifiers"):
        getattr(country, shared)  # made once, before threads ask for them
    people = 0
    for part in unordered(partial(parts.make, folder, country, streams, plan), missing, workers):
        found[part.number] = part
        done, people = done + 1, people + part.sums["rows"].size // ROW.itemsize
        progress(MAKE, done, plan.parts, people=people)
    yield from (part for part in found if part is not None)


class _Ordering:
    """Records of all parts, division by division, into the one file in order; and the indexes of it."""

    def __init__(self, folder: Path, country: Country, plan: Plan, made: list[Part]) -> None:
        self._folder, self._plan, self._made = folder, plan, made
        self._bits = bucket_bits(plan.people)
        self._numbers = np.empty(plan.people, np.uint64)
        self._lines: list[U64] = []
        self._seconds: list[U64] = []
        names = country.names
        self._line = LineHashes(TextCodes(names.find_surnames, names.surname_text))

    def run(self, progress: Progress) -> dict[str, Sums]:
        """Write records and indexes; return what each file must be."""
        divisions = 1 << self._plan.bits
        counts = np.zeros((1 << self._bits) + 1, np.int64)
        first = numbered = 0
        progress(ORDER, 0, divisions, people=0)
        with Writer(self._folder / "rows") as file:
            for division in range(divisions):
                words = self._division(division)
                keys = row_keys(words)
                order = np.argsort(keys)
                words = words[order]
                count_buckets(keys, self._bits, counts[1:])
                file.add(words)
                numbered = self._post(words, first, numbered)
                first += len(words)
                progress(ORDER, division + 1, divisions, people=first)
        if first != self._plan.people:
            raise VerificationError(f"{self._folder}: {first:,} records of {self._plan.people:,} were found")
        sums = {"rows": file.sums, "rows-buckets": self._starts("rows-buckets", counts)}
        self._numbers = self._numbers[:numbered]
        for step, (name, entries) in enumerate(self._entries()):
            progress(INDEX, step, 3)
            sums |= self._index(name, entries)
        progress(INDEX, 3, 3)
        return sums

    def _division(self, division: int) -> U32:
        """Return the records of one division from all parts."""
        found = []
        for part in self._made:
            first, end = (part.starts[division : division + 2] * WORDS).tolist()
            if end > first:
                found.append(parts.read(self._folder, "rows", part.number, np.uint32, first, end))
        return np.concatenate([np.zeros(0, np.uint32), *found]).reshape(-1, WORDS)

    def _post(self, words: U32, first: int, numbered: int) -> int:
        """Note under which number, line and second surname each record will be found."""
        rows = words.reshape(-1).view(ROW)
        place = np.arange(first, first + len(rows), dtype=np.uint64)
        has = np.flatnonzero(rows["tin"])
        self._numbers[numbered : numbered + len(has)] = _entries(number_hashes(rows["tin"][has]), place[has])
        two = np.flatnonzero(rows["surname2"])
        given, second = rows["given"][two], rows["surname2"][two]
        line = self._line.of(rows["surname"][two], second)
        self._lines.append(_entries(hashes(given, line), place[two]))
        self._seconds.append(_entries(hashes(given, second), place[two]))
        return numbered + len(has)

    def _entries(self) -> Iterator[tuple[str, U64]]:
        yield "by-number", self._numbers
        self._numbers = np.zeros(0, np.uint64)
        yield "by-line", np.concatenate(self._lines)
        yield "by-second", np.concatenate(self._seconds)

    def _index(self, name: str, entries: U64) -> dict[str, Sums]:
        entries.sort()
        bits = bucket_bits(len(entries))
        counts = np.zeros((1 << bits) + 1, np.int64)
        count_buckets(entries, bits, counts[1:])
        buckets = f"{name}-buckets"
        return {name: write(self._folder / name, entries), buckets: self._starts(buckets, counts)}

    def _starts(self, name: str, counts: NDArray[np.int64]) -> Sums:
        return write(self._folder / name, np.cumsum(counts).astype(np.uint32))


def _entries(leading: U32, place: U64) -> U64:
    return leading.astype(np.uint64) << np.uint64(32) | place


__all__ = ["build"]
