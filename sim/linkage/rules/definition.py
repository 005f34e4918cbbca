"""A matching rule as its file says it: paths, what they compare, on which levels, and the words for people.

    title = "Name and date of birth, one digit forgiven"     # in lists
    words = "name and date of birth, one digit forgiven"     # in a sentence
    [[path]]
    name = "name_dob"
    applies = "everyone"                      # or "has tin", "has no zip": the paths exclude each other
    refuse = [{ unless = "zip_like_in_address", reason = "no_zip" }]
    block = [{ on = ["given", "surname_line"] }, { on = ["birth"] }]      # "surname = surname2" crosses sides
    threshold = 2.5                           # in the levels' bits; "all": every comparison has to agree
    [[path.compare]]
    field = "birth"
    levels = [{ exact = 1.0 }, { one_digit = 0.5 }, "else"]
    [[path.compare]]
    field = "surname"
    columns = ["surname", "surname2", "surname_line"]
    as = "set"
    levels = [{ exact = 1.0 }, { jaro_winkler = { at = 0.92, weight = 0.7 } }, "else"]

With threshold = "all" a level counts as agreement unless it is "else". With weights = "learnt" levels carry
no weights, and `learn_from` names the passes of the training. `when = { surname_handling = "array" }` keeps a
comparison, a block or a refusal to scenarios whose switch stands so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from sim.errors import InputErrors, Mistake
from sim.fields import FIELD, LINKED, TYPED, Form
from sim.linkage.comparison import Kind
from sim.parameters import exact
from sim.scenario import LinkageSpec, Scenario
from sim.scenario_build import WORDS_OF_ERRORS
from sim.scenario_files import RULE, rules, shipped_rule
from sim.toml_files import nearest, parse_toml, show

from .conditions import NAMED

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
_NOT_BLANK = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
Words = Annotated[str, StringConstraints(max_length=400, pattern=_NOT_BLANK)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
TEXT = frozenset(name for name in LINKED if FIELD[name].form in (Form.GIVEN, Form.SURNAME, Form.STREET))
"""Fields whose letters can be compared; of a record, surnames as one line are not spelled out."""

_TEXT_KINDS = {Kind.PREFIX, Kind.JARO_WINKLER, Kind.EDIT}
_DIGIT_KINDS = {Kind.ONE_DIGIT, Kind.TRANSPOSED, Kind.NEAR}
_DIGITS = frozenset({"birth", "birth_year", "birth_month_day", "tin", "zip", "zip3", "number"})
_AT: Mapping[Kind, tuple[float, float]] = {
    Kind.FIRST: (1, 7), Kind.PREFIX: (1, 40), Kind.EDIT: (1, 40), Kind.NEAR: (0, 999_999_999),
    Kind.LEADING: (1, 8), Kind.JARO_WINKLER: (0, 1),
}  # fmt: skip
"""What `at` may be, of the kinds that have one; a whole number but for jaro_winkler."""

SWITCHES: Mapping[str, tuple[Any, ...]] = {
    **{name: get_args(info.annotation) for name, info in LinkageSpec.model_fields.items()
       if name in ("name_compare", "surname_handling", "address_check")},
    "unit_required": (False, True),
    "street_words_normalised": (False, True),
}  # fmt: skip
"""The scenario's switches that a `when` may ask, and how they may stand."""

_MAX_PATHS, _MAX_PARTS = 8, 60


def _known(name: str) -> str:
    if name not in LINKED:
        raise ValueError(
            f"is not one of {', '.join(sorted(LINKED))}{nearest(name, LINKED)} (got {show(name)})"
        )
    return name


FieldName = Annotated[str, AfterValidator(_known)]


def _key(text: str) -> str:
    sides = [_known(side.strip()) for side in text.split("=")]
    if len(sides) > 2:
        raise ValueError("should be a field, or one of the request = one of the record")
    return " = ".join(sides)


Key = Annotated[str, AfterValidator(_key)]
Pass = Annotated[list[Key], Field(max_length=8)]


