"""Progress: quiet when asked, lines in a pipe, bars on a terminal, and never a wrong word."""

from __future__ import annotations

import io
import os

import pytest
from rich.console import Console

import sim.progress
from sim.machine import available_bytes, resident_bytes
from sim.progress import Bars, Lines, Quiet, listener, silent, span, speed


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(sim.progress, "time", made)
    monkeypatch.setattr(sim.progress, "resident_bytes", lambda: 3 * 2**29)
    return made


def test_a_pipe_gets_a_line_at_the_start_the_end_and_every_few_seconds(clock: Clock) -> None:
    stream = io.StringIO()
    with Lines(stream, every=5) as progress:
        for done in range(11):
            progress("Linking", done, 10, people=done * 1_000_000)
            clock.now += 2
    assert stream.getvalue().splitlines() == [
        "Linking: 0 of 10 (1.5 GB)",
        "Linking: 3 of 10 (500,000 people/s, 14 s left, 1.5 GB)",
        "Linking: 6 of 10 (500,000 people/s, 8 s left, 1.5 GB)",
        "Linking: 9 of 10 (500,000 people/s, 2 s left, 1.5 GB)",
        "Linking: 10 of 10 (500,000 people/s, took 20 s, 1.5 GB)",
    ]


def test_what_was_kept_from_before_says_nothing_of_the_time_that_is_left(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Lines(stream, every=0)
    progress("Populations", 0, 6)
    for done in (1, 2):
        progress("Populations", done, 6, kept=True)
    clock.now += 10
    progress("Populations", 3, 6)
    clock.now += 20
    progress("Populations", 4, 6)
    assert stream.getvalue().splitlines() == [
        "Populations: 0 of 6 (1.5 GB)",
        "Populations: 1 of 6 (kept from before, 1.5 GB)",
        "Populations: 2 of 6 (kept from before, 1.5 GB)",
        "Populations: 3 of 6 (30 s left, 1.5 GB)",
        "Populations: 4 of 6 (30 s left, 1.5 GB)",
    ]


def test_a_step_first_heard_of_half_way_gives_no_time_until_more_of_it_is_done(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Lines(stream, every=0)
    progress("Cells", 5, 9, note="5 kept from before")
    clock.now += 4
    progress("Cells", 5, 9)
    clock.now += 4
    progress("Cells", 6, 9)
    assert stream.getvalue().splitlines()[1:] == [
        "Cells: 5 of 9 (1.5 GB)",
        "Cells: 6 of 9 (24 s left, 1.5 GB)",
    ]


def test_steps_are_timed_apart_and_a_step_that_starts_over_counts_anew(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Lines(stream)
    progress("One", 0, 2)
    clock.now += 10
    progress("Two", 0, 2, note="compiling")
    progress("One", 0, 2)
    clock.now += 4
    progress("One", 2, 2)
    assert stream.getvalue().splitlines()[1:] == [
        "Two: 0 of 2 (compiling, 1.5 GB)",
        "One: 0 of 2 (1.5 GB)",
        "One: 2 of 2 (took 4 s, 1.5 GB)",
    ]


def test_a_terminal_gets_a_bar_with_speed_and_memory(clock: Clock) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=120)
    with Bars(console) as progress:
        progress("Linking [1]", 0, 4)
        clock.now += 2
        progress("Linking [1]", 1, 4, people=3_000_000)
    text = stream.getvalue()
    for words in ("Linking [1]", "1/4", "1.5 million people/s", "6 s left", "1.5 GB"):
        assert words in text


def test_quiet_and_silent_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Quiet() as progress:
        progress("Linking", 1, 2)
    silent("Linking", 1, 2, people=5)
    assert capsys.readouterr() == ("", "")


def test_the_listener_fits_the_place() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert type(listener(quiet=True, stream=Terminal())) is Quiet
    assert type(listener(stream=io.StringIO())) is Lines
    assert type(listener(stream=Terminal())) is Bars


def test_a_step_of_nothing_is_told_without_dividing_by_it(clock: Clock) -> None:
    stream = io.StringIO()
    Lines(stream)("Linking", 0, 0, people=0)
    assert stream.getvalue() == "Linking: 0 of 0 (1.5 GB)\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7_500, "2 h 5 min")],
)
def test_time_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_speed_is_told_in_thousands_or_millions() -> None:
    assert (speed(999.6), speed(123_456), speed(2_500_000)) == ("1,000", "123,456", "2.5 million")


def test_memory_is_that_of_this_process() -> None:
    if os.path.exists("/proc/self/statm"):
        assert 2**24 < resident_bytes() < 2**36
        left = available_bytes()
        assert left is not None
        assert 2**24 < left < 2**44
