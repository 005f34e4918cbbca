"""Cell files: whole or not there, and never believed when damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.errors import RefusedError
from sim.study.store import lock, read_cell, remove_leftovers, write_cell, write_whole

BODY = {"status": "done", "counts": [{"requests": 10, "répétés": 1}], "error": ""}


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
        whole.replace(b'"requests":10', b'"requests":11'),
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
    for length in range(len(whole) - 1):  # without its last line feed it is still whole
        path.write_bytes(whole[:length])
        assert read_cell(path) is None


def test_a_failed_write_leaves_the_old_file_and_no_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_temporary_files_of_killed_writers_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".tmp-abc").write_bytes(b"half")
    (tmp_path / "cell.json").write_bytes(b"kept")
    assert remove_leftovers(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cell.json"]


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from sim.study.store import lock\n"
        "with lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RefusedError, match=f"in use by process {holder.pid} since 20"), lock(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with lock(tmp_path):  # the system releases the lock of a killed process
            pass
    with lock(tmp_path):
        pass
