"""One chunk of the registry: 262,144 records as columns that are made when they are first looked at.

Every group of columns is drawn from its own named streams, so a pass that needs names and numbers pays for
those only, and what it gets does not depend on what else was looked at. Columns are read-only arrays of
length n; 0 means none in every code column.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.fields import PERSONAL
from sim.population import births, dwellings, filing, households, moves, naming, people
from sim.population.draw import Array
from sim.population.shared import Shared

CHUNK = 262_144

PERSON_COLUMNS = (
    "person", "sex", "ethnicity", "nativity", *PERSONAL, "two_surnames", "household", "household_people",
    "spouse", "home", "previous", "moved_years", "tin_kind",
)  # fmt: skip
_FIELDS_ON_FILE = frozenset(PERSONAL) | {"address"}
FILE_COLUMNS = (*(f"file_{name}" for name in PERSONAL), "file_address", "occupants", "lives_at_file")
COLUMNS = PERSON_COLUMNS + FILE_COLUMNS


class _Filed(NamedTuple):
    address: Array
    occupants: Array
    lives: Array


def _sealed(column: Array) -> Array:
    column.flags.writeable = False
    return column


@dataclass(frozen=True, eq=False)
class Chunk:
    """Records start .. start + n - 1 of a country; from chunk Country.OUTSIDE on, of people not in it.

    Truth, per record: person (i64; the record number, or for a duplicate filing the number of the record it
    doubles), sex (u8: 0 M, 1 F), ethnicity, nativity (u8, into ETHNICITIES, NATIVITIES), surname, surname2,
    given (u32 codes), middle (u8, 1..26), suffix (u8, into SUFFIXES), birth (i32 yyyymmdd), two_surnames
    (bool), household (u32 within the chunk), household_people (u8, of all ages), spouse (bool, second of a
    joint return), home, previous (u32 address ids), moved_years (f32), tin (u32), tin_kind (u8: 0 SSN, 1
    ITIN). On file: file_* likewise, file_address (u32), occupants (u8: people living there now),
    lives_at_file (bool).
    """

    shared: Shared
    number: int
    start: int
    n: int

    @property
    def outside(self) -> bool:
        """Return whether these are people outside the registry."""
        return self.number >= self.shared.OUTSIDE

    # --- the household frame -------------------------------------------------------------------------

    @cached_property
    def _frame(self) -> households.Frame:
        key = self._key
        table = self.shared.tables.households
        most = 2 * CHUNK if self.outside else self.shared.dwellings.per_chunk
        return households.draw(table, self.n, most, key("households"), key("units"))

    @cached_property
    def _homes(self) -> dwellings.Homes:
        shared, kind = self.shared, self._frame.kind
        state_of_kind = shared.tables.state_of_kind
        if self.outside:
            return dwellings.lodge(shared.dwellings, self._key("lodgings"), kind, state_of_kind)
        return dwellings.settle(shared.dwellings, self.number, self._key("dwellings"), kind, state_of_kind)

    @cached_property
    def _moves(self) -> moves.Moves:
        tables, frame = self.shared.tables, self._frame
        where = self.shared.dwellings.places
        foreign = np.zeros(len(frame.kind), np.uint8)
        first = np.flatnonzero(np.diff(frame.household.astype(np.int64), prepend=-1))
        foreign[frame.household[first]] = self._people.nativity[first] > 0
        head_age = tables.households.head_age[frame.kind]
        return moves.draw(
            tables.moves, self._key("moves"), head_age, foreign, self._homes.place, where.county, where.state,
            len(where.states),
        )  # fmt: skip

    @cached_property
    def _people(self) -> people.People:
        tables, frame = self.shared.tables, self._frame
        shares = self.shared.dwellings.places.ethnicity
        return people.draw(tables.people, self._key("people"), frame, self._homes.place, shares)

    @cached_property
    def _previous(self) -> tuple[Array, Array]:
        """Return the address before the last move (0 none) and the people living there now, per household."""
        source, home = self._moves.source, self._homes.home
        people_of = self.shared.tables.households.people[self._frame.kind]
        known = source >= 0
        return np.where(known, home[source], 0).astype(np.uint32), np.where(
            known, people_of[source], 0
        ).astype(np.uint8)

    @cached_property
    def _double(self) -> Array | None:
        return filing.doubles(self.shared.filing, self._key("duplicates"), self._frame.household)

    def _key(self, purpose: str) -> int:
        return self.shared.streams.integer(f"population.{purpose}", self.number)

    def _seen(self, column: Array) -> Array:
        """Return a column of truth with duplicate filings showing the person they double; read-only."""
        return _sealed(column if self._double is None else column[self._double])

    def on_file(self, field: str) -> Array | None:
        """Return a field as it stands on file, None where it follows from the address (`sim.registry`)."""
        column: Array | None = getattr(self, f"file_{field}") if field in _FIELDS_ON_FILE else None
        return column

    def truth(self, column: str, rows: Array) -> Array:
        """Return a column of the records in `rows`; households are numbered through the country."""
        values: Array = getattr(self, column)[rows]
        return values.astype(np.int64) + (self.number << 32) if column == "household" else values

    @property
    def record(self) -> Array:
        """Return the record numbers, start .. start + n - 1 (i64)."""
        return np.arange(self.start, self.start + self.n, dtype=np.int64)

    # --- the person (truth) -----------------------------------------------------------------------------

    @cached_property
    def person(self) -> Array:
        """Return whose record it is: the record number of the person's first record."""
        return self._seen(self.record)

    @cached_property
    def sex(self) -> Array:
        """Return 0 male, 1 female."""
        return self._seen(self._frame.sex)

    @cached_property
    def ethnicity(self) -> Array:
        """Return indices into ETHNICITIES."""
        return self._seen(self._people.ethnicity)

    @cached_property
    def nativity(self) -> Array:
        """Return indices into NATIVITIES."""
        return self._seen(self._people.nativity)

    @cached_property
    def two_surnames(self) -> Array:
        """Return whether the person bears two surnames."""
        return self._seen(self._people.two_surnames)

    @cached_property
    def tin_kind(self) -> Array:
        """Return 0 for an SSN, 1 for an ITIN."""
        return self._seen(self._people.tin_kind)

    @cached_property
    def _surnames(self) -> tuple[Array, Array]:
        frame, who = self._frame, self._people
        return naming.surnames(
            self.shared.tables.naming, self.shared.tables.surnames,
            (self._key("surname"), self._key("surname2"), self._key("family_name")),
            frame.household, frame.role, frame.family, who.ethnicity, who.two_surnames,
        )  # fmt: skip

    @cached_property
    def _births(self) -> Array:
        return births.draw(self.shared.tables.births, self._frame.age, self._frame.sex, self._key("birth"))

    @cached_property
    def _givens(self) -> tuple[Array, Array]:
        frame, who = self._frame, self._people
        return naming.givens(
            self.shared.tables.naming, self.shared.tables.givens, (self._key("given"), self._key("suffix")),
            frame.household, frame.role, frame.family, frame.sex, who.ethnicity, who.nativity, self._births,
            self._surnames[0],
        )  # fmt: skip

    @cached_property
    def _middles(self) -> Array:
        return naming.middles(self.shared.tables.naming, self._key("middle"), self._people.nativity)

    @cached_property
    def surname(self) -> Array:
        """Return the (first) surname's code."""
        return self._seen(self._surnames[0])

    @cached_property
    def surname2(self) -> Array:
        """Return the second surname's code, 0 for people with one."""
        return self._seen(self._surnames[1])

    @cached_property
    def given(self) -> Array:
        """Return the given name's code."""
        return self._seen(self._givens[0])

    @cached_property
    def suffix(self) -> Array:
        """Return indices into SUFFIXES."""
        return self._seen(self._givens[1])

    @cached_property
    def middle(self) -> Array:
        """Return the middle initial, 1..26, 0 none."""
        return self._seen(self._middles)

    @cached_property
    def birth(self) -> Array:
        """Return the date of birth, yyyymmdd."""
        return self._seen(self._births)

    @cached_property
    def household(self) -> Array:
        """Return the household's number within the chunk."""
        return self._seen(self._frame.household)

    @cached_property
    def household_people(self) -> Array:
        """Return how many people of all ages live in the household."""
        people_of = self.shared.tables.households.people[self._frame.kind]
        return self._seen(people_of[self._frame.household])

    @cached_property
    def spouse(self) -> Array:
        """Return whether the person is the second of a joint return, whose first stands in the row before."""
        return self._seen(self._frame.role == households.SPOUSE)

    @cached_property
    def home(self) -> Array:
        """Return the address id of the home."""
        return self._seen(self._homes.home[self._frame.household])

    @cached_property
    def previous(self) -> Array:
        """Return the address id before the last move, 0 when it was abroad."""
        return self._seen(self._previous[0][self._frame.household])

    @cached_property
    def moved_years(self) -> Array:
        """Return years since the last move."""
        return self._seen(self._moves.years[self._frame.household])

    @cached_property
    def _tins(self) -> Array:
        shared = self.shared
        lane = shared.n_chunks + self.number - shared.OUTSIDE if self.outside else self.number
        return shared.identifiers.issue(lane, self._people.tin_kind)

    @cached_property
    def tin(self) -> Array:
        """Return the nine-digit number truly theirs."""
        return self._seen(self._tins)

    # --- the record on file -------------------------------------------------------------------------

    @cached_property
    def _filed(self) -> _Filed:
        shared, frame = self.shared, self._frame
        previous, previous_people = self._previous
        people_of = shared.tables.households.people[frame.kind]
        filed = _Filed(*filing.addresses(
            shared.filing, self._key("filing_address"), frame.household, frame.role, self._moves.years,
            self._homes.home, previous, previous_people, people_of, shared.dwellings.total,
            shared.addresses.offices,
        ))  # fmt: skip
        if self._double is None:
            return filed
        second = self._double != np.arange(self.n)
        house = frame.household[self._double]
        older = second & (previous[house] > 0)  # the earlier return of a duplicate filing
        return _Filed(
            np.where(older, previous[house], filed.address[self._double]),
            np.where(older, previous_people[house], filed.occupants[self._double]),
            np.where(older, False, filed.lives[self._double]),
        )

    @cached_property
    def file_surname(self) -> Array:
        """Return the first surname on file."""
        key, former = self._key("filing_name"), self._key("former_surname")
        frame, names = self._frame, self.shared.tables.surnames
        table, moved = self.shared.filing, self._moves.years
        return _sealed(filing.surnames(
            table, names, (key, former), frame.role, self.ethnicity, moved, frame.household, self.surname
        ))  # fmt: skip

    @cached_property
    def file_surname2(self) -> Array:
        """Return the second surname on file, 0 none."""
        return _sealed(
            filing.dropped(self.surname2, self.shared.filing.one_surname, self._key("filing_name2"))
        )

    @cached_property
    def file_given(self) -> Array:
        """Return the given name on file."""
        return self.given

    @cached_property
    def file_middle(self) -> Array:
        """Return the middle initial on file."""
        return _sealed(
            filing.dropped(self.middle, self.shared.filing.middle_lost, self._key("filing_middle"))
        )

    @cached_property
    def file_suffix(self) -> Array:
        """Return the suffix on file."""
        return _sealed(
            filing.dropped(self.suffix, self.shared.filing.suffix_lost, self._key("filing_suffix"))
        )

    @cached_property
    def file_birth(self) -> Array:
        """Return the date of birth on file."""
        return _sealed(filing.births(self.shared.filing, self._key("filing_birth"), self.birth))

    @cached_property
    def file_tin(self) -> Array:
        """Return the number on file."""
        key = self._key("filing_number")
        return _sealed(filing.numbers(self.shared.filing, key, self._frame.household, self.tin))

    @cached_property
    def file_address(self) -> Array:
        """Return the address on file."""
        return _sealed(self._filed.address)

    @cached_property
    def occupants(self) -> Array:
        """Return how many people live at the address on file now (0: nobody, an office)."""
        return _sealed(self._filed.occupants)

    @cached_property
    def lives_at_file(self) -> Array:
        """Return whether the person lives at the address on file."""
        return _sealed(self._filed.lives)
