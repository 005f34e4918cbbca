"""Two tables with known truth through the same matcher: for published synthetic benchmarks.

`link_frames` takes two Polars or pandas frames, a mapping of fields to their columns, and a rule: paths
(weights given) or a `Design` (weights to be learnt). It goes the way every scenario goes: BoundedIndex,
Compare, recordlinkage's classifier. The column that holds the truth is read only to count errors, never to
link. There is no command for this: the program measures error, it does not find people. `docs/link_frames.md`
has examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.errors import InputErrors
from sim.linkage.comparison import Columns, Path, everyone
from sim.linkage.curve import to_probability
from sim.linkage.frame_columns import (
    Coded,
    Names,
    code_frames,
    mistake,
    narrowed,
    taken,
    wrongly_compared,
)
from sim.linkage.frame_rule import Keep, compared_across, comparisons_of, mistakes_in, parts_of
from sim.linkage.frame_truth import identities, possible
from sim.linkage.scored import one_to_one
from sim.linkage.toolkit import BoundedIndex, candidate_levels, coded_frame, compare_levels, decide
from sim.linkage.train import Design, Learning, Trained, train
from sim.rng import Streams


@dataclass(frozen=True, slots=True)
class FrameLinks:
    """The links between two frames, and how many are false or missed.

    pairs: one row a link: left, right (row numbers), score, probability, true (null without truth). The score
    is in bits, and the probability what they say; of a path that only counts the fields that agree
    (`Path.counts_agreements`) the score is that count, and there is no probability.
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
    left: Any,
    right: Any,
    rule: Path | Sequence[Path] | Design,
    *,
    columns: Names,
    truth: str | tuple[str, str] | None = None,
    threshold: float = 0.0,
    keep: Keep = "best",
    overlap: float = 0.5,
    seed: int = 1,
    learning: Learning | None = None,
) -> FrameLinks:
    """Link each row of `left` to rows of `right`; `right` None: find the rows of `left` that are one person.

    left, right: Polars or pandas frames.  rule: a path or several, each of which takes the rows of `left` to
    which it applies, or a Design.  columns: field -> column (or the left and the right column), for every
    field the rule names; text, whole numbers (0 is missing) or dates.  truth: column of the person's true
    identity on each side, compared by value.  threshold: bits, for a Design; a path has its own.  keep: all
    links, each left row's best, or greedily one to one; within one frame always all.
    overlap: true pairs expected a left row (the prior): the share of left rows that have one, or more than 1
    where people have several records; within one frame, the number of other rows of the same person.  seed:
    of the random pairs that a Design learns u from.
    Raises InputErrors with every mistake in the arguments, em.WrongClassError as `train` does.
    """
    left = taken(left, "left")
    other, within = (left, True) if right is None else (taken(right, "right"), False)
    keep = "all" if within and keep in ("best", "one_to_one") else keep
    parts, rows = parts_of(rule), (left.height, other.height)
    if mistakes := mistakes_in(parts, columns, keep, threshold, overlap, rows, within):
        raise InputErrors(dict.fromkeys(mistakes))
    coded, across = code_frames(left, other, columns), compared_across(parts)
    if mistakes := wrongly_compared(coded, comparisons_of(parts), across):
        raise InputErrors(dict.fromkeys(mistakes))
    coded = narrowed(coded, across)
    who = None if truth is None else identities(left, other, truth)
    trained = None
    if isinstance(rule, Design):
        rng = Streams(seed).generator("linkage.random_pairs")
        how = {"decode": coded.decode, "learning": learning, "within": within}
        trained = train(rule, coded.left, coded.right, overlap=overlap, rng=rng, **how)  # type: ignore[arg-type]
    paths = [part for part in parts if isinstance(part, Path)]
    paths += [trained.path("frames", everyone, threshold)] if trained else []
    found = [_links(path, coded, rows, keep, within) for path, rows in _shared_out(paths, left)]
    pairs = pl.concat([links for links, _ in found]).sort("left", "right")
    compared = sum(pairs_looked_at for _, pairs_looked_at in found)
    if keep == "one_to_one" and len(found) > 1:
        pairs = pairs[_kept(keep, *(pairs[name].to_numpy() for name in ("left", "right", "score")))].sort(
            "left", "right"
        )
    if who is None:
        return FrameLinks(pairs.with_columns(true=pl.lit(None, pl.Boolean)), compared, None, None, trained)
    pairs = pairs.with_columns(
        true=pl.Series(who[0][pairs["left"]] == who[1][pairs["right"]], dtype=pl.Boolean)
    )
    right_links, there_are = int(pairs["true"].sum()), possible(*who, keep, within)
    return FrameLinks(pairs, compared, pairs.height - right_links, there_are - right_links, trained)


