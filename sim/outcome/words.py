"""The words for what can become of a request, one each, used everywhere (design of the house, section 2).

No word here says why a rule is good or bad: an outcome is what happened, judged against known truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

RIGHT_DOOR = "right_person_right_door"
WRONG_DOOR = "right_person_wrong_door"
WRONG = "wrong_person"
MISSED = "missed"
WITHHELD = "correctly_withheld"
OUTCOMES = (RIGHT_DOOR, WRONG_DOOR, WRONG, MISSED, WITHHELD)
"""Every request has exactly one. Counts of them add up to the requests."""

SHARED_IDENTIFIER = "shared_identifier"
IDENTIFIER_ERROR = "identifier_error"
RELATIVE = "relative"
NAMESAKE = "namesake"
NEAR_NAME = "near_name"
CAUSES = (SHARED_IDENTIFIER, IDENTIFIER_ERROR, RELATIVE, NAMESAKE, NEAR_NAME)
"""Why another person's record was disclosed, in order of precedence: the first that holds is the cause."""

OUTCOME = pl.Enum(OUTCOMES)
CAUSE = pl.Enum(CAUSES)

PLAIN: Mapping[str, str] = MappingProxyType(
    {
        RIGHT_DOOR: "the right person, at the right door",
        WRONG_DOOR: "the right person, but they have moved away",
        WRONG: "somebody else's address",
        MISSED: "nothing disclosed, though the person is in the registry",
        WITHHELD: "nothing disclosed, and the person is not in the registry",
        SHARED_IDENTIFIER: "a number used by more than one person",
        IDENTIFIER_ERROR: "a mistyped number that is another person's",
        RELATIVE: "a member of the same household",
        NAMESAKE: "a stranger of the same name",
        NEAR_NAME: "a stranger of a similar name",
    }
)
"""Each word in plain language, for pages and reports."""
