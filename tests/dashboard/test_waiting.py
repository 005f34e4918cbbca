"""A long answer can be watched and given up, and what is said of its length comes from the estimate."""

from __future__ import annotations

import threading

import pytest

from sim.dashboard import live, state
from sim.dashboard.waiting import GivenUpError, Work
from sim.errors import RefusedError
from sim.progress import Progress
from tests.dashboard.conftest import SMALL, Opener


def test_work_tells_its_step_and_gives_what_it_made() -> None:
    told, go = threading.Event(), threading.Event()

    def make(progress: Progress) -> str:
        progress("link", 3, 8)
        told.set()
        assert go.wait(10)
        return "made"

    work = Work(make, threading.Lock())
    assert told.wait(10)
    assert work.step == "link: 3 of 8"
    assert not work.wait(0.0)
    go.set()
    assert work.wait(10)
    assert work.result() == "made"


def test_work_given_up_ends_at_its_next_step_and_lets_the_next_begin() -> None:
    lock, reached, go, steps = threading.Lock(), threading.Event(), threading.Event(), []

    def make(progress: Progress) -> None:
        reached.set()
        assert go.wait(10)
        progress("link", 1, 8)
        steps.append("after")

    work = Work(make, lock)
    assert reached.wait(10)
    waiting = Work(lambda _: steps.append("never"), lock)
    waiting.give_up()
    work.give_up()
    go.set()
    last = Work(lambda _: "last", lock)
    assert all(each.wait(10) for each in (work, waiting, last))
    for each in (work, waiting):
        with pytest.raises(GivenUpError):
            each.result()
    assert last.result() == "last"
    assert steps == []


def test_what_goes_wrong_in_the_work_is_raised_where_it_is_waited_for() -> None:
    def make(progress: Progress) -> None:
        raise RefusedError("too large")

    work = Work(make, threading.Lock())
    assert work.wait(10)
    with pytest.raises(RefusedError, match="too large"):
        work.result()


def test_time_is_promised_from_the_estimate_and_compiling_is_said_until_it_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = live.Worlds()
    monkeypatch.setattr(live, "worlds", lambda: kept)
    small, heavy = (
        state.asked(name, SMALL | {"replicates": 1}) for name in ("aug2025-as-run", "good-matcher")
    )
    assert "compile" in live.promise(small)
    kept.warm.add(False)
    assert "compile" not in live.promise(small)
    assert "about 2 s" in live.promise(small)
    assert "compile" in live.promise(heavy)
    kept.warm.add(True)
    assert "compile" not in live.promise(heavy)
    assert live._expected(kept, heavy) > 2 * live._expected(kept, small)


def test_a_question_given_up_is_not_begun_again_and_can_be_asked_after_all(opened: Opener) -> None:
    app = opened("method")
    asked = state.asked("aug2025-as-run", SMALL)
    app.session_state["cancelled"] = state.question_of(asked)
    app.session_state["answer"] = None
    app = app.switch_page("sim/dashboard/explore.py").run()
    assert not app.exception
    assert [each.value for each in app.info] == ["Cancelled before the answer was there."]
    assert not app.metric
    assert app.button(key="run")
    app = app.button(key="answer-it").click().run()
    assert not app.exception
    assert "r-" in app.metric[0].label
    assert not app.info
