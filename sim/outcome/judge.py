"""What became of each request, judged against known truth: outcome, cause, flags and bystanders.

| something disclosed | the record is the requested person's | they live there | outcome                   |
| ------------------- | ------------------------------------ | --------------- | ------------------------- |
| yes                 | yes                                  | yes             | right_person_right_door   |
| yes                 | yes                                  | no              | right_person_wrong_door   |
| yes                 | no                                   | either          | wrong_person, with a cause|
| no                  | in the registry                      |                 | missed                    |
| no                  | not in the registry                  |                 | correctly_withheld        |

"They live there" is about the home the person has now. Somebody whose return gives a preparer's office does
not live there either, and counts as moved away. With several addresses for one request (tie rule `all`) the
worst of them decides, in the order wrong person, wrong door, right door; the columns `disclosed`,
`wrong_disclosed` and `stale_disclosed` count addresses.
Causes and their precedence are in `causes.py`. Flags stand beside the outcome and are never mixed into it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sim.linkage import Linked
from sim.noise import Noisy
from sim.outcome.causes import (
    cause,
    name_key,
    number_decided,
    number_was_misfiled,
    number_was_mistyped,
)
from sim.outcome.words import CAUSE, MISSED, OUTCOME, RIGHT_DOOR, WITHHELD, WRONG, WRONG_DOOR
from sim.population import ETHNICITIES, NATIVITIES, Country
from sim.requests import Requests

GROUPS = ("ethnicity", "nativity", "tin_kind", "two_surnames", "origin")
"""Columns of the outcomes by which rates are told apart."""

TIN_KINDS = ("ssn", "itin")

_ADDED = ("disclosed", "wrong_disclosed", "stale_disclosed", "bystanders")
_BESIDE = (
    "request",
    "person",
    "household",
    "previous",
    "in_registry",
    "given",
    "surname",
    "given_sent",
    "surname_sent",
    "tin_sent",
    "number_mistyped",
    "number_borrowed",
)
_PLACES = ("", "previous_", "hub_")
_FOUND: dict[str, pl.DataType | type[pl.DataType]] = {
    "request": pl.UInt32,
    "disclosed": pl.UInt32,
    "wrong_disclosed": pl.UInt32,
    "stale_disclosed": pl.UInt32,
    "cause": CAUSE,
    "wrong_shares_household": pl.Boolean,
    "bystanders": pl.UInt32,
}
_LABELS = {"ethnicity": ETHNICITIES, "nativity": NATIVITIES, "tin_kind": TIN_KINDS}


NEEDS: dict[str, type[np.generic]] = {
    "person": np.int64, "household": np.int64, "surname": np.uint32, "surname2": np.uint32,
    "given": np.uint32, "birth": np.int32, "tin": np.uint32, "ethnicity": np.uint8, "home": np.uint32,
    "previous": np.uint32, "file_address": np.uint32, "occupants": np.uint8, "lives_at_file": np.bool_,
    "file_given": np.uint32, "file_surname": np.uint32, "file_surname2": np.uint32, "file_tin": np.uint32,
}  # fmt: skip
"""What linkage brings along of a disclosed record: what is true, and what stands on file (`file_*`)."""


def judge(country: Country, requests: Requests, noisy: Noisy, linked: Linked) -> pl.DataFrame:
    """Return one row a request, sorted by request number.

    Columns: request u32; outcome Enum (five words); cause Enum, null unless wrong_person;
    requested_person_absent, deficient_request, insufficient_address, wrong_shares_household bool; path str,
    null if no path applied; disclosed, wrong_disclosed, stale_disclosed u32 (addresses); bystanders u32
    (other people now living at the disclosed addresses, each address once); links u32; and `GROUPS`.
    """
    asked = _asked(requests.clean, noisy.frame)
    found = _found(country, asked, linked.disclosures)
    judged = (
        asked.join(found, on="request", how="left")
        .join(linked.tallies.select("request", "path", "links"), on="request", how="left")
        .with_columns(pl.col(*_ADDED, "links").fill_null(0))
        .with_columns(_outcome().alias("outcome"), pl.col("wrong_shares_household").fill_null(value=False))
        .sort("request")
    )
    return judged.select(
        "request", "outcome", "cause", "requested_person_absent", "deficient_request", "insufficient_address",
        "wrong_shares_household", "path", "disclosed", "wrong_disclosed", "stale_disclosed", "bystanders",
        pl.col("links").cast(pl.UInt32), *map(_group, GROUPS),
    )  # fmt: skip


def _outcome() -> pl.Expr:
    nothing = pl.when("requested_person_absent").then(pl.lit(WITHHELD)).otherwise(pl.lit(MISSED))
    word = (
        pl.when(pl.col("wrong_disclosed") > 0)
        .then(pl.lit(WRONG))
        .when(pl.col("stale_disclosed") > 0)
        .then(pl.lit(WRONG_DOOR))
        .when(pl.col("disclosed") > 0)
        .then(pl.lit(RIGHT_DOOR))
        .otherwise(nothing)
    )
    return word.cast(OUTCOME)


def _asked(clean: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Join what is true of each requested person with the request as it was sent."""
    fields = ("given", "surname", "tin", "number", "street", "unit", "zip")
    frame = clean.join(sent.select("request", *fields), on="request", how="left", suffix="_sent")
    usable = _usable()
    return frame.with_columns(
        (~pl.col("in_registry")).alias("requested_person_absent"),
        (~usable).alias("deficient_request"),
        (~_blank() & (~usable | _unit_lost())).alias("insufficient_address"),
        number_was_mistyped().alias("number_mistyped"),
        (pl.col("tin_sent") == pl.col("donor_tin")).alias("number_borrowed"),
    )