def _switches(when: dict[str, Any]) -> dict[str, Any]:
    for name, value in when.items():
        if name not in SWITCHES:
            raise ValueError(f"{name} is not one of {', '.join(SWITCHES)}{nearest(name, SWITCHES)}")
        if not any(value is each or (isinstance(each, str) and value == each) for each in SWITCHES[name]):
            allowed = ", ".join(show(each) for each in SWITCHES[name])
            raise ValueError(f"{name} should be one of {allowed} (got {show(value)})")
    return when


When = Annotated[dict[str, Any], AfterValidator(_switches)]


class _Part(BaseModel):
    model_config = _STRICT
    when: When = Field(default_factory=dict, description="Switches of the scenario that it holds for")

    def holds(self, scenario: Scenario) -> bool:
        """Whether the scenario's switches stand as `when` asks."""
        return all(standing(scenario, name) == value for name, value in self.when.items())


def standing(scenario: Scenario, switch: str) -> Any:
    """Return how a switch of `SWITCHES` stands in a scenario."""
    if switch in LinkageSpec.model_fields:
        return getattr(scenario.linkage, switch)
    return scenario.value(f"linkage.{switch}") > 0


class LevelDefinition(BaseModel):
    """One level as written. weight: bits, None where the rule's way of weighing decides it."""

    model_config = _STRICT
    kind: Kind
    at: float = 0.0
    weight: float | None = None
    shared_with_few: bool = False


def _level(written: Any) -> LevelDefinition:
    """Read "exact", { exact = 1.0 } or { near = { at = 3, weight = 0.5 } }."""
    kinds = [kind.value for kind in Kind]
    how: Any = {}
    kind = written if isinstance(written, str) else None
    if isinstance(written, dict) and len(written) == 1:
        ((kind, how),) = written.items()
    if kind is None:
        raise ValueError(f"should be the name of a level or one name = weight (got {show(written)})")
    if kind not in kinds:
        raise ValueError(f"{show(kind)} is not one of {', '.join(kinds)}{nearest(kind, kinds)}")
    how = how if isinstance(how, dict) else {"weight": how}
    if unknown := sorted(set(how) - {"at", "weight", "shared_with_few"}):
        raise ValueError(f"{kind} has at, weight and shared_with_few, not {', '.join(unknown)}")
    for name in ("at", "weight"):
        if name in how and (isinstance(how[name], bool) or not isinstance(how[name], (int, float))):
            raise ValueError(f"{kind}: {name} should be a number (got {show(how[name])})")
    if not isinstance(how.get("shared_with_few", False), bool):
        raise ValueError(f"{kind}: shared_with_few should be true or false")
    bounds = _AT.get(Kind(kind))
    if bounds is None and "at" in how:
        raise ValueError(f"{kind} has no at (got {show(how['at'])})")
    if bounds is not None:
        low, high = bounds
        whole = kind != Kind.JARO_WINKLER
        fits = "at" in how and low <= how["at"] <= high and (not whole or how["at"] == int(how["at"]))
        if not fits:
            said = f"(got {show(how['at'])})" if "at" in how else "(none is given)"
            what = "a whole number in" if whole else "in"
            raise ValueError(f"{kind} needs at {what} [{exact(low)}, {exact(high)}] {said}")
    if abs(how.get("weight", 0.0)) > 1_000:
        raise ValueError(f"{kind}: weight should be in [-1000, 1000] bits (got {show(how['weight'])})")
    return LevelDefinition(
        kind=Kind(kind), at=float(how.get("at", 0.0)), shared_with_few=how.get("shared_with_few", False),
        weight=float(how["weight"]) if "weight" in how else None,
    )  # fmt: skip


WrittenLevel = Annotated[LevelDefinition, BeforeValidator(_level)]


