"""A kept registry opened: its files memory-mapped, checked as far as opening allows, and looked up.

Sizes, tables of buckets and the last block of every file are checked when it is opened; `check` reads
everything. Several processes and threads may hold one registry open; it is never written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import VerificationError
from sim.fields import PRIVATE
from sim.kept import shortlists
from sim.kept.layout import ROW, TRUTH_ROW, U32, VALUES, WORDS, Rows, hashes, named, number_hashes, posted
from sim.kept.numbers import Numbers
from sim.kept.parts import PART, Plan
from sim.kept.world import Manifest, World
from sim.population import CHUNK
from sim.rng import Streams
from sim.scenario import Scenario

_INDEXES = ("by-number", "by-line", "by-second")
Demand = Mapping[str, NDArray[Any]]
"""Values that a record must have, by their name in `layout.VALUES`: one for each key looked up."""


class Store:
    """One registry on disk."""

    def __init__(self, folder: Path) -> None:
        """Open a folder; raises VerificationError when it is not whole, or damaged."""
        self.folder = folder
        self.manifest = Manifest.read(folder)
        world = self.manifest.world
        self.people = world.people
        self.numbers = Numbers(Streams(world.seed, world.replicate))
        for name, sums in self.manifest.sums.items():
            wrong = sums.differs(folder / name, [len(sums.blocks) - 1] if sums.blocks else [])
            if wrong:
                raise self.damaged(f"{name} {wrong}")
        self.rows: Rows = self._map("rows", ROW, self.people)
        self._words: U32 = self.rows.view(np.uint32).reshape(-1, WORDS)
        whole = PART * CHUNK
        self._truth = [
            self._map(f"truth-{number:04d}", TRUTH_ROW, min(whole, self.people - number * whole))
            for number in range(Plan(self.people).parts - 1)
        ]
        self._buckets = self._starts("rows", self.people)
        self._entries = {name: self._map(name, np.dtype("<u8")) for name in _INDEXES}
        self._posted = {name: self._starts(name, len(self._entries[name])) for name in _INDEXES}
        self.offers = shortlists.Shortlists(
            Plan(self.people).chunks,
            self._map("offers-people", shortlists.PERSON),
            self._map("offers-donors", shortlists.DONOR),
            self._map("offers-hosts", shortlists.HOST),
            np.array(self._map("offers-places", shortlists.PLACE)),
            self.numbers,
        )
        if not self.offers.whole:
            raise self.damaged("offers-places does not fit the people, donors and hosts that are offered")

    def refuse_another(self, scenario: Scenario) -> None:
        """Raise VerificationError unless this is the scenario's registry, as this engine makes it."""
        mine = self.manifest.world
        if World.of(scenario, mine.replicate) != mine:
            problem = "holds other people than the scenario asks for, or was made by another version"
            raise VerificationError(f"{self.folder}: {problem}")

    def check(self) -> int:
        """Read every byte and return their number; raises VerificationError where one was changed."""
        for name, sums in self.manifest.sums.items():
            wrong = sums.differs(self.folder / name)
            if wrong:
                raise self.damaged(f"{name} {wrong}")
        return self.manifest.bytes

    def damaged(self, what: str) -> VerificationError:
        """Return the error that says so."""
        return VerificationError(f"{self.folder}: {what}; remove the registry and keep it again")

    # --- what is looked up ------------------------------------------------------------------------------

    def by_name(self, given: U32, surname: U32, demand: Demand) -> U32:
        """Return the rows of records with these names, as given and first surname (codes)."""
        zip5 = demand.get("zip", np.zeros(len(given), np.uint32)).astype(np.uint32)
        names = {"given": given, "surname": surname}
        return named(self._words, *self._buckets, given, surname, zip5, *self._demanded(names | dict(demand)))

    def by_line(self, given: U32, line: NDArray[np.uint64], demand: Demand) -> U32:
        """Return the rows of records of two surnames, by given name and letter hash of both as one word."""
        return self._look_up("by-line", hashes(given, line), {"given": given} | dict(demand))

    def by_second(self, given: U32, surname2: U32, demand: Demand) -> U32:
        """Return the rows of records with this given name and second surname."""
        wanted = {"given": given, "surname2": surname2} | dict(demand)
        return self._look_up("by-second", hashes(given, surname2), wanted)

    def by_number(self, tin: U32, demand: Demand) -> U32:
        """Return the rows of records with this nine-digit number."""
        return self._look_up(
            "by-number", number_hashes(self.numbers.stored(tin)), {"tin": tin} | dict(demand)
        )

    def _look_up(self, name: str, leading: U32, demand: Demand) -> U32:
        rows: U32 = posted(
            self._words, self._entries[name], *self._posted[name], leading, *self._demanded(demand)
        )
        if len(rows) and int(rows.max()) >= self.people:
            raise self.damaged(f"{name} is damaged")
        return rows

    def _demanded(self, demand: Demand) -> tuple[NDArray[np.int64], U32]:
        """Return which values are demanded, by their place in VALUES, and the values (keys, demanded)."""
        places = np.array([VALUES.index(name) for name in demand], np.int64)
        values = [
            self.numbers.stored(each) if name in PRIVATE else np.asarray(each, np.uint32)
            for name, each in demand.items()
        ]
        return places, np.ascontiguousarray(np.stack(values, axis=1))

    def truth(self, record: NDArray[np.int64], name: str) -> NDArray[Any]:
        """Return a column of what is true of the people of these records."""
        part = record // (PART * CHUNK)
        out = np.zeros(len(record), TRUTH_ROW[name])
        for number in np.unique(part):
            here = part == number
            out[here] = self._truth[number][name][record[here] - number * PART * CHUNK]
        return self.numbers.shown(out) if name in PRIVATE else out

    # --- files --------------------------------------------------------------------------------------------

    def _map(self, name: str, dtype: np.dtype[Any], entries: int | None = None) -> NDArray[Any]:
        size = self.manifest.sums[name].size if name in self.manifest.sums else -1
        if size % dtype.itemsize or (entries is not None and size != entries * dtype.itemsize):
            raise self.damaged(f"{name} is not of the size it should be")
        if not size:
            return np.zeros(0, dtype)
        return np.asarray(np.memmap(self.folder / name, dtype, "r"))

    def _starts(self, name: str, entries: int) -> tuple[U32, int]:
        """Return where the buckets of a file begin, read whole, and the bits that tell a bucket."""
        starts = np.array(self._map(f"{name}-buckets", np.dtype("<u4")))
        bits = (len(starts) - 1).bit_length() - 1
        whole = bits > 0 and len(starts) == (1 << bits) + 1 and starts[-1] == entries
        if not whole or np.any(starts[1:] < starts[:-1]):
            raise self.damaged(f"{name}-buckets is damaged")
        return starts, bits
