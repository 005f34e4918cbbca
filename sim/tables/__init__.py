"""The packaged tables: published counts of names, births, places and tax filing units.

Each loader returns one table as a polars frame, read once a process after its checksum was compared with
`SOURCES.toml`, which also names publisher, carrier package and licence. Frames are shared: treat them as
read only. Counts and shares are integers of the narrowest type; cast to float before multiplying.
`make tables` rebuilds the files from the carrier packages (`sim/tables/build.py`).
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import polars as pl

from sim.errors import TableError

__all__ = ["Source", "births", "checksums", "first_names", "places", "sources", "surnames", "tax_units"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where one table comes from and what its file must be, as `SOURCES.toml` states it.

    sha256: of the packaged Parquet file.  content_sha256: of the values, whatever wrote the file
    (`sim.tables.canonical`).  carrier_sha256: of the package member that carries the publisher's table.
    """

    name: str
    file: str
    title: str
    publisher: str
    licence: str
    rows: int
    sha256: str
    content_sha256: str
    registry: str
    package: str
    version: str
    carrier_sha256: dict[str, str]


def surnames() -> pl.DataFrame:
    """Return the 156,619 surnames that about 100 or more people bore in the 2020 Census.

    Columns: name (A-Z only), count (people), pct_{white,black,api,aian,multi,hispanic}_x100 (hundredths of
    a per cent; all groups but the last are non-Hispanic). The listed names cover 87.87 % of people.
    Raises TableError when the file is missing or damaged; so do the other loaders.
    """
    return _load("surnames_census2020")


def first_names() -> pl.DataFrame:
    """Return the 53,616 first names of the 2020 Census; the row `ALL OTHER NAMES` is the tail (6.2 %).

    Columns as in `surnames`, and pct_{male,female}_x100 in hundredths of a per cent.
    """
    return _load("firstnames_census2020")


def births() -> pl.DataFrame:
    """Return US births by given name, sex and year, 1910-2024, where a cell has five or more births.

    Columns: name (categorical), sex (categorical, M or F), year, births (people, Social Security
    Administration card holders born in the United States).
    """
    return _load("firstnames_ssa_1910_2024")


def places() -> pl.DataFrame:
    """Return the 33,187 ZIP Code Tabulation Areas of the ACS 2018-2022, Puerto Rico included.

    Columns: zip, state, county_fips, county, city (text, null where unknown), population, households,
    pct_{white,black,hispanic,asian,native_american,pacific_islander}_x1000 and pct_multi_family_x1000
    (buildings of five or more units) in thousandths, avg_household_size (people).
    """
    return _load("places_acs2022")


def tax_units() -> pl.DataFrame:
    """Return 280,005 tax filing units inside 200,576 households of the CPS ASEC 2013-2015.

    Columns: FLPDYR and h_seq (the household), ffpos (family in it), a_lineno (line of the unit's head),
    fips (state), MARS (1 single, 2 joint, 3 separate, 4 head of household), DSI (1 claimed by somebody
    else), age_head and age_spouse (years; 0 none, or unknown in 103 joint units; 85 means 85 and older),
    XTOT (people), nu06, nu13, nu18, n1820, n21, elderly_dependents, n24, EIC (people), has_wages (0 or 1),
    wt2024_x100 (relative weight).
    """
    return _load("cps_tax_units")


@cache
def sources() -> dict[str, Source]:
    """Return what `SOURCES.toml` says of every table, by table name."""
    text = files(__package__).joinpath("SOURCES.toml").read_text("utf-8")
    return {name: Source(name=name, **entry) for name, entry in tomllib.loads(text)["table"].items()}


def checksums() -> dict[str, str]:
    """Return the SHA-256 of every table's file, by table name, each verified against the packaged bytes.

    Raises TableError when a file is missing or differs.
    """
    return {name: _verified(name)[1] for name in sources()}


@cache
def _load(name: str) -> pl.DataFrame:
    return pl.read_parquet(_verified(name)[0])


def _verified(name: str) -> tuple[bytes, str]:
    source = sources()[name]
    try:
        data = files(__package__).joinpath(source.file).read_bytes()
    except FileNotFoundError:
        raise TableError(f"sim/tables/{source.file} is missing; `make tables` rebuilds it") from None
    digest = hashlib.sha256(data).hexdigest()
    if digest != source.sha256:
        raise TableError(
            f"sim/tables/{source.file} is not the table SOURCES.toml names: SHA-256 {digest}, "
            f"expected {source.sha256}; `make tables` rebuilds it"
        )
    return data, digest
