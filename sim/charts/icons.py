"""Figure 1: the headline as a thousand people.

Icon arrays beside numbers improve understanding, most for readers with little practice in numbers (Galesic
and others 2009; Garcia-Retamero and others 2012).
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from sim.charts.figure import Chart, Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import Rate, rounded

PERSON = (
    "M-0.18,-0.62A0.26,0.26,0,1,0,0.18,-0.62A0.26,0.26,0,1,0,-0.18,-0.62Z"
    "M-0.42,1L-0.42,0.1Q-0.42,-0.22,0,-0.22Q0.42,-0.22,0.42,0.1L0.42,1Z"
)
"""A head and shoulders as a Vega symbol path, in the square from -1 to 1, y downwards."""

_WRONG, _MOVED, _REST = "somebody else's address", "right person, moved away", "right person, right door"


def icon_array(
    wrong: Rate,
    moved: Rate | None,
    source: Source,
    theme: Theme = LIGHT,
    columns: int = 50,
    width: int = WIDTH,
) -> Figure:
    """Return figure 1: a thousand people, those whose address was another's first.

    wrong, moved: rates per 1,000 addresses disclosed; `moved` None leaves them among the rest.
    columns: people in a row (50 on a page, 25 on a telephone).
    """
    if wrong.value is None:
        return _no_icons(wrong, source, theme, width)
    bad = min(1_000, round(wrong.value))
    away = 0 if moved is None or moved.value is None else min(1_000 - bad, round(moved.value))
    counted = ((_WRONG, bad), (_MOVED, away), (_REST, 1_000 - bad - away))
    title = _icon_title(wrong)
    subtitle = _interval_words(wrong, source.confidence)
    alt_text = (
        f"A thousand small figures of people. {bad} are marked as somebody else's address, {away} as the "
        f"right person who has moved away, {1_000 - bad - away} as the right person at the right door. "
        f"{subtitle}"
    )
    chart = frame(_people(counted, theme, columns, width), title, subtitle, source, theme, width)
    rows = Rows(("Of 1,000 addresses disclosed", "Number"), counted)
    return Figure("icons", chart, title, subtitle, alt_text, rows, source)


def _people(counted: Sequence[tuple[str, int]], theme: Theme, columns: int, width: int) -> Chart:
    """Draw the people, kind after kind, row by row."""
    colours = {_WRONG: theme.wrong, _MOVED: theme.moved, _REST: theme.right}
    shown = {kind: f"{kind}: {number}" for kind, number in counted if number or kind == _WRONG}
    kinds = [shown[kind] for kind, number in counted for _ in range(number)]
    place = range(len(kinds))
    data = pl.DataFrame(
        {"column": [i % columns for i in place], "row": [i // columns for i in place], "kind": kinds}
    )
    size = width / columns
    legend = alt.Legend(
        title=None, orient="top", labelFontSize=12, labelColor=theme.ink, labelLimit=400, symbolSize=160,
        columns=1 if columns < 40 else 3,
    )  # fmt: skip
    scale = alt.Scale(domain=list(shown.values()), range=[colours[kind] for kind in shown])
    drawn: alt.Chart = (
        alt.Chart(data)
        .mark_point(shape=PERSON, size=(size * 1.08) ** 2, filled=True, opacity=1, strokeWidth=0, aria=False)
        .encode(
            x=alt.X("column:O", axis=None),
            y=alt.Y("row:O", axis=None),
            color=alt.Color("kind:N", scale=scale, legend=legend),
        )
        .properties(width=width, height=size * (1_000 // columns) * 1.25)
    )
    return drawn


def _icon_title(wrong: Rate) -> str:
    assert wrong.value is not None
    if wrong.numerator == 0:
        return f"Of {wrong.denominator:,} addresses disclosed, none belongs to somebody else"
    text = rounded(wrong.value, wrong.mcse)
    return f"Of 1,000 addresses disclosed, {text} belong{'s' if text == '1' else ''} to somebody else"


def _interval_words(wrong: Rate, confidence: str) -> str:
    if wrong.low is None or wrong.high is None:
        return f"{wrong.numerator:,} of {wrong.denominator:,} addresses disclosed in the simulation"
    low, high = rounded(wrong.low, wrong.mcse), rounded(wrong.high, wrong.mcse)
    return (
        f"{wrong.numerator:,} of {wrong.denominator:,} addresses disclosed in the simulation; {confidence} "
        f"interval {low} to {high} of 1,000 addresses disclosed"
    )


def _no_icons(wrong: Rate, source: Source, theme: Theme, width: int) -> Figure:
    title, subtitle = "Nothing was disclosed, so there is no rate to show", wrong.words
    drawn = alt.Chart(pl.DataFrame({"x": [0]})).mark_text(
        text="no addresses disclosed", fontSize=16, align="left"
    )
    drawn = drawn.encode(x=alt.value(0)).properties(width=width, height=60)
    rows = Rows(("Of 1,000 addresses disclosed", "Number"), (("no addresses disclosed", "—"),))
    chart = frame(drawn, title, subtitle, source, theme, width)
    return Figure("icons", chart, title, subtitle, f"{title}. {subtitle}.", rows, source)
