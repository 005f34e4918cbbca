"""A dashboard of its own in an empty folder, and the distribution's Chromium to visit it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
SMALL = "preset=aug2025-as-run&set=population.size%3D20000&set=requests.count%3D1000"
PATIENCE = 300_000
"""Milliseconds waited for an answer: the first one may have to compile."""

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)


@dataclass(frozen=True)
class Served:
    """A running dashboard: its address, process and folder."""

    address: str
    pid: int
    folder: Path

    def jobs(self) -> list[int]:
        """Return the processes of `sim run` that the dashboard has started and that still run."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                told = (stat.parent / "cmdline").read_bytes()
                if int(fields[1]) == self.pid and fields[0] != "Z" and b"session.toml" in told:
                    found.append(int(stat.parent.name))
        return found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("dashboard")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _compile_everything(folder / "warm")
    config = folder / ".streamlit"
    shutil.copytree(ROOT / ".streamlit", config)
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}",
         "--server.headless=true", "--server.address=127.0.0.1"],
        cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until(lambda: _healthy(address), 60)
        yield Served(address, process.pid, folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _compile_everything(folder: Path) -> None:
    """Let numba fill its cache first, which takes long on a new machine; no page waits for it."""
    asked = ["--set", "population.size=20000", "--set", "requests.count=1000", "--replicates", "1"]
    command = [sys.executable, "-W", "ignore", "-m", "sim", "run", *asked, "--out", str(folder), "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _healthy(address: str) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer,
    ):
        return bool(answer.read() == b"ok")
    return False


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.2)


@pytest.fixture
def until() -> Callable[[Callable[[], bool], float], None]:
    return _wait_until


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(_FLAGS))
        yield browser
        browser.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(served: Served, chromium: Browser) -> Iterator[Visit]:
    """Return what opens a page of the dashboard in a fresh session, settled."""
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


def settled(page: Page) -> Page:
    """Wait until the page's script has begun and ended."""
    page.get_by_test_id("stMain").locator("h1").wait_for()
    page.wait_for_timeout(700)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    return page
