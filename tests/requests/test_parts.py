"""Parts of the draw on worlds small enough to check by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.population import CHUNK
from sim.requests.draw import hubs
from sim.requests.persons import choose, mate_numbers
from sim.requests.plan import spread
from sim.rng import Streams


def chunk(**columns: Any) -> Any:
    n = len(next(iter(columns.values())))
    given = {name: np.array(values) for name, values in columns.items()}
    own = {"n": n, "record": np.arange(n), "person": np.arange(n), "spouse": np.zeros(n, bool)}
    return SimpleNamespace(**(own | given))


def test_requests_take_noncitizens_of_their_group_by_priority() -> None:
    people = chunk(nativity=[2, 2, 2, 0, 2], ethnicity=[5, 5, 0, 5, 5])
    group, priority = np.array([0, 0, 1, 0, 0]), np.array([0.9, 0.1, 0.5, 0.0, 0.4])
    assert choose(people, group, np.array([0, 1, 0]), priority).tolist() == [1, 2, 4]


def test_where_a_group_is_too_small_others_are_taken_citizens_last() -> None:
    people = chunk(nativity=[0, 1, 2, 2], ethnicity=[5] * 4)
    group, priority = np.array([0, 0, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4])
    assert choose(people, group, np.array([0, 0, 0, 0]), priority).tolist() == [2, 3, 1, 0]


def test_where_typical_names_run_out_people_of_the_ethnicity_stand_in() -> None:
    people = chunk(nativity=[2, 2, 2, 2], ethnicity=[5, 2, 1, 2])
    group, priority = np.array([0, 2, 4, 4]), np.array([0.1, 0.2, 0.3, 0.4])
    chinese = 2
    assert choose(people, group, np.array([chinese, chinese, chinese]), priority).tolist() == [1, 3, 0]


def test_a_second_record_of_a_person_is_never_chosen() -> None:
    people = chunk(nativity=[2, 2, 0], ethnicity=[5] * 3, person=[0, 0, 2])
    assert choose(people, np.zeros(3), np.array([0, 0]), np.array([0.5, 0.1, 0.9])).tolist() == [0, 2]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5], [5, 2, 0, 4, 1, 3]])
def test_the_mate_is_the_next_of_the_household_and_the_first_after_the_last(order: list[int]) -> None:
    household, tin = np.array([7, 7, 7, 8, 9, 9])[order], np.array([10, 11, 12, 20, 30, 31])[order]
    mates = mate_numbers(chunk(household=household, tin=tin), np.arange(6))
    same = [sorted(tin[(household == h) & (tin != t)].tolist()) for h, t in zip(household, tin, strict=True)]
    assert all((mate in allowed) if allowed else mate == 0 for mate, allowed in zip(mates, same, strict=True))


def test_the_mate_of_a_joint_return_is_the_other_person_on_it() -> None:
    home = chunk(household=[7, 7, 7, 7], tin=[10, 11, 12, 13], spouse=np.array([False, True, False, True]))
    assert mate_numbers(home, np.arange(4)).tolist() == [11, 10, 13, 12]


def test_a_duplicate_record_is_no_mate_of_its_own_person() -> None:
    assert mate_numbers(chunk(household=[1, 1], tin=[5, 5], person=[0, 0]), np.array([0])).tolist() == [0]


def test_the_use_of_hubs_falls_by_the_published_tail() -> None:
    n, used = 49_200, 780  # requests that use one of them, see noise.address_reused.rate
    draws = np.random.default_rng(3)
    chosen = hubs(np.arange(1, 10_001), used, 1.464, draws.random(n), draws.random(10_000))
    uses = np.bincount(chosen)
    uses = uses[uses > 0]
    assert 600 <= (uses > 20).sum() <= 780
    assert 5 <= (uses > 500).sum() <= 12


def test_requests_fall_on_chunks_by_their_size() -> None:
    country = SimpleNamespace(n_chunks=2, size=CHUNK + CHUNK // 2)
    luck = np.array([0.0, 0.3, 0.66, 0.67, 0.999999])
    assert spread(luck, country, Streams(1)).tolist() == [0, 0, 0, 1, 1]  # type: ignore[arg-type]


def test_no_chunk_is_asked_for_more_people_than_it_has() -> None:
    country = SimpleNamespace(n_chunks=3, size=2 * CHUNK + 10)
    chunk = spread(np.full(500, 0.9999999), country, Streams(1))  # type: ignore[arg-type]
    counts = np.bincount(chunk, minlength=3)
    assert counts.sum() == 500
    assert counts[2] <= 10 and abs(int(counts[0]) - int(counts[1])) < 120
