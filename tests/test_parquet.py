"""A Parquet file that claims what it does not hold is refused in a line, before a library unpacks it."""

from __future__ import annotations

import io
import os
import resource
import sys
from pathlib import Path

import polars as pl
import pytest

from sim import parquet
from sim.errors import FileErrors
from sim.reading import packed_of, parquet_of
from tests.parquets import crafted

COLUMNS = {"a": pl.Int32}
LIES = {
    "a page of two gigabytes": {"unpacked": 2**31 - 1},
    "a page of less than nothing": {"unpacked": -1},
    "more packed bytes than its column": {"packed": 10**6},
    "more values in a page": {"page_values": 2**31 - 1},
    "more values in a column": {"column_values": 2**40},
    "more rows in a group": {"group_rows": 2**40},
    "more rows than its groups": {"rows": 4},
    "a column before the file": {"at": 0},
    "a column after its end": {"at": 10**9},
    "a column longer than the file": {"length": 10**9},
    "a page of no known kind": {"kind": 9},
    "a dictionary of more words than bytes": {"kind": 2, "page_values": 2**31 - 1},
    "values packed by differences": {"encoding": 5},
    "another packing": {"codec": 2},
    "repeated values": {"repetition": 2},
    "columns within columns": {"children": 3},
    "notes that nest": {"note": b"x" * (parquet.MOST_NOTES + 1)},
    "a description nested deep": {"deep": 20_000},
}


def test_a_sound_file_made_by_hand_is_read_and_counted() -> None:
    data = crafted()
    assert parquet.look(io.BytesIO(data), len(data)) == parquet.Look(3, 12, 24)
    assert packed_of(data, "x", COLUMNS, 3)["a"].to_list() == [7, 8, 9]


@pytest.mark.parametrize("lie", LIES)
def test_what_a_file_claims_and_does_not_hold_is_a_line(lie: str, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(crafted(**LIES[lie]))
    with pytest.raises(FileErrors) as found:
        parquet_of(tmp_path / "x.parquet", COLUMNS)
    (line,) = map(str, found.value.mistakes)
    assert line.startswith("x.parquet: file: cannot be read as Parquet: it ")


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"PAR1" * 3, crafted()[:-1], crafted()[30:], b"\xff" * 99 + b"PAR1"]
)
def test_what_is_no_parquet_file_or_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(FileErrors, match="cannot be read as Parquet"):
        packed_of(data, "x", COLUMNS, 10)


def test_what_the_library_writes_is_looked_through_whatever_its_columns(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"a": range(5_000), "b": [None] * 5_000, "c": ["x" * 90, None] * 2_500, "d": [1.5, 2.5] * 2_500,
         "e": pl.Series(["p", "q"] * 2_500, dtype=pl.Enum(["p", "q"])), "f": [True, None] * 2_500}
    )  # fmt: skip
    for options in ({}, {"row_group_size": 700, "compression_level": 6}, {"compression": "uncompressed"}):
        frame.write_parquet(tmp_path / "x", **options)
        size = (tmp_path / "x").stat().st_size
        with (tmp_path / "x").open("rb") as stream:
            found = parquet.look(stream, size)
        assert found.rows == 5_000 and found.held > frame.estimated_size() / 4
        assert parquet_of(tmp_path / "x", None).equals(frame)


def test_rows_that_do_not_fit_into_memory_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.reading.available_bytes", lambda: 23)
    with pytest.raises(FileErrors, match=r"takes 0\.0 GB of memory, and 0\.0 GB are free"):
        packed_of(crafted(), "x", COLUMNS, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_claim_of_two_gigabytes_does_not_end_a_process_that_may_not_have_them() -> None:
    child = os.fork()
    if not child:
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + 2**28, held + 2**28))
        try:
            packed_of(crafted(unpacked=2**31 - 1), "x", COLUMNS, 3)
        except FileErrors:
            os._exit(7)
        os._exit(8)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
