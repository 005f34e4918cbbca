"""The matching rules, each a tuple of paths, the requests divided among them.

irs_2025 is the programme of 2025 as courts and the inspector general described it: two mutually exclusive
searches, by number and name where the request has a number, else by name and address. What is not public
(whether the name is compared in full or by its first four letters, how addresses are compared) is a switch of
the scenario. The other rules are yardsticks. A rule of this file is all or nothing: every field it names must
agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.errors import InputErrors, Mistake
from sim.scenario import Scenario

from .comparison import Comparison, Filter, Path, Rule, all_of, must_agree
from .normalise import FIELDS
from .probabilistic import good_matcher

# A run of exactly five or nine digits, or ZIP+4 with its hyphen, anywhere in the address as typed. "00000"
# and a five-digit house number pass: so did they in the programme.
_ZIP_LIKE = r"(?:^|[^0-9])(?:[0-9]{5}|[0-9]{9}|[0-9]{5}-[0-9]{4})(?:[^0-9]|$)"
_SURNAMES = ("surname", "surname2", "surname_line")
_CONTROLS = ("name_control", "name_control2", "surname_line")


def zip_proxy(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which requests have something like a ZIP code in the address as typed; no more was checked."""
    number = pl.when(pl.col("number") > 0).then(pl.col("number").cast(pl.String))
    line = pl.concat_str(number, "street", "unit", "zip", separator=" | ", ignore_nulls=True)
    return frame.select(line.str.contains(_ZIP_LIKE).fill_null(False)).to_series().to_numpy()


def irs_2025(scenario: Scenario) -> Rule:
    """Return the TIN path and the address path of the 2025 programme with the scenario's switches."""
    linkage = scenario.linkage
    filters = (Filter("no_zip_in_address", zip_proxy),) if linkage.address_check == "zip_proxy" else ()
    address = _address(scenario)
    checked = address if linkage.address_check == "must_match" else ()
    comparisons, threshold = all_of("tin", *_tin_name(scenario), *checked)
    by_tin = Path("tin", (("tin",),), comparisons, threshold, has_tin, filters)
    comparisons, threshold = all_of(*_name(scenario), *address)
    passes = _name_passes(scenario, "zip", "number", "street")
    return by_tin, Path("address", passes, comparisons, threshold, has_no_tin, filters)


def name_only(scenario: Scenario) -> Rule:
    """Return the rule that first and last name agree and nothing else is asked."""
    comparisons, threshold = all_of(*_name(scenario))
    return (Path("name", _name_passes(scenario), comparisons, threshold),)


def name_zip(scenario: Scenario) -> Rule:
    """Return the rule that name and five-digit ZIP agree."""
    comparisons, threshold = all_of(*_name(scenario), "zip")
    return (Path("name_zip", _name_passes(scenario, "zip"), comparisons, threshold),)


def name_dob(scenario: Scenario) -> Rule:
    """Return the rule that name and full date of birth agree."""
    comparisons, threshold = all_of(*_name(scenario), "birth")
    return (Path("name_dob", _name_passes(scenario, "birth"), comparisons, threshold),)


def dob_only(scenario: Scenario) -> Rule:
    """Return the rule that the full date of birth agrees and nothing else (McDonald and Levitt 2008)."""
    comparisons, threshold = all_of("birth")
    return (Path("dob_only", (("birth",),), comparisons, threshold),)


RULES: dict[str, Callable[[Scenario], Rule]] = {
    "irs_2025": irs_2025,
    "name_only": name_only,
    "name_zip": name_zip,
    "name_dob": name_dob,
    "dob_only": dob_only,
    "probabilistic": good_matcher,
}


def rule_of(scenario: Scenario) -> Rule:
    """Return the scenario's rule, with its blocking if the scenario names one.

    Raises InputErrors naming an unknown rule or blocking field.
    """
    name = scenario.linkage.rule
    if name not in RULES:
        known = ", ".join(sorted(RULES))
        raise InputErrors(
            [Mistake(scenario.name, "linkage.rule", f"should be one of {known} (got {name!r})")]
        )
    return tuple(blocked_as(path, scenario) for path in RULES[name](scenario))


def blocked_as(path: Path, scenario: Scenario) -> Path:
    """Return the path with the scenario's blocking ("surname+birth_year"), or as it is if none is named."""
    wanted = scenario.linkage.blocking
    if not wanted:
        return path
    passes = tuple(tuple(each.split("+")) for each in wanted)
    unknown = [field for each in passes for field in each if field not in FIELDS]
    if unknown:
        known = ", ".join(sorted(FIELDS))
        raise InputErrors(
            [
                Mistake(scenario.name, "linkage.blocking", f"should use {known} (got {field!r})")
                for field in unknown
            ]
        )
    return replace(path, passes=passes)


def has_tin(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which requests give a taxpayer number."""
    return frame["tin"].fill_null(0).to_numpy() > 0


def has_no_tin(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which requests give no taxpayer number."""
    return ~has_tin(frame)


def _name(scenario: Scenario) -> tuple[Comparison, ...]:
    """Return first name and surname, the surname as one field or as a set of which one must be shared."""
    if scenario.linkage.surname_handling == "array":
        return must_agree("given"), must_agree("surname", _SURNAMES, as_set=True)
    return must_agree("given"), must_agree("surname", ("surname_line",))


def _tin_name(scenario: Scenario) -> tuple[Comparison, ...]:
    """Return the name as compared beside the number: in full, or the first four letters of the surname."""
    if scenario.linkage.name_compare == "full_name":
        return _name(scenario)
    if scenario.linkage.surname_handling == "array":
        return (must_agree("name_control", _CONTROLS, as_set=True),)
    return (must_agree("name_control"),)


def _name_passes(scenario: Scenario, *fields: str) -> tuple[tuple[str | tuple[str, str], ...], ...]:
    """Return blocking on the name as the scenario compares it, and on `fields`: no linkable pair is lost."""
    if scenario.linkage.surname_handling == "one_field":
        return (("given", "surname_line", *fields),)
    surnames: list[str | tuple[str, str]] = ["surname_line"]
    surnames += [(mine, theirs) for mine in _SURNAMES[:2] for theirs in _SURNAMES[:2]]
    return tuple(("given", surname, *fields) for surname in surnames)


def _address(scenario: Scenario) -> tuple[Comparison, ...]:
    """Return a near-exact address: ZIP, street and number agree, and the unit where both sides give one.

    With linkage.unit_required the unit must agree as given, absent on one side being a disagreement.
    """
    if scenario.value("linkage.unit_required") > 0:
        return must_agree("zip"), must_agree("address", ("street", "number", "unit"))
    return (
        must_agree("zip"),
        must_agree("street"),
        must_agree("number"),
        must_agree("unit", blank_agrees=True),
    )
