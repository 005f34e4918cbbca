"""The scale panel: how many people one further list would concern, at stated numbers of requests.

Only for rates counted in a registry of the size meant: a rate of a million records is none of the country's.
"""

from __future__ import annotations

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import BROKEN, LIGHT, WIDTH, Theme, broken, frame, narrow
from sim.outcome.ahead import one_list
from sim.outcome.rates import Rate, significant
from sim.published import fact

REQUESTS_SENT = fact("requests_sent").value
ADDRESSES_DISCLOSED = fact("addresses_disclosed").value
"""Requests sent and addresses disclosed in August 2025."""

_LABELS_WIDE, _VALUES_WIDE = 230, 150


def scale(
    per_request: Rate, per_disclosed: Rate, own: int, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return the panel: people whose address would stand in for another's, with the range of one list.

    per_request, per_disclosed: the two rates, of different denominators, which is why the first two rows
    differ.  own: a number of requests of the reader's choice.
    """
    lines = [
        (f"{REQUESTS_SENT / 1e6:g} million requests sent", per_request, REQUESTS_SENT),
        (f"{ADDRESSES_DISCLOSED:,} addresses disclosed", per_disclosed, ADDRESSES_DISCLOSED),
        (f"your number: {own:,} requests", per_request, own),
    ]
    rows = [(label, _rate(rate), *_people(rate, size)) for label, rate, size in lines]
    title = _title(rows, seen=per_disclosed.numerator > 0)
    subtitle = (
        "If one more list were sent. Each row says which rate it multiplies; dots with the range in which "
        f"one list falls, at {source.confidence}"
    )
    drawn = _drawn(rows, theme, width)
    head = ("Scale", "Rate multiplied", "People", "Low", "High")
    alt_text = f"Three dots with ranges. {title}. {subtitle}."
    chart = frame(drawn, title, subtitle, source, theme, width)
    return Figure("scale", chart, title, subtitle, alt_text, Rows(head, tuple(rows)), source)


Row = tuple[str, str, float | None, float | None, float | None]


def _people(rate: Rate, size: int) -> tuple[float | None, float | None, float | None]:
    ahead = one_list(rate, size)
    low, high = (None if end is None else float(end) for end in (ahead.low, ahead.high))
    return ahead.expected, low, high


def _rate(rate: Rate) -> str:
    return (
        rate.words
        if rate.value is None
        else f"{significant(rate.value)} per {rate.per:,} {rate.denominator_name}"
    )


def _title(rows: list[Row], seen: bool) -> str:
    _, _, sent, _, _ = rows[0]
    _, _, disclosed, _, most = rows[1]
    if sent is None or disclosed is None:
        return "Nothing was disclosed, so nothing can be scaled"
    if not seen:
        bound = "" if most is None else f"; at most {_whole(most)} people by the addresses disclosed"
        return f"At the size of August 2025: none seen in the simulation{bound}"
    return (
        f"At the size of August 2025: {_whole(disclosed)} people by the addresses disclosed, {_whole(sent)} "
        "by the requests sent"
    )


def _told(value: float, low: float | None, high: float | None) -> str:
    """Return people with their interval; where none was seen, with the bound."""
    if low is None or high is None:
        return f"{_whole(value)} (range not known)"
    return (
        f"none seen (at most {_whole(high)})"
        if value == 0
        else f"{_whole(value)} ({_whole(low)} to {_whole(high)})"
    )


def _whole(value: float) -> str:
    """Return a number of people with two significant digits."""
    return f"{float(f'{value:.1e}'):,.0f}"


def _drawn(rows: list[Row], theme: Theme, width: int) -> Spec:
    known = [(label, value, low, high) for label, _, value, low, high in rows if value is not None]
    data = pl.DataFrame(
        [
            {
                "label": label,
                "value": value,
                "low": value if low is None else low,
                "high": value if high is None else high,
                "text": _told(value, low, high),
            }
            for label, value, low, high in known
        ],
        schema={
            "label": pl.String,
            "value": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
            "text": pl.String,
        },
    )
    slim = narrow(width)
    labels = 140 if slim else _LABELS_WIDE
    plot = width - labels - (15 if slim else _VALUES_WIDE)
    if slim:
        told = zip(data["label"], data["text"], strict=True)
        data = data.with_columns(pl.Series("label", [f"{broken(label, 18)}\n{text}" for label, text in told]))
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=labels, labelExpr=BROKEN)
    base = alt.Chart(data).encode(y=alt.Y("label:N", sort=None, title=None, axis=axis))
    x_scale = alt.Scale(zero=True, nice=True)
    bars = base.mark_rule(strokeWidth=2.5, color=theme.wrong, opacity=0.55).encode(
        x=alt.X("low:Q", title="people", scale=x_scale, axis=alt.Axis(tickCount=4, format=",.0f")),
        x2=alt.X2("high:Q"),
    )
    points = base.mark_point(filled=True, size=80, color=theme.wrong, opacity=1).encode(
        x=alt.X("value:Q", scale=x_scale)
    )
    text = base.mark_text(align="left", color=theme.ink).encode(
        x=alt.value(plot + 10), text=alt.Text("text:N")
    )
    layers = [bars, points] if slim else [bars, points, text]
    return layered(*layers, width=plot, height=max(60, (56 if slim else 34) * data.height))
