"""Why another person's record was disclosed: a decision table, first row that holds wins.

| # | the number decided | the number was mistyped | one household | same name | cause             |
| - | ------------------ | ----------------------- | ------------- | --------- | ----------------- |
| 1 | yes                | no                      |               |           | shared_identifier |
| 2 | yes                | yes                     |               |           | identifier_error  |
| 3 | no                 |                         | yes           |           | relative          |
| 4 | no                 |                         | no            | yes       | namesake          |
| 5 | no                 |                         | no            | no        | near_name         |

"The number decided" means that the path compares a private number (`sim.fields`) and request and record have
the same. The number goes first because it is what picked the record out of millions; that the two people also
share a household or a name is told beside it (`wrong_shares_household`). A number was mistyped when the
request carries neither the person's own number nor one known to be used with their identity (a household
member's, a borrowed one, a namesake's that was looked up), so that an invented number counts as mistyped; or
when the record is filed under a number that is not its person's and no household explains it. Two names are
the same when given name and all surnames have the same letters, either in truth or as they stood in the
request and in the file; anything else that linked is a near name. Under a rule without a number the owner of
a borrowed identity is a namesake too, so that namesakes do not fall to none in a small registry.
"""

from __future__ import annotations

import polars as pl

from sim.fields import PRIVATE
from sim.outcome.words import IDENTIFIER_ERROR, NAMESAKE, NEAR_NAME, RELATIVE, SHARED_IDENTIFIER
from sim.requests import SCHEMA

OTHERS = ("mate", "donor", "namesake")
"""Other people whose numbers are known to be used with the identity of the person asked for."""


def cause() -> pl.Expr:
    """Return the decision table over number_decided, number_mistyped, same_household and same_name."""
    return (
        pl.when(pl.col("number_decided") & ~pl.col("number_mistyped"))
        .then(pl.lit(SHARED_IDENTIFIER))
        .when("number_decided")
        .then(pl.lit(IDENTIFIER_ERROR))
        .when("same_household")
        .then(pl.lit(RELATIVE))
        .when("same_name")
        .then(pl.lit(NAMESAKE))
        .otherwise(pl.lit(NEAR_NAME))
    )


def number_decided(number: str) -> pl.Expr:
    """Whether the link was made on a private number: the path compares it, and both sides have the same."""
    sent = pl.col(f"{number}_sent")
    return pl.col(f"by_{number}") & (sent != 0) & (sent == pl.col(f"file_{number}"))


def number_was_mistyped(number: str) -> pl.Expr:
    """Whether the number sent is nobody's whose use with this identity is known (all columns u32, 0 none)."""
    known = [pl.col(column) for column in (number, *others(number))]
    return ~pl.any_horizontal(pl.col(f"{number}_sent") == each for each in known)


def carried_number(number: str) -> pl.Expr:
    """Whether the number sent is the disclosed person's own, not the asked person's, and known to be used."""
    sent = pl.col(f"{number}_sent")
    known = pl.any_horizontal(pl.lit(value=False), *(sent == pl.col(column) for column in others(number)))
    return (sent != 0) & (sent == pl.col(number)) & (sent != pl.col(f"{number}_asked")) & known


def number_was_misfiled(number: str) -> pl.Expr:
    """Whether the record's number on file is by mistake the one sent: not its person's, nor a household's.

    A borrowed number that a second record bears is the lender's household's, so it counts as shared.
    """
    foreign = pl.col(f"file_{number}") != pl.col(number)
    return foreign & ~pl.col("same_household") & ~pl.col(f"{number}_borrowed")


def number_was_borrowed(number: str) -> pl.Expr:
    """Whether the number sent is that of the stranger whose identity may be borrowed."""
    lent = f"donor_{number}"
    return pl.col(f"{number}_sent") == pl.col(lent) if lent in SCHEMA else pl.lit(value=False)


def lent_numbers() -> tuple[tuple[str, str], ...]:
    """Return the columns of private numbers beside those of the strangers who may lend theirs."""
    return tuple((number, f"donor_{number}") for number in PRIVATE if f"donor_{number}" in SCHEMA)


def others(number: str) -> tuple[str, ...]:
    """Return the columns of a list that hold others' numbers known to be used with a person's identity."""
    return tuple(column for column in (f"{who}_{number}" for who in OTHERS) if column in SCHEMA)


def name_key(*columns: str) -> pl.Expr:
    """Return the letters A-Z of the columns in one string, accents folded, null as empty.

    Written apart from the linkage room's normalisation on purpose: what judges should not share the faults of
    what is judged.
    """
    whole = pl.concat_str([pl.col(column).fill_null("") for column in columns], separator=" ")
    return whole.str.normalize("NFKD").str.to_uppercase().str.replace_all("[^A-Z]", "")
