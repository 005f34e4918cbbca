"""Controls made from metadata: label, help, range, source and grade come from the scenario and the catalogue.

A new parameter appears by itself: a noise rate among the kinds of noise, anything under "any number of the
model". Widgets write into the question (`state.change`); they hold nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

import streamlit as st

from sim.dashboard import show, state
from sim.errors import SimulatorError
from sim.linkage.rules import definition_of, shipped
from sim.parameters import GRADE_MEANING, Parameter, catalogue, exact, text_of
from sim.scenario import LinkageSpec, PopulationSpec, RequestsSpec, Scenario
from sim.scenario_files import presets, rules
from sim.text_safety import md, one_line

SIZES = (
    10_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_000_000,
    3_000_000,
    10_000_000,
    40_000_000,
    160_000_000,
)
COUNTS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_280_000)
POPULATIONS = (1, 5, 20, 50, 100)
FRONT = ("requests.coverage", "requests.tin_share")
FULL = "%.15g"
"""How a field shows a number: with every digit that was typed."""

WORDS = {
    "full_name": "the full name", "name_control": "four letters of the last name",
    "one_field": "as one field", "array": "as two: one in common is enough",
    "zip_proxy": "anything like a ZIP code will do", "must_match": "must agree with the file",
    "none": "not looked at", "withhold": "disclose nothing", "first": "disclose the first",
    "all": "disclose all",
    "best": "disclose the best", "clean": "none", "published": "as published", "high": "high",
}  # fmt: skip
"""Values of switches in plain words."""


def everything(scenario: Scenario) -> None:
    """Draw all controls for a question that is valid so far."""
    _preset()
    _rule(scenario)
    st.markdown("**How many**")
    _size("population.size", scenario.population.size, SIZES, PopulationSpec.model_fields["size"].description)
    _size("requests.count", scenario.requests.count, COUNTS, RequestsSpec.model_fields["count"].description)
    st.markdown("**What the list is like**")
    for key in FRONT:
        number(catalogue()[key], scenario)
    _choice("noise.level", scenario.noise.level, ("clean", "published", "high"), "Errors in the requests")
    # Fifty controls are not made, and sent, with every answer while nobody looks at them.
    kinds = st.expander("Each kind of error", key="kinds", on_change="rerun")
    if kinds.open:
        with kinds:
            st.caption("A share of the requests in which it can happen; the level above sets them all.")
            for entry in noise_rates():
                number(entry, scenario)
    with st.expander("Where the people asked for come from"):
        labelled(catalogue()["requests.origin_mix"], scenario)
    with st.expander("Any number of the model"):
        _any_number(scenario)


def noise_rates() -> list[Parameter]:
    """Return how often each kind of noise strikes, in the order of the catalogue."""
    return [entry for key, entry in catalogue().items() if key.startswith("noise.") and key.endswith(".rate")]


def _key(name: str) -> str:
    """Return a widget's key; a new preset or link begins a new generation of widgets."""
    return f"{st.session_state.generation}:{name}"


def _write(name: str, read: Callable[[Any], Any] = lambda value: value) -> None:
    state.change(name, read(st.session_state[_key(name)]))


def _preset() -> None:
    names = list(presets())
    chosen = st.selectbox(
        "Scenario", names, names.index(st.session_state.preset),
        lambda name: one_line(state.preset(name).title), key=_key("preset"),
        help="A question that comes ready; its settings can be changed below.",
    )  # fmt: skip
    if chosen != st.session_state.preset:
        state.choose(chosen)
        st.rerun()
    changed = st.session_state.changes
    if changed and st.button(f"Back to the preset ({len(changed)} changed)", key="reset"):
        state.choose(chosen)
        st.rerun()


def _rule(scenario: Scenario) -> None:
    linkage = scenario.linkage
    _choice("linkage.rule", linkage.rule, tuple(rules()), "Matching rule", listed=True)
    written = definition_of(scenario)
    for name, label in (
        ("address_check", "The address supplied"), ("name_compare", "With a number, compare"),
        ("surname_handling", "Two surnames count"),
    ):  # fmt: skip
        if name in written.switches:
            field = LinkageSpec.model_fields[name]
            options = get_args(field.annotation)
            _choice(f"linkage.{name}", getattr(linkage, name), options, label, field.description, listed=True)
    tie = LinkageSpec.model_fields["tie"]
    _choice(
        "linkage.tie",
        linkage.tie,
        get_args(tie.annotation),
        "When several people fit",
        tie.description,
        listed=True,
    )
    if written.learnt:
        probability = linkage.threshold_unit == "probability"
        # No bounds: what cannot be a threshold is said by the scenario, whose bounds are its own.
        st.number_input(
            f"Threshold, in {'probability' if probability else 'bits'}", value=linkage.threshold,
            step=0.01 if probability else 0.5, format="%.15g", key=_key("linkage.threshold"),
            on_change=_write, args=("linkage.threshold",), placeholder="the rule’s own",
            help="The score from which a link is accepted. Empty: the rule’s own.",
        )  # fmt: skip


