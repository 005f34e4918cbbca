"""Figure 2: what became of the requests, in bars, each stage with its own scale and its counts printed."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from sim.charts.compose import Spec, below, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import BROKEN, LIGHT, WIDTH, Theme, broken, frame, narrow

_STAGES: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Requests",
        (
            ("requests", "all requests", "all"),
            ("in_registry", "the person asked for is in the registry", "all"),
            ("answered", "answered with an address", "all"),
            ("outcome_missed", "in the registry, yet nothing disclosed", "nothing"),
            ("outcome_correctly_withheld", "not in the registry, nothing disclosed", "nothing"),
        ),
    ),
    (
        "Requests answered",
        (
            ("outcome_right_person_right_door", "right person, right door", "right_person_right_door"),
            (
                "outcome_right_person_wrong_door",
                "right person, moved away or an office",
                "right_person_wrong_door",
            ),
            ("outcome_wrong_person", "another person's record", "wrong_person"),
        ),
    ),
    ("People behind the doors", (("bystanders", "others living at a disclosed address", "bystanders"),)),
)


def flow(totals: Mapping[str, int], source: Source, theme: Theme = LIGHT, width: int = WIDTH) -> Figure:
    """Return figure 2; totals: counts by name (`sim.outcome.counts.COUNTS`) over all replicates."""
    answered, wrong = totals["answered"], totals["outcome_wrong_person"]
    title = (
        f"{answered:,} of {totals['requests']:,} requests are answered with an address; "
        f"{f'{wrong:,}' if wrong else 'none'} of these "
        f"{'is' if wrong == 1 else 'are'} another person's record"
        if answered
        else f"None of {totals['requests']:,} requests is answered with an address"
    )
    subtitle = "Counts over all simulated populations together; each group of bars has its own scale"
    parts = [_stage(name, bars, totals, theme, width) for name, bars in _STAGES]
    drawn = below(*parts, spacing=14, resolve={"scale": {"color": "independent", "x": "independent"}})
    listed = tuple((label, totals[key]) for _, bars in _STAGES for key, label, _ in bars)
    alt_text = "Bars with counts. " + "; ".join(f"{label}: {n:,}" for label, n in listed) + "."
    rows = Rows(("Stage", "Count"), listed)
    return Figure(
        "flow", frame(drawn, title, subtitle, source, theme, width), title, subtitle, alt_text, rows, source
    )


def _stage(
    name: str, bars: tuple[tuple[str, str, str], ...], totals: Mapping[str, int], theme: Theme, width: int
) -> Spec:
    slim = narrow(width)
    wide, high = (130, 40) if slim else (245, 24)
    labels = [broken(label, 20) if slim else label for _, label, _ in bars]
    data = pl.DataFrame(
        {
            "label": labels,
            "count": [totals[key] for key, _, _ in bars],
            "text": [f"{totals[key]:,}" for key, _, _ in bars],
            "colour": [theme.quiet if kind == "all" else theme.outcome(kind) for *_, kind in bars],
        }
    )
    top = max(1, *(totals[key] for key, _, _ in bars))
    base = alt.Chart(data).encode(
        y=alt.Y(
            "label:N",
            sort=labels,
            title=None,
            axis=alt.Axis(domain=False, ticks=False, minExtent=wide, labelPadding=6, labelExpr=BROKEN),
        ),
        x=alt.X("count:Q", axis=None, scale=alt.Scale(domain=[0, top * 1.18])),
    )
    drawn = base.mark_bar(height=16).encode(color=alt.Color("colour:N", scale=None))
    text = base.mark_text(align="left", dx=5, color=theme.ink).encode(text=alt.Text("text:N"))
    heading = alt.TitleParams(name, anchor="start", fontSize=12, color=theme.quiet, frame="group", offset=4)
    plot = width - wide - 15
    return layered(drawn, text, width=plot, height=high * len(labels), title=heading.to_dict())
