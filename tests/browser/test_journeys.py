"""What a visitor does, in a real browser: every journey ends at something the visitor can see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import SMALL, Visit
from tests.browser.serving import PATIENCE, PHONE, Served, settled, still

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Until = Callable[[Callable[[], bool], float], None]

LARGE = "preset=aug2025-as-run&set=population.size%3D10000000&set=requests.count%3D1000"
TELEPHONE = {
    "viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "is_mobile": True, "has_touch": True,
    "device_scale_factor": 2, "user_agent": PHONE,
}  # fmt: skip
EVERY_PAGE = ("Start", "Explore", "One case", "Who is hurt", "How sure", "Sweeps and comparisons",
              "Cite and download", "Method and limits")  # fmt: skip


def headline(page: Page) -> str:
    """Return the label of the headline's number, which names the run, once it is there."""
    label = page.get_by_test_id("stMetricLabel").filter(has_text=re.compile("r-[0-9a-f]{12}")).first
    return str(label.inner_text()).strip()


def go(page: Page, name: str) -> Page:
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("heading", level=1, name=name if name != "Start" else "Whose address is it?").wait_for()
    return settled(page)


def coverage(page: Page) -> object:
    return page.get_by_role("slider", name=re.compile("Requested people who are"))


def test_the_first_page_gives_a_number_with_its_base_and_asks_no_other_machine(
    visit: Visit, chromium: object
) -> None:
    asked: list[str] = []
    page = visit()
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    settled(page)
    expect(page.get_by_text(re.compile("Of every 1,000 addresses disclosed|None of the"))).to_be_visible()
    assert asked
    assert [url for url in asked if not re.match(r"(http|ws)://127\.0\.0\.1|data:|blob:", url)] == []


def test_a_slider_moves_and_another_run_answers(visit: Visit) -> None:
    page = visit("explore")
    before = headline(page)
    slider = page.get_by_role("slider", name=re.compile("Requested people who are"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(  # while the page is drawn anew there may be no number for a moment
        "before => { const now = document.querySelector('[data-testid=stMetric]')?.innerText;"
        " return now && !now.includes(before) }",
        arg=before,
    )
    assert "r-" in headline(page)
    expect(page.get_by_text("Results do not match the controls")).to_have_count(0)


def test_five_quick_moves_leave_one_answer_to_the_last_question(visit: Visit, served: Served) -> None:
    page = visit("explore")
    slider = page.get_by_role("slider", name=re.compile("Requested people who are"))
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    settled(page)
    page.wait_for_timeout(1500)
    settled(page)
    expect(page.get_by_text("Results do not match the controls")).to_have_count(0)
    assert "0.0" in (slider.get_attribute("aria-valuetext") or "")
    assert served.jobs() == []


def test_a_preset_leads_to_a_report_on_disk(visit: Visit, tmp_path: Path) -> None:
    page = go(visit(), "Cite and download")
    run = headline(page).rpartition(" ")[2]
    with page.expect_download() as started:
        page.get_by_role("button", name="Report (web page)").click()
    report = tmp_path / "report.html"
    started.value.save_as(report)
    text = report.read_text("utf-8")
    assert run in text
    assert "synthetic" in text.lower()
    assert run in page.get_by_test_id("stCode").first.inner_text()


def test_a_question_not_yet_answered_marks_the_old_numbers_and_locks_downloads(visit: Visit) -> None:
    page = visit("explore")
    before = headline(page)
    page.get_by_role("slider", name=re.compile("Records in the registry")).focus()
    page.keyboard.press("End")
    expect(page.get_by_text("Results do not match the controls").first).to_be_visible(timeout=PATIENCE)
    assert headline(page) == before
    go(page, "Cite and download")
    assert page.get_by_role("button", name="Bundle").is_disabled()


def test_a_long_run_shows_progress_and_ends_when_cancelled(
    visit: Visit, served: Served, until: Until
) -> None:
    page = visit("explore", LARGE)
    page.get_by_role("button", name="Run in full").dblclick()
    page.get_by_role("button", name="Cancel").wait_for()
    assert len(served.jobs()) == 1
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("^Cancelled"))).to_be_visible(timeout=PATIENCE)
    until(lambda: served.jobs() == [], 20)


