"""The bound never drops a pair that could link, whatever is compared: values, sets, chains, rare values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.linkage.blocks import Blocks
from sim.linkage.bounded import PreparedRequests
from sim.linkage.comparison import Columns, Comparison, Kind, Level, Path
from sim.linkage.levels import level_numbers

SURNAMES = ("surname", "surname2", "line")
WIDE = 2**40 + 1  # a code of more than 32 bits


def side(seed: int, n: int) -> dict[str, NDArray[np.generic]]:
    """Return n random rows of few values; 0 is missing."""
    rng = np.random.default_rng(seed)
    out: dict[str, NDArray[np.generic]] = {
        name: rng.integers(0, 4, n).astype(np.uint32) for name in ("given", "zip", "street", "number", "unit")
    }
    out["surname"] = rng.integers(0, 4, n).astype(np.uint32)
    out["surname2"] = np.where(out["surname"] > 0, rng.integers(0, 4, n), 0).astype(np.uint32)
    out["line"] = (out["surname"].astype(np.uint64) * np.uint64(4) + out["surname2"]) * np.uint64(WIDE)
    return out


class ByValue:
    """Extra bits by given name: codes 1, 2, 3 are ever rarer."""

    def __call__(self, columns: Columns) -> NDArray[np.float64]:
        return columns["given"].astype(float) * 1.5 - 2.0


@st.composite
def paths(draw: st.DrawFn) -> Path:
    """A path that compares a name by rarity, a set of surnames, a chain of address fields and a wide code."""
    bits = st.integers(-8, 8).map(lambda k: k / 2)

    def levels(*kinds: tuple[Kind, float], share: float = 0.0) -> tuple[Level, ...]:
        made = [Level(kind, draw(bits), at, share if kind is Kind.EXACT else 0.0) for kind, at in kinds]
        blank = [Level(Kind.MISSING, draw(bits))] if draw(st.booleans()) else []
        return (*blank, *made, Level(Kind.ELSE, draw(bits)))

    comparisons = (
        Comparison("given", levels((Kind.EXACT, 0), (Kind.NEAR, 1), share=1.0), frequency=ByValue()),
        Comparison("surname", levels((Kind.EXACT, 0), (Kind.SHARED, 0)), SURNAMES, as_set=True),
        Comparison(
            "address", levels((Kind.EXACT, 0), (Kind.FIRST, 2), (Kind.FIRST, 1)), ("street", "number", "unit")
        ),
        Comparison("line", levels((Kind.EXACT, 0))),
    )
    keys = [("zip",), ("given", "line"), ("zip", ("surname", "surname2")), ("line",), ()]
    passes = tuple(draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True)))
    return Path("any", passes, comparisons, draw(st.sampled_from([-50.0, -2.0, 0.0, 3.0, 8.0])), base=-1.0)


def everything(path: Path, left: Mapping[str, NDArray[np.generic]], right: Mapping[str, NDArray[np.generic]]):
    """Return for every pair (request x record) whether some pass blocks it, and its score."""
    n, m = len(left["zip"]), len(right["zip"])
    i, j = np.divmod(np.arange(n * m), m)
    blocked = np.zeros(n * m, bool)
    for keys in path.passes:
        agree = np.ones(n * m, bool)
        for key in keys:
            mine, theirs = (key, key) if isinstance(key, str) else key
            agree &= (left[mine][i] == right[theirs][j]) & (left[mine][i] != 0)
        blocked |= agree
    score = np.full(n * m, path.base)
    for comparison in path.comparisons:
        number = level_numbers(
            comparison, [left[c][i] for c in comparison.columns], [right[c][j] for c in comparison.columns]
        )
        score += np.array([level.weight for level in comparison.levels])[number]
        if comparison.frequency is not None:
            extra = comparison.frequency({name: left[name] for name in comparison.columns})
            score += extra[i] * np.array([level.share for level in comparison.levels])[number]
    return i, j, blocked, score


@given(paths(), st.integers(0, 999))
def test_survivors_are_blocked_pairs_and_hold_every_pair_that_reaches_the_threshold(
    path: Path, seed: int
) -> None:
    left, right = side(seed, 23), side(seed + 5000, 31)
    prepared = PreparedRequests(path, left)
    request, record = prepared.search(prepared.layout.matrix(right))
    found = set(zip(request.tolist(), record.tolist(), strict=True))
    assert len(found) == len(request)
    i, j, blocked, score = everything(path, left, right)
    assert found <= set(zip(i[blocked].tolist(), j[blocked].tolist(), strict=True))
    reached = blocked & (score >= path.threshold)
    assert found >= set(zip(i[reached].tolist(), j[reached].tolist(), strict=True))
    if path.threshold == -50.0:
        assert len(found) == blocked.sum()


def test_the_bound_drops_what_cannot_link() -> None:
    exact = (Level(Kind.EXACT, 1.0), Level(Kind.ELSE, 0.0))
    path = Path("both", (("zip",),), (Comparison("zip", exact), Comparison("street", exact)), 1.5)
    left, right = side(1, 400), side(2, 400)
    prepared = PreparedRequests(path, left)
    request, record = prepared.search(prepared.layout.matrix(right))
    both = (left["zip"][request] == right["zip"][record]) & (
        left["street"][request] == right["street"][record]
    )
    assert len(request) > 1000
    assert both.all()


def test_pairs_met_are_counted_for_each_request_before_anything_is_dropped() -> None:
    exact = (Level(Kind.EXACT, 1.0), Level(Kind.ELSE, 0.0))
    path = Path("none", (("zip",), ("given",)), (Comparison("street", exact),), 99.0)
    left, right = side(3, 50), side(4, 70)
    prepared = PreparedRequests(path, left)
    met = [np.zeros(blocks.count, np.int64) for blocks in prepared.blocks]
    request, _ = prepared.search(prepared.layout.matrix(right), met)
    assert len(request) == 0
    expected = [
        sum(int(left[k][i] != 0) * np.count_nonzero(right[k] == left[k][i]) for k in ("zip", "given"))
        for i in range(50)
    ]
    assert prepared.candidates(met).tolist() == expected


@pytest.mark.parametrize("n", [1, 5, 4000])
def test_the_filter_of_bits_never_misses_a_key_and_lets_few_others_through(n: int) -> None:
    rng = np.random.default_rng(n)
    keys = rng.integers(1, 2**32, (2, n), dtype=np.uint32)
    others = rng.integers(1, 2**32, (2, 20_000), dtype=np.uint32)
    blocks = Blocks.of(keys)
    marks = np.zeros(n, bool)
    blocks.mark(keys, marks)
    assert marks.all()
    wrong = np.zeros(20_000, bool)
    blocks.mark(others, wrong)
    assert wrong.mean() < 0.03
    assert len(blocks.look_up(others)[0]) == 0


def test_requests_with_a_missing_key_stand_in_no_block() -> None:
    blocks = Blocks.of(np.array([[1, 0, 1], [2, 2, 0]], np.uint32))
    assert blocks.order.tolist() == [0]
    assert blocks.look_up(np.array([[0, 1], [2, 2]], np.uint32))[0].tolist() == [1]


def test_no_request_at_all_meets_nothing() -> None:
    blocks = Blocks.of(np.zeros((1, 0), np.uint32))
    assert blocks.count == 0
    assert len(blocks.look_up(np.array([[1, 2]], np.uint32))[0]) == 0


def test_a_wide_code_cannot_be_crossed_or_chained() -> None:
    columns = {"a": np.ones(2, np.uint64), "b": np.ones(2, np.uint32)}
    levels = (Level(Kind.EXACT, 1.0), Level(Kind.ELSE, 0.0))
    path = Path("wide", (("b",),), (Comparison("ab", levels, ("a", "b")),), 0.5)
    with pytest.raises(ValueError, match="64-bit"):
        PreparedRequests(path, columns)
