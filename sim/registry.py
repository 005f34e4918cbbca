"""What may be asked of a registry by those who search it: records in chunks, names and addresses as codes.

Three things play the part: the country that streams past (`sim.population.Country`), a registry stored on
disk (`sim.kept.session`), and small ones written by hand in the tests. Linkage and judging know these
protocols only.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.scenario import Scenario

Column = NDArray[Any]
Rows = NDArray[np.int64]


class RecordChunk(Protocol):
    """Some records of a registry, numbered 0 .. n - 1 here and `record` in the registry."""

    @property
    def n(self) -> int:
        """How many records."""

    @property
    def record(self) -> NDArray[np.int64]:
        """Their numbers in the registry, (n,)."""

    def on_file(self, field: str) -> Column | None:
        """Return a field as it stands on file, (n,), 0 for missing; None where it follows from the address.

        Fields: those of the person (`fields.PERSONAL`), and address; some registries also hold zip.
        """

    def truth(self, column: str, rows: Rows) -> Column:
        """Return what is true of the records in `rows`, or on file (`file_*`); households are told apart.

        Raises AttributeError for a column there is not.
        """


class RecordStream(Protocol):
    """Records that stream past in chunks, in any order, each as often as asked for."""

    @property
    def n_chunks(self) -> int:
        """How many chunks, numbered from 0."""

    def chunk(self, number: int, /) -> RecordChunk:
        """Return one chunk."""


class NameCodes(Protocol):
    """Given names and surnames as codes, 0 for none."""

    def find_givens(self, strings: pl.Series, /) -> Column:
        """Return the codes of given names, 0 for one that is not in the dictionary."""

    def find_surnames(self, strings: pl.Series, /) -> Column:
        """Return the codes of surnames, 0 for one that is not in the dictionary."""

    def given_text(self, codes: Column, /) -> pl.Series:
        """Return the spelling of given names."""

    def surname_text(self, codes: Column, /) -> pl.Series:
        """Return the spelling of surnames."""


class StreetTexts(Protocol):
    """The distinct street lines, those of codes 1 .. n."""

    @property
    def text(self) -> pl.Series:
        """The lines in the order of their codes."""


class AddressParts(Protocol):
    """Addresses taken apart: each attribute has one value an address."""

    @property
    def street(self) -> Column:
        """Codes of the street lines."""

    @property
    def number(self) -> Column:
        """House numbers."""

    @property
    def unit(self) -> Column:
        """Unit numbers, 0 for none."""

    @property
    def zip_index(self) -> Column:
        """Where the ZIP stands in the registry's list of ZIPs, -1 for none."""


class AddressCodes(Protocol):
    """Addresses as numbers, taken apart by arithmetic."""

    @property
    def streets(self) -> StreetTexts:
        """The distinct street lines."""

    def fields(self, ids: Column, /) -> AddressParts:
        """Return the parts of address numbers."""

    def zip_of(self, parts: AddressParts, /) -> Column:
        """Return the five-digit ZIP of addresses taken apart."""

    def street_text(self, codes: Column, /) -> pl.Series:
        """Return street lines by code."""


class Registry(RecordStream, Protocol):
    """A whole registry: its records, and the dictionaries by which they are read."""

    @property
    def size(self) -> int:
        """How many records."""

    @property
    def names(self) -> NameCodes:
        """Its dictionary of names."""

    @property
    def addresses(self) -> AddressCodes:
        """Its dictionary of addresses."""


class AddressPlaces(AddressCodes, Protocol):
    """Addresses of which is known where they are."""

    def place(self, ids: Column, /) -> pl.DataFrame:
        """Return zip, city, county and state (text) of address numbers, nulls for 0."""


class JudgedRegistry(Registry, Protocol):
    """A registry as it is judged: what it was made by, and where its addresses are."""

    @property
    def scenario(self) -> Scenario:
        """The scenario it was made by."""

    @property
    def addresses(self) -> AddressPlaces:
        """Its dictionary of addresses."""
