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

ASKED_FOR = "asked_for"
HOUSEHOLD = "household"
SOMEBODY_ELSE = "somebody_else"
WHOSE_RECORD = (ASKED_FOR, HOUSEHOLD, SOMEBODY_ELSE)

LIVES_THERE = "lives_there"
MOVED_AWAY = "moved_away"
NEVER_LIVED = "never_lived"
NOBODYS_HOME = "nobodys_home"
WHOSE_DOOR = (LIVES_THERE, MOVED_AWAY, NEVER_LIVED, NOBODYS_HOME)

NO_ERROR = "none"
BY_MATCHING = "matching"
BY_LIST = "list"
BY_FILE = "file"
WHOSE_ERROR = (BY_MATCHING, BY_LIST, BY_FILE, NO_ERROR)
"""The three questions about a disclosed address (`axes.py`); each has exactly one answer. Errors by order of
precedence where a request has several addresses."""

STRANGERS_DOOR = "strangers_door"
OTHER = "other"
RELATIVES_RECORD = "relatives_record"
GONE = "right_person_gone"
OFFICE = "right_person_office"
RIGHT = "right_person_home"
QUANTITIES = (STRANGERS_DOOR, OTHER, RELATIVES_RECORD, GONE, OFFICE, RIGHT)
TITLES: Mapping[str, str] = MappingProxyType(
    {
        STRANGERS_DOOR: "Stranger's door",
        f"{STRANGERS_DOOR}_{BY_MATCHING}": "Stranger's door, by a matching error",
        f"{STRANGERS_DOOR}_{BY_LIST}": "Stranger's door, by another's identity in the list",
        f"{STRANGERS_DOOR}_{BY_FILE}": "Stranger's door, by an error of the file",
        RELATIVES_RECORD: "Relative's record, own door",
        GONE: "Right person, moved away",
        OFFICE: "Right person, an office",
        RIGHT: "Right person, own door",
        OTHER: "Another's record otherwise",
    }
)
"""Short names of the quantities and of the parts of the first, in the order in which they are shown."""

"""What a disclosed address is, worst first (`cells.py`). Counts of them add up to the addresses disclosed."""

RECORD, DOOR, ERROR = pl.Enum(WHOSE_RECORD), pl.Enum(WHOSE_DOOR), pl.Enum(WHOSE_ERROR)
QUANTITY = pl.Enum(QUANTITIES)
OUTCOME = pl.Enum(OUTCOMES)
CAUSE = pl.Enum(CAUSES)

PLAIN: Mapping[str, str] = MappingProxyType(
    {
        RIGHT_DOOR: "the right person, at the right door",
        WRONG_DOOR: "the right person, but they have moved away, or it is a preparer's office",
        WRONG: "another person's record",
        MISSED: "nothing disclosed, though the person is in the registry",
        WITHHELD: "nothing disclosed, and the person is not in the registry",
        SHARED_IDENTIFIER: "a number used by more than one person",
        IDENTIFIER_ERROR: "a mistyped number that is another person's",
        RELATIVE: "a member of the same household",
        NAMESAKE: "a stranger of the same name",
        NEAR_NAME: "a stranger of a similar name",
        ASKED_FOR: "the person asked for",
        HOUSEHOLD: "somebody of their household",
        SOMEBODY_ELSE: "somebody else",
        LIVES_THERE: "the person asked for lives there",
        MOVED_AWAY: "the person asked for has moved away from there",
        NEVER_LIVED: "the person asked for never lived there",
        NOBODYS_HOME: "an office, nobody's home",
        NO_ERROR: "the record is theirs",
        BY_MATCHING: "the matching took another for the person the request describes",
        BY_LIST: "the list carries another's identity in place of theirs",
        BY_FILE: "the file says of another what is true of the person asked for",
        STRANGERS_DOOR: "a stranger's door: somebody else's record, where the person asked for does not live",
        RELATIVES_RECORD: "a relative's record, at the door of the person asked for",
        GONE: "the right person, but they have moved away",
        OFFICE: "the right person, but the address is an office",
        RIGHT: "the right person, at their own door",
        OTHER: "another's record in any other case: a relative's at another door, a stranger's at the door "
        "of the person asked for, an office",
    }
)
"""Each word in plain language, for pages and reports."""
