"""Why another person's record was disclosed: a decision table, first row that holds wins.

| # | the number decided | the number was mistyped | one household | same name | cause             |
| - | ------------------ | ----------------------- | ------------- | --------- | ----------------- |
| 1 | yes                | no                      |               |           | shared_identifier |
| 2 | yes                | yes                     |               |           | identifier_error  |
| 3 | no                 |                         | yes           |           | relative          |
| 4 | no                 |                         | no            | yes       | namesake          |
| 5 | no                 |                         | no            | no        | near_name         |

"The number decided" means that the path compares it and request and record have the same. The number goes
first because it is what picked the record out of millions; that the two people also share a household or a
name is told beside it (`wrong_shares_household`). A number was mistyped when the request carries neither the
person's own number nor one known to be used with their identity (a household member's, a borrowed one), or
when the record is filed under a number that is not its person's and no household explains it. Two
names are the same when given name and all surnames have the same letters, either in truth or as they stood
in the request and in the file; anything else that linked is a near name. Under a rule without a number the
owner of a borrowed identity is a namesake too, so that namesakes do not fall to none in a small registry.
"""

from __future__ import annotations

import polars as pl

from sim.outcome.words import IDENTIFIER_ERROR, NAMESAKE, NEAR_NAME, RELATIVE, SHARED_IDENTIFIER

_OTHERS = ("mate_tin", "donor_tin")
"""Numbers of other people that are known to be used with the identity of the person asked for."""


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


def number_decided() -> pl.Expr:
    """Whether the link was made on a number: the path compares it, and request and record have the same."""
    return pl.col("by_number") & (pl.col("tin_sent") != 0) & (pl.col("tin_sent") == pl.col("file_tin"))


def number_was_mistyped() -> pl.Expr:
    """Whether the number sent is nobody's whose use with this identity is known (all columns u32, 0 none)."""
    known = [pl.col(column) for column in ("tin", *_OTHERS)]
    return ~pl.any_horizontal(pl.col("tin_sent") == number for number in known)


def carried_number() -> pl.Expr:
    """Whether the number sent is the disclosed person's own, not the asked person's, and known to be used."""
    known = pl.any_horizontal(pl.col("tin_sent") == pl.col(column) for column in _OTHERS)
    theirs = (pl.col("tin_sent") == pl.col("tin")) & (pl.col("tin_sent") != pl.col("tin_asked"))
    return (pl.col("tin_sent") != 0) & theirs & known


def number_was_misfiled() -> pl.Expr:
    """Whether the record's number on file is by mistake the one sent: not its person's, nor a household's.

    A borrowed number that a second record bears is the lender's household's, so it counts as shared.
    """
    foreign = pl.col("file_tin") != pl.col("tin")
    return foreign & ~pl.col("same_household") & ~pl.col("number_borrowed")


def name_key(*columns: str) -> pl.Expr:
    """Return the letters A-Z of the columns in one string, accents folded, null as empty.

    Written apart from the linkage room's normalisation on purpose: what judges should not share the faults of
    what is judged.
    """
    whole = pl.concat_str([pl.col(column).fill_null("") for column in columns], separator=" ")
    return whole.str.normalize("NFKD").str.to_uppercase().str.replace_all("[^A-Z]", "")
