"""What a sweep asks: a base scenario and how its settings vary, read as strictly as a scenario.

    title = "Number share against coverage"
    scenario = "aug2025-as-run"            # a shipped scenario, or a file beside the sweep

    [set]                                   # the same in every cell
    replicates = 20
    [axes]                                  # every combination
    requests.tin_share = [0.05, 0.15, 0.6]
    [zip]                                   # lists of one length that move together
    linkage.rule = ["irs_2025", "name_only"]
    linkage.tie = ["withhold", "all"]
    [latin_hypercube]                       # so many points spread evenly over ranges
    samples = 50
    [latin_hypercube.ranges]
    requests.coverage = [0.02, 0.2]

A cell is one combination: axes times rows of the zip times points of the hypercube, in that order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sim.errors import InputErrors, Mistake, RefusedError
from sim.parameters import config_root
from sim.rng import Streams
from sim.scenario import Scenario
from sim.scenario_files import a_file, not_found, value_of, with_rule
from sim.text_safety import for_file_name
from sim.toml_files import display, leaves, nearest, plain_key, read_toml, show

MAX_CELLS = 10_000
SET = "--set"
Ranges = Mapping[str, tuple[float, float]]
_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
_Words = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]


class LatinHypercube(BaseModel):
    """Points spread evenly over ranges: each range is cut into `samples` parts, each part used once."""

    model_config = _STRICT
    samples: int = Field(ge=2, le=MAX_CELLS)
    seed: int = Field(1, ge=0, lt=2**64)
    ranges: dict[str, Any]


class SweepFile(BaseModel):
    """The tables of a sweep file; what is inside `set`, `axes`, `zip` and `ranges` is checked as settings."""

    model_config = _STRICT
    title: _Words = ""
    summary: _Words = ""
    scenario: str
    scale: str | None = None
    set: dict[str, Any] = Field(default_factory=dict)
    axes: dict[str, Any] = Field(default_factory=dict)
    zip: dict[str, Any] = Field(default_factory=dict)
    latin_hypercube: LatinHypercube | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination: its number, the settings that tell it from the others, and its whole scenario."""

    number: int
    settings: Mapping[str, Any]
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep ready to run. varied: the dotted keys that differ between cells, in order."""

    name: str
    title: str
    summary: str
    varied: tuple[str, ...]
    cells: tuple[Cell, ...]


def shipped() -> dict[str, Path]:
    """Return the shipped sweeps by name."""
    return {path.stem: path for path in sorted((config_root() / "sweeps").glob("*.toml"))}


def load(name: str | Path, overrides: Iterable[tuple[str, str]] = (), max_cells: int = MAX_CELLS) -> Plan:
    """Read a sweep by path or shipped name; raises InputErrors with every mistake, RefusedError if too large.

    overrides: (key, text) of `--set`; a text with commas outside brackets is an axis, as in a=1,2,3.
    """
    file, overrides = _locate(name), list(overrides)
    told = display(file)
    mistakes: list[Mistake] = []
    spec = _validated(read_toml(file), told)
    fixed = _flat(spec.set, told, "set", mistakes)
    axes = _lists(spec.axes, told, "axes", mistakes)
    zipped = _lists(spec.zip, told, "zip", mistakes, repeats=True)
    _apply_overrides(overrides, fixed, axes, zipped, mistakes)
    if len({len(values) for values in zipped.values()}) > 1:
        mistakes.append(Mistake(told, "zip", f"lists should have one length (got {_lengths(zipped)})"))
    ranges = _ranges(spec.latin_hypercube, told, mistakes)
    twice = sorted(set(axes) & set(zipped) | (set(axes) | set(zipped)) & set(ranges))
    mistakes += [Mistake(told, key, "varies in two ways") for key in twice]
    if mistakes:
        raise InputErrors(sorted(set(mistakes)))
    _refuse_if_large(axes, zipped, spec.latin_hypercube, max_cells)
    points = list(_combinations(axes, zipped, ranges, spec.latin_hypercube))
    given = {key.strip() for key, _ in overrides}
    cells = _cells(_base(spec, file), fixed, points, lambda key: SET if key in given else told, file.parent)
    varied = (*axes, *zipped, *ranges)
    return Plan(for_file_name(file.stem), spec.title or file.stem, spec.summary, varied, cells)


def _locate(name: str | Path) -> Path:
    text, known = str(name), shipped()
    if a_file(text):
        return Path(text)
    if text in known:
        return known[text]
    raise InputErrors([Mistake(show(text)[1:-1] or "''", "file", not_found(text, "sweep", known))])


def _validated(table: dict[str, Any], told: str) -> SweepFile:
    try:
        return SweepFile.model_validate(table)
    except ValidationError as errors:
        found = {_mistake(error, told) for error in errors.errors(include_url=False)}
        raise InputErrors(sorted(found)) from None


def _mistake(error: Any, told: str) -> Mistake:
    key = ".".join(map(str, error["loc"])) or "file"
    if error["type"] == "extra_forbidden":
        hint = nearest(key, SweepFile.model_fields)
        return Mistake(told, key, f"is not a key of a sweep{hint} (got {show(error['input'])})")
    if error["type"] == "missing":
        return Mistake(told, key, "is missing")
    problem = error["msg"].removeprefix("Input ")
    return Mistake(told, key, f"{problem[0].lower()}{problem[1:]} (got {show(error['input'])})")


def _base(spec: SweepFile, file: Path) -> Scenario:
    """Return the base scenario: a shipped name, or a file in the folder of the sweep."""
    if not spec.scenario.endswith(".toml"):
        return Scenario.load(spec.scenario, scale=spec.scale)
    target = file.parent / spec.scenario.replace("\0", "?")
    inside = target.resolve().is_relative_to(file.parent.resolve())
    if not inside or not target.is_file():
        problem = f"should be a shipped scenario or a file beside the sweep (got {show(spec.scenario)})"
        raise InputErrors([Mistake(display(file), "scenario", problem)])
    return Scenario.load(target, scale=spec.scale)


def _flat(table: Mapping[str, Any], told: str, under: str, mistakes: list[Mistake]) -> dict[str, Any]:
    flat = {}
    for path, value in leaves(dict(table)):
        parts = tuple(part for piece in path for part in piece.split("."))
        if plain_key(parts):
            flat[".".join(parts)] = value
        else:
            mistakes.append(Mistake(told, f"{under}.{show('.'.join(path))}", "is not a plain key"))
    return flat


def _lists(
    table: Mapping[str, Any], told: str, under: str, mistakes: list[Mistake], repeats: bool = False
) -> dict[str, list[Any]]:
    found = {}
    for key, values in _flat(table, told, under, mistakes).items():
        problem = _not_a_list(values, repeats)
        if problem:
            mistakes.append(Mistake(told, f"{under}.{key}", f"{problem} (got {show(values)})"))
        else:
            found[key] = values
    return found


def _not_a_list(values: Any, repeats: bool = False) -> str:
    if not isinstance(values, list) or not values:
        return "should be a list with at least one value"
    if not repeats and len({show(value, 10_000) for value in values}) < len(values):
        return "repeats a value"
    return ""


def _ranges(cube: LatinHypercube | None, told: str, mistakes: list[Mistake]) -> Ranges:
    if cube is None:
        return {}
    found = {}
    for key, pair in _flat(cube.ranges, told, "latin_hypercube.ranges", mistakes).items():
        numbers = isinstance(pair, list) and len(pair) == 2 and all(type(x) in (int, float) for x in pair)
        if numbers and pair[0] < pair[1]:
            found[key] = (float(pair[0]), float(pair[1]))
        else:
            problem = f"should be [lowest, highest] (got {show(pair)})"
            mistakes.append(Mistake(told, f"latin_hypercube.ranges.{key}", problem))
    return found


def _apply_overrides(
    overrides: Iterable[tuple[str, str]], fixed: dict[str, Any], axes: dict[str, list[Any]],
    zipped: dict[str, list[Any]], mistakes: list[Mistake],
) -> None:  # fmt: skip
    """Lay `--set` over the file: one value fixes a key, several make it an axis."""
    for key, text in overrides:
        if not plain_key(tuple(key.split("."))):
            mistakes.append(Mistake(SET, show(key), "is not a key (as in requests.count=10000)"))
            continue
        for place in (fixed, axes, zipped):
            place.pop(key, None)
        values = [value_of(part.strip()) for part in split_commas(text)]
        if len(values) == 1:
            fixed[key] = values[0]
        elif problem := _not_a_list(values):
            mistakes.append(Mistake(SET, key, f"{problem} (got {show(text)})"))
        else:
            axes[key] = values


def split_commas(text: str) -> list[str]:
    """Split at commas that stand outside brackets, braces and quotes: "1,2" in two, "[1,2]" in one."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += (letter in "[{") - (letter in "]}") if not quote else 0
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _refuse_if_large(
    axes: Mapping[str, list[Any]], zipped: Mapping[str, list[Any]], cube: LatinHypercube | None, most: int
) -> None:
    number = cube.samples if cube else 1
    number *= max((len(values) for values in zipped.values()), default=1)
    for values in axes.values():
        number *= len(values)
    if number > most:
        raise RefusedError(f"the sweep has {number:,} cells; at most {most:,} are allowed (--max-cells)")


