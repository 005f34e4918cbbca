"""The report as one HTML file: no script, nothing fetched, figures inline, fit for screen and for paper."""

from __future__ import annotations

import base64
import functools
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from sim import whole_files
from sim.charts import Figure, export
from sim.outcome.rates import significant
from sim.report.document import Report
from sim.report.model import report_of
from sim.text_safety import for_html, without_controls

NAME = "report.html"


def write(folder: Path) -> Path:
    """Write `report.html` into a run folder and return its path."""
    return whole_files.write(folder / NAME, render(report_of(folder)).encode())


def render(report: Report) -> str:
    """Return the report as HTML. Every text of it is escaped; control characters are left out."""
    return _templates().get_template("report.html").render(report=report)


@functools.cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("sim.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_clean,
    )
    found.globals |= {"picture": _picture, "shown": _shown, "font": _font}
    found.tests["block"] = lambda block, name: type(block).__name__ == name
    return found


def _clean(value: object) -> object:
    """Leave out control characters of text; markup made here is let through."""
    return without_controls(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _picture(figure: Figure) -> Markup:
    """Return the figure as inline SVG with its words for screen readers, or nothing without vl-convert."""
    if not export.available():
        return Markup("")
    text = without_controls(export.svg(figure))
    start = text.index("<svg") + len("<svg")
    label = f' role="img" aria-label="{for_html(figure.alt)}"'
    return Markup(text[text.index("<svg") : start] + label + text[start:])


def _font(weight: str) -> Markup:
    """Return a packaged font (Latin letters only) in base64, so that figures look alike on every machine."""
    data = export.FONTS.joinpath(f"OpenSans-{weight}.woff2").read_bytes()
    return Markup(base64.b64encode(data).decode())


def _shown(cell: object) -> str:
    """Return a cell of a figure's table: numbers to four significant digits, nothing as a dash."""
    if cell is None:
        return "—"
    if isinstance(cell, float):
        return significant(cell, 4)
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
