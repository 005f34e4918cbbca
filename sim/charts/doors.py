"""Figure 7: doors behind the addresses disclosed, and who lives there. No map, because no place is meant."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from sim.charts.figure import Figure, Rows, Source
from sim.charts.theme import LIGHT, WIDTH, Theme, frame, narrow
from sim.outcome.rates import Rate, rounded

DOORS = 60
_PER_ROW = 12
_PEOPLE = ("the person asked for", "another person taken for them", "others living there", "nobody now")


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
    per_row = _PER_ROW // 2 if narrow(width) else _PER_ROW
    squares = [
        square for place, door in enumerate(chosen.iter_rows()) for square in _squares(place, per_row, *door)
    ]
    step, lines = width / (per_row * (_BLOCK + 1)), DOORS // per_row * _BLOCK
    if not squares:
        squares = [(0, 0, 0, _PEOPLE[2])]
    colours = [theme.right, theme.wrong, theme.bystander, theme.grid]
    drawn = (
        alt.Chart(pl.DataFrame(squares, schema=["x", "y", "wide", "who"], orient="row"))
        .mark_square(filled=True, opacity=1, size=(0.78 * step) ** 2, aria=False)
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.5, per_row * (_BLOCK + 1) - 0.5])),
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.5, lines - 0.5], reverse=True)),
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
                    columns=1 if narrow(width) else 4,
                ),
            ),
        )
        .properties(width=width, height=step * lines)
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


def _squares(place: int, per_row: int, outcome: str, others: int) -> Sequence[tuple[int, int, int, str]]:
    """Return the squares of one door: x, y, cluster, who; at most a dozen people are drawn."""
    people = [_PEOPLE[2]] * min(int(others), 11)
    if outcome == "right_person_right_door":
        people.insert(0, _PEOPLE[0])
    elif outcome == "wrong_person":
        people[:1] = [_PEOPLE[1]]
    people = people or [_PEOPLE[3]]
    left, top = (place % per_row) * (_BLOCK + 1), (place // per_row) * _BLOCK
    return [(left + i % _BLOCK, top + i // _BLOCK, place, who) for i, who in enumerate(people)]
