"""Two axes and a cause for every disclosed address: whose record, whose door, whose error.

| whose record    | the record is                                                                       |
| --------------- | ----------------------------------------------------------------------------------- |
| `asked_for`     | of the person asked for                                                             |
| `household`     | of somebody who lives with them, or moved together with them from one earlier home  |
| `somebody_else` | of anybody else                                                                     |

| whose door      | at the address disclosed; the first row that holds                                  |
| --------------- | ----------------------------------------------------------------------------------- |
| `nobodys_home`  | nobody lives: a preparer's office                                                   |
| `lives_there`   | the person asked for lives now                                                      |
| `moved_away`    | they lived before their last move                                                   |
| `never_lived`   | none of these                                                                       |

*Whose error* is decided by the fields that made the link: those the path compares and in which request and
record agree (`evidence.py`). The first row that holds:

| # | whose record | the fields that made the link                                           | whose error |
| - | ------------ | ----------------------------------------------------------------------- | ----------- |
| 1 | `asked_for`  |                                                                         | `none`      |
| 2 | another's    | fewer than the rule asks for: handed over by a process error            | `matching`  |
| 3 | another's    | number, names and date of birth among them are, as sent, truly the      | `list`      |
|   |              | disclosed person's, not all truly the asked person's, and the request   |             |
|   |              | carries the disclosed person's identity                                 |             |
| 4 | another's    | one of them agrees with a value on file that is not true                | `file`      |
| 5 | another's    | any other                                                               | `matching`  |

A request *carries* somebody's identity when their own number stands in it, though it is not the asked
person's, and is known to be used with the asked person's identity (a household member's, a borrowed one, one
looked up); or when their date of birth stands in it with a borrowed identity. A mistyped number that happens
to be another's carries nobody's: name and date of birth still say who is meant. Values that are truly both
people's, such as the name of two namesakes, are the rule's failure to tell them apart, hence `matching`.
"""

from __future__ import annotations

import polars as pl

from sim.outcome.evidence import ASKED, CARRIED, TRUE, truly, untrue
from sim.outcome.words import (
    ASKED_FOR,
    BY_FILE,
    BY_LIST,
    BY_MATCHING,
    DOOR,
    ERROR,
    HOUSEHOLD,
    LIVES_THERE,
    MOVED_AWAY,
    NEVER_LIVED,
    NO_ERROR,
    NOBODYS_HOME,
    RECORD,
    SOMEBODY_ELSE,
)  # fmt: skip


def whose_record() -> pl.Expr:
    """Return the first axis over person, person_asked and same_household."""
    return (
        pl.when(pl.col("person") == pl.col("person_asked"))
        .then(pl.lit(ASKED_FOR))
        .when("same_household")
        .then(pl.lit(HOUSEHOLD))
        .otherwise(pl.lit(SOMEBODY_ELSE))
        .cast(RECORD)
    )


def whose_door() -> pl.Expr:
    """Return the second axis over occupants, file_address, home_asked and previous_asked (0 no address)."""
    door = pl.col("file_address")
    return (
        pl.when(pl.col("occupants") == 0)
        .then(pl.lit(NOBODYS_HOME))
        .when(door == pl.col("home_asked"))
        .then(pl.lit(LIVES_THERE))
        .when((door == pl.col("previous_asked")) & (door != 0))
        .then(pl.lit(MOVED_AWAY))
        .otherwise(pl.lit(NEVER_LIVED))
        .cast(DOOR)
    )


def whose_error() -> pl.Expr:
    """Return the third axis over whose_record, rejected and the columns of `evidence`."""
    describes = pl.col(CARRIED) & truly(TRUE) & ~truly(ASKED)
    return (
        pl.when(pl.col("whose_record") == ASKED_FOR)
        .then(pl.lit(NO_ERROR))
        .when("rejected")
        .then(pl.lit(BY_MATCHING))
        .when(describes)
        .then(pl.lit(BY_LIST))
        .when(untrue())
        .then(pl.lit(BY_FILE))
        .otherwise(pl.lit(BY_MATCHING))
        .cast(ERROR)
    )
