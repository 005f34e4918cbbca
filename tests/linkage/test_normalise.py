"""Text becomes comparable, requests and records become the same codes, and 0 is missing on both sides."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sim.linkage import text
from sim.linkage.codes import NEW_CODE
from sim.linkage.lines import OTHER
from sim.linkage.normalise import COST, FIELDS, Fields
from tests.linkage.small_country import SmallCountry, requests

PEOPLE = [
    {
        "given": "MARIA",
        "surname": "GARCIA",
        "surname2": "LOPEZ",
        "birth": 19800102,
        "tin": 612345678,
        "number": 12,
        "street": "N MAIN ST",
        "unit": 4,
        "zip": "78501",
    },
    {
        "given": "JUAN",
        "surname": "DELACRUZ",
        "birth": 19751231,
        "number": 7,
        "street": "OAK AVE",
        "zip": "00501",
    },
    {"given": "LI", "surname": "LI"},
]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Peña", "PENA"),
        ("o'brien", "OBRIEN"),
        (" De la Cruz ", "DELACRUZ"),
        ("Łukasz", "LUKASZ"),
        ("Strauß", "STRAUSS"),
        ("Smith-Jones", "SMITHJONES"),
        ("", None),
        ("-", None),
        ("  ", None),
        (None, None),
    ],
)
def test_names_are_reduced_to_letters(typed: str | None, plain: str | None) -> None:
    assert text.upper_letters(pl.Series([typed], dtype=pl.String)).to_list() == [plain]


@pytest.mark.parametrize(
    ("surname", "parts"),
    [
        ("GARCIA LOPEZ", ("GARCIA", "LOPEZ")),
        ("GARCIA", ("GARCIA", None)),
        ("DE LA CRUZ", ("DELACRUZ", None)),
        ("DE LA CRUZ GARCIA", ("DELACRUZ", "GARCIA")),
        ("GARCIA DE LA CRUZ", ("GARCIA", "DELACRUZ")),
        ("O BRIEN", ("OBRIEN", None)),
        ("LA", ("LA", None)),
        ("A B C", ("AB", "C")),
        ("DIAZ RUIZ SOTO", ("DIAZ", "RUIZSOTO")),
        (None, (None, None)),
    ],
)
def test_a_surname_is_taken_apart_where_a_surname_ends(
    surname: str | None, parts: tuple[str, str | None]
) -> None:
    first, other = text.surname_parts(pl.Series([surname, "PEREZ"], dtype=pl.String))
    assert (first[0], other[0]) == parts


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("North Main Street", "N MAIN ST"),
        ("n. main st.", "N MAIN ST"),
        ("12th Avenue", "12TH AVE"),
        ("", None),
        (None, None),
    ],
)
def test_street_lines_are_brought_to_one_spelling(typed: str | None, line: str | None) -> None:
    assert text.street_line(pl.Series([typed], dtype=pl.String), words=True).to_list() == [line]


@pytest.mark.parametrize(
    ("typed", "mark"),
    [
        ("Apt. 4-B", "4B"),
        ("# 12", "12"),
        ("unit 007", "7"),
        ("12", "12"),
        ("Suite A", "A"),
        ("", None),
        (None, None),
    ],
)
def test_units_lose_their_designator(typed: str | None, mark: str | None) -> None:
    assert text.unit_mark(pl.Series([typed], dtype=pl.String)).to_list() == [mark]


def test_a_request_that_says_what_is_on_file_has_the_codes_of_the_record_in_every_field() -> None:
    country = SmallCountry(PEOPLE)
    fields = Fields(country)
    typed = [
        {
            "given": "maría",
            "surname": "García-López",
            "birth": 19800102,
            "tin": 612345678,
            "number": 12,
            "street": "North Main Street",
            "unit": "Apt 4",
            "zip": "78501-1234",
        },
        {
            "given": "Juan",
            "surname": "de la Cruz",
            "birth": 19751231,
            "number": 7,
            "street": "Oak Ave.",
            "zip": "00501",
        },
        {"given": "Li", "surname": "Li"},
    ]
    asked = fields.requests(requests(*typed))
    filed = fields.records(country.chunk(0), sorted(FIELDS))
    for name in FIELDS - {"middle", "suffix"}:
        assert asked[name].tolist() == filed[name].tolist(), name


def test_the_same_fields_come_out_whether_all_or_a_few_are_asked_for() -> None:
    country = SmallCountry(PEOPLE)
    frame = requests({"given": "Ana", "surname": "Ruiz Soto", "zip": "10001"}, {"given": "Li", "middle": "q"})
    fields = Fields(country)
    whole = fields.requests(frame)
    for name in FIELDS:
        alone = Fields(country)
        found = alone.requests(frame, [name])[name]
        if name in ("given", "surname", "surname2", "surname_line", "street", "unit"):
            # Strings that nobody bears are numbered as they come: the numbers may differ, what they mean not.
            assert alone.decode(name, found) == fields.decode(name, whole[name]), name
            known = found < NEW_CODE
            assert found[known].tolist() == whole[name][known].tolist(), name
        else:
            assert found.tolist() == whole[name].tolist(), name


def test_strings_that_nobody_in_the_country_bears_get_codes_of_their_own() -> None:
    fields = Fields(SmallCountry(PEOPLE))
    codes = fields.requests(requests({"given": "Zoe"}, {"given": "Maria"}, {"given": "ZOE"}, {"given": ""}))[
        "given"
    ]
    assert codes[0] == codes[2] >= NEW_CODE > codes[1] > codes[3] == 0
    assert fields.decode("given", codes) == ["ZOE", "MARIA", "ZOE", ""]


def test_a_whole_surname_is_one_code_however_it_is_spaced() -> None:
    country = SmallCountry(PEOPLE)
    fields = Fields(country)
    typed = [
        "Garcia Lopez",
        "GARCIALOPEZ",
        "Garcia-Lopez",
        "Garcia",
        "Lopez Garcia",
        "De La Cruz",
        "Delacruz",
        None,
    ]
    line = fields.requests(requests(*({"surname": each} for each in typed)))["surname_line"]
    filed = fields.records(country.chunk(0), ["surname_line"])["surname_line"]
    assert line[0] == line[1] == line[2] == filed[0]
    assert line[5] == line[6] == filed[1]
    assert len({line[0], line[3], line[4], line[5], line[7]}) == 5
    assert line[7] == 0


def test_a_record_with_two_surnames_that_nobody_asks_for_equals_no_request() -> None:
    country = SmallCountry(PEOPLE)
    fields = Fields(country)
    fields.requests(requests({"surname": "Garcia"}))
    assert fields.records(country.chunk(0), ["surname_line"])["surname_line"][0] == OTHER


def test_rows_of_a_chunk_can_be_asked_for_alone() -> None:
    country = SmallCountry(PEOPLE)
    fields = Fields(country)
    whole = fields.records(country.chunk(0), sorted(FIELDS))
    some = fields.records(country.chunk(0), sorted(FIELDS), np.array([2, 0]))
    for name in FIELDS:
        assert some[name].tolist() == whole[name][[2, 0]].tolist(), name


def test_every_field_has_its_cost() -> None:
    assert set(COST) == FIELDS


@pytest.mark.parametrize("words", [True, False])
def test_a_street_on_file_and_the_same_street_in_a_request_have_one_code(words: bool) -> None:
    streets = ["NORTH ST", "RIDGE AVE", "N MAIN ST", "OAK AVE"]
    people = [{**PEOPLE[1], "street": street} for street in streets]
    country = SmallCountry(people, chunk_size=len(people))
    fields = Fields(country, street_words=words)
    asked = fields.requests(requests(*people), ["street"])["street"]
    assert (asked > 0).all()
    assert asked.tolist() == fields.records(country.chunk(0), ["street"])["street"].tolist()
