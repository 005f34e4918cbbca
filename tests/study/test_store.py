"""Cell files: whole or not there, and never believed when damaged."""

from __future__ import annotations

import json
from pathlib import Path

from sim.study.store import read_cell, write_cell
from tests.study.cells import body

BODY = body(1)


def test_a_cell_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    write_cell(path, BODY)
    assert read_cell(path) == BODY
    assert list(tmp_path.iterdir()) == [path]


def test_a_cell_that_is_cut_short_edited_or_foreign_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    write_cell(path, BODY)
    whole = path.read_bytes()
    for damaged in (
        whole[:-20],
        b"",
        whole.replace(b'"requests":300', b'"requests":301', 1),
        b"[]",
        b"{}",
        b"\xff\xfe",
    ):
        path.write_bytes(damaged)
        assert read_cell(path) is None
    foreign = json.loads(whole) | {"format": "other/1"}
    path.write_text(json.dumps(foreign), encoding="utf-8")
    assert read_cell(path) is None
    assert read_cell(tmp_path / "missing.json") is None


def test_every_cut_of_a_cell_is_found(tmp_path: Path) -> None:
    path = tmp_path / "cell.json"
    write_cell(path, BODY)
    whole = path.read_bytes()
    for length in (
        *range(0, len(whole) - 200, 97),
        *range(len(whole) - 200, len(whole) - 1),
    ):  # without its last line feed it is still whole
        path.write_bytes(whole[:length])
        assert read_cell(path) is None
