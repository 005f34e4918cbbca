"""Figure 3: both errors at every threshold."""

from __future__ import annotations

import altair as alt
import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, broken, frame, narrow
from sim.outcome.rates import significant

_WRONG = "wrong person, per 1,000 addresses disclosed"
_MISSED = "missed, per 1,000 requests"
POINTS = 120


def trade_off(curve: pl.DataFrame, points: int = POINTS) -> pl.DataFrame:
    """Return the curve at evenly spaced thresholds: threshold, line, value, low, high.

    curve: columns replicate, threshold (bits), wrong_per_1000_disclosed (null where nothing is disclosed),
    missed_per_1000_requested; a step function in each replicate.  value: mean over replicates; low and high:
    least and greatest of them.
    """
    cuts = curve.get_column("threshold")
    if cuts.is_empty():
        return pl.DataFrame(
            schema={
                "threshold": pl.Float64,
                "line": pl.String,
                "value": pl.Float64,
                "low": pl.Float64,
                "high": pl.Float64,
            }
        )
    grid = np.linspace(float(cuts.quantile(0.001) or 0.0), float(cuts.max() or 0.0), points)  # type: ignore[arg-type]
    replicates = [part.sort("threshold", descending=True) for part in curve.partition_by("replicate")]
    parts = []
    for column, line in (("wrong_per_1000_disclosed", _WRONG), ("missed_per_1000_requested", _MISSED)):
        each = np.array([_at(part, column, grid) for part in replicates])
        known = ~np.isnan(each).all(axis=0)
        values = each[:, known]
        parts.append(
            pl.DataFrame(
                {
                    "threshold": grid[known],
                    "line": line,
                    "value": np.nanmean(values, axis=0),
                    "low": np.nanmin(values, axis=0),
                    "high": np.nanmax(values, axis=0),
                }
            )
        )
    return pl.concat(parts)


def _at(part: pl.DataFrame, column: str, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the value in force at each threshold, that of the lowest change at or above it, else NaN."""
    cuts = part.get_column("threshold").to_numpy()
    values = part.get_column(column).cast(pl.Float64).fill_null(np.nan).to_numpy()
    row = np.searchsorted(-cuts, -grid, side="right") - 1
    return np.where(row >= 0, values[np.maximum(row, 0)], np.nan)


def threshold(
    curve: pl.DataFrame,
    current: float | None,
    source: Source,
    theme: Theme = LIGHT,
    width: int = WIDTH,
    called: str = "threshold in force",
) -> Figure:
    """Return figure 3: both errors at every threshold, the span of the populations, one threshold marked.

    curve: as for `trade_off`.  current: the threshold marked, in bits, or None.  called: what it is.
    """
    lines = trade_off(curve)
    sums = _sum(lines, current)
    title = sums or "A higher threshold spares wrong people and misses more of the people asked for"
    subtitle = (
        "Both errors at every threshold (bits of evidence); bands: least and greatest of the populations"
    )
    chart = frame(_both(lines, current, called, theme, width), title, subtitle, source, theme, width)
    alt_text = f"Two lines over the threshold: {_WRONG}, falling, and {_MISSED}, rising. {title}."
    head = ("Threshold (bits)", "Rate", "Mean", "Least", "Greatest")
    rows = Rows(head, tuple(lines.select("threshold", "line", "value", "low", "high").iter_rows()))
    return Figure("threshold", chart, title, subtitle, alt_text, rows, source)


def _both(lines: pl.DataFrame, current: float | None, called: str, theme: Theme, width: int) -> Spec:
    """Draw both lines with their bands and names, and the threshold marked."""
    both = [_WRONG, _MISSED]
    colour = alt.Color("line:N", scale=alt.Scale(domain=both, range=[theme.wrong, theme.right]), legend=None)
    dash = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=both, range=[[1, 0], [6, 3]]))
    x = alt.X("threshold:Q", title="threshold (bits)", scale=alt.Scale(zero=False, nice=False))
    base = alt.Chart(lines).encode(x=x, color=colour)
    # On a telephone the longer name stands in several lines, else the two meet in the middle.
    name = broken(_WRONG, 20) if narrow(width) else _WRONG
    falling = alt.Chart(_label_points(lines, _WRONG, name)).mark_text(
        align="left", dx=8, fontWeight="bold", lineBreak="\n"
    )
    rising = alt.Chart(_label_points(lines, _MISSED, _MISSED)).mark_text(
        align="right", dx=-4, dy=-10, fontWeight="bold"
    )
    layers: list[alt.Chart] = [
        base.mark_area(opacity=0.18).encode(
            y=alt.Y("low:Q", title="per 1,000 (see labels)"), y2=alt.Y2("high:Q")
        ),
        base.mark_line(strokeWidth=2.5).encode(y=alt.Y("value:Q"), strokeDash=dash),
        *(
            each.encode(x=alt.X("threshold:Q"), y=alt.Y("value:Q"), text=alt.Text("name:N"), color=colour)
            for each in (falling, rising)
        ),
    ]
    if current is not None:
        here = alt.Chart(pl.DataFrame({"x": [current], "label": [f"{called} {current:.3g}"]}))
        # Above the plot, where no line's name can lie under it, and towards the middle.
        middle = lines.select(pl.col("threshold").min() + pl.col("threshold").max()).item() or 0.0
        side = "left" if current <= middle / 2 else "right"
        words = here.mark_text(align=side, color=theme.ink)  # type: ignore[arg-type]
        layers.append(here.mark_rule(color=theme.ink, strokeDash=[4, 3]).encode(x=alt.X("x:Q")))
        layers.append(words.encode(x=alt.X("x:Q"), y=alt.value(-8), text=alt.Text("label:N")))
    return layered(*layers, width=width - 40, height=300)


def _sum(lines: pl.DataFrame, current: float | None) -> str:
    """Return what raising the threshold by two bits would do, in a sentence; empty where that is unknown."""
    if current is None or lines.is_empty():
        return ""
    both = []
    for line in (_WRONG, _MISSED):
        part = lines.filter(pl.col("line") == line)
        x, y = part.get_column("threshold").to_numpy(), part.get_column("value").to_numpy()
        if not x.size or current < x[0] or current + 2 > x[-1]:
            return ""
        both.append(float(np.interp(current + 2, x, y) - np.interp(current, x, y)))
    spared, missed = -both[0], both[1]
    less = significant(spared) if spared > 0 else "no"
    return (
        f"Raising the threshold from {current:.3g} to {current + 2:.3g} bits spares {less} wrong people per "
        f"1,000 addresses disclosed and misses {significant(missed)} more per 1,000 requests"
    )


def _label_points(lines: pl.DataFrame, line: str, name: str) -> pl.DataFrame:
    """Return where to write a line's name: where it starts (falling line) or where it ends (rising line)."""
    part = lines.filter(pl.col("line") == line).sort("threshold").with_columns(name=pl.lit(name))
    return part.head(1) if line == _WRONG else part.tail(1)
