"""Published figures of the disclosure of August 2025 that a run of that rule can be set beside.

Sources and grades as in the catalogue of parameters: S is read in a secondary source, D derived by
arithmetic. None of them is a rate of misidentification: no such figure has been published.
"""

from __future__ import annotations

import polars as pl

from sim.charts import FITTED, HELD_OUT, Target
from sim.linkage.rules import rule_of
from sim.parameters import catalogue
from sim.report.findings import Findings

_FITTED = ("requests.coverage", "requests.coverage_odds_tin", "requests.tin_share")
_ROMO = "declaration of 11 February 2026, as reported (S)"
_CONCEDED = ("per 1,000 requests answered", 50.0, 20.0, 50.0)
_FEWER = "fewer than 50 in 1,000, as conceded; what counted is not public (S)"
_ADDRESS = {"street", "number"}


def targets_of(found: Findings) -> list[Target]:
    """Return the published figures with what the run gives; empty for a scenario of another rule."""
    if found.run.scenario.linkage.rule != "irs_2025":
        return []
    return august_2025(found.run.outcomes, _use(found))


def august_2025(outcomes: pl.DataFrame, use: str) -> list[Target]:
    """Return what is published of August 2025 beside outcomes of its rule, of any number of populations.

    use: whether the two shares of requests answered were fitted or held out.
    """
    answers = outcomes.filter(pl.col("disclosed") > 0)
    answered = answers.height
    by_number = answers.filter(pl.col("path") == "tin").height
    junk, incomplete = (
        answers.filter(flag).height
        for flag in ("deficient_request", pl.col("deficient_request") | pl.col("insufficient_address"))
    )
    return [
        Target(
            "Requests answered",
            "per 1,000 requests",
            36.9,
            33.0,
            41.0,
            _share(answered, outcomes.height),
            use,
            f"47,289 of 1.28 million; {_ROMO}",
        ),
        Target(
            "Answered by number",
            "per 1,000 requests answered",
            903.0,
            850.0,
            950.0,
            _share(by_number, answered),
            use,
            "about 42,695 of 47,289; opinion of 26 February 2026 (S, D)",
        ),
        Target(
            "No usable address", *_CONCEDED, _share(junk, answered), HELD_OUT, f"{_FEWER}: the narrow reading"
        ),
        Target(
            "Address incomplete",
            *_CONCEDED,
            _share(incomplete, answered),
            HELD_OUT,
            f"{_FEWER}: with lost apartments",
        ),
    ]


def unchecked(found: Findings) -> int:
    """Return how many requests were answered by a search that compares no address.

    A court counted about 42,695 disclosures without confirmation of the address supplied. That this is the
    whole search by number is an assumption of our notes, and the quantity here.
    """
    scenario = found.run.scenario
    if scenario.linkage.rule == "probabilistic":  # weighs the address among other fields
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
