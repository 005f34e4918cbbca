"""Files and folders are whole or not there, their owner's alone, and nothing of a writer stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim import whole_files
from sim.errors import RefusedError


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of everything below a folder."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in folder.rglob("*")}


def fill(place: Path) -> None:
    whole_files.create(place / "a", b"new")
    whole_files.make_folder(place / "deep" / "er")


def test_all_that_is_written_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        whole_files.make_folder(tmp_path / "new" / "inner")
        whole_files.write(tmp_path / "new" / "file", b"x")
        whole_files.write_folder(tmp_path / "runs" / "r", fill)
        with whole_files.lock(tmp_path / "new"):
            held = modes(tmp_path / "new")
        with whole_files.Scratch("test") as place:
            assert place.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)
    assert held == {"inner": 0o700, "file": 0o600, ".lock": 0o600, ".held-by": 0o600}
    assert modes(tmp_path / "runs") == {"r": 0o700, "r/a": 0o600, "r/deep": 0o700, "r/deep/er": 0o700}


def test_a_folder_that_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    whole_files.make_folder(tmp_path / "inner")
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_where_a_folder_should_be_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file") as found:
        whole_files.make_folder(tmp_path / "file" / "inner")
    assert found.value.filename is not None


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["replace", "fsync"])
@pytest.mark.parametrize("fails", [full, interrupted])
def test_a_failed_write_leaves_the_old_file_and_no_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, fails: Callable[..., None]
) -> None:
    path = whole_files.write(tmp_path / "file", b"old")
    monkeypatch.setattr(os, step, fails)
    with pytest.raises((OSError, KeyboardInterrupt)):
        whole_files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_folder_replaced_is_never_half_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(whole_files, "_exchanged", lambda *_: False)
    target = whole_files.write_folder(tmp_path / "r", lambda f: whole_files.create(f / "b", b"old") and None)

    def fails(place: Path) -> None:
        fill(place)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whole_files.write_folder(target, fails)
    assert (target / "b").read_bytes() == b"old" and list(tmp_path.iterdir()) == [target]
    whole_files.write_folder(target, fill)
    assert sorted(path.name for path in target.iterdir()) == ["a", "deep"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform != "linux", reason="names are exchanged in one step on Linux")
def test_a_folder_is_exchanged_for_the_new_one_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "is").write_text(name)
    assert whole_files._exchanged(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "is").read_text() == "other"
    assert not whole_files._exchanged(tmp_path / "one", tmp_path / "not there")


HOLDER = """
import os, pathlib, sys
from sim import whole_files
folder = pathlib.Path(sys.argv[1])
os.environ["TMPDIR"] = sys.argv[1]
with whole_files.Scratch("live") as live, whole_files.writing(folder / "file") as stream:
    stream.write(b"half")
    def fill(place):
        whole_files.create(place / "a", b"new")
        print("held", flush=True)
        sys.stdin.read()
    whole_files.write_folder(folder / "run", fill)
"""


def test_what_a_living_process_writes_stays_and_what_a_dead_one_left_goes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        for prefix in (whole_files.TEMPORARY, "linkage-error-simulator-"):
            assert whole_files.remove_leftovers(tmp_path, prefix) == 0
        assert len(list(tmp_path.iterdir())) == 3
        holder.kill()
        holder.wait()
    assert whole_files.remove_leftovers(tmp_path, "linkage-error-simulator-") == 1
    whole_files.write(tmp_path / "other", b"x")  # a process clears a folder before it writes there
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_what_is_no_leftover_of_ours_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / ".tmp-link").symlink_to(kept)
    (tmp_path / "run").mkdir()
    assert whole_files.remove_leftovers(tmp_path) == 0
    (tmp_path / ".tmp-theirs").write_bytes(b"half")
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    assert whole_files.remove_leftovers(tmp_path) == 0
    monkeypatch.undo()
    assert whole_files.remove_leftovers(tmp_path) == 1
    assert whole_files.remove_leftovers(tmp_path / "not there") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-link", "kept", "run"]


def test_a_name_as_long_as_a_system_takes_can_be_written(tmp_path: Path) -> None:
    path = whole_files.write(tmp_path / ("ä" * 127), b"x")
    whole_files.write_folder(tmp_path / ("ö" * 127), fill)
    assert path.read_bytes() == b"x" and len(list(tmp_path.iterdir())) == 2


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from sim.whole_files import lock\n"
        "with lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(RefusedError, match=f"in use by process {holder.pid} since 20"),
            whole_files.lock(tmp_path),
        ):
            pass
        holder.kill()
        holder.wait()
        with whole_files.lock(tmp_path):  # the system releases the lock of a killed process
            pass
    with whole_files.lock(tmp_path):
        pass
