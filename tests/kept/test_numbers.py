"""Stored registries hold no nine-digit number in clear, and nothing is found or lost by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.kept import shortlists
from sim.kept.layout import ROW, TRUTH_ROW, number_hashes
from sim.kept.numbers import Numbers
from sim.kept.store import Store
from sim.rng import Streams
from sim.scenario import Scenario
from tests.private import numbers_of, whole_numbers

ANY = st.lists(st.integers(0, 999_999_999), min_size=1, max_size=50)


@given(ANY, st.integers(0, 2**64 - 1))
def test_a_number_comes_back_and_is_none_of_nine_digits_while_it_is_stored(
    values: list[int], seed: int
) -> None:
    numbers, tin = Numbers(Streams(seed)), np.array(values, np.uint32)
    stored = numbers.stored(tin)
    assert numbers.shown(stored).tolist() == values
    assert ((stored >= 2**31) == (tin > 0)).all() and (stored[tin == 0] == 0).all()
    assert len(np.unique(stored)) == len(np.unique(tin))


def test_another_seed_exchanges_numbers_for_others() -> None:
    tin = np.arange(1, 1_000, dtype=np.uint32)
    one, other = Numbers(Streams(1)).stored(tin), Numbers(Streams(2)).stored(tin)
    assert (one != other).mean() > 0.99
    assert np.abs(np.corrcoef(tin, one)[0, 1]) < 0.1  # neighbours are no neighbours


def test_no_file_of_a_stored_registry_holds_a_number_of_its_people(folder: Path, asked: Scenario) -> None:
    numbers = numbers_of(asked)
    kinds = {
        "rows": ROW, "truth": TRUTH_ROW, "offers-people": shortlists.PERSON,
        "offers-donors": shortlists.DONOR, "offers-hosts": shortlists.HOST,
    }  # fmt: skip
    for path in sorted(folder.iterdir()):
        kind = kinds.get("truth" if path.name.startswith("truth") else path.name)
        if kind is not None:
            rows = np.fromfile(path, kind)
            tin = rows["tin"]
            assert (tin > 0).mean() > 0.9 if len(tin) else path.name == "truth-0003", path.name
            assert ((tin == 0) | (tin >= 2**31)).all(), path.name
            for name in kind.names or ():
                if len(rows) and kind[name].kind in "iu":
                    by_chance = np.isin(rows[name], numbers).mean()
                    assert by_chance < 0.01, f"{path.name}: {name}"
        elif path.name == "by-number":
            leading = np.fromfile(path, "<u8") >> np.uint64(32)
            clear = number_hashes(numbers.astype(np.uint32)).astype(np.uint64)
            assert np.isin(leading, clear).mean() < 0.01  # by chance
        elif path.suffix == ".json":
            assert whole_numbers(path.read_bytes(), numbers) == []


def test_a_record_is_still_found_by_its_number(store: Store) -> None:
    tin = store.numbers.shown(store.rows["tin"][:200])
    tin = tin[tin > 0]
    found = store.by_number(tin, {})
    assert set(tin) <= set(store.numbers.shown(store.rows["tin"][found]))
