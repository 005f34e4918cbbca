"""A question has one identity, whichever way it is put."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.commands.run import load
from sim.dashboard import links, state
from sim.parameters import LEVELS, catalogue
from sim.record.reader import Run
from sim.report import companions
from sim.report.settings import changed, toml_value
from sim.report.settings import settings as printed
from sim.scenario import Scenario
from sim.scenario_files import presets
from sim.study.grid import load as load_sweep

PRESETS = ("apartment-complex", "good-matcher", "ml2008-room", "name-dob", "aug2025-as-run")
"""Presets that set a number to its level's own value, a threshold, another level, nothing of these."""
LEVELLED = [key for key, entry in catalogue().items() if entry.levels]
LEVEL = "noise.level"
thorough = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Session(SimpleNamespace):
    """What Streamlit keeps of a session, without Streamlit's run."""

    def setdefault(self, name: str, value: Any) -> Any:
        return vars(self).setdefault(name, value)

    def get(self, name: str, value: Any = None) -> Any:
        return vars(self).get(name, value)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(streamlit, "session_state", Session())
    yield


@st.composite
def number(draw: st.DrawFn, key: str) -> float:
    """A value of one number: of any of its levels as often as another of its range."""
    entry = catalogue()[key]
    levels = [float(entry.at(level)) for level in LEVELS if isinstance(entry.at(level), float)]
    return draw(st.sampled_from(levels) | st.floats(*entry.range))


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    share = draw(st.integers(0, 64)) / 64
    possible: dict[str, st.SearchStrategy[Any]] = {
        LEVEL: st.sampled_from(LEVELS),
        "seed": st.integers(0, 2**64 - 1),
        "population.size": st.integers(1, 400_000_000),
        "requests.count": st.integers(1, 50_000_000),
        "requests.coverage": number("requests.coverage"),
        "outcome.confidence": number("outcome.confidence"),
        "requests.origin_mix": st.just(
            {"spanish": share, "portuguese": 0.0, "chinese": 1 - share, "haitian": 0.0, "other": 0.0}
        ),
        "linkage.tie": st.sampled_from(["withhold", "first", "all", "best"]),
        "linkage.one_to_one": st.booleans(),
        "linkage.threshold": st.none() | st.integers(0, 1) | st.floats(0, 1),
        "linkage.blocking": st.just(("surname+zip",)),
    }
    wanted = draw(st.fixed_dictionaries({}, optional=possible))
    return wanted | {key: draw(number(key)) for key in draw(st.lists(st.sampled_from(LEVELLED), max_size=3))}


