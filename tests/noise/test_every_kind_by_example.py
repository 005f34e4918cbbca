"""What each kind makes of a record: before, and every after that is allowed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from sim.noise import NOISES
from tests.noise.lists import people, strike

# kind, fields of the record that matter, fields after: a value, or a set of values of which each is allowed.
EXAMPLES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("tin_missing", {}, {"tin": 0}),
    ("tin_borrowed", {}, {"tin": 333_445_555, "given": {"JOSE", "ANA"}, "birth": {19800304, 19900102}}),
    ("tin_household", {}, {"tin": 222_334_444}),
    ("tin_by_name", {}, {"tin": 444_556_666}),
    ("tin_unfiled", {}, {"tin": 555_667_777}),
    ("tin_invented", {}, {"tin": "of the form of an issued number"}),
    ("tin_transposed", {"tin": 111_111_121}, {"tin": {111_111_211, 111_111_112}}),
    ("tin_digit", {"tin": 123_456_789}, {"tin": "one digit off"}),
    ("tin_outdated", {}, {"tin": "never issued"}),
    ("married_name", {"surname": "GARCIA"}, {"surname": "SOTO"}),
    ("surname_order_swapped", {}, {"surname": "LOPEZ GARCIA"}),
    ("surname_second_dropped", {}, {"surname": "GARCIA"}),
    ("surname_first_dropped", {}, {"surname": "LOPEZ"}),
    ("surname_first_as_middle", {}, {"middle": "G", "surname": "LOPEZ"}),
    ("surname_concatenated", {}, {"surname": "GARCIALOPEZ"}),
    ("surname_hyphenated", {}, {"surname": "GARCIA-LOPEZ"}),
    ("surname_in_parts", {"surname": "DELACRUZ"}, {"surname": {"DE LA CRUZ", "DE LACRUZ", "DELA CRUZ"}}),
    ("surname_accent_lost", {"surname": "PENA"}, {"surname": {"PEA", "PE A", "PE?A"}}),
    ("given_accent_lost", {"given": "JOSE"}, {"given": {"JOS", "JOS?"}}),
    ("given_nickname", {"given": "JOSE"}, {"given": {"PEPE", "CHEPE"}}),
    ("given_english_form", {"given": "JUAN"}, {"given": "JOHN"}),
    ("given_other_spelling", {"given": "AHMED"}, {"given": "AHMAD"}),
    ("surname_other_spelling", {"surname": "ZHANG"}, {"surname": {"CHANG", "CHEUNG", "CHEONG"}}),
    ("given_split", {"given": "JOSELUIS"}, {"given": "JOSE LUIS"}),
    ("given_concatenated", {"given": "JUAN", "middle": "P"},
     {"given": {"JUANPABLO", "JUANPIERRE", "JUANPAUL"}, "middle": None}),
    ("middle_joined", {}, {"given": "JOSE L", "middle": None}),
    ("middle_missing", {}, {"middle": None}),
    ("given_initial", {}, {"given": "J"}),
    ("suffix_lost", {}, {"suffix": None}),
    ("given_sounds_alike", {"given": "VERA"}, {"given": "BERA"}),
    ("surname_sounds_alike", {"surname": "PAZ"}, {"surname": "PAS"}),
    ("given_looks_alike", {"given": "SAY"}, {"given": "5AY"}),
    ("surname_looks_alike", {"surname": "ZAY"}, {"surname": "2AY"}),
    ("given_typo", {"given": "A"}, {"given": {"Q", "W", "S", "Z", "AA", *(f"{k}A" for k in "QWSZ")}}),
    ("surname_typo", {"surname": "OP"}, {"surname": "one edit off"}),
    ("names_swapped", {"given": "JOSE", "surname": "LOPEZ"}, {"given": "LOPEZ", "surname": "JOSE"}),
    ("birth_missing", {}, {"birth": 0}),
    ("birth_placeholder", {}, {"birth": 18000101}),
    ("birth_january_first", {}, {"birth": 19800101}),
    ("birth_first_of_month", {}, {"birth": 19800301}),
    ("birth_day_month", {}, {"birth": 19800403}),
    ("birth_year_off", {}, {"birth": {19790304, 19810304}}),
    ("birth_digit", {"birth": 19800229}, {"birth": "real date, one digit off"}),
    ("address_blank", {}, {"number": 0, "street": None, "unit": None, "zip": None}),
    ("address_junk", {}, {"number": 0, "unit": None, "zip": {None, "78501", "12345", "00000"}}),
    ("address_zip_only", {}, {"number": 0, "street": None, "unit": None, "zip": "78501"}),
    ("address_reused", {}, {"number": 5, "street": "MISSION RD", "unit": None, "zip": "79901"}),
    ("address_stale", {}, {"number": 77, "street": "OAK AVE", "unit": None, "zip": "90001"}),
    ("unit_missing", {}, {"unit": None}),
    ("unit_wrong", {"unit": "4"}, {"unit": {"1", "2", "3", "5", "6", "7", "8", "9"}}),
    ("number_digit", {"number": 10}, {"number": {*range(11, 20), *range(20, 100, 10)}}),
    ("street_variant", {}, {"street": {"NORTH MAIN ST", "N MAIN STREET", "N MAIN STR"}}),
    ("street_typo", {"street": "X"}, {"street": {"Z", "S", "D", "C", "XX", *(f"{k}X" for k in "ZSDC")}}),
    ("zip_digit", {"zip": "00000"}, {"zip": "one digit off"}),
]  # fmt: skip
REPEATS = 60


@pytest.mark.parametrize(("kind", "record", "after"), EXAMPLES, ids=[kind for kind, _, _ in EXAMPLES])
def test_a_record_becomes_one_of_those_it_may_become(
    kind: str, record: dict[str, Any], after: dict[str, Any]
) -> None:
    clean = people([record] * REPEATS)
    rows = strike(kind, clean).frame.to_dicts()
    for field, allowed in after.items():
        before, found = clean[field][0], [row[field] for row in rows]
        if (
            isinstance(allowed, str)
            and " " in allowed
            and allowed.endswith(("off", "issued", "issued number"))
        ):
            assert all(CHECKS[allowed](before, value) for value in found)
        else:
            options = allowed if isinstance(allowed, set) else {allowed}
            assert set(found) <= options
            if kind not in ("tin_borrowed", "address_junk"):  # whose outcomes have unequal chances
                assert len(set(found)) > len(options) / 2


def test_examples_are_of_kinds_that_exist_each_once() -> None:
    kinds = [kind for kind, _, _ in EXAMPLES]
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) <= {entry.kind for entry in NOISES}


def _one_off(before: Any, after: Any) -> bool:
    a, b = str(before).zfill(9), str(after).zfill(9)
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def _real_one_off(before: int, after: int) -> bool:
    datetime.date(after // 10_000, after // 100 % 100, after % 100)
    return _one_off(before, after)


CHECKS = {
    "one digit off": _one_off,
    "real date, one digit off": _real_one_off,
    "never issued": lambda _, number: (
        number // 10_000_000 >= 90 and number // 10_000 % 100 in (66, 67, 68, 69, 89, 93)
    ),
    "of the form of an issued number": lambda before, number: (
        number != before
        and number // 1_000_000 not in (0, 666)
        and number < 900_000_000
        and number // 10_000 % 100 > 0
        and number % 10_000 > 0
    ),
    "one edit off": lambda before, after: _edits(before, after) == 1,
}


def _edits(a: str, b: str) -> int:
    """Return 1 for one insertion, deletion, substitution or swap of neighbours (Damerau 1964), else 2."""
    swaps = {a[:i] + a[i + 1] + a[i] + a[i + 2 :] for i in range(len(a) - 1)}
    gaps = {a[:i] + a[i + 1 :] for i in range(len(a))}
    close = b in swaps or b in gaps or a in {b[:i] + b[i + 1 :] for i in range(len(b))}
    return 1 if close or (len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1) else 2


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("tin_household", {"mate_tin": 0}),
        ("tin_by_name", {"namesake_tin": 0}),
        ("tin_by_name", {"tin": 0}),
        ("tin_unfiled", {"tin": 0}),
        ("tin_invented", {"tin": 0}),
        ("tin_transposed", {"tin": 111_111_111}),
        ("tin_digit", {"tin": 0}),
        ("tin_outdated", {"nativity": 0}),
        ("tin_outdated", {"tin_kind": 1, "tin": 912_345_678}),
        ("tin_borrowed", {"donor_tin": 0, "donor_given": None, "donor_surname": None}),
        ("married_name", {"sex": 0}),
        ("surname_order_swapped", {"surname": "GARCIA GARCIA"}),
        ("surname_order_swapped", {"surname": "DE LA CRUZ", "two_surnames": False}),
        ("given_initial", {"given": "J"}),
        ("given_nickname", {"given": "ZORBLAX"}),
        ("names_swapped", {"given": "JAMES", "surname": "JAMES"}),
        ("birth_day_month", {"birth": 19800313}),
        ("birth_day_month", {"birth": 19800404}),
        ("birth_year_off", {"birth": 19800229}),
        ("birth_digit", {"birth": 18000101}),
        ("birth_first_of_month", {"birth": 19800301}),
        ("address_stale", {"previous": 0, "previous_street": None}),
        ("unit_missing", {"unit": None}),
        ("unit_wrong", {"unit": None}),
        ("number_digit", {"number": 0}),
        ("street_typo", {"number": 0, "street": "NA NA"}),
        ("zip_digit", {"number": 0, "street": None}),
    ],
)
def test_a_record_that_cannot_be_changed_is_not_eligible(kind: str, record: dict[str, Any]) -> None:
    clean = people([record])
    noisy = strike(kind, clean)
    assert noisy.tally["eligible"].sum() == 0
    assert noisy.frame.equals(clean)


def test_a_borrowed_name_comes_with_the_lenders_date_of_birth() -> None:
    row = strike("tin_borrowed", people([{}]), name_too=1.0).frame.row(0, named=True)
    assert (row["given"], row["surname"], row["birth"]) == ("ANA", "SOTO RUIZ", 19900102)
    assert (row["middle"], row["suffix"]) == (None, None)


def test_junk_words_bring_their_own_zip_or_keep_the_requests() -> None:
    frame = strike("address_junk", people([{}] * 3_000), keep_zip=1.0).frame
    by_street = dict(frame.select("street", "zip").unique().iter_rows())
    assert by_street["DON'T CARE"] == "12345"
    assert by_street[None] == "00000"
    assert by_street["FAILED TO PROVIDE"] == "78501"
