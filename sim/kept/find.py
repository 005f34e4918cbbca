"""Which records share a blocking key with a request of a path, looked up by the keys of every pass.

A pass is answered by nine-digit number, or by given name together with a surname; its other keys narrow what
is found where they stand in the record as they are. A path with a pass that has neither (the probabilistic
rule's, or a blocking of the scenario's own) is not looked up: the whole kept registry is read past it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kept.layout import U32, VALUES
from sim.kept.store import Store
from sim.linkage.comparison import Path
from sim.linkage.lines import letter_hashes
from sim.linkage.normalise import Fields
from sim.linkage.rules import definition_of, rule_of
from sim.linkage.stream import PathSearch
from sim.scenario import Scenario

_SURNAMES = ("surname_line", "surname", "surname2")
Keys = dict[str, U32]


def can_look_up(path: Path) -> bool:
    """Whether every pass of a path is answered by the indexes."""
    return all(_way({_right(key) for key in each}) for each in path.passes)


def _right(key: str | tuple[str, str]) -> str:
    return key if isinstance(key, str) else key[1]


def _way(names: set[str]) -> str:
    """Return the field by which a pass with these record-side keys is looked up, "" for none."""
    if "tin" in names:
        return "tin"
    return next((each for each in _SURNAMES if "given" in names and each in names), "")


def rows_of(store: Store, asked: PathSearch) -> NDArray[np.int64]:
    """Return the rows, in order and each once, of all records that share a key of some pass.

    Some others may be among them. Raises ValueError for a path that cannot be looked up.
    """
    if not can_look_up(asked.path):
        raise ValueError(f"path {asked.path.name} cannot be looked up")
    found = [rows for keys in _keys(asked) for rows in _found(store, asked.fields, keys)]
    together = np.concatenate([np.zeros(0, np.uint32), *found])
    return np.unique(together).astype(np.int64)


def _keys(asked: PathSearch) -> Iterator[Keys]:
    """Yield for each pass the distinct keys of the requests, by the record's field."""
    prepared = asked.prepared
    for each, (left, _), blocks in zip(asked.path.passes, prepared.passes, prepared.blocks, strict=True):
        first = blocks.order[blocks.starts[:-1]]
        yield {_right(key): prepared.codes[row, first] for key, row in zip(each, left, strict=True)}


def _found(store: Store, fields: Fields, keys: Keys) -> Iterator[U32]:
    way = _way(set(keys))
    if not len(keys[way]):
        return
    given = keys.get("given", np.zeros(0, np.uint32))
    demand: dict[str, NDArray[Any]] = {name: keys[name] for name in VALUES if name in keys}
    if way == "tin":
        yield store.by_number(keys["tin"], demand)
    elif way == "surname":
        yield store.by_name(given, keys["surname"], demand)
    elif way == "surname2":
        yield store.by_second(given, keys["surname2"], demand)
    else:
        # A record of one surname has it as its line; one of two has both, written as one word.
        line = keys["surname_line"]
        yield store.by_name(given, line, demand | {"surname2": np.zeros(len(line), np.uint32)})
        hashes, _ = letter_hashes(fields.decode("surname", line))
        yield store.by_line(given, hashes, demand)


def quick(scenario: Scenario) -> bool:
    """Whether a scenario's rule is answered from the indexes of a kept registry, every path of it."""
    trained = definition_of(scenario).learnt and not scenario.linkage.blocking
    return not trained and all(map(can_look_up, rule_of(scenario)))
