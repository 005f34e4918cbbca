"""The columns of a request list: what is true of the person, what the request says, and what noise may use.

Codes are those of the population's chunks (0 none or unknown); addresses are ids of `country.addresses`.
Dates are yyyymmdd (0 missing), nine-digit numbers are integers (0 missing).
"""

from __future__ import annotations

import polars as pl

from sim.fields import FIELD, NAME_FORMS, TYPED

ORIGINS = ("spanish", "portuguese", "chinese", "haitian", "other")
"""Groups of countries with one way of naming; `other` is every country not listed."""

TRUTH: dict[str, pl.DataType | type[pl.DataType]] = {
    "person": pl.Int64,  # record number; Country.OUTSIDE chunks for people outside the registry
    "in_registry": pl.Boolean,
    "ethnicity": pl.UInt8,
    "nativity": pl.UInt8,
    "sex": pl.UInt8,
    "tin_kind": pl.UInt8,
    "two_surnames": pl.Boolean,
    "household": pl.Int64,  # chunk number << 32 | household within the chunk
    "home": pl.UInt32,
    "previous": pl.UInt32,
    "moved_years": pl.Float32,  # years since the last move
    "origin": pl.Enum(ORIGINS),
}
"""What is true of the person asked for; noise never changes it."""

FIELDS: dict[str, pl.DataType | type[pl.DataType]] = dict(TYPED)
"""What the request says, as typed; the only columns that noise changes. Null where nothing is given.

The middle name is an initial; people who use two surnames have both in `surname`; numbers and dates are 0
where nothing is given.
"""

NAME_FIELDS = tuple(name for name in FIELDS if FIELD[name].form in NAME_FORMS)
ADDRESS_FIELDS = tuple(name for name in FIELDS if "address" in FIELD[name].made_of)

MATERIAL: dict[str, pl.DataType | type[pl.DataType]] = {
    "previous_number": pl.Int32,  # the address moved out of
    "previous_street": pl.String,
    "previous_unit": pl.String,
    "previous_zip": pl.String,
    "hub_number": pl.Int32,  # an address that many requests give
    "hub_street": pl.String,
    "hub_unit": pl.String,
    "hub_zip": pl.String,
    "mate_tin": pl.UInt32,  # the spouse's on a joint return, else of another of the household; 0 none
    "namesake_tin": pl.UInt32,  # the number of somebody else on file of the same whole name, 0 none
    "unfiled_tin": pl.UInt32,  # a number of somebody on no return: a child, or dead
    "other_surname": pl.String,  # of a stranger of the same sex and ethnicity
    "donor_given": pl.String,  # somebody outside the household whose number may be borrowed: the lender
    "donor_surname": pl.String,
    "donor_birth": pl.Int32,
    "donor_tin": pl.UInt32,
}
"""What noise may write into a request; no part of the request itself."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {"request": pl.UInt32} | TRUTH | FIELDS | MATERIAL