def _choice(
    key: str, now: str, options: Sequence[str], label: str, about: str | None = None, listed: bool = False
) -> None:
    titles = {name: rule.title for name, rule in shipped().items()} if key == "linkage.rule" else {}

    def words(value: str) -> str:
        return one_line(titles.get(value) or WORDS.get(value, value.replace("_", " ")))

    told = None if about is None else md(about)
    if listed:
        st.selectbox(md(label), options, list(options).index(now) if now in options else 0, words,
                     key=_key(key), on_change=_write, args=(key,), help=told)  # fmt: skip
    else:
        st.segmented_control(md(label), options, default=now, format_func=lambda value: md(words(value)),
                             key=_key(key), required=True, on_change=_write, args=(key,),
                             help=told)  # fmt: skip


def _size(key: str, now: int, options: Sequence[int], label: str | None) -> None:
    offered = sorted({*options, now})
    st.select_slider(md(label or key), offered, now, lambda value: f"{value:,}", key=_key(key),
                     on_change=_write, args=(key,), help=f"Setting {md(key)}.")  # fmt: skip


def about(entry: Parameter) -> str:
    """Return a parameter's help: what it is, range, grade and source."""
    low, high = entry.range
    return (
        f"{md(entry.description)}\n\n{md(entry.key)}, {md(entry.unit)}, {exact(low)} to {exact(high)}. "
        f"**Grade {md(entry.grade)}** ({GRADE_MEANING[entry.grade]}). {md(entry.source)}"
    )


def number(entry: Parameter, scenario: Scenario) -> None:
    """Draw the control of a single number."""
    low, high = entry.range
    now = scenario.value(entry.key)
    marked = " (assumption)" if entry.grade == "assumption" else ""
    label, key = md(entry.label) + marked, _key(entry.key)
    told: dict[str, Any] = {"help": about(entry), "on_change": _write, "args": (entry.key,)}
    if entry.key in FRONT:
        st.slider(label, low, high, now, 0.005, format=FULL, key=key, **told)
    else:
        st.number_input(label, low, high, now, _step(low, high), format=FULL, key=key, **told)


def _step(low: float, high: float) -> float:
    return 0.01 if high - low <= 1 else 0.1 if high - low <= 20 else 1.0


def labelled(entry: Parameter, scenario: Scenario) -> None:
    """Draw a form for labelled numbers or a list; shares that must add up are scaled to do so."""
    low, high = entry.range
    flat = scenario.flat()[entry.key]
    now = dict(flat) if isinstance(flat, dict) else {f"number {i + 1}": v for i, v in enumerate(flat)}
    with st.form(_key(f"form-{entry.key}"), border=False):
        st.caption(about(entry))
        given = {
            label: st.number_input(md(label.replace("_", " ")), low, high, float(value), _step(low, high),
                                   format=FULL, key=_key(f"{entry.key}.{label}"))
            for label, value in now.items()
        }  # fmt: skip
        if entry.sums_to is not None:
            st.caption(f"They are scaled to add up to {exact(entry.sums_to)}.")
        if st.form_submit_button("Use these"):
            numbers = scaled(given, entry.sums_to)
            state.change(entry.key, numbers if isinstance(flat, dict) else tuple(numbers.values()))
            st.rerun()


def scaled(given: dict[str, float], total: float | None) -> dict[str, float]:
    """Return shares scaled to a total; as given where there is no total to reach, or nothing to scale."""
    whole = sum(given.values())
    if total is None or whole <= 0:
        return given
    return {label: value * total / whole for label, value in given.items()}


def _any_number(scenario: Scenario) -> None:
    entries = catalogue()
    chosen = st.selectbox(
        "Number", list(entries), None, lambda key: one_line(f"{entries[key].label} · {key}"),
        key="any-number", placeholder="Type a word, such as coverage",
    )  # fmt: skip
    if chosen is None:
        return
    entry = entries[chosen]
    value = text_of(state.preset(st.session_state.preset).parameters[chosen])[:300]
    st.caption(f"Preset value: {md(value)}")
    try:
        one(entry, scenario)
    except SimulatorError as error:
        st.error(show.mistakes(error))


def one(entry: Parameter, scenario: Scenario) -> None:
    """Draw the control of any one number of the model; raises SimulatorError for what cannot be."""
    if isinstance(entry.value, float):
        st.number_input(
            md(entry.label), *entry.range, scenario.value(entry.key), _step(*entry.range), format=FULL,
            key=_key(f"any:{entry.key}"), help=about(entry), on_change=_any_write, args=(entry.key,),
        )  # fmt: skip
    else:
        labelled(entry, scenario)


def _any_write(chosen: str) -> None:
    state.change(chosen, st.session_state[_key(f"any:{chosen}")])
