"""Two frames with known truth go through the path that every scenario takes."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from sim.errors import InputErrors
from sim.linkage.comparison import Comparison, Filter, Kind, Level, Path, all_of, everyone, must_agree
from sim.linkage.frame_columns import code_frames
from sim.linkage.frames import link_frames
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


FEW = Learning(random_pairs=50_000)
DESIGN = Design(
    comparisons=tuple(compare_as(name) for name in ("given", "surname", "birth", "zip")),
    passes=(("surname",), ("birth",)),
    adjusted={"surname": ("surname",)},
)


def exact(*fields):
    comparisons, threshold = all_of(*fields)
    return Path("exact", (("birth",),), comparisons, threshold)


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
    coded = code_frames(LEFT, RIGHT, COLUMNS)
    mine, theirs, decode = coded.left, coded.right, coded.decode
    assert mine["given"][1] == theirs["given"][1]
    assert mine["surname"][2] == 0
    assert decode("given", mine["given"]) == ["MARIA", "JOSE", "ANA", "LUIS"]
    dated = pl.DataFrame({"d": [datetime.date(1980, 1, 31), None]})
    assert code_frames(dated, dated, {"d": "d"}).left["d"].tolist() == [19800131, 0]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series("x", [1.5]), "should be text, whole numbers or dates"),
        (pl.Series("x", [-1]), "has negative numbers"),
        (pl.Series("y", ["a"]), "there is no column 'x'"),
    ],
)
def test_columns_that_cannot_be_compared_are_named(column, message):
    with pytest.raises(InputErrors, match=message):
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
    every = Path("p", ((),), (names,), -np.inf)
    found = link_frames(left, right, every, columns={"given": "given"}, keep="all")
    assert found.pairs["score"].to_list() == [4, 3, 2, 1, 0]


def said(call, *arguments, **more):
    with pytest.raises(InputErrors) as caught:
        call(*arguments, **more)
    return [str(each) for each in caught.value.mistakes]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            {"truth": "whom"},
            "link_frames: truth: there is no column 'whom' (columns: who, first, last, born)",
        ),
        (
            {"keep": "one-to-one"},
            "link_frames: keep: should be one of all, best, one_to_one (got 'one-to-one')",
        ),
        (
            {"columns": {"given": ("first", "given_name")}},
            "link_frames: columns: the rule reads birth, and no column is named for it (fields: given)",
        ),
        ({"columns": COLUMNS | {"birth": "day"}}, "link_frames: columns.birth: there is no column 'day' "),
        ({"overlap": 0.0}, "link_frames: overlap: should be above 0"),
        ({"threshold": float("nan")}, "link_frames: threshold: should be a number of bits"),
        ({"rule": ()}, "link_frames: rule: should be a Path, several, or a Design"),
        ({"overlap": "x"}, "link_frames: overlap: should be above 0"),
        ({"rule": None}, "link_frames: rule: should be a Path, several, or a Design"),
        ({"rule": "exact"}, "link_frames: rule: should be a Path, several, or a Design"),
        ({"rule": Path("p", (), *all_of("birth"))}, "link_frames: rule: has no pass"),
        ({"rule": DESIGN, "left": LEFT[:1]}, "link_frames: left: too few rows to learn weights from (got 1)"),
        ({"rule": DESIGN, "right": RIGHT[:0]}, "link_frames: right: too few rows"),
        (
            {"rule": DESIGN, "overlap": 4},
            "link_frames: overlap: should be below the 4 rows there are (got 4)",
        ),
        ({"columns": ["birth"]}, "link_frames: columns: should be a mapping of fields to columns"),
        ({"columns": COLUMNS | {"birth": 1}}, "link_frames: columns.birth: should be a column, or the left"),
        ({"columns": COLUMNS | {"birth": ("a", "b", "c")}}, "link_frames: columns.birth: should be a column"),
        (
            {"rule": Path("p", ((),), *all_of("birth"), applies=lambda frame: frame["tin"] > 0)},
            "link_frames: rule: applies of path p cannot be asked: ",
        ),
        (
            {"rule": Path("p", ((),), *all_of("birth"), applies=lambda frame: np.ones(2, bool))},
            "link_frames: rule: applies of path p cannot be asked: ",
        ),
        ({"left": [1]}, "link_frames: left: should be a Polars or pandas frame (got list)"),
        ({"right": None}, "link_frames: columns.given: within one frame a field has one column"),
    ],
)
def test_what_is_wrong_with_the_arguments_is_said_in_one_line_each(more, line):
    asked = {"left": LEFT, "right": RIGHT, "rule": exact("given", "birth"), "columns": COLUMNS} | more
    assert said(link_frames, **asked)[0].startswith(line)


def test_all_mistakes_are_said_at_once():
    told = said(link_frames, LEFT, RIGHT, exact("given", "birth"), columns={}, keep="one", overlap=-1)
    assert len(told) == 4


def test_an_exact_rule_counts_fields_and_claims_no_probability():
    found = link_frames(LEFT, RIGHT, exact("given", "birth"), columns=COLUMNS)
    assert found.pairs["score"].to_list() == [2, 2, 2]
    assert found.pairs["probability"].to_list() == [None, None, None]


def test_a_path_takes_the_rows_it_applies_to_and_filters():
    has = {
        name: (lambda frame, name=name: (frame[name].fill_null("") != "").to_numpy())
        for name in ("last", "who")
    }
    named = Path("named", (("surname",),), *all_of("surname"), applies=has["last"])
    rest = Path("rest", (("birth",),), *all_of("birth"), applies=lambda frame: ~has["last"](frame))
    found = link_frames(LEFT, RIGHT, (named, rest), columns=COLUMNS, keep="all")
    assert found.pairs.select("left", "right").rows() == [(0, 0), (1, 1), (1, 3), (2, 2)]
    known = replace(named, filters=(Filter("known", has["who"]),))
    assert link_frames(LEFT[3:], LEFT, known, columns={"surname": "last"}).pairs.is_empty()
    (line,) = said(link_frames, LEFT, RIGHT, (named, named), columns=COLUMNS)
    assert line == "link_frames: rule: row 0 of left takes more than one path (named, named)"


def test_within_a_frame_a_pair_that_only_one_side_finds_is_found():
    frame = pl.DataFrame({"a": ["x", "y", "z"], "b": ["y", "q", "q"], "n": [1, 1, 1]})
    columns = {name: name for name in frame.columns}
    for keys in (("a", "b"), ("b", "a")):
        crossed = Path("p", ((keys,),), (must_agree("n"),), 0.5)
        assert link_frames(frame, None, crossed, columns=columns).pairs.select("left", "right").rows() == [
            (0, 1)
        ]


@pytest.mark.parametrize("side", ["left", "right", "both"])
def test_empty_frames_have_no_links(side):
    left, right = LEFT[:0] if side != "right" else LEFT, RIGHT[:0] if side != "left" else RIGHT
    found = link_frames(left, right, exact("given", "birth"), columns=COLUMNS, truth="who")
    assert (found.pairs.height, found.false, found.missed) == (0, 0, 0)


def test_one_to_one_counts_as_missed_only_what_could_be_linked():
    left = pl.DataFrame({"x": [1, 1, 2], "who": ["a", "a", "b"]})
    right = pl.DataFrame({"x": [1, 2, 2], "who": ["a", "b", "b"]})
    rule = Path("exact", (("x",),), *all_of("x"))
    found = link_frames(left, right, rule, columns={"x": "x"}, truth="who", keep="one_to_one")
    assert (found.pairs.height, found.false, found.missed) == (2, 0, 0)


def test_overlap_is_the_true_pairs_a_left_row_has():
    """The prior is in bits what the share says, between two frames and, counting both rows, within one."""
    left, right = people(1)
    columns = {name: name for name in ("given", "surname", "birth", "zip")}
    few, many = (
        link_frames(left, right, DESIGN, columns=columns, learning=FEW, overlap=each).trained.base
        for each in (0.25, 1)
    )
    assert many - few == pytest.approx(np.log2(4), abs=0.001)
    within = link_frames(left, None, DESIGN, columns=columns, learning=FEW, overlap=3.0).trained.base
    assert within == pytest.approx(np.log2(3 / (left.height - 3)))
