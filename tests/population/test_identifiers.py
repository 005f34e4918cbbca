from __future__ import annotations

import numpy as np
import pytest

from sim.errors import RefusedError
from sim.population import CHUNK, Country, masked
from sim.population.identifiers import ITIN_SPACE, OUTSIDE_CHUNKS, SSN_SPACE, Identifiers

ISSUER = Identifiers(ssn_key=0x1234, itin_key=0x9876, chunks=611, chunk_size=CHUNK)


def test_the_two_spaces_have_the_published_sizes() -> None:
    assert (SSN_SPACE, ITIN_SPACE) == (888_931_098, 44_000_000)


def test_numbers_are_unique_in_the_country_and_among_people_outside(country: Country) -> None:
    chunks = [*country.chunks(), country.chunk(Country.OUTSIDE), country.chunk(Country.OUTSIDE + 1)]
    numbers = [c._tins for c in chunks]
    together = np.concatenate(numbers)
    assert len(np.unique(together)) == len(together)


def test_every_number_has_the_form_of_its_kind() -> None:
    kind = (np.arange(200_000) % 6 == 0).astype(np.uint8)
    number = ISSUER.issue(5, kind).astype(np.int64)
    area, group, serial = number // 1_000_000, number // 10_000 % 100, number % 10_000
    ssn = kind == 0
    assert ((area[ssn] >= 1) & (area[ssn] <= 899) & (area[ssn] != 666)).all()
    assert ((group[ssn] >= 1) & (serial[ssn] >= 1)).all()
    assert ((area[~ssn] >= 900) & (area[~ssn] <= 999)).all()
    middles = {*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)}
    assert set(np.unique(group[~ssn]).tolist()) == middles


def test_a_number_leads_back_to_the_person_it_was_issued_to() -> None:
    kind = (np.arange(20_000) % 7 == 0).astype(np.uint8)
    number = ISSUER.issue(600, kind)
    is_itin, index = ISSUER.owners(number)
    assert (is_itin == (kind == 1)).all()
    assert (index[kind == 0] == 600 * CHUNK + np.flatnonzero(kind == 0)).all()
    lane, rank = ISSUER.lane(index[kind == 1])
    assert (lane == 600).all()
    assert (rank == np.arange((kind == 1).sum())).all()


def test_numbers_of_no_valid_form_belong_to_nobody() -> None:
    _, index = ISSUER.owners(np.array([0, 666_12_3456, 123_00_4567, 123_45_0000, 900_66_1234, 999_93_0001]))
    assert (index == -1).all()


def test_neighbours_in_the_registry_have_unrelated_numbers() -> None:
    number = ISSUER.issue(0, np.zeros(100_000, np.uint8)).astype(float)
    assert abs(np.corrcoef(number[:-1], number[1:])[0, 1]) < 0.015
    assert number.mean() == pytest.approx(450e6, rel=0.01)


def test_a_random_wrong_number_hits_an_issued_one_as_often_as_the_space_is_full() -> None:
    """160 of 888.9 million: 18.0 %."""
    asked = np.random.default_rng(1).integers(1_01_0001, 899_99_9999, 200_000)
    is_itin, index = ISSUER.owners(asked)
    valid = (index >= 0) & ~is_itin
    assert (index[valid] < 160_000_000).mean() == pytest.approx(160 / 888.931098, abs=0.004)


def test_chunks_beyond_the_numbers_are_refused() -> None:
    with pytest.raises(RefusedError, match="no numbers left"):
        ISSUER.issue(611 + OUTSIDE_CHUNKS, np.zeros(3, np.uint8))
    with pytest.raises(RefusedError, match="more ITIN holders"):
        Identifiers(1, 2, chunks=2_000_000, chunk_size=10).issue(0, np.ones(30, np.uint8))


def test_only_four_digits_of_a_number_are_ever_shown() -> None:
    assert masked(123_45_0678) == "***-**-0678"
