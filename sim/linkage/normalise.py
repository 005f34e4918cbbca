"""Requests and registry records as the same integer fields, 0 = missing.

Request strings become codes of the country's dictionaries; a string the dictionaries do not hold gets a
run-local code from NEW_CODE upward, so equal strings always have equal codes and decoding serves both.
Registry fields come from a chunk's columns and from address numbers by arithmetic, without making a string.

Fields of both sides are those of `sim.fields`, as unsigned integers: codes of names, streets and units; of
letters 1 to 26; of name_control the first four letters in base 27; of suffixes 1 JR 2 SR 3 III 4 IV 5 II;
dates as yyyymmdd. How a form of field is read from what was typed stands in `Fields._read`, how a field is
worked out from others in `Fields._derived`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.fields import FIELD, LINKED, Field, Form, surnames_of
from sim.registry import AddressCodes, RecordChunk, Registry
from sim.scenario import Scenario

from . import text
from .codes import NEW_CODE, CodeTable, TextCodes
from .lines import Lines

Array = NDArray[np.generic]
_SUFFIXES = {
    "JR": 1,
    "JUNIOR": 1,
    "SR": 2,
    "SENIOR": 2,
    "III": 3,
    "3RD": 3,
    "IV": 4,
    "4TH": 4,
    "II": 5,
    "2ND": 5,
}


class Fields:
    """The linkage fields of one registry: dictionaries shared by requests and records of one run."""

    def __init__(self, registry: Registry, *, street_words: bool = True) -> None:
        """street_words: whether street words and directionals are brought to one spelling first."""
        names, addresses = registry.names, registry.addresses
        self._addresses = addresses
        self._street_words = street_words
        self.givens = TextCodes(names.find_givens, names.given_text)
        self.surnames = TextCodes(names.find_surnames, names.surname_text)
        self._streets = _StreetLines(addresses, words=street_words)
        self.streets = TextCodes(self._streets.find, addresses.street_text)
        self.units = TextCodes(_plain_numbers, lambda codes: pl.Series(codes).cast(pl.String))
        self._lines = Lines(self.surnames)
        self._control = CodeTable(lambda codes: _controls(self.surnames.decode(codes)), np.uint32)
        self._initial = CodeTable(lambda codes: _initials(self.givens.decode(codes)), np.uint32)

    @classmethod
    def of(cls, registry: Registry, scenario: Scenario) -> Fields:
        """Return the fields of a registry as a scenario wants its street lines compared."""
        return cls(registry, street_words=scenario.value("linkage.street_words_normalised") > 0)

    # --- requests ------------------------------------------------------------------------------------------

    def requests(self, frame: pl.DataFrame, names: Iterable[str] | None = None) -> dict[str, Array]:
        """Return the named fields (default: every one) of the request frame, one array each."""
        wanted = list(FIELDS if names is None else names)
        out: dict[str, Array] = {}
        for name in wanted:
            self._request_field(frame, FIELD[name], out)
        return {name: out[name] for name in wanted}

    def _request_field(self, frame: pl.DataFrame, field: Field, out: dict[str, Array]) -> None:
        if field.name in out:
            return
        if field.form is Form.SURNAME:
            out |= self._surnames_of(frame, field.read_from or field.name)
        elif field.typed is not None:
            out[field.name] = self._read(field.form, frame[field.name])
        elif field.read_from:
            out[field.name] = self._line_of(frame[field.read_from])
        else:
            for needed in field.made_of:
                self._request_field(frame, FIELD[needed], out)
            out |= self._derived(out, (field.name,))

    def _read(self, form: Form, typed: pl.Series) -> Array:
        """Return the codes of a column as typed."""
        if form in (Form.DATE, Form.DIGITS):
            return typed.fill_null(0).cast(pl.UInt32).to_numpy()
        readers: dict[Form, Callable[[pl.Series], Array]] = {
            Form.GIVEN: lambda values: self.givens.encode(text.upper_letters(values)),
            Form.INITIAL: _initial_of,
            Form.SUFFIX: _suffix_of,
            Form.ZIP: _zip_of,
            Form.UNIT: lambda values: self.units.encode(text.unit_mark(values)),
            Form.STREET: lambda values: self.streets.encode(
                text.street_line(values, words=self._street_words)
            ),
        }
        distinct, of_row = _distinct(typed)
        return readers[form](distinct)[of_row]

    def _surnames_of(self, frame: pl.DataFrame, column: str) -> dict[str, Array]:
        """Return the first surname of a column and the others, by the names of their fields."""
        distinct, of_row = _distinct(frame[column])
        parts = text.surname_parts(text.upper_letters(distinct, spaces=True))
        return {
            name: self.surnames.encode(part)[of_row]
            for name, part in zip(surnames_of(column), parts, strict=False)
        }

    def _line_of(self, surname: pl.Series) -> Array:
        typed, of_row = _distinct(surname)
        first, other = text.surname_parts(text.upper_letters(typed, spaces=True))
        lines, of_line = _distinct(first.fill_null("") + other.fill_null(""))
        return self._lines.learn(lines.to_list())[of_line][of_row]

    # --- records -------------------------------------------------------------------------------------------

    def records(
        self, chunk: RecordChunk, names: Iterable[str], rows: NDArray[np.int64] | None = None
    ) -> dict[str, Array]:
        """Return the named fields of a chunk's records on file, of all rows or of `rows`."""
        made: dict[str, Array] = {}
        for name in names:
            self._record_field(chunk, name, rows, made)
        return {name: made[name] for name in names}

    def _record_field(
        self, chunk: RecordChunk, name: str, rows: NDArray[np.int64] | None, made: dict[str, Array]
    ) -> Array:
        if name in made:
            return made[name]
        if (column := chunk.on_file(name)) is not None:
            made[name] = column if rows is None else column[rows]
        elif "address" in FIELD[name].made_of:
            fields = self._addresses.fields(self._record_field(chunk, "address", rows, made))
            made["zip"] = self._addresses.zip_of(fields)
            made |= {each: getattr(fields, each) for each in ("number", "unit")}
            made["street"] = self._streets.of_code[fields.street]
        else:
            for needed in FIELD[name].made_of:
                self._record_field(chunk, needed, rows, made)
            made |= self._derived(made, (name,))
        return made[name]

    def _derived(self, have: Mapping[str, Array], names: Sequence[str]) -> dict[str, Array]:
        makers: dict[str, Callable[[], Array]] = {
            "surname_line": lambda: self._lines.of_records(_u32(have["surname"]), _u32(have["surname2"])),
            "initial": lambda: self._initial[have["given"]],
            "name_control": lambda: self._control[have["surname"]],
            "name_control2": lambda: self._control[have["surname2"]],
            "birth_year": lambda: (have["birth"] // 10_000).astype(np.uint32),
            "birth_month_day": lambda: (have["birth"] % 10_000).astype(np.uint32),
            "zip3": lambda: (have["zip"] // 100).astype(np.uint32),
        }
        return {name: makers[name]() for name in names}

    # --- text ----------------------------------------------------------------------------------------------

    def decode(self, field: str, codes: NDArray[np.uint32]) -> list[str]:
        """Return the text of codes of names, streets or units; "" for missing."""
        owners = {Form.GIVEN: self.givens, Form.STREET: self.streets, Form.UNIT: self.units}
        return owners.get(FIELD[field].form, self.surnames).decode(codes)


class _StreetLines:
    """The streets of a country as they are compared: those whose lines are the same share one code.

    Both sides must be brought to one spelling: "NORTH ST" on file is "N ST" in a request whose street words
    were abbreviated.
    """

    def __init__(self, addresses: AddressCodes, *, words: bool) -> None:
        own = np.arange(1, len(addresses.streets.text) + 1, dtype=np.uint32)
        lines = pl.DataFrame({"line": text.street_line(addresses.street_text(own), words=words), "code": own})
        self._codes = lines.group_by("line").agg(pl.col("code").min())
        shared = lines.join(self._codes, on="line", how="left", maintain_order="left", suffix="_shared")
        self.of_code = np.append(np.uint32(0), shared["code_shared"].to_numpy())

    def find(self, strings: pl.Series) -> Array:
        """Return the codes of street lines, 0 where there is no such street."""
        joined = pl.DataFrame({"line": strings}).join(
            self._codes, on="line", how="left", maintain_order="left"
        )
        return joined["code"].fill_null(0).to_numpy()


FIELDS = LINKED
COST = {name: FIELD[name].cost for name in FIELDS}
"""How dear a record's field is: 0 a column, 1 worked out from codes of names, 2 from the address."""


def _distinct(values: pl.Series) -> tuple[pl.Series, NDArray[np.int64]]:
    """Return the distinct values, "" for null, and the place of each row's value among them."""
    frame = pl.DataFrame({"value": values.cast(pl.String).fill_null("")})
    distinct = frame.unique(maintain_order=True).with_row_index("place")
    places = frame.join(distinct, on="value", how="left", maintain_order="left")["place"]
    return distinct["value"], places.to_numpy().astype(np.int64)


def _u32(codes: Array) -> NDArray[np.uint32]:
    return codes.astype(np.uint32, copy=False)


def _zip_of(values: pl.Series) -> Array:
    """Return the five-digit ZIP of "78501" or "78501-1234"; anything else, and "00000", is missing."""
    digits = values.cast(pl.String).str.strip_chars().str.extract(r"^(\d{5})(?:-?\d{4})?$")
    return digits.cast(pl.UInt32).fill_null(0).to_numpy()


def _initial_of(values: pl.Series) -> Array:
    return _initials(text.upper_letters(values).fill_null("").to_list())


def _suffix_of(values: pl.Series) -> Array:
    letters = text.upper_letters(values, digits=True)
    return letters.replace_strict(_SUFFIXES, default=0, return_dtype=pl.UInt32).fill_null(0).to_numpy()


def _initials(texts: Sequence[str]) -> NDArray[np.uint32]:
    first = np.array(texts, "S1").view(np.uint8).astype(np.uint32)
    return np.where(first > 0, first - 64, 0).astype(np.uint32)


def _controls(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Return the first four letters as a number in base 27, blanks standing after shorter names."""
    first = np.array(texts, "S4").view(np.uint8).reshape(-1, 4).astype(np.uint32)
    letters = np.where(first > 0, first - 64, 0)
    control: NDArray[np.uint32] = (letters @ np.array([27**3, 27**2, 27, 1])).astype(np.uint32)
    return control


def _plain_numbers(marks: pl.Series) -> NDArray[np.uint32]:
    """Return unit marks that are plain numbers as themselves, 0 for others."""
    return marks.str.extract(r"^(\d{1,8})$").cast(pl.UInt32).fill_null(0).to_numpy()


__all__ = ["FIELDS", "NEW_CODE", "Fields"]
