"""What can be asked of the program: one scenario, checked whole, frozen, with one canonical form.

Structure (sizes, rule, switches) is typed here; every number of the model is a parameter of the catalogue
(`sim/parameters.py`) that a scenario may set at its dotted path:

    [requests]
    count = 10_000          # structure
    coverage = 0.06         # parameter requests.coverage

Read a number with `scenario.value("requests.coverage")`, labelled numbers with `scenario.table(...)`. A
scenario that sets or reads a number without unit, range, source and grade is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sim.errors import InputErrors, Mistake
from sim.parameters import Level, Value, catalogue
from sim.scenario_build import check_thresholds, check_together, levelled, numbers, said, structure_of, typed
from sim.scenario_files import DEFINITION, GIVEN, Settings, locate, read_settings, rule_sha, shipped_rule
from sim.toml_files import display, leaves, nearest

FORMAT = "linkage-error-simulator/scenario/1"
_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
_WORDS = ("name", "title", "summary")

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
RuleName = Annotated[
    str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,39}|[A-Za-z0-9][A-Za-z0-9._-]{0,59}\.toml)$")
]
RuleText = Annotated[str, StringConstraints(max_length=40_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Pass = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\+[a-z0-9_]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]


class PopulationSpec(BaseModel):
    """The registry: how many taxpayer records the tax authority holds."""

    model_config = _STRICT
    size: int = Field(1_000_000, ge=1, le=400_000_000, description="Records in the registry")


class RequestsSpec(BaseModel):
    """The list: how many people are asked for."""

    model_config = _STRICT
    count: int = Field(10_000, ge=1, le=50_000_000, description="Requests on the list")


class NoiseSpec(BaseModel):
    """The named level from which every noise parameter takes its value unless the scenario sets it."""

    model_config = _STRICT
    level: Level = Field("published", description="Named level of all noise: clean, published or high")


class LinkageSpec(BaseModel):
    """The matching rule and its switches. Rules and blocking passes are checked by sim/linkage."""

    model_config = _STRICT
    rule: RuleName = Field("irs_2025", description="Matching rule: a shipped one, or a file")
    definition: RuleText = Field("", description="Text of the rule's file, where it is not a shipped one")
    name_compare: Literal["full_name", "name_control"] = Field(
        "full_name", description="What of the name must agree on the TIN path"
    )
    surname_handling: Literal["one_field", "array"] = Field(
        "one_field", description="Two surnames compared as one field or as a set"
    )
    address_check: Literal["zip_proxy", "must_match", "none"] = Field(
        "zip_proxy", description="Check made on the supplied address on the TIN path"
    )
    tie: Literal["withhold", "first", "all", "best"] = Field(
        "withhold", description="What is done when a request links to several records"
    )
    threshold: float | None = Field(None, description="Lowest score that links; none = the rule's own")
    threshold_unit: Literal["bits", "probability"] = Field("bits", description="Unit of the thresholds")
    clerical_low: float | None = Field(None, description="From this score on a reviewer decides")
    clerical_high: float | None = Field(None, description="From this score on no reviewer is needed")
    one_to_one: bool = Field(False, description="Each record may be disclosed for one request only")
    blocking: tuple[Pass, ...] = Field(
        (), max_length=20, description="Blocking passes; none = the rule's own"
    )


class Scenario(BaseModel):
    """One question, whole: structure, switches and every model number. Frozen, strict, hashed by content."""

    model_config = _STRICT
    name: Identifier = "scenario"
    title: Text = ""
    summary: Text = ""
    seed: int = Field(1, ge=0, lt=2**64, description="Master seed of the study")
    replicates: int = Field(5, ge=1, le=10_000, description="Independent populations")
    population: PopulationSpec = PopulationSpec()
    requests: RequestsSpec = RequestsSpec()
    noise: NoiseSpec = NoiseSpec()
    linkage: LinkageSpec = LinkageSpec()
    parameters: dict[str, Value] = Field(default_factory=dict, repr=False)
    given: tuple[str, ...] = Field(
        (), repr=False, description="Numbers set by name; every other is that of the noise level"
    )
    """Which numbers that have levels were set, sorted: these keep their value when the level is changed."""

    @classmethod
    def load(
        cls, path: str | Path, overrides: Iterable[tuple[str, str]] = (), scale: str | None = None
    ) -> Self:
        """Read a scenario from a file or by the name of a shipped one.

        overrides: (key, TOML value) pairs of `--set`.  scale: name of a table in scales.toml.
        Raises InputErrors with every mistake of every file involved.
        """
        file = locate(path)
        settings = read_settings(file, scale, overrides)
        settings.values.setdefault("name", (_identifier(file.stem), display(file)))
        return cls._build(settings)

    @classmethod
    def of(cls, table: Mapping[str, Any] | None = None, file: str = "scenario") -> Self:
        """Make a scenario from nested or dotted settings; raises InputErrors, told as of `file`."""
        settings = Settings()
        own = dict(table or {})
        given = own.pop(GIVEN, None)
        settings.lay(own, file)
        settings.restrict(given, file)
        return cls._build(settings)

    @classmethod
    def _build(cls, settings: Settings) -> Self:
        given, unsaid = said(settings)
        mistakes = list(settings.mistakes)
        structure = structure_of(cls)
        spec = typed(cls, {k: v for k, v in given.items() if k in structure}, mistakes)
        level = spec.noise.level if spec else "published"
        others = {k: v for k, v in given.items() if k not in structure}
        parameters = numbers(others, level, structure, mistakes)
        check_together(parameters, given, mistakes)
        if spec is not None:
            check_thresholds(spec.linkage, given, mistakes)
        if mistakes or spec is None:
            raise InputErrors(sorted(set(mistakes)))
        return spec.model_copy(update={"parameters": parameters, "given": levelled(set(given) - unsaid)})

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return this scenario with dotted keys set anew, e.g. {"requests.coverage": 0.1}.

        The same as `--set` laid over the file: a new noise level moves every number that follows levels,
        but none that was set, be it to the very value of its level; raises InputErrors.
        """
        known, said = catalogue(), {name for key in self.given for name in (key, key.rpartition(".")[0])}
        usual = {key: known[key].at(self.noise.level) for key in known if key not in said}
        settings = Settings()
        settings.lay({k: v for k, v in self.flat().items() if usual.get(k) != v}, self.name)
        settings.restrict(self.given, self.name)
        if changes.get("linkage.rule", self.linkage.rule) != self.linkage.rule:  # another file's text
            settings.take(DEFINITION)
        settings.lay(changes, self.name)
        return self._build(settings)

    def __hash__(self) -> int:
        return hash((self.sha256(), self.name))

    def value(self, key: str) -> float:
        """Return one number; raises InputErrors if the catalogue has no such number, or has a table there."""
        found = self._parameter(key)
        if isinstance(found, (dict, tuple)):
            raise InputErrors([Mistake(self.name, key, "is not a single number; use table() or series()")])
        return found

    def table(self, key: str) -> dict[str, float]:
        """Return labelled numbers (a copy); raises InputErrors as `value` does."""
        found = self._parameter(key)
        if not isinstance(found, dict):
            raise InputErrors([Mistake(self.name, key, "is not a table of labelled numbers")])
        return dict(found)

    def series(self, key: str) -> tuple[float, ...]:
        """Return a list of numbers; raises InputErrors as `value` does."""
        found = self._parameter(key)
        if not isinstance(found, tuple):
            raise InputErrors([Mistake(self.name, key, "is not a list of numbers")])
        return found

    def _parameter(self, key: str) -> Value:
        if key not in self.parameters:
            hint = nearest(key, self.parameters)
            problem = f"is used but not in the catalogue of parameters{hint}"
            raise InputErrors([Mistake(self.name, key, problem)])
        return self.parameters[key]

    def flat(self) -> dict[str, Any]:
        """Return every setting by dotted key, tables of parameters kept whole."""
        structure = self.model_dump(exclude={"parameters", GIVEN})
        flat = {".".join(path): value for path, value in leaves(structure)}
        return flat | {key: dict(v) if isinstance(v, dict) else v for key, v in self.parameters.items()}

    def resolved(self) -> dict[str, Any]:
        """Return structure and every parameter as nested tables, defaults written out (None left out)."""
        nested: dict[str, Any] = {}
        for key, value in sorted(self.flat().items()):
            if value is None:
                continue
            *parents, last = key.split(".")
            place = nested
            for part in parents:
                place = place.setdefault(part, {})
            place[last] = list(value) if isinstance(value, tuple) else value
        return nested

    def canonical(self) -> bytes:
        """Return the canonical form of all that decides the numbers: sorted compact JSON, no words."""
        return self._bytes

    @cached_property
    def _bytes(self) -> bytes:
        # Kept, since a sweep names every cell by it several times.
        settings = {key: value for key, value in self.flat().items() if key not in (*_WORDS, DEFINITION)}
        return _canonical({"format": FORMAT, "settings": settings, "rule": self.rule_sha256()})

    def rule_text(self) -> str:
        """Return the text of the rule's file; raises InputErrors where there is no such rule."""
        return self.linkage.definition or shipped_rule(self.linkage.rule, self.name)

    def rule_sha256(self) -> str | None:
        """Return the SHA-256 of what the rule's file says without its words; None where there is no rule."""
        try:
            text = self.rule_text()
        except InputErrors:
            return None
        return rule_sha(text)

    def sha256(self) -> str:
        """Return the SHA-256 of the canonical form; equal for an omitted and an explicit default."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def slice_sha(self, prefixes: Iterable[str]) -> str:
        """Return the SHA-256 of the settings whose key is, or starts with, one of `prefixes`.

        For caches: a room's result depends on e.g. ("seed", "population.", "registry.") only.
        """
        wanted = tuple(prefixes)
        part = {k: v for k, v in self.flat().items() if k not in _WORDS and k.startswith(wanted)}
        return hashlib.sha256(_canonical({"format": FORMAT, "slice": part})).hexdigest()

    def to_toml(self) -> str:
        """Return a TOML document that loads to this very scenario, whatever a later version's defaults."""
        return tomli_w.dumps({GIVEN: list(self.given), **self.resolved()})


def _canonical(table: dict[str, Any]) -> bytes:
    plain = _no_negative_zero(table)
    return json.dumps(
        plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _no_negative_zero(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _no_negative_zero(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_no_negative_zero(child) for child in value]
    return value + 0.0 if isinstance(value, float) else value


def _identifier(stem: str) -> str:
    """Return a file's stem as a scenario name."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in stem.lower())
    return plain.lstrip("._-")[:64] or "scenario"
