"""recordlinkage, and our plug-ins for it: the only file that imports it or pandas.

Each plug-in serves any recordlinkage user by itself:
    BoundedIndex       an index algorithm: union of blocking passes, less the pairs that cannot become a link
    CodedString        recordlinkage's String feature, computed once for each distinct pair of values
    LevelFeature       the level of a `Comparison` on which a pair lands
    PositionalCompare  a Compare that gathers rows by position (the stock one gathers by label, whatever it is
    told) weight_classifier  Fellegi-Sunter weights as a LogisticRegressionClassifier with fixed coefficients
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import recordlinkage as rl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, Jaro, JaroWinkler, Levenshtein
from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

from .bounded import PreparedRequests
from .comparison import Columns, Comparison, Path
from .levels import Decode, level_numbers
from .patterns import Patterns

_LN2 = float(np.log(2.0))
_TIE = 1e-9  # bits; a score this little below the threshold is taken as equal to it


class BoundedIndex(BaseIndexAlgorithm):
    """Pairs that share a blocking key and can still reach the threshold (bounded.py says why this is exact).

    path: passes, comparisons, base and threshold; with a threshold of minus infinity the result is that of
    `recordlinkage.Index([Block(...), ...])`, pairs with missing keys left out.
    coded: the frames hold unsigned codes with 0 = missing; otherwise the columns may be of any type and are
    coded here, None and NaN being missing.
    """

    def __init__(self, path: Path, *, coded: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.path = path
        self.coded = coded
        self._kept: tuple[pd.DataFrame, PreparedRequests] | None = None
        self._here = threading.local()
        self._counters: list[list[NDArray[np.int64]]] = []

    def prepare(self, requests: pd.DataFrame) -> PreparedRequests:
        """Make coded requests ready once; later calls of `index` with the same frame use it."""
        if self._kept is None or self._kept[0] is not requests:
            columns = {name: requests[name].to_numpy() for name in needed_columns(self.path, 0)}
            self._kept = requests, PreparedRequests(self.path, columns)
        return self._kept[1]

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        if self.coded:
            prepared = self.prepare(df_a)
            records = {name: df_b[name].to_numpy() for name in prepared.layout.rows}
            left, right = prepared.search(prepared.layout.matrix(records), self._met(prepared))
        else:
            mine, records = _coded(self.path, df_a, df_b)
            prepared = PreparedRequests(self.path, mine)
            left, right = prepared.search(prepared.layout.matrix(records))
        return pd.MultiIndex(levels=[df_a.index, df_b.index], codes=[left, right], verify_integrity=False)

    def _met(self, prepared: PreparedRequests) -> list[NDArray[np.int64]]:
        """Return this thread's counters of records met by each block."""
        if not hasattr(self._here, "met"):
            self._here.met = [np.zeros(blocks.count, np.int64) for blocks in prepared.blocks]
            self._counters.append(self._here.met)
        return self._here.met  # type: ignore[no-any-return]

    def candidates(self) -> NDArray[np.int64]:
        """Return for each prepared request the pairs met in its blocks in all calls so far (once a pass)."""
        if self._kept is None:
            return np.zeros(0, np.int64)
        prepared = self._kept[1]
        totals = [np.zeros(blocks.count, np.int64) for blocks in prepared.blocks]
        for counters in self._counters:
            for total, count in zip(totals, counters, strict=True):
                np.add(total, count, out=total)
        return prepared.candidates(totals)


def needed_columns(path: Path, side: int) -> list[str]:
    """Return the columns that a path reads, in a fixed order; both sides carry them all."""
    names = [key if isinstance(key, str) else key[k] for each in path.passes for key in each for k in (0, 1)]
    names += [name for comparison in path.comparisons for name in comparison.columns]
    return list(dict.fromkeys(names))