class CompareDefinition(_Part):
    """One comparison as written; see `sim.linkage.comparison.Comparison`."""

    field: Name
    columns: list[FieldName] = Field(default_factory=list, max_length=8)
    like: Literal["one", "chain", "set"] = Field("one", alias="as")
    levels: list[WrittenLevel] = Field(min_length=2, max_length=12)
    rare_values: list[FieldName] = Field(default_factory=list, max_length=4)

    @property
    def compared(self) -> tuple[str, ...]:
        """The fields compared."""
        return tuple(self.columns) or (self.field,)

    @model_validator(mode="after")
    def _fits(self) -> CompareDefinition:
        if not self.columns:
            _known(self.field)
        kinds = [level.kind for level in self.levels]
        if kinds[-1] is not Kind.ELSE or kinds.count(Kind.ELSE) > 1:
            raise ValueError("the last of levels, and only the last, should be 'else'")
        if Kind.MISSING in kinds[1:]:
            raise ValueError("'missing' should be the first of levels")
        if self.like == "set" and len(self.columns) < 3:
            raise ValueError("a set needs columns: those of its values, and last the one of all as a line")
        for level in self.levels:
            if problem := self._misplaced(level):
                raise ValueError(f"{level.kind.value} {problem}")
        if set(self.rare_values) - set(self.compared):
            raise ValueError("rare_values should be among the columns compared")
        return self

    def _misplaced(self, level: LevelDefinition) -> str:
        kind, first = level.kind, self.compared[0]
        many = len(self.compared) > 1 and self.like != "set"
        if kind is Kind.SHARED and self.like != "set":
            return 'needs as = "set"'
        if kind is Kind.FIRST and (not many or level.at >= len(self.compared)):
            return "counts columns, of which there should be more"
        if kind in _TEXT_KINDS and (first not in TEXT or many):
            return f"compares letters, and {first} is not one field of words"
        of_set = self.like == "set"
        if kind in _DIGIT_KINDS and (first not in _DIGITS or many or of_set):
            return f"compares digits, and {first} is not one field of digits"
        if kind is Kind.LEADING and (first not in _DIGITS or of_set):
            return f"compares digits, and {first} has none"
        if kind is Kind.DAY_MONTH and (self.compared != ("birth",)):
            return "compares dates, and only birth is one"
        return ""


class BlockDefinition(_Part):
    """One blocking pass: pairs that agree on all its keys are looked at."""

    on: Pass


class RefuseDefinition(_Part):
    """A condition that a request has to meet to be searched, and what is told of those that do not."""

    unless: str
    reason: Name

    @model_validator(mode="after")
    def _known_condition(self) -> RefuseDefinition:
        if self.unless not in NAMED:
            known = f"{', '.join(NAMED)}{nearest(self.unless, NAMED)}"
            raise ValueError(f"unless {show(self.unless)} is not one of {known}")
        return self


def _applies(text: str) -> str:
    if text != "everyone" and not re.fullmatch(f"has (no )?({'|'.join(TYPED)})", text):
        raise ValueError(f'should be "everyone", "has FIELD" or "has no FIELD", of {", ".join(TYPED)}')
    return text


class PathDefinition(BaseModel):
    """One way of searching as written; see `sim.linkage.comparison.Path`."""

    model_config = _STRICT
    name: Name
    applies: Annotated[str, AfterValidator(_applies)] = "everyone"
    refuse: list[RefuseDefinition] = Field(default_factory=list, max_length=_MAX_PATHS)
    block: list[BlockDefinition] = Field(min_length=1, max_length=_MAX_PARTS)
    compare: list[CompareDefinition] = Field(min_length=1, max_length=_MAX_PARTS)
    threshold: float | Literal["all"] | None = None
    weights: Literal["given", "learnt"] = "given"
    base: float = 0.0
    learn_from: list[Pass] = Field(default_factory=list, max_length=_MAX_PARTS)

    @property
    def learnt(self) -> bool:
        """Whether the weights are learnt from a list of the same kind."""
        return self.weights == "learnt"

    @model_validator(mode="after")
    def _fits(self) -> PathDefinition:
        weighed = [
            level.weight is not None for each in self.compare for level in each.levels
            if level.kind not in (Kind.ELSE, Kind.MISSING)
        ]  # fmt: skip
        if self.learnt and self.threshold is not None:
            raise ValueError("a learnt path has its threshold from the scenario (linkage.threshold)")
        if not self.learnt and self.threshold is None:
            raise ValueError('needs threshold: a number of bits, or "all"')
        if (self.learnt or self.threshold == "all") and any(weighed):
            why = "weights are learnt" if self.learnt else 'with threshold = "all" every level agrees or not'
            raise ValueError(f"levels carry no weight of their own: {why}")
        if isinstance(self.threshold, float) and not all(weighed):
            raise ValueError("every level but else and missing needs a weight where threshold is a number")
        if self.learnt and (self.applies != "everyone" or self.refuse or self.base):
            raise ValueError("a learnt path is for everyone, refuses nobody and has no base of its own")
        if self.learnt and any(each.levels[0].kind is not Kind.MISSING for each in self.compare):
            raise ValueError("where weights are learnt the first of levels should be 'missing'")
        if not self.learnt and (self.learn_from or any(each.rare_values for each in self.compare)):
            raise ValueError('learn_from and rare_values need weights = "learnt"')
        return self


