"""A rule made ready for a scenario: its paths with the switches as they stand and the weights as learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.errors import InputErrors, Mistake
from sim.fields import FIELDS, LINKED, Form
from sim.linkage.comparison import Comparison, Filter, Kind, Level, Path, Rule, everyone
from sim.linkage.probabilistic import good_matcher
from sim.linkage.train import Design, Key
from sim.scenario import Scenario

from .conditions import NAMED, Gives
from .definition import CompareDefinition, Definition, PathDefinition, definition_of


def rule_of(scenario: Scenario) -> Rule:
    """Return the scenario's rule, with its blocking if the scenario names one.

    A rule whose weights are learnt is learnt here, which takes seconds; kept for the last few. Raises
    InputErrors with every mistake of the rule's file, or naming an unknown rule or blocking field, or a rule
    that with the scenario's switches compares or blocks on nothing.
    """
    definition = definition_of(scenario)
    return tuple(blocked_as(path, scenario) for path in _paths(definition, scenario))


def _paths(definition: Definition, scenario: Scenario) -> Rule:
    if definition.learnt:
        return (good_matcher(scenario, design(definition.path[0], scenario), definition.path[0].name),)
    return tuple(_path(each, scenario) for each in definition.path)


def _path(written: PathDefinition, scenario: Scenario) -> Path:
    compared = tuple(_comparison(each) for each in written.compare if each.holds(scenario))
    passes = _passes(written, scenario)
    if not compared or not passes:
        problem = f"path {written.name} {'blocks on' if compared else 'compares'} nothing with these switches"
        raise InputErrors([Mistake(scenario.linkage.rule, "path", problem)])
    threshold = len(compared) - 0.5 if written.threshold == "all" else written.threshold
    assert isinstance(threshold, float)
    refused = [each for each in written.refuse if each.holds(scenario)]
    return Path(
        written.name, passes, compared, threshold,
        applies=_applies(written.applies),
        filters=tuple(Filter(each.reason, NAMED[each.unless]) for each in refused),
        base=written.base,
    )  # fmt: skip


def _applies(text: str) -> Callable[[pl.DataFrame], NDArray[np.bool_]]:
    if text == "everyone":
        return everyone
    *_, field = text.split()
    return Gives(field, wanted=" no " not in text)


def _passes(written: PathDefinition, scenario: Scenario) -> tuple[tuple[Key, ...], ...]:
    return tuple(tuple(map(_key, each.on)) for each in written.block if each.holds(scenario))


def _key(text: str) -> Key:
    mine, _, theirs = text.partition(" = ")
    return (mine, theirs) if theirs else mine


def _comparison(written: CompareDefinition) -> Comparison:
    levels = tuple(
        Level(
            each.kind,
            (0.0 if each.kind is Kind.ELSE else 1.0) if each.weight is None else each.weight,
            each.at,
        )
        for each in written.levels
    )
    return Comparison(written.field, levels, written.compared, as_set=written.like == "set")


def design(written: PathDefinition, scenario: Scenario) -> Design:
    """Return what a path whose weights are learnt learns from, and what of it grows with the file."""
    compared = [each for each in written.compare if each.holds(scenario)]
    return Design(
        comparisons=tuple(
            Comparison(each.field, tuple(Level(level.kind, 0.0, level.at) for level in each.levels),
                       each.compared, as_set=each.like == "set")
            for each in compared
        ),
        passes=_passes(written, scenario),
        training=tuple(tuple(map(_key, keys)) for keys in written.learn_from),
        derived=DERIVED,
        adjusted={each.field: tuple(each.rare_values) for each in compared if each.rare_values},
        grows={
            each.field: tuple(n for n, level in enumerate(each.levels) if level.shared_with_few)
            for each in compared
        },
    )  # fmt: skip


DERIVED = {field.name: field.made_of for field in FIELDS if field.form is Form.MADE}
"""Fields that are made from others: who blocks on them holds those fixed."""


def blocked_as(path: Path, scenario: Scenario) -> Path:
    """Return the path with the scenario's blocking ("surname+birth_year"), or as it is if none is named."""
    wanted = scenario.linkage.blocking
    if not wanted:
        return path
    passes = tuple(tuple(each.split("+")) for each in wanted)
    unknown = [field for each in passes for field in each if field not in LINKED]
    if unknown:
        known = ", ".join(sorted(LINKED))
        raise InputErrors(
            [
                Mistake(scenario.name, "linkage.blocking", f"should use {known} (got {field!r})")
                for field in unknown
            ]
        )
    return replace(path, passes=passes)
