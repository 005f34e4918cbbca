"""Digests and full codes bound a pair's score as sharply as codes allow, whatever levels are compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.linkage.bounded import PreparedRequests
from sim.linkage.comparison import Columns, Comparison, Kind, Level, Path
from sim.linkage.digests import Digest, Digests, clues_of
from sim.linkage.levels import level_numbers

BIRTHS = np.array([0, 19800102, 19800201, 19800112, 19810102, 19810120, 20010708], np.uint32)
NUMBERS = np.array([0, 123456789, 123456788, 123465789, 213456789, 987654321, 123456798], np.uint32)
ZIPS = np.array([0, 78501, 78502, 78601, 10001], np.uint32)
GIVENS = ("", "MARIA", "MARIE", "JUAN", "JUANA", "ANA")
SURNAMES = ("surname", "surname2", "line")


def side(seed: int, n: int) -> dict[str, np.ndarray]:
    """Return n random rows; numbers are alike in one digit, in two exchanged, or hardly; 0 is missing."""
    rng = np.random.default_rng(seed)
    out = {"birth": rng.choice(BIRTHS, n), "tin": rng.choice(NUMBERS, n), "zip": rng.choice(ZIPS, n)}
    out |= {name: rng.integers(0, 3, n).astype(np.uint32) for name in ("street", "number", "sex")}
    out["given"] = rng.integers(0, len(GIVENS), n).astype(np.uint32)
    out["surname"] = rng.integers(1, 4, n).astype(np.uint32)
    out["surname2"] = np.where(rng.random(n) < 0.5, 0, rng.integers(1, 4, n)).astype(np.uint32)
    out["line"] = out["surname"] * np.uint32(4) + out["surname2"]
    return out


class Rare:
    """Extra bits by a column's code, ever more or ever fewer."""

    def __init__(self, name: str, slope: float) -> None:
        self.name, self.slope = name, slope

    def __call__(self, columns):
        return columns[self.name].astype(float) * self.slope


def decode(field: str, codes: np.ndarray) -> list[str]:
    return [GIVENS[code] for code in codes]


@st.composite
def paths(draw: st.DrawFn, *, text: bool) -> Path:
    """A path over dates, numbers, a chain from the ZIP down, a set of surnames by rarity, names as text."""
    bits = st.integers(-8, 8).map(lambda k: k / 2)

    def levels(*kinds: tuple[Kind, float], adjusted: tuple[Kind, ...] = ()) -> tuple[Level, ...]:
        blank = [Level(Kind.MISSING, draw(bits))] if draw(st.booleans()) else []
        share = {kind: draw(st.sampled_from([0.5, 1.0])) for kind in adjusted}
        made = [Level(kind, draw(bits), at, share.get(kind, 0.0)) for kind, at in kinds]
        return (*blank, *made, Level(Kind.ELSE, draw(bits)))

    kinds = [(Kind.DAY_MONTH, 0), (Kind.ONE_DIGIT, 0), (Kind.TRANSPOSED, 0), (Kind.LEADING, 4)]
    dates = draw(st.permutations(kinds))
    comparisons = [
        Comparison("birth", levels((Kind.EXACT, 0), *dates[: draw(st.integers(0, 4))])),
        Comparison("tin", levels((Kind.EXACT, 0), (Kind.ONE_DIGIT, 0), (Kind.TRANSPOSED, 0))),
        Comparison(
            "address",
            levels((Kind.EXACT, 0), (Kind.FIRST, 2), (Kind.FIRST, 1), (Kind.LEADING, 2)),
            ("zip", "street", "number"),
        ),
        Comparison(
            "surname", levels((Kind.EXACT, 0), (Kind.SHARED, 0), adjusted=(Kind.EXACT, Kind.SHARED)),
            SURNAMES, as_set=True, frequency=Rare("surname", draw(bits)),
        ),
        Comparison("sex", levels((Kind.EXACT, 0))),
    ]  # fmt: skip
    if text:
        kinds = [(Kind.EXACT, 0), (Kind.JARO_WINKLER, 0.9), (Kind.PREFIX, 2)]
        given_levels = levels(*draw(st.permutations(kinds)), adjusted=(Kind.PREFIX,))
        comparisons.append(Comparison("given", given_levels, frequency=Rare("given", draw(bits))))
    crossed = (("surname", "surname2"), "sex")
    keys = [("zip",), ("surname", "zip"), ("birth",), ("tin",), crossed, ("line",), ()]
    passes = tuple(draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True)))
    threshold = draw(st.sampled_from([-np.inf, -9.0, 0.0, 4.0, 9.0, 15.0, 400.0]))
    return Path("any", passes, tuple(comparisons), threshold, base=-2.0)


