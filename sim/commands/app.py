"""The command that opens the dashboard."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sim import ending
from sim.commands.options import Port
from sim.errors import InputErrors, Mistake


def app(*, port: Port = 8501) -> int:
    """Open the dashboard in a browser, served from this machine only.

    Args:
        port: port to serve on.
    """
    package = Path(__file__).parents[1]
    # A wheel has it inside the package, a checkout at its top; each with the configuration beside it.
    page = next(
        (place for place in (package / "served" / "app.py", package.parent / "app.py") if place.is_file()),
        None,
    )
    if page is None:
        raise InputErrors([Mistake("app.py", "file", "is not here; install the program anew")])
    command = [sys.executable, "-m", "streamlit", "run", str(page), f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    with subprocess.Popen(command, env={**os.environ, ending.PARENT: str(os.getpid())}) as served:
        try:
            return served.wait()
        except KeyboardInterrupt:
            served.terminate()
            try:
                served.wait(ending.GRACE / 2)
            except subprocess.TimeoutExpired:
                served.kill()
            raise
