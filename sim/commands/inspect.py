"""Commands that show what can be asked: scenarios, their schema, and each number with its source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.text_safety import say

if TYPE_CHECKING:
    from sim.parameters import Parameter as Entry


def explain(name: str, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """Print one setting: value, unit, range, evidence grade, source. A group or a word lists what it names.

    Args:
        name: key of a setting, e.g. requests.tin_share or linkage.rule, of a group, e.g. requests, or a word,
            e.g. tin.
        as_json: print for machines.
    """
    from sim.parameters import catalogue, find, line_of
    from sim.parameters import explain as page

    switches = _switches()
    if name in catalogue():
        say(json.dumps(find(name).model_dump(), indent=2, ensure_ascii=False) if as_json else page(name))
    elif name in switches:
        about = {"key": name, **switches[name]}
        if name == "linkage.rule":
            from sim.scenario_files import rules

            about["enum"] = list(rules())
        say(json.dumps(about, indent=2, ensure_ascii=False) if as_json else _page(name, about))
    else:
        entries, named = _named(name, switches)
        if not entries and not named:
            find(name)  # tells the nearest name
        keys = [{"key": key, "label": switches[key].get("description", "")} for key in named]
        keys += [{"key": entry.key, "label": entry.label} for entry in entries]
        lines = [f"{key} ({switches[key].get('description', '')})" for key in named]
        shown = "\n".join([*lines, *map(line_of, entries)])
        say(json.dumps(keys, indent=2, ensure_ascii=False) if as_json else shown)


def _named(word: str, switches: dict[str, Any]) -> tuple[list[Entry], list[str]]:
    """Return the parameters and the switches that a word names, by group, key, label or description."""
    from sim.parameters import about

    entries = about(word)
    group = [key for key in switches if key.startswith(word.rstrip(".") + ".")]
    known = {key: f"{key} {about.get('description', '')}".lower() for key, about in switches.items()}
    whole = re.compile(rf"(?<![a-z0-9]){re.escape(word.lower())}(?![a-z0-9])")
    return entries, group or [key for key, text in known.items() if whole.search(text)]


def _switches() -> dict[str, Any]:
    """Return what the schema knows of every setting that is no number of the model, by dotted key."""
    from sim.parameters import catalogue
    from sim.scenario import Scenario
    from sim.scenario_build import structure_of
    from sim.scenario_schema import schema as document

    found: dict[str, Any] = {}
    known = document()
    for key in structure_of(Scenario):
        place = known
        for part in key.split("."):
            place = place["properties"][part]
        if key not in catalogue():
            found[key] = {name: value for name, value in place.items() if name != "title"}
    return found


def _page(key: str, about: dict[str, Any]) -> str:
    """Return a page of plain text on a setting that is no number of the model."""
    choices = about.get("enum") or [each["const"] for each in about.get("anyOf", []) if "const" in each]
    low, high = about.get("minimum"), about.get("maximum", about.get("exclusiveMaximum", 0) - 1)
    default = about.get("default")
    lines = [f"{key}: {about.get('description', 'words, which do not change any number')}", ""]
    lines += [f"default  {'none' if default is None else json.dumps(default, ensure_ascii=False)}"]
    lines += [f"one of   {', '.join(map(str, choices))}"] if "enum" in about else []
    lines += [f"range    {low} to {high}"] if low is not None and high > low else []
    return "\n".join([*lines, f"set it   sim run --set {key}=…, or in a scenario file"])


def schema() -> None:
    """Print the JSON Schema of a scenario file, with every parameter's range, unit and source."""
    from sim.scenario_schema import schema as document

    say(json.dumps(document(), indent=2, ensure_ascii=False))


def scenarios(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """List the scenarios that come ready, with a sentence each.

    Args:
        as_json: print for machines.
    """
    from sim.scenario import Scenario
    from sim.scenario_files import presets

    found = [Scenario.load(path) for path in presets().values()]
    if as_json:
        rows = [{"name": s.name, "title": s.title, "summary": s.summary} for s in found]
        say(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(s.name) for s in found)
    for s in found:
        say(f"{s.name:<{width}}  {s.summary}")
