"""Compiled code of another state of the source is never run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim import compiled


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package of its own, and an environment in which nobody has chosen a cache."""
    folder = tmp_path / "package"
    (folder / "room").mkdir(parents=True)
    (folder / "room" / "kernel.py").write_text("import numba\n")
    monkeypatch.setattr(compiled, "SOURCES", folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "set, so that it is put back")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    return folder


def test_a_change_in_a_compiled_file_moves_the_cache_and_clears_the_old_one(package: Path) -> None:
    compiled.use_own_cache()
    first = Path(os.environ.pop("NUMBA_CACHE_DIR"))
    assert first.is_dir()
    (package / "room" / "kernel.py").write_text("import numba  # changed\n")
    compiled.use_own_cache()
    second = Path(os.environ["NUMBA_CACHE_DIR"])
    assert second.is_dir()
    assert second != first
    assert not first.exists()


def test_compiled_code_is_kept_while_no_compiled_file_changes(package: Path) -> None:
    compiled.use_own_cache()
    first = Path(os.environ.pop("NUMBA_CACHE_DIR"))
    (first / "kernel.nbc").write_bytes(b"code")
    (package / "words.py").write_text("x = 1\n")
    compiled.use_own_cache()
    assert (Path(os.environ["NUMBA_CACHE_DIR"]) / "kernel.nbc").read_bytes() == b"code"


def test_a_package_that_cannot_be_written_leaves_the_cache_with_the_user(
    package: Path, tmp_path: Path
) -> None:
    (package / "__pycache__").write_text("a file where the folder should be")
    compiled.use_own_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).parent == tmp_path / "cache" / "linkage-error-simulator"


def test_a_cache_chosen_by_the_caller_stands(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    compiled.use_own_cache()
    assert os.environ["NUMBA_CACHE_DIR"] == "elsewhere"
    assert not (package / "__pycache__").exists()


def test_a_renamed_file_changes_the_digest(package: Path) -> None:
    before = compiled.digest(package)
    (package / "room" / "kernel.py").rename(package / "room" / "other.py")
    assert compiled.digest(package) != before