def _links(
    path: Path, coded: Coded, rows: NDArray[np.int64], keep: Keep, within: bool
) -> tuple[pl.DataFrame, int]:
    """Return the links of the left rows that take a path, and how many pairs were compared."""
    mine = {name: values[rows] for name, values in coded.left.items()}
    request, record, levels = candidate_levels(
        BoundedIndex(path, coded=True),
        compare_levels(path, coded.decode),
        coded_frame(mine),
        coded_frame(coded.right),
    )
    request = rows[request].astype(np.int32)
    if within:
        request, record, levels = _once(path, request, record, levels)
    link, score = decide(path, levels, _frequency_bits(path, coded.left, request, levels))
    chosen = np.flatnonzero(link)
    chosen = chosen[_kept(keep, request[chosen], record[chosen], score[chosen])]
    bits = pl.Series(to_probability(score[chosen]), dtype=pl.Float64)
    pairs = pl.DataFrame({
        "left": request[chosen], "right": record[chosen], "score": score[chosen],
        "probability": pl.Series([None] * len(chosen), dtype=pl.Float64) if path.counts_agreements else bits,
    })  # fmt: skip
    return pairs, len(request)


def _once(
    path: Path, request: NDArray[np.int32], record: NDArray[np.int32], levels: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Return each pair of rows of one frame once, the earlier row first.

    A key of two columns, or a path that takes some rows only, may find a pair from one side alone.
    """
    swapped = np.flatnonzero(request > record)
    straight = np.flatnonzero(request < record)
    key = request.astype(np.int64) << 32 | record
    back = record.astype(np.int64) << 32 | request
    alone = swapped[~np.isin(back[swapped], key[straight])]
    order = np.concatenate([straight, alone])
    first, second = np.minimum(request, record)[order], np.maximum(request, record)[order]
    return first, second, levels[order]


def _takers(path: Path, left: pl.DataFrame) -> NDArray[np.bool_]:
    """Say which left rows take a path and pass its filters."""
    out = np.ones(left.height, bool)
    for name, asks in (("applies", path.applies), *((each.name, each.passes) for each in path.filters)):
        try:
            out &= np.asarray(asks(left), bool)
        except (pl.exceptions.PolarsError, ValueError) as error:
            told = str(error).splitlines()[0]
            raise InputErrors(
                [mistake("rule", f"{name} of path {path.name} cannot be asked: {told}")]
            ) from None
    return out


def _shared_out(paths: Sequence[Path], left: pl.DataFrame) -> list[tuple[Path, NDArray[np.int64]]]:
    """Return each path with the left rows that take it; raises InputErrors where a row takes two."""
    takes = [_takers(path, left) for path in paths]
    twice = np.flatnonzero(np.sum(takes, axis=0) > 1)
    if len(twice):
        names = ", ".join(path.name for path, some in zip(paths, takes, strict=True) if some[twice[0]])
        raise InputErrors([mistake("rule", f"row {twice[0]} of left takes more than one path ({names})")])
    return [(path, np.flatnonzero(some)) for path, some in zip(paths, takes, strict=True)]


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