def written(put: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {toml_value(value)}" for key, value in put.items()]


def command(preset: str, put: Mapping[str, Any]) -> Scenario:
    return load(preset, [f"{key}={toml_value(value)}" for key, value in put.items()])


def by_each_route(folder: Path, preset: str, put: dict[str, Any]) -> dict[str, Scenario]:
    """Return the question as each way of putting it understands it."""
    top, sections = [row for row in written(put) if "." not in row.split(" = ")[0]], written(put)
    rows = [*top, *(row for row in sections if row not in top)]
    (folder / "file.toml").write_text("\n".join([f'extends = "{preset}"', *rows]))
    axes = [f"{key} = [{toml_value(value)}]" for key, value in put.items()]
    (folder / "sweep.toml").write_text("\n".join([f'scenario = "{preset}"', "[axes]", *axes]))
    (folder / "set.toml").write_text("\n".join([f'scenario = "{preset}"', "[set]", *rows]))
    stepwise = Scenario.load(preset)
    for key in sorted(put, key=lambda key: key != LEVEL):
        stepwise = stepwise.replace({key: put[key]})
    asked = state.asked(preset, put)
    name, read, notes = links.read(parse_qs(urlsplit(links.link("/", preset, put, asked)).query))
    assert (name, notes) == (preset, [])
    (folder / "run.toml").write_text(asked.to_toml())
    return {
        "command": command(preset, put),
        "replace": Scenario.load(preset).replace(put),
        "one at a time": stepwise,
        "file": Scenario.load(folder / "file.toml"),
        "sweep axis": load_sweep(folder / "sweep.toml").cells[0].scenario,
        "sweep set": load_sweep(folder / "set.toml").cells[0].scenario,
        "page": asked,
        "link": state.asked(name, read),
        "run folder": Scenario.load(folder / "run.toml"),
    }


def one_hash(found: Mapping[str, Scenario]) -> str:
    hashes = {route: scenario.sha256() for route, scenario in found.items()}
    assert len(set(hashes.values())) == 1, hashes
    return next(iter(hashes.values()))


@thorough
@given(preset=st.sampled_from(PRESETS), put=changes(), level=st.sampled_from(LEVELS))
@example(preset="apartment-complex", put={LEVEL: "clean"}, level="published")
@example(preset="good-matcher", put={"linkage.threshold": None}, level="high")
def test_however_a_question_is_put_it_is_one_question_and_stays_one_under_another_level(
    tmp_path: Path, preset: str, put: dict[str, Any], level: str
) -> None:
    found = by_each_route(tmp_path, preset, put)
    one_hash(found)
    later = {route: scenario.replace({LEVEL: level}) for route, scenario in found.items()}
    later["command on the file"] = load(str(tmp_path / "file.toml"), [f"{LEVEL}={level}"])
    later["command on the run folder"] = load(str(tmp_path / "run.toml"), [f"{LEVEL}={level}"])
    later["command"] = command(preset, put | {LEVEL: level})
    one_hash(later)


@thorough
@given(preset=st.sampled_from(PRESETS), put=changes())
def test_what_the_controls_ask_is_what_the_command_asks_and_what_the_page_prints(
    session: None, tmp_path: Path, preset: str, put: dict[str, Any]
) -> None:
    state.choose(preset)
    for key in sorted(put, key=lambda key: key != LEVEL):
        state.change(key, put[key])
    words = shlex.split(links.command(preset, streamlit.session_state.changes, 7).replace("\\\n", " "))
    sets = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    once = {"replicates": 7}
    one_hash(
        {
            "controls": state.question().replace(once),
            "command": command(preset, put | once),
            "printed": load(words[2], sets, replicates=words[words.index("--replicates") + 1]),
        }
    )


@thorough
@given(preset=st.sampled_from(PRESETS), put=changes(), base=st.sampled_from(sorted(presets())))
def test_a_run_opened_again_puts_its_question_whatever_the_preset_beside_it(
    preset: str, put: dict[str, Any], base: str
) -> None:
    asked = state.asked(preset, put)
    again = state.asked(base, state.changes_to(state.preset(base), asked))
    assert state.question_of(again) == state.question_of(asked)
    assert set(again.given) >= set(asked.given)


@thorough
@given(preset=st.sampled_from(PRESETS), put=changes(), plan=st.sampled_from(companions.plans()))
def test_a_companion_is_the_run_with_its_settings_laid_over(
    tmp_path: Path, preset: str, put: dict[str, Any], plan: companions.Plan
) -> None:
    asked = state.asked(preset, put)
    (tmp_path / "scenario.toml").write_text(asked.to_toml())
    fresh, read = (Run(tmp_path, {}, known) for known in (asked, None))
    one_hash(
        {
            "of a run just made": companions.scenario_of(plan, fresh, 3),
            "of a run read again": companions.scenario_of(plan, read, 3),
            "command": command(preset, put | dict(plan.settings) | {"replicates": 3}),
        }
    )


@thorough
@given(preset=st.sampled_from(PRESETS), put=changes(), level=st.sampled_from(LEVELS))
def test_a_report_prints_settings_that_load_to_the_question(
    tmp_path: Path, preset: str, put: dict[str, Any], level: str
) -> None:
    asked = state.asked(preset, put)
    for place, text in {"whole.toml": printed(asked), "changed.toml": changed(asked)}.items():
        (tmp_path / place).write_text(text)
        again = Scenario.load(tmp_path / place)
        one_hash({"asked": asked, place: again})
        one_hash({"asked": asked.replace({LEVEL: level}), place: again.replace({LEVEL: level})})


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_shipped_scenario_copied_to_another_folder_is_the_same_question(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "mine.toml"
    copy.write_text(presets()[name].read_text())
    assert Scenario.load(copy).sha256() == Scenario.load(name).sha256()
    old_way = copy.read_text().replace('extends = "aug2025-as-run"', 'extends = "aug2025-as-run.toml"')
    copy.write_text(old_way)
    assert Scenario.load(copy).sha256() == Scenario.load(name).sha256()


def test_a_folder_of_results_hides_no_shipped_scenario_or_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*presets(), "address-quality"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scenario.toml").write_text("seed = 5\n")
    for name in presets():
        assert Scenario.load(name).seed == 1
    assert len(load_sweep("address-quality").cells) > 1
