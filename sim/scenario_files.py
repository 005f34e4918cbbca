"""From files and `--set` options to one table of settings, each remembering the file that set it.

`extends = "other.toml"` starts from another file, which must lie in the folder tree of the file that was
asked for; `extends = "name"` (no suffix) starts from the shipped scenario of that name, and so does
"name.toml" where no such file lies beside. Later settings win, path by path: the extended file, the file,
`[scale.<name>]` if a scale was asked for, then `--set`.

A file that the program wrote holds every number, and in `given = [...]` the keys that were set by name: when
the noise level is changed these stay and the others follow the new level.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from sim.errors import InputErrors, Mistake
from sim.parameters import config_root
from sim.toml_files import display, leaves, nearest, parse_toml, plain_key, read_toml, show

MAX_EXTENDS = 8
OVERRIDES = "--set"
GIVEN = "given"
RULE = "linkage.rule"
DEFINITION = "linkage.definition"
_WORDS_OF_RULES = ("title", "words", "sentence", "source", "grade", "example")
SCENARIO_FILE = "scenario.toml"
SCALES_FILE = "scales.toml"
SCALED = ("population.size", "requests.count", "replicates")
_PRESET = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(slots=True)
class Settings:
    """Dotted key -> (value as written, file that wrote it), and the mistakes met on the way."""

    values: dict[str, tuple[Any, str]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    unsaid: dict[str, Any] = field(default_factory=dict)
    """Keys written out though nobody set them by name -> the noise level they were written under."""
    folders: dict[str, Path] = field(default_factory=dict)
    """File as told -> the folder it lies in."""
    _tables: set[str] = field(default_factory=set)
    """Every path under which some key was put: only these can hold what a new value replaces."""

    def lay(self, table: Mapping[str, Any], file: str) -> None:
        """Lay nested or dotted settings over what is there."""
        for key, value in table.items():
            *parents, last = key.split(".")
            self.add({last: dict(value) if isinstance(value, Mapping) else value}, file, parents)

    def add(self, table: dict[str, Any], file: str, under: Iterable[str] = ()) -> None:
        """Lay `table` over what is there; a value replaces a whole table of the same path and the reverse."""
        for path, value in leaves(table, tuple(under)):
            key = ".".join(path)
            if plain_key(path):
                self.put(key, value, file)
            else:
                self.mistakes.append(Mistake(file, show(key), "is not a plain key"))

    def put(self, key: str, value: Any, file: str) -> None:
        """Set one dotted key."""
        parents = {key.rsplit(".", depth)[0] for depth in range(1, key.count(".") + 1)}
        below = [k for k in self.values if k.startswith(key + ".")] if key in self._tables else []
        for old in [*below, *(parents & self.values.keys())]:
            if self.values[old][0] != {}:
                del self.values[old]
        self._tables |= parents
        self.unsaid.pop(key, None)
        self.values[key] = (value, file)

    def restrict(self, given: Any, file: str) -> None:
        """Remember that of the numbers in `file` only those in the list `given` were set; None: all were."""
        if given is None:
            return
        if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
            problem = f"should be a list of keys (got {show(given)})"
            self.mistakes.append(Mistake(file, GIVEN, problem))
            return
        missing = [name for name in given if self.values.get(name, (None, ""))[1] != file]
        problem = "names what this file does not set"
        self.mistakes += [Mistake(file, GIVEN, f"{problem} (got {show(name)})") for name in missing]
        level = self.values.get("noise.level", (None, ""))[0]
        own = [key for key, (_, source) in self.values.items() if source == file]
        self.unsaid |= {key: level for key in own if key not in given}

    def take(self, key: str) -> tuple[Any, str] | None:
        """Remove and return one setting."""
        return self.values.pop(key, None)


def presets() -> dict[str, Path]:
    """Return the shipped scenarios by name."""
    return {path.stem: path for path in sorted((config_root() / "scenarios").glob("*.toml"))}


def rules() -> Mapping[str, Path]:
    """Return the shipped matching rules by name."""
    return _rules(config_root() / "rules")


@functools.cache
def _rules(folder: Path) -> Mapping[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def shipped_rule(name: str, told_of: str) -> str:
    """Return the text of a shipped rule's file; raises InputErrors, told of a scenario, if there is none."""
    if name not in rules():
        known = ", ".join(rules())
        raise InputErrors([Mistake(told_of, RULE, f"should be one of {known} (got {show(name)})")])
    return _text_of(rules()[name])


@functools.cache
def _text_of(path: Path) -> str:
    return path.read_text("utf-8")


