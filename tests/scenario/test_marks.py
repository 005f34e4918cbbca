"""Files that begin with a byte order mark, as some editors write them, are read as without it."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from sim.errors import InputErrors
from sim.parameters import config_root
from sim.reading import json_of
from sim.report.studies import _json
from sim.scenario import Scenario
from sim.scenario_files import presets
from sim.study import uncertainty
from sim.study.grid import load as load_sweep
from sim.study.grid import shipped
from sim.toml_files import read_toml

MARK = codecs.BOM_UTF8


def marked(source: Path, target: Path) -> Path:
    target.write_bytes(MARK + source.read_bytes())
    return target


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_scenario_with_a_mark_is_the_scenario(tmp_path: Path, name: str) -> None:
    assert (
        Scenario.load(marked(presets()[name], tmp_path / "m.toml")).sha256() == Scenario.load(name).sha256()
    )


def test_an_extended_file_a_sweep_and_its_base_may_have_a_mark(tmp_path: Path) -> None:
    marked(presets()["name-dob"], tmp_path / "base.toml")
    (tmp_path / "mine.toml").write_bytes(MARK + b'extends = "base.toml"\n')
    (tmp_path / "sweep.toml").write_bytes(MARK + b'scenario = "mine.toml"\n')
    assert (
        load_sweep(tmp_path / "sweep.toml").cells[0].scenario.sha256() == Scenario.load("name-dob").sha256()
    )
    assert load_sweep(marked(shipped()["threshold"], tmp_path / "threshold.toml")).cells


def test_beliefs_parameters_and_studies_may_have_a_mark(tmp_path: Path) -> None:
    stated = marked(config_root() / "uncertainty.toml", tmp_path / "beliefs.toml")
    assert len(uncertainty.beliefs(stated)) == len(uncertainty.beliefs())
    for path in (config_root() / "parameters").glob("*.toml"):
        assert read_toml(marked(path, tmp_path / path.name)) == read_toml(path)
    (tmp_path / "study.json").write_bytes(MARK + json.dumps({"method": "morris"}).encode())
    assert _json(tmp_path / "study.json") == json_of(tmp_path / "study.json") == {"method": "morris"}


def test_a_file_in_utf_16_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text("seed = 1\n", encoding="utf-16")
    with pytest.raises(InputErrors, match="is UTF-16 text; save it as UTF-8"):
        Scenario.load(tmp_path / "wide.toml")
