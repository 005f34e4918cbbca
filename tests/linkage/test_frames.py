"""Two frames with known truth go through the path that every scenario takes."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

from sim.linkage.comparison import Comparison, Kind, Level, Path, all_of
from sim.linkage.frames import code_frames, link_frames
from sim.linkage.train import Design, Learning
from sim.linkage.weights import compare_as

LEFT = pl.DataFrame(
    {
        "who": ["a", "b", "c", None],
        "first": ["Maria", "jose ", "Ana", "Luis"],
        "last": ["Garcia", "Lopez", "", "Ruiz"],
        "born": [19800101, 19750515, 19900303, 19660606],
    }
)
RIGHT = pl.DataFrame(
    {
        "who": ["a", "b", "d", "b"],
        "given_name": ["MARIA", "JOSE", "ANA", "PEPE"],
        "family_name": ["GARCIA", "LOPEZ", "DIAZ", "LOPEZ"],
        "born": [19800101, 19750515, 19900303, 19750515],
    }
)
COLUMNS = {"given": ("first", "given_name"), "surname": ("last", "family_name"), "birth": "born"}


def everyone(frame):
    return np.ones(frame.height, bool)


def exact(*fields):
    comparisons, threshold = all_of(*fields)
    return Path("exact", everyone, (("birth",),), comparisons, threshold)


def test_an_exact_rule_links_what_agrees_and_errors_are_counted_against_the_truth():
    found = link_frames(LEFT, RIGHT, exact("given", "birth"), columns=COLUMNS, truth="who")
    assert found.pairs.select("left", "right", "true").rows() == [(0, 0, True), (1, 1, True), (2, 2, False)]
    assert (found.compared, found.false, found.missed) == (3, 1, 0)  # the fourth could not become a link
    strict = link_frames(LEFT, RIGHT, exact("given", "surname", "birth"), columns=COLUMNS, truth="who")
    assert (strict.pairs.height, strict.false, strict.missed) == (2, 0, 0)


def test_all_links_can_be_kept_and_then_every_true_pair_counts():
    found = link_frames(LEFT, RIGHT, exact("birth"), columns=COLUMNS, truth="who", keep="all")
    assert (found.pairs.height, found.false, found.missed) == (4, 1, 0)
    nothing = link_frames(LEFT, RIGHT, exact("surname"), columns=COLUMNS, truth="who", keep="all")
    assert (nothing.pairs.height, nothing.missed) == (3, 0)


def test_the_truth_is_not_needed_and_then_nothing_is_claimed():
    found = link_frames(LEFT, RIGHT, exact("given", "birth"), columns=COLUMNS)
    assert found.false is None and found.missed is None
    assert found.pairs["true"].null_count() == found.pairs.height


def test_one_to_one_uses_each_row_of_the_right_frame_once():
    twice = pl.concat([LEFT[:1], LEFT[:1]])
    found = link_frames(twice, RIGHT, exact("given", "birth"), columns=COLUMNS, keep="one_to_one")
    assert found.pairs.select("left", "right").rows() == [(0, 0)]


def test_text_is_compared_without_regard_to_case_and_blank_is_missing():
    mine, theirs, decode = code_frames(LEFT, RIGHT, COLUMNS)
    assert mine["given"][1] == theirs["given"][1]
    assert mine["surname"][2] == 0
    assert decode("given", mine["given"]) == ["MARIA", "JOSE", "ANA", "LUIS"]
    dated = pl.DataFrame({"d": [datetime.date(1980, 1, 31), None]})
    assert code_frames(dated, dated, {"d": "d"})[0]["d"].tolist() == [19800131, 0]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series("x", [1.5]), "should be text, whole numbers or dates"),
        (pl.Series("x", [-1]), "has negative numbers"),
        (pl.Series("y", ["a"]), "there is no column 'x'"),
    ],
)
def test_columns_that_cannot_be_compared_are_named(column, message):
    with pytest.raises(ValueError, match=message):
        code_frames(column.to_frame(), column.to_frame(), {"x": "x"})


def people(seed, n=3000):
    """People with independent fields; the second file repeats the first with 10 % of each field changed."""
    rng = np.random.default_rng(seed)
    sizes = {"given": 300, "surname": 500, "birth": 5000, "zip": 200}
    truth = {name: rng.integers(1, size, n) for name, size in sizes.items()}
    noisy = {
        name: np.where(rng.random(n) < 0.1, rng.integers(1, size, n), truth[name])
        for name, size in sizes.items()
    }
    ids = np.arange(n)
    return pl.DataFrame({"id": ids, **truth}), pl.DataFrame({"id": ids, **noisy})


FEW = Learning(random_pairs=50_000)
DESIGN = Design(
    comparisons=tuple(compare_as(name) for name in ("given", "surname", "birth", "zip")),
    passes=(("surname",), ("birth",)),
    adjusted={"surname": ("surname",)},
)


def test_a_design_learns_m_from_unlabelled_pairs_and_links_with_it():
    left, right = people(1)
    columns = {name: name for name in ("given", "surname", "birth", "zip")}
    found = link_frames(left, right, DESIGN, columns=columns, truth="id", learning=FEW, overlap=0.99)
    learnt = dict(zip(columns, found.trained.m, strict=True))
    for name in columns:
        assert learnt[name][1] == pytest.approx(0.9, abs=0.03)
    assert found.false <= 5
    assert found.missed < 150  # 1 % agree on neither blocking key, some on too little else


def test_records_of_one_person_within_a_frame_are_found_once_each():
    left, right = people(2, n=2000)
    both = pl.concat([left, right])
    columns = {name: name for name in ("given", "surname", "birth", "zip")}
    found = link_frames(both, None, DESIGN, columns=columns, truth="id", learning=FEW, overlap=0.5)
    assert found.pairs.height == found.pairs.select("left", "right").n_unique()
    assert (found.pairs["left"] < found.pairs["right"]).all()
    assert found.false <= 5 and found.missed < 150


def test_the_bounded_path_gives_the_links_and_scores_of_the_unbounded_one():
    left, right = people(3, n=1500)
    columns = {name: name for name in ("given", "surname", "birth", "zip")}
    trained = link_frames(left, right, DESIGN, columns=columns, learning=FEW).trained
    pruned = link_frames(left, right, trained.path("p", everyone, 8.0), columns=columns, keep="all")
    free = link_frames(left, right, trained.path("p", everyone, -np.inf), columns=columns, keep="all")
    assert pruned.compared < free.compared
    kept = free.pairs.filter(pl.col("score") >= 8.0 - 1e-9)
    assert pruned.pairs.select("left", "right").equals(kept.select("left", "right"))
    assert pruned.pairs["score"].to_numpy() == pytest.approx(kept["score"].to_numpy(), abs=1e-9)


def test_text_levels_work_through_frames():
    graded = (
        (Kind.MISSING, 0, 0),
        (Kind.EXACT, 4, 0),
        (Kind.EDIT, 3, 1),
        (Kind.PREFIX, 2, 3),
        (Kind.ELSE, 1, 0),
    )
    names = Comparison("given", tuple(Level(kind, weight, at) for kind, weight, at in graded))
    left = pl.DataFrame({"given": ["anna", "ana", "annabel", "bob", None]})
    right = pl.DataFrame({"given": ["ANNA"]})
    every = Path("p", everyone, ((),), (names,), -np.inf)
    found = link_frames(left, right, every, columns={"given": "given"}, keep="all")
    assert found.pairs["score"].to_list() == [4, 3, 2, 1, 0]
