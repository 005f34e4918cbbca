"""Small request lists for tests of noise: a record on which most kinds can act, a crowd, and scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from sim.noise import NOISES, Noise, Noisy, apply_all
from sim.requests import SCHEMA
from sim.rng import Streams
from sim.scenario import Scenario

PERSON: dict[str, Any] = {
    "request": 0,
    "person": 7,
    "in_registry": True,
    "ethnicity": 5,
    "nativity": 2,
    "sex": 1,
    "tin_kind": 0,
    "two_surnames": True,
    "household": 3,
    "home": 11,
    "previous": 12,
    "moved_years": 0.5,
    "origin": "spanish",
    "given": "JOSE",
    "middle": "L",
    "surname": "GARCIA LOPEZ",
    "suffix": "JR",
    "birth": 19800304,
    "tin": 123_456_789,
    "number": 1234,
    "street": "N MAIN ST",
    "unit": "12",
    "zip": "78501",
    "previous_number": 77,
    "previous_street": "OAK AVE",
    "previous_unit": None,
    "previous_zip": "90001",
    "hub_number": 5,
    "hub_street": "MISSION RD",
    "hub_unit": None,
    "hub_zip": "79901",
    "mate_tin": 222_334_444,
    "namesake_tin": 444_556_666,
    "unfiled_tin": 555_667_777,
    "other_surname": "SOTO RUIZ",
    "donor_given": "ANA",
    "donor_surname": "SOTO RUIZ",
    "donor_birth": 19900102,
    "donor_tin": 333_445_555,
}


def people(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return a clean list of records like PERSON, numbered from 0, each with the changes of its row."""
    table = [PERSON | {"request": number} | dict(row) for number, row in enumerate(rows)]
    return pl.DataFrame(table, schema=SCHEMA, orient="row")


def crowd(n: int, seed: int = 1) -> pl.DataFrame:
    """Return n records that differ in all that odds and eligibility depend on."""
    draw = np.random.default_rng(seed)

    def some(values: Sequence[Any]) -> list[Any]:
        return [values[k] for k in draw.integers(0, len(values), n)]

    two = draw.random(n) < 0.5
    first, second = some(["GARCIA", "LOPEZ", "DELACRUZ", "ZHANG", "MUNOZ"]), some(["DIAZ", "RUIZ", "SOTO"])
    columns: dict[str, Any] = {name: [value] * n for name, value in PERSON.items()}
    columns |= {
        "request": np.arange(n),
        "ethnicity": draw.integers(0, 6, n),
        "nativity": draw.integers(0, 3, n),
        "sex": draw.integers(0, 2, n),
        "two_surnames": two,
        "moved_years": draw.exponential(4.0, n),
        "given": some(["JOSE", "MARIA", "JUANCARLOS", "MOHAMED", "KEVIN", "WEI"]),
        "middle": some(["L", "C", None]),
        "surname": [f"{a} {b}" if t else a for a, b, t in zip(first, second, two, strict=True)],
        "suffix": some([None, "JR"]),
        "birth": draw.integers(1940, 2005, n) * 10_000
        + draw.integers(1, 13, n) * 100
        + draw.integers(1, 29, n),
        "tin": draw.integers(101_010_001, 899_000_000, n),
        "unit": some([None, "4", "31"]),
        "number": draw.integers(1, 9999, n),
        "street": some(["N MAIN ST", "SUNSET BLVD", "2ND AVE", "HENRY WAY"]),
    }
    frame = pl.DataFrame(columns, schema_overrides={"suffix": pl.String})
    return frame.cast(SCHEMA).select(*SCHEMA)  # type: ignore[arg-type]


def scenario(settings: Mapping[str, float] | None = None) -> Scenario:
    """Return a scenario without noise and without sloppiness but for `settings`."""
    return _made(tuple(sorted((settings or {}).items())))


@cache
def _made(settings: tuple[tuple[str, float], ...]) -> Scenario:
    return Scenario.of({"noise.level": "clean", **dict(settings)})


def noise(kind: str) -> Noise:
    """Return the kind of that name."""
    return next(entry for entry in NOISES if entry.kind == kind)


def strike(kind: str, clean: pl.DataFrame, seed: int = 1, **settings: float) -> Noisy:
    """Apply one kind with rate 1 (of the eligible) or as set: `rate=0.3`, `name_too=1.0`."""
    of_requests = noise(kind).of == "requests"
    if "rate" not in settings:
        eligible = clean.select(noise(kind).effect.eligible.fill_null(value=False)).to_series().sum()
        settings["rate"] = eligible / max(clean.height, 1) if of_requests else 1.0
    keyed = {f"noise.{kind}.{name}": value for name, value in settings.items()}
    return apply_all([noise(kind)], clean, scenario(keyed), Streams(seed))