class Definition(BaseModel):
    """A rule as its file says it, with the words for people."""

    model_config = _STRICT
    title: Words
    words: Words
    sentence: Words | None = None
    source: Words | None = None
    grade: Literal["A", "B", "C", "D"] = "D"
    held_against: Words | None = Field(None, description="Disclosure whose published counts it answers to")
    compared_with: dict[str, Any] | None = Field(
        None, description="Linkage settings under which it stands beside other rules"
    )
    path: list[PathDefinition] = Field(min_length=1, max_length=_MAX_PATHS)

    @model_validator(mode="after")
    def _fits(self) -> Definition:
        names = [path.name for path in self.path]
        if len(set(names)) < len(names):
            raise ValueError("two paths have one name")
        if any(path.learnt for path in self.path) and len(self.path) > 1:
            raise ValueError("a rule whose weights are learnt has one path")
        return self

    @property
    def learnt(self) -> bool:
        """Whether its weights are learnt, so that its scores are evidence in bits."""
        return self.path[0].learnt

    @property
    def switches(self) -> frozenset[str]:
        """The scenario's switches that it asks."""
        return frozenset(name for part in self._parts() for name in part.when)

    def _parts(self) -> Iterator[_Part]:
        for path in self.path:
            yield from (*path.refuse, *path.block, *path.compare)


def read_rule(text: str, told: str) -> Definition:
    """Return the rule written in a file's text; raises InputErrors with every mistake, told as of `told`."""
    table = _whole_as_float(parse_toml(text.encode("utf-8", "surrogatepass"), told))
    try:
        return Definition.model_validate(table)
    except ValidationError as errors:
        found = {_mistake(error, told) for error in errors.errors(include_url=False)}
        raise InputErrors(sorted(found)) from None


def _whole_as_float(table: dict[str, Any]) -> dict[str, Any]:
    """Let 3 stand for 3.0 where a number of bits is meant."""
    paths = table.get("path")
    for path in paths if isinstance(paths, list) else ():
        for name in ("threshold", "base") if isinstance(path, dict) else ():
            if type(path.get(name)) is int:
                path[name] = float(path[name])
    return table


def _mistake(error: Any, told: str) -> Mistake:
    where = ""
    for part in error["loc"]:
        if isinstance(part, int):
            where += f"[{part}]"
        elif part not in ("float", "literal['all']"):  # the sides of a union, of which nobody wrote one
            where += f".{part}" if where else part
    problem = WORDS_OF_ERRORS.get(error["type"], error["msg"].removeprefix("Value error, "))
    if error["type"] == "missing":
        return Mistake(told, where, "is missing")
    if error["type"] == "extra_forbidden":
        return Mistake(told, where, "is not a key of a rule")
    got = "" if error["type"] == "value_error" else f" (got {show(error['input'])})"
    problem = problem.removeprefix("Input ")
    return Mistake(told, where or "file", f"{problem[0].lower()}{problem[1:]}{got}")


def definition_of(scenario: Scenario) -> Definition:
    """Return the rule of a scenario as its file says it; raises InputErrors for an unknown or a wrong one."""
    return _read(scenario.rule_text(), scenario.linkage.rule)


def shipped() -> Mapping[str, Definition]:
    """Return the shipped rules by name; raises InputErrors with every mistake of the first wrong file."""
    return {name: _read(shipped_rule(name, RULE), name) for name in rules()}


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Definition:
    return read_rule(text, name if name.endswith(".toml") else f"rules/{name}.toml")
