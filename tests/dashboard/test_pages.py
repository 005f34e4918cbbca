"""Every page, every preset and every state a visitor can bring about, without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sim.scenario_files import presets
from tests.dashboard.conftest import APP, SMALL, Opener

PAGES = ("explore", "one_case", "groups", "how_sure", "sweeps", "cite", "method")


def calm(app: AppTest) -> AppTest:
    """Return the page after checking that nothing went wrong on it."""
    assert not app.exception
    assert not app.error
    return app


def captions(app: AppTest) -> str:
    return "\n".join(each.value for each in app.caption)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_says_synthetic_and_shows_no_error(opened: Opener, page: str) -> None:
    app = calm(opened(page))
    assert "SYNTHETIC" in captions(app)
    assert len(app.title) == 1


@pytest.mark.parametrize("preset", sorted(presets()))
def test_every_preset_gives_a_headline_of_one_thousand_addresses_disclosed(
    opened: Opener, preset: str
) -> None:
    app = calm(opened(preset=preset))
    spoken = [each.value for each in app.markdown if each.value.startswith("## ")]
    assert len(spoken) == 1
    assert "addresses disclosed" in spoken[0] or "othing is disclosed" in spoken[0]
    assert "r-" in app.metric[0].label


def test_start_keeps_the_four_quantities_apart(opened: Opener) -> None:
    app = opened()
    names = list(app.table[0].value.iloc[:, 0])
    assert len(names) == len(set(names)) == 4


def test_a_case_is_headed_by_its_outcome_and_cause_in_words(opened: Opener) -> None:
    app = calm(opened("one_case", **{"requests.coverage": 0.9}))
    assert re.match(r"Request [\d,]+: [^(]*[^( ]( \([^)]+\))?$", app.header[0].value)


def test_changing_a_control_gives_another_run(opened: Opener) -> None:
    app = opened("explore")
    before = app.metric[0].label
    app = calm(app.slider(key="0:requests.coverage").set_value(0.5).run())
    assert app.metric[0].label != before
    assert app.session_state["changes"]["requests.coverage"] == 0.5
    assert not app.warning


def test_controls_that_cannot_be_answered_say_so_and_keep_the_old_answer_marked(opened: Opener) -> None:
    app = opened("explore")
    app.session_state["changes"] = SMALL | {"linkage.clerical_low": 1.0}
    app.run()
    assert not app.exception
    assert "clerical" in app.error[0].value
    assert "Results do not match" in app.warning[0].proto.title


def test_an_answer_to_another_question_is_marked_and_its_citation_is_off(opened: Opener) -> None:
    app = opened()
    run = app.metric[0].label
    app.session_state["changes"] = SMALL | {"requests.coverage": 0.9}
    app.switch_page("sim/dashboard/cite.py").run()
    assert app.metric[0].label == run
    assert "Results do not match" in app.warning[0].proto.title
    assert not [each for each in app.code if "Linkage Error Simulator v" in each.value]
    buttons = [each for each in app.get("download_button")]
    assert buttons
    assert all(each.proto.disabled for each in buttons)


def test_a_fresh_answer_can_be_cited_and_downloaded(opened: Opener) -> None:
    app = calm(opened("cite"))
    run = app.metric[0].label.rpartition(" ")[2]
    assert any(run in each.value for each in app.code)
    assert not any(each.proto.disabled for each in app.get("download_button"))


def test_charts_carry_run_and_synthetic_inside_the_picture(opened: Opener) -> None:
    app = opened()
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    subtitle = " ".join(spec["title"]["subtitle"])
    assert "SYNTHETIC" in subtitle
    assert "run r-" in subtitle


def test_nothing_disclosed_is_words_and_not_nought(opened: Opener) -> None:
    app = calm(
        opened("explore", **{"requests.coverage": 0.0, "requests.count": 1, "linkage.rule": "name_dob"})
    )
    assert app.metric[0].value == "—"
    assert "no addresses disclosed, so there is no rate" in app.markdown[1].value


def test_the_largest_question_is_offered_to_a_process_and_not_answered_in_the_page(opened: Opener) -> None:
    app = opened("explore")
    before = app.session_state["answer"]
    app.session_state["changes"] = {"population.size": 160_000_000}
    app.run()
    assert not app.exception
    assert app.session_state["answer"] == before
    assert "too large" in "\n".join(each.value for each in app.markdown)
    assert any("GB of memory" in each.value for each in app.caption)


def test_reopening_what_is_no_run_id_says_so(opened: Opener) -> None:
    app = opened("sweeps")
    for text in ("../../etc", "r-", "r-000000000000", "’;--"):
        app.text_input(key="reopen-id").set_value(text)
        app = app.button(key="reopen-open").click().run()
        assert not app.exception
        assert "no run" in app.error[0].value


def test_reopening_a_run_by_its_id_brings_its_controls_back(opened: Opener) -> None:
    app = opened("explore", **{"requests.coverage": 0.3})
    run = app.session_state["answer"].folder.name
    app.session_state["changes"] = SMALL
    app = app.run().switch_page("sim/dashboard/sweeps.py").run()
    app.text_input(key="reopen-id").set_value(run)
    app = calm(app.button(key="reopen-open").click().run())
    assert app.session_state["answer"].folder.name == run
    assert app.session_state["changes"]["requests.coverage"] == 0.3


def test_two_runs_of_a_session_stand_side_by_side_with_what_differs(opened: Opener) -> None:
    app = opened("explore")
    app.session_state["changes"] = SMALL | {"requests.coverage": 0.4}
    app = calm(app.run().switch_page("sim/dashboard/sweeps.py").run())
    settings = app.table[0].value
    assert list(settings.iloc[:, 1]) == ["requests.coverage"]


def test_a_link_puts_its_question_and_tells_what_it_did_not_get() -> None:
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.query_params["preset"] = "name-only"
    app.query_params["set"] = [
        "population.size=20000", "requests.count=1000", "requests.coverage=1e309", "no.such=1",
        "noise.level=high",
    ]  # fmt: skip
    app.query_params["x"] = "1"
    app.run()
    assert not app.exception
    assert app.session_state["preset"] == "name-only"
    assert app.session_state["changes"] == SMALL | {"noise.level": "high"}
    told = app.warning[0].value
    assert "requests.coverage" in told
    assert "no.such" in told


def test_the_slider_of_the_threshold_begins_at_the_one_in_force_in_bits(opened: Opener) -> None:
    app = calm(opened("explore", preset="good-matcher"))
    cut = next(each for each in app.slider if each.label.startswith("Threshold"))
    assert cut.value == pytest.approx(6.63, abs=0.01)
    assert "0.99" in captions(app)
    drawn = [each.proto.spec for each in app.get("vega_lite_chart")]
    assert any("threshold looked at 6.63" in spec or "(bits)" in spec for spec in drawn)


def test_a_study_is_shown_beside_the_question_it_is_of_and_no_other(opened: Opener) -> None:
    app = opened("how_sure")
    swings = [
        {"label": "Coverage", "low_input": 0, "high_input": 1, "low": 1.0, "high": 9.0, "assumed": True}
    ]
    place = Path("studies") / "mine"
    place.mkdir(parents=True)
    asked = {"sha256_of_one_population": app.session_state["answer"].question}
    study = {"summary": "Mine.", "swings": swings, "asked": [asked]}
    (place / "sensitivity.json").write_text(json.dumps(study))
    assert "Mine." in [each.value for each in app.run().markdown]
    other = study | {"asked": [{"sha256_of_one_population": "another"}]}
    (place / "sensitivity.json").write_text(json.dumps(other))
    app = calm(app.run())
    assert "Mine." not in [each.value for each in app.markdown]
    assert app.button(key="run-study")


def test_a_number_to_quote_has_interval_run_and_the_word_synthetic(opened: Opener) -> None:
    app = calm(opened("cite"))
    quoted = app.code[0].value
    assert quoted.startswith("If the model’s assumptions hold, ")
    assert app.metric[0].label.rpartition(" ")[2] in quoted
    assert "95 %" in quoted
    assert "synthetic" in quoted
