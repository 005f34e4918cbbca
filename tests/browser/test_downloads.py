"""Every file that any page offers is asked for in a real browser, and opened by its format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sim.scenario import Scenario
from sim.study.grid import load
from sim.study.sweep import Options
from sim.study.sweep import run as sweep
from tests.browser.conftest import Visit
from tests.browser.serving import PATIENCE, Served, settled
from tests.browser.test_journeys import EVERY_PAGE, go
from tests.dashboard.opening import open_file

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMALL = "&".join(
    f"set={each}"
    for each in (
        "population.size%3D5000", "requests.count%3D300", "noise.unit_missing.rate%3D0",
        "requests.coverage%3D0.9",
    )
)  # fmt: skip
LARGER = "set=population.size%3D20000&set=requests.count%3D1000&set=noise.unit_missing.rate%3D0"
"""For the rule that learns its weights: a smaller registry has too few pairs to learn from."""

SETTINGS = {
    "population.size": 5_000, "requests.count": 300, "noise.unit_missing.rate": 0.0, "requests.coverage": 0.9,
}  # fmt: skip
PLAN = """title = "Coverage"
scenario = "aug2025-as-run"
set.replicates = 2
[axes]
"requests.coverage" = [0.5, 0.9]
"""


DRAWN = {"Start", "Explore", "One case", "Who is hurt", "How sure", "Sweeps and comparisons"}
"""Pages with figures."""

AT_SECOND = {"Who is hurt"}
"""Pages whose first choice may have none, for too few events; the second has."""

BEHIND = re.compile("^Numbers and files of this figure")


def everything(page: Page, place: Path) -> set[str]:
    """Open all figures' files, download what is on offer, open each; return the endings met."""
    met = set()
    asked = page.get_by_test_id("stButtonGroup").get_by_text("Who was asked for")
    if asked.count():
        met |= offered(page, place)
        asked.click()
        settled(page)
    return met | offered(page, place)


def offered(page: Page, place: Path) -> set[str]:
    """Open the figures' files that are in sight, download what is on offer; return the endings met."""
    behind = page.get_by_text(BEHIND)
    for number in range(behind.count()):
        behind.nth(number).click()
        settled(page)
    offers = page.get_by_test_id("stDownloadButton").get_by_role("button")
    met = set()
    for number in range(offers.count()):
        with page.expect_download() as started:
            offers.nth(number).click()
        assert started.value.failure() is None
        path = place / started.value.suggested_filename
        started.value.save_as(path)
        words = open_file(path)
        if path.suffix in (".pdf", ".docx", ".html", ".svg"):
            assert "SYNTHETIC" in words or "synthetic" in words, path.name
        met.add(path.suffix)
    return met


def prepared(folder: Path) -> None:
    """Put a finished sweep, and a study of the question, where the pages look for them."""
    (folder / "coverage.toml").write_text(PLAN, "utf-8")
    pairs = [(key, f"{value}") for key, value in SETTINGS.items() if key != "requests.coverage"]
    sweep(load(str(folder / "coverage.toml"), pairs, 10), folder / "sweeps", Options())
    swing = {"label": "Coverage", "low_input": 0, "high_input": 1, "low": 1.0, "high": 9.0, "assumed": True}
    asked = Scenario.load("aug2025-as-run").replace({**SETTINGS, "replicates": 1}).sha256()
    study = {"summary": "Mine.", "swings": [swing], "asked": [{"sha256_of_one_population": asked}]}
    (folder / "studies" / "mine").mkdir(parents=True)
    (folder / "studies" / "mine" / "sensitivity.json").write_text(json.dumps(study), "utf-8")


@pytest.fixture(scope="module")
def ready(served: Served) -> Served:
    prepared(served.folder)
    return served


@pytest.mark.parametrize(
    ("preset", "pages"), [("aug2025-as-run", EVERY_PAGE), ("good-matcher", ("Explore",))]
)
def test_every_offer_of_every_page_is_given_and_opens_as_what_it_is(
    ready: Served, visit: Visit, tmp_path: Path, preset: str, pages: tuple[str, ...]
) -> None:
    page = visit("", f"preset={preset}&{SMALL if preset == 'aug2025-as-run' else LARGER}")
    met = {}
    for name in pages:
        go(page, name)
        if (
            name in DRAWN - AT_SECOND
        ):  # the first answer of a new installation takes as long as compiling does
            expect(page.get_by_text(BEHIND).first).to_be_visible(timeout=PATIENCE)
        met[name] = everything(settled(page), tmp_path)
    figures = {".svg", ".png", ".csv"}
    for name in DRAWN & set(pages):
        assert met[name] >= figures, name
    if "Cite and download" in met:
        assert met["Cite and download"] == {
            ".zip", ".html", ".pdf", ".docx", ".csv", ".parquet", ".toml"
        }  # fmt: skip
