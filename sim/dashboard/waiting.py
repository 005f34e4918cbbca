"""Work in a thread while a page waits: it can be watched, and ends at its next step when given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sim.progress import Progress

Made = TypeVar("Made")


class GivenUpError(Exception):
    """Nobody waits for the work any more; raised inside it at its next step."""


class Work(Generic[Made]):
    """One piece of work, begun at once. make: does it, and tells of its steps.

    lock: held while it is at work, so that there is one at a time on the server; one given up before its turn
    ends without having begun.
    """

    def __init__(self, make: Callable[[Progress], Made], lock: threading.Lock) -> None:
        self._make, self._lock = make, lock
        self._ended = threading.Event()
        self._given_up = False
        self._made: Made | None = None
        self._error: BaseException | None = None
        self.began: float | None = None
        self.step = ""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            with self._lock:
                self._heard("", 0, 0)
                self.began = time.monotonic()
                self._made = self._make(self._heard)
        except BaseException as error:  # raised again where it is waited for
            self._error = error
        finally:
            self._ended.set()

    def _heard(self, step: str, done: int, total: int, **info: Any) -> None:
        if self._given_up:
            raise GivenUpError
        if total > 1:
            self.step = f"{step}: {done:,} of {total:,}"

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; return whether the work has ended."""
        return self._ended.wait(seconds)

    def give_up(self) -> None:
        """Let the work end at its next step; what it makes is lost."""
        self._given_up = True

    @property
    def seconds(self) -> float:
        """Seconds at work; 0 while it waits for its turn."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def result(self) -> Made:
        """Return what was made, or raise what went wrong."""
        if self._error is not None:
            raise self._error
        return self._made  # type: ignore[return-value]
