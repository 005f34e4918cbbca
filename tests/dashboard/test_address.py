"""Links and the address bar: read whole, and always the question on the screen."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sim.dashboard import links, state
from sim.linkage.normalise import FIELDS
from tests.dashboard.conftest import APP, SMALL, Opener

CLERICAL = ("linkage.rule=probabilistic", "linkage.clerical_low=2.0", "linkage.clerical_high=9.0")
SHARES = ("requests.origin_mix.spanish=0.9", "requests.origin_mix.chinese=0.1", "requests.origin_mix.other=0",
          "requests.origin_mix.portuguese=0", "requests.origin_mix.haitian=0")  # fmt: skip


def read(*sets: str, preset: str = "aug2025-as-run") -> tuple[dict[str, Any], list[str]]:
    _, changes, notes = links.read({"preset": [preset], "set": list(sets)})
    return changes, notes


@pytest.mark.parametrize("order", list(itertools.permutations(CLERICAL)))
def test_settings_that_are_right_only_together_are_read_in_any_order(order: tuple[str, ...]) -> None:
    changes, notes = read(*order)
    assert notes == []
    scenario = state.asked("aug2025-as-run", changes)
    assert (scenario.linkage.clerical_low, scenario.linkage.clerical_high) == (2.0, 9.0)


def test_shares_that_add_up_only_together_are_read_as_their_table() -> None:
    for order in (SHARES, SHARES[::-1]):
        changes, notes = read(*order)
        assert notes == []
        assert changes["requests.origin_mix"]["spanish"] == 0.9
        assert set(changes) == {"requests.origin_mix"}


@pytest.mark.parametrize(
    ("wrong", "told", "gone"),
    [
        (["linkage.clerical_low=2.0"], "needs linkage.clerical_high", {"linkage.clerical_low"}),
        (["linkage.clerical_low=9", "linkage.clerical_high=2"], "is above", {"linkage.clerical_low"}),
        (list(SHARES[:1]), "should sum to 1", {"requests.origin_mix"}),
        (["linkage.threshold=7", 'linkage.threshold_unit="probability"'], "[0, 1]", {"linkage.threshold"}),
        (["requests.coverage=7", "nonsense=1"], "no", {"requests.coverage", "nonsense"}),
        (['linkage.blocking=["colour"]'], ", ".join(sorted(FIELDS)), {"linkage.blocking"}),
    ],
)
def test_what_cannot_be_together_is_told_and_the_rest_is_kept(
    wrong: list[str], told: str, gone: set[str]
) -> None:
    changes, notes = read("requests.count=500", *wrong, "linkage.tie=first")
    assert any(told in note for note in notes)
    assert (changes["requests.count"], changes["linkage.tie"]) == (500, "first")
    assert not gone & set(changes)
    assert state.asked("aug2025-as-run", changes).sha256()


def test_a_setting_that_the_preset_itself_contradicts_is_told() -> None:
    changes, notes = read("linkage.threshold_unit=bits", "linkage.threshold=7", preset="good-matcher")
    assert notes == []
    changes, notes = read("linkage.threshold=7", preset="good-matcher")
    assert changes == {}
    assert len(notes) == 1


def shown(app: AppTest) -> tuple[str, dict[str, Any]]:
    assert not app.exception
    return app.session_state["preset"], app.session_state["changes"]


def at(address: dict[str, list[str]]) -> AppTest:
    """Return a new session at an address, as reloading makes one."""
    app = AppTest.from_file(str(APP), default_timeout=300)
    for key, values in address.items():
        app.query_params[key] = values
    return app.run()


@pytest.mark.parametrize("key", ["linkage.rule", "linkage.blocking", "requests.count", "linkage.tie", "seed"])
@pytest.mark.parametrize(
    "value", ["[]", "{}", "[[1]]", "5", "true", "{a = 1}", '[1, "given+x"]', "-0.5", "nan"]
)
def test_a_value_of_any_type_is_taken_or_told_and_never_a_traceback(key: str, value: str) -> None:
    name, changes, notes = links.read({"set": [f"{key}={value}"]})
    assert name == "aug2025-as-run" and (key in changes) != bool(notes)


def test_reloading_asks_the_question_on_the_screen_again(opened: Opener) -> None:
    app = opened("method", preset="name-dob", **{"noise.level": "clean", "noise.zip_digit.rate": 0.03})
    again = at(dict(app.query_params))
    assert shown(again) == shown(app)
    assert "link_notes" not in again.session_state or not again.session_state["link_notes"]


def test_going_back_asks_the_question_before(opened: Opener) -> None:
    app = opened("method", preset="name-dob")
    before, address = shown(app), dict(app.query_params)
    app.session_state["changes"] = {**SMALL, "requests.coverage": 0.5}
    app.run()
    after, later = shown(app), dict(app.query_params)
    assert before != after
    assert address != later
    for back, question in ((address, before), (later, after)):
        app.query_params.clear()
        app.query_params.update(back)
        app.run()
        assert shown(app) == question
        assert dict(app.query_params) == back


def test_a_change_of_page_keeps_the_question_and_its_address(opened: Opener) -> None:
    app = opened("method", preset="name-dob")
    question, address = shown(app), dict(app.query_params)
    app.query_params.clear()
    app.switch_page("sim/dashboard/method.py").run()
    assert shown(app) == question
    assert dict(app.query_params) == address


def test_a_run_that_is_not_on_this_machine_is_told_and_its_question_put(opened: Opener) -> None:
    app = opened("method")
    app.query_params.update({"run": "r-0123456789ab", "preset": "name-dob", "set": ["requests.coverage=0.5"]})
    app.run()
    assert shown(app) == ("name-dob", {"requests.coverage": 0.5})
    assert "no such run" in app.session_state["link_notes"][0]
    assert "run" not in app.query_params
