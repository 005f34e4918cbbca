"""One part of a registry on its way into the files: a run of chunks made, packed and divided by key.

Part k is a pure function of the world and k. Its files are written whole, its marker last, so a build that
was killed finds the parts that are finished.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import fields, whole_files
from sim.errors import FileErrors
from sim.kept import shortlists
from sim.kept.files import Sums, write
from sim.kept.layout import ROW, TRUTH_ROW, Rows, as_words, pack, pack_who, row_keys, scattered
from sim.kept.numbers import Numbers
from sim.population import CHUNK, Chunk, Country
from sim.reading import MOST_MANIFEST, table_of
from sim.requests.offers import WholeOffer
from sim.requests.origins import Origins
from sim.rng import Streams

KINDS = ["donors", "hosts", "people", "places", "rows", "truth"]
"""The files of a part."""

PART = 8
"""Chunks of a part: about two million records, some 150 megabytes."""

PEOPLE_A_DIVISION = 2_500_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How a registry of so many people is cut up. bits: leading bits of the key that divide the records."""

    people: int

    @property
    def chunks(self) -> int:
        """Chunks of the registry."""
        return -(-self.people // CHUNK)

    @property
    def parts(self) -> int:
        """Parts, the last of which holds people outside the registry and no record."""
        return -(-self.chunks // PART) + 1

    @property
    def bits(self) -> int:
        """Leading bits of the key by which a part's records are divided."""
        return int(self.people // PEOPLE_A_DIVISION).bit_length()

    def numbers(self, part: int) -> Sequence[int]:
        """Return the chunk numbers of a part."""
        if part == self.parts - 1:
            return range(Country.OUTSIDE, Country.OUTSIDE + shortlists.OUTSIDE)
        return range(part * PART, min((part + 1) * PART, self.chunks))


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part. starts: where each division of its records begins.  truth: what that file must be."""

    number: int
    starts: NDArray[np.int64]
    sums: dict[str, Sums]

    @property
    def truth(self) -> Sums:
        """What the part's file of truth must be."""
        return self.sums["truth"]


def path_of(folder: Path, kind: str, number: int) -> Path:
    """Return the file of a part: kind is truth, rows, people, donors, hosts, places or marker."""
    return folder / (f"truth-{number:04d}" if kind == "truth" else f"part-{number:04d}-{kind}")


def find(folder: Path, number: int) -> Part | None:
    """Return a finished part, None when it is not there whole and sound."""
    try:
        told = table_of(path_of(folder, "marker", number), MOST_MANIFEST)
        if sorted(told["files"]) != KINDS:
            return None
        sums = {kind: Sums.of(each) for kind, each in told["files"].items()}
        if any(each.differs(path_of(folder, kind, number)) for kind, each in sums.items()):
            return None
        return Part(number, np.array(told["starts"], np.int64), sums)
    except (FileErrors, OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def make(folder: Path, country: Country, streams: Streams, plan: Plan, number: int) -> Part:
    """Make the chunks of a part and write its files."""
    origins, numbers = Origins(country), Numbers(streams)
    rows: list[Rows] = []
    truth: list[Rows] = []
    offered: list[tuple[Rows, ...]] = []
    for each in plan.numbers(number):
        chunk = country.chunk(each)
        if not chunk.outside:
            rows.append(numbers.store_in(_rows(country, chunk)))
            truth.append(numbers.store_in(_truth(chunk)))
        *listed, place = shortlists.of_chunk(WholeOffer(chunk, origins, streams), plan.chunks)
        offered.append((*map(numbers.store_in, listed), place))
    words = as_words(shortlists.join(rows, ROW))
    words, starts = scattered(words, row_keys(words), plan.bits)
    people, donors, hosts, places = zip(*offered, strict=True)
    contents = {
        "rows": words, "truth": shortlists.join(truth, TRUTH_ROW),
        "people": shortlists.join(people, shortlists.PERSON),
        "donors": shortlists.join(donors, shortlists.DONOR),
        "hosts": shortlists.join(hosts, shortlists.HOST),
        "places": shortlists.join(places, shortlists.PLACE),
    }  # fmt: skip
    made = Part(
        number, starts, {kind: write(path_of(folder, kind, number), each) for kind, each in contents.items()}
    )
    marker = {"starts": starts.tolist(), "files": {kind: each.as_table() for kind, each in made.sums.items()}}
    whole_files.write(path_of(folder, "marker", number), json.dumps(marker).encode())
    return made


def read(folder: Path, kind: str, number: int, dtype: Any, first: int = 0, end: int | None = None) -> Rows:
    """Return entries first .. end - 1 of a part's file."""
    width = np.dtype(dtype).itemsize
    count = -1 if end is None else end - first
    return np.fromfile(path_of(folder, kind, number), dtype, count, offset=first * width)


def _rows(country: Country, chunk: Chunk) -> Rows:
    """Return the records on file of a chunk."""
    rows = np.empty(chunk.n, ROW)
    for name in fields.WORDS:
        rows[name] = getattr(chunk, f"file_{name}")
    rows["record"] = chunk.record
    zip5 = country.addresses.zip5(chunk.file_address)
    rows["small"] = pack(
        *(zip5 if name == "zip" else getattr(chunk, f"file_{name}") for name in fields.PACKED)
    )
    return rows


def _truth(chunk: Chunk) -> Rows:
    """Return what is true of the people of a chunk's records, in the order of the records."""
    truth = np.zeros(chunk.n, TRUTH_ROW)
    for name in TRUTH_ROW.names or ():
        if name != "who":
            truth[name] = getattr(chunk, name)
    truth["who"] = pack_who(chunk.nativity, chunk.sex)
    return truth
