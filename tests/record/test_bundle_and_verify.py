"""A bundle is the same on every repeat, tells what was touched, and is opened with care."""

from __future__ import annotations

import hashlib
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from sim.errors import VerificationError
from sim.record import writer
from sim.record.agreement import differences
from sim.record.bundle import bundle
from sim.record.safe_zip import unpack
from sim.record.verify import DIFFERENT, IDENTICAL, Asked, verify
from sim.study.replicates import StudyResult
from tests.record.forging import forged, sums
from tests.record.standin import study


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return writer.write(study(replicates=4, requests=1_500), tmp_path_factory.mktemp("runs"))


@pytest.fixture
def bundled(made, tmp_path):
    return bundle(made, tmp_path / f"{made.name}.zip")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Let verification repeat the stand-in study in place of a simulated one."""
    monkeypatch.setattr("sim.record.verify.study", again)


def again(scenario, progress=None, workers=1) -> StudyResult:
    return study(scenario.replicates, scenario.requests.count, settings={"seed": scenario.seed})


def test_a_bundle_is_the_same_bytes_on_every_repeat(made, tmp_path):
    one, two = bundle(made, tmp_path / "a.zip"), bundle(made, tmp_path / "b.zip")
    assert one.read_bytes() == two.read_bytes()


def test_a_bundle_lists_every_file_with_its_sum(bundled, tmp_path):
    folder = unpack(bundled, tmp_path / "out")
    lines = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    assert set(lines) == names
    assert all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in lines.items()
    )
    assert {"citation.bib", "CITATION.cff", "VERIFY.txt", "environment.txt", "manifest.schema.json"} <= names


def test_a_damaged_run_is_not_bundled(made, tmp_path):
    copy = Path(shutil.copytree(made, tmp_path / made.name))
    (copy / "rates.csv").write_text("x")
    with pytest.raises(VerificationError, match=r"rates\.csv: file: has other bytes"):
        bundle(copy)


def test_an_untouched_bundle_and_its_folder_are_bit_identical(bundled, made):
    for place in (bundled, made):
        verdict = verify(place)
        assert (verdict.word, verdict.reasons) == (IDENTICAL, ())
        assert f"{verdict.run_id} repeated: 4 of 4 populations" in verdict.checked


def test_fewer_replicates_can_be_repeated(bundled):
    verdict = verify(bundled, Asked(replicates=2))
    assert verdict.word == IDENTICAL and f"{verdict.run_id} repeated: 2 of 4 populations" in verdict.checked


@pytest.mark.parametrize(
    "name", ["rates.csv", "counts.csv", "outcomes.parquet", "scenario.toml", "manifest.json", "VERIFY.txt"]
)
def test_one_changed_digit_names_the_file(bundled, tmp_path, name):
    folder = unpack(bundled, tmp_path / "out")
    data = bytearray((folder / name).read_bytes())
    at = next(i for i in range(len(data) // 2, len(data)) if chr(data[i]).isdigit())
    data[at] = ord("7") if data[at] != ord("7") else ord("3")
    (folder / name).write_bytes(data)
    verdict = verify(folder)
    assert verdict.word == DIFFERENT and any(
        reason.startswith(f"{name}: file: has other bytes") for reason in verdict.reasons
    )


def test_a_file_more_or_less_is_named(bundled, tmp_path):
    folder = unpack(bundled, tmp_path / "out")
    (folder / "extra.txt").write_text("x")
    (folder / "rates.csv").unlink()
    verdict = verify(folder)
    assert (
        "extra.txt: file: is not listed in SHA256SUMS" in verdict.reasons
        and "rates.csv: file: is missing" in verdict.reasons
    )


def test_edited_rates_are_found_even_when_every_sum_was_made_anew(bundled, tmp_path):
    def change(folder):
        path = folder / "rates.csv"
        path.write_text(path.read_text().replace("addresses disclosed", "addresses shown"))

    reasons = verify(forged(bundled, tmp_path / "out", change, {"rates.csv"})).reasons
    assert reasons[0].startswith("rates.csv: wrong_person: does not follow from the counts (")


def test_edited_counts_are_found_even_when_every_sum_was_made_anew(bundled, tmp_path):
    def change(folder):
        path = folder / "counts.csv"
        head, first, *rest = path.read_text().splitlines()
        cells = first.split(",")
        cells[8] = str(int(cells[8]) + 1)
        path.write_text("\n".join([head, ",".join(cells), *rest]) + "\n")

    reasons = verify(forged(bundled, tmp_path / "out", change, {"counts.csv"})).reasons
    (told,) = [reason for reason in reasons if reason.startswith("counts.csv: ")]
    assert "does not follow from the rows" in told and "population 0" in told


def test_a_changed_seed_is_different_whether_or_not_the_rest_was_made_to_agree(bundled, tmp_path):
    def reseed(folder):
        path = folder / "scenario.toml"
        path.write_text(path.read_text().replace("\nseed = 1\n", "\nseed = 2\n"))

    folder = unpack(bundled, tmp_path / "one")
    reseed(folder)
    sums(folder)
    verdict = verify(folder)
    assert verdict.word == DIFFERENT and "scenario.toml: file: has other bytes" in verdict.reasons[0]

    verdict = verify(forged(bundled, tmp_path / "all", reseed))
    assert verdict.word == DIFFERENT
    assert verdict.reasons[0].startswith("the same environment gives other rows")


def test_differences_name_what_changed_between_two_environments():
    then = {"python": "3.11.7", "libraries": {"numpy": "2.4.6"}, "engine_source": "a"}
    now = {"python": "3.12.1", "libraries": {"numpy": "2.4.6"}, "engine_source": "b"}
    assert differences(then, now) == ["python 3.11.7, now 3.12.1", "the sources of the engine differ"]
    assert differences(then, then) == []


def zipped(path: Path, members: list[tuple[zipfile.ZipInfo | str, bytes]], **options) -> Path:
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("r-1/link")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([("../evil", b"x")], "leaves the folder"),
        ([("/etc/evil", b"x")], "leaves the folder"),
        ([("r-1/../../evil", b"x")], "leaves the folder"),
        ([("r-1\\..\\evil", b"x")], "leaves the folder"),
        ([("C:/evil", b"x")], "leaves the folder"),
        ([(link(), b"/etc/passwd")], "link"),
        ([("r-1/a", b"x"), ("r-2/b", b"x")], "one folder"),
        ([("a", b"x")], "one folder"),
        ([], "empty"),
        ([("r-1/a", b"x"), ("r-1/A", b"y")], "twice"),
    ],
)
def test_an_unsafe_zip_is_refused_and_nothing_is_written_outside(tmp_path, members, problem):
    place = tmp_path / "deep" / "place"
    place.mkdir(parents=True)
    archive = zipped(tmp_path / "b.zip", members)
    with pytest.raises(VerificationError, match=problem):
        verify(archive)
    with pytest.raises(VerificationError, match=problem):
        unpack(archive, place)
    assert list(place.iterdir()) == [] and not (tmp_path / "evil").exists()


def test_a_bomb_is_refused_by_swelling_by_size_and_by_number(tmp_path):
    zeros = zipped(tmp_path / "z.zip", [("r-1/zeros", bytes(8 << 20))], compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(VerificationError, match="swells"):
        verify(zeros)
    with pytest.raises(VerificationError, match="would unpack to"):
        verify(zeros, Asked(most_bytes=1 << 20))
    many = zipped(tmp_path / "m.zip", [(f"r-1/{i}", b"") for i in range(2_001)])
    with pytest.raises(VerificationError, match="2,001 files"):
        verify(many)


def test_what_is_no_zip_or_is_cut_short_is_refused_in_words(tmp_path, bundled):
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(VerificationError, match="not an intact ZIP"):
        verify(junk)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(bundled.read_bytes()[:-4_000])
    with pytest.raises(VerificationError, match="not an intact ZIP"):
        verify(cut)
    with pytest.raises(VerificationError, match="no such bundle"):
        verify(tmp_path / "absent.zip")


def test_a_flipped_byte_inside_the_zip_never_passes(bundled, tmp_path):
    data = bytearray(bundled.read_bytes())
    data[len(data) // 3] ^= 0x40
    (tmp_path / "flipped.zip").write_bytes(data)
    try:
        verdict = verify(tmp_path / "flipped.zip")
    except VerificationError:
        return
    assert verdict.word == DIFFERENT