def test_a_long_answer_shows_a_bar_and_can_be_given_up(visit: Visit) -> None:
    page = visit()
    page.goto(page.url.partition("?")[0] + "explore?preset=good-matcher&set=population.size%3D3000000")
    page.get_by_role("progressbar").first.wait_for()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled before the answer was there.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Run in full")).to_be_visible()
    settled(page)
    assert page.get_by_role("progressbar").count() == 0


def test_closing_the_tab_ends_the_process_it_started(visit: Visit, served: Served, until: Until) -> None:
    page = visit("explore", LARGE)
    page.get_by_role("button", name="Run in full").click()
    until(lambda: len(served.jobs()) == 1, 30)
    page.context.close()
    until(lambda: served.jobs() == [], 60)
    assert served.jobs() == []


def test_a_full_run_takes_the_place_of_the_preview_and_is_kept(visit: Visit, served: Served) -> None:
    page = visit("explore")
    page.get_by_role("slider", name="Populations").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("5 simulated populations").first.wait_for()
    settled(page)
    page.get_by_role("button", name="Run in full").click()
    page.get_by_text(re.compile("across 5 simulated populations")).wait_for()
    run = headline(page).rpartition(" ")[2]
    assert (served.folder / "runs" / run / "manifest.json").is_file()


def test_a_link_copied_from_the_page_gives_the_same_run_elsewhere(visit: Visit) -> None:
    page = visit("explore", SMALL + "&set=requests.coverage%3D0.25&set=linkage.tie%3Dfirst")
    run = headline(page)
    page.get_by_text("Copy a link to this question").click()
    link = page.get_by_test_id("stCode").filter(has_text="http").inner_text().strip()
    assert "requests.coverage%3D0.25" in link
    assert headline(visit("", link.partition("?")[2])) == run


def test_reloading_and_going_back_keep_the_question(visit: Visit, until: Until) -> None:
    page = visit("explore")
    first = headline(page)
    page.get_by_role("slider", name=re.compile("Requested people who are")).focus()
    page.keyboard.press("ArrowRight")
    until(lambda: headline(page) != first, 60)
    second = headline(page)
    page.reload()
    settled(page)
    assert headline(page) == second
    go(page, "Method and limits")
    go(page, "Explore")
    assert headline(page) == second
    page.go_back()
    page.get_by_role("heading", level=1, name="Method and limits").wait_for()
    for _ in range(6):
        page.go_back()
        settled(page)
        if headline(page) == first:
            break
    assert headline(page) == first


def test_a_link_with_nonsense_is_told_what_it_did_not_get(visit: Visit) -> None:
    page = visit(
        "", SMALL + "&set=requests.coverage%3D1e309&set=requests.count%3D-5&set=%F0%9F%99%82&preset=x&who=me"
    )
    expect(page.get_by_text("Not all of the link could be honoured")).to_be_visible()
    assert "Traceback" not in page.content()


def test_a_telephone_in_the_dark_shows_the_number_without_sideways_scrolling(visit: Visit) -> None:
    page = visit("", **TELEPHONE)
    expect(page.get_by_test_id("stMetricValue").first).to_be_visible()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    colour = page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert max(int(part) for part in re.findall(r"\d+", colour)[:3]) < 60


def test_the_keyboard_alone_leads_to_a_preset_and_its_number(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert "Skip" in page.evaluate("() => document.activeElement.innerText")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.innerText").startswith("First and last name"):
            break
    else:
        pytest.fail("the buttons of the presets cannot be reached")


@pytest.mark.parametrize(
    ("name", "colours"),
    [*((name, "light") for name in EVERY_PAGE), ("Explore", "dark"), ("One case", "dark")],
)
def test_nothing_but_streamlits_own_navigation_breaks_the_rules_of_access(
    wander: Visit, name: str, colours: str
) -> None:
    page = still(go(wander(colours), name))
    found = Axe().run(page).response["violations"]
    assert {each["id"] for each in found} <= {"list", "listitem"}, [
        (each["id"], each["nodes"][0]["html"][:200], each["nodes"][0]["failureSummary"])
        for each in found
        if each["id"] not in ("list", "listitem")
    ]
