"""No number leaves whole; no cell is run by a spreadsheet."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.record.masking import mask_identifier, mask_ledger, mask_text, neutralise, without_controls
from sim.record.rows import csv_text


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


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("x")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "  =1", "\uff1d1", "|cmd", "\r=1"]
)
def test_what_begins_like_a_formula_gets_an_apostrophe(cell):
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-3.5", "+1e9", "plain", "", 7, None, -1.5, "O'Brien"])
def test_numbers_and_plain_words_stay_as_they_are(cell):
    assert neutralise(cell) == cell


def test_a_csv_holds_no_cell_that_a_spreadsheet_would_run():
    text = csv_text(pl.DataFrame({"name": ["=1+1", "ok", 'a "quoted", cell'], "=head": [1, 2, 3]}))
    assert text.splitlines() == ["name,'=head", "'=1+1,1", "ok,2", '"a ""quoted"", cell",3']


@given(st.text())
def test_cleaned_text_has_no_control_or_override_characters(text):
    clean = without_controls(text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]", clean)
    assert without_controls(clean) == clean
