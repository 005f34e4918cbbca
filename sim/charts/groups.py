"""Figure 5: the rate of each group with its interval, all on one axis from zero."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import BROKEN, LIGHT, WIDTH, Theme, broken, frame, narrow
from sim.outcome.groups import GroupRate
from sim.outcome.rates import Rate, rounded, significant

DIMENSIONS = {
    "ethnicity": "Ethnicity",
    "nativity": "Nativity",
    "tin_kind": "Number",
    "two_surnames": "Two surnames",
    "origin": "Name origin",
    "sex": "Sex",
    "age": "Age",
    "state": "State",
}
"""The dimensions in the order they are drawn, in plain words."""

_LEVELS = {
    "white": "White",
    "black": "Black",
    "api": "Asian or Pacific",
    "aian": "American Indian",
    "multi": "two or more",
    "hispanic": "Hispanic",
    "us_born": "born in the US",
    "naturalised": "naturalised",
    "noncitizen": "not a citizen",
    "ssn": "SSN",
    "itin": "ITIN",
    "true": "yes",
    "false": "no",
    "spanish": "Spanish",
    "portuguese": "Portuguese",
    "chinese": "Chinese",
    "haitian": "Haitian",
}
_LABELS_WIDE, _COUNTS_WIDE, _RATIO_WIDE = 175, 150, 65

_TINY = 0.05
"""Groups with less than this share of the largest group's base do not stretch the axis."""


POOLED = ("api", "chinese", "haitian", "portuguese")
POOLED_NOTE = (
    "† Given names are not told apart within the group: Chinese, Indian, Korean, Vietnamese, Filipino and "
    "Japanese ones are one pool, Haitian and Brazilian ones those of all; two share a name there too seldom"
)
"""Levels whose names are one pool, marked wherever they are named, and what the mark says."""


def group_name(dimension: str, level: str) -> str:
    """Return a group in plain words, "Two surnames: yes", marked where its names are one pool."""
    word = _LEVELS.get(level.lower(), level.replace("_", " "))
    return f"{DIMENSIONS.get(dimension, dimension)}: {word}{'†' if level.lower() in POOLED else ''}"


def pooled_note(found: Sequence[GroupRate]) -> str:
    """Return what the mark beside some of these groups says, nothing where none has it."""
    return POOLED_NOTE if any(each.level.lower() in POOLED for each in found) else ""


