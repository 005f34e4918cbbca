"""Words of a link and of files on disk are shown letter by letter: nothing leaves, is styled or clickable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from sim.record import write
from sim.scenario import Scenario
from sim.study.grid import load
from sim.study.replicates import run
from sim.study.sweep import Options
from sim.study.sweep import run as sweep
from tests.browser.conftest import SMALL, outside
from tests.browser.serving import PATIENCE, Served, settled
from tests.browser.test_journeys import EVERY_PAGE, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVIL = "http://evil.example"
PAYLOADS = (
    f"![zebra0]({EVIL}/p.png)", f"[zebra1]({EVIL})", "**zebra2**", "_zebra3_", ":material/delete:zebra4",
    "<b>zebra5</b>", f"<img src={EVIL}/zebra6>", f"{EVIL}/zebra7", ":red[zebra8]", "$zebra9$", "`zebra10`",
    "~~zebra11~~", "# zebra12", "www.zebra13.example", "zebra14@evil.example", ":zebra15_smile:",
    "-> zebra16 <-", "&lt;zebra17", "[^zebra18]", ":blue-badge[zebra19]", "1. zebra20", "| zebra21 |",
    f"[zebra22]: {EVIL}", f"<{EVIL}/zebra23>", "- [ ] zebra24", "> zebra25", "--- zebra26",
)  # fmt: skip
LINKS = {
    "preset": "preset={}",
    "v": SMALL + "&v={}&h=000000000000",
    "h": SMALL + "&v=0.0.1&h={}",
    "run": "run={}",
    "a setting": SMALL + "&set={}",
    "a key that is set": SMALL + "&set={}%3D1",
    "a value": SMALL + "&set=requests.coverage%3D{}",
    "a rule": SMALL + "&set=linkage.rule%3D{}",
    "a word": SMALL + "&set=noise.level%3D{}",
    "a table": SMALL + "&set=requests.origin_mix.{}%3D1",
    "a key": SMALL + "&{}=1",
}
"""Every key of a link, and every place in it where somebody else's words can stand; `h` is never repeated."""


@pytest.fixture
def strange(recorded: tuple[Served, Path], chromium: Browser) -> Iterator[Page]:
    """Return a page, whose browser may ask this dashboard alone: what else it asks for fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()
    assert [url for url in asked if not re.match(r"(http|ws)://127\.0\.0\.1|data:|blob:", url)] == []
    assert outside(recorded[1]) == []


def plain(page: Page, payloads: tuple[str, ...] = PAYLOADS) -> int:
    """Check that each payload met on the page is there whole; return how many were met."""
    text = page.evaluate("() => document.body.innerText").replace("\u2060", "")
    met = 0
    for payload in payloads:
        found = re.search(r"zebra\d+(?!\d)", payload)
        assert found
        shown = len(re.findall(found[0] + r"(?!\d)", text))
        assert shown == text.count(payload), (
            payload,
            [line for line in text.splitlines() if found[0] in line],
        )
        met += shown
    links = page.eval_on_selector_all(
        "a", "all => all.filter(a => a.host !== location.host || a.innerText.includes('zebra')).length"
    )
    pictures = page.eval_on_selector_all("[src*=evil]", "all => all.length")
    assert (links, pictures) == (0, 0)
    return met


@pytest.mark.parametrize("place", LINKS)
def test_no_word_of_a_link_is_anything_but_text(
    recorded: tuple[Served, Path], strange: Page, place: str
) -> None:
    for payload in (PAYLOADS[0], PAYLOADS[2], PAYLOADS[5], PAYLOADS[8]):
        query = LINKS[place].format(quote(payload, safe=""))
        strange.goto(f"{recorded[0].address}/method?{query}")
        settled(strange)
        assert plain(strange, (payload,)) >= (place != "h"), payload


def test_every_page_shows_a_hostile_link_as_text(recorded: tuple[Served, Path], strange: Page) -> None:
    told = "".join(f"&set={quote(each, safe='')}&{quote(each, safe='')}=x" for each in PAYLOADS)
    strange.goto(f"{recorded[0].address}/?{SMALL}{told}")
    for name in EVERY_PAGE:
        go(strange, name)
        assert all(plain(strange, (each,)) >= 1 for each in PAYLOADS if "=" not in each), name


def test_a_path_that_is_no_page_is_text_too(recorded: tuple[Served, Path], strange: Page) -> None:
    for payload in (PAYLOADS[0], PAYLOADS[5], PAYLOADS[2]):
        strange.goto(f"{recorded[0].address}/{quote(payload, safe='')}?{SMALL}")
        settled(strange)
        plain(strange, (payload,))


@pytest.fixture
def littered(recorded: tuple[Served, Path], tmp_path: Path) -> Served:
    """Put a run, a sweep and a study full of hostile words where the pages look for them."""
    served, _ = recorded
    words = " ".join(PAYLOADS[:20])
    settings = {"population.size": 5_000, "requests.count": 300, "noise.unit_missing.rate": 0.0}
    scenario = Scenario.of(settings | {"requests.coverage": 0.9, "title": " ".join(PAYLOADS[:8]),
                                       "replicates": 2})  # fmt: skip
    write(run(scenario), served.folder / "runs")
    plan = tmp_path / "- stripes.toml"
    lines = [f"title = {json.dumps(' '.join(PAYLOADS[:6]))}", f"summary = {json.dumps(words)}"]
    lines += [
        'scenario = "aug2025-as-run"',
        "set.replicates = 2",
        *(f"set.{k} = {v}" for k, v in settings.items()),
    ]
    plan.write_text("\n".join([*lines, "[axes]", '"requests.coverage" = [0.5, 0.9]']), "utf-8")
    sweep(load(str(plan), [], 10), served.folder / "sweeps", Options())
    swing = {"label": PAYLOADS[0], "low_input": 0, "high_input": 1, "low": 1.0, "high": 9.0, "assumed": True}
    turn = {"input": PAYLOADS[1], "statement": PAYLOADS[2], "value": "1.0", "unit": PAYLOADS[5]}
    asked = (
        Scenario.load("aug2025-as-run")
        .replace({"population.size": 20_000, "requests.count": 1_000, "replicates": 1})
        .sha256()
    )
    study = {
        "summary": words,
        "swings": [swing],
        "break_even": [turn],
        "asked": [{"sha256_of_one_population": asked}],
    }
    place = served.folder / "studies" / "zebra"
    place.mkdir(parents=True)
    (place / "sensitivity.json").write_text(json.dumps(study), "utf-8")
    return served


def test_titles_of_runs_sweeps_and_studies_on_disk_are_text(littered: Served, strange: Page) -> None:
    strange.goto(f"{littered.address}/?{SMALL}")
    assert plain(go(settled(strange), "Sweeps and comparisons")) > 5
    for label in ("First", "Second", "Sweep"):
        boxes = strange.get_by_test_id("stSelectbox").filter(has_text=re.compile(f"^{label}"))
        boxes.first.get_by_role("combobox").click(timeout=20_000)
        plain(strange)
        strange.keyboard.press("Escape")
    assert plain(go(strange, "How sure")) >= 5
    kept = next((littered.folder / "runs").glob("r-*")).name
    go(strange, "Sweeps and comparisons").get_by_label("Run ID").fill(kept)
    strange.get_by_test_id("stBaseButton-secondaryFormSubmit").last.click()
    strange.get_by_text("is on the screen").wait_for()
    assert plain(settled(strange)) > 5
    for name in EVERY_PAGE:
        plain(go(strange, name))
