"""The dashboard: `sim app`. Navigation only; a page is a file in sim/dashboard/.

Streamlit reads this file twice: once by its name, for the application that it serves (`app`), and once a
visit as the script that draws the page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sim import ending
from sim.dashboard import links, server, state

ICON = Path(state.__file__).parent / "icon.svg"
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


def draw() -> None:
    """Draw the page that the visitor is on."""
    st.set_page_config("Linkage Error Simulator", str(ICON), "wide", 340)
    links.honour()
    state.ready()
    page = st.navigation(
        {
            section: [
                st.Page(ICON.with_name(f"{name}.py"), title=title, icon=icon, default=name == "start")
                for name, title, icon in pages
            ]
            for section, pages in PAGES.items()
        },
        expanded=True,
    )
    page.run()


if __name__ == "__main__":
    draw()
else:
    ending.with_parent_named()
    app = st.App(__file__, middleware=[(server.Guard, (), {})])
