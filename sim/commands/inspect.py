"""Commands that show what can be asked: scenarios, their schema, and each number with its source."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from sim.text_safety import say


def explain(name: str, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """Print one parameter: value, unit, range, evidence grade, source. A group's name lists the group.

    Args:
        name: key of a parameter, e.g. requests.tin_share, or of a group, e.g. requests.
        as_json: print for machines.
    """
    from sim.parameters import explain as page
    from sim.parameters import find

    say(json.dumps(find(name).model_dump(), indent=2, ensure_ascii=False) if as_json else page(name))


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
