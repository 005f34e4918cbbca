"""Every number of the model, with its unit, range, source and evidence grade.

The numbers live in `configs/parameters/<group>.toml`; the code has shapes only. The key of an entry is its
group and its path in the file: `[surname_typo.rate]` in noise.toml is `noise.surname_typo.rate`. An entry
must say

    value         a number, a table of labelled numbers, or a list of numbers
    unit          of each number ("share", "years", "per 1,000 requests", ...)
    range         [lowest, highest] that each number may be set to
    source        where the value was read or how it was derived; for an assumption, why none was found
    grade         P read in the primary source, S in a secondary one, B background knowledge, D derived by
                  arithmetic, assumption no published value found
    label         a few plain words for a slider
    description   a sentence or two for its help text

and may say `sums_to = 1` (shares that must add up), `form = "date"` (a day of the calendar as yyyymmdd) or
`"yes or no"` (1 or 0 and nothing between), and `levels = {clean = 0, published = ..., high = ...}` (the value
at each named level of noise). One broken entry refuses the whole catalogue.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sim.errors import InputErrors, Mistake
from sim.toml_files import nearest, plain_key, read_toml, show

Grade = Literal["P", "S", "B", "D", "assumption"]
Level = Literal["clean", "published", "high"]
Form = Literal["date", "yes or no"]
Value = float | dict[str, float] | tuple[float, ...]
GRADES: tuple[str, ...] = get_args(Grade)
LEVELS: tuple[str, ...] = get_args(Level)
GRADE_MEANING = {
    "P": "read in the primary source",
    "S": "read in a secondary source that quotes the primary one",
    "B": "background knowledge, not verified",
    "D": "derived by arithmetic from graded inputs",
    "assumption": "no published value found: an assumption",
}
SUM_TOLERANCE = 1e-6
_SMALL, _LARGE = 1e-9, 1e18

Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True)]


class Parameter(BaseModel):
    """One number (or table or list of numbers) of the model and what is known about it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    key: str
    value: Value
    unit: Words
    range: tuple[float, float]
    source: Words
    grade: Grade
    label: Words
    description: Words
    sums_to: float | None = None
    form: Form | None = None
    levels: dict[Level, Value] = Field(default_factory=dict)

    def at(self, level: str) -> Value:
        """Return the value at a named noise level; the plain value where the entry has no such level."""
        given = self.levels.get(level)  # type: ignore[call-overload]
        return self.value if given is None else self.accept(given)

    def accept(self, given: Any, default: Value | None = None) -> Value:
        """Return `given` as a value of this parameter's shape; raises ValueError saying what is wrong.

        A table may name some of its labels only; the others keep their value in `default`.
        """
        base = self.value if default is None else default
        if isinstance(base, dict):
            merged = base | self._labelled(given)
            self._check_sum(tuple(merged.values()))
            return merged
        if isinstance(base, tuple):
            if not isinstance(given, (list, tuple)):
                raise ValueError("should be a list of numbers")
            if len(given) != len(base):
                raise ValueError(f"should be a list of {len(base)} numbers, as in the catalogue")
            numbers = tuple(self._number(item) for item in given)
            self._check_sum(numbers)
            return numbers
        return self._number(given)

    def _labelled(self, given: Any) -> dict[str, float]:
        if not isinstance(given, Mapping) or not isinstance(self.value, dict):
            raise ValueError("should be a table of labelled numbers")
        for label in given:
            if label not in self.value:
                raise ValueError(f"has no label {show(label)}{nearest(str(label), self.value)}")
        return {label: self._number(number) for label, number in given.items()}

    def _number(self, given: Any) -> float:
        number = finite(given)
        low, high = self.range
        if not low <= number <= high:
            raise ValueError(f"is not in [{exact(low)}, {exact(high)}] ({self.unit})")
        if self.form == "date" and not is_date(number):
            raise ValueError("is no day of the calendar, as yyyymmdd")
        if self.form == "yes or no" and number not in (0.0, 1.0):
            raise ValueError("should be 1 (yes) or 0 (no)")
        return number

    def _check_sum(self, numbers: tuple[float, ...]) -> None:
        total = math.fsum(numbers)
        if self.sums_to is not None and abs(total - self.sums_to) > SUM_TOLERANCE:
            raise ValueError(f"should sum to {exact(self.sums_to)}, sums to {total:.6g}")


