"""Questions put to a kept registry: only the records that share a key with a request are looked at.

They are handed to the search of `sim.linkage.stream` in the shape of a chunk, so recordlinkage's index,
Compare and classifier decide as they do when the whole registry streams past.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.fields import PACKED, PRIVATE, WORDS
from sim.kept.find import can_look_up, rows_of
from sim.kept.layout import TRUTH_ROW, Rows, unpack, unpack_who
from sim.kept.limits import Limits
from sim.kept.shortlists import ShortOffer
from sim.kept.store import Store
from sim.linkage.link import Linker
from sim.linkage.stream import search
from sim.population import CHUNK
from sim.progress import Progress
from sim.registry import Column
from sim.replicate import KeptCountry
from sim.requests import Requests, draw
from sim.requests.persons import first_records
from sim.rng import Streams
from sim.scenario import Scenario

THREADS = 2


class StoredRegistry:
    """A registry on disk, to which scenarios of the same people can be put (`sim.replicate.Searched`)."""

    def __init__(self, scenario: Scenario, store: Store) -> None:
        """Raises VerificationError when the registry is not the scenario's."""
        store.refuse_another(scenario)
        self.country = KeptCountry(scenario, Streams(scenario.seed, store.manifest.world.replicate))
        self._store, self._limits = store, Limits.of(self.country)

    def draw(self, scenario: Scenario, progress: Progress) -> Requests:
        """Return the list of a scenario; raises VerificationError for one of other people."""
        self._store.refuse_another(scenario)
        country = self.country
        return draw(country, scenario, country.streams, progress=progress, workers=1, offers=self._offered)

    def _offered(
        self, number: int, asked: int, donors: NDArray[np.int64], hosts: NDArray[np.int64]
    ) -> ShortOffer | None:
        """Return the offer of a chunk; raises VerificationError where the files hold what cannot be."""
        offer = self._store.offers(number, asked, donors, hosts)
        if offer is None:
            return None
        people, limits = offer.chunk, self._limits
        odd = limits.beyond_rows(people.rows)
        if odd or int(first_records(people).sum()) < asked or np.any(people.record // CHUNK != number):
            raise self._store.damaged(f"offers-people holds what cannot be ({odd or 'record'})")
        for name, rows in (("offers-donors", offer.listed), ("offers-hosts", offer.listed_hosts)):
            odd = limits.beyond_rows(rows)
            if odd or np.any(rows["household"] // 2**32 != number):
                raise self._store.damaged(f"{name} holds what cannot be ({odd or 'household'})")
        return offer

    def search(self, linkers: Sequence[Linker], workers: int, progress: Progress) -> None:
        """Search, for each path, the records that share a key with one of its requests."""
        for linker in linkers:
            for each, keeper in zip(linker.searches, linker.keepers, strict=True):
                if len(each.rows):
                    rows = rows_of(self._store, each) if can_look_up(each.path) else None
                    found = _Found(self._store, rows, self._limits)
                    search(found, [each], [keeper], workers=THREADS, progress=progress)


class _Found:
    """Rows of a store, or all of it, as a country of chunks for the search."""

    def __init__(self, store: Store, rows: NDArray[np.int64] | None, limits: Limits) -> None:
        self._store, self._rows, self._limits = store, rows, limits
        self.size = store.people if rows is None else len(rows)
        self.n_chunks = -(-self.size // CHUNK)

    def chunk(self, number: int) -> Records:
        part = slice(number * CHUNK, min((number + 1) * CHUNK, self.size))
        chosen = self._store.rows[part if self._rows is None else self._rows[part]]
        return Records(self._store, chosen, self._limits)


class Records:
    """Some records of a store in the shape of a chunk (`sim.population.Chunk`): on file, and in truth."""

    def __init__(self, store: Store, rows: Rows, limits: Limits) -> None:
        """Raises VerificationError where rows hold what cannot be."""
        self._store, self._rows, self._limits = store, rows, limits
        self.n = len(rows)
        odd = limits.beyond_rows(rows[[name for name in rows.dtype.names or () if name not in PRIVATE]])
        odd = odd or limits.beyond(self._private)
        if odd:
            raise store.damaged(f"rows holds what cannot be ({odd})")

    @cached_property
    def record(self) -> NDArray[np.int64]:
        """Record numbers; raises VerificationError where one cannot be."""
        numbers = self._rows["record"].astype(np.int64)
        if self.n and int(numbers.max()) >= self._store.people:
            raise self._store.damaged("rows is damaged")
        return numbers

    @cached_property
    def _private(self) -> dict[str, NDArray[np.uint32]]:
        return {name: self._store.numbers.shown(self._rows[name]) for name in PRIVATE}

    @cached_property
    def _small(self) -> dict[str, NDArray[np.uint32]]:
        return dict(zip(PACKED, unpack(self._rows["small"]), strict=True))

    def on_file(self, field: str) -> Column | None:
        """Return a field as it stands on file; None for the parts of the address but the ZIP."""
        if field in PACKED:
            return self._small[field]
        if field in PRIVATE:
            return self._private[field]
        return self._rows[field] if field in WORDS else None

    def truth(self, column: str, rows: NDArray[np.int64]) -> Column:
        """Return a column of the records in `rows`; what is not on file is read from disk."""
        if column.startswith("file_"):
            filed = self.on_file(column.removeprefix("file_"))
            if filed is None:
                raise AttributeError(column)
            return np.asarray(filed[rows])
        record = self.record[rows]
        if column in ("nativity", "sex"):
            return self._true(column, unpack_who(self._store.truth(record, "who"), column))
        if column not in (TRUTH_ROW.names or ()):
            raise AttributeError(column)
        values = self._true(column, self._store.truth(record, column))
        return values.astype(np.int64) + (record // CHUNK << 32) if column == "household" else values

    def _true(self, column: str, values: Column) -> Column:
        if not self._limits.holds(column, values):
            raise self._store.damaged(f"truth holds what cannot be ({column})")
        return values
