"""Published figures of the disclosure of August 2025 that a run of that rule can be set beside.

They stand in `configs/published.toml`, with source, grade and what counts as agreement.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from sim.charts import FITTED, HELD_OUT, Target
from sim.linkage.link import by_number
from sim.linkage.rules import definition_of, rule_of
from sim.parameters import catalogue
from sim.published import Figure, figure
from sim.report.findings import Findings
from sim.scenario import Scenario

_FITTED = ("requests.coverage", "requests.coverage_odds_tin", "requests.tin_share")
_ADDRESS = {"street", "number"}


def targets_of(found: Findings) -> list[Target]:
    """Return the published figures with what the run gives; empty for a scenario of another rule."""
    if not definition_of(found.run.scenario).held_against:
        return []
    return august_2025(found.run.outcomes, by_number(rule_of(found.run.scenario)), _use(found))


def august_2025(outcomes: pl.DataFrame, numbered: Collection[str], use: str) -> list[Target]:
    """Return what is published of August 2025 beside outcomes of its rule, of any number of populations.

    numbered: the paths by number (`by_number`).  use: whether the two shares of requests answered were fitted
    or held out.
    """
    answers = outcomes.filter(pl.col("disclosed") > 0)
    answered = answers.height
    found_by_number = answers.filter(pl.col("path").is_in(list(numbered))).height
    junk, incomplete = (
        answers.filter(flag).height
        for flag in ("deficient_request", pl.col("deficient_request") | pl.col("insufficient_address"))
    )
    told = (
        ("answered", _share(answered, outcomes.height)),
        ("answered_by_number", _share(found_by_number, answered)),
        ("no_usable_address", _share(junk, answered)),
        ("address_incomplete", _share(incomplete, answered)),
    )
    found = [target for name, value in told for target in beside(figure(name), [value])]
    return [replace(target, use=use) if target.use == FITTED else target for target in found]


def beside(
    published: Figure, simulated: Sequence[float | None], truth: Sequence[float] | None = None
) -> list[Target]:
    """Return a published figure beside simulated values, one for each of its n.

    truth: what stands in the place of the published figure, where that is the truth of the same run.
    """
    rows = published.rows(None if truth is None else tuple(truth))
    return [
        Target(name, published.unit, value, low, high, mine, published.use, published.cited)
        for (name, value, low, high), mine in zip(rows, simulated, strict=True)
    ]


def as_counted(scenario: Scenario) -> bool:
    """Whether a rule is the one whose disclosures a court counted: without confirmation of the address."""
    return bool(definition_of(scenario).held_against) and scenario.linkage.address_check != "must_match"


def unchecked(found: Findings) -> int:
    """Return how many requests were answered by a search that compares no address.

    A court counted disclosures without confirmation of the address supplied (`disclosed_without_address`).
    That this is the whole search by number is an assumption, and the quantity here.
    """
    scenario = found.run.scenario
    if definition_of(scenario).learnt:  # weighs the address among other fields
        return 0
    blind = [
        path.name
        for path in rule_of(scenario)
        if not any(_ADDRESS & set(comparison.columns) for comparison in path.comparisons)
    ]
    return found.run.outcomes.filter(pl.col("disclosed") > 0, pl.col("path").is_in(blind)).height


def _share(part: int, whole: int) -> float | None:
    return 1000 * part / whole if whole else None


def _use(found: Findings) -> str:
    """Return "fitted" where the catalogue's fit of coverage to these figures is in force, else "held out"."""
    parameters = found.run.scenario.parameters
    same = all(parameters.get(key) == catalogue()[key].value for key in _FITTED if key in catalogue())
    return FITTED if same else HELD_OUT