@functools.lru_cache(maxsize=64)
def rule_sha(text: str) -> str | None:
    """Return the SHA-256 of a rule without its words and comments; None if the text is not TOML."""
    try:
        table = parse_toml(text.encode("utf-8", "surrogatepass"), RULE)
    except InputErrors:
        return None
    kept = {key: value for key, value in table.items() if key not in _WORDS_OF_RULES}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def locate(name: str | Path) -> Path:
    """Return the file meant by a path or by a shipped scenario's name; raises InputErrors if none is."""
    shipped = presets()
    text = str(name)
    if a_file(text):
        return Path(text)
    if text in shipped:
        return shipped[text]
    raise InputErrors([Mistake(show(text), "file", not_found(text, "scenario", shipped))])


def a_file(text: str) -> bool:
    """Whether `text` is the path of something to read: never a folder, such as the program's own results."""
    try:
        return bool(text) and Path(text).exists() and not Path(text).is_dir()
    except (OSError, ValueError):  # a name too long for the system, or with a NUL in it
        return False


def not_found(text: str, kind: str, shipped: Iterable[str]) -> str:
    """Say why `text` is neither a file nor the name of a shipped `kind`, with the nearest name."""
    try:
        folder = bool(text) and Path(text).is_dir()
        inside = f"; did you mean {show(str(Path(text) / SCENARIO_FILE))}?" if folder else ""
        if folder and kind == "scenario" and (Path(text) / SCENARIO_FILE).is_file():
            return f"is a folder, not a scenario{inside}"
        if folder:
            return f"is a folder, not a {kind}"
    except (OSError, ValueError):
        pass
    return f"no such file or shipped {kind}{nearest(Path(text).stem, shipped)}"


def read_settings(path: Path, scale: str | None, overrides: Iterable[tuple[str, str]]) -> Settings:
    """Return every setting that `path` leads to, with the mistakes of all files together.

    Raises InputErrors at once only where nothing further can be read (no such file, not TOML).
    """
    settings = Settings()
    _read_file(path, path.resolve().parent, (), settings)
    _apply_scale(settings, scale)
    _apply_overrides(settings, overrides)
    _read_rule(settings, path)
    return settings


def _read_rule(settings: Settings, scenario: Path) -> None:
    """Lay the text of a rule's own file beside its name; a file that holds both stands for itself."""
    name, told = settings.values.get(RULE, ("", ""))
    text, said_by = settings.values.get(DEFINITION, ("", ""))
    if said_by and said_by != told:  # of a rule that another has replaced
        settings.take(DEFINITION)
        text = ""
    if not isinstance(name, str) or not name.endswith(".toml") or text:
        return
    try:
        found = rule_file(
            name, settings.folders.get(told, scenario.parent), on_command_line=told == OVERRIDES
        )
    except ValueError as error:
        settings.mistakes.append(Mistake(told, RULE, f"{error} (got {show(name)})"))
        settings.take(RULE)
    else:
        settings.put(RULE, found.name, told)
        settings.put(DEFINITION, rule_text(found), told)


def rule_file(name: str, folder: Path, *, on_command_line: bool = False) -> Path:
    """Return the file of a rule named by a scenario in `folder`; raises ValueError where it cannot be.

    on_command_line: the name is that of a file as typed there, or of one in `folder`.
    """
    if on_command_line and a_file(name):
        return Path(name)
    if "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError("leaves the folder of the scenario")
    target = folder.resolve() / name
    if not target.resolve().is_relative_to(folder.resolve()):
        raise ValueError("leaves the folder of the scenario")
    if not a_file(str(target)):
        near = (each.name for each in folder.glob("*.toml"))
        raise ValueError(f"is no rule's file beside the scenario{nearest(name, near)}")
    return target


