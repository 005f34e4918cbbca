"""Figure 9: published figures beside simulated ones, with what counts as agreement, failures included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from sim.charts.compose import Spec, layered
from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import BROKEN, LIGHT, WIDTH, Theme, broken, frame, narrow
from sim.outcome.rates import significant
from sim.parameters import exact

FITTED, HELD_OUT = "fitted", "held out"
"""Whether a published figure was used to set the model. A fitted one agrees by construction."""

AGREES, DIFFERS, NOT_SIMULATED = "agrees", "differs", "not simulated"
_LABELS_WIDE, _VALUES_WIDE = 150, 190


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
    def within(self) -> str:
        """Return the range of agreement in words."""
        return f"{exact(self.low)} to {exact(self.high)}"

    @property
    def verdict(self) -> str:
        """Return "agrees", "differs" or "not simulated"."""
        if self.simulated is None:
            return NOT_SIMULATED
        return AGREES if self.low <= self.simulated <= self.high else DIFFERS


def targets(found: Sequence[Target], source: Source, theme: Theme = LIGHT, width: int = WIDTH) -> Figure:
    """Return figure 9: each simulated figure as a multiple of the published one (which must not be 0)."""
    told = [each for each in found if each.simulated is not None]
    failed = [each.name for each in told if each.verdict == DIFFERS]
    title = _title(told) if told else "No published figure can be compared with this scenario"
    subtitle = "Simulated value as a multiple of the published one; the band is the tolerance" + (
        f". Not met: {', '.join(failed)}" if failed else ""
    )
    drawn = _multiples(told, theme, width)
    listed = tuple(
        (
            t.name,
            t.unit,
            t.published,
            t.simulated,
            t.within,
            t.verdict,
            t.use,
            t.source,
        )
        for t in found
    )
    head = ("Figure", "Unit", "Published", "Simulated", "Agreement within", "Verdict", "Use", "Source")
    chart = frame(drawn, title, subtitle, source, theme, width)
    alt_text = f"{title}. {subtitle}. Values are in the table."
    return Figure("targets", chart, title, subtitle, alt_text, Rows(head, listed), source)


def _title(told: Sequence[Target]) -> str:
    """Return how many figures held out, and how many fitted, are met, told apart."""
    words = []
    for use, name in ((HELD_OUT, "not used to set the model"), (FITTED, "fitted, which agree by design")):
        part = [each for each in told if each.use == use]
        if part:
            met = sum(each.verdict == AGREES for each in part)
            words.append(f"{met} of {len(part)} {name}")
    return f"Figures published of August 2025 that are met: {', '.join(words)}"


def _digits(value: float) -> str:
    return significant(value, 3)


def _multiples(told: Sequence[Target], theme: Theme, width: int) -> Spec:
    data = pl.DataFrame(
        [
            {
                "label": each.name,
                "verdict": each.verdict,
                "text": f"{_digits(each.simulated or 0.0)}, published {_digits(each.published)}",
                "value": (each.simulated or 0.0) / each.published,
                "low": each.low / each.published,
                "high": each.high / each.published,
            }
            for each in told
        ],
        schema={
            **dict.fromkeys(("label", "verdict", "text"), pl.String),
            **dict.fromkeys(("value", "low", "high"), pl.Float64),
        },
    )
    slim = narrow(width)
    if slim:
        pairs = zip(data["label"], data["text"], strict=True)
        labels = [f"{label}\n{broken(text, 18)}" for label, text in pairs]
        data = data.with_columns(pl.Series("label", labels))
    plot = width - _LABELS_WIDE - (0 if slim else _VALUES_WIDE)
    top = max([2.0, *(value * 1.1 for value in data.get_column("value").to_list())])
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, minExtent=_LABELS_WIDE - 20, labelExpr=BROKEN)
    base = alt.Chart(data).encode(y=alt.Y("label:N", title=None, sort=None, axis=axis))
    band = base.mark_bar(height=14, color=theme.grid).encode(
        x=alt.X("low:Q", scale=scale, title="simulated ÷ published", axis=alt.Axis(tickCount=5)),
        x2=alt.X2("high:Q"),
    )
    domain = [AGREES, DIFFERS]
    points = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X("value:Q", scale=scale),
        color=alt.Color(
            "verdict:N", legend=None, scale=alt.Scale(domain=domain, range=[theme.right, theme.wrong])
        ),
        shape=alt.Shape("verdict:N", legend=None, scale=alt.Scale(domain=domain, range=["circle", "cross"])),
    )
    text = base.mark_text(align="left", color=theme.ink).encode(
        x=alt.value(plot + 10), text=alt.Text("text:N")
    )
    one = (
        alt.Chart(pl.DataFrame({"x": [1.0]}))
        .mark_rule(strokeDash=[4, 3], color=theme.quiet)
        .encode(x=alt.X("x:Q"))
    )
    layers = [band, one, points] if slim else [band, one, points, text]
    return layered(*layers, width=plot, height=max(60, (56 if slim else 30) * len(told)))
