"""What a run found, read once from its folder: counts, rates, groups and the companions set beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from sim.charts import Source
from sim.outcome.basis import basis
from sim.outcome.groups import OVERALL, GroupRate, group_rates
from sim.outcome.intervals import percent_of
from sim.outcome.rates import Rate, Settings, quantity_rates, rates
from sim.record.consistency import CHECKED, require
from sim.record.reader import Run, read
from sim.report.whose import Lead, lead
from sim.scenario import Scenario


@dataclass(frozen=True)
class Companion:
    """A run set beside the reported one: the same people, seed and requests, one thing changed.

    role: "best" (clean data), "worst" (name only) or "rule" (another rule).  change: what differs, in words.
    """

    role: str
    change: str
    findings: Findings


@dataclass(frozen=True)
class Findings:
    """Everything the sections read. study: results of a sensitivity study, {} when none was given."""

    run: Run
    companions: tuple[Companion, ...] = ()
    study: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, known: Scenario | None = None) -> Findings:
        """Read the findings of a run folder, *checked against its rows*; raises FileErrors otherwise.

        known: the run's scenario, where the caller has just written the run and has it.
        """
        run = read(folder, known)
        return cls(run if known is not None else require(run))

    @property
    def standing(self) -> str:
        """What is known of these numbers: made here now, or read back and checked against their rows."""
        return "made here just now" if self.run.known is not None else f"{CHECKED}; not repeated"

    def with_study(self, study: Mapping[str, Any]) -> Findings:
        """Return the same findings with the result of a sensitivity study (see `sim.report.studies`)."""
        return replace(self, study=study)

    @cached_property
    def settings(self) -> Settings:
        """How intervals are made, as the scenario says."""
        return Settings.of(self.run.scenario)

    @cached_property
    def overall(self) -> pl.DataFrame:
        """The counts of all requests, one row a replicate, in order."""
        return self.run.counts.filter(pl.col("dimension") == OVERALL).sort("replicate")

    @cached_property
    def by_group(self) -> pl.DataFrame:
        """The counts by group: replicate, dimension, level and the counts."""
        return self.run.counts.filter(pl.col("dimension") != OVERALL)

    @cached_property
    def rates(self) -> dict[str, Rate]:
        """Every rate by name."""
        return {rate.name: rate for rate in rates(self.overall, self.settings)}

    @cached_property
    def quantities(self) -> dict[str, Rate]:
        """Whose record and whose door, by name (`sim.outcome.rates.QUANTITY_RATES`); empty if not counted."""
        there = self.run.addresses
        if there is None:
            return {}
        overall = there.filter(pl.col("dimension") == OVERALL).sort("replicate")
        return quantity_rates(self.overall, overall, self.settings)

    @cached_property
    def lead(self) -> Lead:
        """What stands first: strangers' doors, or another's record where doors were not counted."""
        return lead(self.quantities, self.rates)

    @cached_property
    def groups(self) -> tuple[GroupRate, ...]:
        """The headline rate of every group."""
        return _without_ratio(group_rates(self.by_group, self.settings))

    @cached_property
    def groups_missed(self) -> tuple[GroupRate, ...]:
        """The missed rate of every group."""
        return _without_ratio(group_rates(self.by_group, self.settings, rate="missed"))

    def total(self, count: str) -> int:
        """Return a count over all replicates together."""
        return int(self.overall.get_column(count).sum())

    @property
    def replicates(self) -> int:
        """Number of simulated populations."""
        return self.overall.height

    @property
    def least(self) -> int:
        """Fewest populations of a run to be cited; fewer are a preview, moved too far by luck."""
        return int(self.run.scenario.value("study.preview_below"))

    @property
    def preview(self) -> bool:
        """Whether there are too few populations to cite."""
        return self.replicates < self.least

    @property
    def confidence(self) -> str:
        """The confidence of intervals in words, "95 %"."""
        return percent_of(self.settings.confidence)

    @property
    def source(self) -> Source:
        """The line for figures."""
        made, about = self.run.created[:10], basis(self.run.scenario)
        return Source(self.run.run_id, made, self.replicates, self.confidence, about)

    def companion(self, role: str) -> Companion | None:
        """Return the first companion in that role."""
        return next((each for each in self.companions if each.role == role), None)


SWITCHED, UNTOLD = "two_surnames", "no ratio"
"""Groups whose ratio turns with what is not published (surnames as one field or as a set): none is told."""


def _without_ratio(found: tuple[GroupRate, ...]) -> tuple[GroupRate, ...]:
    """Return the rates by group, without a ratio where one run alone would decide its direction."""
    return tuple(
        replace(each, ratio=None, ratio_low=None, ratio_high=None, words=UNTOLD)
        if each.dimension == SWITCHED and each.ratio is not None
        else each
        for each in found
    )
