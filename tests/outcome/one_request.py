"""One request and what was disclosed for it, small enough to be read: the stand-ins of the judge's tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl

from sim.linkage.link import BY
from sim.outcome.judge import Verdict, verdict
from sim.requests import SCHEMA
from sim.scenario import Scenario

GIVEN = ["", "MARIA", "MARÍA JOSÉ", "JOHN"]
SURNAME = ["", "GARCIA", "LOPEZ", "SMITH", "SMYTH", "GARCES"]


def place_of(ids: Any) -> SimpleNamespace:
    """Take addresses apart: 500 is 12 ELM ST 12345; the others of a hundred share a ZIP."""
    own = np.asarray(ids) == 500
    zips = np.where(own, 12345, 20000 + np.asarray(ids) // 100)
    return SimpleNamespace(street=np.asarray(ids) // 10, number=np.where(own, 12, ids), zip=zips)


def state_of(ids: Any) -> pl.DataFrame:
    """Homes are in Texas, offices (900 and over) in Ohio."""
    return pl.DataFrame({"state": ["OH" if each >= 900 else "TX" if each else None for each in ids]})


COUNTRY = SimpleNamespace(
    names=SimpleNamespace(
        given_text=lambda codes: pl.Series([GIVEN[c] or None for c in codes], dtype=pl.String),
        find_surnames=lambda names: np.zeros(len(names), np.uint32),
        surname_text=lambda codes: pl.Series([SURNAME[c] or None for c in codes], dtype=pl.String),
    ),
    addresses=SimpleNamespace(fields=place_of, zip_of=lambda place: place.zip, place=state_of),
    scenario=Scenario.of({}),
)

PERSON: dict[str, Any] = {
    "request": 0,
    "person": 70,
    "in_registry": True,
    "ethnicity": 5,
    "nativity": 2,
    "sex": 1,
    "tin_kind": 1,
    "two_surnames": True,
    "household": 9,
    "home": 500,
    "previous": 400,
    "file_address": 500,
    "moved_years": 3.0,
    "origin": "spanish",
    "given": "MARIA",
    "surname": "GARCIA LOPEZ",
    "birth": 19800102,
    "tin": 111,
    "number": 12,
    "street": "ELM ST",
    "unit": None,
    "zip": "12345",
    "mate_tin": 222,
    "namesake_tin": 444,
    "unfiled_tin": 555,
    "donor_tin": 333,
}
RECORD: dict[str, Any] = {
    "request": 0,
    "path": "tin",
    "record": 70,
    "score": 1.0,
    "links": 1,
    **dict.fromkeys(BY, False),
    "rejected": False,
    "by_tin": True,
    "by_given": True,
    "by_surname": True,
    "person": 70,
    "household": 9,
    "surname": 1,
    "surname2": 2,
    "given": 1,
    "birth": 19800102,
    "tin": 111,
    "ethnicity": 5,
    "nativity": 2,
    "sex": 1,
    "home": 500,
    "previous": 400,
    "file_address": 500,
    "occupants": 4,
    "lives_at_file": True,
    "file_given": 1,
    "file_surname": 1,
    "file_surname2": 2,
    "file_tin": 111,
    "file_birth": 19800102,
}
"""The person's own record, at their door, found by number and name."""

STRANGER = RECORD | {
    "record": 80,
    "person": 80,
    "household": 10,
    "home": 600,
    "previous": 0,
    "file_address": 600,
    "tin": 888,
    "file_tin": 888,
    "path": "address",
    "by_tin": False,
    "by_zip": True,
    "by_street": True,
    "lives_at_file": True,
}
"""The record of somebody of the same name, at his own door, found by name and address."""

DISCLOSURES = {
    key: pl.Series([value]).dtype if not isinstance(value, bool) else pl.Boolean
    for key, value in RECORD.items()
}


def world(
    *records: dict[str, Any], person: dict[str, Any] | None = None, sent: dict[str, Any] | None = None
) -> Verdict:
    """Judge one request with these disclosures. person and sent: what differs in truth and as sent."""
    truth = PERSON | (person or {})
    clean = pl.DataFrame([truth], schema=SCHEMA)
    frame = pl.DataFrame([truth | (sent or {})], schema=SCHEMA)
    disclosures = pl.DataFrame(list(records), schema=DISCLOSURES).with_columns(
        pl.col("request").cast(pl.UInt32)
    )
    tallies = pl.DataFrame({"request": [0], "path": ["tin"], "links": [len(records)]}).with_columns(
        pl.col("request").cast(pl.UInt32)
    )
    return verdict(
        COUNTRY,  # type: ignore[arg-type]
        SimpleNamespace(clean=clean),  # type: ignore[arg-type]
        SimpleNamespace(frame=frame),  # type: ignore[arg-type]
        SimpleNamespace(disclosures=disclosures, tallies=tallies),  # type: ignore[arg-type]
    )
