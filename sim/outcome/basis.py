"""What a number rests on, in words: the matching rule and the size of the registry it was counted in."""

from __future__ import annotations

from sim.scenario import Scenario

RULES = {
    "irs_2025": "number and name, else name and address",
    "name_only": "first and last name",
    "name_zip": "name and ZIP code",
    "name_dob": "name and date of birth",
    "dob_only": "date of birth",
    "probabilistic": "all evidence weighed",
}
"""What a rule compares; a rule that is not here goes by its name."""


def rule(scenario: Scenario) -> str:
    """Return the rule in words: "number and name, else name and address (irs_2025)"."""
    linkage = scenario.linkage
    said = RULES.get(linkage.rule)
    words = f"{said} ({linkage.rule})" if said else linkage.rule
    strict = linkage.rule == "irs_2025" and linkage.address_check == "must_match"
    return f"{words}, the address has to agree" if strict else words


def basis(scenario: Scenario) -> str:
    """Return rule and size: "rule …, searched in 1,000,000 records"."""
    return f"rule: {rule(scenario)}; searched: {scenario.population.size:,} records"
