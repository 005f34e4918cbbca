"""A chunk is a pure function of scenario, seed and number."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from sim.population import CHUNK, COLUMNS, Chunk, Country
from tests.population.worlds import make_country

DTYPES = {
    "person": "int64", "sex": "uint8", "ethnicity": "uint8", "nativity": "uint8", "surname": "uint32",
    "surname2": "uint32", "given": "uint32", "middle": "uint8", "suffix": "uint8", "birth": "int32",
    "two_surnames": "bool", "household": "uint32", "household_people": "uint8", "spouse": "bool",
    "home": "uint32",
    "previous": "uint32", "moved_years": "float32", "tin": "uint32", "tin_kind": "uint8",
    "file_surname": "uint32",
    "file_surname2": "uint32", "file_given": "uint32", "file_middle": "uint8", "file_suffix": "uint8",
    "file_birth": "int32", "file_tin": "uint32", "file_address": "uint32", "occupants": "uint8",
    "lives_at_file": "bool",
}  # fmt: skip

SCRIPT = """
import hashlib
from sim.population import COLUMNS, Country
from sim.rng import Streams
from sim.scenario import Scenario
chunk = Country(Scenario.of({"population.size": 600_000}), Streams(1, 0)).chunk(1)
print(hashlib.sha256(b"".join(getattr(chunk, c).tobytes() for c in reversed(COLUMNS))).hexdigest())
"""


def digest(chunk: Chunk) -> str:
    return hashlib.sha256(b"".join(getattr(chunk, c).tobytes() for c in reversed(COLUMNS))).hexdigest()


def test_every_column_has_its_type_and_length_and_cannot_be_written(chunk: Chunk) -> None:
    assert sorted(DTYPES) == sorted(COLUMNS)
    for name, dtype in DTYPES.items():
        column = getattr(chunk, name)
        assert (str(column.dtype), column.shape) == (dtype, (CHUNK,)), name
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


def test_the_same_chunk_has_the_same_bytes_in_another_country_object_and_in_any_order(
    country: Country,
) -> None:
    again = make_country(600_000)
    again.chunk(2).home  # noqa: B018 - another chunk first
    forward = again.chunk(1)
    for name in COLUMNS:
        assert np.array_equal(getattr(forward, name), getattr(country.chunk(1), name)), name


def test_the_same_chunk_has_the_same_bytes_in_another_process(country: Country) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest(country.chunk(1))


def test_another_seed_makes_other_people(chunk: Chunk) -> None:
    other = make_country(600_000, seed=2).chunk(0)
    assert np.mean(other.surname == chunk.surname) < 0.01
    assert np.mean(other.tin == chunk.tin) < 0.001


def test_any_record_can_be_made_again_from_its_number(country: Country) -> None:
    number = CHUNK + 4_321
    again = country.chunk(number // CHUNK)
    row = number - again.start
    assert again.person[row] == number
    assert again.surname[row] == country.chunk(1).surname[4_321]


def test_chunks_stream_the_whole_registry_once(country: Country) -> None:
    seen = [(c.number, c.start, c.n) for c in country.chunks()]
    assert seen == [(0, 0, CHUNK), (1, CHUNK, CHUNK), (2, 2 * CHUNK, 600_000 - 2 * CHUNK)]
    assert [c.number for c in country.chunks([2, 0])] == [2, 0]


@pytest.mark.parametrize("number", [-1, 3, 999_999, 1_000_256])
def test_a_chunk_that_does_not_exist_is_refused(country: Country, number: int) -> None:
    with pytest.raises(IndexError, match="neither"):
        country.chunk(number)


@pytest.mark.parametrize("size", [1, 2, 57])
def test_the_smallest_registries_exist(size: int) -> None:
    small = make_country(size).chunk(0)
    assert {len(getattr(small, name)) for name in COLUMNS} == {size}
    assert (small.home > 0).all()


def test_noise_in_the_registry_leaves_the_truth_alone(chunk: Chunk) -> None:
    clean = make_country(600_000, noise__level="clean").chunk(0)
    for name in ("surname", "given", "birth", "tin", "home"):
        same = np.arange(CHUNK) == chunk.person - chunk.start  # duplicate filings show another person
        assert np.array_equal(getattr(clean, name)[same], getattr(chunk, name)[same]), name
