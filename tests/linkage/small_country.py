"""A country written down by hand: a few records, names and addresses, in the shape that linkage reads.

Not a stand-in for the population (which has its own tests), but a world whose every answer can be worked out
on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

BLANK: dict[str, Any] = {
    "given": None, "middle": None, "surname": None, "suffix": None, "birth": 0, "tin": 0,
    "number": 0, "street": None, "unit": None, "zip": None,
}  # fmt: skip
_SCHEMA = {
    "request": pl.UInt32, "given": pl.String, "middle": pl.String, "surname": pl.String, "suffix": pl.String,
    "birth": pl.Int32, "tin": pl.UInt32, "number": pl.Int32, "street": pl.String, "unit": pl.String,
    "zip": pl.String,
}  # fmt: skip


def requests(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return a request frame; fields not given are blank."""
    return pl.DataFrame([{"request": k} | BLANK | row for k, row in enumerate(rows)], schema=_SCHEMA)


class _Words:
    """A dictionary of strings, code 0 none."""

    def __init__(self, words: Sequence[str | None]) -> None:
        self.words = [None, *dict.fromkeys(word for word in words if word)]
        self.codes = {word: code for code, word in enumerate(self.words) if word}

    def find(self, strings: pl.Series) -> np.ndarray:
        return np.array([self.codes.get(string, 0) for string in strings], np.uint32)

    def text(self, codes: np.ndarray) -> pl.Series:
        return pl.Series([self.words[code] for code in codes], dtype=pl.String)


class SmallChunk(SimpleNamespace):
    """A chunk with its columns as attributes."""

    def on_file(self, field: str) -> np.ndarray | None:
        return getattr(self, f"file_{field}", None)

    def truth(self, column: str, rows: np.ndarray) -> np.ndarray:
        values = getattr(self, column)[rows]
        return values.astype(np.int64) + (self.number << 32) if column == "household" else values


@dataclass
class SmallCountry:
    """Records as dictionaries: given, surname, surname2, birth, tin, number, street, unit (integer), zip
    (string)."""

    people: Sequence[dict[str, Any]]
    chunk_size: int = 7

    def __post_init__(self) -> None:
        people = [BLANK | {"surname2": None, "unit": 0} | each for each in self.people]
        self._people = people
        self.size = len(people)
        self.n_chunks = -(-len(people) // self.chunk_size)
        surnames = _Words([each[k] for each in people for k in ("surname", "surname2")])
        givens, streets = (
            _Words([each["given"] for each in people]),
            _Words([each["street"] for each in people]),
        )
        self._surnames, self._givens = surnames, givens
        self.names = SimpleNamespace(
            find_surnames=surnames.find,
            surname_text=surnames.text,
            find_givens=givens.find,
            given_text=givens.text,
        )
        homes = [
            (int(p["zip"] or 0), streets.codes.get(p["street"], 0), p["number"], p["unit"] or 0)
            for p in people
        ]
        distinct = [(0, 0, 0, 0), *dict.fromkeys(homes)]
        self._address = np.array([distinct.index(home) for home in homes], np.uint32)
        table = np.array(distinct, np.int64)

        def fields(ids: np.ndarray) -> SimpleNamespace:
            zip5, street, number, unit = table[ids].T
            return SimpleNamespace(zip5=zip5.astype(np.int32), street=street.astype(np.uint32),
                                   number=number.astype(np.int32), unit=unit.astype(np.int32))  # fmt: skip

        self.addresses = SimpleNamespace(
            streets=SimpleNamespace(text=pl.Series(streets.words[1:], dtype=pl.String)),
            street_text=streets.text,
            fields=fields,
            zip_of=lambda found: found.zip5,
        )

    def chunk(self, number: int) -> SmallChunk:
        start = number * self.chunk_size
        part = slice(start, start + self.chunk_size)
        people, address = self._people[part], self._address[part]
        n = len(people)
        surname = self._surnames.find(pl.Series([p["surname"] for p in people], dtype=pl.String))
        surname2 = self._surnames.find(pl.Series([p["surname2"] for p in people], dtype=pl.String))
        given = self._givens.find(pl.Series([p["given"] for p in people], dtype=pl.String))
        birth = np.array([p["birth"] for p in people], np.int32)
        tin = np.array([p["tin"] for p in people], np.uint32)
        zero = np.zeros(n, np.uint8)
        return SmallChunk(
            number=number, n=n, record=np.arange(start, start + n), person=np.arange(start, start + n),
            household=np.arange(n, dtype=np.uint32),
            surname=surname, surname2=surname2, given=given, birth=birth, tin=tin, ethnicity=zero,
            home=address,
            previous=address * 0, file_address=address, occupants=zero + 1, lives_at_file=np.ones(n, bool),
            file_surname=surname, file_surname2=surname2, file_given=given, file_birth=birth, file_tin=tin,
            file_middle=zero, file_suffix=zero,
        )  # fmt: skip
