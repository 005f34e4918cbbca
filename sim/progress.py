"""How long work tells how far it is: one call, and who listens.

Work calls `progress(step, done, total, **info)`; it never prints. `info` may hold

    people      registry records seen so far in this step, from which people per second are shown
    replicate   the replicate at work, from 0
    note        a few words
    more        true while more of what was finished together is still to be told: no time left is given
    kept        true for what was found from before: it says nothing of how fast the rest will be

A listener must be quick and must not raise; the work does not wait for a person to read.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

from sim.machine import resident_bytes
from sim.text_safety import for_terminal, say


class Progress(Protocol):
    """Told that `done` of `total` units of `step` are finished."""

    def __call__(self, step: str, done: int, total: int, **info: Any) -> None:
        """Hear of it."""


def silent(step: str, done: int, total: int, **info: Any) -> None:
    """Say nothing: the default of everything that takes a progress."""


class Quiet:
    """A listener that says nothing; the base of those that open and close something around the work."""

    def __call__(self, step: str, done: int, total: int, **info: Any) -> None:
        """Say nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Steps:
    """When each step began, and from that its speed, time left and this process's memory."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[float, int]] = {}

    def since(self, step: str, done: int, *, kept: bool = False) -> tuple[float, int]:
        """Return the seconds since `step` was first heard of, and how much was done then.

        A step that starts over, or tells of what was kept from before, counts anew.
        """
        now = time.monotonic()
        if done == 0 or kept or step not in self._began:
            self._began[step] = (now, done)
        began, before = self._began[step]
        return now - began, before

    def tell(self, step: str, done: int, total: int, info: dict[str, Any]) -> str:
        """Return speed, time left and memory in words, as far as they are known."""
        seconds, before = self.since(step, done, kept=bool(info.get("kept")))
        words = ["kept from before"] if info.get("kept") else []
        words += [str(info["note"])] if info.get("note") else []
        if info.get("people") and seconds > 0:
            words.append(f"{speed(info['people'] / seconds)} people/s")
        if before < done < total and seconds >= 1 and not info.get("more"):
            words.append(f"{span(seconds / (done - before) * (total - done))} left")
        elif done >= total and seconds >= 1:
            words.append(f"took {span(seconds)}")
        memory = resident_bytes()
        if memory:
            words.append(f"{memory / 2**30:.1f} GB")
        return ", ".join(words)


class Lines(Quiet):
    """Plain lines, for logs and pipes: one when a step begins or ends, and one every few seconds between."""

    def __init__(self, stream: TextIO | None = None, every: float = 5.0) -> None:
        self._stream = stream or sys.stderr
        self._every = every
        self._steps = Steps()
        self._said: dict[str, float] = {}

    def __call__(self, step: str, done: int, total: int, **info: Any) -> None:
        """Write one line if it is time for one."""
        now = time.monotonic()
        words = self._steps.tell(step, done, total, info)
        first = step not in self._said or done == 0
        if first or done >= total or now - self._said[step] >= self._every:
            self._said[step] = now
            tail = f" ({words})" if words else ""
            say(f"{step}: {done:,} of {total:,}{tail}", to=self._stream)


class Bars(Quiet):
    """A bar for each step on a terminal, by rich: share done, speed, time left, memory."""

    def __init__(self, console: Any = None) -> None:
        # Imported here: rooms that only report progress need no terminal library.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415
        from rich.progress import Progress as Display  # noqa: PLC0415

        self._display = Display(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}", markup=False),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, Any] = {}
        self._steps = Steps()

    def __call__(self, step: str, done: int, total: int, **info: Any) -> None:
        """Move the bar of `step`."""
        if step not in self._tasks:
            self._tasks[step] = self._display.add_task(for_terminal(step), total=total, words="")
        words = self._steps.tell(step, done, total, info)
        self._display.update(self._tasks[step], completed=done, total=total, words=for_terminal(words))

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.stop()


def listener(quiet: bool = False, stream: TextIO | None = None) -> Quiet:
    """Return bars on a terminal, plain lines elsewhere, nothing when `quiet`."""
    if quiet:
        return Quiet()
    target = stream or sys.stderr
    return Bars() if target.isatty() else Lines(target)


def span(seconds: float) -> str:
    """Return a length of time in its two largest units: 45 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def speed(number: float) -> str:
    """Return a number per second with its thousands or millions in words."""
    if number >= 1e6:
        return f"{number / 1e6:.1f} million"
    return f"{number:,.0f}"
