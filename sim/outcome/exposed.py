"""Whose record was disclosed, told by groups: the people whose door was named, not those asked for.

Everything is of the record's person in truth; the state is that of the address disclosed.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sim.population import ETHNICITIES, NATIVITIES
from sim.registry import JudgedRegistry
from sim.requests import ORIGINS
from sim.requests.origins import Origins

SEXES = ("male", "female")
AGES = ("under 30", "30 to 64", "65 and over")
TIN_KINDS = ("ssn", "itin")
FIRST_ITIN = 900_000_000

EXPOSED: dict[str, pl.DataType | type[pl.DataType]] = {
    "disclosed_ethnicity": pl.Enum(ETHNICITIES),
    "disclosed_nativity": pl.Enum(NATIVITIES),
    "disclosed_sex": pl.Enum(SEXES),
    "disclosed_age": pl.Enum(AGES),
    "disclosed_tin_kind": pl.Enum(TIN_KINDS),
    "disclosed_two_surnames": pl.Boolean,
    "disclosed_origin": pl.Enum(ORIGINS),
    "disclosed_state": pl.String,
}
"""Columns by which disclosed addresses are told apart."""


def exposed(country: JudgedRegistry, each: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of EXPOSED for disclosed records, in their order.

    each: columns ethnicity, nativity, sex (codes), birth (yyyymmdd), tin, surname, surname2, file_address.
    """
    ethnicity, nativity = each["ethnicity"].to_numpy(), each["nativity"].to_numpy()
    surname = each["surname"].to_numpy()
    today = int(country.scenario.value("population.reference_date"))
    codes = {
        "disclosed_ethnicity": ethnicity,
        "disclosed_nativity": nativity,
        "disclosed_sex": each["sex"].to_numpy(),
        "disclosed_age": np.digitize((today - each["birth"].to_numpy()) // 10_000, (30, 65)),
        "disclosed_tin_kind": (each["tin"].to_numpy() >= FIRST_ITIN).astype(np.uint8),
        "disclosed_origin": Origins(country).among(ethnicity, nativity, lambda rows: surname[rows]),
    }
    columns = {name: _words(EXPOSED[name], code) for name, code in codes.items()}
    columns["disclosed_two_surnames"] = each["surname2"] > 0
    columns["disclosed_state"] = country.addresses.place(each["file_address"].to_numpy())["state"]
    return pl.DataFrame({name: columns[name] for name in EXPOSED})


def _words(kind: object, codes: np.ndarray) -> pl.Series:
    assert isinstance(kind, pl.Enum)
    return kind.categories.gather(codes.astype(np.uint32)).cast(kind)
