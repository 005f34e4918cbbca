"""The packaged tables are the published ones, and a damaged one is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from sim import tables
from sim.errors import TableError
from sim.tables.canonical import content_sha256

LOADERS = {
    "surnames_census2020": tables.surnames,
    "firstnames_census2020": tables.first_names,
    "firstnames_ssa_1910_2024": tables.births,
    "places_acs2022": tables.places,
    "cps_tax_units": tables.tax_units,
}


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package's folder in which a test may damage files."""
    for path in Path(tables.__file__).parent.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    tables._load.cache_clear()
    yield tmp_path
    tables._load.cache_clear()


def test_every_source_has_a_loader_and_every_loader_a_source() -> None:
    assert set(tables.sources()) == set(LOADERS)


@pytest.mark.parametrize("name", LOADERS)
def test_a_table_has_the_rows_and_values_its_source_states(name: str) -> None:
    frame = LOADERS[name]()
    assert frame.height == tables.sources()[name].rows
    assert content_sha256(frame) == tables.sources()[name].content_sha256


def test_a_table_is_read_once() -> None:
    assert tables.surnames() is tables.surnames()


def test_smith_is_the_most_frequent_surname() -> None:
    assert tables.surnames().row(0, named=True) == {
        "name": "SMITH", "count": 2_369_644, "pct_white_x100": 6799, "pct_black_x100": 2262,
        "pct_api_x100": 68, "pct_aian_x100": 83, "pct_multi_x100": 437, "pct_hispanic_x100": 350,
    }  # fmt: skip


def test_listed_surnames_cover_the_published_number_of_people() -> None:
    assert tables.surnames()["count"].cast(pl.Int64).sum() == 262_612_981


def test_the_tail_of_the_first_names_is_one_row() -> None:
    tail = tables.first_names().filter(pl.col("name") == "ALL OTHER NAMES")
    share = tail["count"].item() / tables.first_names()["count"].cast(pl.Int64).sum()
    assert share == pytest.approx(0.062, abs=5e-4)


@pytest.mark.parametrize("loader", [tables.surnames, tables.first_names])
def test_the_shares_of_a_name_add_up_to_a_hundred_per_cent(loader: object) -> None:
    frame = loader()  # type: ignore[operator]
    groups = [f"pct_{group}_x100" for group in ("white", "black", "api", "aian", "multi", "hispanic")]
    total = frame.select(pl.sum_horizontal(pl.col(groups).cast(pl.Int64))).to_series()
    assert total.is_between(9_997, 10_003).all()


def test_names_are_written_as_the_bureau_writes_them() -> None:
    assert tables.surnames()["name"].str.contains(r"^[A-Z]+$").all()
    assert tables.births()["name"].cast(pl.String).unique().str.contains(r"^[A-Z]+$").all()


def test_births_reach_from_1910_to_2024_for_both_sexes() -> None:
    births = tables.births()
    assert (births["year"].min(), births["year"].max(), births["births"].min()) == (1910, 2024, 5)
    assert births.group_by("sex").agg(pl.col("year").n_unique())["year"].to_list() == [115, 115]


def test_places_have_people_and_a_state() -> None:
    places = tables.places()
    assert places["population"].min() > 0
    assert places["zip"].n_unique() == places.height
    assert places["state"].n_unique() == 52
    assert places["zip"].str.contains(r"^\d{5}$").all()


def test_filing_units_stand_inside_households() -> None:
    units = tables.tax_units()
    assert units.select("FLPDYR", "h_seq").n_unique() == 200_576
    assert set(units["MARS"].unique()) <= {1, 2, 3, 4}
    # The publisher leaves the spouse's age empty in a few joint units and gives it in no single one.
    assert (units.filter(pl.col("MARS") == 2)["age_spouse"] > 0).mean() > 0.99
    assert (units.filter(pl.col("MARS") != 2)["age_spouse"] == 0).all()
    assert units["wt2024_x100"].cast(pl.Int64).sum() > 0


def test_checksums_are_those_of_the_files() -> None:
    folder = Path(tables.__file__).parent
    for name, digest in tables.checksums().items():
        assert hashlib.sha256((folder / tables.sources()[name].file).read_bytes()).hexdigest() == digest


def test_a_missing_table_is_refused_by_name(damaged: Path) -> None:
    (damaged / "places_acs2022.parquet").unlink()
    with pytest.raises(TableError, match=r"places_acs2022\.parquet is missing"):
        tables.places()


def test_one_changed_byte_is_refused(damaged: Path) -> None:
    file = damaged / "surnames_census2020.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(TableError, match=r"is not the table SOURCES\.toml names"):
        tables.surnames()
    with pytest.raises(TableError, match="make tables"):
        tables.checksums()
