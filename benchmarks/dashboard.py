"""The dashboard as a visitor feels it: seconds from a hand on a control to the new number, and memory.

A real browser visits a server of its own in an empty folder. Times are the browser's, from the key pressed
to the new number on the screen. Needs the extra "test" and a Chromium; writes
benchmarks/results/dashboard.md. With a folder of kept registries (`python -m benchmarks.dashboard FOLDER`,
see `sim keep --out`) a question at the size of the country is put to that too.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.serving import PATIENCE, Served, browser, compile_everything, serve, settled

OUT = Path(__file__).parent / "results" / "dashboard.md"
PROGRAMME, MATCHER = "preset=aug2025-as-run", "preset=good-matcher"
SIZE = "10,000 requests, 1,000,000 people"
NATION = "10,000 requests, 160,000,000 people"
MOVES, CHANGES, DRAGS = 9, 50, 5

Row = tuple[str, str, str]
_NUMBER = "document.querySelector('[data-testid=stMetric]')?.innerText"
_CHART = (
    "[...document.querySelectorAll('[aria-label]')].map(e => e.ariaLabel).find(t => /^Two lines/.test(t))"
)
COVERAGE = re.compile("Requested people who are")


def main() -> None:
    """Measure everything and write the table."""
    load = os.getloadavg()[0]
    kept = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as place, browser() as chromium:
        folder = Path(place)
        compile_everything()
        began = time.monotonic()
        with serve(folder) as served:
            page = chromium.new_context(reduced_motion="reduce").new_page()
            page.set_default_timeout(PATIENCE)
            rows = first(page, served, began)
            for measure in (changes, drags, memory, threshold):
                rows += measure(page, served)
                print(*rows[-1], sep=" | ", flush=True)
            if kept:
                (folder / "runs").mkdir(exist_ok=True)
                (folder / "runs" / "kept").symlink_to(kept)
                rows += national(page, served)
    today, cores = datetime.now(UTC).date(), os.cpu_count()
    head = (
        "# The dashboard as a visitor feels it\n\n"
        f"`python -m benchmarks dashboard`, {today}, {cores} cores, load before {load:.1f} (of others;"
        "\nwhat was measured above 0.5 is too slow). Chromium without a window, on the server's machine.\n\n"
        "| what | at | found |\n| --- | --- | --- |\n"
    )
    text = head + "".join(f"| {' | '.join(row)} |\n" for row in rows)
    OUT.write_text(text, encoding="utf-8")
    print(text)


def first(page: Page, served: Served, began: float) -> list[Row]:
    """Measure from the command to the first number, compiled code kept from an earlier run."""
    up = time.monotonic() - began
    page.goto(served.address)
    page.wait_for_function(f"{_NUMBER}?.includes('r-')")
    return [
        (
            "from the command to the first number",
            SIZE,
            f"{time.monotonic() - began:.1f} s ({up:.1f} s of it the server)",
        )
    ]


def changes(page: Page, served: Served) -> list[Row]:
    """Measure single changes of a control, population kept."""
    explore(page, served, PROGRAMME)
    slider = page.get_by_role("slider", name=COVERAGE)
    found = [_seconds(page, _NUMBER, lambda: slider.press("ArrowRight")) for _ in range(MOVES)]
    box = page.get_by_role("combobox", name=re.compile("When several people fit"))

    def other_rule() -> None:
        box.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    rule = _seconds(page, _NUMBER, other_rule)
    settled(page)
    return [
        ("share in the registry moved, to the new headline", SIZE, _spread(found)),
        ("tie rule changed, to the new headline", SIZE, f"{rule:.2f} s"),
    ]


def drags(page: Page, served: Served) -> list[Row]:
    """Move a slider several times without waiting; count what is still at work when the page is at rest."""
    slider = page.get_by_role("slider", name=COVERAGE)
    slider.focus()
    began = time.monotonic()
    for _ in range(DRAGS):
        page.keyboard.press("ArrowRight")
    settled(page)
    late = page.get_by_text("Results do not match the controls").count()
    told = (
        f"{time.monotonic() - began:.1f} s, {len(served.jobs())} processes left, {late} answers out of date"
    )
    return [(f"{DRAGS} moves at once, until the page is at rest with the last one's number", SIZE, told)]


def memory(page: Page, served: Served) -> list[Row]:
    """Compare the server's memory before and after many changes."""
    slider, before = page.get_by_role("slider", name=COVERAGE), _resident(served.pid)
    for number in range(CHANGES):
        key = "ArrowRight" if number % 20 < 10 else "ArrowLeft"
        _seconds(page, _NUMBER, lambda key=key: slider.press(key))  # type: ignore[misc]
    after = _resident(served.pid)
    return [
        (f"memory of the server before and after {CHANGES} changes", SIZE, f"{before:.2f} GB, {after:.2f} GB")
    ]


def threshold(page: Page, served: Served) -> list[Row]:
    """Move the threshold of the probabilistic rule, read from the stored curve."""
    explore(page, served, MATCHER)
    slider = page.get_by_role("slider", name=re.compile("Threshold, in bits"))
    found = [_seconds(page, _CHART, lambda: slider.press("ArrowRight")) for _ in range(MOVES)]
    return [("threshold moved, to the new figure", SIZE, _spread(found))]


def national(page: Page, served: Served) -> list[Row]:
    """Ask a kept registry of the whole country: the first question opens it, later ones find it open."""
    began = time.monotonic()
    explore(page, served, f"{PROGRAMME}&set=population.size%3D160000000&set=replicates%3D1")
    opened = time.monotonic() - began
    slider = page.get_by_role("slider", name=COVERAGE)
    found = [_seconds(page, _NUMBER, lambda: slider.press("ArrowRight")) for _ in range(MOVES)]
    return [
        ("first question to a kept registry, page and opening included", NATION, f"{opened:.1f} s"),
        ("share in the registry moved, answered from the kept registry", NATION, _spread(found)),
    ]


def explore(page: Page, served: Served, query: str) -> None:
    """Open Explore at a question and wait for its number."""
    page.goto(f"{served.address}/explore?{query}")
    page.wait_for_function(f"{_NUMBER}?.includes('r-')")
    settled(page)


def _seconds(page: Page, what: str, act: Callable[[], None]) -> float:
    """Return the seconds from an act to the moment at which an expression of the page has another value."""
    before = page.evaluate(what)
    began = time.monotonic()
    act()
    page.wait_for_function(f"before => {{ const now = {what}; return now && now !== before }}", arg=before)
    return time.monotonic() - began


def _spread(found: list[float]) -> str:
    middle = statistics.median(found)
    return f"median {middle:.2f} s, least {min(found):.2f}, most {max(found):.2f} ({len(found)} moves)"


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


if __name__ == "__main__":
    main()
