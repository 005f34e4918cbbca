"""One row a disclosed address: the three axes of `axes.py`, and which of six quantities it counts towards.

| quantity            | whose record    | whose door                     |
| ------------------- | --------------- | ------------------------------ |
| `strangers_door`    | `somebody_else` | `moved_away`, `never_lived`    |
| `other`             | `somebody_else` | `lives_there`, `nobodys_home`  |
|                     | `household`     | any but `lives_there`          |
|                     | `asked_for`     | `never_lived`                  |
| `relatives_record`  | `household`     | `lives_there`                  |
| `right_person_gone` | `asked_for`     | `moved_away`                   |
| `right_person_office` | `asked_for`   | `nobodys_home`                 |
| `right_person_home` | `asked_for`     | `lives_there`                  |

The six partition the addresses; `strangers_door` is the sum of its parts by matching, by the list and by the
file. A request with several addresses (tie rule `all`) counts as its worst: the first quantity in the order
above, and of one quantity the first error in the order matching, list, file. The outcome of an address is
`wrong_person` where the record is another's, else `right_person_right_door` where the person asked for lives
there, and `right_person_wrong_door` where not; a request's outcome is its worst, in the order wrong person,
wrong door, right door. What is counted of a request's addresses is added up by `by_request`.
"""

from __future__ import annotations

import polars as pl

from sim.fields import PRIVATE
from sim.outcome.axes import whose_door, whose_error, whose_record
from sim.outcome.causes import cause, name_key, number_decided, number_was_misfiled, others
from sim.outcome.evidence import evidence
from sim.outcome.exposed import EXPOSED, exposed
from sim.outcome.words import (
    ASKED_FOR,
    CAUSE,
    DOOR,
    ERROR,
    GONE,
    HOUSEHOLD,
    LIVES_THERE,
    MOVED_AWAY,
    NEVER_LIVED,
    NO_ERROR,
    NOBODYS_HOME,
    OFFICE,
    OTHER,
    OUTCOME,
    QUANTITIES,
    QUANTITY,
    RECORD,
    RELATIVES_RECORD,
    RIGHT,
    RIGHT_DOOR,
    SOMEBODY_ELSE,
    STRANGERS_DOOR,
    WHOSE_ERROR,
    WRONG,
    WRONG_DOOR,
)  # fmt: skip
from sim.registry import JudgedRegistry

BESIDE = (
    "request", "person", "household", "home", "previous", "in_registry", "given", "surname", "birth",
    "given_sent", "surname_sent", "birth_sent", "number_sent", "zip_sent", "donor_birth",
    *(f"{number}{what}" for number in PRIVATE for what in ("", "_sent", "_mistyped", "_borrowed")),
    *(column for number in PRIVATE for column in others(number)),
)  # fmt: skip
"""Columns of the requests that are set beside each disclosed record."""

CELLS: dict[str, pl.DataType | type[pl.DataType]] = {
    "request": pl.UInt32,
    "place": pl.UInt32,
    "whose_record": RECORD,
    "whose_door": DOOR,
    "whose_error": ERROR,
    "quantity": QUANTITY,
    "outcome": OUTCOME,
    "cause": CAUSE,
    "bystanders": pl.UInt32,
    **EXPOSED,
}
"""Columns of disclosed addresses: neither an identifier nor an address is among them."""


def cells(country: JudgedRegistry, asked: pl.DataFrame, disclosures: pl.DataFrame) -> pl.DataFrame:
    """Return one row a disclosed address, in the order of the disclosures: the columns of CELLS.

    asked: the requests, of which BESIDE is read.  place: among the request's addresses, from 0.  cause: null
    where the record is theirs.  bystanders: people who live behind the door, without the person asked for; 0
    where the same door was disclosed for the request in an earlier place.  The columns of EXPOSED are of the
    person whose record it is.
    """
    if disclosures.is_empty():
        return pl.DataFrame(schema=CELLS)
    beside = asked.select(BESIDE)
    each = (
        disclosures.join(beside, on="request", how="inner", suffix="_asked", maintain_order="left")
        .with_columns(same_household=_same_household())
        .with_columns(whose_record().alias("whose_record"), whose_door().alias("whose_door"))
        .with_row_index("row")
    )
    another = _of_another(country, each.filter(pl.col("whose_record") != ASKED_FOR))
    home = pl.col("same_household") & pl.col("lives_at_file")
    others = (pl.col("occupants").cast(pl.Int32) - home.cast(pl.Int32)).clip(lower_bound=0)
    return (
        each.join(another, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("whose_error").fill_null(pl.lit(NO_ERROR, ERROR)), others=others)
        .with_columns(quantity().alias("quantity"), address_outcome().alias("outcome"))
        .with_columns(_nth("request").alias("place"), bystanders=_bystanders())
        .hstack(exposed(country, each))
        .select(*CELLS)
    )


def quantity() -> pl.Expr:
    """Return the table of quantities over whose_record and whose_door."""
    record, door = pl.col("whose_record"), pl.col("whose_door")
    away = (door == MOVED_AWAY) | (door == NEVER_LIVED)
    rows = (
        ((record == SOMEBODY_ELSE) & away, STRANGERS_DOOR),
        ((record == HOUSEHOLD) & (door == LIVES_THERE), RELATIVES_RECORD),
        ((record == ASKED_FOR) & (door == MOVED_AWAY), GONE),
        ((record == ASKED_FOR) & (door == NOBODYS_HOME), OFFICE),
        ((record == ASKED_FOR) & (door == LIVES_THERE), RIGHT),
    )
    return pl.coalesce(*(pl.when(holds).then(pl.lit(word)) for holds, word in rows), pl.lit(OTHER)).cast(
        QUANTITY
    )


