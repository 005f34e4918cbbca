"""How an answer looks on every page: the head, the warning when it is stale, the headline, and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sim.charts import DARK, LIGHT, Figure, Theme, export
from sim.charts import threshold as charts_threshold
from sim.charts.theme import in_lines
from sim.dashboard import live, state, words
from sim.errors import SimulatorError
from sim.linkage.curve import to_probability
from sim.linkage.probabilistic import threshold_bits
from sim.outcome.basis import basis, caution
from sim.outcome.rates import Rate
from sim.outcome.words import BY_LIST, BY_MATCHING, STRANGERS_DOOR
from sim.report import whose, wording
from sim.report.calibration import unchecked
from sim.report.findings import Findings
from sim.scenario import Scenario
from sim.text_safety import csv_of_rows, for_file_name, md, one_line

PHONE, PAGE = 330, 780
"""Width of figures in pixels, on a telephone and on a page."""

_PAGE_FONT = "Source Sans, Open Sans, DejaVu Sans, sans-serif"
"""Figures on a page are set in the page's type; their files in the packaged one."""

_STYLE = (
    "<style>[data-testid=stVegaLiteChart]{max-width:100%;overflow-x:auto}"
    "[data-testid=stTable] td div{max-width:none!important}"
    "[data-testid=stMainBlockContainer]{max-width:60rem;padding:3.5rem 2.5rem 4rem}"
    "@media(max-width:640px){[data-testid=stMainBlockContainer]{padding:3.5rem 1rem 3rem}"
    "[data-testid=stMain] h1{font-size:1.75rem}[data-testid=stMain] h2{font-size:1.4rem}}</style>"
)
"""Lines short enough to read, and the cells of a table as wide as there is room; a figure wider than a
telephone scrolls by itself, the page does not."""

_INK = "<style>[data-testid=stSliderThumbValue] p,[data-testid=stButtonGroup] p{{color:{ink}}}</style>"
"""The one blue that can carry white letters on dark ground is too dark for letters of its own there."""


def head(title: str, intro: str) -> None:
    """Write a page's title, what it is for, that all is synthetic, and what a link did not get."""
    st.html(_STYLE + _INK.format(ink=theme().ink))
    st.title(title)
    st.caption(words.SYNTHETIC)
    st.markdown(intro)
    notes = st.session_state.get("link_notes")
    if notes:
        st.warning(listed(notes), title="Not all of the link could be honoured")
        if st.button("Understood", key="link-notes"):
            st.session_state.link_notes = []
            st.rerun()


def theme() -> Theme:
    """Return the colours of the visitor's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def phone() -> bool:
    """Whether the visitor's browser says that it is a telephone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def width() -> int:
    """Return how wide figures are drawn, in pixels."""
    return PHONE if phone() else PAGE


def current() -> state.Answer:
    """Return the answer this page is about, made now in a new session; the page ends where there is none."""
    shown = state.answer()
    if shown is None:
        shown = attempt()
    if shown is None:
        st.info("There is no answer yet. Put a question on the page Explore.")
        st.stop()
    banner(shown)
    return shown


def attempt() -> state.Answer | None:
    """Answer the question of the controls if it is a small one; None, and what to do, when it cannot be."""
    try:
        scenario = state.question()
        if not live.small_enough(scenario):
            return None
        if live.shown(scenario) is None and given_up(scenario):
            return None
        return live.ensure(scenario)
    except SimulatorError as error:
        complain(error)
        return None


def given_up(scenario: Scenario) -> bool:
    """Say so, and offer to answer after all, when the visitor gave up waiting for this very question."""
    if not live.cancelled(scenario):
        return False
    st.info("Cancelled before the answer was there.")
    if st.button("Answer it", key="answer-it"):
        st.session_state.cancelled = None
        st.rerun()
    return True


def too_large(scenario: Scenario) -> None:
    """Say why a question gets no number here, and what to do; the page ends where nothing else is shown."""
    st.info(
        f"A list of {scenario.requests.count:,} requests to {scenario.population.size:,} records is not "
        "answered while you wait. “Run in full” on the page Explore answers it in a process of its own "
        "and says first what it takes; a smaller list or registry is answered here."
    )
    if state.answer() is None:
        st.stop()


def complain(error: SimulatorError) -> None:
    """Say what is wrong with the question, one line a mistake, and what to do."""
    st.error(
        mistakes(error) + "\n\nChange these controls, or go back to the preset.",
        title="This cannot be answered",
    )


def mistakes(error: SimulatorError) -> str:
    """Return the mistakes of an error as a list in Markdown, an item each."""
    return listed([f"{each.key}: {each.problem}" for each in getattr(error, "mistakes", ())] or [error])