def is_date(number: float) -> bool:
    """Whether a number is a day of the calendar written yyyymmdd."""
    stamp = int(number)
    try:
        date(stamp // 10_000, stamp // 100 % 100, stamp % 100)
    except ValueError:
        return False
    return stamp == number


def finite(given: Any) -> float:
    """Return a real number as float, -0.0 as 0.0; raises ValueError for text, true, NaN and infinities."""
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise ValueError("should be a number")
    try:
        number = float(given)
    except OverflowError:
        raise ValueError("should be a finite number") from None
    if not math.isfinite(number):
        raise ValueError("should be a finite number")
    return number + 0.0  # -0.0 + 0.0 is 0.0, which has one canonical form


def exact(number: float) -> str:
    """Return a number of the model, or one that somebody typed, in full: a whole one with every digit.

    The shortest decimals that read back to the same number, without an exponent from a billionth to 1e18.
    """
    if float(number).is_integer() and abs(number) < _LARGE:
        return f"{int(number)}"
    text = repr(float(number))
    return format(Decimal(text), "f") if _SMALL <= abs(number) < _LARGE else text


def config_root() -> Path:
    """Return the folder of the shipped configuration: `sim/configs` of a wheel, `configs/` of a checkout."""
    packaged = Path(__file__).with_name("configs")
    checkout = Path(__file__).parent.parent / "configs"
    return packaged if packaged.is_dir() else checkout


@functools.cache
def catalogue() -> Mapping[str, Parameter]:
    """Return every parameter by key, sorted; raises InputErrors listing every broken entry of every file."""
    return read_catalogue(config_root() / "parameters")


def read_catalogue(folder: Path) -> Mapping[str, Parameter]:
    """Return the catalogue in `folder`, all its *.toml files; raises InputErrors with all their mistakes."""
    found: dict[str, Parameter] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            table = read_toml(path, path.name)
        except InputErrors as errors:
            mistakes += errors.mistakes
            continue
        _read_group(path.name, (path.stem,), table, found, mistakes)
    if mistakes:
        raise InputErrors(sorted(mistakes))
    return dict(sorted(found.items()))


def _read_group(
    file: str, at: tuple[str, ...], table: Any, found: dict[str, Parameter], mistakes: list[Mistake]
) -> None:
    """Walk one table: an entry if it has any field of one directly, a group of entries otherwise."""
    key = ".".join(at)
    if not plain_key(at):
        mistakes.append(Mistake(file, key, "key should be letters, digits, _ or - only"))
    elif not isinstance(table, dict) or not table:
        problem = f"should be an entry with value, unit, range and so on (got {show(table)})"
        mistakes.append(Mistake(file, key, problem))
    elif len(at) > 1 and (any(not isinstance(child, dict) for child in table.values()) or "value" in table):
        _read_entry(file, key, table, found, mistakes)
    else:
        for name, child in table.items():
            _read_group(file, (*at, name), child, found, mistakes)


def _read_entry(
    file: str, key: str, table: dict[str, Any], found: dict[str, Parameter], mistakes: list[Mistake]
) -> None:
    try:
        entry = Parameter.model_validate(_shaped(table) | {"key": key})
    except ValidationError as errors:
        mistakes += _entry_mistakes(file, key, errors)
        return
    low, high = entry.range
    if low > high:
        mistakes.append(
            Mistake(file, f"{key}.range", f"lowest is above highest (got {show(list(entry.range))})")
        )
        return
    for name, value in [("value", entry.value), *((f"levels.{k}", v) for k, v in entry.levels.items())]:
        try:
            entry.accept(value)
        except ValueError as error:
            mistakes.append(Mistake(file, f"{key}.{name}", f"{error} (got {show(value)})"))
            return
    found[key] = entry


def _span(entry: Parameter) -> str:
    low, high = entry.range
    return f"[{exact(low)}, {exact(high)}]"


def _shaped(table: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with lists as tuples and whole numbers as floats, as the strict model wants them."""
    return {name: _plain(value) for name, value in table.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(item) for item in value)
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items()}
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value) + 0.0
        except OverflowError:
            return math.inf  # refused by the model, which wants finite numbers
    return value


def _entry_mistakes(file: str, key: str, errors: ValidationError) -> list[Mistake]:
    """One mistake for each wrong field of an entry, whatever number of shapes were tried on it."""
    fields = [name for name in Parameter.model_fields if name != "key"]
    found: dict[str, Mistake] = {}
    for error in errors.errors(include_url=False, include_context=False):
        field = str(error["loc"][0])
        got = f" (got {show(error['input'])})"
        if error["type"] == "missing" and len(error["loc"]) == 1:
            problem, got = "is missing", ""
        elif error["type"] == "extra_forbidden":
            problem = f"is not a field of an entry{nearest(field, fields)}"
        elif field == "grade":
            problem = f"should be one of {', '.join(GRADES)}"
        elif field == "value":
            problem = "should be a finite number, a table of labelled numbers, or a list of numbers"
        elif field == "levels":
            problem = f"should give a value for some of {', '.join(LEVELS)}"
        elif field == "range":
            problem = "should be [lowest, highest], two finite numbers"
        else:
            problem = error["msg"].removeprefix("Input ")
        found.setdefault(field, Mistake(file, f"{key}.{field}", problem + got))
    return list(found.values())


def find(key: str) -> Parameter:
    """Return the parameter of that key; raises InputErrors with the nearest name if there is none."""
    known = catalogue()
    if key in known:
        return known[key]
    ending = [name for name in known if name.endswith("." + key)]
    hint = f"; did you mean {ending[0]}?" if ending else nearest(key, known)
    raise InputErrors([Mistake("parameters", key, f"no such parameter in the catalogue{hint}")])


def about(word: str) -> list[Parameter]:
    """Return the parameters of a group, else those with the word in key, label or description."""
    entries = list(catalogue().values())
    group = [entry for entry in entries if entry.key.startswith(word.rstrip(".") + ".")]
    whole = re.compile(rf"(?<![a-z0-9]){re.escape(word.lower())}(?![a-z0-9])")
    told = {entry.key: f"{entry.key} {entry.label} {entry.description}".lower() for entry in entries}
    return group or [entry for entry in entries if whole.search(told[entry.key].replace("_", " _ "))]


def line_of(entry: Parameter) -> str:
    """Return a parameter in a line: key, value and label."""
    return f"{entry.key} = {text_of(entry.value)} ({entry.label})"


def explain(key: str) -> str:
    """Return a page of plain text on one parameter; raises InputErrors."""
    entry = find(key)
    low, high = entry.range
    lines = [
        f"{entry.key}: {entry.label}",
        "",
        entry.description,
        "",
        f"value    {text_of(entry.value)}",
        f"unit     {entry.unit}",
        f"range    {exact(low)} to {exact(high)}",
    ]
    lines += [f"level    {name}: {text_of(value)}" for name, value in entry.levels.items()]
    lines += [f"grade    {entry.grade} ({GRADE_MEANING[entry.grade]})", f"source   {entry.source}"]
    return "\n".join(lines)


def text_of(value: Value) -> str:
    """Return a parameter's value in one line of plain text."""
    if isinstance(value, dict):
        return ", ".join(f"{label} {exact(number)}" for label, number in value.items())
    if isinstance(value, tuple):
        return ", ".join(exact(number) for number in value)
    return exact(value)


__all__ = [
    "GRADES", "GRADE_MEANING", "LEVELS", "Grade", "Level", "Parameter", "Value",
    "about", "catalogue", "config_root", "exact", "explain", "find", "finite", "line_of",
    "read_catalogue", "text_of",
]  # fmt: skip
