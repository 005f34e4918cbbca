"""Figure 4 for any setting: the rate along one number, a line for each of the other settings that vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import BROKEN, LIGHT, WIDTH, Theme, broken, frame, narrow, wrap
from sim.outcome.rates import significant
from sim.parameters import exact

MOST_LINES = 6
_NAMES_WIDE, _LINE_HEIGHT, _HEIGHT = 190, 15, 300
_NAMES_LONG, _NAMES_TALL = 27, 2
"""Characters of a line's name that fit beside the plot, and the most lines it may stand in there."""

_DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [1, 3])
_TEN_FOLD = 10


@dataclass(frozen=True, slots=True)
class Point:
    """A rate at one value of the number along the axis."""

    at: float
    value: float
    low: float | None = None
    high: float | None = None


def along(
    lines: Mapping[str, Sequence[Point]],
    axis: str,
    unit: str,
    source: Source,
    theme: Theme = LIGHT,
    width: int = WIDTH,
) -> Figure:
    """Return the rate along a number. lines: points by the name of their line ("" if there is one only).

    axis: what the number is, in words.  unit: "per 1,000 addresses disclosed".  At most `MOST_LINES` lines,
    each with a point or more. Values that span more than ten-fold from one upwards get a logarithmic axis.
    """
    told = {name: sorted(points, key=lambda point: point.at) for name, points in lines.items()}
    name, points = max(told.items(), key=lambda each: abs(each[1][-1].value - each[1][0].value))
    first, last = points[0], points[-1]
    title = (
        f"{name + ': f' if name else 'F'}rom {significant(first.value)} to {significant(last.value)} "
        f"{unit} as {axis} goes from {exact(first.at)} to {exact(last.at)}"
    )
    subtitle = f"Another person's record along: {axis}. Bars are {source.confidence} intervals" + (
        "; the line that moves most is in the title" if len(told) > 1 else ""
    )
    rows = tuple((name, p.at, p.value, p.low, p.high) for name, each in told.items() for p in each)
    chart = frame(_drawn(told, axis, unit, theme, width), title, subtitle, source, theme, width)
    head = ("Line", axis, unit, "Low", "High")
    return Figure("along", chart, title, subtitle, f"Lines. {title}. {subtitle}.", Rows(head, rows), source)


def _drawn(told: Mapping[str, Sequence[Point]], axis: str, unit: str, theme: Theme, width: int) -> Spec:
    # Names stand at the ends of their lines where they fit there whole, else in a legend.
    tall = max(len(wrap(name, _NAMES_LONG)) for name in told)
    tagged = len(told) > 1 and not narrow(width) and tall <= _NAMES_TALL
    longest = _NAMES_LONG if tagged else (width - 100) // 7
    told = {broken(name, longest): points for name, points in told.items()}
    data = pl.DataFrame(
        [
            (name, p.at, p.value, p.value if p.low is None else p.low, p.value if p.high is None else p.high)
            for name, points in told.items()
            for p in points
        ],
        schema={"line": pl.String, **dict.fromkeys(("at", "value", "low", "high"), pl.Float64)},
        orient="row",
    )
    top = max(float(data["high"].max()), 1e-9) * 1.05  # type: ignore[arg-type]
    scale = alt.Scale(domain=[0, top], nice=False)
    colour, dash = _inks(list(told), theme, legend=len(told) > 1 and not tagged)
    base = alt.Chart(data).encode(x=_across(data, axis), color=colour)
    layers = [
        base.mark_rule(strokeWidth=2, opacity=0.4).encode(
            y=alt.Y("low:Q", title=unit, scale=scale), y2=alt.Y2("high:Q")
        ),
        base.mark_line(strokeWidth=2.5).encode(y=alt.Y("value:Q", scale=scale), strokeDash=dash),
        base.mark_point(filled=True, size=55, opacity=1).encode(y=alt.Y("value:Q", scale=scale)),
    ]
    if tagged:
        tags = alt.Chart(_ends(told, top, tall)).mark_text(
            align="left", dx=9, dy=-(tall - 1) * _LINE_HEIGHT / 2, fontWeight="bold", lineBreak="\n"
        )
        place, text = alt.Y("place:Q", scale=scale), alt.Text("line:N")
        layers.append(tags.encode(x=alt.X("at:Q"), y=place, text=text, color=colour.copy()))
    plot = width - 60 - (_NAMES_WIDE if tagged else 0)
    return layered(*layers, width=plot, height=_HEIGHT)


def _inks(names: Sequence[str], theme: Theme, *, legend: bool) -> tuple[alt.Color, alt.StrokeDash]:
    """Return the colours and the dashes of lines, with a legend of both or none."""
    inks = (theme.accent, theme.wrong, theme.moved, theme.bystander, theme.quiet, theme.ink)
    shown = alt.Legend(
        title=None, orient="bottom", columns=1, labelLimit=0, labelExpr=BROKEN, labelColor=theme.ink,
        labelFontSize=12, symbolType="stroke", symbolSize=500, symbolStrokeWidth=2.5, symbolOpacity=1,
    )  # fmt: skip
    key = shown if legend else None
    return (
        alt.Color("line:N", scale=alt.Scale(domain=list(names), range=list(inks)), legend=key),
        alt.StrokeDash("line:N", scale=alt.Scale(domain=list(names), range=list(_DASHES)), legend=key),
    )


def _across(data: pl.DataFrame, axis: str) -> alt.X:
    """Return the axis of the number: logarithmic where it spans more than ten-fold from one upwards."""
    least, most = float(data["at"].min()), float(data["at"].max())  # type: ignore[arg-type]
    folds = least >= 1 and most > _TEN_FOLD * least
    return alt.X(
        "at:Q",
        title=axis + (" (logarithmic)" if folds else ""),
        scale=alt.Scale(type="log" if folds else "linear", nice=False, zero=False),
        axis=alt.Axis(format="~s" if folds else "~g", tickCount=6, grid=False),
    )


def _ends(told: Mapping[str, Sequence[Point]], top: float, tall: int) -> pl.DataFrame:
    """Return where each line's name is written: at its end, moved up where names would overlap.

    tall: lines a name may stand in.
    """
    gap = top * (_LINE_HEIGHT * tall + (tall > 1) * 4) / _HEIGHT
    rows, last = [], -gap
    for name, points in sorted(told.items(), key=lambda each: each[1][-1].value):
        last = max(points[-1].value, last + gap)
        rows.append((name, points[-1].at, last))
    return pl.DataFrame(rows, schema=["line", "at", "place"], orient="row")
