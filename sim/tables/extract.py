"""Take the columns we use out of each carrier's member; one function a table, no network and no files.

Every function takes the members' bytes by name, in the order of `SOURCES.toml`, and returns the table.
Shares become integers (hundredths of a per cent or thousandths), so that the files are small and exact.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from collections.abc import Callable, Mapping

import polars as pl

Members = Mapping[str, bytes]

FIRST_YEAR = 1910
"""First year of birth kept: nobody born earlier is alive in the simulated year."""

_GROUPS = {"white": "pctwhite", "black": "pctblack", "api": "pctapi", "aian": "pctaian", "multi": "pct2prace",
           "hispanic": "pcthispanic"}  # fmt: skip
_SEXES = {"male": "pctmale", "female": "pctfemale"}
_PLACE_SHARES = ("white", "black", "hispanic", "asian", "native_american", "pacific_islander", "multi_family")
_UNIT_COLUMNS = {"FLPDYR": pl.Int16, "h_seq": pl.Int32} | dict.fromkeys(
    ["ffpos", "a_lineno", "fips", "MARS", "DSI", "age_head", "age_spouse", "XTOT", "nu06", "nu13", "nu18",
     "n1820", "n21", "elderly_dependents", "n24", "EIC"], pl.Int8,
)  # fmt: skip


def surnames(members: Members) -> pl.DataFrame:
    """Return the Census surname table in the publisher's order, most frequent first."""
    return _names(members, _GROUPS)


def first_names(members: Members) -> pl.DataFrame:
    """Return the Census first-name table, most frequent first, its tail row among them."""
    return _names(members, _GROUPS | _SEXES).sort("count", descending=True, maintain_order=True)


def births(members: Members) -> pl.DataFrame:
    """Return births by name, sex and year since FIRST_YEAR, sorted by sex, name and year."""
    (packed,) = members.values()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        image = archive.read(archive.namelist()[0])
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(image)
        rows = connection.execute(
            "select upper(name), sex, year, births from usNameData where year >= ?", (FIRST_YEAR,)
        ).fetchall()
    finally:
        connection.close()
    schema = {"name": pl.String, "sex": pl.String, "year": pl.UInt16, "births": pl.UInt32}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort("sex", "name", "year")
    return frame.cast({"name": pl.Categorical, "sex": pl.Categorical})


def places(members: Members) -> pl.DataFrame:
    """Return the ZIP areas where people live (population above zero), sorted by ZIP."""
    (data,) = members.values()
    shares = [
        (pl.col(f"pct_{share}") * 1000).round().cast(pl.UInt16).alias(f"pct_{share}_x1000")
        for share in _PLACE_SHARES
    ]
    return (
        pl.read_parquet(io.BytesIO(data))
        .filter(pl.col("population") > 0)
        .sort("zip")
        .select(
            "zip", "state", "county_fips", "county", pl.col("primary_city").alias("city"),
            pl.col("population", "households").cast(pl.UInt32), *shares,
            pl.col("avg_household_size").cast(pl.Float32),
        )
    )  # fmt: skip


def tax_units(members: Members) -> pl.DataFrame:
    """Return the filing units with their relative weight for 2024, sorted by household and line."""
    units, weights = (io.BytesIO(gzip.decompress(data)) for data in members.values())
    weight = pl.read_csv(weights, columns=["WT2024"]).to_series().cast(pl.UInt32).alias("wt2024_x100")
    return (
        pl.read_csv(units, columns=[*_UNIT_COLUMNS, "e00200"], infer_schema_length=None)
        .with_columns((pl.col("e00200") > 0).cast(pl.UInt8).alias("has_wages"), weight)
        .select(
            *(pl.col(name).cast(dtype) for name, dtype in _UNIT_COLUMNS.items()), "has_wages", "wt2024_x100"
        )
        .sort("FLPDYR", "h_seq", "ffpos", "a_lineno", maintain_order=True)
    )


def _names(members: Members, shares: Mapping[str, str]) -> pl.DataFrame:
    (data,) = members.values()
    columns = [
        (pl.col(c) * 100).round().cast(pl.UInt16).alias(f"pct_{share}_x100") for share, c in shares.items()
    ]
    return pl.read_parquet(io.BytesIO(data)).select("name", pl.col("count").cast(pl.UInt32), *columns)


EXTRACT: dict[str, Callable[[Members], pl.DataFrame]] = {
    "surnames_census2020": surnames,
    "firstnames_census2020": first_names,
    "firstnames_ssa_1910_2024": births,
    "places_acs2022": places,
    "cps_tax_units": tax_units,
}
"""The extraction of every table of SOURCES.toml, by table name."""
