"""A few invented people on whom every kind of noise can be shown, for the handbook and for tests of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from sim.population import ETHNICITIES, NATIVITIES
from sim.requests import SCHEMA

_HOME = {
    "household": 1,
    "home": 11,
    "previous": 12,
    "person": 1,
    "in_registry": True,
    "previous_number": 4520,
    "previous_street": "SUNSET AVE",
    "previous_unit": "8",
    "previous_zip": "90026",
    "hub_number": 300,
    "hub_street": "S OAK ST",
    "hub_unit": None,
    "hub_zip": "78205",
    "moved_years": 1.5,
}
_STRANGER = {
    "donor_given": "CLARA",
    "donor_surname": "MENDOZA",
    "donor_birth": 19751120,
    "donor_tin": 612_340_917,
    "mate_tin": 540_118_263,
    "namesake_tin": 448_902_116,
    "unfiled_tin": 401_776_052,
    "other_surname": "ROMERO",
}
_COLUMNS = (
    "given",
    "middle",
    "surname",
    "suffix",
    "sex",
    "ethnicity",
    "nativity",
    "birth",
    "tin",
    "number",
    "street",
    "unit",
    "zip",
)
_PEOPLE: tuple[tuple[Any, ...], ...] = (
    (
        "JOSE",
        "L",
        "GARCIA LOPEZ",
        None,
        0,
        "hispanic",
        "noncitizen",
        19820407,
        523_417_768,
        1418,
        "N MAIN ST",
        "12",
        "78501",
    ),
    (
        "MARIA",
        "E",
        "MARTINEZ RUIZ",
        None,
        1,
        "hispanic",
        "noncitizen",
        19900312,
        934_701_256,
        77,
        "2ND AVE",
        "4",
        "33125",
    ),
    (
        "JUANCARLOS",
        None,
        "DELACRUZ",
        "JR",
        0,
        "hispanic",
        "naturalised",
        19711125,
        418_223_904,
        2305,
        "ELM ST",
        "31",
        "85009",
    ),
    (
        "XIAO",
        None,
        "ZHANG",
        None,
        1,
        "api",
        "noncitizen",
        19880618,
        377_120_845,
        960,
        "FOREST DR",
        None,
        "11354",
    ),
    (
        "WALTER",
        "J",
        "OBRIEN",
        "SR",
        0,
        "white",
        "us_born",
        19590109,
        212_988_431,
        15,
        "CHURCH RD",
        None,
        "02126",
    ),
    (
        "MOHAMED",
        None,
        "PENA",
        "III",
        0,
        "black",
        "noncitizen",
        19960503,
        655_012_377,
        508,
        "W PARK BLVD",
        None,
        "55404",
    ),
)


@cache
def people() -> pl.DataFrame:
    """Return the gallery as a clean request list, columns as in SCHEMA."""
    rows = []
    for number, values in enumerate(_PEOPLE):
        row = (
            dict(zip(_COLUMNS, values, strict=True))
            | _HOME
            | _STRANGER
            | {"request": number, "origin": "other"}
        )
        row["two_surnames"] = " " in str(row["surname"])
        row["tin_kind"] = int(row["tin"] >= 900_000_000)
        row["ethnicity"] = ETHNICITIES.index(str(row["ethnicity"]))
        row["nativity"] = NATIVITIES.index(str(row["nativity"]))
        rows.append(row)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
