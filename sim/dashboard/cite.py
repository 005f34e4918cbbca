"""Cite and download: the citation, how to make the number again, and every file of the run."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sim.dashboard import files, links, live, show, state
from sim.outcome.basis import basis
from sim.record.citation import Citation
from sim.report import wording
from sim.text_safety import for_file_name, md

show.head(
    "Cite and download",
    (
        "What is cited is a run: its ID is made of the question, the seed and the version, and its files can "
        "be checked by anybody."
    ),
)
shown = show.current()
late = state.stale(shown)
found = shown.found
show.headline(found)

cited = Citation.of(found.run.manifest, basis(found.run.scenario))
st.header("Citation")
if late:
    st.info("The citation is off while the controls ask for something else than what is shown.")
else:
    said = wording.clause(found.lead.rate, found.lead.verb, found.confidence)
    resting = f"({basis(found.run.scenario)}.)"
    st.caption("The number with its interval and its citation: the button at the right of the box copies it")
    st.code(
        f"If the model’s assumptions hold, {said} {resting} {cited.bluebook()}",
        language=None,
        wrap_lines=True,
    )
    if found.preview:
        st.caption("This run is a preview. It can be named, but a run to be relied on has more populations.")
    forms = ((cited.bluebook(), None), (cited.bibtex(), None), (cited.csl(), "json"))
    for tab, (text, language) in zip(st.tabs(["Bluebook", "BibTeX", "CSL-JSON"]), forms, strict=True):
        tab.code(text, language=language, wrap_lines=True)
    st.caption(
        "The citation is in the manner of the Bluebook, rule 18 (a proposal): where the run was published "
        "goes in the place of \\<URL\\>, or strike it out. What identifies the run is its ID and its SHA-256."
    )
    st.header("Make it again")
    base = state.preset(st.session_state.preset)
    changes = state.changes_to(base, found.run.scenario)
    if found.run.scenario.seed != base.seed:
        changes["seed"] = found.run.scenario.seed
    st.caption("Command line")
    st.code(links.command(base.name, changes, found.replicates), language="bash", wrap_lines=True)
    st.caption("Python")
    st.code(links.snippet(base.name, changes, found.replicates), language="python", wrap_lines=True)
    st.caption("Link to the question")
    address = links.here()
    st.code(links.link(address, base.name, changes, found.run.scenario), language=None, wrap_lines=True)

st.header("Files")
whole = partial(live.whole, live.worlds(), found.run.scenario) if live.is_mine(found.run.folder) else None
st.caption(
    "Each is made when you ask for it; PDF and Word take some seconds. The reports made here are short ones, "
    "and say which sections they hold; `sim report` writes the full report of a run."
)
with st.container(horizontal=True):
    for offer in files.offers(found, whole):
        st.download_button(
            md(offer.label), offer.make, file_name=for_file_name(offer.name), mime=offer.mime,
            on_click="ignore", disabled=late, key=f"offer-{offer.name}", icon=":material/download:",
            help=md(offer.about),
        )  # fmt: skip
manifest = found.run.manifest
with st.expander("Files of the run folder and their hashes"):
    rows = [(name, entry["bytes"], entry["sha256"]) for name, entry in sorted(manifest["files"].items())]
    show.table(("File", "Bytes", "SHA-256"), rows, "Files of the run with size and SHA-256")
st.caption(f"Hash of the results: {md(manifest['result_hash'])}")
