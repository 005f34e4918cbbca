"""Columns of two frames are compared as what they hold, or refused by name and type."""

from __future__ import annotations

import datetime
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputErrors
from sim.linkage.comparison import Comparison, Kind, Level, Path, all_of, must_agree
from sim.linkage.frames import link_frames
from sim.linkage.text import folded
from tests.linkage.test_frames import COLUMNS, LEFT, RIGHT, exact


def links(left, right, *fields, **more):
    """Link two one-column frames, field by field, on exact agreement; every pair is looked at."""
    rule = Path("exact", ((),), *all_of(*fields))
    return link_frames(left, right, rule, columns={name: name for name in fields}, keep="all", **more)


def said(call, *arguments, **more):
    with pytest.raises(InputErrors) as caught:
        call(*arguments, **more)
    return [str(each) for each in caught.value.mistakes]


DAYS = [datetime.date(1980, 1, 31), datetime.date(1990, 12, 1), None]
NUMBERS = [19800131, 19901201, None]
COLUMNS_OF = {
    "String": pl.Series(["anna", "19800131", None]),
    "Categorical": pl.Series(["anna", "19800131", None], dtype=pl.Categorical),
    "Enum": pl.Series(["anna", "b", None], dtype=pl.Enum(["anna", "b"])),
    **{str(kind): pl.Series([1, 2, None], dtype=kind) for kind in (pl.Int8, pl.UInt8, pl.Int16, pl.UInt16)},
    **{
        str(kind): pl.Series(NUMBERS, dtype=kind)
        for kind in (pl.Int32, pl.UInt32, pl.Int64, pl.UInt64, pl.Int128)
    },
    "Float64": pl.Series([19800131.0, float("nan"), None]),
    "Float32": pl.Series([7.0, 8.0, None], dtype=pl.Float32),
    "Decimal": pl.Series([7, 8, None], dtype=pl.Decimal(10, 2)),
    "Date": pl.Series(DAYS),
    "Datetime": pl.Series(DAYS).cast(pl.Datetime("ns")),
    "Null": pl.Series([None, None, None]),
    "no text": pl.Series([None, None, None], dtype=pl.String),
    "Boolean": pl.Series([True, False, None]),
    "Duration": pl.Series([datetime.timedelta(1), None, None]),
    "Time": pl.Series([datetime.time(1), None, None]),
    "List": pl.Series([[1], [2], None]),
    "Object": pl.Series([{1}, {2}, None], dtype=pl.Object),
    "Binary": pl.Series([b"a", b"b", None]),
}
TEXTS, NOTHING, DATES = {"String", "Categorical", "Enum"}, {"Null", "no text"}, {"Date", "Datetime"}
REFUSED = {"Boolean", "Duration", "Time", "List", "Object", "Binary"}


def kind_of(name):
    return next(
        (k for k, of in (("text", TEXTS), ("", NOTHING), ("dates", DATES)) if name in of), "whole numbers"
    )


@pytest.mark.parametrize("mine", COLUMNS_OF)
def test_a_field_is_of_one_kind_on_both_sides_or_both_types_are_named(mine):
    for theirs in COLUMNS_OF:
        left, right = (pl.DataFrame({"x": COLUMNS_OF[name]}) for name in (mine, theirs))
        kinds = {kind_of(mine), kind_of(theirs)} - {""}
        if REFUSED & {mine, theirs}:
            told = said(links, left, right, "x")
            assert all(
                "link_frames: columns.x: " in line and "text, whole numbers or dates" in line for line in told
            )
            continue
        dated = all(
            name in DATES or COLUMNS_OF[name].drop_nulls().drop_nans()[0] == NUMBERS[0]
            for name in (mine, theirs)
            if kind_of(name)
        )
        if len(kinds) > 1 and not (kinds == {"whole numbers", "dates"} and dated):
            (line,) = said(links, left, right, "x")
            types = [str(COLUMNS_OF[name].dtype) for name in (mine, theirs)]
            assert line.startswith("link_frames: columns.x: ")
            assert f"{types[0]}) on the left" in line and f"{types[1]}) on the right" in line
            continue
        found = links(left, right, "x").pairs.select("left", "right").rows()
        values = [list(map(plain, COLUMNS_OF[name])) for name in (mine, theirs)]
        assert found == [
            (i, j)
            for i, a in enumerate(values[0])
            for j, b in enumerate(values[1])
            if a is not None and a == b
        ], (mine, theirs)


