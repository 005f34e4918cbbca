"""A stored registry with right checksums that holds what no registry does is refused in a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.errors import VerificationError
from sim.kept.layout import ROW, TRUTH_ROW
from sim.kept.limits import Limits
from sim.kept.session import Records, StoredRegistry
from sim.kept.shortlists import DONOR, HOST, PERSON
from sim.kept.store import Store
from sim.population import Country
from sim.progress import silent
from sim.rng import Streams
from sim.scenario import Scenario

OFFERS = {"offers-people": "_people", "offers-donors": "_donors", "offers-hosts": "_hosts"}
ODD = (
    ("offers-people", "surname", 2**32 - 1), ("offers-people", "home", 2**31), ("offers-people", "group", 9),
    ("offers-people", "record", -1), ("offers-people", "priority", np.nan), ("offers-people", "birth", 5),
    ("offers-donors", "ethnicity", 168), ("offers-donors", "household", 2**40),
    ("offers-donors", "given", 2**31),
    ("offers-hosts", "kind", 255), ("offers-hosts", "previous", 2**32 - 1), ("offers-hosts", "birth", -3),
)  # fmt: skip


@pytest.fixture
def own(folder: Path) -> Store:
    """Return the store opened again, to be spoilt."""
    return Store(folder)


def spoilt(rows: NDArray[Any], column: str, value: float) -> NDArray[Any]:
    made = np.array(rows)
    made[column] = value
    return made


@pytest.mark.parametrize(("file", "column", "value"), ODD)
def test_an_offer_of_what_cannot_be_is_refused_before_it_is_drawn_from(
    own: Store, asked: Scenario, file: str, column: str, value: float
) -> None:
    name = OFFERS[file]
    setattr(own.offers, name, spoilt(getattr(own.offers, name), column, value))
    with pytest.raises(VerificationError, match=rf"{file} holds what cannot be \({column}\); remove"):
        StoredRegistry(asked, own).draw(asked, silent)


def test_offers_that_do_not_fit_their_places_are_refused_when_opened(own: Store) -> None:
    assert own.offers.whole
    own.offers._people = own.offers._people[:-1]
    assert not own.offers.whole


@pytest.mark.parametrize("column", ["given", "surname2", "birth", "address", "small"])
def test_a_record_of_what_cannot_be_is_refused_before_it_is_compared(
    own: Store, asked: Scenario, column: str
) -> None:
    limits = Limits.of(StoredRegistry(asked, own).country)
    assert Records(own, own.rows[:9], limits).n == 9
    with pytest.raises(VerificationError, match="rows holds what cannot be"):
        Records(own, spoilt(own.rows[:9], column, 2**31 - 1), limits)


@pytest.mark.parametrize("column", ["home", "surname", "ethnicity", "who"])
def test_truth_that_cannot_be_is_refused(own: Store, asked: Scenario, column: str) -> None:
    records = Records(own, own.rows[:9], Limits.of(StoredRegistry(asked, own).country))
    own._truth = [spoilt(part, column, 255 if column in ("ethnicity", "who") else 2**32 - 1)
                  for part in own._truth]  # fmt: skip
    with pytest.raises(VerificationError, match="truth holds what cannot be"):
        records.truth("nativity" if column == "who" else column, np.arange(9))


def test_every_column_of_every_file_is_limited_or_has_a_reason_not_to_be(asked: Scenario) -> None:
    limited = {*Limits.of(Country(asked, Streams(1))).below, "birth", "small", "who"}
    free = {"record", "person", "household", "occupants"}  # numbers of records, looked at where they are used
    for kind in (ROW, TRUTH_ROW, PERSON, DONOR, HOST):
        assert set(kind.names or ()) <= limited | free


@given(st.integers(-(2**31), 2**31 - 1))
def test_only_dates_are_dates(value: int) -> None:
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    good = value == 0 or (1850 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= 31)
    assert Limits({}).holds("birth", np.array([19_800_101, value], np.int32)) == good
