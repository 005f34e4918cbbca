"""A build that is stopped goes on; what is not whole, damaged or too large is refused in one line."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import call
from sim.errors import RefusedError, VerificationError
from sim.kept import estimate, files, parts, shelf, shortlists
from sim.kept.build import MAKE, build
from sim.kept.files import BLOCK
from sim.kept.layout import ROW, TRUTH_ROW
from sim.kept.store import Store
from sim.kept.world import BUILDING, MANIFEST, Manifest, World
from sim.scenario import Scenario
from sim.whole_files import lock

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the kept registry that may be changed."""
    return Path(shutil.copytree(folder, tmp_path / folder.name))


def turn(path: Path, at: int) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))


def test_a_build_stopped_midway_goes_on_and_gives_the_same_files(
    asked: Scenario, folder: Path, small_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(step: str, done: int, total: int, **info: Any) -> None:
        if step == MAKE and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(asked, tmp_path, workers=1, progress=stop)
    half = tmp_path / f"{folder.name}{BUILDING}"
    assert not shelf.has(asked, tmp_path)
    assert shelf.begun(asked, tmp_path) > 0
    assert [each.state for each in shelf.listed(tmp_path)] == ["not finished; `sim keep` goes on with it"]
    with pytest.raises(VerificationError, match="no kept registry, or not a whole one"):
        Store(half)
    turn(parts.path_of(half, "rows", 0), 100)  # found again, but not sound: made again
    made = []
    make = parts.make
    monkeypatch.setattr(parts, "make", lambda *given: made.append(given[-1]) or make(*given))
    again = build(asked, tmp_path, workers=1)
    assert again == tmp_path / folder.name
    assert sorted(made) == [0, 2, 3]
    assert Manifest.read(again).sums == Manifest.read(folder).sums
    assert shelf.has(asked, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {folder.name}


def test_a_build_stopped_between_its_manifest_and_its_name_is_only_named(
    copy: Path, asked: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy.rename(copy.with_name(f"{copy.name}{BUILDING}"))
    (copy.with_name(f"{copy.name}{BUILDING}") / "part-0000-rows").write_bytes(b"left over")
    monkeypatch.setattr(parts, "make", None)
    assert build(asked, copy.parent) == copy
    assert not list(copy.glob("part-*"))
    Store(copy).check()


def test_a_registry_of_another_version_is_listed_as_such(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shelf.listed(copy.parent)[0].state == "whole"
    monkeypatch.setattr(shelf, "made_by", lambda: "other sources")
    assert shelf.listed(copy.parent)[0].state == "made by another version, of no more use"


def test_a_registry_that_is_there_is_not_built_again(asked: Scenario, folder: Path) -> None:
    before = (folder / MANIFEST).read_bytes()
    assert build(asked, folder.parent) == folder
    assert (folder / MANIFEST).read_bytes() == before


def test_two_builds_of_one_registry_do_not_meet(asked: Scenario, tmp_path: Path) -> None:
    half = tmp_path / f"{World.of(asked).name}{BUILDING}"
    half.mkdir()
    with lock(half), pytest.raises(RefusedError, match="is in use by process"):
        build(asked, tmp_path)
    with lock(half), pytest.raises(RefusedError, match="is in use by process"):
        shelf.remove(tmp_path, half.name.removesuffix(BUILDING))


def test_a_whole_registry_passes_the_check(store: Store) -> None:
    files = [path for path in store.folder.iterdir() if path.name in store.manifest.sums]
    assert store.check() == sum(path.stat().st_size for path in files)


@pytest.mark.parametrize("name", ["rows", "truth-0001", "by-number", "by-line", "by-second", "offers-people"])
def test_a_file_cut_short_or_spoilt_at_its_end_is_refused_when_opened(copy: Path, name: str) -> None:
    path = copy / name
    turn(path, path.stat().st_size - 1)
    with pytest.raises(VerificationError, match=f"{name} is damaged .*; remove the registry"):
        Store(copy)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(VerificationError, match=f"{name} has .* bytes and should have"):
        Store(copy)
    path.unlink()
    with pytest.raises(VerificationError, match=f"{name} is missing"):
        Store(copy)


def test_a_byte_changed_in_the_midst_is_found_by_the_check(copy: Path) -> None:
    turn(copy / "rows", BLOCK + 5)
    with pytest.raises(VerificationError, match=r"rows is damaged \(block 1 of"):
        Store(copy).check()


def test_spoilt_places_are_refused_and_never_read(
    copy: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.Sums, "differs", lambda *_: None)
    entries = np.fromfile(copy / "by-number", "<u8")
    (entries | np.uint64(0xFFFFFFFF)).tofile(copy / "by-number")
    tin = store.numbers.shown(store.rows["tin"][:5])
    with pytest.raises(VerificationError, match="by-number is damaged"):
        Store(copy).by_number(tin[tin > 0], {})
    starts = np.fromfile(copy / "rows-buckets", "<u4")
    starts[5] += 7_000_000
    starts.tofile(copy / "rows-buckets")
    with pytest.raises(VerificationError, match="rows-buckets is damaged"):
        Store(copy)


@pytest.mark.parametrize("name", ["truth-0000", "truth-0001", "rows"])
def test_a_file_of_other_people_than_there_are_is_refused_whatever_its_sums(copy: Path, name: str) -> None:
    manifest = Manifest.read(copy)
    width = (ROW if name == "rows" else TRUTH_ROW).itemsize
    cut = (copy / name).read_bytes()[:-width]
    (copy / name).unlink()
    sums = files.write(copy / name, np.frombuffer(cut, np.uint8))
    replace(manifest, sums={**manifest.sums, name: sums}).write(copy)
    with pytest.raises(VerificationError, match=f"{name} is not of the size it should be"):
        Store(copy)


def test_an_edited_or_foreign_manifest_is_refused(copy: Path) -> None:
    whole = json.loads((copy / MANIFEST).read_bytes())
    for change, words in (
        ({"body": whole["body"] | {"title": "x"}}, "sha256: does not follow from the body"),
        ({"format": "something/else"}, "format: should be"),
        ({"body": None}, "body: should be an object"),
    ):
        (copy / MANIFEST).write_text(json.dumps(whole | change), encoding="utf-8")
        with pytest.raises(VerificationError, match=words):
            Store(copy)
    (copy / MANIFEST).write_text("[", encoding="utf-8")
    with pytest.raises(VerificationError, match="cannot be read"):
        Store(copy)


def test_too_little_disk_or_memory_is_refused_before_anything_is_written(
    asked: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "not" / "there"
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 1_000))
        with pytest.raises(RefusedError, match=r"GB of disk and 0\.0 GB are free"):
            build(asked, place)
    monkeypatch.setattr(estimate, "available_bytes", lambda: 1_000)
    with pytest.raises(RefusedError, match=r"GB of memory and 0\.0 GB are free"):
        build(asked, place)
    assert not place.exists()


def test_what_is_said_to_be_needed_grows_with_the_people() -> None:
    small, large = estimate.needs(2_000_000), estimate.needs(160_000_000)
    assert small.seconds < large.seconds and small.disk < large.disk < large.disk_peak
    assert small.memory < large.memory
    assert shortlists.size(160_000_000) < 2e9


def test_estimated_disk_is_near_what_is_written(folder: Path, asked: Scenario) -> None:
    written = Manifest.read(folder).bytes
    assert 0.6 * written < estimate.needs(asked.population.size).disk < 3 * written


def test_the_commands_list_check_and_remove(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(copy.parent)]
    assert call(["kept", *out]) == 0
    assert f"{copy.name}" in (told := capsys.readouterr().out) and "533,288 taxpayers" in told
    assert call(["kept", *out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["state"] == "whole"
    assert call(["kept", *out, "--check", copy.name]) == 0
    assert "bytes, every one as it was written" in capsys.readouterr().out
    turn(copy / MANIFEST, 200)
    assert call(["kept", *out]) == 0
    assert "damaged" in capsys.readouterr().out
    assert call(["kept", *out, "--check", copy.name]) == 2
    assert call(["kept", *out, "--remove", copy.name]) == 0
    assert not copy.exists()
    assert call(["kept", *out]) == 0
    assert "no registry is kept" in capsys.readouterr().out
    for name in (copy.name, "../elsewhere"):
        assert call(["kept", *out, "--remove", name]) == 2
        assert "there is no kept registry" in capsys.readouterr().err


def test_the_command_keeps_says_what_it_takes_and_refuses(
    folder: Path, asked: Scenario, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    question = ["keep", "aug2025-as-run", "--set", f"population.size={asked.population.size}"]
    where = ["--out", str(folder.parent)]
    assert call([*question, *where, "--dry-run"]) == 0
    assert "GB of disk" in capsys.readouterr().out
    assert call([*question, *where, "--quiet"]) == 0
    assert "SYNTHETIC DATA. 533,288 taxpayers kept in" in capsys.readouterr().out
    assert call([*question, *where, "--quiet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == folder.name
    assert call([*question, "--workers", "0"]) == 2
    assert "--workers" in capsys.readouterr().err
    monkeypatch.setattr(estimate, "available_bytes", lambda: 1_000)
    assert call(["keep", "--dry-run", *where]) == 3
    assert "refused: a kept registry of" in capsys.readouterr().err
