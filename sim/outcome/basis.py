"""What a number rests on, in words: the matching rule and the size of the registry it was counted in."""

from __future__ import annotations

from sim.linkage.rules import definition_of
from sim.scenario import Scenario

CAUTIONED = {"best": (8, 23_040), "all": (74, 23_129), "first": (39, 23_040)}
"""Addresses from another person's record, and all addresses disclosed, by rule for several links.

Of `good-matcher` with requests.coverage 0.95: two populations of 1,000,000 records, 12,500 requests each,
version 0.3.0. With its own coverage of 0.053 few people asked for are on file beside a relative who scores
high too: 35 of 5,220 with all, 32 of 5,211 with best, 33 of 5,211 with first (one population, 100,000
requests).
"""


def rule(scenario: Scenario) -> str:
    """Return the rule in words: "number and name, else name and address (irs_2025)"."""
    linkage, written = scenario.linkage, definition_of(scenario)
    words = f"{written.words} ({linkage.rule})"
    strict = "address_check" in written.switches and linkage.address_check == "must_match"
    return f"{words}, the address has to agree" if strict else words


def basis(scenario: Scenario) -> str:
    """Return rule and size: "rule …, searched in 1,000,000 records"."""
    return f"rule: {rule(scenario)}; searched: {scenario.population.size:,} records"


def caution(scenario: Scenario) -> str:
    """Return what is easily overlooked in how a scenario's links become answers, "" where nothing is."""
    linkage = scenario.linkage
    if not definition_of(scenario).learnt or linkage.one_to_one or linkage.tie not in ("all", "first"):
        return ""
    best, other = CAUTIONED["best"], CAUTIONED[linkage.tie]
    done = {
        "all": "every record above the threshold is disclosed, not the best alone",
        "first": "of several records above the threshold the first on file is disclosed, not the best",
    }
    return (
        f"linkage.tie is {linkage.tie}: {done[linkage.tie]}. Where 95 % of the people asked for were among a "
        f"million records, {other[0]:,} of {other[1]:,} addresses so disclosed were another "
        f"person’s record, with best {best[0]:,} of {best[1]:,}"
    )
