"""From settings by dotted key to checked values; every mistake is told at its file and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.errors import Mistake
from sim.parameters import SUM_TOLERANCE, Parameter, Value, catalogue, exact
from sim.scenario_files import GIVEN, OVERRIDES, Settings
from sim.toml_files import nearest, show

# pydantic's error types in the words of someone who edits a TOML file; others keep pydantic's own sentence.
WORDS_OF_ERRORS = {
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "finite_number": "should be a finite number",
    "string_type": "should be text",
    "bool_type": "should be true or false",
    "tuple_type": "should be a list",
    "string_pattern_mismatch": "has characters that do not belong in it",
}

NONE = "none"
"""What a file says to take back a threshold that the file it extends has set; TOML has no word for it."""

SOME = (
    "population.age_bands", "population.filing_share", "population.oldest_female", "population.oldest_male",
    "population.surname_tail.people",
)  # fmt: skip
"""Tables of counts and shares that need not add up to anything but may not all be 0."""

AT_MOST_ALL = (("population.naturalised_share", "population.noncitizen_share"),)
"""Tables of shares of the same people: label by label they may be all of them together, not more."""

Given = Mapping[str, tuple[Any, str]]
Model = TypeVar("Model", bound=BaseModel)


def structure_of(model: type[BaseModel], at: str = "") -> dict[str, Any]:
    """Return the typed keys of nested models by dotted path, with their annotation."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            found |= structure_of(info.annotation, f"{at}{name}.")
        elif name not in ("parameters", GIVEN):
            found[at + name] = info.annotation
    return found


def typed(cls: type[Model], given: Given, mistakes: list[Mistake]) -> Model | None:
    """Validate the structure; None, and one mistake for each wrong key, when any is wrong."""
    nested: dict[str, Any] = {}
    annotations = structure_of(cls)
    for key, (setting, file) in given.items():
        # `--set title=2025` means the words "2025"
        as_words = file == OVERRIDES and annotations[key] is str and not isinstance(setting, str)
        value = show(setting) if as_words else setting
        if value == NONE and annotations[key] == float | None:
            value = None
        section, _, name = key.rpartition(".")
        place = nested.setdefault(section, {}) if section else nested
        place[name] = tuple(value) if isinstance(value, list) else value
    try:
        return cls.model_validate(nested)
    except ValidationError as errors:
        told: dict[str, Mistake] = {}
        for error in errors.errors(include_url=False, include_context=False):
            key = _key_of(error["loc"], given)
            value, file = given[key]
            problem = WORDS_OF_ERRORS.get(error["type"], error["msg"].removeprefix("Input "))
            told.setdefault(key, Mistake(file, key, f"{problem[0].lower()}{problem[1:]} (got {show(value)})"))
        mistakes += told.values()
        return None


def _key_of(location: tuple[int | str, ...], given: Given) -> str:
    """Return the setting an error of the model is about: the longest part of its location that was set."""
    for end in range(len(location), 0, -1):
        key = ".".join(map(str, location[:end]))
        if key in given:
            return key
    raise AssertionError(f"the model complains of {location}, which nobody set")


def said(settings: Settings) -> tuple[dict[str, tuple[Any, str]], set[str]]:
    """Return the settings that hold, and the keys among them that nobody set by name.

    A file that the program wrote holds every number and says which of them were set. The others hold while
    the noise level is the one they were written under, and give way to another.
    """
    level, known = settings.values.get("noise.level", (None, ""))[0], catalogue()
    unsaid = {key for key in settings.unsaid if key in settings.values and _has_levels(key, known)}
    gone = {key for key in unsaid if settings.unsaid[key] != level}
    return {key: value for key, value in settings.values.items() if key not in gone}, unsaid


def levelled(keys: Iterable[str]) -> tuple[str, ...]:
    """Return those of `keys` (a table's labels are keys of their own) whose number has noise levels."""
    known = catalogue()
    return tuple(sorted(key for key in keys if _has_levels(key, known)))


def _has_levels(key: str, known: Mapping[str, Parameter]) -> bool:
    entry = known.get(key) or known.get(key.rpartition(".")[0])
    return entry is not None and bool(entry.levels)


