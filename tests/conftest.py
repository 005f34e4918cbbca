"""What all tests share: few threads, repeatable examples, and a browser only where there is one."""

from __future__ import annotations

import os
import shutil

# Before numba and polars are imported: two cores are what the suite is measured on.
for _name in ("NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "2")

import pytest
from hypothesis import settings

# Examples are the same on every machine and every run; a failure is never a matter of luck or of load.
settings.register_profile("same-everywhere", derandomize=True, deadline=None, max_examples=50, database=None)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-everywhere"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("CI") == "true" or any(map(shutil.which, BROWSERS)):
        return
    skip = pytest.mark.skip(reason="no Chromium on this machine (`make test` installs it where it may)")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)
