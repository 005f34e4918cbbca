"""Our index, Compare and classifier give what recordlinkage's own give: pairs, features, links, best
candidates."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import recordlinkage as rl
from hypothesis import given
from hypothesis import strategies as st

from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.toolkit import (
    BoundedIndex,
    CodedString,
    PositionalCompare,
    compare_levels,
    decide,
    weight_classifier,
)

NAMES = ["GARCIA", "GARCES", "GARZA", "LOPEZ", "LOPES", "LI", "", None]
GIVENS = ["MARIA", "MARIE", "MARIO", "JUAN", "", None]
COLUMNS = ("surname", "given", "birth", "zip")
Frame = pd.DataFrame


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Frame, Frame]:
    """Two frames of up to 14 rows over few values, so that ties, blanks and empty strings abound."""

    def frame(first_label: int) -> Frame:
        n = draw(st.integers(1, 14))
        columns = {
            "surname": st.sampled_from(NAMES),
            "given": st.sampled_from(GIVENS),
            "birth": st.sampled_from([19800102, 19800201, 19810102, None]),
            "zip": st.sampled_from(["78501", "78502", None]),
        }
        rows = {name: draw(st.lists(values, min_size=n, max_size=n)) for name, values in columns.items()}
        out = Frame({name: pd.Series(values, dtype=object) for name, values in rows.items()})
        out.index = pd.Index(np.arange(n)[::-1] * 3 + first_label)
        return out

    return frame(100), frame(5000)


def weights(count: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.integers(-12, 12).map(lambda k: k / 2), min_size=count, max_size=count)


@st.composite
def paths(draw: st.DrawFn) -> Path:
    """Any union of blocks, any weights (agreement may count against), any threshold down to nothing
    pruned."""
    keys = [each for size in (1, 2) for each in combinations(COLUMNS, size)]
    passes = tuple(draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True)))
    comparisons = []
    for name in COLUMNS:
        missing, exact, close, other = draw(weights(4))
        levels = [Level(Kind.EXACT, exact), Level(Kind.ELSE, other)]
        if name in ("surname", "given"):
            levels.insert(1, Level(Kind.JARO_WINKLER, close, 0.85))
        if draw(st.booleans()):
            levels.insert(0, Level(Kind.MISSING, missing))
        comparisons.append(Comparison(name, tuple(levels)))
    threshold = draw(st.sampled_from([-100.0, -3.0, 0.0, 0.5, 2.0, 4.0, 7.5, 12.0]))
    return Path("any", passes, tuple(comparisons), threshold, base=draw(st.sampled_from([-3.0, 0.0])))


def stock_pairs(path: Path, left: Frame, right: Frame) -> pd.MultiIndex:
    """Return what recordlinkage's own Index of Blocks gives."""
    index = rl.Index([rl.index.Block(list(each)) for each in path.passes])
    return index.index(left, right)


def stock_features(path: Path, pairs: pd.MultiIndex, left: Frame, right: Frame) -> Frame:
    """Return recordlinkage's own features: for each field equal, missing and, for names, Jaro-Winkler >=
    0.85."""
    compare = rl.Compare()
    for comparison in path.comparisons:
        name = comparison.field
        compare.exact(name, name, missing_value=-1, label=f"{name} equal")
        if any(level.kind is Kind.JARO_WINKLER for level in comparison.levels):
            compare.string(name, name, method="jarowinkler", threshold=0.85, label=f"{name} close")
    return compare.compute(pairs, left, right)


def stock_scores(path: Path, features: Frame) -> pd.Series:
    """Add up the weights from recordlinkage's features, pair by pair."""
    total = pd.Series(path.base, index=features.index)
    for comparison in path.comparisons:
        equal = features[f"{comparison.field} equal"]
        by_kind = {level.kind: level.weight for level in comparison.levels}
        other = by_kind[Kind.ELSE]
        worth = pd.Series(other, index=features.index)
        if Kind.JARO_WINKLER in by_kind:
            close = (features[f"{comparison.field} close"] == 1) & (equal != -1)
            worth[close] = by_kind[Kind.JARO_WINKLER]
        worth[equal == 1] = by_kind[Kind.EXACT]
        worth[equal == -1] = by_kind.get(Kind.MISSING, other)
        total += worth
    return total


def coded(left: Frame, right: Frame) -> tuple[Frame, Frame, dict[str, list[str]]]:
    """Code both frames jointly, 0 for missing; return the texts of the codes too."""
    codes: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    texts = {}
    for name in COLUMNS:
        numbers, values = pd.factorize(pd.concat([left[name], right[name]]))
        texts[name] = ["", *map(str, values)]
        parts = np.split((numbers + 1).astype(np.uint32), [len(left)])
        codes[0][name], codes[1][name] = parts
    return Frame(codes[0], index=left.index), Frame(codes[1], index=right.index), texts


def ours(path: Path, left: Frame, right: Frame) -> tuple[pd.MultiIndex, np.ndarray, np.ndarray, np.ndarray]:
    """Return our pairs, their level numbers, which are links, and their scores."""
    a, b, texts = coded(left, right)
    pairs = BoundedIndex(path, coded=True).index(a, b)
    compare = compare_levels(path, lambda field, codes: [texts[field][code] for code in codes])
    levels = compare.compute(pairs, a, b).to_numpy(np.uint8)
    links, scores = decide(path, levels)
    return pairs, levels, links, scores


