"""Published figures of the disclosure of August 2025 that a run of that rule can be set beside.

Sources and grades as in the catalogue of parameters: S is read in a secondary source, D derived by arithmetic.
None of them is a rate of misidentification: no such figure has been published.
"""

from __future__ import annotations

import polars as pl

from sim.charts import Target
from sim.report.findings import Findings

_ROMO = "declaration of 11 February 2026, as reported (S)"


def targets_of(found: Findings) -> list[Target]:
    """Return the published figures with what the run gives; empty for a scenario of another rule."""
    if found.run.scenario.linkage.rule != "irs_2025":
        return []
    requests, answered = found.total("requests"), found.total("answered")
    by_path = (
        found.run.outcomes.filter(pl.col("disclosed") > 0)
        .group_by("path")
        .agg(pl.len().alias("n"))
        .to_dicts()
    )
    by_number = sum(row["n"] for row in by_path if row["path"] == "tin")
    bad = found.total("answered_insufficient")
    return [
        Target("Requests answered", "per 1,000 requests", 36.9, 33.0, 41.0, 1000 * answered / requests if requests else None,
               "held out", f"47,289 of 1.28 million; {_ROMO}"),
        Target("Answered by number", "per 1,000 requests answered", 903.0, 850.0, 950.0,
               1000 * by_number / answered if answered else None, "held out", "about 42,695 of 47,289; opinion of 26 February 2026 (S, D)"),
        Target("Insufficient address", "per 1,000 requests answered", 50.0, 20.0, 50.0, 1000 * bad / answered if answered else None,
               "held out", "fewer than 50 in 1,000 addresses disclosed; same declaration (S)"),
    ]  # fmt: skip
