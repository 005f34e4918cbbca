"""The form of a sweep of one's own: a number of the question, and the values it shall take."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sim.dashboard import controls, jobs, show, state, swept
from sim.errors import SimulatorError
from sim.parameters import catalogue
from sim.study.uncertainty import beliefs
from sim.text_safety import one_line

SIZE = "population.size"
SIZES = (100_000, 300_000, 1_000_000, 3_000_000)
POINTS = 5


def numbers() -> list[str]:
    """Return what can be varied: the size of the registry, and every single number of the model."""
    return [SIZE, *(key for key, entry in catalogue().items() if isinstance(entry.value, float))]


def plausible() -> dict[str, tuple[float, float]]:
    """Return the ends stated for what is likely (configs/uncertainty.toml); what is possible is far wider."""
    return {belief.factor.key: (belief.factor.low, belief.factor.high) for belief in beliefs()}


def values(key: str, low: float, high: float) -> list[float]:
    """Return evenly spaced values, the ends included; the fixed sizes for the size of the registry."""
    if key == SIZE:
        return list(SIZES)
    inner = np.linspace(low, high, POINTS)[1:-1]
    return [low, *(float(f"{value:.10g}") for value in inner), high]


def form(busy: bool) -> None:
    """Draw the form; what it starts runs in a process of its own and then stands among the sweeps."""
    try:
        scenario = state.question()
    except SimulatorError as error:
        st.error(show.mistakes(error))
        return
    key = st.selectbox(
        "Number", numbers(), 0, lambda each: one_line(f"{swept.named(each)} · {each}"), key="vary-key"
    )
    low = high = 0.0
    if key == SIZE:
        st.caption("; ".join(f"{size:,}" for size in SIZES) + " records; the rest as on Explore.")
    else:
        entry = catalogue()[key]
        left, right = st.columns(2)
        likely = plausible().get(key, entry.range)
        low = left.number_input("From", *entry.range, likely[0], format=controls.FULL, key=f"vary-low-{key}")
        high = right.number_input("To", *entry.range, likely[1], format=controls.FULL, key=f"vary-high-{key}")
    many = st.select_slider("Populations for each value", (2, 5, 20), 5, key="vary-many")
    if key != SIZE and not low < high:
        st.error("“From” should be less than “To”.")
        return
    try:
        points = values(key, low, high)
        cells = [scenario.replace({key: value, "replicates": many}) for value in points]
        _, words, fits = jobs.expect(cells)
    except SimulatorError as error:
        st.error(show.mistakes(error))
        return
    st.caption(f"{len(points)} values, {len(points) * many:,} populations: {words}. Expect a factor of two.")
    if st.button("Run this sweep", key="run-vary", disabled=busy or not fits):
        jobs.vary(scenario.replace({"replicates": many}), key, points, state.SWEEPS)
        st.rerun()
