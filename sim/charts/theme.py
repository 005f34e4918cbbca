"""Colours, type and the frame every figure shares: title, what qualifies it, and the line it is cited by.

Colours are of the Okabe-Ito palette, which people with any common colour blindness tell apart, and they
differ in lightness, so that they survive a black-and-white printer. Nothing is told by colour alone.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import altair as alt

from sim.charts.compose import Spec
from sim.charts.figure import Source


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by meaning. background None leaves the page's own."""

    ink: str
    quiet: str
    grid: str
    background: str | None
    wrong: str
    moved: str
    right: str
    nothing: str
    bystander: str
    accent: str

    def outcome(self, word: str) -> str:
        """Return the colour of an outcome."""
        colours = {
            "wrong_person": self.wrong,
            "right_person_wrong_door": self.moved,
            "right_person_right_door": self.right,
            "bystanders": self.bystander,
        }
        return colours.get(word, self.nothing)


LIGHT = Theme(
    ink="#1a1a1a",
    quiet="#595959",
    grid="#dddddd",
    background="#ffffff",
    wrong="#c44601",
    moved="#e5a100",
    right="#0072b2",
    nothing="#9a9a9a",
    bystander="#8a5a9e",
    accent="#0072b2",
)
DARK = Theme(
    ink="#f2f2f2",
    quiet="#b8b8b8",
    grid="#444444",
    background="#14171c",
    wrong="#ff7f3f",
    moved="#f0c244",
    right="#5ab4ee",
    nothing="#8c8c8c",
    bystander="#c79bdb",
    accent="#5ab4ee",
)

FONT = "Open Sans, DejaVu Sans, Arial, sans-serif"
WIDTH = 620
"""Width of the plotting area in pixels; figures are drawn to be read at about 16 cm."""

_TITLE_CHARACTERS = 78
_SUBTITLE_CHARACTERS = 108


_NARROW = 480


def narrow(width: int) -> bool:
    """Whether a figure is drawn for a telephone, where labels stand in several lines."""
    return width < _NARROW


BROKEN = r"split(datum.label, '\n')"
"""Expression of an axis whose labels hold line breaks."""


def broken(label: str, characters: int) -> str:
    """Return a label broken into lines, for an axis with `BROKEN`."""
    return "\n".join(wrap(label, characters))


def wrap(text: str, characters: int) -> list[str]:
    """Return `text` in lines of at most so many characters; an empty text is one empty line."""
    return textwrap.wrap(text, characters) or [""]


def in_lines(title: str, subtitle: str, source: Source, width: int) -> tuple[list[str], list[str]]:
    """Return title, and subtitle with the source line, in lines that fit over a figure so wide."""
    part = width / WIDTH
    small = int(_SUBTITLE_CHARACTERS * part)
    return wrap(title, int(_TITLE_CHARACTERS * part)), [*wrap(subtitle, small), *wrap(source.line(), small)]


def frame(
    drawn: alt.Chart | Spec, title: str, subtitle: str, source: Source, theme: Theme, width: int = WIDTH
) -> Spec:
    """Return a drawing's specification with title, subtitle and source line in it, in the theme's colours."""
    above, below = in_lines(title, subtitle, source, width)
    head = alt.TitleParams(
        text=above,
        subtitle=below,
        anchor="start",
        frame="bounds",
        offset=14,
        fontSize=16,
        fontWeight="bold",
        subtitleFontSize=11.5,
        subtitlePadding=5,
        color=theme.ink,
        subtitleColor=theme.quiet,
        subtitleLineHeight=15,
    )
    config: dict[str, Any] = {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": theme.ink,
            "titleColor": theme.ink,
            "gridColor": theme.grid,
            "domainColor": theme.quiet,
            "tickColor": theme.quiet,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelLimit": 330,
        },
        "text": {"color": theme.ink, "fontSize": 12},
        "padding": {"left": 12, "right": 16, "top": 10, "bottom": 10},
    }
    # `font` of the configuration reaches axes and titles, not text marks.
    config["text"]["font"] = FONT
    spec = drawn.to_dict(validate=False) if isinstance(drawn, alt.Chart) else drawn
    return spec | {"title": head.to_dict(), "background": theme.background or "transparent", "config": config}
