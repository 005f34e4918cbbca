"""Figures of one mark a person: the icon array of the headline, and the doors behind the addresses.

Icon arrays beside numbers improve understanding, most for readers with little practice in numbers (Galesic
and others 2009; Garcia-Retamero and others 2012).
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame
from sim.outcome.rates import Rate, rounded

PERSON = (
    "M-0.18,-0.62A0.26,0.26,0,1,0,0.18,-0.62A0.26,0.26,0,1,0,-0.18,-0.62Z"
    "M-0.42,1L-0.42,0.1Q-0.42,-0.22,0,-0.22Q0.42,-0.22,0.42,0.1L0.42,1Z"
)
"""A head and shoulders as a Vega symbol path, in the square from -1 to 1, y downwards."""

_WRONG, _MOVED, _REST = "somebody else's address", "right person, moved away", "right person, right door"


def icon_array(
    wrong: Rate,
    moved: Rate | None,
    source: Source,
    theme: Theme = LIGHT,
    columns: int = 50,
    width: int = WIDTH,
) -> Figure:
    """Return figure 1: a thousand people, those whose address was another's first.

    wrong, moved: rates per 1,000 addresses disclosed; `moved` None leaves them among the rest.
    columns: people in a row (50 on a page, 25 on a telephone).
    """
    if wrong.value is None:
        return _no_icons(wrong, source, theme, width)
    bad = min(1_000, round(wrong.value))
    away = 0 if moved is None or moved.value is None else min(1_000 - bad, round(moved.value))
    kinds = [_WRONG] * bad + [_MOVED] * away + [_REST] * (1_000 - bad - away)
    people = pl.DataFrame(
        {
            "column": [i % columns for i in range(1_000)],
            "row": [i // columns for i in range(1_000)],
            "kind": kinds,
        }
    )
    size = width / columns
    counted = [
        (_WRONG, bad, theme.wrong),
        (_MOVED, away, theme.moved),
        (_REST, 1_000 - bad - away, theme.right),
    ]
    shown = [(f"{kind}: {n}", kind, colour) for kind, n, colour in counted if n or kind == _WRONG]
    labels = {kind: label for label, kind, _ in shown}
    drawn = (
        alt.Chart(people.with_columns(pl.col("kind").replace_strict(labels)))
        .mark_point(shape=PERSON, size=(size * 1.08) ** 2, filled=True, opacity=1, strokeWidth=0)
        .encode(
            x=alt.X("column:O", axis=None),
            y=alt.Y("row:O", axis=None),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=[label for label, _, _ in shown], range=[colour for *_, colour in shown]
                ),
                legend=alt.Legend(
                    title=None,
                    orient="top",
                    labelFontSize=12,
                    labelColor=theme.ink,
                    labelLimit=400,
                    symbolSize=160,
                    columns=1 if columns < 40 else 3,
                ),
            ),
        )
        .properties(width=width, height=size * (1_000 // columns) * 1.25)
    )
    title = _icon_title(wrong)
    subtitle = _interval_words(wrong, source.confidence)
    alt_text = (
        f"A thousand small figures of people. {bad} are marked as somebody else's address, {away} as the "
        f"right person who has moved away, {1_000 - bad - away} as the right person at the right door. "
        f"{subtitle}"
    )
    rows = Rows(("Of 1,000 addresses disclosed", "Number"), tuple((kind, n) for kind, n, _ in counted))
    return Figure(
        "icons", frame(drawn, title, subtitle, source, theme, width), title, subtitle, alt_text, rows, source
    )


def _icon_title(wrong: Rate) -> str:
    assert wrong.value is not None
    if wrong.numerator == 0:
        return f"Of {wrong.denominator:,} addresses disclosed, none belongs to somebody else"
    text = rounded(wrong.value, wrong.mcse)
    return f"Of 1,000 addresses disclosed, {text} belong{'s' if text == '1' else ''} to somebody else"


def _interval_words(wrong: Rate, confidence: str) -> str:
    if wrong.low is None or wrong.high is None:
        return f"{wrong.numerator:,} of {wrong.denominator:,} addresses disclosed in the simulation"
    low, high = rounded(wrong.low, wrong.mcse), rounded(wrong.high, wrong.mcse)
    return (
        f"{wrong.numerator:,} of {wrong.denominator:,} addresses disclosed in the simulation; {confidence} "
        f"interval {low} to {high} of 1,000 addresses disclosed"
    )


def _no_icons(wrong: Rate, source: Source, theme: Theme, width: int) -> Figure:
    title, subtitle = "Nothing was disclosed, so there is no rate to show", wrong.words
    drawn = alt.Chart(pl.DataFrame({"x": [0]})).mark_text(
        text="no addresses disclosed", fontSize=16, align="left"
    )
    drawn = drawn.encode(x=alt.value(0)).properties(width=width, height=60)
    rows = Rows(("Of 1,000 addresses disclosed", "Number"), (("no addresses disclosed", "—"),))
    chart = frame(drawn, title, subtitle, source, theme, width)
    return Figure("icons", chart, title, subtitle, f"{title}. {subtitle}.", rows, source)


DOORS = 60
_PER_ROW = 12
_PEOPLE = ("the person asked for", "somebody else taken for them", "others living there")


def doors(
    outcomes: pl.DataFrame, bystanders: Rate, source: Source, theme: Theme = LIGHT, width: int = WIDTH
) -> Figure:
    """Return figure 7: sixty disclosed doors, evenly spaced through all of them, and who lives behind each.

    outcomes: columns outcome, disclosed, bystanders (others now living at the disclosed addresses).
    bystanders: the rate per 1,000 addresses disclosed. Unlabelled squares, no map: no place is meant.
    """
    behind = outcomes.filter(pl.col("disclosed") > 0).select(pl.col("outcome").cast(pl.String), "bystanders")
    title, subtitle = _door_words(bystanders)
    ordered = behind.sort(pl.col("outcome").replace_strict(_DOOR_ORDER, default=3), "bystanders")
    chosen = _spread(ordered, DOORS)
    squares = [square for place, door in enumerate(chosen.iter_rows()) for square in _squares(place, *door)]
    if not squares:
        squares = [(0, 0, 0, _PEOPLE[2])]
    colours = [theme.right, theme.wrong, theme.bystander]
    drawn = (
        alt.Chart(pl.DataFrame(squares, schema=["x", "y", "wide", "who"], orient="row"))
        .mark_square(filled=True, opacity=1, size=(width / 78) ** 2)
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, _PER_ROW * 5 - 0.5])),
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(reverse=True)),
            color=alt.Color(
                "who:N",
                scale=alt.Scale(domain=list(_PEOPLE), range=colours),
                legend=alt.Legend(
                    title=None,
                    orient="top",
                    labelFontSize=12,
                    labelColor=theme.ink,
                    symbolSize=120,
                    labelLimit=300,
                ),
            ),
        )
        .properties(width=width, height=width * 0.3)
    )
    counts = (
        ordered.group_by("outcome").agg(pl.len().alias("doors"), pl.col("bystanders").sum()).sort("outcome")
    )
    rows = Rows(("Outcome", "Addresses answered", "Other people living there"), tuple(counts.iter_rows()))
    alt_text = f"Sixty disclosed doors as clusters of squares, one square a person. {title}. {subtitle}"
    return Figure(
        "doors", frame(drawn, title, subtitle, source, theme, width), title, subtitle, alt_text, rows, source
    )


_DOOR_ORDER = {"wrong_person": 0, "right_person_wrong_door": 1, "right_person_right_door": 2}
_BLOCK = 4


def _door_words(bystanders: Rate) -> tuple[str, str]:
    if bystanders.value is None:
        return "Nothing was disclosed, so no door was pointed to", bystanders.words
    text = rounded(bystanders.value, bystanders.mcse)
    return (
        f"Behind 1,000 addresses disclosed live {text} people nobody asked for",
        f"Up to {DOORS} disclosed doors of the first population, evenly spaced; each cluster is a door, "
        "each square a person",
    )


def _spread(frame_: pl.DataFrame, number: int) -> pl.DataFrame:
    """Return `number` rows evenly spaced through the frame, or all of a shorter one."""
    if frame_.height <= number:
        return frame_
    return frame_[[int((i + 0.5) * frame_.height / number) for i in range(number)]]


def _squares(place: int, outcome: str, others: int) -> Sequence[tuple[int, int, int, str]]:
    """Return the squares of one door: x, y, cluster, who; at most a dozen people are drawn."""
    people = [_PEOPLE[2]] * min(int(others), 11)
    if outcome == "right_person_right_door":
        people.insert(0, _PEOPLE[0])
    elif outcome == "wrong_person":
        people[:1] = [_PEOPLE[1]]
    left, top = (place % _PER_ROW) * (_BLOCK + 1), (place // _PER_ROW) * (_BLOCK)
    return [(left + i % _BLOCK, top + i // _BLOCK, place, who) for i, who in enumerate(people)]
