"""A run of an older format shows its own counts; it is neither resumed nor bundled nor verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.errors import FileErrors
from sim.record import read, write
from sim.record.bundle import bundle
from sim.record.consistency import mistakes
from sim.record.verify import verify
from sim.report import whose
from sim.report.findings import Findings
from sim.report.sections.front import headline
from sim.study.replicates import StudyResult
from tests.record.forging import older
from tests.record.standin import study

TOLD = "manifest.json: format: is run/1, which has no row for each disclosed address"


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return study(2, 600)


@pytest.fixture
def folder(result: StudyResult, tmp_path: Path) -> Path:
    made = write(result, tmp_path)
    older(made)
    return made


def test_it_is_checked_against_its_rows_and_shows_its_own_counts(result: StudyResult, folder: Path) -> None:
    run = read(folder)
    assert run.older and mistakes(run) == []
    assert (run.addresses, run.disclosures) == (None, None)
    found = Findings.of(folder)
    assert found.total("wrong_disclosed") == result.counts["wrong_disclosed"].sum()
    assert found.rates["wrong_person"] == result.headline
    assert found.quantities == {}
    assert whose.NOT_COUNTED in str(headline(found).blocks)


def test_it_is_neither_verified_nor_bundled(folder: Path) -> None:
    with pytest.raises(FileErrors, match=TOLD):
        verify(folder)
    with pytest.raises(FileErrors, match=TOLD):
        bundle(folder)


def test_it_is_not_taken_for_the_run_asked_for(result: StudyResult, folder: Path) -> None:
    assert write(result, folder.parent) == folder
    assert not read(folder).older
    assert (folder / "disclosures.parquet").exists()


def test_a_run_of_today_without_its_addresses_is_no_run_of_before(
    result: StudyResult, tmp_path: Path
) -> None:
    made = write(result, tmp_path)
    path = made / "manifest.json"
    for name in ("disclosures.parquet", "addresses.csv"):
        told = json.loads(path.read_text("utf-8"))
        del told["files"][name]
        path.write_text(json.dumps(told))
        with pytest.raises(FileErrors, match=f"'{name}' is a required property"):
            read(made)
        write(result, tmp_path)
    told = json.loads(path.read_text("utf-8"))
    del told["rows"]["disclosures"]
    path.write_text(json.dumps(told))
    with pytest.raises(FileErrors, match="'disclosures' is a required property"):
        read(made)
