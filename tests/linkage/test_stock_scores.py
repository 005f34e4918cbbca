"""The bounded, coded path gives the scores of stock recordlinkage, pair by pair, to 1e-9 bits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import recordlinkage as rl

from sim.linkage.comparison import Kind
from sim.linkage.frames import link_frames
from sim.linkage.train import Design, Learning
from sim.linkage.weights import compare_as

ALPHABET = np.array(list("ABCDE"))
DESIGN = Design(
    comparisons=(
        compare_as("given", (Kind.JARO_WINKLER, 0.9), (Kind.JARO_WINKLER, 0.75)),
        compare_as("surname", (Kind.JARO_WINKLER, 0.9)),
        compare_as("zip"),
    ),
    passes=(("zip",), ("surname",)),
    adjusted={"surname": ("surname",)},
)
COLUMNS = {name: name for name in ("given", "surname", "zip")}


def words(rng, n):
    return ["".join(rng.choice(ALPHABET, rng.integers(3, 8))) for _ in range(n)]


def two_files(seed, n=400):
    """A file of people, and the same people with a letter changed here and there and some values missing."""
    rng = np.random.default_rng(seed)
    givens, surnames = words(rng, 60), words(rng, 80)
    drawn = (rng.choice(givens, n), rng.choice(surnames, n), rng.integers(1, 40, n))
    rows = [(str(a), str(b), int(c)) for a, b, c in zip(*drawn, strict=True)]

    def changed(word):
        at = rng.integers(len(word))
        return None if rng.random() < 0.05 else word[:at] + str(rng.choice(ALPHABET)) + word[at + 1 :]

    noisy = [(changed(a), changed(b) if rng.random() < 0.3 else b, c) for a, b, c in rows]
    schema = {"given": pl.String, "surname": pl.String, "zip": pl.Int64}
    return pl.DataFrame(rows, schema, orient="row"), pl.DataFrame(noisy, schema, orient="row")


def stock_scores(left, right, trained):
    """Index, Compare and LogisticRegressionClassifier in bits, one indicator column a level."""
    a, b = (frame.to_pandas() for frame in (left, right))
    # A missing key must not block: the stock Block pairs missing values with each other.
    pairs = rl.Index([rl.index.Block("zip"), rl.index.Block("surname")]).index(a, b)
    compare = rl.Compare(
        [
            rl.compare.String("given", "given", method="jarowinkler", missing_value=np.nan),
            rl.compare.String("surname", "surname", method="jarowinkler", missing_value=np.nan),
            rl.compare.Exact("zip", "zip", missing_value=np.nan),
        ]
    )
    similar = compare.compute(pairs, a, b).to_numpy()
    thresholds = ((1.0, 0.9, 0.75), (1.0, 0.9), (1.0,))
    columns, coefficients, intercept = [], [], trained.base
    for k, (comparison, edges) in enumerate(zip(trained.comparisons, thresholds, strict=True)):
        worst = comparison.levels[-1].weight
        intercept += worst
        left_over = np.ones(len(pairs), bool)
        columns.append(np.isnan(similar[:, k]))
        coefficients.append(-worst)
        left_over &= ~columns[-1]
        for level, edge in zip(comparison.levels[1:-1], edges, strict=True):
            here = left_over & (similar[:, k] >= edge)
            columns.append(here)
            coefficients.append(level.weight - worst)
            left_over &= ~here
    surname, same = left["surname"].to_list(), columns[5]  # the column of surname's exact level
    counted = right["surname"].drop_nulls().value_counts()
    share = dict(zip(counted["surname"], counted["count"] / counted["count"].sum(), strict=True))
    u = trained.u[1][1]
    rows = pairs.get_level_values(0)
    bits = np.array([np.log2(u / max(share.get(surname[row], 0.0), 1e-6)) for row in rows])
    columns.append(np.where(same, bits, 0.0))
    coefficients.append(1.0)
    classifier = rl.LogisticRegressionClassifier(coefficients=np.array(coefficients), intercept=intercept)
    features = pd.DataFrame(np.column_stack(columns).astype(float), index=pairs)
    return pd.Series(classifier.kernel.decision_function(features.to_numpy()), index=pairs)


@pytest.mark.parametrize("seed", [1, 2])
def test_scores_and_links_are_those_of_stock_recordlinkage(seed):
    left, right = two_files(seed)
    learning = Learning(random_pairs=50_000)
    threshold = 1.0
    found = link_frames(
        left, right, DESIGN, columns=COLUMNS, keep="all", threshold=threshold, learning=learning
    )
    stock = stock_scores(left, right, found.trained)
    links = stock[stock >= threshold - 1e-9].sort_index()
    ours = found.pairs.sort("left", "right")
    assert len(links) > 100
    assert list(zip(ours["left"], ours["right"], strict=True)) == list(links.index)
    assert ours["score"].to_numpy() == pytest.approx(links.to_numpy(), abs=1e-9)
    assert found.compared < len(stock)  # the bound left pairs out
