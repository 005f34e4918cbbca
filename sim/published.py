"""What is published about the disclosures and about people, each figure once, from `configs/published.toml`.

A fact is a count that the program multiplies by or speaks of; a figure is what a run is set beside, with
what counts as agreement. None of them is a number of the model, and none a rate of misidentification: no such
figure has been published. Grades are those of the catalogue of parameters.
"""

from __future__ import annotations

import datetime
import functools
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from sim.errors import InputErrors, Mistake
from sim.parameters import Words, config_root
from sim.toml_files import read_toml

Graded = Annotated[str, StringConstraints(pattern=r"^(assumption|[PSBD](, [PSBD])*(, [a-z ]+)?)$")]
Numbers = float | tuple[float, ...]
Use = Literal["held out", "fitted", "built in", "arithmetic", "direction", "no figure"]
"""What agreement with a figure can show: only those held out were published and not used."""


class _Cited(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    unit: Words
    source: Words
    grade: Graded

    @property
    def cited(self) -> str:
        """The source with its grade, as in "opinion of 26 February 2026 (S, D)"."""
        return f"{self.source} ({self.grade})"


_Kind = TypeVar("_Kind", bound=_Cited)


class Fact(_Cited):
    """A published count. date: of the source; link: where it was read, if that has an address."""

    value: int
    date: datetime.date
    link: str | None = None


class Figure(_Cited):
    """A published figure, or one for each `n`, and what counts as agreement with it.

    published: None where the truth of the same run stands in its place.
    within: either side of it; low, high: the ends, where they are not even.
    """

    name: Words
    n: tuple[int | str, ...] = ("",)
    published: Numbers | None = None
    within: Annotated[float, Field(ge=0)] | None = None
    low: Numbers | None = None
    high: Numbers | None = None
    use: Use

    @model_validator(mode="after")
    def _one_tolerance(self) -> Figure:
        ends = (self.low is not None) + (self.high is not None)
        if ends != (0 if self.within is not None else 2):
            raise ValueError("should have either within or low and high")
        for name in ("published", "low", "high"):
            given = getattr(self, name)
            if isinstance(given, tuple) and len(given) != len(self.n):
                raise ValueError(f"{name} should be one number, or one for each n")
        if self.published is not None and any(not low <= p <= high for _, p, low, high in self.rows()):
            raise ValueError("published should lie between low and high")
        return self

    def rows(self, published: tuple[float, ...] | None = None) -> Iterator[tuple[str, float, float, float]]:
        """Yield (name, published, low, high) for each n; `published` stands in where the file gives none."""
        middle = self._each(self.published if published is None else published)
        if self.within is None:
            ends = zip(self._each(self.low), self._each(self.high), strict=True)
        else:
            ends = zip((p - self.within for p in middle), (p + self.within for p in middle), strict=True)
        for n, value, (low, high) in zip(self.n, middle, ends, strict=True):
            yield self.name.format(n=n), value, low, high

    def _each(self, given: Numbers | None) -> tuple[float, ...]:
        if given is None:
            raise ValueError(f"{self.name}: no published figure was given")
        return given if isinstance(given, tuple) else tuple(itertools.repeat(given, len(self.n)))


def fact(name: str) -> Fact:
    """Return a published count by its name in the file; KeyError for an unknown name."""
    return _published()[0][name]


def figure(name: str) -> Figure:
    """Return a published figure by its name in the file; KeyError for an unknown name."""
    return _published()[1][name]


def figures() -> Mapping[str, Figure]:
    """Return all figures by name, in the order of the file."""
    return _published()[1]


@functools.cache
def _published() -> tuple[Mapping[str, Fact], Mapping[str, Figure]]:
    return read_published(config_root() / "published.toml")


def read_published(path: Path) -> tuple[Mapping[str, Fact], Mapping[str, Figure]]:
    """Return facts and figures of a file; raises InputErrors with every mistake in it."""
    table = read_toml(path, path.name)
    mistakes = [
        Mistake(path.name, key, "should be [fact.NAME] or [figure.NAME]")
        for key in table.keys() - {"fact", "figure"}
    ]
    facts = dict(_entries(Fact, path.name, "fact", table, mistakes))
    found = dict(_entries(Figure, path.name, "figure", table, mistakes))
    if mistakes:
        raise InputErrors(sorted(mistakes))
    return facts, found


def _entries(
    kind: type[_Kind], file: str, group: str, table: Mapping[str, Any], mistakes: list[Mistake]
) -> Iterator[tuple[str, _Kind]]:
    for name, given in table.get(group, {}).items():
        try:
            yield name, kind.model_validate(given)
        except ValidationError as errors:
            for error in errors.errors():
                at = ".".join(str(part) for part in (group, name, *error["loc"]))
                mistakes.append(Mistake(file, at, error["msg"].removeprefix("Value error, ")))
