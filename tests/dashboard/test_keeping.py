"""A large question is answered in the page once its registry is kept; what keeping takes is said first."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sim.dashboard import keeping, live
from sim.kept import estimate, shelf, shortlists
from sim.kept.build import build
from tests.dashboard.conftest import Opener


@pytest.fixture(autouse=True)
def large_from_ten_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the small world of these tests for one that is too large to be held in memory."""
    monkeypatch.setattr(live, "MOST_PEOPLE", 10_000)
    monkeypatch.setattr(shortlists, "OUTSIDE", 1)


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.caption, *app.markdown, *app.error))


def test_what_keeping_takes_is_said_before_it_is_offered(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("explore")
    assert not app.exception
    assert "keep this registry once" in said(app)
    assert all(words in said(app) for words in ("20,000 taxpayers: about", "GB of disk", "GB of memory"))
    assert not app.button(key="keep").disabled
    monkeypatch.setattr(estimate, "available_bytes", lambda: 1_000)
    app.run()
    assert "0.0 GB are free" in said(app)
    assert app.button(key="keep").disabled


@pytest.mark.slow
def test_a_registry_is_kept_from_the_page_and_then_answers_there(opened: Opener) -> None:
    app = opened("explore")
    scenario = keeping.state.asked("aug2025-as-run", app.session_state["changes"])
    app.button(key="keep").click().run()
    assert any("Keeping 20,000 taxpayers" in each.proto.text for each in app.get("progress"))
    while app.get("progress"):
        time.sleep(1)
        app.run()
    assert not app.exception
    assert shelf.has(scenario, keeping.PLACE), said(app)
    app.run()
    assert "addresses disclosed" in said(app)
    assert "is too large" not in said(app)


def test_a_question_that_a_kept_registry_does_not_answer_says_so(opened: Opener) -> None:
    app = opened("explore")
    build(keeping.state.asked("aug2025-as-run", app.session_state["changes"]), keeping.PLACE)
    app.session_state["changes"] = app.session_state["changes"] | {"linkage.rule": "probabilistic"}
    app.session_state["generation"] += 1
    app.run()
    assert not app.exception
    assert "is kept. Questions of up to 50,000 requests are answered from it at once" in said(app)


def test_a_damaged_registry_is_told_in_the_page(opened: Opener, tmp_path: Path) -> None:
    app = opened("explore", **{"seed": 77})
    folder = build(keeping.state.asked("aug2025-as-run", app.session_state["changes"]), keeping.PLACE)
    (folder / "rows").write_bytes(b"")
    app.run()
    assert not app.exception
    assert "rows has 0 bytes and should have" in said(app)
