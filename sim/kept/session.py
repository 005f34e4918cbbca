"""Questions put to a kept registry: only the records that share a key with a request are looked at.

They are handed to the search of `sim.linkage.stream` in the shape of a chunk, so recordlinkage's index,
Compare and classifier decide as they do when the whole registry streams past.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kept.find import can_look_up, rows_of
from sim.kept.layout import TRUTH_ROW, Rows, unpack
from sim.kept.store import Store
from sim.linkage.resolve import Keeper
from sim.linkage.stream import PathSearch, search
from sim.population import CHUNK
from sim.requests import Requests, draw
from sim.scenario import Scenario
from sim.study.kept import Replicate

THREADS = 2


class KeptRegistry(Replicate):
    """The people of a registry on disk, to whom scenarios of the same world can be put."""

    def __init__(self, scenario: Scenario, store: Store) -> None:
        """Raises VerificationError when the registry is not the scenario's."""
        store.refuse_another(scenario)
        super().__init__(scenario, store.manifest.world.replicate)
        self._store = store

    def _draw(self, scenario: Scenario) -> Requests:
        self._store.refuse_another(scenario)
        return draw(self._country, scenario, self._streams, workers=1, offers=self._store.offers)

    def _search(self, searches: Sequence[PathSearch], keepers: Sequence[Keeper]) -> None:
        for each, keeper in zip(searches, keepers, strict=True):
            if not len(each.rows):
                continue
            rows = rows_of(self._store, each) if can_look_up(each.path) else None
            search(_Found(self._store, rows), [each], [keeper], workers=THREADS)


class _Found:
    """Rows of a store, or all of it, as a country of chunks for the search."""

    def __init__(self, store: Store, rows: NDArray[np.int64] | None) -> None:
        self._store, self._rows = store, rows
        self.size = store.people if rows is None else len(rows)
        self.n_chunks = -(-self.size // CHUNK)

    def chunk(self, number: int) -> Records:
        part = slice(number * CHUNK, min((number + 1) * CHUNK, self.size))
        chosen = self._store.rows[part if self._rows is None else self._rows[part]]
        return Records(self._store, chosen)


class Records:
    """Some records of a store in the shape of a chunk (`sim.population.Chunk`): on file, and in truth."""

    number = 0  # households carry the number of their chunk already

    def __init__(self, store: Store, rows: Rows) -> None:
        self._store, self._rows = store, rows
        self.n = len(rows)
        self.file_given, self.file_surname = rows["given"], rows["surname"]
        self.file_surname2, self.file_birth = rows["surname2"], rows["birth"]
        self.file_tin, self.file_address = rows["tin"], rows["address"]

    @cached_property
    def record(self) -> NDArray[np.int64]:
        """Record numbers; raises VerificationError where one cannot be."""
        numbers = self._rows["record"].astype(np.int64)
        if self.n and int(numbers.max()) >= self._store.people:
            raise self._store.damaged("rows is damaged")
        return numbers

    @cached_property
    def _small(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int32]]:
        return unpack(self._rows["small"])

    @property
    def file_middle(self) -> NDArray[np.uint8]:
        """Middle initials on file."""
        return self._small[0]

    @property
    def file_suffix(self) -> NDArray[np.uint8]:
        """Suffixes on file."""
        return self._small[1]

    @property
    def file_zip(self) -> NDArray[np.int32]:
        """ZIPs of the addresses on file."""
        return self._small[2]

    def __getattr__(self, name: str) -> _Truth:
        """Return a column of truth, read where it is indexed."""
        if name in (TRUTH_ROW.names or ()):
            return _Truth(self, name)
        raise AttributeError(name)


class _Truth:
    """A column of what is true of some records; only the places asked for are read."""

    def __init__(self, records: Records, name: str) -> None:
        self._records, self._name = records, name

    def __getitem__(self, places: NDArray[np.int64]) -> NDArray[Any]:
        record = self._records.record[places]
        values = self._records._store.truth(record, self._name)
        if self._name == "household":
            return values.astype(np.int64) + (record // CHUNK << 32)
        return values