def listed(lines: Sequence[object]) -> str:
    """Return lines as a list in Markdown: an item each, whatever a line holds."""
    return "\n".join(f"- {md(line)}" for line in lines)


def banner(shown: state.Answer) -> bool:
    """Say so when the controls ask for something else than what is shown; return whether they do."""
    late = state.stale(shown)
    if late:
        st.warning(
            f"What is shown is still run {md(shown.folder.name)} ({md(shown.title)}). Downloads are off "
            "until the question on the page Explore is answered.",
            title="Results do not match the controls",
        )
    found = shown.found
    if found.preview:
        done = wording.populations(found.replicates)
        st.caption(words.SENTENCES["preview"].format(done=done, least=f"{found.least:,}"))
    for note in shown.notes:
        st.caption(f"Note: {md(note)}")
    return late


def headline(found: Findings) -> None:
    """Write the headline in a sentence and in numbers, with run ID, and the other quantities kept apart."""
    lead, run = found.lead, found.run.run_id
    sentence, rest = wording.halves(lead.rate, lead.verb, found.confidence)
    about = basis(found.run.scenario)
    asked = f"{found.run.scenario.requests.count:,} requests a list"
    st.caption(f"{md(about[:1].upper() + about[1:])}; {asked}; run {md(run)}: {md(found.standing)}")
    if said := caution(found.run.scenario):
        st.warning(f"Caution: {md(said)}.")
    st.markdown(f"## {md(sentence[:1].upper() + sentence[1:])}")
    if rest:
        st.markdown(f"{md(rest[0].upper() + rest[1:])}.")
    if found.quantities:
        st.markdown(md(whose.MEANT))
        st.markdown(md(whose.people_of_one(lead, found.run.scenario.requests.count)))
        shown = (
            (f"Stranger’s door · {md(run)}", STRANGERS_DOOR, "stranger's door"),
            ("of these by a matching error", f"{STRANGERS_DOOR}_{BY_MATCHING}", "matching error"),
            ("of these by an identity in the list", f"{STRANGERS_DOOR}_{BY_LIST}", "error of the list"),
        )
        for place, (label, word, term) in zip(st.columns(3), shown, strict=True):
            _metric(place, label, found.quantities[word], found, words.hover(term))
        st.caption(f"Not in these numbers: {md(whose.apart(found.quantities))}.")
        return
    st.caption(whose.NOT_COUNTED)
    first, second, third = st.columns(3)
    _metric(first, f"Another’s record · {md(run)}", lead.rate, found, words.hover("false match"))
    moved, missed = found.rates["wrong_door"], found.rates["missed"]
    _metric(second, "Right person, moved away or an office", moved, found, words.hover("disclosure"))
    _metric(third, "Missed", missed, found, words.hover("missed match"))


def _metric(place: DeltaGenerator, label: str, rate: Rate, found: Findings, about: str) -> None:
    with place.container(border=True, gap="xsmall", height="stretch"):
        st.metric(label, wording.number(rate), help=about)
        st.caption(
            f"of {rate.per:,} {md(rate.denominator_name)}; {wording.span(rate, found.confidence)}; "
            f"{rate.numerator:,} of {rate.denominator:,}"
        )


def four(found: Findings) -> None:
    """Set the four quantities that are never added up beside each other, each with its own base."""
    if found.quantities:
        whose_door(found)
    rates = found.rates
    keys = ("wrong_person", "wrong_door", "", "insufficient_among_answered")
    rows = []
    for key, (name, meaning) in zip(keys, words.four(found.run.scenario), strict=True):
        if not key:
            value = f"{unchecked(found):,} of {found.total('answered'):,} requests answered"
            rows.append((name, value, "—", meaning))
            continue
        rate = rates.get(key)
        value = "—" if rate is None else f"{wording.number(rate)} of {rate.per:,} {rate.denominator_name}"
        rows.append((name, value, "—" if rate is None else wording.bounds(rate), meaning))
    st.header("Four quantities, kept apart")
    table(
        ("Quantity", "Rate", f"{found.confidence} interval", "What it is"),
        rows,
        "The four quantities with rates",
    )


def whose_door(found: Findings) -> None:
    """Show whose door was named, each quantity by itself: only the first is a stranger's."""
    rows = [
        (each.name, each.of_disclosed, each.bounds, each.rate.numerator, each.people, each.meaning)
        for each in whose.told(found.quantities, found.run.scenario.requests.count)
    ]
    st.header("Whose door was named")
    table(
        ("Quantity", "Of 1,000 disclosed", f"{found.confidence} interval", "Addresses", "People of one list",
         "What it is"),
        rows,
        "Whose door was named: the quantities with rates",
    )  # fmt: skip
    st.caption(whose.NOTE)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], about: str) -> None:
    """Show a small table that can be read by a screen reader; its cells are Markdown to Streamlit."""
    columns = {md(name): [md(_cell(row[place])) for row in rows] for place, name in enumerate(heads)}
    st.table(columns, hide_index=True, alt=one_line(about))


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return wording.significant(value, 3)
    return f"{value:,}" if isinstance(value, int) else one_line(str(value))


