"""No number leaves whole."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.masking import mask_identifier, mask_ledger, mask_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("123456789", "*****6789"),
        ("call 123-45-6789 now", "call *****6789 now"),
        ("123 45 6789", "*****6789"),
        ("1234567890", "1234567890"),
        ("abc123456789", "abc123456789"),
        ("12345", "12345"),
    ],
)
def test_nine_digits_are_cut_to_four_and_other_numbers_left(text, masked):
    assert mask_text(text) == masked


@given(st.integers(0, 999_999_999))
def test_an_identifier_shows_four_digits_at_most(number):
    shown = mask_identifier(number)
    assert (
        shown is not None and len(re.sub(r"\D", "", shown)) == 4 and shown.endswith(f"{number % 10_000:04d}")
    )


def test_nothing_stays_nothing_and_a_short_identifier_vanishes():
    assert mask_identifier(None) is None and mask_identifier("12") == "*****"


def test_the_ledger_hides_numbers_in_their_own_field_and_in_any_other():
    ledger = pl.DataFrame(
        {
            "field": ["tin", "tin", "tin", "street"],
            "before": ["123456789", "12", None, "BOX 987654321"],
            "after": [None] * 4,
        },
        schema={"field": pl.String, "before": pl.String, "after": pl.String},
    )
    assert mask_ledger(ledger)["before"].to_list() == ["*****6789", "*****", None, "BOX *****4321"]
