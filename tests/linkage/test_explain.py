"""The waterfall of a pair adds up to its score and says in plain words why."""

from __future__ import annotations

import numpy as np
import pytest

from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.explain import waterfall

NAMES = {1: "GARCIA", 2: "LOPEZ", 3: "MARIA", 4: "MARTA", 5: "ELM ST"}


def levels(*rows):
    graded = [(Kind.MISSING, 0.0), *rows]
    return tuple(Level(*row[:2], *row[2:]) for row in graded)


SURNAMES = ("surname", "surname2", "surname_line")
PLACE = ("zip", "street", "number", "unit")
COMPARISONS = (
    Comparison(
        "surname",
        levels((Kind.EXACT, 12, 0, 1), (Kind.SHARED, 7, 0, 1), (Kind.ELSE, -5)),
        SURNAMES,
        as_set=True,
        frequency=lambda columns: np.where(columns["surname"] == 1, -3.0, 0.5),
    ),
    Comparison("given", levels((Kind.EXACT, 10), (Kind.PREFIX, 1, 1), (Kind.ELSE, -6))),
    Comparison("tin", levels((Kind.EXACT, 20), (Kind.ELSE, -5))),
    Comparison("birth", levels((Kind.EXACT, 14), (Kind.ELSE, -8))),
    Comparison("address", levels((Kind.EXACT, 17), (Kind.FIRST, 12, 1), (Kind.ELSE, -2)), PLACE),
)
PATH = Path("p", ((),), COMPARISONS, 0.0, base=-24.0)
REQUEST = {
    "surname": 1, "surname2": 2, "surname_line": 12, "given": 3, "tin": 123456789, "birth": 19800131,
    "zip": 2134, "street": 5, "number": 7, "unit": 0,
}  # fmt: skip
RECORD = REQUEST | {"surname2": 0, "surname_line": 1, "given": 4, "tin": 0, "number": 9}


def decode(field, codes):
    return [NAMES[int(code)] for code in codes]


@pytest.fixture
def rows():
    return {row["field"]: row for row in waterfall(PATH, REQUEST, RECORD, decode).iter_rows(named=True)}


def test_it_begins_with_the_prior_and_adds_up_to_the_score(rows):
    assert list(rows) == ["prior", "surname", "given", "tin", "birth", "address", "total"]
    assert rows["prior"]["total"] == -24.0
    assert rows["prior"]["level"] == "one pair in 16,777,217 is the same person"
    assert rows["total"]["bits"] == rows["total"]["total"] == -24 + 7 - 3 + 1 + 0 + 14 + 12
    assert rows["total"]["level"] == "probability 0.9922"


def test_it_says_in_plain_words_what_agreed(rows):
    assert (rows["surname"]["level"], rows["surname"]["frequency"]) == (
        "one surname in common (a common value)",
        -3.0,
    )
    assert (rows["surname"]["request"], rows["surname"]["record"]) == ("GARCIA LOPEZ", "GARCIA")
    assert rows["given"]["level"] == "same initial only"
    assert rows["tin"]["level"] == "not given on one side: says nothing"
    assert rows["birth"]["request"] == "1980-01-31"
    assert rows["address"]["level"] == "same ZIP code only"
    assert (rows["address"]["request"], rows["address"]["record"]) == ("7 ELM ST 02134", "9 ELM ST 02134")


def test_a_taxpayer_number_is_never_shown_whole(rows):
    assert rows["tin"]["request"] == "ends in 6789"
    assert not any("123456789" in str(value) for row in rows.values() for value in row.values())
