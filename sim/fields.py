"""The fields of a record and of a request, one line each: what they are called, how written, what made of.

Everything that goes over fields reads this table: the columns of a request list (`sim.requests.schema`), how
both sides are coded (`sim.linkage.normalise`), what travels to a search elsewhere, what a link was made on
(`by_*` of a disclosure), what a stored registry keeps (`sim.kept.layout`), what is masked, the rows of a case
and the words of the report. A new field is its line here and what computes it: of the population its columns
(`Chunk.x`, `Chunk.file_x`), of a derived field its line in `normalise`.
"""

# ruff: noqa: E501  one field a line reads better than one field a paragraph
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

Typed = type[pl.DataType]
"""Type of a column of the request list."""


class Form(StrEnum):
    """How a value is written, and with it how it is read, spelled out and shown."""

    GIVEN = "code of a given name"
    SURNAME = "code of a surname"
    INITIAL = "letter, 1 to 26"
    SUFFIX = "JR, SR, II, III or IV"
    DATE = "yyyymmdd"
    DIGITS = "whole number"
    STREET = "code of a street line"
    UNIT = "code of a unit"
    ZIP = "five digits"
    ADDRESS = "number of an address, of which its parts follow"
    MADE = "worked out from other fields"


NAME_FORMS = frozenset({Form.GIVEN, Form.INITIAL, Form.SURNAME, Form.SUFFIX})
WORD = 32
"""Bits of a word of a record as it is stored."""

CONTROL = "control"
"""As what the beginning of a surname counts."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    name: of its column, coded or typed.  words: in a sentence.  form: how it is written.
    typed: type of its column in a request list, None for what a request does not say by itself.
    bits: of it in a record as it stands on file; 0: it follows from others.  A field of a whole word is also
    kept, and carried to the judge, as it is in truth.
    made_of: fields of the same side it is worked out from (of a record; of a request too, unless typed).
    read_from: the request's column it is read from as typed, where not its own or that of `made_of`.
    cost: of a record's value: 0 a column, 1 worked out from codes of names, 2 from the address.
    private: a number that identifies: it is masked wherever it leaves, exchanged where it is stored.
    evidence: as what a comparison of it counts where it is asked on what a link was made; a private number
    counts as itself.
    """

    name: str
    words: str
    form: Form
    typed: Typed | None = None
    bits: int = 0
    made_of: tuple[str, ...] = ()
    read_from: str = ""
    cost: int = 0
    private: bool = False
    evidence: str = ""

    @property
    def label(self) -> str:
        """The words as the head of a row."""
        return self.words[0].upper() + self.words[1:]

    @property
    def counts_as(self) -> str:
        """As what evidence a comparison of it counts, "" for none."""
        return self.name if self.private else self.evidence

    @property
    def stored_as(self) -> str:
        """How numpy calls its code in a stored record or person."""
        if self.form is Form.DATE:
            return "<i4"
        return "<u4" if self.bits > 8 else "u1"


FIELDS: tuple[Field, ...] = (
    Field("given", "first name", Form.GIVEN, pl.String, WORD, evidence="given"),
    Field("initial", "first initial", Form.MADE, made_of=("given",), cost=1),
    Field("middle", "middle initial", Form.INITIAL, pl.String, bits=5),
    Field("surname", "last name", Form.SURNAME, pl.String, WORD, evidence="surname"),
    Field("surname2", "second last name", Form.SURNAME, None, WORD, read_from="surname", evidence="surname"),
    Field("surname_line", "last names as one line", Form.MADE, made_of=("surname", "surname2"), read_from="surname", cost=1, evidence="surname"),
    Field("name_control", "first four letters of the last name", Form.MADE, made_of=("surname",), cost=1, evidence=CONTROL),
    Field("name_control2", "first four letters of the second last name", Form.MADE, made_of=("surname2",), cost=1, evidence=CONTROL),
    Field("suffix", "suffix", Form.SUFFIX, pl.String, bits=3),
    Field("birth", "date of birth", Form.DATE, pl.Int32, WORD, evidence="birth"),
    Field("birth_year", "year of birth", Form.MADE, made_of=("birth",)),
    Field("birth_month_day", "month and day of birth", Form.MADE, made_of=("birth",)),
    Field("tin", "taxpayer number", Form.DIGITS, pl.UInt32, WORD, private=True),
    Field("number", "house number", Form.DIGITS, pl.Int32, made_of=("address",), cost=2, evidence="street"),
    Field("street", "street", Form.STREET, pl.String, made_of=("address",), cost=2, evidence="street"),
    Field("unit", "unit", Form.UNIT, pl.String, made_of=("address",), cost=2),
    Field("zip", "ZIP code", Form.ZIP, pl.String, bits=24, made_of=("address",), cost=2, evidence="zip"),
    Field("zip3", "first three digits of the ZIP code", Form.MADE, made_of=("zip",), cost=2),
    Field("address", "address", Form.ADDRESS, bits=WORD),
)  # fmt: skip
"""All fields; those that a request says in the order in which it says them."""

FIELD: Mapping[str, Field] = {field.name: field for field in FIELDS}
TYPED: Mapping[str, Typed] = {field.name: field.typed for field in FIELDS if field.typed is not None}
"""The columns of a request as typed."""

LINKED = frozenset(field.name for field in FIELDS if field.form is not Form.ADDRESS)
"""The fields that both sides have as codes: what a rule may compare or block on."""

WORDS = tuple(field.name for field in FIELDS if field.bits == WORD)
"""Fields that a stored record holds in a word each."""

PACKED: Mapping[str, int] = {field.name: field.bits for field in FIELDS if 0 < field.bits < WORD}
"""Fields that a stored record holds together in one word, and their bits."""

PERSONAL = tuple(
    field.name for field in FIELDS if field.bits and not field.made_of and field.form is not Form.ADDRESS
)
"""Fields of the person, of which one may be true and another on file."""

JUDGED = tuple(name for name in PERSONAL if FIELD[name].bits == WORD)
"""Those that are carried to the judge, in truth and as filed."""

PRIVATE = tuple(field.name for field in FIELDS if field.private)
"""Numbers that identify."""

EVIDENCE = tuple(dict.fromkeys(field.counts_as for field in FIELDS if field.counts_as))
"""What a link can be made on."""


def words_of(name: str) -> str:
    """Return a field in words; what is no field of the table by its name, underscores as blanks."""
    return FIELD[name].words if name in FIELD else name.replace("_", " ")


def surnames_of(column: str) -> tuple[str, ...]:
    """Return the fields of single surnames that a request's column of surnames holds, itself the first."""
    others = (field.name for field in FIELDS if field.form is Form.SURNAME and field.read_from == column)
    return column, *others


def row_of(name: str) -> str:
    """Return the field that a request says, in whose row of a case a comparison of `name` is told."""
    field = FIELD[name]
    if field.typed is not None:
        return name
    return field.read_from or (row_of(field.made_of[0]) if field.made_of else name)


def rows() -> Iterator[tuple[Field, tuple[str, ...]]]:
    """Yield each field that a request says, with the fields that are told in its row."""
    for name in TYPED:
        yield FIELD[name], tuple(each for each in FIELD if row_of(each) == name)
