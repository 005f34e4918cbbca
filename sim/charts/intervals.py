"""Figures of dots with intervals on one axis from zero: groups, published targets, populations, scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from sim.charts.figure import Chart, Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.groups import GroupRate
from sim.outcome.rates import Rate, rounded, significant

LABELS = {
    "ethnicity": "Ethnicity",
    "nativity": "Nativity",
    "tin_kind": "Kind of number",
    "two_surnames": "Two surnames",
    "origin": "Name origin",
}
LEVELS = {
    "white": "White", "black": "Black", "api": "Asian or Pacific Islander", "aian": "American Indian or Alaska Native",
    "multi": "two or more races", "hispanic": "Hispanic", "us_born": "born in the United States", "naturalised": "naturalised",
    "noncitizen": "not a citizen", "ssn": "Social Security number", "itin": "ITIN", "true": "yes", "false": "no",
    "SSN": "Social Security number", "ITIN": "ITIN",
}  # fmt: skip


def level_name(level: str) -> str:
    """Return a group's level in plain words."""
    return LEVELS.get(level, level.replace("_", " "))


def groups(
    found: Sequence[GroupRate], overall: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return figure 5: the rate of each group with its interval, sorted inside each dimension, one axis from 0.

    found: rates by group, all of one kind.  overall: everybody's rate, drawn as a rule.
    """
    shown = [each for each in found if each.rate.value is not None]
    empty = [each for each in found if each.rate.value is None]
    unit = f"per {overall.per:,} {overall.denominator_name}"
    title = _group_title(shown, overall)
    left_out = f"; no {overall.denominator_name} in: {', '.join(_name(e) for e in empty)}" if empty else ""
    subtitle = f"{overall.label}, {unit}. Bars are 95 % intervals; n is the number of {overall.denominator_name}{left_out}"
    order = sorted(
        shown,
        key=lambda e: (
            list(LABELS).index(e.dimension) if e.dimension in LABELS else 99,
            -(e.rate.value or 0),
        ),
    )
    rows = [
        {
            "label": f"{_name(e)}  (n {e.rate.denominator:,}, k {e.rate.numerator:,})",
            "value": e.rate.value,
            "low": e.rate.value if e.rate.low is None else e.rate.low,
            "high": e.rate.value if e.rate.high is None else e.rate.high,
            "text": rounded(e.rate.value or 0.0, e.rate.mcse) if e.rate.numerator else "none seen",
            "ratio": e.words if e.ratio is None else f"× {e.ratio:.2f}",
        }
        for e in order
    ]
    drawn = _dots(rows, unit, theme, width, None if overall.value is None else overall.value)
    head = ("Group", unit, "95 % interval", "k", "n", "Times everybody's")
    listed = tuple(
        (_name(e), "no rate" if e.rate.value is None else e.rate.value, _span(e.rate), e.rate.numerator,
         e.rate.denominator, e.words if e.ratio is None else round(e.ratio, 3))
        for e in [*order, *empty]
    )  # fmt: skip
    alt_text = (
        f"Dots with intervals on one axis from zero, one a group. {title}. Every value is in the table."
    )
    return Figure("groups", frame(drawn, title, subtitle, source, theme, width), title, subtitle, alt_text,
                  Rows(head, listed), source)  # fmt: skip


def _name(each: GroupRate) -> str:
    return f"{LABELS.get(each.dimension, each.dimension)}: {level_name(each.level)}"


def _span(rate: Rate) -> str:
    if rate.low is None or rate.high is None:
        return "—"
    return f"{significant(rate.low)} to {significant(rate.high)}"


def _group_title(shown: Sequence[GroupRate], overall: Rate) -> str:
    told = [each for each in shown if each.ratio is not None]
    if not told:
        return "Too few events to tell groups apart"
    top = max(told, key=lambda each: each.rate.value or 0.0)
    value = rounded(top.rate.value or 0.0, top.rate.mcse)
    whole = rounded(overall.value or 0.0, overall.mcse)
    return f"Highest for {_name(top)}: {value} per {overall.per:,} {overall.denominator_name}, against {whole} for everybody"


def _dots(
    rows: Sequence[Mapping[str, object]], unit: str, theme: Theme, width: int, rule: float | None
) -> Chart:
    labels = [str(row["label"]) for row in rows]
    data = pl.DataFrame(rows, schema={"label": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
                                      "text": pl.String, "ratio": pl.String})  # fmt: skip
    ends = [number for number in (data.get_column("high").max(), rule) if isinstance(number, float)]
    top = max([*ends, 1e-9]) * 1.32
    y = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    scale = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(data).encode(y=y)
    bars = base.mark_rule(strokeWidth=2.5, color=theme.accent, opacity=0.55).encode(
        x=alt.X("low:Q", title=unit, scale=scale, axis=alt.Axis(tickCount=6)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, color=theme.accent, opacity=1).encode(
        x=alt.X("value:Q", scale=scale)
    )
    text = base.mark_text(align="left", dx=7, color=theme.ink).encode(
        x=alt.X("high:Q", scale=scale), text="text:N"
    )
    ratio = base.mark_text(align="right", color=theme.quiet).encode(x=alt.value(width - 262), text="ratio:N")
    layers: list[alt.Chart] = [bars, points, text, ratio]
    if rule is not None:
        layers.insert(
            0,
            alt.Chart(pl.DataFrame({"x": [rule]}))
            .mark_rule(strokeDash=[4, 3], color=theme.quiet)
            .encode(x="x:Q"),
        )
    return alt.layer(*layers).properties(width=width - 260, height=max(60, 23 * len(labels)))


def replicates(
    values: Sequence[float], rate: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return the dot plot of populations: each dot one simulated population, and the interval of the mean.

    values: the rate of each population, on the rate's scale. Dots are understood where error bars are misread
    (Hullman, Resnick and Adar 2015).
    """
    unit = f"per {rate.per:,} {rate.denominator_name}"
    title = f"Each simulated population gives its own rate: from {significant(min(values))} to {significant(max(values))} {unit}"
    interval = (
        ""
        if rate.low is None or rate.high is None
        else f"; the bar is the 95 % interval of the whole, {_span(rate)}"
    )
    subtitle = f"{rate.label}. One dot a population{interval}"
    data = pl.DataFrame({"value": list(values), "lane": _lanes(values)})
    top = max([*values, rate.high or 0.0, 1e-9]) * 1.08
    scale = alt.Scale(domain=[0, top], nice=False)
    lanes = int(data.get_column("lane").max() or 0) + 1  # type: ignore[arg-type]
    y_scale = alt.Scale(domain=[-1.4, max(3, lanes)])
    points = (
        alt.Chart(data)
        .mark_point(filled=True, size=70, color=theme.accent, opacity=0.85)
        .encode(x=alt.X("value:Q", title=unit, scale=scale), y=alt.Y("lane:Q", axis=None, scale=y_scale))
    )
    layers: list[alt.Chart] = [points]
    if rate.low is not None and rate.high is not None:
        bar = pl.DataFrame({"low": [rate.low], "high": [rate.high], "y": [-0.9]})
        layers.append(
            alt.Chart(bar)
            .mark_rule(strokeWidth=4, color=theme.wrong)
            .encode(x="low:Q", x2="high:Q", y=alt.Y("y:Q", scale=y_scale))
        )
    drawn = alt.layer(*layers).properties(width=width, height=34 + 14 * max(3, lanes))
    rows = Rows(("Population", unit), tuple(enumerate(values)))
    return Figure("populations", frame(drawn, title, subtitle, source, theme, width), title, subtitle,
                  f"{title}. {subtitle}.", rows, source)  # fmt: skip


def _lanes(values: Sequence[float]) -> list[int]:
    """Return the height of each dot so that dots of nearly equal value stand on each other."""
    step = (max(values) * 1.08 or 1.0) / 60
    seen: dict[int, int] = {}
    lanes = []
    for value in values:
        place = int(value / step)
        lanes.append(seen.get(place, 0))
        seen[place] = lanes[-1] + 1
    return lanes


@dataclass(frozen=True, slots=True)
class Target:
    """A published figure beside the simulated one, both in `unit`. low, high: what counts as agreement."""

    name: str
    unit: str
    published: float
    low: float
    high: float
    simulated: float | None
    use: str
    source: str

    @property
    def verdict(self) -> str:
        """Return "agrees", "differs" or "not simulated"."""
        if self.simulated is None:
            return "not simulated"
        return "agrees" if self.low <= self.simulated <= self.high else "differs"


def targets(found: Sequence[Target], source: Source, theme: Theme = LIGHT, width: int = WIDTH) -> Figure:
    """Return figure 9: published figures and simulated ones, each as a multiple of the published one."""
    told = [each for each in found if each.simulated is not None]
    failed = [each.name for each in told if each.verdict == "differs"]
    title = (
        f"{len(told) - len(failed)} of {len(told)} published figures are met by the simulation"
        if told else "No published figure can be compared with this scenario"
    )  # fmt: skip
    subtitle = "Simulated value as a multiple of the published one; the band is the tolerance" + (
        f". Not met: {', '.join(failed)}" if failed else ""
    )
    data = pl.DataFrame(
        [
            {"label": each.name, "value": (each.simulated or 0.0) / each.published, "low": each.low / each.published,
             "high": each.high / each.published, "verdict": each.verdict,
             "text": f"{significant(each.simulated or 0.0, 3)} against {significant(each.published, 3)} {each.unit}"}
            for each in told
        ],
        schema={"label": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "verdict": pl.String, "text": pl.String},
    )  # fmt: skip
    top = max([2.0, *(value * 1.1 for value in data.get_column("value").to_list())])
    scale = alt.Scale(domain=[0, top], nice=False, clamp=True)
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False))
    )
    band = base.mark_bar(height=12, color=theme.grid).encode(
        x=alt.X("low:Q", scale=scale, title="simulated ÷ published"), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("value:Q", scale=scale),
        color=alt.Color(
            "verdict:N",
            legend=None,
            scale=alt.Scale(domain=["agrees", "differs"], range=[theme.right, theme.wrong]),
        ),
        shape=alt.Shape(
            "verdict:N", legend=None, scale=alt.Scale(domain=["agrees", "differs"], range=["circle", "cross"])
        ),
    )
    text = base.mark_text(align="left", dy=-14, dx=-4, fontSize=11, color=theme.quiet).encode(
        x=alt.value(4), text="text:N"
    )
    one = (
        alt.Chart(pl.DataFrame({"x": [1.0]})).mark_rule(strokeDash=[4, 3], color=theme.quiet).encode(x="x:Q")
    )
    drawn = alt.layer(band, one, points, text).properties(width=width - 260, height=max(60, 46 * len(told)))
    listed = tuple(
        (e.name, e.unit, e.published, e.simulated, f"{e.low:g} to {e.high:g}", e.verdict, e.use, e.source)
        for e in found
    )
    rows = Rows(
        ("Figure", "Unit", "Published", "Simulated", "Agreement within", "Verdict", "Use", "Source"), listed
    )
    alt_text = f"{title}. {subtitle}. Values are in the table."
    return Figure(
        "targets",
        frame(drawn, title, subtitle, source, theme, width),
        title,
        subtitle,
        alt_text,
        rows,
        source,
    )