def figure(drawn: Figure, late: bool = False) -> None:
    """Show a figure with the table behind it and its files one click away; files are off when `late`."""
    st.vega_lite_chart(
        spec=_dressed(drawn),
        theme=None,
        width="content",
        alt=one_line(drawn.alt),
        key=f"chart-{drawn.name}-{drawn.source.run_id}",
    )
    about = f"Numbers and files of this figure ({md(drawn.name)})"
    behind = st.expander(about, key=f"behind-{drawn.name}", on_change="rerun")
    if not behind.open:
        return
    with behind:
        st.caption(md(drawn.alt))
        columns = {
            name: [_cell(row[place]) for row in drawn.table.rows]
            for place, name in enumerate(drawn.table.head)
        }
        st.dataframe(columns, hide_index=True, alt=one_line(f"The numbers behind: {drawn.title}"))
        with st.container(horizontal=True):
            name = f"{drawn.source.run_id}-{drawn.name}"
            if export.available():
                _file("SVG", f"{name}.svg", "image/svg+xml", lambda: export.svg(drawn).encode(), late)
                _file("PNG", f"{name}.png", "image/png", lambda: export.png(drawn), late)
            _file("CSV", f"{name}.csv", "text/csv", lambda: csv_of(drawn), late)


def _dressed(drawn: Figure) -> dict[str, Any]:
    """Return a figure's specification in the page's type, its words in lines that fit the screen."""
    config = drawn.spec["config"]
    dress: dict[str, Any] = {
        # Left to itself, Streamlit squeezes labels and plot together into the width meant for the plot.
        "autosize": {"type": "pad", "contains": "padding"},
        "config": config | {"font": _PAGE_FONT, "text": config["text"] | {"font": _PAGE_FONT}},
    }
    if phone():
        title, subtitle = in_lines(drawn.title, drawn.subtitle, drawn.source, PHONE)
        dress["title"] = drawn.spec["title"] | {"text": title, "subtitle": subtitle}
    return drawn.spec | dress


def _file(label: str, name: str, mime: str, make: Callable[[], bytes], late: bool) -> None:
    st.download_button(
        md(label), make, file_name=for_file_name(name), mime=mime, on_click="ignore", disabled=late,
        key=f"file-{name}", icon=":material/download:",
    )  # fmt: skip


def csv_of(drawn: Figure) -> bytes:
    """Return the table behind a figure as CSV: a first line that says SYNTHETIC, formulas made harmless."""
    told = csv_of_rows([f"# {drawn.source.line()}"], [])
    return (told + csv_of_rows(drawn.table.head, drawn.table.rows)).encode("utf-8")


def renamed(drawn: Figure, name: str) -> Figure:
    """Return the figure under another name, for a page that shows two of a kind."""
    return replace(drawn, name=name)


def threshold(found: Findings, late: bool) -> None:
    """Show figure 3 with its own slider where the rule has a threshold, read from the stored curve."""
    curve = found.run.curve
    if curve is None or curve.is_empty():
        st.caption("This rule accepts or refuses a link outright; it has no threshold to move.")
        return
    _threshold(found, late)


@st.fragment
def _threshold(found: Findings, late: bool) -> None:
    curve = found.run.curve
    assert curve is not None
    cuts = curve.get_column("threshold")
    low, high = float(cuts.min()), float(cuts.max())  # type: ignore[arg-type]
    own = threshold_bits(found.run.scenario)
    if np.isfinite(own):
        low, high = min(low, own), max(high, own)
    middle = min(max(own, low), high)
    if not low < high:
        st.caption(f"Every score of this run is {low:.3g} bits: there is no threshold to move.")
        return
    cut = st.slider(
        "Threshold, in bits of evidence",
        low,
        high,
        middle,
        (high - low) / 200,
        format="%.1f",
        key=f"cut-{found.run.run_id}",
        help=words.hover("threshold"),
    )
    st.caption(
        f"In force in this run: {own:.3g} bits, a probability of {to_probability(np.float64(own)):.4g}. "
        "Moving the slider reads the stored curve; the numbers above stay those of the threshold in force."
    )
    figure(charts_threshold(curve, cut, found.source, theme(), width(), "threshold looked at"), late)
