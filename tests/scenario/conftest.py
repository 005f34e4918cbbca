"""A small configuration folder of its own, so that these tests do not move when a shipped number does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import sim.parameters
import sim.scenario_files

ABOUT = (
    'source = "made up for a test"\ngrade = "assumption"\nlabel = "A label"\ndescription = "A description."\n'
)
REQUESTS = f"""
[coverage]
value = 0.1
unit = "share"
range = [0.0, 1.0]
{ABOUT}
[origin_mix]
value = {{honduras = 0.25, mexico = 0.25, other = 0.5}}
unit = "share"
range = [0.0, 1.0]
sums_to = 1
{ABOUT}
[ages]
value = [18, 40, 65]
unit = "years"
range = [0, 120]
{ABOUT}
"""
NOISE = f"""
[surname_typo.rate]
value = 0.03
unit = "share"
range = [0.0, 1.0]
levels = {{clean = 0.0, high = 0.1}}
{ABOUT}
"""
BASE = """
title = "Base"
summary = "The base of the others."
linkage.rule = "irs_2025"
"""
SCALES = """
[preview]
summary = "small"
population.size = 1_000
requests.count = 10
replicates = 5
[national]
summary = "large"
population.size = 100_000
requests.count = 1_000
replicates = 1
"""


@pytest.fixture
def configs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("configs")
    (root / "parameters").mkdir()
    (root / "scenarios").mkdir()
    (root / "parameters" / "requests.toml").write_text(REQUESTS)
    (root / "parameters" / "noise.toml").write_text(NOISE)
    (root / "scenarios" / "base.toml").write_text(BASE)
    (root / "scales.toml").write_text(SCALES)
    monkeypatch.setattr(sim.parameters, "config_root", lambda: root)
    monkeypatch.setattr(sim.scenario_files, "config_root", lambda: root)
    sim.parameters.catalogue.cache_clear()
    yield root
    sim.parameters.catalogue.cache_clear()
