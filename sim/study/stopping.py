"""When a study may stop: a rule fixed before the first look, and a record of every look.

In batches, until the half-width of the headline interval is at most the wider of a relative and an absolute
aim, or the most replicates are done; never below the fewest, so that early luck cannot stop it, and never on
significance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.outcome.rates import Rate
from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Rule:
    """fewest, batch, most: replicates. relative: share of the rate. absolute: on the headline's own scale."""

    fewest: int
    batch: int
    most: int
    relative: float
    absolute: float

    @classmethod
    def of(cls, scenario: Scenario) -> Rule:
        """Return the rule of the catalogue group `study`."""
        return cls(
            fewest=int(scenario.value("study.preview_below")),
            batch=int(scenario.value("study.batch")),
            most=int(scenario.value("study.most_replicates")),
            relative=scenario.value("study.relative_half_width"),
            absolute=scenario.value("study.absolute_half_width"),
        )

    def look(self, headline: Rate) -> Look:
        """Judge the headline after some replicates."""
        aim = max(self.relative * (headline.value or 0.0), self.absolute)
        known = headline.low is not None and headline.high is not None
        half = (headline.high - headline.low) / 2 if known else None  # type: ignore[operator]
        narrow = half is not None and half <= aim and headline.replicates >= self.fewest
        done = headline.replicates
        return Look(done, headline.value, half, aim, stop=narrow or done >= self.most)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one look: replicates done, the rate, its half-width, the aim, and the decision."""

    replicates: int
    value: float | None
    half_width: float | None
    aim: float
    stop: bool


@dataclass(frozen=True, slots=True)
class Stopping:
    """The rule and all its looks, kept with the result."""

    rule: Rule
    looks: Sequence[Look]

    @property
    def reached(self) -> bool:
        """Whether the aim was met, rather than the most replicates done."""
        last = self.looks[-1]
        return last.half_width is not None and last.half_width <= last.aim
