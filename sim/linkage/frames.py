"""Two tables with known truth through the same matcher: for published synthetic benchmarks.

`link_frames` takes two Polars frames, a mapping of fields to their columns, and a rule: a `Path` (weights
given) or a `Design` (weights to be learnt). It goes the way every scenario goes: BoundedIndex, Compare,
recordlinkage's classifier. The column that holds the truth is read only to count errors, never to link.
There is no command for this: the program measures error, it does not find people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.linkage.comparison import Columns, Path
from sim.linkage.curve import to_probability
from sim.linkage.levels import Decode
from sim.linkage.scored import one_to_one
from sim.linkage.toolkit import BoundedIndex, candidate_levels, coded_frame, compare_levels, decide
from sim.linkage.train import Design, Learning, Trained, train
from sim.rng import Streams

Names = Mapping[str, str | tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FrameLinks:
    """The links between two frames, and how many are false or missed.

    pairs: one row a link: left, right (row numbers), score (bits), probability, true (null without truth).
    compared: pairs that were compared.  false, missed: counts, None without truth; missed are true pairs
    that are not links, whether lost by blocking or by the score.  trained: what was learnt, None where the
    rule had weights.
    """

    pairs: pl.DataFrame
    compared: int
    false: int | None
    missed: int | None
    trained: Trained | None


def link_frames(
    left: pl.DataFrame,
    right: pl.DataFrame | None,
    rule: Path | Design,
    *,
    columns: Names,
    truth: str | tuple[str, str] | None = None,
    threshold: float = 0.0,
    keep: Literal["all", "best", "one_to_one"] = "best",
    overlap: float = 0.5,
    seed: int = 1,
    learning: Learning | None = None,
) -> FrameLinks:
    """Link each row of `left` to rows of `right`; `right` None: find the rows of `left` that are one person.

    columns: field -> column (or the left and the right column), for every field the rule names; text, whole
    numbers (0 is missing) or dates.  truth: column of the person's true identity on each side.  threshold:
    bits, for a Design; a Path has its own.  keep: all links, each left row's best, or greedily one to one;
    within one frame always all.
    overlap: expected share of left rows that have a true pair (the prior).  seed: of the random pairs that a
    Design learns u from.
    Raises ValueError for a column that is missing or cannot be coded, em.WrongClassError as `train` does.
    """
    other, keep = (left, "all") if right is None else (right, keep)
    mine, theirs, decode = code_frames(left, other, columns)
    trained = None
    if isinstance(rule, Design):
        rng = Streams(seed).generator("linkage.random_pairs")
        how = {"decode": decode, "learning": learning, "within": right is None}
        trained = train(rule, mine, theirs, overlap=overlap, rng=rng, **how)  # type: ignore[arg-type]
        rule = trained.path("frames", _everyone, threshold)
    request, record, levels = candidate_levels(
        BoundedIndex(rule, coded=True), compare_levels(rule, decode), coded_frame(mine), coded_frame(theirs)
    )
    once = request < record if right is None else np.ones(len(request), bool)
    request, record, levels = request[once], record[once], levels[once]
    link, score = decide(rule, levels, _frequency_bits(rule, mine, request, levels))
    chosen = np.flatnonzero(link)
    chosen = chosen[_kept(keep, request[chosen], record[chosen], score[chosen])]
    pairs = pl.DataFrame({
        "left": request[chosen], "right": record[chosen], "score": score[chosen],
        "probability": to_probability(score[chosen]),
    }).sort("left", "right")  # fmt: skip
    if truth is None:
        unknown = pairs.with_columns(true=pl.lit(None, pl.Boolean))
        return FrameLinks(unknown, len(request), None, None, trained)
    mine_is, theirs_are = _identities(left, other, truth)
    pairs = pairs.with_columns(true=pl.Series(mine_is[pairs["left"]] == theirs_are[pairs["right"]]))
    right_links, possible = int(pairs["true"].sum()), _possible(mine_is, theirs_are, keep, right is None)
    return FrameLinks(pairs, len(request), pairs.height - right_links, possible - right_links, trained)


def code_frames(left: pl.DataFrame, right: pl.DataFrame, columns: Names) -> tuple[Columns, Columns, Decode]:
    """Return both frames as unsigned codes, 0 = missing, and how to get the text of a code back.

    All text shares one dictionary, so any two columns can be compared. Text is trimmed and put in capitals,
    blank is missing. Dates become yyyymmdd. Raises ValueError for a column that is not there, fractions,
    negative numbers.
    """
    sides: tuple[dict[str, pl.Series], dict[str, pl.Series]] = ({}, {})
    for name, column in columns.items():
        for side, frame, label in zip(sides, (left, right), _both(column), strict=True):
            if label not in frame.columns:
                raise ValueError(
                    f"field {name}: there is no column {label!r} (columns: {', '.join(frame.columns)})"
                )
            side[name] = _plain(frame[label], label)
    texts = {(k, name): series for k, side in enumerate(sides) for name, series in side.items()
             if series.dtype == pl.String}  # fmt: skip
    numbered, words = _numbered(list(texts.values()))
    of_text = dict(zip(texts, numbered, strict=True))
    coded = [
        {name: of_text[k, name] if (k, name) in of_text else series.fill_null(0).to_numpy()
         for name, series in side.items()}
        for k, side in enumerate(sides)
    ]  # fmt: skip
    table = np.array(["", *words], object)
    return coded[0], coded[1], lambda field, wanted: table[wanted].tolist()


def _numbered(texts: Sequence[pl.Series]) -> tuple[list[NDArray[np.uint32]], list[str]]:
    """Return the codes of each column of text, 0 for blank, and the words that codes 1, 2 ... stand for.

    A word is a text in capitals without blanks around it. Each distinct text is looked at once.
    """
    if not texts:
        return [], []
    codes, distinct = _factorized(pl.concat([text.rename("") for text in texts]))
    word = distinct.str.strip_chars().str.to_uppercase()
    of_distinct, words = _factorized(word.set(word == "", None))
    codes = np.concatenate([np.zeros(1, np.uint32), of_distinct])[codes]
    return np.split(codes, np.cumsum([len(text) for text in texts])[:-1]), words.to_list()


def _factorized(texts: pl.Series) -> tuple[NDArray[np.uint32], pl.Series]:
    """Return a code for each text, 0 for null, and the texts of codes 1, 2 ... in order of appearance."""
    known = texts.cast(pl.Categorical(pl.Categories.random()))
    distinct = known.unique().drop_nulls()
    distinct = distinct.gather(distinct.to_physical().arg_sort())
    return (known.to_physical() + 1).fill_null(0).to_numpy(), distinct.cast(pl.String)


def _plain(series: pl.Series, label: str) -> pl.Series:
    """Return a column as text or as unsigned numbers."""
    if series.dtype in (pl.String, pl.Categorical, pl.Enum):
        return series.cast(pl.String)
    if series.dtype == pl.Date:
        return (series.dt.year() * 10_000 + series.dt.month().cast(pl.Int32) * 100 + series.dt.day()).cast(
            pl.UInt32
        )
    if not series.dtype.is_integer():
        raise ValueError(f"column {label!r} should be text, whole numbers or dates (got {series.dtype})")
    if (series.min() or 0) < 0:  # type: ignore[operator]
        raise ValueError(f"column {label!r} has negative numbers (0 stands for missing)")
    return series.cast(pl.UInt32 if (series.max() or 0) < 2**32 else pl.UInt64)  # type: ignore[operator]


def _frequency_bits(
    path: Path, requests: Columns, request: NDArray[np.int32], levels: NDArray[np.uint8]
) -> list[NDArray[np.float64]]:
    out = []
    for k, comparison in enumerate(path.comparisons):
        if comparison.frequency is not None:
            share = np.array([level.share for level in comparison.levels])
            out.append(comparison.frequency(requests)[request] * share[levels[:, k]])
    return out


def _kept(
    keep: str, request: NDArray[np.int32], record: NDArray[np.int32], score: NDArray[np.float64]
) -> NDArray[np.int64]:
    if keep == "one_to_one":
        order = np.lexsort((record, request))
        return order[
            one_to_one(request[order].astype(np.uint32), record[order].astype(np.int64), score[order])
        ]
    if keep == "all":
        return np.arange(len(request))
    order = np.lexsort((record, -score, request))
    return order[np.unique(request[order], return_index=True)[1]]


def _identities(
    left: pl.DataFrame, right: pl.DataFrame, truth: str | tuple[str, str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the true identity of each row of both frames as numbers; a null identity is nobody else's."""
    columns = [frame[label].cast(pl.String) for frame, label in zip((left, right), _both(truth), strict=True)]
    together = pl.concat([column.rename("") for column in columns])
    numbers = together.rank("dense").fill_null(0).cast(pl.Int64).to_numpy().copy()
    nobody = np.flatnonzero(numbers == 0)
    numbers[nobody] = -1 - nobody
    return numbers[: left.height], numbers[left.height :]


def _possible(left: NDArray[np.int64], right: NDArray[np.int64], keep: str, within: bool) -> int:
    """Return how many true links there could be: true pairs, or left rows that have any."""
    values, counts = np.unique(right, return_counts=True)
    if within:
        return int((counts * (counts - 1) // 2).sum())
    at = np.minimum(np.searchsorted(values, left), len(values) - 1)
    pairs = np.where(values[at] == left, counts[at], 0)
    return int(pairs.sum() if keep == "all" else np.count_nonzero(pairs))


def _both(column: str | tuple[str, str]) -> tuple[str, str]:
    return (column, column) if isinstance(column, str) else column


def _everyone(frame: pl.DataFrame) -> NDArray[np.bool_]:
    return np.ones(frame.height, bool)
