"""Answers at the size of the record that come with the program: 160 million records, several populations.

`national_rates.csv` beside this file holds the rows of everybody of `benchmarks/results/national_rates.csv`,
written by `benchmarks.national`; a test holds the two equal. A row of another version of the program is
shown with its version.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sim.linkage.rules import definition_of
from sim.outcome.rates import RATES, Definition, Rate, Settings
from sim.record.identity import engine_version
from sim.scenario import Scenario
from sim.scenario_files import SCALED, presets, scales

SHIPPED = Path(__file__).parent / "national_rates.csv"
COLUMNS = ("scenario", "run", "version", "rate", "numerator", "denominator", "per", "replicates", "value",
           "low", "high", "mcse")  # fmt: skip
_ASIDE = {*SCALED, "seed", "name", "title", "summary"}
_NEAR = 0.05
"""How far a registry may be from the record's size and still be called of that size."""


@dataclass(frozen=True, slots=True)
class National:
    """One scenario at the size of the record: its run, the version that made it, and rates by name."""

    scenario: str
    run: str
    version: str
    rates: dict[str, Rate]

    @property
    def title(self) -> str:
        """The scenario's title."""
        return _preset(self.scenario).title or self.scenario

    @property
    def made_by(self) -> str:
        """The version in words, which says so where it is not this program's."""
        here = engine_version()
        return f"version {self.version}" + ("" if self.version == here else f" (this is {here})")

    @property
    def size(self) -> str:
        """Records, requests and populations in words."""
        asked = _preset(self.scenario)
        return f"{asked.population.size:,} records, {asked.requests.count:,} requests, {self.populations}"

    @property
    def populations(self) -> str:
        """How many populations were drawn, and that few of them are a preview."""
        many, enough = (
            self.rates["wrong_person"].replicates,
            _preset(self.scenario).value("study.preview_below"),
        )
        return f"{many} populations" + ("" if many >= enough else " (a preview)")


@functools.cache
def answers() -> dict[str, National]:
    """Return what comes with the program, by scenario, in the order of the file."""
    found: dict[str, National] = {}
    known = {each.name: each for each in RATES}
    for row in pl.read_csv(SHIPPED).iter_rows(named=True):
        name = row["scenario"]
        if name in presets() and row["rate"] in known:
            one = found.setdefault(name, National(name, row["run"], row["version"], {}))
            one.rates[row["rate"]] = _rate(known[row["rate"]], row, _preset(name))
    return found


def answer_to(scenario: Scenario) -> National | None:
    """Return the answer to the same question at the record's size, None where none comes with the program.

    The same question: every setting but sizes, populations and seed is that of the shipped scenario.
    """
    asked = _question(scenario)
    return next((each for each in answers().values() if _question(_preset(each.scenario)) == asked), None)


def records() -> int:
    """Return the size of the record's registry (configs/scales.toml)."""
    return int(scales()["national"]["population"]["size"])


def at_size(scenario: Scenario) -> bool:
    """Whether a question is put to a registry of the record's size, so that its rate holds there."""
    return abs(scenario.population.size / records() - 1) <= _NEAR


def why_not(scenario: Scenario) -> str:
    """Say why rates of this registry are not multiplied by the numbers of August 2025."""
    return (
        f"This run searched {scenario.population.size:,} records, and the registry of August 2025 held about "
        f"{records():,}. More records hold more people of one name and more numbers in use, so its rates "
        "are not multiplied by the requests or disclosures of August 2025."
    )


def _rate(definition: Definition, row: dict[str, Any], asked: Scenario) -> Rate:
    whole = {key: row[key] for key in ("numerator", "denominator", "per", "replicates", "value", "low",
                                       "high", "mcse")}  # fmt: skip
    return Rate(
        name=definition.name, label=definition.label, denominator_name=definition.denominator_name,
        confidence=Settings.of(asked).confidence, prediction_low=None, prediction_high=None,
        method=f"jackknife t over {row['replicates']} replicates", words="", values=(), **whole,
    )  # fmt: skip


@functools.cache
def _preset(name: str) -> Scenario:
    return Scenario.load(presets()[name], scale="national")


def _question(scenario: Scenario) -> dict[str, Any]:
    """Return the settings that make the question; the address check belongs to one rule alone."""
    unused = set() if "address_check" in definition_of(scenario).switches else {"linkage.address_check"}
    return {key: value for key, value in scenario.flat().items() if key not in _ASIDE | unused}
