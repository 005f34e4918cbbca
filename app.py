"""The dashboard: `sim app`. Navigation only; a page is a file in sim/dashboard/."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sim.dashboard import links, state

ICON = Path(__file__).parent / "sim" / "dashboard" / "icon.svg"

st.set_page_config("Linkage Error Simulator", str(ICON), "wide", 340)
PAGES = {
    "Answers": (
        ("start", "Start", ":material/home:"),
        ("explore", "Explore", ":material/tune:"),
        ("one_case", "One case", ":material/person_search:"),
        ("groups", "Who is hurt", ":material/groups:"),
        ("how_sure", "How sure", ":material/query_stats:"),
    ),
    "Work with them": (
        ("sweeps", "Sweeps and comparisons", ":material/grid_on:"),
        ("cite", "Cite and download", ":material/format_quote:"),
        ("method", "Method and limits", ":material/menu_book:"),
    ),
}

links.honour()
state.ready()
page = st.navigation(
    {
        section: [
            st.Page(f"sim/dashboard/{name}.py", title=title, icon=icon, default=name == "start")
            for name, title, icon in pages
        ]
        for section, pages in PAGES.items()
    },
    expanded=True,
)
page.run()
