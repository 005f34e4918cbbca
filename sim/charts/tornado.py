"""Figure 8: which inputs move the headline, one at a time; what they do together it does not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import Rate, significant
from sim.parameters import exact

_LABELS_WIDE, _ENDS_WIDE = 300, 110
_LOW, _HIGH = "low end", "high end"


def tornado(
    swings: Sequence[Mapping[str, Any]], rate: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return figure 8: the headline at the low and the high end of each input, widest swing on top.

    swings: label, low_input, high_input, low, high (headline at those ends, on the rate's scale), assumed
    (bool); at least one.  Assumed inputs say so in their label.
    """
    ordered = sorted(swings, key=lambda s: abs(float(s["high"]) - float(s["low"])), reverse=True)
    unit = f"per {rate.per:,} {rate.denominator_name}"
    low, high = sorted((float(ordered[0]["low"]), float(ordered[0]["high"])))
    widest = ordered[0]["label"]
    title = f"{widest} moves the headline most: from {significant(low)} to {significant(high)} {unit}"
    subtitle = (
        "Headline at the low (grey) and the high (coloured) end of each input's range, the others held; "
        "beside each bar that range"
    )
    chart = frame(_bars(ordered, rate, unit, theme, width), title, subtitle, source, theme, width)
    head = (
        "Input",
        "Low end",
        "High end",
        f"Headline at low end, {unit}",
        f"Headline at high end, {unit}",
        "Evidence",
    )
    rows = tuple(
        (
            s["label"],
            s["low_input"],
            s["high_input"],
            s["low"],
            s["high"],
            "assumed" if s["assumed"] else "sourced",
        )
        for s in ordered
    )
    return Figure(
        "tornado", chart, title, subtitle, f"Bars, widest on top. {title}.", Rows(head, rows), source
    )


def _bars(ordered: Sequence[Mapping[str, Any]], rate: Rate, unit: str, theme: Theme, width: int) -> Spec:
    middle = rate.value or 0.0
    data = pl.DataFrame(
        [
            {
                "label": f"{s['label']}{' (assumed)' if s['assumed'] else ''}",
                "end": end,
                "value": float(s[key]),
                "middle": middle,
                "ends": f"{exact(s['low_input'])} to {exact(s['high_input'])}",
            }
            for s in ordered
            for key, end in (("low", _LOW), ("high", _HIGH))
        ]
    )
    reach = [*data["value"], middle]
    scale = alt.Scale(domain=[0, max(reach) * 1.04], nice=False)
    axis = alt.Axis(ticks=False, domain=False, labelLimit=_LABELS_WIDE, labelPadding=6)
    base = alt.Chart(data).encode(y=alt.Y("label:N", sort=None, title=None, axis=axis))
    bars = base.mark_bar(height=14).encode(
        x=alt.X("middle:Q", title=unit, scale=scale),
        x2=alt.X2("value:Q"),
        color=alt.Color(
            "end:N",
            scale=alt.Scale(domain=[_LOW, _HIGH], range=[theme.nothing, theme.accent]),
            legend=alt.Legend(title=None, orient="top", labelColor=theme.ink),
        ),
    )
    # In a column of their own: at the ends of short bars they would lie upon each other.
    across = width - _LABELS_WIDE - _ENDS_WIDE
    ends = (
        base.transform_filter(alt.datum.end == _LOW)
        .mark_text(align="left", color=theme.ink, fontSize=11)
        .encode(x=alt.value(across + 8), text=alt.Text("ends:N"))
    )
    rule = (
        alt.Chart(pl.DataFrame({"x": [middle]}))
        .mark_rule(color=theme.ink)
        .encode(x=alt.X("x:Q", scale=scale))
    )
    return layered(bars, rule, ends, width=across, height=max(70, 26 * len(ordered)))
