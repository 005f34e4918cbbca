"""Figure 6: why one pair scored as it did, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame

_LABELS_WIDE = 300
_FOR, _AGAINST, _TOTAL = "for", "against", "total"


def waterfall(case: Mapping[str, Any], source: Source, theme: Theme = LIGHT, width: int = WIDTH) -> Figure:
    """Return figure 6: the evidence of one pair, field by field, up to the total and the threshold.

    case: as `sim.outcome.cases` makes it: request, base, threshold (bits; None for a rule that counts the
    fields that agree) and fields with label, compared (what the rule saw, in words) and weight (bits, or 1
    and 0; None where the rule did not look).
    """
    steps = _steps(case)
    limit = None if case["threshold"] is None else float(case["threshold"])
    title, subtitle, dashed = _said(case, steps, limit)
    chart = frame(_bars(steps, limit, theme, width), title, subtitle, source, theme, width)
    alt_text = f"Bars from left to right, one a field, and a total. {title}.{dashed}"
    rows = Rows(("Evidence", "Weight"), tuple(steps.select("label", "weight").iter_rows()))
    return Figure(f"evidence-{case['request']}", chart, title, subtitle, alt_text, rows, source)


def _said(case: Mapping[str, Any], steps: pl.DataFrame, limit: float | None) -> tuple[str, str, str]:
    """Return title, subtitle, and what is said of the dashed line."""
    total = steps["weight"][-1]
    if limit is None:
        count = f"{total:.0f} of {steps.height - 1} fields compared agree"
        told = "Each field compared counts one where it agrees; this rule weighs no evidence in bits"
        return f"Request {case['request']:,}: {count}", told, ""
    verdict, stands = ("links", "reaches") if total >= limit - 1e-9 else ("does not link", "is below")
    evidence = f"its evidence, {total:.3g}, {stands} the threshold of {limit:.3g}"
    told = "Evidence for (+) and against (−) one person, in bits, field by field; dashed: threshold"
    return f"Request {case['request']:,} {verdict}: {evidence}", told, " The dashed line is the threshold."


def _steps(case: Mapping[str, Any]) -> pl.DataFrame:
    """Return one row a bar, the total last: label, start, end, weight, kind."""
    weighed = [
        (f"{line['label']}: {line['compared']}", float(line["weight"]))
        for line in case["fields"]
        if line["weight"] is not None
    ]
    if case.get("base"):
        weighed.insert(0, ("before looking at any field", float(case["base"])))
    total, rows = 0.0, []
    for label, weight in weighed:
        rows.append((label, total, total + weight, weight, _FOR if weight >= 0 else _AGAINST))
        total += weight
    rows.append(("total", 0.0, total, total, _TOTAL))
    columns = {
        "label": pl.String,
        "start": pl.Float64,
        "end": pl.Float64,
        "weight": pl.Float64,
        "kind": pl.String,
    }
    return pl.DataFrame(rows, schema=columns, orient="row")


def _bars(steps: pl.DataFrame, limit: float | None, theme: Theme, width: int) -> Spec:
    texts = pl.Series("text", [f"{weight:+.3g}" for weight in steps["weight"]])
    data = steps.with_columns(texts, edge=pl.max_horizontal("start", "end"))
    reach = [*steps["start"], *steps["end"], *([] if limit is None else [limit])]
    scale = alt.Scale(domain=[min(0.0, *reach), max(reach) * 1.15 + 0.1], nice=False)
    axis = alt.Axis(ticks=False, domain=False, labelLimit=_LABELS_WIDE, labelPadding=6)
    base = alt.Chart(data).encode(y=alt.Y("label:N", sort=None, title=None, axis=axis))
    colours = alt.Scale(domain=[_FOR, _AGAINST, _TOTAL], range=[theme.right, theme.wrong, theme.ink])
    bars = base.mark_bar(height=15).encode(
        x=alt.X(
            "start:Q",
            scale=scale,
            title="evidence, bits" if limit is not None else "fields that agree",
            axis=alt.Axis(tickCount=6),
        ),
        x2=alt.X2("end:Q"),
        color=alt.Color("kind:N", legend=None, scale=colours),
    )
    text = base.mark_text(align="left", dx=5, color=theme.ink).encode(
        x=alt.X("edge:Q", scale=scale), text=alt.Text("text:N")
    )
    wide, high = width - _LABELS_WIDE, max(70, 26 * steps.height)
    if limit is None:
        return layered(bars, text, width=wide, height=high)
    threshold = alt.Chart(pl.DataFrame({"x": [limit]})).mark_rule(strokeDash=[4, 3], color=theme.quiet)
    limit_line = threshold.encode(x=alt.X("x:Q", scale=scale))
    return layered(bars, text, limit_line, width=wide, height=high)