def with_rule(changes: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return changes of a scenario with the text of a rule's own file beside its name.

    folder: where the file lies, unless its path is given as seen from the working folder. Raises InputErrors.
    """
    name = changes.get(RULE)
    if not isinstance(name, str) or not name.endswith(".toml") or DEFINITION in changes:
        return dict(changes)
    try:
        found = rule_file(name, folder, on_command_line=True)
    except ValueError as error:
        raise InputErrors([Mistake(RULE, RULE, f"{error} (got {show(name)})")]) from None
    return {**changes, RULE: found.name, DEFINITION: rule_text(found)}


def rule_text(path: Path) -> str:
    """Return what a rule's file says, in one spelling; raises InputErrors if it is not sane TOML."""
    return tomli_w.dumps(read_toml(path))


def _read_file(path: Path, tree: Path, seen: tuple[Path, ...], settings: Settings) -> None:
    table = read_toml(path)
    parent = table.pop("extends", None)
    if parent is not None:
        here = (*seen, path.resolve())
        try:
            target = _extended(path, parent, tree)
            if target.resolve() in here:
                raise ValueError("comes back to a file that extends it")
            if len(here) > MAX_EXTENDS:
                raise ValueError(f"goes through more than {MAX_EXTENDS} files")
        except ValueError as error:
            settings.mistakes.append(Mistake(display(path), "extends", f"{error} (got {show(parent)})"))
        else:
            inside = target.resolve().is_relative_to(tree)
            _read_file(target, tree if inside else target.resolve().parent, here, settings)
            for key in ("name", "title", "summary"):  # words describe one file; they are not inherited
                settings.take(key)
    given = table.pop(GIVEN, None)
    settings.folders[display(path)] = path.parent
    settings.add(table, display(path))
    settings.restrict(given, display(path))


def _extended(path: Path, parent: Any, tree: Path) -> Path:
    """Return the file an `extends` means; raises ValueError where it leaves the tree or does not exist."""
    if not isinstance(parent, str) or not parent or "\0" in parent:
        raise ValueError("should be the name of a scenario file in the same folder or of a shipped scenario")
    if not parent.endswith(".toml") and _PRESET.fullmatch(parent):
        shipped = presets()
        if parent not in shipped:
            raise ValueError(f"is not a shipped scenario{nearest(parent, shipped)}")
        return shipped[parent]
    if ".." in Path(parent).parts or Path(parent).is_absolute():
        raise ValueError("leaves the folder of the scenario")
    target = path.resolve().parent / parent
    if not target.resolve().is_relative_to(tree):
        raise ValueError("leaves the folder of the scenario")
    stem = parent.removesuffix(".toml")
    if not target.is_file() and stem in presets():  # a copy of a shipped scenario lies in a folder of its own
        return presets()[stem]
    if not target.is_file():
        raise ValueError(f"does not exist{nearest(parent, (p.name for p in path.parent.glob('*.toml')))}")
    return target


def scales() -> dict[str, dict[str, Any]]:
    """Return the shipped scales (name -> settings); raises InputErrors if their file is damaged."""
    return read_toml(config_root() / SCALES_FILE, SCALES_FILE)


def _apply_scale(settings: Settings, scale: str | None) -> None:
    """Lay the asked scale over the settings: the shipped one, then what the scenario says for it."""
    shipped = scales()
    own = [key for key in settings.values if key.split(".")[0] == "scale"]
    chosen: dict[str, tuple[Any, str]] = {}
    for key in own:
        value, file = settings.values.pop(key)
        name, _, target = key.removeprefix("scale").removeprefix(".").partition(".")
        if name not in shipped:
            settings.mistakes.append(Mistake(file, key, f"no such scale{nearest(name, shipped)}"))
        elif target in SCALED and name == scale:
            chosen[target] = (value, file)
        elif target not in SCALED and value != {}:
            settings.mistakes.append(Mistake(file, key, f"a scale sets only {', '.join(SCALED)}"))
    if scale is None:
        return
    if scale not in shipped:
        problem = f"should be one of {', '.join(shipped)} (got {show(scale)})"
        settings.mistakes.append(Mistake("--scale", "scale", problem))
        return
    settings.add({k: v for k, v in shipped[scale].items() if k != "summary"}, SCALES_FILE)
    for target, (value, file) in chosen.items():
        settings.put(target, value, file)


def _apply_overrides(settings: Settings, overrides: Iterable[tuple[str, str]]) -> None:
    seen: set[str] = set()
    for key, text in overrides:
        if not plain_key(tuple(key.split("."))):
            problem = "is not a key (as in requests.count=10000)"
            settings.mistakes.append(Mistake(OVERRIDES, show(key), problem))
        elif key in seen:
            settings.mistakes.append(Mistake(OVERRIDES, key, "is set twice"))
        elif key in ("extends", GIVEN) or key.split(".")[0] == "scale":
            settings.mistakes.append(Mistake(OVERRIDES, key, "belongs in a file"))
        else:
            seen.add(key)
            *parents, last = key.split(".")
            settings.add({last: value_of(text)}, OVERRIDES, parents)


def value_of(text: str) -> Any:
    """Return the TOML value written in `text`; text that is no TOML value is a string as it stands."""
    try:
        table = parse_toml(f"value = {text}".encode("utf-8", "surrogatepass"), OVERRIDES)
    except InputErrors:
        return text
    return table["value"] if set(table) == {"value"} else text
