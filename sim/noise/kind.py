"""What a kind of noise is: which cells it can change, what it does to them, and what it may draw on.

An `Effect` is the deed (which fields, which cells can be changed, how); a `Noise` is an effect with its name,
its reason and how often it strikes. An effect does not choose its records and does not know the scenario.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, ParamSpec

import numpy as np
import polars as pl

from sim.rng import Streams
from sim.scenario import Scenario


class Cells:
    """The records that one kind changes, column by column; read only. rows: where they stand, u32.

    Rows are picked by a series of u32: polars does that without a plan, thirty times as fast for a few rows.
    """

    def __init__(self, frame: pl.DataFrame, rows: np.ndarray) -> None:
        self._frame = frame
        self.rows = pl.Series(rows.astype(np.uint32))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> pl.Series:
        return self._frame[column][self.rows]

    def select(self, *columns: str) -> pl.DataFrame:
        """Return some columns of the records."""
        return pl.DataFrame([self[column] for column in columns])


@dataclass(frozen=True, slots=True)
class Luck:
    """The draws of one kind for some requests, found by name and by request number.

    Every draw is made for all `total` requests and then looked up, so what one request draws depends neither
    on which others are hit nor on the order of the records.
    """

    streams: Streams
    kind: str
    request: np.ndarray
    total: int

    def uniform(self, name: str) -> np.ndarray:
        """Return one uniform number in [0, 1) for each record, shape (m,)."""
        drawn: np.ndarray = self._generator(name).random(self.total)[self.request]
        return drawn

    def normal(self, name: str) -> np.ndarray:
        """Return one standard normal number for each record, shape (m,)."""
        drawn: np.ndarray = self._generator(name).standard_normal(self.total)[self.request]
        return drawn

    def choice(self, name: str, sizes: np.ndarray | int) -> np.ndarray:
        """Return a whole number in [0, size) for each record; 0 where size is 0."""
        last = np.maximum(np.asarray(sizes) - 1, 0)
        chosen: np.ndarray = np.minimum((self.uniform(name) * sizes).astype(np.int64), last)
        return chosen

    def label(self, name: str, weights: Mapping[str, float]) -> np.ndarray:
        """Return the position of a label drawn by its weight, for each record."""
        edges = np.cumsum(list(weights.values()))
        return np.minimum(np.searchsorted(edges / edges[-1], self.uniform(name), "right"), len(edges) - 1)

    def _generator(self, name: str) -> np.random.Generator:
        return self.streams.generator(f"noise.{self.kind}.{name}")


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of one kind: `noise.<kind>.<name>`."""

    scenario: Scenario
    kind: str

    def value(self, name: str) -> float:
        """Return one number of this kind."""
        return self.scenario.value(f"noise.{self.kind}.{name}")

    def table(self, name: str) -> dict[str, float]:
        """Return labelled numbers of this kind."""
        return self.scenario.table(f"noise.{self.kind}.{name}")

    def shared(self, key: str) -> float:
        """Return a number that several kinds share: `noise.<key>`."""
        return self.scenario.value(f"noise.{key}")

    def shared_table(self, key: str) -> dict[str, float]:
        """Return labelled numbers that several kinds share."""
        return self.scenario.table(f"noise.{key}")


Change = Callable[[Cells, Luck, Settings], Mapping[str, pl.Series]]
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Effect:
    """Which fields change, on which records that is possible, and how.

    eligible: true exactly where `change` alters at least one field, whatever it draws.
    does: what it does in words, from the docstring of the function that makes it.
    """

    fields: tuple[str, ...]
    eligible: pl.Expr
    change: Change
    does: str = ""


def described(make: Callable[P, Effect]) -> Callable[P, Effect]:
    """Give the effects that a function makes its docstring, for the handbook."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Effect:
        return dataclasses.replace(make(*args, **kwargs), does=inspect.cleandoc(make.__doc__ or ""))

    return made


@dataclass(frozen=True, slots=True)
class Noise:
    """One kind of noise, as listed in NOISES.

    of: what the rate is a share of: the cells that the effect can change, or all requests (for published
    shares).
    clerical: made by whoever keeps the record, so that it comes together with other errors of a careless
    record.
    """

    kind: str
    effect: Effect
    why: str
    omits: str
    of: Literal["eligible", "requests"] = "eligible"
    clerical: bool = True


def rewrite(where: pl.Expr | None = None, **fields: pl.Expr) -> Effect:
    """Fields are set to expressions over the record; eligible where that changes something."""
    changes = pl.any_horizontal(pl.col(name).ne_missing(expression) for name, expression in fields.items())
    needed = sorted({*fields, *(c for e in fields.values() for c in e.meta.root_names())})

    def change(cells: Cells, luck: Luck, settings: Settings) -> Mapping[str, pl.Series]:
        changed = cells.select(*needed).with_columns(e.alias(name) for name, e in fields.items())
        return {name: changed[name] for name in fields}

    return Effect(tuple(fields), changes if where is None else changes & where.fill_null(value=False), change)
