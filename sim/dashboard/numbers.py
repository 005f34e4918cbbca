"""The numbers of the model as a table whose every cell can be read whole, on a telephone too."""

from __future__ import annotations

from collections.abc import Iterable

from sim.parameters import GRADE_MEANING, Parameter, exact
from sim.text_safety import for_html

LONGEST = 240
"""Characters of a value that is a table or a list; `sim explain` shows the rest."""

STYLE = (
    "<style>.wide{border-collapse:collapse;width:100%;font-size:.95rem;table-layout:fixed}"
    ".wide thead th{width:30%}.wide thead th:last-child{width:40%}"
    ".wide th,.wide td{text-align:left;padding:.4rem .6rem;vertical-align:top;overflow-wrap:anywhere;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)}"
    ".wide thead th{border-bottom:2px solid currentColor}.wide th[scope=row]{font-weight:600}"
    ".wide small{display:block;font-weight:400}"
    "@media(max-width:640px){.wide thead{position:absolute;clip-path:inset(50%)}"
    ".wide,.wide tbody,.wide tr,.wide th,.wide td{display:block;width:auto}"
    ".wide tr{border-bottom:2px solid currentColor;padding:.4rem 0}"
    ".wide tbody th,.wide tbody td{border:0;padding:.15rem 0}"
    ".wide td[data-head]::before{content:attr(data-head) ': ';opacity:.8}}</style>"
)
"""On a telephone each row is a block with the heads inside: no column is out of sight."""


def table(rows: Iterable[tuple[Parameter, str]]) -> str:
    """Return the parameters, each with its value in words, as an HTML table."""
    heads = "".join(f"<th scope='col'>{head}</th>" for head in ("Number", "Value here", "Grade and source"))
    return (
        f"{STYLE}<table class='wide' aria-label='Every number of the model'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(_row(*row) for row in rows)}</tbody></table>"
    )


def _row(entry: Parameter, value: str) -> str:
    shown = value if len(value) <= LONGEST else f"{value[:LONGEST]} … (`sim explain {entry.key}` shows all)"
    low, high = map(exact, entry.range)
    return (
        f"<tr><th scope='row'>{for_html(entry.label)}<small>{for_html(entry.key)}</small></th>"
        f"<td data-head='Value here'>{for_html(shown)} <small>{for_html(entry.unit)}; "
        f"{low} to {high}</small></td>"
        f"<td data-head='Grade'>{for_html(entry.grade)}, {for_html(GRADE_MEANING[entry.grade])}. "
        f"<small>{for_html(entry.source)}</small></td></tr>"
    )