def everything(path: Path, left: Columns, right: Columns) -> tuple[np.ndarray, ...]:
    """Return every pair (request, record), whether some pass blocks it, and its score."""
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
    for each in path.comparisons:
        here = [[columns[c][rows] for c in each.columns] for columns, rows in ((left, i), (right, j))]
        number = level_numbers(each, *here, decode)
        score += np.array([level.weight for level in each.levels])[number]
        if each.frequency is not None:
            extra = each.frequency({name: left[name] for name in each.columns})
            score += extra[i] * np.array([level.share for level in each.levels])[number]
    return i, j, blocked, score


def survivors(path: Path, left: Columns, right: Columns) -> set[tuple[int, int]]:
    prepared = PreparedRequests(path, left)
    request, record = prepared.search(prepared.layout.matrix(right))
    found = set(zip(request.tolist(), record.tolist(), strict=True))
    assert len(found) == len(request)
    return found


@given(paths(text=False), st.integers(0, 999))
def test_where_codes_decide_every_level_the_survivors_are_the_links(path: Path, seed: int) -> None:
    left, right = side(seed, 23), side(seed + 5000, 31)
    i, j, blocked, score = everything(path, left, right)
    reached = blocked & (score >= path.threshold - 1e-3)
    assert survivors(path, left, right) == set(zip(i[reached].tolist(), j[reached].tolist(), strict=True))


@given(paths(text=True), st.integers(0, 999))
def test_where_text_is_compared_no_link_is_lost_and_every_survivor_is_blocked(path: Path, seed: int) -> None:
    left, right = side(seed, 23), side(seed + 5000, 31)
    i, j, blocked, score = everything(path, left, right)
    found, reached = survivors(path, left, right), blocked & (score >= path.threshold)
    assert found >= set(zip(i[reached].tolist(), j[reached].tolist(), strict=True))
    assert found <= set(zip(i[blocked].tolist(), j[blocked].tolist(), strict=True))


@given(st.integers(0, 10**9 - 1), st.integers(0, 7), st.integers(0, 9), st.sampled_from([4, 5]))
def test_a_wrong_digit_and_two_exchanged_leave_the_head_or_the_tail_as_it_was(
    number: int, place: int, digit: int, cut: int
) -> None:
    power = 10**place
    wrong = number - number // power % 10 * power + digit * power
    low, high = number // power % 10, number // power // 10 % 10
    exchanged = number + (low - high) * 9 * power
    digests = Digests([Digest((0,), part, cut) for part in (1, 2)])
    made = digests.of(np.array([[number, wrong, exchanged]], np.uint32))
    for other, value in ((1, wrong), (2, exchanged)):
        assert 0 in (number, value) or (made[0] == made[other]).any()


def test_numbers_with_nothing_in_common_do_not_count_as_one_digit_off() -> None:
    levels = (Level(Kind.EXACT, 9.0), Level(Kind.ONE_DIGIT, 5.0), Level(Kind.ELSE, -5.0))
    whole, parts, other = clues_of(Comparison("tin", levels), [(0,)])
    assert (whole.levels, parts.levels, other.levels) == ((0, 1, 2), (1, 2), (2,))
    rng = np.random.default_rng(5)
    numbers = rng.integers(10**8, 10**9, (1, 2_000)).astype(np.uint32)
    digests = Digests([digest for pair in parts.either for digest in pair])
    made = digests.of(numbers)
    alike = (made[:-1] == made[1:]).any(axis=1)
    assert alike.mean() < 0.01


@pytest.mark.parametrize("size", [1, 15, 16, 17, 70])
def test_blocks_of_any_size_give_their_links(size: int) -> None:
    levels = (Level(Kind.EXACT, 1.0), Level(Kind.ELSE, 0.0))
    path = Path("both", (("zip",),), (Comparison("zip", levels), Comparison("sex", levels)), 1.5)
    zips, every = np.array([7, 8, 9], np.uint32), np.arange(3 * size, dtype=np.uint32)
    left = {"zip": np.repeat(zips, size), "sex": every}
    right = {"zip": np.repeat(np.roll(zips, 1), size), "sex": every % 5}
    i, j, blocked, score = (np.array(v) for v in everything(path, left, right))
    links = blocked & (score >= 1.5)
    assert survivors(path, left, right) == set(zip(i[links].tolist(), j[links].tolist(), strict=True))
