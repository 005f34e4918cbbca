"""Figures 6 and 8: why one pair scored as it did, and which inputs move the headline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import Rate, significant


def waterfall(case: Mapping[str, Any], source: Source, theme: Theme = LIGHT, width: int = WIDTH) -> Figure:
    """Return figure 6: the evidence of one pair, field by field, up to the total and the threshold.

    case: as `sim.outcome.cases` makes it: request, base, threshold (bits) and fields with label, compared
    (what the rule saw, in words) and weight (bits, None where the rule did not look).
    """
    steps = [
        (f"{line['label']}: {line['compared']}", float(line["weight"]))
        for line in case["fields"]
        if line["weight"] is not None
    ]
    if case.get("base"):
        steps.insert(0, ("before looking at any field", float(case["base"])))
    total, rows = 0.0, []
    for label, weight in steps:
        rows.append((label, total, total + weight, weight, "for" if weight >= 0 else "against"))
        total += weight
    rows.append(("total", 0.0, total, total, "total"))
    limit = float(case["threshold"])
    verdict = "links" if total >= limit - 1e-9 else "does not link"
    title = f"Request {case['request']:,}: evidence of {total:.3g} {verdict} at the threshold of {limit:.3g}"
    subtitle = "Evidence for (+) and against (−) one person, in bits or points, field by field"
    data = pl.DataFrame(
        rows,
        schema={
            "label": pl.String,
            "start": pl.Float64,
            "end": pl.Float64,
            "weight": pl.Float64,
            "kind": pl.String,
        },
        orient="row",
    )
    data = data.with_columns(
        text=pl.col("weight").map_elements(lambda w: f"{w:+.3g}", return_dtype=pl.String),
        edge=pl.max_horizontal("start", "end"),
    )
    labels = data.get_column("label").to_list()
    reach = [*data.get_column("start"), *data.get_column("end"), limit]
    scale = alt.Scale(domain=[min(0.0, *reach), max(reach) * 1.15 + 0.1], nice=False)
    y = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=300))
    bars = (
        alt.Chart(data)
        .mark_bar(height=15)
        .encode(
            y=y,
            x=alt.X("start:Q", scale=scale, title="evidence"),
            x2="end:Q",
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(
                    domain=["for", "against", "total"], range=[theme.right, theme.wrong, theme.ink]
                ),
            ),
        )
    )
    text = (
        alt.Chart(data)
        .mark_text(align="left", dx=5, color=theme.ink)
        .encode(y=y, x=alt.X("edge:Q", scale=scale), text="text:N")
    )
    rule = (
        alt.Chart(pl.DataFrame({"x": [limit]}))
        .mark_rule(strokeDash=[4, 3], color=theme.quiet)
        .encode(x=alt.X("x:Q", scale=scale))
    )
    chart = alt.layer(bars, text, rule).properties(width=width - 300, height=max(70, 26 * len(labels)))
    listed = tuple((label, weight) for label, _, _, weight, _ in rows)
    alt_text = (
        f"Bars stacked left to right, one a field, and a total. {title}. The dashed line is the threshold."
    )
    return Figure(
        f"evidence-{case['request']}",
        frame(chart, title, subtitle, source, theme, width),
        title,
        subtitle,
        alt_text,
        Rows(("Evidence", "Weight"), listed),
        source,
    )


def tornado(
    swings: Sequence[Mapping[str, Any]], rate: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return figure 8: the headline at the low and the high end of each input, widest swing on top.

    swings: label, low_input, high_input, low, high (headline at those ends, on the rate's scale), assumed
    (bool).  Assumed inputs are hatched by an outline and say so.
    """
    ordered = sorted(swings, key=lambda s: abs(float(s["high"]) - float(s["low"])), reverse=True)
    unit = f"per {rate.per:,} {rate.denominator_name}"
    top = ordered[0]
    ends = sorted((float(top["low"]), float(top["high"])))
    title = (
        f"{top['label']} moves the headline most: from {significant(ends[0])} to "
        f"{significant(ends[1])} {unit}"
    )
    subtitle = (
        "Headline at the low (light) and the high (dark) end of each input's range, the others held; "
        "(assumed) marks assumptions"
    )
    rows = [
        {
            "label": f"{s['label']}{' (assumed)' if s['assumed'] else ''}",
            "end": end,
            "value": float(s[key]),
            "middle": rate.value or 0.0,
            "text": f"{s[key + '_input']:g}",
        }
        for s in ordered
        for key, end in (("low", "low end"), ("high", "high end"))
    ]
    data = pl.DataFrame(rows)
    labels = list(dict.fromkeys(data.get_column("label").to_list()))
    y = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=300))
    bars = (
        alt.Chart(data)
        .mark_bar(height=14)
        .encode(
            y=y,
            x=alt.X("middle:Q", title=unit, scale=alt.Scale(zero=True)),
            x2="value:Q",
            color=alt.Color(
                "end:N",
                scale=alt.Scale(domain=["low end", "high end"], range=[theme.nothing, theme.accent]),
                legend=alt.Legend(title=None, orient="top", labelColor=theme.ink),
            ),
        )
    )
    rule = alt.Chart(pl.DataFrame({"x": [rate.value or 0.0]})).mark_rule(color=theme.ink).encode(x="x:Q")
    chart = alt.layer(bars, rule).properties(width=width - 300, height=max(70, 26 * len(labels)))
    listed = tuple(
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
    head = (
        "Input",
        "Low end",
        "High end",
        f"Headline at low end, {unit}",
        f"Headline at high end, {unit}",
        "Evidence",
    )
    return Figure(
        "tornado",
        frame(chart, title, subtitle, source, theme, width),
        title,
        subtitle,
        f"Bars, widest on top. {title}.",
        Rows(head, listed),
        source,
    )
