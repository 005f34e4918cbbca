"""Figure 1: the headline as a thousand people.

Icon arrays beside numbers improve understanding, most for readers with little practice in numbers (Galesic
and others 2009; Garcia-Retamero and others 2012).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import polars as pl

from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import Rate, rounded, significant

PERSON = (
    "M-0.36,-0.6A0.36,0.36,0,1,1,0.36,-0.6A0.36,0.36,0,1,1,-0.36,-0.6Z"
    "M-0.64,1L-0.64,0.5Q-0.64,-0.12,0,-0.12Q0.64,-0.12,0.64,0.5L0.64,1Z"
)
"""A head and shoulders as a Vega symbol path, in the square from -1 to 1, y downwards."""

_REST, _RIGHT = "right person, right door", "the rest"


def icon_array(
    wrong: Rate,
    beside: Mapping[str, Rate],
    source: Source,
    theme: Theme = LIGHT,
    columns: int = 50,
    width: int = WIDTH,
    name: str = "another person's record",
) -> Figure:
    """Return figure 1: a thousand addresses as people, those of the headline first.

    wrong: the headline, a rate per 1,000 addresses disclosed, by its name.  beside: other rates of the same
    addresses, which it does not hold; empty: they are not told apart.  columns: people in a row (50 on a
    page, 25 on a telephone).
    """
    if wrong.value is None:
        return _no_icons(wrong, source, theme, width)
    left = 1_000
    counted: list[tuple[str, int]] = []
    for kind, rate in {name: wrong, **beside}.items():
        counted.append((kind, min(left, _drawn(rate))))
        left -= counted[-1][1]
    rest = _REST if beside else _RIGHT
    counted.append((rest, left))
    title = _icon_title(wrong, name)
    subtitle = _interval_words(wrong, source.confidence)
    drawn = "; ".join(f"{number} are marked: {kind}" for kind, number in counted)
    alt_text = f"A thousand small figures of people. {drawn}. {subtitle}"
    told = {kind: _said(rate, dict(counted)[kind]) for kind, rate in {name: wrong, **beside}.items()}
    people = _people(counted, {**told, rest: f"{left}"}, theme, columns, width)
    rows = Rows(("Of 1,000 addresses disclosed", "Number"), tuple(counted))
    chart = frame(people, title, subtitle, source, theme, width)
    return Figure("icons", chart, title, subtitle, alt_text, rows, source)


def _drawn(rate: Rate) -> int:
    """Return how many of a thousand are drawn: the rate as printed, so that picture and number agree."""
    return 0 if rate.value is None else round(float(rounded(rate.value, rate.mcse).replace(",", "")))


def _said(rate: Rate | None, drawn: int) -> str:
    """Return a rate for the legend, and how many are drawn for it where that is another number."""
    if rate is None or rate.value is None:
        return "0"
    text = "none seen" if rate.numerator == 0 else rounded(rate.value, rate.mcse)
    return text if rate.numerator == 0 or text == f"{drawn}" else f"{text} (drawn as {drawn})"


def _people(
    counted: Sequence[tuple[str, int]], said: Mapping[str, str], theme: Theme, columns: int, width: int
) -> alt.Chart:
    """Draw the people, kind after kind, row by row. said: what the legend says of each kind."""
    first, last = counted[0][0], counted[-1][0]
    between = [kind for kind, _ in counted[1:-1]]
    hues = [theme.moved] if len(between) == 1 else [theme.ink, theme.bystander, theme.moved, theme.nothing]
    colours = {first: theme.wrong, **dict(zip(between, hues, strict=False)), last: theme.right}
    shown = {kind: f"{kind}: {said[kind]}" for kind, number in counted if number or kind == first}
    kinds = [shown[kind] for kind, number in counted for _ in range(number)]
    place = range(len(kinds))
    data = pl.DataFrame(
        {"column": [i % columns for i in place], "row": [i // columns for i in place], "kind": kinds}
    )
    size = width / columns
    legend = alt.Legend(
        title=None, orient="top", labelFontSize=12, labelColor=theme.ink, labelLimit=400, symbolSize=160,
        columns=1 if columns < 40 else 2,
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


def _icon_title(wrong: Rate, name: str) -> str:
    assert wrong.value is not None
    if wrong.numerator == 0:
        return f"Of {wrong.denominator:,} addresses disclosed, none is {name}"
    text = rounded(wrong.value, wrong.mcse)
    return f"Of 1,000 addresses disclosed, {text} {'is' if text == '1' else 'are'} {name}"


def _interval_words(wrong: Rate, confidence: str) -> str:
    if wrong.low is None or wrong.high is None:
        return f"{wrong.numerator:,} of {wrong.denominator:,} addresses disclosed in the simulation"
    if wrong.numerator == 0:
        return (
            f"0 of {wrong.denominator:,} addresses disclosed in the simulation; {confidence} upper bound "
            f"{significant(wrong.high)} of 1,000 addresses disclosed"
        )
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