def _coded(path: Path, df_a: pd.DataFrame, df_b: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Code any columns: columns that are ever compared with each other share one set of codes."""
    groups = [{key} if isinstance(key, str) else set(key) for each in path.passes for key in each]
    groups += [set(c.columns[:-1]) if c.as_set else {name} for c in path.comparisons for name in c.columns]
    merged: list[set[str]] = []
    for group in groups + [{c.columns[-1]} for c in path.comparisons]:
        touching = [other for other in merged if other & group]
        merged = [other for other in merged if not other & group] + [group.union(*touching)]
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for names in map(sorted, merged):
        pieces = [frame[name] for frame in (df_a, df_b) for name in names if name in frame]
        codes, _ = pd.factorize(pd.concat(pieces, ignore_index=True))
        ends = np.cumsum([len(piece) for piece in pieces])[:-1]
        parts = iter(np.split((codes + 1).astype(np.uint32), ends))
        for frame, out in ((df_a, left), (df_b, right)):
            for name in names:
                out[name] = next(parts) if name in frame else np.zeros(len(frame), np.uint32)
    order = needed_columns(path, 0)
    return {name: left[name] for name in order}, {name: right[name] for name in order}


class CodedString(BaseCompareFeature):
    """Similarity of two strings, once for each distinct pair of values; bit-equal to the stock feature.

    method: jaro, jarowinkler, levenshtein or damerau_levenshtein, through rapidfuzz.  threshold,
    missing_value,
    label: as in `recordlinkage.compare.String`.  Raises ValueError for another method.
    """

    name = "coded_string"
    description = "Compare strings, each distinct pair once."
    _SIMILARITIES: ClassVar[dict[str, Any]] = {"jaro": Jaro.similarity, "jarowinkler": JaroWinkler.similarity}
    _DISTANCES: ClassVar[dict[str, Any]] = {
        "levenshtein": Levenshtein.distance,
        "damerau_levenshtein": DamerauLevenshtein.distance,
    }

    def __init__(
        self, left_on: str, right_on: str, method: str = "levenshtein", threshold: float | None = None,
        missing_value: float = 0.0, label: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(left_on, right_on, label=label)
        if method not in self._SIMILARITIES | self._DISTANCES:
            raise ValueError(
                f"method should be one of {[*self._SIMILARITIES, *self._DISTANCES]} (got {method!r})"
            )
        self.method, self.threshold, self.missing_value = method, threshold, missing_value

    def _compute_vectorized(self, s_left: pd.Series, s_right: pd.Series) -> pd.Series:
        codes, values = pd.factorize(pd.concat([s_left, s_right], ignore_index=True))
        a, b = codes[: len(s_left)], codes[len(s_left) :]
        present = (a >= 0) & (b >= 0)
        distinct, of_pair = np.unique(a[present] * np.int64(len(values)) + b[present], return_inverse=True)
        out = np.full(len(a), np.nan)
        if len(distinct):
            texts = np.asarray(values, object)
            scores = self._similarity(texts[distinct // len(values)], texts[distinct % len(values)])
            out[present] = scores[of_pair]
        if self.threshold is not None:
            out = np.where(np.isnan(out), out, (out >= self.threshold).astype(float))
        return pd.Series(np.where(np.isnan(out), self.missing_value, out), index=s_left.index)

    def _similarity(self, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.float64]:
        """Return each pair's similarity; that of two empty strings as in jellyfish, which stock calls."""
        both_empty = (left == "") & (right == "")
        if self.method in self._SIMILARITIES:
            out = process.cpdist(left, right, scorer=self._SIMILARITIES[self.method], dtype=np.float64)
            return np.where(both_empty, 0.0, out)
        distance = process.cpdist(left, right, scorer=self._DISTANCES[self.method], dtype=np.float64)
        longest = np.fromiter(
            (max(len(a), len(b)) for a, b in zip(left, right, strict=True)), float, len(left)
        )
        return np.where(both_empty, np.nan, 1 - distance / np.where(both_empty, 1.0, longest))


class LevelFeature(BaseCompareFeature):
    """The number of the level of `comparison` on which each pair of coded rows lands (unsigned bytes)."""

    name = "level"
    description = "Graded agreement of coded fields."

    def __init__(self, comparison: Comparison, decode: Decode | None = None) -> None:
        super().__init__(list(comparison.columns), list(comparison.columns), label=comparison.field)
        self.comparison, self.decode = comparison, decode

    def _compute_vectorized(self, *columns: pd.Series) -> NDArray[np.uint8]:
        values = [column.to_numpy() for column in columns]
        half = len(values) // 2
        return level_numbers(self.comparison, values[:half], values[half:], self.decode)


class PositionalCompare(rl.Compare):
    """A Compare that gathers rows by the pairs' positions; same features and order as the stock one."""

    def _compute(
        self, pairs: pd.MultiIndex, x: pd.DataFrame, x_link: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        right = x if x_link is None else x_link
        left_rows, right_rows = _positions(pairs, 0, x), _positions(pairs, 1, right)
        gathered: dict[tuple[int, str], pd.Series] = {}

        def gather(
            side: int, frame: pd.DataFrame, rows: NDArray[np.intp], labels: Any
        ) -> tuple[pd.Series, ...]:
            names = labels if isinstance(labels, list) else [labels]
            for name in names:
                if (side, name) not in gathered:
                    gathered[side, name] = pd.Series(frame[name].array.take(rows), name=name, copy=False)
            return tuple(gathered[side, name] for name in names)

        results = []
        for feature in self.features:
            mine = gather(0, x, left_rows, feature.labels_left)
            results.append(
                (feature._compute(mine, gather(1, right, right_rows, feature.labels_right)), feature.label)
            )
        out = self._union(results)
        out.index = pairs
        return out


def _positions(pairs: pd.MultiIndex, side: int, frame: pd.DataFrame) -> NDArray[np.intp]:
    """Return the row of `frame` for each pair: the index's own codes when its labels are the frame's."""
    level = pairs.levels[side]
    codes = np.asarray(pairs.codes[side])
    if level is frame.index or level.equals(frame.index):
        return codes
    places = frame.index.get_indexer(level)
    if (places[codes] < 0).any():
        raise KeyError("a record pair names a row that is not in the frame")
    return places[codes]  # type: ignore[no-any-return]


def compare_levels(path: Path, decode: Decode | None = None) -> PositionalCompare:
    """Return the Compare of a path: one column of level numbers for each comparison."""
    return PositionalCompare([LevelFeature(comparison, decode) for comparison in path.comparisons])


def candidate_levels(
    index: BoundedIndex, compare: PositionalCompare, requests: pd.DataFrame, records: pd.DataFrame
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Return the rows of both sides and the level numbers (n, K) of the pairs of index and compare."""
    pairs = index.index(requests, records)
    levels = compare.compute(pairs, requests, records)
    return (
        np.asarray(pairs.codes[0], np.int32),
        np.asarray(pairs.codes[1], np.int32),
        levels.to_numpy(np.uint8),
    )


def weight_classifier(path: Path) -> rl.LogisticRegressionClassifier:
    """Return the path's weights as recordlinkage's classifier over the columns of `design`.

    Coefficients are differences of weight to the last level in natural log units; the intercept is the base,
    the last levels' weights and minus the threshold. `predict` says which pairs are links.
    """
    coefficients: list[float] = []
    intercept = path.base - path.threshold + _TIE
    for comparison in path.comparisons:
        worst = comparison.levels[-1].weight
        coefficients += [level.weight - worst for level in comparison.levels[:-1]]
        intercept += worst
        if comparison.frequency is not None:
            coefficients.append(1.0)
    return rl.LogisticRegressionClassifier(
        coefficients=np.array(coefficients) * _LN2, intercept=intercept * _LN2
    )


def design(path: Path, levels: NDArray[np.uint8], extra: Sequence[NDArray[np.float64]] = ()) -> pd.DataFrame:
    """Return the classifier's columns: 0/1 for each level but the last, bits of each frequency adjustment.

    levels: (n, K) level numbers.  extra: one array of bits for each adjusted comparison, in order.
    """
    columns: dict[str, NDArray[Any]] = {}
    adjustments = iter(extra)
    for k, comparison in enumerate(path.comparisons):
        for number in range(len(comparison.levels) - 1):
            columns[f"{comparison.field}:{number}"] = (levels[:, k] == number).astype(np.float64)
        if comparison.frequency is not None:
            columns[f"{comparison.field}:frequency"] = next(adjustments)
    return pd.DataFrame(columns)


def decide(
    path: Path, levels: NDArray[np.uint8], extra: Sequence[NDArray[np.float64]] = ()
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return for each pair whether recordlinkage's classifier links it, and its score in bits.

    Without frequency adjustments the few distinct patterns are classified and the answers gathered.
    """
    values = [np.array([level.weight for level in c.levels]) for c in path.comparisons]
    classifier = weight_classifier(path)
    if not len(levels):
        return np.zeros(0, bool), np.zeros(0)
    if any(c.frequency is not None for c in path.comparisons):
        links = _predict(classifier, design(path, levels, extra))
        return links, path.base + Patterns.of(levels).scores(values, np.sum(extra, axis=0))
    patterns = Patterns.of(levels)
    links = _predict(classifier, design(path, patterns.levels))
    return links[patterns.of_pair], path.base + patterns.scores(values)


def _predict(classifier: rl.LogisticRegressionClassifier, features: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows the classifier links.

    It answers with the index of the links. (Its option to answer with an array is global, so threads that set
    and reset it would disturb each other.)
    """
    links = np.zeros(len(features), bool)
    links[classifier.predict(features).to_numpy()] = True
    return links


def coded_frame(columns: Columns) -> pd.DataFrame:
    """Return integer columns as a frame with rows numbered from 0, without copying them."""
    return pd.DataFrame(dict(columns), copy=False)
