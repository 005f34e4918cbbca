"""Every path that a command writes to: what cannot be written is one line and exit 2, before any work."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import whole_files
from sim.cli import call
from sim.commands.places import check_file, check_out
from sim.kept.world import World
from sim.population import country
from sim.report.companions import run_id_of
from sim.scenario import Scenario

SMALL = ["--set", "population.size=3_000", "--set", "requests.count=200", "--set", "requests.coverage=0.5",
         "--set", "noise.unit_missing.rate=0", "--set", "replicates=1"]  # fmt: skip
SWEEP = 'scenario = "aug2025-as-run"\n[axes]\nseed = [1, 2]\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small run's folder."""
    out = tmp_path_factory.mktemp("runs")
    assert call(["run", *SMALL, "--out", str(out), "--quiet"]) == 0
    return next(out.glob("r-*"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Path) -> Path:
    """Return a folder to work in, with a sweep, a run and a file, where no population can be made."""

    def no_work(*_: Any, **__: Any) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(country.Country, "__init__", no_work)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.toml").write_text(SWEEP)
    (tmp_path / "file").write_text("")
    shutil.copytree(made, tmp_path / made.name)
    return tmp_path


def refuse_below(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be made below a folder, as on a system that is mounted read-only: root writes elsewhere."""
    before = tempfile.mkstemp

    def mkstemp(*arguments: Any, **options: Any) -> tuple[int, str]:
        folder = Path(options.get("dir") or tempfile.gettempdir()).absolute()
        if folder == place or place in folder.parents:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(folder))
        return before(*arguments, **options)

    monkeypatch.setattr(whole_files.tempfile, "mkstemp", mkstemp)


def refused(arguments: list[str], option: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is said of an option by a command that ends with 2 and this one line."""
    assert call([*arguments, "--quiet"] if arguments[0] != "bundle" else arguments) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    *notes, line = errors.splitlines()
    assert notes == []
    assert line.startswith(f"command line: {option}: ")
    return line


COMMANDS = {
    "run": ["run", *SMALL],
    "sweep": ["sweep", "two.toml", *SMALL],
    "keep": ["keep", *SMALL[:2]],
    "sensitivity": ["sensitivity", "aug2025-as-run", "--method", "tornado", *SMALL],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_results_on_a_read_only_system_are_refused_before_the_work(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "sealed").mkdir()
    refuse_below(here / "sealed", monkeypatch)
    for out in ("sealed", "sealed/deep/er"):
        line = refused([*COMMANDS[name], "--out", out], "--out", capsys)
        assert line == f"command line: --out: cannot be written: Read-only file system (got '{out}')"
    assert list((here / "sealed").iterdir()) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_what_stands_in_the_way_of_results_is_named_before_the_work(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Scenario.load("aug2025-as-run", [each.split("=") for each in SMALL[1::2]])  # type: ignore[misc]
    blocked = {"run": run_id_of(asked), "sweep": "two", "sensitivity": "aug2025-as-run"}.get(name)
    if name == "keep":
        smaller = Scenario.load("aug2025-as-run", [("population.size", "3_000")])
        blocked = World.of(smaller, 0).name
    assert blocked is not None
    (here / "results").mkdir()
    (here / "results" / blocked).write_text("somebody's")
    line = refused([*COMMANDS[name], "--out", "results"], "--out", capsys)
    assert f"holds {blocked}, which is a file and should be a folder" in line
    assert (here / "results" / blocked).read_text() == "somebody's"


@pytest.mark.parametrize("blocked", ["report.html", "companions.json", "figures"])
def test_what_stands_in_the_way_of_a_report_is_named_before_its_companions_are_run(
    blocked: str, here: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = here / made.name / blocked
    place.unlink(missing_ok=True)
    place.write_text("") if blocked == "figures" else place.mkdir()
    kinds = ("file", "folder") if blocked == "figures" else ("folder", "file")
    line = refused(["report", made.name], "run", capsys)
    assert f"holds {blocked}, which is a {kinds[0]} and should be a {kinds[1]}" in line


def test_a_run_that_cannot_be_written_into_has_no_report_and_one_beside_which_nothing_can_neither(
    here: Path, made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_below(here / made.name, monkeypatch)
    assert "cannot be written: Read-only" in refused(["report", made.name], "run", capsys)
    monkeypatch.undo()
    monkeypatch.chdir(here)
    monkeypatch.setattr(country.Country, "__init__", lambda *_, **__: pytest.fail("work was begun"))
    before = whole_files.try_folder
    beside: Callable[[Path], None] = lambda folder: (  # noqa: E731
        (_ for _ in ()).throw(OSError(errno.EROFS, "Read-only")) if folder == here else before(folder)
    )
    monkeypatch.setattr(whole_files, "try_folder", beside)
    assert f"(got '{here}')" in refused(["report", made.name], "run", capsys)


@pytest.mark.parametrize(
    ("out", "told"),
    [
        (".", "is a folder, and should be a file"),
        ("no/such/run.zip", "is in no folder that is there"),
        ("file/run.zip", "is in no folder that is there"),
        ("sealed/run.zip", "cannot be written: Read-only file system"),
    ],
)
def test_a_bundle_that_cannot_be_written_is_refused_before_the_run_is_read(
    out: str,
    told: str,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (here / "sealed").mkdir()
    refuse_below(here / "sealed", monkeypatch)
    assert told in refused(["bundle", "no-run", "--out", out], "--out", capsys)
    (here / "sealed" / "r-1").mkdir()
    assert "cannot be written: Read-only" in refused(["bundle", "sealed/r-1"], "run", capsys)


def test_without_a_folder_for_temporary_files_a_verification_and_a_pdf_are_refused_at_once(
    here: Path, made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    told = "environment: TMPDIR: no folder for temporary files can be written: No usable temporary directory"
    for arguments in (["verify", "file"], ["report", made.name, "--pdf"]):
        assert call([*arguments, "--quiet"]) == 2
        assert capsys.readouterr().err.startswith(told)


def test_a_comparison_where_nothing_can_be_kept_says_so_before_it_begins(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_below(here, monkeypatch)
    with pytest.raises(AssertionError, match="work was begun"):
        call(["compare", "aug2025-as-run", "name-dob", *SMALL, "--quiet"])
    assert capsys.readouterr().err == (
        f"warning: {here}: cannot be written; if this is stopped it starts anew\n"
    )


def test_what_is_tried_leaves_nothing(tmp_path: Path) -> None:
    check_out(tmp_path / "runs" / "deep", ["r-1"], ["r-1/report.html"])
    check_file(tmp_path / "run.zip")
    assert list(tmp_path.iterdir()) == []