def numbers(
    given: Given, level: str, structure: Mapping[str, Any], mistakes: list[Mistake]
) -> dict[str, Value]:
    """Return every parameter of the catalogue: as set, else its value at the noise level."""
    known = catalogue()
    resolved = {key: entry.at(level) for key, entry in known.items()}
    for key, (setting, file) in _gathered(given, known, structure, mistakes).items():
        try:
            resolved[key] = known[key].accept(setting, resolved[key])
        except ValueError as error:
            mistakes.append(Mistake(file, key, f"{error} (got {show(setting)})"))
    return resolved


def _gathered(
    given: Given, known: Mapping[str, Parameter], structure: Mapping[str, Any], mistakes: list[Mistake]
) -> dict[str, tuple[Any, str]]:
    """Bring the labels of a table together under its parameter; tell of keys that mean nothing."""
    gathered: dict[str, tuple[Any, str]] = {}
    for key, (value, file) in given.items():
        table, _, label = key.rpartition(".")
        if key in known:
            gathered[key] = (value, file)
        elif table in known and isinstance(known[table].value, dict):
            before = gathered.get(table, ({}, file))[0]
            gathered[table] = ({**before, label: value}, file)
        elif (problem := _unknown(key, value, known, structure)) is not None:
            mistakes.append(Mistake(file, key, problem))
    return gathered


def _unknown(
    key: str, value: Any, known: Mapping[str, Parameter], structure: Mapping[str, Any]
) -> str | None:
    """Say why `key` means nothing; None for an empty table of a known section."""
    names = [*known, *structure]
    if any(name.startswith(key + ".") for name in names):
        return None if value == {} else f"should be a table of settings (got {show(value)})"
    above = [name for name in names if key.startswith(name + ".")]
    if above:
        return f"{above[0]} holds one value, not a table (got {show(value)})"
    return f"unknown key{nearest(key, [*names, 'extends'])} (got {show(value)})"


def check_together(parameters: Mapping[str, Value], given: Given, mistakes: list[Mistake]) -> None:
    """Refuse numbers, each in its range, that together leave nobody or more than everybody."""

    def tell(key: str, problem: str) -> None:
        file = next((f for name, (_, f) in given.items() if f"{name}.".startswith(f"{key}.")), "scenario")
        mistakes.append(Mistake(file, key, problem))

    for key in SOME:
        if key in parameters and not any(_numbers(parameters[key])):
            tell(key, "leaves nobody: one of its numbers should be above 0")
    for one, other in AT_MOST_ALL:
        mine, theirs = parameters.get(one), parameters.get(other)
        if not isinstance(mine, dict) or not isinstance(theirs, dict):
            continue
        for label in mine:
            both = mine[label] + theirs[label]
            if both > 1.0 + SUM_TOLERANCE:
                key = one if f"{one}.{label}" in given or one in given else other
                against = other if key == one else one
                share = exact(round(both, 10))
                tell(key, f"{label} is {share} of everybody together with {against}.{label}, above 1")


def _numbers(value: Value) -> Iterable[float]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)


def check_thresholds(linkage: Any, given: Given, mistakes: list[Mistake]) -> None:
    """Refuse switches of the linkage section that contradict each other."""

    def tell(name: str, problem: str, value: Any) -> None:
        file = given.get(f"linkage.{name}", (None, "scenario"))[1]
        mistakes.append(Mistake(file, f"linkage.{name}", f"{problem} (got {show(value)})"))

    for name in ("threshold", "clerical_low", "clerical_high"):
        value = getattr(linkage, name)
        if linkage.threshold_unit == "probability" and value is not None and not 0 <= value <= 1:
            tell(name, "is not a probability in [0, 1]", value)
    low, high = linkage.clerical_low, linkage.clerical_high
    if (low is None) != (high is None):
        one, other = ("clerical_low", "clerical_high") if high is None else ("clerical_high", "clerical_low")
        tell(one, f"needs linkage.{other}, the other end of the clerical zone", low if high is None else high)
    elif low is not None and high is not None and low > high:
        tell("clerical_low", f"is above linkage.clerical_high = {exact(high)}", low)
    if len(set(linkage.blocking)) < len(linkage.blocking):
        tell("blocking", "names a pass twice", list(linkage.blocking))
