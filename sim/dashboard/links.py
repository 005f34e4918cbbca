"""Deep links: a question in an address, every changed value written out, checked as strictly as a file.

`?v=0.1.0&preset=aug2025-as-run&set=requests.coverage=0.1&h=<first digits of the scenario's hash>`, or
`?run=r-0123456789ab` for a run kept on this machine. What a link asked for and did not get is said.
"""

from __future__ import annotations

from shlex import quote
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from sim.dashboard import state
from sim.errors import InputErrors, SimulatorError
from sim.linkage.rules import RULES
from sim.record.identity import engine_version
from sim.report.settings import toml_value
from sim.scenario import Scenario
from sim.scenario_files import presets, value_of
from sim.toml_files import nearest, show

KNOWN = ("v", "preset", "set", "h", "run")
MOST_SETTINGS, LONGEST = 200, 500
_DIGITS = 12


def here() -> str:
    """Return the address of the first page of this dashboard, as the visitor's browser knows it."""
    return (st.context.url or "").split("?")[0].rpartition("/")[0] + "/"


def link(base: str, preset: str, changes: dict[str, Any], scenario: Scenario) -> str:
    """Return the address that puts this very question."""
    parts = [("v", engine_version()), ("preset", preset)]
    parts += [("set", f"{key}={toml_value(value)}") for key, value in sorted(changes.items())]
    parts.append(("h", state.question_of(scenario)[:_DIGITS]))
    return f"{base}?{urlencode(parts)}"


def command(preset: str, changes: dict[str, Any], replicates: int) -> str:
    """Return the command line that answers this question."""
    settings = [f"{key}={toml_value(value)}" for key, value in sorted(changes.items()) if key != "replicates"]
    sets = "".join(f" \\\n    --set {quote(setting)}" for setting in settings)
    return f"sim run {preset} --replicates {replicates}{sets}"


def snippet(preset: str, changes: dict[str, Any], replicates: int) -> str:
    """Return the Python that answers this question."""
    settings = {**changes, "replicates": replicates}
    rows = "".join(f"    {key!r}: {value!r},\n" for key, value in sorted(settings.items()))
    return (
        "from sim.scenario import Scenario\nfrom sim.study.replicates import run\n\n"
        f"scenario = Scenario.load({preset!r}).replace({{\n{rows}}})\n"
        "print(run(scenario).headline.text())\n"
    )


def honour() -> None:
    """Put the question that the address asks for, once, and keep what was not honoured to be told."""
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    if not asked or st.session_state.get("honoured") == asked:
        return
    st.session_state.honoured = asked
    st.session_state.link_notes = notes = []
    state.ready()
    if "run" in asked:
        notes += _reopen(asked["run"])
        return
    if set(asked) & set(KNOWN):
        name, changes, notes_ = read(asked)
        state.choose(name, changes)
        notes += notes_
    notes += [f"`{show(key)}` means nothing here" for key in asked if key not in KNOWN]


def _reopen(ids: list[str]) -> list[str]:
    try:
        if len(ids) == 1 and state.reopen(ids[0]) is not None:
            return []
    except SimulatorError as error:
        return [f"run {show(ids[0])}: {error}"]
    return [f"run {show(ids[0])}: no such run on this machine"]


def read(asked: dict[str, list[str]]) -> tuple[str, dict[str, Any], list[str]]:
    """Return preset, changes, and what could not be honoured, from the parts of an address."""
    once = [key for key in KNOWN if key != "set" and len(asked.get(key, [])) > 1]
    notes = [f"`{key}` is given {len(asked[key])} times; the first was taken" for key in once]
    name = asked.get("preset", [state.PRESET])[0]
    if name not in presets():
        notes.append(f"preset {show(name)}: there is none of that name{nearest(name, presets())}")
        name = state.PRESET
    given = asked.get("set", [])
    if len(given) > MOST_SETTINGS:
        notes.append(f"only the first {MOST_SETTINGS} of {len(given):,} settings were read")
    changes: dict[str, Any] = {}
    for text in given[:MOST_SETTINGS]:
        key, equals, value = text.partition("=")
        if not equals or len(text) > LONGEST * 10 or key in changes or key in ("title", "name", "summary"):
            notes.append(f"{show(text)}: is not a setting, or is given twice")
            continue
        problem = _problem(name, changes, key, value_of(value))
        if problem:
            notes.append(problem)
        else:
            changes[key] = value_of(value)
    return name, _settled(name, changes, notes), notes + _other_meaning(asked, name, changes)


def _problem(name: str, changes: dict[str, Any], key: str, value: Any) -> str:
    if key == "linkage.rule" and value not in RULES:
        return f"{key}: should be one of {', '.join(sorted(RULES))} (got {show(value)})"
    try:
        state.asked(name, {**changes, key: value})
    except InputErrors as errors:
        return "; ".join(f"{each.key}: {each.problem}" for each in errors.mistakes)
    return ""


def _settled(name: str, changes: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return the changes as the scenario holds them, so that 1 and 1.0 are one value."""
    try:
        flat = state.asked(name, changes).flat()
    except InputErrors as errors:
        notes += map(str, errors.mistakes)
        return {}
    return {key: flat.get(key, value) for key, value in changes.items()}


def _other_meaning(asked: dict[str, list[str]], name: str, changes: dict[str, Any]) -> list[str]:
    version, digits = asked.get("v", [""])[0], asked.get("h", [""])[0]
    if not digits:
        return []
    try:
        here = state.question_of(state.asked(name, changes))[:_DIGITS]
    except InputErrors:
        return []
    if here == digits:
        return []
    made = f"by version {show(version)}; this is {engine_version()}" if version else "by another version"
    return [
        f"the link was made {made}, and its question means something else here (other numbers in the model)"
    ]
