"""A dashboard served in a folder of its own, and how a browser visits it: for tests and measurements."""

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

from playwright.sync_api import Browser, Page, sync_playwright

from sim.run import simulate
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
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


@contextlib.contextmanager
def serve(folder: Path, *watched: str) -> Iterator[Served]:
    """Serve the dashboard from `folder` on a free port of this machine until the block ends.

    Only the checkout's own configuration says where. watched: folders whose modules the server finds first.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}",
         "--server.headless=true"],
        cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((*watched, str(ROOT)))},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _healthy(address), 60)
        yield Served(address, process.pid, folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def compile_everything() -> None:
    """Let numba fill its cache first, which takes long on a new machine; no page waits for it."""
    size = {"population.size": 20_000, "requests.count": 1_000, "noise.unit_missing.rate": 0.0}
    simulate(Scenario.of(size))


def _healthy(address: str) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer,
    ):
        return bool(answer.read() == b"ok")
    return False


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Return when the condition holds; an AssertionError after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.2)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Open the distribution's Chromium, without a window."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=list(_FLAGS))
        yield opened
        opened.close()


def settled(page: Page) -> Page:
    """Wait until the page's script has begun and ended."""
    page.get_by_test_id("stMain").locator("h1").wait_for()
    page.wait_for_timeout(700)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    return page


def still(page: Page) -> Page:
    """Wait until nothing is faded as out of date and nothing moves: colours are as they will be read."""
    settled(page)
    page.wait_for_function(
        """() => !document.querySelector('[data-stale="true"]')
            && document.querySelector('[data-test-script-state="notRunning"]')
            && document.getAnimations().every(each => each.playState !== "running")"""
    )
    return page
