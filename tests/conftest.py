"""What all tests share: few threads, repeatable examples, and a browser only where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

# Before numba and polars are imported: two cores are what the suite is measured on. Threads that wait for
# each other use time too; where the files are shared out among processes, those fill the cores themselves.
for _name in ("NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1" if "PYTEST_XDIST_WORKER" in os.environ else "2")

import pytest
from hypothesis import settings

# Examples are the same on every machine and every run; a failure is never a matter of luck or of load.
settings.register_profile("same-everywhere", derandomize=True, deadline=None, max_examples=50, database=None)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-everywhere"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HERE = Path(__file__).parent
COVERING = (HERE / "outcome", HERE / "linkage" / "test_rules.py", HERE / "linkage" / "test_programme_rule.py")
"""The tests of what must be covered line by line; they do so without help from the others."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace only the tests above: tracing costs the others a third of their time."""
    plugin = item.config.pluginmanager.get_plugin("_cov")
    control = getattr(plugin, "cov_controller", None)
    if control is not None:
        wanted = any(item.path.is_relative_to(place) for place in COVERING)
        if wanted and not control.started:
            control.resume()
        elif control.started and not wanted:
            control.pause()
    return (yield)


FIRST = ("browser", "charts", "report", "code_health", "scenario", "parameters", "tables", "study", "cli",
         "dashboard")  # fmt: skip
"""On a new machine the browser's tests begin with compiling all there is; those after them need nothing
compiled, so that the other process need not compile it all as well. Then the files that take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        folder = item.path.relative_to(HERE).parts[0]
        return FIRST.index(folder) if folder in FIRST else len(FIRST)

    items.sort(key=turn)
    if os.environ.get("CI") == "true" or any(map(shutil.which, BROWSERS)):
        return
    skip = pytest.mark.skip(reason="no Chromium on this machine (`make test` installs it where it may)")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)
