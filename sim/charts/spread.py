"""Each simulated population as a dot: what the luck of the draw does to the rate."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from sim.charts.compose import layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import Rate, significant

_BINS = 60


def replicates(
    values: Sequence[float], rate: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return the dot plot of populations: each dot one simulated population, and the interval of the whole.

    values: the rate of each population, on the rate's scale; at least one. Dots are understood where error
    bars are misread (Hullman, Resnick and Adar 2015).
    """
    unit = f"per {rate.per:,} {rate.denominator_name}"
    title = (
        f"Each simulated population has its own rate: from {significant(min(values))} to "
        f"{significant(max(values))} {unit}"
    )
    subtitle = f"{rate.label}. One dot a population"
    if rate.low is not None and rate.high is not None:
        subtitle += (
            f"; the bar is the {source.confidence} interval of the whole, {significant(rate.low)} to "
            f"{significant(rate.high)}"
        )
    top = max([*values, rate.high or 0.0, 1e-9]) * 1.08
    data = pl.DataFrame(
        {"value": list(values), "lane": _lanes(values, top)}, schema={"value": pl.Float64, "lane": pl.Int64}
    )
    lanes = max(3, 1 + max(data.get_column("lane").to_list()))
    x_scale, y_scale = alt.Scale(domain=[0, top], nice=False), alt.Scale(domain=[-1.4, lanes])
    layers = [
        alt.Chart(data)
        .mark_point(filled=True, size=70, color=theme.accent, opacity=0.85)
        .encode(x=alt.X("value:Q", title=unit, scale=x_scale), y=alt.Y("lane:Q", axis=None, scale=y_scale))
    ]
    if rate.low is not None and rate.high is not None:
        bar = alt.Chart(pl.DataFrame({"low": [rate.low], "high": [rate.high], "y": [-0.9]}))
        layers.append(
            bar.mark_rule(strokeWidth=4, color=theme.wrong).encode(
                x=alt.X("low:Q", scale=x_scale), x2=alt.X2("high:Q"), y=alt.Y("y:Q", scale=y_scale)
            )
        )
    drawn = layered(*layers, width=width, height=34 + 14 * lanes)
    rows = Rows(("Population", unit), tuple(enumerate(values)))
    chart = frame(drawn, title, subtitle, source, theme, width)
    return Figure("populations", chart, title, subtitle, f"{title}. {subtitle}.", rows, source)


def _lanes(values: Sequence[float], top: float) -> list[int]:
    """Return the height of each dot so that dots of nearly equal value stand on each other."""
    seen: dict[int, int] = {}
    lanes = []
    for value in values:
        place = int(value / top * _BINS)
        lanes.append(seen.get(place, 0))
        seen[place] = lanes[-1] + 1
    return lanes
