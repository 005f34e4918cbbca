"""System litter is no evidence; what a bundle cannot hold is said; a rerun is paid for knowingly."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from sim.cli import call
from sim.errors import FileErrors, RefusedError
from sim.record import writer
from sim.record.bundle import GENERATED, bundle
from sim.record.litter import is_litter
from sim.record.safe_zip import unpack
from sim.record.verify import DIFFERENT, IDENTICAL, Asked, verify
from sim.report.again import made_again
from sim.report.companions import plans, scenario_of
from tests.record.forging import forged, put, settle, sums
from tests.record.standin import study
from tests.record.test_bundle_and_verify import bundled, made, quick

__all__ = ["bundled", "made", "quick"]

LITTER = (
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    "._rates.csv",
    "figures/.DS_Store",
    "__MACOSX/._manifest.json",
)


def add_litter(folder: Path) -> None:
    for name in LITTER:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"left by a system")


@pytest.mark.parametrize("name", [*LITTER, "__MACOSX/r-1/._x", ".directory", "a/THUMBS.DB"])
def test_what_a_system_leaves_is_litter(name):
    assert is_litter(name)


@pytest.mark.parametrize(
    "name", ["rates.csv", "notes.txt", ".hidden", "macosx/x", "thumbs.db.txt", "figures/a.svg"]
)
def test_what_a_person_may_have_put_there_is_no_litter(name):
    assert not is_litter(name)


def test_litter_in_a_folder_or_an_archive_is_neither_evidence_nor_packed(made, bundled, tmp_path):
    folder = unpack(bundled, tmp_path / "out")
    add_litter(folder)
    assert verify(folder).word == IDENTICAL
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
        archive.writestr(f"__MACOSX/{folder.name}/._manifest.json", b"x")
        archive.writestr("__MACOSX/._x", b"x")
        archive.writestr(".DS_Store", b"x")
    assert verify(again).word == IDENTICAL
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    clean = bundle(copy, tmp_path / "clean.zip").read_bytes()
    add_litter(copy)
    assert bundle(copy, tmp_path / "littered.zip").read_bytes() == clean


def test_an_archive_without_its_top_folder_is_read_all_the_same(bundled, tmp_path):
    folder = unpack(bundled, tmp_path / "out")
    flat = tmp_path / "flat.zip"
    with zipfile.ZipFile(flat, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder).as_posix())
    assert verify(flat).word == IDENTICAL


def test_a_file_that_somebody_added_is_no_litter(bundled, tmp_path):
    folder = unpack(bundled, tmp_path / "out")
    (folder / "opinion.txt").write_text("x")
    assert verify(folder).reasons == ("opinion.txt: file: is not listed in SHA256SUMS",)
    sums(folder)
    verdict = verify(folder)
    assert verdict.word == IDENTICAL
    assert "opinion.txt: is no file that a run makes" in verdict.unchecked


def test_an_unpacked_bundle_is_not_bundled_again_and_says_so_in_a_line(bundled, tmp_path, capsys):
    folder = unpack(bundled, tmp_path / "out")
    assert call(["bundle", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "SHA256SUMS: is there already: this is an unpacked bundle" in line
    assert not list(folder.parent.glob("*.zip"))


@pytest.mark.parametrize("name", [*GENERATED, "verify.TXT", "companions/notes.txt"])
def test_a_file_named_like_one_that_the_bundle_makes_is_a_mistake_in_a_line(made, tmp_path, name):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text("mine")
    with pytest.raises(FileErrors) as told:
        bundle(copy)
    (mistake,) = told.value.mistakes
    assert (mistake.key, "of its own" in mistake.problem) == (name, True)


@pytest.mark.parametrize("name", ["grün.txt", "a:b.txt", "x" * 200 + ".txt"])
def test_a_name_that_verification_would_refuse_is_not_packed(made, tmp_path, name):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    (copy / name).write_text("mine")
    if len(name) > 100:
        assert bundle(copy).is_file()
        return
    with pytest.raises(FileErrors, match="refused"):
        bundle(copy)
    assert [path.name for path in tmp_path.iterdir()] == [made.name]


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """Return a run folder with two runs beside it, as `sim report` sets them, and a report of all."""
    place = tmp_path_factory.mktemp("beside")
    result = study(2, 300)
    folder = writer.write(result, place)
    from sim.record.reader import read  # noqa: PLC0415

    run, listed = read(folder), []
    for plan in (plans()[0], plans()[3]):
        scenario = scenario_of(plan, run, 2)
        other = study(2, 300, settings=dict(plan.settings) | {"title": scenario.title})
        assert other.scenario.sha256() == scenario.sha256()
        name = writer.write(other, place).name
        listed.append({"role": plan.role, "change": plan.change, "run_id": name})
    put(folder / "companions.json", json.dumps(listed))
    return folder


def again(scenario, progress=None, workers=1):
    """Run the stand-in of a companion or of the run itself."""
    made = study(scenario.replicates, scenario.requests.count, settings={"seed": scenario.seed})
    from dataclasses import replace  # noqa: PLC0415

    return replace(made, scenario=scenario)


def test_runs_set_beside_are_run_again_too(beside, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.record.verify.study", again)
    packed = bundle(beside, tmp_path / "b.zip")
    verdict = verify(packed, Asked(reports=made_again))
    assert verdict.word == IDENTICAL, verdict.text()
    assert sum("repeated: 2 of 2 populations" in each for each in verdict.checked) == 3


def test_a_forged_run_beside_is_different(beside, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.record.verify.study", again)
    packed = bundle(beside, tmp_path / "b.zip")

    def change(folder):
        other = sorted((folder / "companions").iterdir())[0]
        path = other / "counts.csv"
        lines = path.read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("1,everybody,"))
        cells = lines[at].split(",")
        place = lines[0].split(",").index("wrong_disclosed")
        cells[place] = str(int(cells[place]) + 40)
        lines[at] = ",".join(cells)
        put(path, "\n".join(lines) + "\n")
        settle(other, {"counts.csv", "ro-crate-metadata.json"})

    verdict = verify(forged(packed, tmp_path / "out", change))
    assert verdict.word == DIFFERENT
    assert any(r.startswith("companions/r-") and "counts.csv" in r for r in verdict.reasons), verdict.text()


def test_a_run_beside_whose_rates_do_not_follow_is_different_without_running_it(beside, tmp_path):
    packed = bundle(beside, tmp_path / "b.zip")

    def change(folder):
        other = sorted((folder / "companions").iterdir())[0]
        path = other / "rates.csv"
        put(path, path.read_text().replace(",2,", ",3,", 1))
        settle(other, {"rates.csv", "ro-crate-metadata.json"})

    verdict = verify(forged(packed, tmp_path / "out", change))
    assert verdict.word == DIFFERENT and verdict.reasons[0].startswith("companions/r-")


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '[{"run_id": "../../secret", "role": "x", "change": "y"}]', "["]
)
def test_a_list_of_runs_beside_takes_nothing_from_elsewhere(made, tmp_path, text):
    secret = tmp_path / "secret"
    shutil.copytree(made, secret)
    copy = Path(shutil.copytree(made, tmp_path / "runs" / made.name))
    put(copy / "companions.json", text)
    with pytest.raises(FileErrors, match=r"companions\.json"):
        bundle(copy)
    assert not list((tmp_path / "runs").glob("*.zip"))


def test_a_bundle_of_four_hundred_million_people_is_refused_with_the_estimate(bundled, tmp_path, monkeypatch):
    def larger(folder):
        path = folder / "scenario.toml"
        put(path, path.read_text().replace("size = 1000000\n", "size = 400000000\n"))

    folder = forged(bundled, tmp_path / "out", larger)
    ran = []
    monkeypatch.setattr("sim.record.verify.study", lambda *_, **__: ran.append(1))
    with pytest.raises(RefusedError, match=r"about .* GB for 4 populations of up to 400,000,000 people"):
        verify(folder)
    monkeypatch.setattr("sim.record.verify.available_bytes", lambda: 1_000_000)
    with pytest.raises(RefusedError, match="GB are free"):
        verify(folder, Asked(agreed=True))
    assert not ran


def test_the_command_ends_with_the_code_of_its_verdict(bundled, tmp_path, capsys):
    assert call(["verify", str(bundled), "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["verdict"] == "identical" and "takes about" in told.err
    folder = unpack(bundled, tmp_path / "out")
    (folder / "rates.csv").write_text("x")
    assert call(["verify", str(folder), "--quiet"]) == 1
    assert call(["verify", str(tmp_path / "none.zip")]) == 2
    assert "no such bundle" in capsys.readouterr().err