def groups(
    found: Sequence[GroupRate], overall: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return figure 5: groups sorted inside each dimension, with events, base and ratio to everybody.

    found: rates by group, all of one kind.  overall: everybody's rate, drawn as a dashed rule.
    """
    shown = sorted((each for each in found if each.rate.value is not None), key=group_place)
    empty = [each for each in found if each.rate.value is None]
    unit = f"per {overall.per:,} {overall.denominator_name}"
    subtitle = f"{overall.label}, {unit}. Dots with {source.confidence} intervals; dashed: everybody; " + (
        "events and bases are in the table"
        if narrow(width)
        else f"right: events of how many {overall.denominator_name}, and times everybody's rate"
    )
    if empty:
        subtitle += f". No {overall.denominator_name} in {', '.join(_name(each) for each in empty)}"
    if note := pooled_note(found):
        subtitle += f". {note}"
    title = _title(shown, overall)
    drawn = _dots(shown, unit, overall.value, theme, width)
    listed = tuple(_row(each) for each in [*shown, *empty])
    head = ("Group", f"Rate {unit}", f"{source.confidence} interval", "Events", "Base", "Times everybody's")
    alt_text = f"Dots with intervals on one axis from zero, one a group. {title}. The table has every value."
    chart = frame(drawn, title, subtitle, source, theme, width)
    return Figure("groups", chart, title, subtitle, alt_text, Rows(head, listed), source)


def named_doors(
    found: Sequence[GroupRate], doors: int, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return whose doors the strangers' doors are: of 1,000 of them, how many are each group's.

    found: shares by group of the people whose door was named, with in `words` how many of 1,000 addresses
    disclosed are the group's.  doors: strangers' doors in all. No ratio is drawn: neither is a rate of error.
    """
    shown = sorted((each for each in found if each.rate.value is not None), key=group_place)
    born = {each.level: each.rate.numerator for each in shown if each.dimension == "nativity"}
    citizens = born.get("us_born", 0) + born.get("naturalised", 0)
    title = f"Of {doors:,} strangers' doors named, {citizens:,} are those of citizens"
    subtitle = f"Groups of the people whose door was named. Dots with {source.confidence} intervals" + (
        "; events are in the table"
        if narrow(width)
        else "; right: events, and how many of 1,000 addresses disclosed are the group's"
    )
    if note := pooled_note(found):
        subtitle += f". {note}"
    unit = "of 1,000 strangers' doors named"
    chart = frame(_dots(shown, unit, None, theme, width), title, subtitle, source, theme, width)
    head = ("Group", f"Number {unit}", f"{source.confidence} interval", "Events", "Base",
            "Of 1,000 addresses disclosed")  # fmt: skip
    alt_text = f"Dots with intervals on one axis from zero, one a group. {title}. The table has every value."
    rows = Rows(head, tuple(_row(each) for each in shown))
    return Figure("named-doors", chart, title, subtitle, alt_text, rows, source)


def group_place(each: GroupRate) -> tuple[int, float]:
    """Return where a group stands: by dimension in the order of DIMENSIONS, highest rate first."""
    known = list(DIMENSIONS)
    place = known.index(each.dimension) if each.dimension in known else len(known)
    return place, -(each.rate.value or 0.0)


def _name(each: GroupRate) -> str:
    return group_name(each.dimension, each.level)


def _row(each: GroupRate) -> tuple[object, ...]:
    rate = each.rate
    if rate.value is None:
        return _name(each), "no rate", "—", 0, 0, rate.words
    span = (
        "—"
        if rate.low is None or rate.high is None
        else f"{significant(rate.low)} to {significant(rate.high)}"
    )
    ratio = each.words if each.ratio is None else round(each.ratio, 3)
    return _name(each), rate.value, span, rate.numerator, rate.denominator, ratio


def _title(shown: Sequence[GroupRate], overall: Rate) -> str:
    told = [each for each in shown if each.ratio is not None]
    if not told:
        return "Too few events to tell groups apart"
    top = max(told, key=lambda each: each.rate.value or 0.0)
    value = rounded(top.rate.value or 0.0, top.rate.mcse)
    whole = rounded(overall.value or 0.0, overall.mcse)
    return (
        f"Highest among groups with enough events is {_name(top)}: {value} per {overall.per:,} "
        f"{overall.denominator_name}, against {whole} for everybody"
    )


def _dots(shown: Sequence[GroupRate], unit: str, rule: float | None, theme: Theme, width: int) -> Spec:
    end = _axis_end(shown, rule)
    data = _data(shown, end)
    slim = narrow(width)
    labels = 105 if slim else _LABELS_WIDE
    plot = width - labels - (0 if slim else _COUNTS_WIDE + _RATIO_WIDE)
    if slim:
        data = data.with_columns(pl.Series("label", [broken(each, 17) for each in data["label"]]))
    scale = alt.Scale(domain=[0, end * (1.6 if slim else 1.22)], nice=False)
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=labels, labelExpr=BROKEN)
    base = alt.Chart(data).encode(y=alt.Y("label:N", sort=None, title=None, axis=axis))
    x = alt.X("low:Q", title=unit, scale=scale, axis=alt.Axis(tickCount=5))
    layers: list[alt.Chart] = [
        base.mark_rule(strokeWidth=2.5, color=theme.accent, opacity=0.55).encode(x=x, x2=alt.X2("high:Q")),
        base.mark_point(filled=True, size=70, color=theme.accent, opacity=1).encode(
            x=alt.X("value:Q", scale=scale)
        ),
        base.mark_text(align="left", dx=6, color=theme.ink).encode(
            x=alt.X("high:Q", scale=scale), text=alt.Text("text:N")
        ),
    ]
    if not slim:
        for place, column, ink in ((0, "counts:N", theme.quiet), (_RATIO_WIDE - 6, "ratio:N", theme.ink)):
            text = base.mark_text(align="right", color=ink)
            layers.append(text.encode(x=alt.value(plot + _COUNTS_WIDE + place), text=alt.Text(column)))
    if rule is not None:
        everybody = alt.Chart(pl.DataFrame({"x": [rule]})).mark_rule(strokeDash=[4, 3], color=theme.quiet)
        layers.insert(0, everybody.encode(x=alt.X("x:Q", scale=scale)))
    return layered(*layers, width=plot, height=max(60, (34 if slim else 23) * data.height))


def _axis_end(shown: Sequence[GroupRate], rule: float | None) -> float:
    """Return the greatest bound of the groups that are not tiny; wider intervals are cut there and say so.

    Otherwise one group of seven people would press everybody else against the left edge.
    """
    largest = max((each.rate.denominator for each in shown), default=0)
    big = [each.rate for each in shown if each.rate.denominator >= _TINY * largest]
    bounds = [bound for rate in big for bound in (rate.value, rate.high) if bound is not None]
    values = [each.rate.value for each in shown if each.rate.value is not None]
    return max([*bounds, *values, rule or 0.0, 1e-9])


def _data(shown: Sequence[GroupRate], end: float) -> pl.DataFrame:
    rows = []
    for each in shown:
        rate, value = each.rate, each.rate.value or 0.0
        high = value if rate.high is None else rate.high
        cut = f" (to {significant(high)} →)" if high > end else ""
        rows.append(
            {
                "label": _name(each),
                "value": value,
                "low": value if rate.low is None else rate.low,
                "high": min(high, end),
                "text": (rounded(value, rate.mcse) if rate.numerator else "none seen") + cut,
                "counts": f"{rate.numerator:,} of {rate.denominator:,}",
                "ratio": each.words if each.ratio is None else f"× {each.ratio:.2f}",
            }
        )
    number = dict.fromkeys(("value", "low", "high"), pl.Float64)
    text = dict.fromkeys(("label", "text", "counts", "ratio"), pl.String)
    return pl.DataFrame(rows, schema={**text, **number})
