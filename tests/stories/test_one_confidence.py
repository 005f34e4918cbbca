"""Every confidence level that is printed is the scenario's."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.commands.ranking import ranked
from sim.commands.run import _as_text
from sim.commands.study import comparison_text
from sim.dashboard import compared, swept
from sim.outcome.intervals import percent_of
from sim.outcome.rates import RATES, Settings
from sim.progress import silent
from sim.record.writer import write
from sim.report.findings import Companion, Findings
from sim.report.model import build
from sim.study import factors, sensitivity
from sim.study.compare import paired
from sim.study.grid import load as load_sweep
from sim.study.replicates import StudyResult
from sim.study.sweep import Options
from sim.study.sweep import run as run_sweep
from sim.study.tables import headline
from tests.code_health.trees import modules
from tests.dashboard.conftest import (
    Opener,
    opened,  # noqa: F401 - a fixture
)
from tests.record.standin import study
from tests.report.reports import prose

LEVEL = {"outcome.confidence": 0.9}
LITERAL = re.compile(r"\d ?%[^.;]{0,30}\b(interval|bound|confidence)|^\d+(\.\d+)? ?%$")
pytestmark = pytest.mark.filterwarnings("ignore::sim.noise.UnreachableRateWarning")


def says_its_own(text: str) -> None:
    assert "90 %" in text
    assert "95 %" not in text


@pytest.fixture
def result() -> StudyResult:
    return study(3, 400, settings=LEVEL)


@given(st.integers(500, 999))
def test_a_level_in_words_is_exact(thousandths: int) -> None:
    words = percent_of(thousandths / 1_000)
    assert words.endswith(" %")
    assert round(float(words.removesuffix(" %")) * 10) == thousandths
    assert len(words) <= len("99.9 %")


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every literal that is not documentation."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_no_level_is_written_into_the_program() -> None:
    assert LITERAL.search("half-widths of 95 % intervals") and LITERAL.search("95 %")
    found = [
        f"{module.path}:{line}: {text[:60]}"
        for module in modules()
        for line, text in texts(module.tree)
        if LITERAL.search(text)
    ]
    assert found == []


def test_a_run_says_its_level(result: StudyResult, tmp_path: Path) -> None:
    says_its_own(_as_text(result, write(result, tmp_path)))


def test_a_report_with_its_figures_says_its_level(result: StudyResult, tmp_path: Path) -> None:
    found = Findings.of(write(result, tmp_path))
    beside = tuple(
        Companion(role, role, Findings.of(write(study(2, 400, settings={**LEVEL, **change}), tmp_path)))
        for role, change in (("best", {"noise.level": "clean"}), ("worst", {"linkage.rule": "name_only"}))
    )
    report = build(replace(found, companions=beside))
    says_its_own("\n".join(prose(report)))
    for picture in report.pictures():
        assert "95 %" not in picture.text + repr(picture.table)


def test_a_comparison_says_the_first_s_level(result: StudyResult, tmp_path: Path) -> None:
    other = study(3, 400, settings={"linkage.rule": "name_only"})
    counts = [pl.DataFrame(each.counts) for each in (result, other)]
    found = paired(RATES[0], *counts, Settings.of(result.scenario))
    says_its_own(comparison_text([result.scenario, other.scenario], found))
    first, second = (Findings.of(write(each, tmp_path)) for each in (result, other))
    assert compared._levels(first, first) == "90 %"
    assert compared._levels(first, second).startswith("90 % (second: 95 %")


def test_a_ranking_says_its_level_and_keeps_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(1)

    def values(model: factors.Model, points: factors.Floats, progress: object = silent) -> factors.Floats:
        return points.sum(1) + chance.random(len(points))

    monkeypatch.setattr(factors.Model, "values", values)
    varied = [factors.factor(key) for key in ("requests.coverage", "requests.tin_share")]
    widths = {}
    for level in (0.9, 0.99):
        chance = np.random.default_rng(1)
        base = study(1, 100, settings={"outcome.confidence": level}).scenario
        model = factors.Model(base, varied)
        effects, indices = sensitivity.morris(model, 8), sensitivity.sobol(model, 16)
        widths[level] = (effects[0].high - effects[0].low, indices[0].total_half_width)
        for method, samples in (("morris", 4), ("sobol", 4)):
            (_, text), _ = ranked(model, method, samples, silent)
            assert f"{percent_of(level)} interval" in text
            assert "95 %" not in text
    assert all(wide > narrow for narrow, wide in zip(widths[0.9], widths[0.99], strict=True))


@pytest.mark.parametrize(("levels", "said"), [("0.9", "90 %"), ("0.9, 0.99", "each setting's own")])
def test_a_sweep_s_figure_says_its_level(tmp_path: Path, levels: str, said: str) -> None:
    (tmp_path / "small.toml").write_text(
        'scenario = "name-only"\n[set]\npopulation.size = 2000\nrequests.count = 100\nreplicates = 2\n'
        f"[axes]\nrequests.coverage = [0.5, 0.9]\noutcome.confidence = [{levels}]\n"
    )
    made = run_sweep(load_sweep(tmp_path / "small.toml"), tmp_path, Options())
    about = json.loads((made.folder / "manifest.json").read_text())
    rows = headline(made.table).select("requests.coverage", "value", "low", "high", "replicates")
    lines = swept.drawn_along(rows, ["requests.coverage"])
    assert lines is not None
    figure = swept._figure(*lines, about, made.folder, rows)
    assert f"Bars are {said} intervals" in figure.subtitle
    assert "95 %" not in figure.text


@pytest.mark.parametrize("page", ["how_sure", "groups", "cite"])
def test_a_page_says_its_level(opened: Opener, page: str) -> None:  # noqa: F811
    app = opened(page, preset="name-only", **LEVEL)
    assert not app.exception
    shown = [each.value for kind in (app.markdown, app.caption, app.code) for each in kind]
    shown += [each.label for each in app.metric] + [str(each.value) for each in app.table]
    says_its_own("\n".join(map(str, shown)))