def _usable() -> pl.Expr:
    """Whether the address sent could be a place: a house number, a street and a five-digit ZIP."""
    zip_code = pl.col("zip_sent").str.contains(r"^\d{5}").fill_null(value=False)
    return (pl.col("number_sent") > 0) & pl.col("street_sent").is_not_null() & zip_code


def _blank() -> pl.Expr:
    no_words = pl.all_horizontal(pl.col("street_sent", "unit_sent", "zip_sent").is_null())
    return (pl.col("number_sent") == 0) & no_words


def _unit_lost() -> pl.Expr:
    """Whether the address sent is one with a unit number that the request does not give."""

    def lost(place: str) -> pl.Expr:
        same_number = pl.col("number_sent") == pl.col(f"{place}number")
        here = same_number | pl.col("street_sent").eq_missing(pl.col(f"{place}street"))
        return here & pl.col(f"{place}unit").is_not_null()

    return pl.col("unit_sent").is_null() & pl.any_horizontal(map(lost, _PLACES)).fill_null(value=False)


def _found(country: Country, asked: pl.DataFrame, disclosures: pl.DataFrame) -> pl.DataFrame:
    """Judge every disclosed address and add them up by request."""
    if disclosures.is_empty():
        return pl.DataFrame(schema=_FOUND)
    each = _against_truth(country, asked, disclosures)
    # An address disclosed twice for one request exposes its people once.
    exposed = each.group_by("request", "file_address").agg(pl.col("others").min())
    bystanders = exposed.group_by("request").agg(pl.col("others").sum().cast(pl.UInt32).alias("bystanders"))
    wrong = ~pl.col("right")
    return (
        each.group_by("request")
        .agg(
            pl.len().cast(pl.UInt32).alias("disclosed"),
            wrong.sum().cast(pl.UInt32).alias("wrong_disclosed"),
            (pl.col("right") & ~pl.col("lives_at_file")).sum().cast(pl.UInt32).alias("stale_disclosed"),
            pl.col("cause").min().cast(CAUSE),
            (wrong & pl.col("same_household")).any().alias("wrong_shares_household"),
        )
        .join(bystanders, on="request", how="left")
    )


def _against_truth(country: Country, asked: pl.DataFrame, disclosures: pl.DataFrame) -> pl.DataFrame:
    """Set each disclosed record beside the requested person: right, same_household, others, cause."""
    each = disclosures.join(asked.select(_BESIDE), on="request", how="inner", suffix="_asked").with_columns(
        right=pl.col("person") == pl.col("person_asked"),
        same_household=_same_household(),
        number_decided=number_decided(),
    )
    each = each.with_columns(number_mistyped=pl.col("number_mistyped") | number_was_misfiled())
    for prefix in ("", "file_"):
        each = each.with_columns(_names_of(country, each, prefix).alias(f"{prefix}name"))
    in_truth = name_key("given_asked", "surname_asked") == pl.col("name")
    same_name = in_truth | (name_key("given_sent", "surname_sent") == pl.col("file_name"))
    home = pl.col("same_household") & pl.col("lives_at_file")
    others = (pl.col("occupants").cast(pl.Int32) - home.cast(pl.Int32)).clip(lower_bound=0)
    return each.with_columns(same_name=same_name, others=others).with_columns(
        pl.when(~pl.col("right")).then(cause()).cast(CAUSE).alias("cause")
    )


def _same_household() -> pl.Expr:
    """Whether the two live together, or moved together from one earlier home.

    A new occupant of the requested person's former home is a stranger, not a relative: he never lived there
    with them. The former address of somebody outside the registry is not comparable, so only their household
    counts; it is one of the registry's where they live with a filer.
    """
    together = pl.col("household") == pl.col("household_asked")
    moved = pl.col("in_registry") & (pl.col("previous") != 0)
    return together | (moved & (pl.col("previous") == pl.col("previous_asked")))


def _names_of(country: Country, each: pl.DataFrame, prefix: str) -> pl.Series:
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


def _group(column: str) -> pl.Expr:
    """Return a group column, its codes turned into words."""
    labels = _LABELS.get(column)
    if labels is None:
        return pl.col(column)
    kind = pl.Enum(labels)
    return pl.col(column).replace_strict(dict(enumerate(labels)), return_dtype=kind).alias(column)
