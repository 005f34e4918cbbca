"""Every candidate of a scenario's requests, kept as patterns from which all thresholds are read.

The registry streams past once. What is kept of a pair is the request, the record, its pattern, its frequency
bits and whether it is the requested person's: about 20 bytes. From there a change of weights or threshold
costs milliseconds (`Candidates.best`, `curve.curves`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.linkage.comparison import Comparison, Path
from sim.linkage.normalise import Fields
from sim.linkage.patterns import Floats, Patterns
from sim.linkage.scored import Candidates
from sim.linkage.stream import BATCH, Scored, prepare
from sim.progress import Progress, silent
from sim.registry import Registry
from sim.scenario import Scenario

_Part = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.bool_], NDArray[np.uint8], NDArray[np.float32]]


def collect(
    registry: Registry,
    frame: pl.DataFrame,
    path: Path,
    scenario: Scenario,
    *,
    lowest: float = -np.inf,
    progress: Progress = silent,
) -> Candidates:
    """Return the candidates of every request of the noised frame, in the order of its rows.

    lowest: bits; pairs that cannot reach it under the path's weights are left out, which is exact for
    thresholds at or above it. With minus infinity nothing is left out, and any other weights may follow.
    """
    (search,), _, _ = prepare((replace(path, threshold=lowest),), Fields.of(registry, scenario), frame)
    wanted = frame["person"].to_numpy()
    chunks, parts, people = range(registry.n_chunks), [], 0
    progress("collect", 0, registry.n_chunks, people=0)
    for start in range(0, registry.n_chunks, BATCH):
        batch = [registry.chunk(number) for number in chunks[start : start + BATCH]]
        parts.append(_part(search.score(batch), wanted))
        people += sum(chunk.n for chunk in batch)
        progress("collect", start + len(batch), registry.n_chunks, people=people)
    return _joined(parts, frame["in_registry"].to_numpy())


def bits_of(comparisons: tuple[Comparison, ...]) -> tuple[Floats, ...]:
    """Return the weights of comparisons by level number, as `Candidates.best` takes them."""
    return tuple(np.array([level.weight for level in each.levels]) for each in comparisons)


def _part(scored: Scored, wanted: NDArray[np.int64]) -> _Part:
    """Return what is kept of the pairs that reach the lowest threshold."""
    places = np.flatnonzero(scored.link)
    request = scored.request[places]
    right = scored.truth(places)["person"] == wanted[request]
    extra = scored.extra[places].astype(np.float32)
    return request, scored.record[places], right, scored.levels[places], extra


def _joined(parts: list[_Part], in_registry: NDArray[np.bool_]) -> Candidates:
    request, record, right, levels, extra = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((record, request))
    return Candidates(
        request=request[order].astype(np.uint32),
        record=record[order],
        right=right[order],
        patterns=Patterns.of(levels[order]),
        extra=extra[order],
        in_registry=in_registry,
    )