def plain(value):
    if isinstance(value, str):
        return value.upper()
    if isinstance(value, datetime.date):
        return int(value.strftime("%Y%m%d"))
    return None if value is None or value != value else int(value)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_level_is_asked_only_of_the_kinds_it_can_answer(kind):
    able = {"text": {Kind.EXACT, Kind.PREFIX, Kind.JARO_WINKLER, Kind.EDIT}}
    able["number"] = {Kind.EXACT, Kind.ONE_DIGIT, Kind.TRANSPOSED, Kind.DAY_MONTH, Kind.NEAR, Kind.LEADING}
    able["date"] = able["number"] - {Kind.NEAR}
    if kind in (Kind.MISSING, Kind.ELSE, Kind.FIRST, Kind.SHARED):
        return
    looks = Comparison("x", (Level(kind, 1.0, 1), Level(Kind.ELSE, 0.0)))
    values = {"text": ["a", "b"], "number": [1, 2], "date": DAYS[:2]}
    for name, each in values.items():
        frame = pl.DataFrame({"x": each})
        rule = Path("p", ((),), (looks,), 0.5)
        if kind in able[name]:
            assert link_frames(frame, frame, rule, columns={"x": "x"}, keep="all").pairs.height >= 0
        else:
            (line,) = said(link_frames, frame, frame, rule, columns={"x": "x"})
            assert line.startswith(f"link_frames: rule: x: {kind} ") and "x holds" in line


def test_fields_compared_across_are_of_one_kind():
    frame = pl.DataFrame({"a": ["x"], "b": [1], "line": ["x1"]})
    columns = {name: name for name in frame.columns}
    either = Path("p", ((),), (must_agree("a", ("a", "b", "line"), as_set=True),), 0.5)
    assert "compares a with b" in said(link_frames, frame, frame, either, columns=columns)[0]
    crossed = Path("p", ((("a", "b"),),), (must_agree("a"),), 0.5)
    assert (
        "a holds text, b holds whole numbers" in said(link_frames, frame, frame, crossed, columns=columns)[0]
    )


def test_large_numbers_are_compared_whole_on_both_sides():
    small, large = pl.DataFrame({"x": [5]}), pl.DataFrame({"x": [2**32 + 5]})
    assert links(small, large, "x").pairs.is_empty()
    assert links(large, small, "x").pairs.is_empty()
    assert links(large, large, "x").pairs.height == 1
    wide = pl.DataFrame({"a": [5], "b": [2**32 + 5]})
    crossed = Path("p", ((("a", "b"),),), (must_agree("n"),), 0.5)
    columns = {"a": "a", "b": "b", "n": "a"}
    assert link_frames(wide, wide, crossed, columns=columns).pairs.is_empty()
    digit = Path("p", ((),), (Comparison("x", (Level(Kind.ONE_DIGIT, 1.0), Level(Kind.ELSE, 0.0))),), 0.5)
    long = pl.DataFrame({"x": [10**11]})
    assert "ten digits" in said(link_frames, long, long, digit, columns={"x": "x"})[0]
    assert "too large" in said(links, pl.DataFrame({"x": [2.0**60]}), long, "x")[0]


