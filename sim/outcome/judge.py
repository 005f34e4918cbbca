"""What became of each request, judged against known truth: outcome, cause, flags and bystanders.

Judged are the addresses disclosed, one by one (`cells.py`, by the tables of `axes.py`): whose record, whose
door, whose error. A request's outcome is made of its addresses, never the reverse:

| something disclosed | whose record          | whose door             | outcome                    |
| ------------------- | --------------------- | ---------------------- | -------------------------- |
| yes                 | the asked person's    | they live there        | right_person_right_door    |
| yes                 | the asked person's    | any other              | right_person_wrong_door    |
| yes                 | another's             | any                    | wrong_person, with a cause |
| no                  | in the registry       |                        | missed                     |
| no                  | not in the registry   |                        | correctly_withheld         |

"They live there" is about the home the person has now. Somebody whose return gives a preparer's office does
not live there either: right person, wrong door. With several addresses for one request (tie rule `all`) the
worst of them decides, in the order wrong person, wrong door, right door; the columns `disclosed`,
`wrong_disclosed` and `stale_disclosed` count addresses.
Causes and their precedence are in `causes.py`. Flags stand beside the outcome and are never mixed into it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sim.fields import FIELD, JUDGED, PRIVATE
from sim.linkage import Linked
from sim.noise import Noisy
from sim.outcome import exposed
from sim.outcome.causes import number_was_borrowed, number_was_mistyped, others
from sim.outcome.cells import by_request, cells
from sim.outcome.words import MISSED, OUTCOME, RIGHT_DOOR, WITHHELD, WRONG, WRONG_DOOR
from sim.population import ETHNICITIES, NATIVITIES
from sim.registry import JudgedRegistry
from sim.requests import ADDRESS_FIELDS, FIELDS, TRUTH, Requests

GROUPS = ("ethnicity", "nativity", "tin_kind", "two_surnames", "origin")
"""Columns of the outcomes by which rates are told apart."""

TIN_KINDS = exposed.TIN_KINDS

_ADDED = ("disclosed", "wrong_disclosed", "stale_disclosed", "bystanders")
_PLACES = ("", "previous_", "hub_")
_LABELS = {"ethnicity": ETHNICITIES, "nativity": NATIVITIES, "tin_kind": TIN_KINDS}


NEEDS: dict[str, type[np.generic]] = {
    "person": np.int64, "household": np.int64, "ethnicity": np.uint8, "nativity": np.uint8, "sex": np.uint8,
    "home": np.uint32, "previous": np.uint32, "file_address": np.uint32, "occupants": np.uint8,
    "lives_at_file": np.bool_,
    **{f"{side}{name}": np.dtype(FIELD[name].stored_as).type for side in ("", "file_") for name in JUDGED},
}  # fmt: skip
"""What linkage brings along of a disclosed record: what is true, and what stands on file (`file_*`)."""


KNOWS = (
    "request", *TRUTH, *FIELDS, "donor_birth", *(column for number in PRIVATE for column in others(number)),
    *(f"{place}{part}" for place in _PLACES if place for part in ("number", "street", "unit")),
)  # fmt: skip
"""What is known of the list: the truth, and which others' numbers and addresses are used with an identity.

Of what noise may write (MATERIAL) no more is looked at.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a list: `outcomes`, one row a request, and `disclosed`, one row a disclosed address."""

    outcomes: pl.DataFrame
    disclosed: pl.DataFrame


def verdict(country: JudgedRegistry, requests: Requests, noisy: Noisy, linked: Linked) -> Verdict:
    """Judge every disclosed address, and by these every request.

    outcomes: one row a request, sorted by request number. Columns: request u32; outcome Enum (five words);
    cause Enum, null unless wrong_person; requested_person_absent, deficient_request, insufficient_address,
    wrong_shares_household bool; path str, null if no path applied; disclosed, wrong_disclosed,
    stale_disclosed u32 (addresses); bystanders u32 (other people now living at the disclosed addresses, each
    address once); links u32; and `GROUPS`.
    disclosed: see `cells.CELLS`, sorted by request and record.
    """
    asked = _asked(requests.clean.select(KNOWS), noisy.frame)
    each = cells(country, asked, linked.disclosures)
    judged = (
        asked.join(by_request(each), on="request", how="left")
        .join(linked.tallies.select("request", "path", "links"), on="request", how="left")
        .with_columns(pl.col(*_ADDED, "links").fill_null(0))
        .with_columns(outcome().alias("outcome"), pl.col("wrong_shares_household").fill_null(value=False))
        .sort("request")
    )
    outcomes = judged.select(
        "request", "outcome", "cause", "requested_person_absent", "deficient_request", "insufficient_address",
        "wrong_shares_household", "path", "disclosed", "wrong_disclosed", "stale_disclosed", "bystanders",
        pl.col("links").cast(pl.UInt32), *map(_group, GROUPS),
    )  # fmt: skip
    return Verdict(outcomes, each)


def outcome() -> pl.Expr:
    """Return the outcome of a request from its counts of addresses, whoever made them (OUTCOME)."""
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
    fields = ("given", "surname", "birth", *PRIVATE, *ADDRESS_FIELDS)
    frame = clean.join(sent.select("request", *fields), on="request", how="left", suffix="_sent")
    usable = _usable()
    return frame.with_columns(
        (~pl.col("in_registry")).alias("requested_person_absent"),
        (~usable).alias("deficient_request"),
        (~_blank() & (~usable | _unit_lost())).alias("insufficient_address"),
        *(number_was_mistyped(number).alias(f"{number}_mistyped") for number in PRIVATE),
        *(number_was_borrowed(number).alias(f"{number}_borrowed") for number in PRIVATE),
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


def _group(column: str) -> pl.Expr:
    """Return a group column, its codes turned into words."""
    labels = _LABELS.get(column)
    if labels is None:
        return pl.col(column)
    kind = pl.Enum(labels)
    return pl.col(column).replace_strict(dict(enumerate(labels)), return_dtype=kind).alias(column)