@given(worlds(), paths())
def test_links_and_scores_are_those_of_stock_index_and_stock_compare(
    world: tuple[Frame, Frame], path: Path
) -> None:
    left, right = world
    expected = stock_scores(path, stock_features(path, stock_pairs(path, left, right), left, right))
    pairs, _, links, scores = ours(path, left, right)
    found = pd.Series(scores, index=pairs)
    assert found.index.is_unique
    assert set(pairs[links]) == set(expected.index[expected >= path.threshold])
    assert np.allclose(found, expected.reindex(found.index))
    assert set(expected.index) >= set(found.index)


@given(worlds(), paths())
def test_best_candidates_and_counts_of_links_are_those_of_stock(
    world: tuple[Frame, Frame], path: Path
) -> None:
    left, right = world
    expected = stock_scores(path, stock_features(path, stock_pairs(path, left, right), left, right))
    pairs, _, _, scores = ours(path, left, right)

    def best(scored: pd.Series) -> dict[int, tuple[float, int, int]]:
        out: dict[int, tuple[float, int, int]] = {}
        for (request, record), score in scored[scored >= path.threshold].items():
            top, least, count = out.get(request, (-np.inf, record, 0))
            if score > top or (score == top and record < least):
                top, least = score, record
            out[request] = (top, least, count + 1)
        return out

    assert best(pd.Series(scores, index=pairs)) == best(expected)


@given(worlds(), paths())
def test_with_nothing_to_prune_the_pairs_are_those_of_stock_blocks(
    world: tuple[Frame, Frame], path: Path
) -> None:
    left, right = world
    everything = Path("all", path.passes, path.comparisons, -np.inf)
    expected = set(stock_pairs(path, left, right))
    assert set(BoundedIndex(everything).index(left, right)) == expected
    a, b, _ = coded(left, right)
    assert set(BoundedIndex(everything, coded=True).index(a, b)) == expected


@given(worlds(), paths())
def test_coded_and_plain_frames_give_the_same_survivors(world: tuple[Frame, Frame], path: Path) -> None:
    left, right = world
    a, b, _ = coded(left, right)
    plain = BoundedIndex(path).index(left, right)
    assert set(plain) == set(BoundedIndex(path, coded=True).index(a, b))


@given(worlds(), paths())
def test_the_classifier_links_the_same_pairs_from_stock_features(
    world: tuple[Frame, Frame], path: Path
) -> None:
    left, right = world
    pairs, levels, links, _ = ours(path, left, right)
    stock = stock_features(path, pairs, left, right)
    columns = {}
    for k, comparison in enumerate(path.comparisons):
        equal = stock[f"{comparison.field} equal"]
        close = stock.get(f"{comparison.field} close", pd.Series(0.0, index=stock.index))
        holds = {
            Kind.MISSING: equal == -1,
            Kind.EXACT: equal == 1,
            Kind.JARO_WINKLER: (close == 1) & (equal == 0),
        }
        if comparison.levels[0].kind is not Kind.MISSING:
            holds[Kind.JARO_WINKLER] = (close == 1) & (equal == 0)
        for number, level in enumerate(comparison.levels[:-1]):
            columns[f"{comparison.field}:{number}"] = holds[level.kind].astype(float)
            assert ((levels[:, k] == number) == holds[level.kind].to_numpy()).all()
    if len(pairs):
        from_stock = weight_classifier(path).predict(Frame(columns))
        assert set(from_stock) == set(pairs[links])


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # stock divides 0 by 0 for empty strings
@given(worlds(), st.sampled_from([None, 0.85]), st.sampled_from([0.0, -1.0]))
@pytest.mark.parametrize("method", ["jaro", "jarowinkler", "levenshtein", "damerau_levenshtein"])
def test_coded_strings_are_bit_equal_to_the_stock_feature(
    method: str, world: tuple[Frame, Frame], threshold: float | None, missing: float
) -> None:
    left, right = world
    pairs = pd.MultiIndex.from_product([left.index, right.index])
    options = {"method": method, "threshold": threshold, "missing_value": missing, "label": "s"}
    for name in ("surname", "given"):
        stock = rl.Compare([rl.compare.String(name, name, **options)]).compute(pairs, left, right)
        mine = PositionalCompare([CodedString(name, name, **options)]).compute(pairs, left, right)
        assert np.array_equal(stock["s"].to_numpy(float), mine["s"].to_numpy(float), equal_nan=True)


@given(worlds())
def test_positional_compare_gives_the_stock_frame_for_stock_features(world: tuple[Frame, Frame]) -> None:
    left, right = world
    pairs = rl.Index([rl.index.Block("zip"), rl.index.Block("surname")]).index(left, right)
    features = [
        rl.compare.Exact("birth", "birth", label="birth"),
        rl.compare.String("surname", "surname", method="jarowinkler", label="surname"),
        rl.compare.Exact("zip", "zip", missing_value=9),
    ]
    stock = rl.Compare(features).compute(pairs, left, right)
    pd.testing.assert_frame_equal(PositionalCompare(features).compute(pairs, left, right), stock)


def test_a_pair_of_unknown_rows_is_refused() -> None:
    frame = Frame({"a": [1, 2]})
    pairs = pd.MultiIndex.from_tuples([(0, 7)])
    with pytest.raises(KeyError, match="not in the frame"):
        PositionalCompare([rl.compare.Exact("a", "a")]).compute(pairs, frame, frame)