SAME = [
    ("José", "Jose\u0301"), ("Peña", "PEN\u0303A"), ("Ana\u00a0Maria", "ana maria"),
    ("Ana  Maria", "ANA MARIA"),
    ("Garcia-Lopez", "Garcia Lopez"), ("Garcia\u2011Lopez", "GARCIA\u2013LOPEZ"), ("O'Brien", "O\u2019BRIEN"),
    ("O`Brien", "OBrien"), ("St. Louis", "st louis"), ("Łukasz", "LUKASZ"), ("Strauß", "STRAUSS"),
    ("Мария", "МАРИЯ"), ("王 伟", "王\u3000伟"), ("a\u200bb", "AB"), ("a\ufb01", "AFI"),
    ("", "  \u00a0"), ("-", ""),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_texts_that_are_equal_to_a_reader_are_equal(one, other):
    left, right = pl.DataFrame({"x": [one]}), pl.DataFrame({"x": [other]})
    blank = not other.strip(" \u00a0-")
    assert links(left, right, "x").pairs.height == (0 if blank else 1)


def test_texts_of_other_alphabets_stay_apart():
    words = ["王伟", "王芳", "Мария", "Марина", "नीता", "नीती", "1.5", "15"]
    frame = pl.DataFrame({"x": words})
    assert links(frame, frame, "x").pairs.select("left", "right").rows() == [
        (i, i) for i in range(len(words))
    ]


@given(st.text(max_size=12))
@settings(max_examples=100, deadline=None)
def test_a_text_and_its_decomposed_form_with_other_blanks_are_one(word):
    forms = [unicodedata.normalize(form, word) for form in ("NFC", "NFD")]
    spaced = [*forms, f"\u00a0{forms[0]} ".replace(" ", " \u2009")]
    assert len(set(folded(pl.Series(spaced)).to_list())) == 1


@pytest.mark.parametrize(
    ("mine", "theirs", "true"),
    [
        ([1, 2], [1.0, 3.0], [True, False]),
        ([1, 2], ["001", "2 "], [True, True]),
        (["1 ", " 2"], ["1", "3"], [True, False]),
        (["001", "2"], ["1", "02"], [True, True]),
        (["a", " b"], ["a ", "B"], [True, False]),
        (["", "  "], ["", " "], [False, False]),
        ([None, float("nan")], [None, float("nan")], [False, False]),
        (["a1", "01"], ["a1", "1"], [True, False]),
        ([-1, 0], ["-1", "-0"], [True, True]),
        ([1, 2], ["", None], [False, False]),
    ],
)
def test_the_truth_is_compared_by_value(mine, theirs, true):
    left = pl.DataFrame({"x": [1, 2], "who": pl.Series(mine, strict=False)})
    right = pl.DataFrame({"x": [1, 2], "who": pl.Series(theirs, strict=False)})
    found = links(left, right, "x", truth="who")
    assert found.pairs["true"].to_list() == true
    assert (found.false, found.missed) == (2 - sum(true), 0)


def test_a_truth_that_cannot_agree_is_refused():
    left, right = pl.DataFrame({"x": [1], "who": [1]}), pl.DataFrame({"x": [1], "who": ["a17"]})
    (line,) = said(links, left, right, "x", truth="who")
    assert line.startswith("link_frames: truth: who (Int64) on the left and who (String) on the right")
    flags = pl.DataFrame({"x": [1], "who": [True]})
    assert "got Boolean" in said(links, flags, flags, "x", truth="who")[0]


def test_pandas_frames_give_what_polars_frames_give():
    pandas = pytest.importorskip("pandas")
    mine = pandas.DataFrame(LEFT.to_dict(as_series=False), index=[9, 7, 7, 1])
    theirs = pandas.DataFrame(RIGHT.to_dict(as_series=False)).astype({"given_name": "category"})
    theirs["mixed"] = [1, "a", None, 2.5]
    asked = {"columns": COLUMNS, "truth": "who", "keep": "all"}
    rule = exact("given", "birth")
    found = link_frames(mine, theirs, rule, **asked)
    assert found.pairs.equals(link_frames(LEFT, RIGHT, rule, **asked).pairs)
    mine["born"] = mine["born"].where(mine["born"] != 19660606)  # missing: pandas makes fractions of the rest
    theirs["born"] = pandas.to_datetime(theirs["born"], format="%Y%m%d")
    assert link_frames(mine, theirs, rule, **asked).pairs.equals(found.pairs)
    assert (
        "got Object"
        in said(link_frames, mine, theirs, rule, columns=COLUMNS | {"given": ("first", "mixed")})[0]
    )
    theirs.columns = ["who", "given_name", "family_name", "born", "born"]
    assert said(link_frames, mine, theirs, rule, columns=COLUMNS) == [
        "link_frames: right: has more than one column 'born'"
    ]


def test_a_short_text_counts_whole_where_beginnings_are_compared():
    begins = Comparison("x", (Level(Kind.PREFIX, 1.0, 4), Level(Kind.ELSE, 0.0)))
    left = pl.DataFrame({"x": ["Lee", "Leeds", "Leed"]})
    right = pl.DataFrame({"x": ["LEE", "LEEDER"]})
    rule = Path("p", ((),), (begins,), 0.5)
    found = link_frames(left, right, rule, columns={"x": "x"}, keep="all")
    assert found.pairs.select("left", "right").rows() == [(0, 0), (1, 1), (2, 1)]
