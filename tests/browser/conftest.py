"""A dashboard of its own in an empty folder, and the distribution's Chromium to visit it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.serving import PATIENCE, Served, browser, compile_everything, serve, settled, wait_until

SMALL = "preset=aug2025-as-run&set=population.size%3D20000&set=requests.count%3D1000"
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("dashboard")
    compile_everything()
    with serve(folder) as dashboard:
        yield dashboard


@pytest.fixture
def until() -> Callable[[Callable[[], bool], float], None]:
    return wait_until


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def visit(served: Served, chromium: Browser) -> Iterator[Visit]:
    """Return what opens a page of the dashboard in a fresh session, settled."""
    with visiting(served, chromium) as open_page:
        yield open_page


@pytest.fixture(scope="session")
def wander(served: Served, chromium: Browser) -> Iterator[Visit]:
    """Return what gives a page in light or dark, one session each for all tests that only look around."""
    with visiting(served, chromium) as open_page:
        yield cache(lambda colours: open_page(color_scheme=colours))


@contextmanager
def visiting(served: Served, chromium: Browser) -> Iterator[Visit]:
    contexts: list[BrowserContext] = []

    def open_page(page: str = "", query: str = SMALL, **options: object) -> Page:
        settings = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        context = chromium.new_context(accept_downloads=True, **settings)  # type: ignore[arg-type]
        # Else a download opens the system's file picker, and nobody is there to answer it.
        context.add_init_script("delete window.showSaveFilePicker")
        contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE)
        opened.goto(f"{served.address}/{page}?{query}")
        return settled(opened)

    yield open_page
    for context in contexts:
        context.close()


RECORDER = """
import socket, sys
def _heard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        with open({log!r}, "a") as out:
            print(event, [each for each in arguments if not isinstance(each, socket.socket)], file=out)
sys.addaudithook(_heard)
"""
"""Runs in the server before anything else; an audit hook hears of connections whoever makes them."""


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    folder = tmp_path_factory.mktemp("recorded")
    log = folder / "asked.txt"
    log.touch()
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(RECORDER.format(log=str(log)))
    compile_everything()
    with serve(folder, str(folder / "hook")) as dashboard:
        yield dashboard, log


def outside(log: Path) -> list[str]:
    """Return what the server asked of other machines; its own address and port are given as they bind."""
    return [
        line for line in log.read_text().splitlines() if not re.search(r"'(127\.0\.0\.1|localhost)'", line)
    ]
