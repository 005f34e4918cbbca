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


def test_a_folder_that_others_can_write_is_not_read_from(package: Path, tmp_path: Path) -> None:
    compiled.use_own_cache()
    first = Path(os.environ.pop("NUMBA_CACHE_DIR"))
    for mode in (0o770, 0o777, 0o1777):
        first.chmod(mode)
        compiled.use_own_cache()
        chosen = Path(os.environ.pop("NUMBA_CACHE_DIR"))
        assert chosen.parent == tmp_path / "cache" / "linkage-error-simulator"
        assert chosen.stat().st_mode & 0o077 == 0


def test_a_folder_inside_one_that_others_can_write_is_not_read_from(package: Path, tmp_path: Path) -> None:
    package.chmod(0o777)  # its __pycache__ could be exchanged for another
    compiled.use_own_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_relative_to(tmp_path / "cache")


def test_another_users_folder_is_not_read_from(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled.use_own_cache()
    first = Path(os.environ.pop("NUMBA_CACHE_DIR"))
    assert compiled.private(first)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    assert compiled.private(Path("/")) and compiled.private(first) is (first.stat().st_uid == 0)
    monkeypatch.undo()
    (package / "link").symlink_to(first)
    assert compiled.private(package / "link")  # to one's own: as good as the folder
    first.chmod(0o777)
    assert not compiled.private(package / "link")


def test_a_cache_chosen_by_the_caller_that_others_can_write_does_not_stand(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "open").mkdir()
    (package / "open").chmod(0o777)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(package / "open"))
    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR is not used: others can write to"):
        compiled.use_own_cache()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).parent == package / "__pycache__"


def test_what_other_checkouts_use_in_a_shared_place_stays(package: Path, tmp_path: Path) -> None:
    (package / "__pycache__").write_text("a file where the folder should be")
    shared = tmp_path / "cache" / "linkage-error-simulator"
    for name in ("numba-used", "numba-forgotten"):
        (shared / name).mkdir(parents=True)
    os.utime(shared / "numba-forgotten", (0, 0))
    compiled.use_own_cache()
    assert (shared / "numba-used").is_dir() and not (shared / "numba-forgotten").exists()


def test_without_home_and_user_name_there_is_still_a_place(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    (package / "__pycache__").write_text("a file where the folder should be")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nobody)
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path))
    compiled.use_own_cache()
    place = Path(os.environ.pop("NUMBA_CACHE_DIR"))
    assert place.parent == tmp_path / f"linkage-error-simulator.cache-{os.geteuid()}"
    place.chmod(0o777)  # taken by somebody else: one that ends with this process
    compiled.use_own_cache()
    assert not Path(os.environ["NUMBA_CACHE_DIR"]).is_relative_to(place.parent)
