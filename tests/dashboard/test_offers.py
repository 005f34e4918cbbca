"""Every file on offer can be opened by its format, and a short report says that it is short."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from sim.dashboard import files
from sim.record import write
from sim.report.checklist import CHECKLIST
from sim.report.findings import Findings
from sim.report.model import PAGE, SECTIONS, build, page
from sim.scenario import Scenario
from sim.study.replicates import run
from tests.dashboard.opening import open_file
from tests.record.forging import older
from tests.record.standin import study
from tests.report.reports import findings


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    small = {"population.size": 5_000, "requests.count": 300, "noise.unit_missing.rate": 0.0}
    result = run(Scenario.of({**small, "replicates": 2}))
    return Findings.of(write(result, tmp_path_factory.mktemp("runs")))


def test_each_offer_is_made_and_opens_as_what_its_name_says(found: Findings, tmp_path: Path) -> None:
    seen = set()
    for offer in files.offers(found):
        path = tmp_path / offer.name
        path.write_bytes(offer.make())
        words = open_file(path)
        seen.add(path.suffix)
        assert offer.name.startswith(found.run.run_id)
        if path.suffix in (".pdf", ".docx", ".html"):
            assert "Short report" in words
            assert "short-report" in offer.name
            assert offer.label.startswith("Short report")
    assert seen == {".zip", ".html", ".pdf", ".docx", ".csv", ".parquet", ".toml"}


def test_a_run_of_an_older_format_offers_what_it_has_and_no_bundle(tmp_path: Path) -> None:
    folder = write(study(2, 300), tmp_path)
    older(folder)
    offered = {each.name.partition("-")[2].partition("-")[2] for each in files.offers(Findings.of(folder))}
    assert {"rates.csv", "counts.csv", "outcomes.parquet", "short-report.html"} <= offered
    assert not offered & {"addresses.csv", "disclosures.parquet", ""}


def test_the_report_inside_a_bundle_says_that_it_is_short(found: Findings, tmp_path: Path) -> None:
    bundle = next(each for each in files.offers(found) if each.name.endswith(".zip"))
    (tmp_path / bundle.name).write_bytes(bundle.make())
    with zipfile.ZipFile(tmp_path / bundle.name) as archive:
        held = [name for name in archive.namelist() if name.endswith("report.html")]
        assert len(held) == 1
        assert b"<h1>Short report. " in archive.read(held[0])


def test_a_short_report_names_the_sections_it_holds_and_the_full_one_is_not_called_short(
    tmp_path: Path,
) -> None:
    told = findings(study(2, 300), tmp_path)
    short, full = page(told), build(told)
    numbers = sorted(list(SECTIONS).index(key) + 1 for key in PAGE)
    assert numbers == [1, 2, 3, 4, 5, 7, 11, 16, 17]
    assert f"sections 1 to 5, 7, 11 and 16 to 17 of {len(CHECKLIST)}" in short.subtitle
    assert short.title.startswith("Short report. ")
    assert not full.title.startswith("Short")
    assert "short report" not in str(full.sections[0])
