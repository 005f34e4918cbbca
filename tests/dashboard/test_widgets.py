"""Every control takes whatever a scenario takes: both ends of every number, every switch, every threshold."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from streamlit.testing.v1 import AppTest

from sim.dashboard import vary
from sim.parameters import catalogue
from sim.scenario import LinkageSpec
from sim.scenario_files import rules
from tests.dashboard.conftest import SMALL, Opener


def numbers(end: int) -> None:
    """Draw, one after another, every number of the model at one end of its range."""
    import streamlit as st  # noqa: PLC0415

    from sim.dashboard import controls, state  # noqa: PLC0415
    from sim.errors import InputErrors  # noqa: PLC0415
    from sim.parameters import catalogue  # noqa: PLC0415

    state.ready()
    drawn = []
    for key, entry in catalogue().items():
        value = entry.range[end] if isinstance(entry.value, float) else entry.value
        try:
            scenario = state.preset("aug2025-as-run").replace({key: value})
        except InputErrors:  # possible alone, impossible beside the numbers of this scenario: said elsewhere
            continue
        controls.one(entry, scenario)
        drawn.append(key)
    st.session_state.drawn = drawn


@pytest.mark.parametrize("end", [0, 1])
def test_every_number_has_a_control_at_both_ends_of_its_range(end: int) -> None:
    app = AppTest.from_function(numbers, default_timeout=120, kwargs={"end": end}).run()
    assert not app.exception
    assert len(app.session_state["drawn"]) >= 0.95 * len(catalogue())
    shown = [each for each in app.number_input if isinstance(each.value, float)]
    assert len(shown) >= len(app.session_state["drawn"])


def switches() -> list[dict[str, Any]]:
    """Return changes that put each switch at each of its values, and each whole number at its ends."""
    found: list[dict[str, Any]] = [{"linkage.rule": rule} for rule in rules()]
    for name, field in LinkageSpec.model_fields.items():
        options = [each for each in get_args(field.annotation) if isinstance(each, str)]
        found += [{f"linkage.{name}": option} for option in options]
    found += [{"noise.level": level} for level in ("clean", "published", "high")]
    found += [{"population.size": size} for size in (1, 7, 123_457, 400_000_000)]
    found += [{"requests.count": count} for count in (1, 777, 50_000_000)]
    bits = (-1e300, -41.0, 1e-9, 61.0, 1e300)
    found += [{"linkage.rule": "probabilistic", "linkage.threshold": score} for score in bits]
    found += [
        {"linkage.rule": "probabilistic", "linkage.threshold_unit": "probability", "linkage.threshold": share}
        for share in (1e-12, 0.5, 1 - 1e-12)
    ]
    return found


def everything(asked) -> None:  # type: ignore[no-untyped-def]
    """Draw all controls, for one question after another."""
    import streamlit as st  # noqa: PLC0415

    from sim.dashboard import controls, state  # noqa: PLC0415

    state.ready()
    st.session_state.preset, st.session_state.changes = "aug2025-as-run", asked[0]
    with st.sidebar:
        controls.everything(state.question())


@pytest.mark.parametrize("changes", switches(), ids=str)
def test_the_controls_show_every_switch_and_size_that_a_scenario_takes(changes: dict[str, Any]) -> None:
    app = AppTest.from_function(everything, default_timeout=60, kwargs={"asked": [changes]}).run()
    assert not app.exception
    assert app.session_state["changes"] == changes
    threshold = changes.get("linkage.threshold")
    if threshold is not None:
        assert [each.value for each in app.number_input if "Threshold" in each.label] == [threshold]


def test_populations_chosen_for_a_small_question_do_not_break_a_large_one(opened: Opener) -> None:
    app = opened("explore")
    app = app.select_slider(key="populations").set_value(100).run()
    app.session_state["changes"] = {"population.size": 160_000_000}
    app = app.run()
    assert not app.exception
    assert app.select_slider(key="populations").value in (1, 5, 20)


def test_a_kind_of_case_that_the_next_answer_lacks_breaks_nothing(opened: Opener) -> None:
    app = opened("one_case")
    kinds = app.get("button_group")
    assert kinds
    app.session_state["changes"] = SMALL | {"linkage.rule": "name_only", "requests.coverage": 0.9}
    app = app.switch_page("sim/dashboard/explore.py").run().switch_page("sim/dashboard/one_case.py").run()
    assert not app.exception


@pytest.mark.parametrize("key", [key for key in vary.numbers() if key != vary.SIZE][::9])
def test_a_sweep_of_any_number_begins_inside_its_range(key: str) -> None:
    low, high = vary.plausible().get(key, catalogue()[key].range)
    assert catalogue()[key].range[0] <= low < high <= catalogue()[key].range[1]
