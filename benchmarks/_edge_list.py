"""The edges that `python -m benchmarks edges` tries: ends of ranges, labels, switches, and pairs of these."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from sim.linkage.normalise import FIELDS
from sim.parameters import Parameter, catalogue
from sim.scenario import LinkageSpec, NoiseSpec

PAIRS, SEED = 100, 20_251_130
UNRUN = {
    "requests.count": 50_000_000, "replicates": 10_000, "population.size": 400_000_000,
    "weights.em.training_records": 10_000_000.0, "weights.em.training_requests": 1_000_000.0,
    "weights.chance.random_pairs": 100_000_000.0,
}  # fmt: skip
"""Ends that are not run, for their size: they are read, and their cost is estimated."""

Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """Settings at an edge; kind: which of the five; name: for people."""

    kind: str
    name: str
    changes: Changes


def ends(entry: Parameter) -> Iterator[Edge]:
    """Yield both ends of a number; of a table of shares that must add up, all of it on each label."""
    key, value = entry.key, entry.value
    if isinstance(value, float):
        for end in entry.range:
            yield Edge("ends", f"{key} = {end:g}", {key: end})
    elif entry.sums_to is not None:
        labels = list(value) if isinstance(value, dict) else range(len(value))
        for mine in labels:
            numbers = {label: entry.sums_to if label == mine else 0.0 for label in labels}
            yield Edge("ends", f"{key}: all {mine}", {key: _shaped(entry, numbers)})
    else:
        for end in entry.range:
            labels = list(value) if isinstance(value, dict) else range(len(value))
            yield Edge("ends", f"{key}: all at {end:g}", {key: _shaped(entry, dict.fromkeys(labels, end))})


def labels(entry: Parameter) -> Iterator[Edge]:
    """Yield every label of a table alone at both ends."""
    if isinstance(entry.value, dict) and entry.sums_to is None:
        for label in entry.value:
            for end in entry.range:
                yield Edge("labels", f"{entry.key}.{label} = {end:g}", {f"{entry.key}.{label}": end})


def switches() -> Iterator[Edge]:
    """Yield every value of every switch, both ends of every size, and thresholds at and beyond any score."""
    for section, spec in (("noise", NoiseSpec), ("linkage", LinkageSpec)):
        for name, info in spec.model_fields.items():
            kind = info.annotation
            values: Sequence[Any] = get_args(kind) if get_origin(kind) is Literal else ()
            for value in (True, False) if kind is bool else values:
                if not isinstance(value, type):
                    yield _switch({f"{section}.{name}": value})
    for field in sorted(FIELDS):
        yield _switch({"linkage.blocking": [field]})
    yield _switch({"linkage.blocking": sorted(FIELDS)[:20]})
    yield _switch({"linkage.blocking": ["+".join(sorted(FIELDS))[:80].rpartition("+")[0]]})
    for bits in (-1e308, -40.0, -0.0, 0.0, 60.0, 1e308):
        yield _switch({"linkage.threshold": bits})
        yield _switch({"linkage.clerical_low": bits, "linkage.clerical_high": bits})
    yield _switch({"linkage.clerical_low": -1e308, "linkage.clerical_high": 1e308})
    for share in (0.0, 0.5, 1.0):
        unit = {"linkage.threshold_unit": "probability"}
        yield _switch({**unit, "linkage.threshold": share})
        yield _switch({**unit, "linkage.clerical_low": share, "linkage.clerical_high": share})
    for seed in (0, 2**32, 2**63, 2**64 - 1):
        yield _switch({"seed": seed})
    for size in (1, 2, 3, 99):
        yield _switch({"population.size": size})
    for count in (1, 2, 2_001):
        yield _switch({"requests.count": count})
    yield _switch({"requests.count": 2_001, "requests.coverage": 1.0})
    yield _switch({"population.size": 1, "requests.count": 1, "requests.coverage": 1.0})
    for date in (20250228, 20250229, 20240229, 20240230, 20250231, 20250631, 20250431, 20251301, 20250001,
                 20250100, 20250132, 20250701.5, 20000229, 21000229):  # fmt: skip
        yield _switch({"population.reference_date": date})
    for key, value in UNRUN.items():
        yield _switch({key: value})


def _switch(changes: Changes) -> Edge:
    return Edge("switches", ", ".join(f"{key} = {told(value)}" for key, value in changes.items()), changes)


def told(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def single() -> list[Edge]:
    """Return all edges that stand alone but those of labels."""
    return [*(edge for entry in catalogue().values() for edge in ends(entry)), *switches()]


def pairs(number: int = PAIRS, seed: int = SEED) -> list[Edge]:
    """Return random pairs of edges of different settings."""
    luck, pool, found = random.Random(seed), single(), []
    while len(found) < number:
        one, other = luck.sample(pool, 2)
        if not one.changes.keys() & other.changes.keys():
            found.append(Edge("pairs", f"{one.name}; {other.name}", {**one.changes, **other.changes}))
    return found


SIXTY = {"noise": 20, "linkage": 14, "registry": 7, "requests": 7, "weights": 5, "population": 3,
         "outcome": 2, "study": 1, "seed": 1}  # fmt: skip
"""How many edges of each group the tests try; few of the population, for its tables take seconds."""


def sixty() -> list[Edge]:
    """Return the edges of the tests: of each group so many, at even distances from its first to its last."""
    found = []
    for group, many in SIXTY.items():
        mine = [edge for edge in single() if next(iter(edge.changes)).split(".")[0] == group]
        mine = [edge for edge in mine if not any(edge.changes.get(key) == end for key, end in UNRUN.items())]
        found += [mine[round(k * (len(mine) - 1) / max(many - 1, 1))] for k in range(many)]
    return found


def all_labels() -> list[Edge]:
    """Return every label of every table alone at both ends."""
    return [edge for entry in catalogue().values() for edge in labels(entry)]


def _shaped(entry: Parameter, numbers: Mapping[Any, float]) -> Any:
    return dict(numbers) if isinstance(entry.value, dict) else tuple(numbers.values())