def address_outcome() -> pl.Expr:
    """Return the outcome of an address over whose_record and whose_door (OUTCOME)."""
    another = pl.col("whose_record") != ASKED_FOR
    at_home = pl.when(pl.col("whose_door") == LIVES_THERE).then(pl.lit(RIGHT_DOOR))
    return pl.when(another).then(pl.lit(WRONG)).otherwise(at_home.otherwise(pl.lit(WRONG_DOOR))).cast(OUTCOME)


BY_REQUEST: dict[str, pl.Expr] = {
    "disclosed": pl.len().cast(pl.UInt32),
    "wrong_disclosed": (pl.col("outcome") == WRONG).sum().cast(pl.UInt32),
    "stale_disclosed": (pl.col("outcome") == WRONG_DOOR).sum().cast(pl.UInt32),
    "bystanders": pl.col("bystanders").sum().cast(pl.UInt32),
    "cause": pl.col("cause").min(),
    "wrong_shares_household": (pl.col("whose_record") == HOUSEHOLD).any(),
}
"""What a request's addresses add up to: its columns among the outcomes."""


def by_request(each: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return addresses added up by request: the columns `keys` and request, then those of BY_REQUEST."""
    return each.group_by(*keys, "request").agg(**BY_REQUEST)


def worst(each: pl.DataFrame) -> pl.DataFrame:
    """Return for each request the quantity and error of its worst address: request, quantity, whose_error."""
    errors = len(WHOSE_ERROR)
    rank = pl.col("quantity").to_physical().cast(pl.UInt32) * errors + pl.col("whose_error").to_physical()
    least = each.group_by("request").agg(rank.min().alias("rank"))
    return least.select(
        "request",
        _word(pl.col("rank") // errors, QUANTITIES, QUANTITY).alias("quantity"),
        _word(pl.col("rank") % errors, WHOSE_ERROR, ERROR).alias("whose_error"),
    )


def _word(number: pl.Expr, words: tuple[str, ...], kind: pl.Enum) -> pl.Expr:
    return number.replace_strict(dict(enumerate(words)), return_dtype=kind)


def _nth(*keys: str) -> pl.Expr:
    """Return how many earlier rows have the same keys."""
    return pl.int_range(pl.len(), dtype=pl.UInt32).over(*keys)


def _bystanders() -> pl.Expr:
    """Return the others behind the door, once a request: a door disclosed twice exposes its people once."""
    same = ("request", "file_address")
    fewest = pl.col("others").min().over(*same)
    return pl.when(_nth(*same) == 0).then(fewest).otherwise(0).cast(pl.UInt32)


def _of_another(country: JudgedRegistry, each: pl.DataFrame) -> pl.DataFrame:
    """Return row, cause and whose_error of records that are not the asked person's."""
    each = each.with_columns(
        number_decided=pl.any_horizontal(map(number_decided, PRIVATE)),
        number_mistyped=pl.all_horizontal(map(_not_rightly, PRIVATE)),
    )
    each = each.with_columns(
        names_of(country, each, prefix).alias(f"{prefix}name") for prefix in ("", "file_")
    )
    in_truth = name_key("given_asked", "surname_asked") == pl.col("name")
    same_name = in_truth | (name_key("given_sent", "surname_sent") == pl.col("file_name"))
    return (
        evidence(country, each)
        .with_columns(same_name=same_name)
        .select("row", cause().cast(CAUSE).alias("cause"), whose_error().alias("whose_error"))
    )


def _not_rightly(number: str) -> pl.Expr:
    """Whether the link was not made on a private number, or on a mistyped or misfiled one."""
    wrong = pl.col(f"{number}_mistyped") | number_was_misfiled(number)
    return ~number_decided(number) | wrong


def _same_household() -> pl.Expr:
    """Whether the two live together, or moved together from one earlier home.

    A new occupant of the requested person's former home is a stranger, not a relative: he never lived there
    with them. The former address of somebody outside the registry is shared with whoever lives there, so only
    their household counts; it is one of the registry's where they live with a filer.
    """
    together = pl.col("household") == pl.col("household_asked")
    moved = pl.col("in_registry") & (pl.col("previous") != 0)
    return together | (moved & (pl.col("previous") == pl.col("previous_asked")))


def names_of(country: JudgedRegistry, each: pl.DataFrame, prefix: str) -> pl.Series:
    """Return the name keys of the disclosed records, in truth (no prefix) or as filed (`file_`)."""
    codes = [each.get_column(f"{prefix}{field}").to_numpy() for field in ("given", "surname", "surname2")]
    text = pl.DataFrame(
        {
            "given": pl.Series(country.names.given_text(codes[0]), dtype=pl.String),
            "surname": pl.Series(country.names.surname_text(codes[1]), dtype=pl.String),
            "surname2": pl.Series(country.names.surname_text(codes[2]), dtype=pl.String),
        }
    )
    return text.select(name_key("given", "surname", "surname2").alias("key")).get_column("key")
