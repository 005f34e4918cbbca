"""Registries kept on disk: what keeping one takes, said first; and whether a question has one.

Keeping is `sim keep` in a process of its own (`jobs`). A kept registry serves every session, and stays when
the session ends.
"""

from __future__ import annotations

import streamlit as st

from sim.dashboard import jobs, state
from sim.errors import SimulatorError
from sim.kept import estimate, shelf
from sim.kept.find import quick
from sim.kept.session import StoredRegistry
from sim.kept.shortlists import MOST_REQUESTS
from sim.kept.store import Store
from sim.replicate import Replicate
from sim.scenario import Scenario
from sim.text_safety import md

PLACE = state.RUNS / "kept"


def ready(scenario: Scenario) -> bool:
    """Whether a question is answered from a kept registry while you wait."""
    few = scenario.requests.count <= MOST_REQUESTS
    try:
        return few and shelf.has(scenario, PLACE) and quick(scenario)
    except SimulatorError:  # a rule that does not exist: told where the question is put
        return False


def opened(scenario: Scenario) -> Replicate:
    """Return a question's registry, opened; raises VerificationError when it is damaged."""
    return Replicate(StoredRegistry(scenario, Store(shelf.place_of(scenario, PLACE))))


def offer(scenario: Scenario, *, busy: bool) -> None:
    """Say what keeping this question's registry takes and offer it, or why it would not help."""
    people, few = scenario.population.size, f"up to {MOST_REQUESTS:,} requests"
    if shelf.has(scenario, PLACE):
        st.caption(
            f"The registry of {people:,} taxpayers is kept. Questions of {few} are answered from it at once, "
            "under every rule on numbers and names."
        )
        return
    needs, begun = estimate.needs(people), shelf.begun(scenario, PLACE)
    short = estimate.shortage(needs, PLACE, begun)
    st.markdown("**Or keep this registry once, and ask as often as you like**")
    left = f" {begun / 1e9:.1f} GB of it are there already, from a build that was stopped." if begun else ""
    st.caption(
        f"{people:,} taxpayers: {needs.words()}. Expect a factor of two.{left} Then another list of {few}, "
        "other kinds of error or another rule are answered here in one to three seconds; not so under "
        "the probabilistic rule. The level of errors changes the registry too, which is then another to keep."
    )
    if short:
        st.caption(f"It {md(short.replace(', or choose another place with --out', ''))}.")
    if st.button("Keep this registry", key="keep", disabled=busy or short is not None):
        jobs.keep(scenario, PLACE)
        st.rerun()
