"""From codes to the clean request list: everything written out as an agency would hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from sim.fields import FIELD, PERSONAL, Field, Form
from sim.population import SUFFIXES, Country
from sim.requests.donors import Donors
from sim.requests.schema import ADDRESS_FIELDS, ORIGINS, SCHEMA

LETTERS = tuple(" ABCDEFGHIJKLMNOPQRSTUVWXYZ")
COPIED = ("request", "person", "ethnicity", "nativity", "sex", "tin_kind", "two_surnames", "household",
          "home", "previous", "moved_years", "birth", "mate_tin")  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """The people asked for, one a request: codes as in the chunks (household global, origin into ORIGINS).

    further: the columns of FURTHER.
    """

    request: np.ndarray
    person: np.ndarray
    sex: np.ndarray
    ethnicity: np.ndarray
    nativity: np.ndarray
    surname: np.ndarray
    surname2: np.ndarray
    given: np.ndarray
    middle: np.ndarray
    suffix: np.ndarray
    birth: np.ndarray
    two_surnames: np.ndarray
    household: np.ndarray
    home: np.ndarray
    previous: np.ndarray
    moved_years: np.ndarray
    tin: np.ndarray
    tin_kind: np.ndarray
    origin: np.ndarray
    mate_tin: np.ndarray
    further: Mapping[str, np.ndarray]


FURTHER = tuple(name for name in PERSONAL if name not in {each.name for each in fields(People)})
"""Fields of the person (`sim.fields`) that are written down as they are."""


@dataclass(frozen=True, slots=True)
class Lent:
    """Other people's numbers and names, by request: `donor` and `other` are rows of `pool`, -1 none.

    donor: the lender.  other: somebody whose surname only is wanted.  namesake, unfiled: numbers, 0 none.
    """

    pool: Donors
    donor: np.ndarray
    other: np.ndarray
    namesake: np.ndarray
    unfiled: np.ndarray


def write(
    country: Country, people: People, has_tin: np.ndarray, in_registry: np.ndarray, lent: Lent,
    hub: np.ndarray,
) -> pl.DataFrame:  # fmt: skip
    """Return the clean list, one row a request in the order of `people`, columns as in SCHEMA.

    has_tin, in_registry: (n,) bool.  hub: (n,) address ids.
    """
    columns: dict[str, Any] = {name: getattr(people, name) for name in COPIED}
    columns["in_registry"] = in_registry
    columns["origin"] = pl.Series(ORIGINS, dtype=pl.Enum(ORIGINS)).gather(people.origin)
    columns["tin"] = np.where(has_tin, people.tin, 0)
    columns |= {"namesake_tin": lent.namesake, "unfiled_tin": lent.unfiled}
    columns |= _names(country, people) | _lent(country, lent)
    columns |= {name: _as_typed(country, FIELD[name], codes) for name, codes in people.further.items()}
    for prefix, ids in (("", people.home), ("previous_", people.previous), ("hub_", hub)):
        columns |= {prefix + name: value for name, value in _address(country, ids).items()}
    frame = pl.DataFrame({name: columns[name] for name in SCHEMA})
    return frame.cast(SCHEMA)  # type: ignore[arg-type]


def _names(country: Country, people: People) -> dict[str, pl.Series]:
    second = np.where(people.two_surnames, people.surname2, 0)
    return {
        "given": _as_typed(country, FIELD["given"], people.given),
        "middle": _as_typed(country, FIELD["middle"], people.middle),
        "surname": _surnames(country, people.surname, second),
        "suffix": _as_typed(country, FIELD["suffix"], people.suffix),
    }


def _as_typed(country: Country, field: Field, codes: np.ndarray) -> Any:
    """Return the values of a field as a request says them."""
    spelled: dict[Form, Callable[[np.ndarray], pl.Series]] = {
        Form.GIVEN: country.names.given_text,
        Form.SURNAME: country.names.surname_text,
        Form.INITIAL: partial(_picked, LETTERS),
        Form.SUFFIX: partial(_picked, SUFFIXES),
    }
    return spelled[field.form](codes) if field.form in spelled else codes


def _lent(country: Country, lent: Lent) -> dict[str, Any]:
    """Return the columns of lenders and of strangers' surnames."""
    pool, donor, other = lent.pool, lent.donor, lent.other

    def of(codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the codes of rows of the pool, 0 for no row."""
        return np.append(codes, codes.dtype.type(0))[np.where(rows < 0, len(codes), rows)]

    def surnames(rows: np.ndarray) -> pl.Series:
        return _surnames(country, of(pool.surname, rows), of(pool.surname2, rows))

    return {
        "other_surname": surnames(other),
        "donor_given": country.names.given_text(of(pool.given, donor)),
        "donor_surname": surnames(donor),
        "donor_birth": of(pool.birth, donor),
        "donor_tin": of(pool.tin, donor),
    }


def _surnames(country: Country, first: np.ndarray, second: np.ndarray) -> pl.Series:
    """Return "GARCIA LOPEZ", or "GARCIA" where `second` is 0."""
    text = country.names.surname_text(first)
    both = np.flatnonzero(second > 0)
    if not len(both):
        return text
    pairs = pl.DataFrame({"a": text.gather(both), "b": country.names.surname_text(second[both])})
    return text.clone().scatter(both, pairs.select(pl.concat_str("a", "b", separator=" ")).to_series())


def _address(country: Country, ids: np.ndarray) -> dict[str, pl.Series]:
    """Return number, street, unit and ZIP of address ids; 0, null, null, null for id 0."""
    fields = country.addresses.fields(ids)
    codes = {"number": fields.number, "unit": fields.unit, "zip": country.addresses.zip_of(fields)}
    text = pl.DataFrame(codes).select(
        "number",
        pl.when(pl.col("unit") > 0).then(pl.col("unit").cast(pl.String)).alias("unit"),
        pl.when(pl.col("zip") > 0).then(pl.col("zip").cast(pl.String).str.zfill(5)).alias("zip"),
    )
    columns = {"street": country.addresses.street_text(fields.street)} | text.to_dict()
    return {name: columns[name] for name in ADDRESS_FIELDS}


def _picked(words: tuple[str, ...], codes: np.ndarray) -> pl.Series:
    """Return words[code], null for code 0."""
    return pl.Series([None, *words[1:]], dtype=pl.String).gather(codes.astype(np.uint32))
