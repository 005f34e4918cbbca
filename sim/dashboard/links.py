"""Deep links: a question in an address, every changed value written out, checked as strictly as a file.

`?v=0.1.0&preset=aug2025-as-run&set=requests.coverage=0.1&h=<first digits of the scenario's hash>`, or
`?run=r-0123456789ab` for a run kept on this machine. What a link asked for and did not get is said.
The address bar always holds the question on the screen.
"""

from __future__ import annotations

from shlex import quote
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from sim.dashboard import state
from sim.errors import InputErrors, SimulatorError
from sim.linkage.normalise import FIELDS
from sim.record.identity import engine_version
from sim.report.settings import toml_value
from sim.scenario import Scenario
from sim.scenario_files import presets, rules, value_of
from sim.toml_files import nearest, plain_key, show

KNOWN = ("v", "preset", "set", "h", "run")
MOST_SETTINGS, LONGEST = 200, 500
_DIGITS = 12


def here() -> str:
    """Return the address of the first page of this dashboard, as the visitor's browser knows it."""
    return (st.context.url or "").split("?")[0].rpartition("/")[0] + "/"


def link(base: str, preset: str, changes: dict[str, Any], scenario: Scenario) -> str:
    """Return the address that puts this very question."""
    return f"{base}?{urlencode(_parts(preset, changes, scenario))}"


def _parts(preset: str, changes: dict[str, Any], scenario: Scenario | None) -> list[tuple[str, str]]:
    parts = [("v", engine_version()), ("preset", preset)]
    parts += [("set", f"{key}={toml_value(value)}") for key, value in sorted(changes.items())]
    return [*parts, ("h", state.question_of(scenario)[:_DIGITS])] if scenario else parts


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
    """Put the question of the address, keep what was not honoured to be told, and write the address anew.

    The address bar then holds the question on the screen, so that reloading and going back ask it again. One
    without any question, as a change of page leaves it, is given that of the screen.
    """
    asked = {key: st.query_params.get_all(key) for key in st.query_params}
    state.ready()
    if asked and st.session_state.get("address") != asked:
        st.session_state.link_notes = _put(asked)
    st.session_state.address = now = _address()
    if now != asked:
        st.query_params.from_dict(now)


def _address() -> dict[str, list[str]]:
    """Return the parts of the address of the question on the screen, and of the run that answers it."""
    try:
        scenario = state.question()
    except InputErrors:
        scenario = None
    found: dict[str, list[str]] = {}
    for key, value in _parts(st.session_state.preset, st.session_state.changes, scenario):
        found.setdefault(key, []).append(value)
    shown = state.answer()
    kept = shown is not None and shown.folder.parent == state.RUNS.resolve()
    if shown is not None and kept and not state.stale(shown):
        found["run"] = [shown.folder.name]
    return found


def _put(asked: dict[str, list[str]]) -> list[str]:
    """Put the question, or the run, that an address asks for; return what could not be honoured."""
    notes = _reopen(asked["run"]) if "run" in asked else []
    if "run" not in asked or (notes and set(asked) & {"preset", "set"}):
        if set(asked) & set(KNOWN):
            name, changes, told = read(asked)
            state.choose(name, changes)
            notes += told
        notes += [f"{show(key)} means nothing here" for key in asked if key not in KNOWN]
    return notes


def _reopen(ids: list[str]) -> list[str]:
    try:
        if len(ids) == 1 and state.reopen(ids[0]) is not None:
            return []
    except SimulatorError as error:
        return [f"run {show(ids[0])}: {error}"]
    return [f"run {show(ids[0])}: no such run on this machine"]


def read(asked: dict[str, list[str]]) -> tuple[str, dict[str, Any], list[str]]:
    """Return preset, changes, and what could not be honoured, from the parts of an address.

    All settings are read before any is judged, since some are right only together.
    """
    once = [key for key in KNOWN if key != "set" and len(asked.get(key, [])) > 1]
    notes = [f"{key} is given {len(asked[key])} times; the first was taken" for key in once]
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
        plain = plain_key(tuple(key.split("."))) and key not in ("title", "name", "summary")
        if not equals or len(text) > LONGEST * 10 or key in changes or not plain:
            notes.append(f"{show(text)}: is not a setting, or is given twice")
        else:
            changes[key] = value_of(value)
    changes = _possible(name, changes, notes)
    return name, changes, notes + _other_meaning(asked, name, changes)


def _possible(name: str, changes: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return the changes as the scenario holds them, without those that cannot be; these go to `notes`."""
    changes = dict(changes)
    for key, problem in _unknown_names(changes):
        notes.append(f"{key}: {problem}")
        changes.pop(key, None)
    while True:
        try:
            flat = state.asked(name, changes).flat()
        except InputErrors as errors:
            for each in errors.mistakes:
                notes.append(f"{each.key}: {each.problem}")
                for key in _concerned(each.key, changes):
                    changes.pop(key, None)
        else:
            # As the scenario holds them, 1 and 1.0 are one value, and a label is a part of its table.
            whole = {key: key if key in flat else key.rpartition(".")[0] for key in changes}
            return {key: flat[key] for key in whole.values()}


def _unknown_names(changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Return key and problem of a rule, or a field of a blocking pass, there is none of."""
    found = []
    rule, passes = changes.get("linkage.rule", "irs_2025"), changes.get("linkage.blocking", [])
    if not isinstance(rule, str) or rule not in rules():
        found.append(("linkage.rule", f"should be one of {', '.join(rules())} (got {show(rule)})"))
    words = [each for each in passes if isinstance(each, str)] if isinstance(passes, list) else []
    for field in (field for each in words for field in each.split("+")):
        if field not in FIELDS:
            told = f"should be one of {', '.join(sorted(FIELDS))} (got {show(field)})"
            found.append(("linkage.blocking", told))
    return found


def _concerned(key: str, changes: dict[str, Any]) -> list[str]:
    """Return the settings that a mistake at `key` is about: never none, so that reading comes to an end."""
    about = [each for each in changes if f"{each}.".startswith(f"{key}.") or key.startswith(f"{each}.")]
    section = [each for each in changes if each.rpartition(".")[0] == key.rpartition(".")[0]]
    return about or section[-1:] or list(changes)[-1:]


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