def _combinations(
    axes: Mapping[str, list[Any]], zipped: Mapping[str, list[Any]], ranges: Ranges,
    cube: LatinHypercube | None,
) -> Iterable[dict[str, Any]]:  # fmt: skip
    crossed = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    rows = zip(*zipped.values(), strict=True)
    together = [dict(zip(zipped, values, strict=True)) for values in rows] or [{}]
    spread = latin_hypercube(ranges, cube.samples, cube.seed) if cube else [{}]
    for first, second, third in itertools.product(crossed, together, spread):
        yield first | second | third


def latin_hypercube(ranges: Ranges, samples: int, seed: int) -> list[dict[str, float]]:
    """Return `samples` points; on every axis each of `samples` equal parts holds exactly one (McKay 1979)."""
    columns = {}
    for key, (low, high) in ranges.items():
        chance = Streams(seed).generator(f"study.latin_hypercube.{key}")
        places = (chance.permutation(samples) + chance.random(samples)) / samples
        columns[key] = low + (high - low) * np.clip(places, 0.0, 1.0)
    return [{key: float(column[row]) for key, column in columns.items()} for row in range(samples)]


def _cells(
    base: Scenario, fixed: dict[str, Any], points: Sequence[dict[str, Any]], where: Callable[[str], str],
    folder: Path,
) -> tuple[Cell, ...]:  # fmt: skip
    """Build every cell's scenario; raises InputErrors with all mistakes.

    where: the place that gave a key.  folder: of the sweep, beside which a rule's own file lies.
    """
    cells: list[Cell] = []
    mistakes: set[Mistake] = set()
    with suppress(InputErrors):  # told below, with those of the cells
        base, fixed = base.replace(with_rule(fixed, folder)), {}
    for number, settings in enumerate(points):
        try:
            cells.append(Cell(number, settings, base.replace(with_rule(fixed | settings, folder))))
        except InputErrors as errors:
            mistakes |= {Mistake(where(each.key), each.key, each.problem) for each in errors.mistakes}
    if mistakes:
        raise InputErrors(sorted(mistakes))
    return tuple(cells)


def _lengths(zipped: Mapping[str, list[Any]]) -> str:
    return ", ".join(f"{key}: {len(values)}" for key, values in zipped.items())
