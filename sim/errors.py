"""What can go wrong, and how a caller catches it.

    SimulatorError                  anything this program raises on purpose
    ├── InputErrors                 a scenario, sweep or option is wrong; holds every mistake found (exit 2)
    ├── RefusedError                the work would not fit in memory or time, or is not allowed (exit 3)
    ├── TableError                  a packaged table is missing or not what SOURCES.toml says
    ├── LostError                   workers were lost midway; what is finished is kept (exit 1)
    ├── VerificationError           a bundle, run folder or other result is damaged or unsafe
    │   └── FileErrors              what is wrong in it, a mistake a line; also an InputErrors (exit 2)
    └── StudyError                  a study has no answer: a setting failed, or nothing was disclosed

Catch `SimulatorError` to show one line to a person; every message names what was given and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class SimulatorError(Exception):
    """Base of everything raised on purpose; `str()` of it can be shown to a person."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in one place: printed as `file: key: problem`."""

    file: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem}"


class InputErrors(SimulatorError):
    """All the mistakes found in one input, never only the first."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Mistake, ...]]]:
        """Return what makes it again; a worker process would else have it made anew from its text."""
        return type(self), (self.mistakes,)


class RefusedError(SimulatorError):
    """The work was refused before it started; the message says what would be needed."""


class TableError(SimulatorError):
    """A packaged table is missing, or its checksum is not the one in SOURCES.toml."""


class LostError(SimulatorError):
    """Workers were lost before the work was done; what was finished is kept where results are kept at all."""


class VerificationError(SimulatorError):
    """A run folder or bundle is damaged, edited or unsafe to open."""


class FileErrors(InputErrors, VerificationError):
    """A file of results is missing, damaged, edited or unsafe; holds every mistake found in it."""


class StudyError(SimulatorError):
    """A comparison, index or break-even has no answer; the message says at which setting and why."""
