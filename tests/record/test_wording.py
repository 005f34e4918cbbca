"""Where a text differs from the one made again: in numbers, or in words only."""

from __future__ import annotations

import pytest

from sim.record.wording import apart, numbers_of, says

MADE = "<p>Of 1,000 addresses\n9.1 are somebody else's\n(interval 7 to 11)</p>\n<p>of 4 runs</p>"


def test_a_changed_sentence_is_told_by_its_line_and_leaves_the_numbers() -> None:
    found = apart(MADE.replace("somebody else's", "a neighbour's").replace("of 4", "in 4"), MADE)
    assert (found.same, found.lines, found.numbers, found.where()) == (True, (2, 4), (), "lines 2, 4")


def test_a_changed_number_is_told_with_its_line() -> None:
    found = apart(MADE.replace("9.1", "284"), MADE)
    assert (found.same, found.where(), found.listed()) == (False, "line 2", "284 (line 2)")


def test_numbers_that_change_places_are_not_the_same_numbers() -> None:
    assert not apart(MADE.replace("7 to 11", "11 to 7"), MADE).same


def test_a_number_left_out_and_one_more_are_seen() -> None:
    assert not apart(MADE.replace("9.1 are", "Some are"), MADE).same
    more = apart(f"{MADE}\nand 920 more", MADE)
    assert (more.same, more.listed(), more.held) == (False, "920 (line 5)", 6)


@pytest.mark.parametrize("written", ["&#50;84", "２８４", "٢٨٤", "2&#56;4", "²84", "&#x32;84"])
def test_digits_of_every_script_and_spelling_are_digits(written: str) -> None:
    assert not apart(MADE.replace("9.1", written), MADE).same
    assert not apart(f"{MADE}{written}", MADE).same


def test_a_text_much_longer_than_it_should_be_is_not_gone_through() -> None:
    found = apart(f"{MADE}\n" + "7\n" * 50_000, MADE)
    assert not found.same and len(found.numbers) == 50_005


def test_lines_that_are_missing_are_named_by_the_line_before() -> None:
    assert apart("a\nb\nd", "a\nb\nc\nd").lines == (2,) and apart("b", "a\nb").lines == (1,)


def test_many_places_are_counted_not_listed() -> None:
    text = "\n".join(f"word\n{'x' * number}" for number in range(20))
    assert apart(text.replace("word", "other"), text).where().endswith(" and 14 more places")


def test_numbers_are_found_in_order_with_their_lines() -> None:
    assert [(each.text, each.line) for each in numbers_of("1,000 of 2.5\n–3")] == [
        ("1,000", 1), ("2.5", 1), ("3", 2)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "number", "digits", "expected"),
    [
        (14.2, "14", 2, True), (14.2, "14.2", 2, True), (14.2, "10", 2, False), (14.2, "284", 2, False),
        (284.0, "280", 2, True), (284.0, "300", 1, True), (284.0, "1.2.3", 1, False), (9.13, "9", 1, True),
        (9.13, "9", 2, False), (1_234.0, "1,230", 2, True), (0.034, "0.03", 1, True),
        (0.034, "0.1", 1, False),
    ],
)  # fmt: skip
def test_a_value_is_said_by_a_number_that_is_it_rounded(
    value: float, number: str, digits: int, expected: bool
) -> None:
    assert says(value, number, digits) is expected
