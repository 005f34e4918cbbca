"""What is looked up is what a look at every record finds; short offers choose the people of whole ones."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kept.layout import (
    ROW,
    VALUES,
    as_words,
    bucket_bits,
    count_buckets,
    hashes,
    named,
    pack,
    posted,
    row_keys,
    scattered,
    unpack,
)
from sim.requests.offers import shortlist
from sim.requests.persons import choose

FEW = st.integers(0, 3)
ZIPS = st.sampled_from([0, 501, 99_999])
RECORD = st.tuples(FEW, FEW, FEW, FEW, st.integers(0, 26), st.integers(0, 5), ZIPS)
PERSON = st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 4), st.booleans())


def table(records: list[tuple[int, ...]]) -> np.ndarray:
    rows = np.zeros(len(records), ROW)
    columns = np.array(records, np.int64).reshape(-1, 7).T
    for name, values in zip(("given", "surname", "surname2", "birth"), columns, strict=False):
        rows[name] = values
    rows["small"] = pack(*columns[4:])
    words = as_words(rows)
    return words[np.argsort(row_keys(words))].reshape(-1).view(ROW)


def sealed(values: np.ndarray) -> np.ndarray:
    """Return an array read-only, as a file that is mapped: compiled functions know the difference."""
    values.flags.writeable = False
    return values


def starts_of(keys: np.ndarray, bits: int) -> np.ndarray:
    counts = np.zeros((1 << bits) + 1, np.int64)
    count_buckets(keys, bits, counts[1:])
    return np.cumsum(counts).astype(np.uint32)


@given(st.lists(RECORD, min_size=1, max_size=60), st.tuples(FEW, FEW, ZIPS))
def test_records_are_found_by_name_and_zip(records: list[tuple[int, ...]], key: tuple[int, int, int]) -> None:
    rows, (first, last, zip5) = table(records), key
    words, bits = as_words(rows), bucket_bits(len(records))
    starts = starts_of(row_keys(words), bits)
    demanded = np.array([VALUES.index("given"), VALUES.index("surname")])
    asked, zip5s = np.array([[first, last]], np.uint32), np.array([zip5], np.uint32)
    found = named(sealed(words), starts, bits, asked[:, 0], asked[:, 1], zip5s, demanded, asked)
    _, _, zips = unpack(rows["small"])
    here = (rows["given"] == first) & (rows["surname"] == last) & ((zip5 == 0) | (zips == zip5))
    assert found.tolist() == np.flatnonzero(here).tolist()


@given(st.lists(RECORD, min_size=1, max_size=60), FEW, st.integers(0, 26), st.integers(0, 5))
def test_records_are_found_by_postings_and_what_else_is_demanded(
    records: list[tuple[int, ...]], second: int, middle: int, suffix: int
) -> None:
    rows = table(records)
    leading = hashes(rows["surname2"], rows["surname2"])
    order = np.argsort(leading, kind="stable")
    entries = sealed(leading[order].astype(np.uint64) << np.uint64(32) | order.astype(np.uint64))
    starts, bits = starts_of(entries, bucket_bits(len(rows))), bucket_bits(len(rows))
    demanded = np.array([VALUES.index(name) for name in ("surname2", "middle", "suffix")])
    wanted = np.array([[second, middle, suffix]], np.uint32)
    key = hashes(wanted[:, 0], wanted[:, 0])
    found = posted(sealed(as_words(rows)), entries, starts, bits, key, demanded, wanted)
    middles, suffixes, _ = unpack(rows["small"])
    here = (rows["surname2"] == second) & (middles == middle) & (suffixes == suffix)
    assert sorted(found.tolist()) == np.flatnonzero(here).tolist()


@given(st.lists(RECORD, max_size=60), st.integers(0, 6))
def test_divided_records_are_all_there_in_the_order_of_their_divisions(
    records: list[tuple[int, ...]], bits: int
) -> None:
    words = as_words(table(records))[::-1].copy()
    out, starts = scattered(words, row_keys(words), bits)
    assert starts[0] == 0 and starts[-1] == len(words)
    assert sorted(map(tuple, out.tolist())) == sorted(map(tuple, words.tolist()))
    division = (row_keys(out) >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(out))
    assert division.tolist() == np.repeat(np.arange(1 << bits), np.diff(starts)).tolist()


def test_packed_values_come_back() -> None:
    middle, suffix, zip5 = np.array([0, 26], np.uint8), np.array([5, 0], np.uint8), np.array([99_999, 501])
    assert [each.tolist() for each in unpack(pack(middle, suffix, zip5))] == [[0, 26], [5, 0], [99_999, 501]]


@settings(max_examples=60)
@given(
    st.lists(PERSON, min_size=8, max_size=60),
    st.lists(st.integers(0, 4), max_size=8),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_a_short_offer_chooses_the_people_of_the_whole(
    people: list[tuple[int, int, int, bool]], wanted: list[int], luck: object
) -> None:
    n = len(people)
    nativity, ethnicity, group, second = (np.array(each) for each in zip(*people, strict=True))
    record = np.arange(n)
    person = np.where(second & (record > 0), record - 1, record)
    wanted = wanted[: int((person == record).sum())]
    priority = np.array([luck.random() for _ in range(n)])  # type: ignore[attr-defined]
    columns = {"record": record, "person": person, "nativity": nativity, "ethnicity": ethnicity}
    whole = SimpleNamespace(n=n, **columns)
    offer = SimpleNamespace(chunk=whole, group=group, priority=priority)
    rows = shortlist(offer, max(len(wanted), 1))  # type: ignore[arg-type]
    short = SimpleNamespace(n=len(rows), **{name: each[rows] for name, each in columns.items()})
    asked = np.array(wanted, np.int64)
    chosen = choose(short, group[rows], asked, priority[rows])
    assert rows[chosen].tolist() == choose(whole, group, asked, priority).tolist()
