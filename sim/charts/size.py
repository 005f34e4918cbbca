"""Figure 4: the rate against the size of the registry; what was not simulated is dashed and says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import significant


@dataclass(frozen=True, slots=True)
class SizePoint:
    """A rate at one size of the registry. extrapolated: by closed form, not simulated at that size."""

    size: int
    value: float
    low: float | None = None
    high: float | None = None
    extrapolated: bool = False


def by_size(
    points: Sequence[SizePoint], unit: str, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return figure 4: the rate against the size of the file, logarithmic, the extrapolated part dashed.

    points: at least one.  unit: "per 1,000 addresses disclosed".  The last simulated point begins the dashes.
    """
    ordered = sorted(points, key=lambda point: point.size)
    first, last = ordered[0], ordered[-1]
    title = (
        f"From {first.size:,} to {last.size:,} records the rate goes from {significant(first.value)} to "
        f"{significant(last.value)} {unit}"
    )
    subtitle = "Another person's record against the size of the registry"
    if last.extrapolated:
        subtitle += "; dashed: extrapolated, not simulated"
    chart = frame(_lines(ordered, unit, theme, width), title, subtitle, source, theme, width)
    rows = tuple(
        (p.size, p.value, p.low, p.high, "extrapolated" if p.extrapolated else "simulated") for p in ordered
    )
    head = ("Records in the registry", unit, "Low", "High", "How")
    return Figure("size", chart, title, subtitle, f"A line. {title}. {subtitle}.", Rows(head, rows), source)


def _lines(ordered: Sequence[SizePoint], unit: str, theme: Theme, width: int) -> Spec:
    data = pl.DataFrame(
        [
            (p.size, p.value, p.value if p.low is None else p.low, p.value if p.high is None else p.high)
            for p in ordered
        ],
        schema=dict.fromkeys(("size", "value", "low", "high"), pl.Float64),
        orient="row",
    )
    simulated = sum(not p.extrapolated for p in ordered)
    near, far = data.head(simulated), data.slice(max(0, simulated - 1))
    axis = alt.Axis(format="~s", tickCount=6, grid=False)
    x = alt.X(
        "size:Q",
        title="records in the registry (logarithmic)",
        scale=alt.Scale(type="log", nice=False),
        axis=axis,
    )
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(zero=True))
    spans = alt.Chart(data).mark_rule(color=theme.accent, opacity=0.5, strokeWidth=2)
    layers = [
        spans.encode(x=x, y=alt.Y("low:Q", title=unit), y2=alt.Y2("high:Q")),
        alt.Chart(near).mark_line(color=theme.accent, strokeWidth=2.5).encode(x=x, y=y),
        alt.Chart(near).mark_point(filled=True, size=60, color=theme.accent, opacity=1).encode(x=x, y=y),
    ]
    if simulated < data.height:
        dashes = alt.Chart(far).mark_line(color=theme.wrong, strokeDash=[6, 4], strokeWidth=2.5)
        tag = alt.Chart(far.tail(1).with_columns(label=pl.lit("extrapolated")))
        words = tag.mark_text(align="right", dx=-8, dy=-12, color=theme.wrong, fontWeight="bold")
        layers += [dashes.encode(x=x, y=y), words.encode(x=x, y=y, text=alt.Text("label:N"))]
    return layered(*layers, width=width - 40, height=280)
