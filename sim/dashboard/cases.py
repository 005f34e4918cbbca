"""A case as a table of three columns, with the characters that differ marked; every text is escaped."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from sim.text_safety import for_html, md

_HEADS = ("Field", "Asked for", "On file, disclosed", "The person meant, in truth", "What the rule saw")
_STYLE = (
    "<style>.case{border-collapse:collapse;width:100%;font-size:.95rem}"
    ".case th,.case td{text-align:left;padding:.35rem .6rem;vertical-align:top;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)}"
    ".case thead th{border-bottom:2px solid currentColor}.case tr.off td:last-child{opacity:.72}"
    ".case mark{background:color-mix(in srgb,#e5a100 30%,transparent);color:inherit;border-radius:2px;"
    "padding:0 1px;font-weight:700;text-decoration:underline;text-decoration-thickness:2px}"
    ".case-wrap{overflow-x:auto}"
    # On a telephone a row is a block with the heads inside: no column is out of sight.
    "@media(max-width:640px){.case thead{position:absolute;clip-path:inset(50%)}"
    ".case,.case tbody,.case tr,.case th,.case td{display:block;width:auto}"
    ".case tr{border-bottom:2px solid currentColor;padding:.4rem 0}"
    ".case tbody th,.case tbody td{border:0;padding:.15rem 0;overflow-wrap:anywhere}"
    ".case td[data-head]::before{content:attr(data-head) ': ';opacity:.8}}</style>"
)
"""Differing characters are told by weight, line and tint, never by colour alone."""


def side_by_side(case: Mapping[str, Any]) -> str:
    """Return a case as an HTML table."""
    heads = "".join(f"<th scope='col'>{head}</th>" for head in _HEADS)
    rows = "".join(_row(line) for line in case["fields"])
    title = f"Request {int(case['request']):,} and the record disclosed for it"
    return (
        f"{_STYLE}<div class='case-wrap' tabindex='0' role='region' aria-label='{title}'>"
        f"<table class='case'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(line: Mapping[str, Any]) -> str:
    asked, on_file = str(line["asked"] or ""), str(line["on_file"] or "")
    shown = marked(asked, on_file)
    kind = "" if line.get("weight") is not None else " class='off'"
    meant, compared = (
        for_html(str(line.get("true") or "")),
        for_html(str(line["compared"] or "not looked at")),
    )
    cells = (for_html(asked) or "—", shown or "—", meant or "—", compared)
    told = zip(_HEADS[1:], cells, strict=True)
    return (
        f"<tr{kind}><th scope='row'>{for_html(str(line['label']))}</th>"
        + "".join(f"<td data-head='{head}'>{cell}</td>" for head, cell in told)
        + "</tr>"
    )


def told(case: Mapping[str, Any]) -> str:
    """Return, in Markdown, what a link rests on, what nobody looked at, whether the person has a record."""
    fields = case["fields"]
    agreed = [md(line["label"]) for line in fields if line["weight"] is not None and line["weight"] > 0]
    blind = [md(line["label"]) for line in fields if line["weight"] is None]
    text = f"**Linked on** {', '.join(agreed) or 'nothing in particular'}."
    if blind:
        text += f" **Not looked at:** {', '.join(blind)}."
    if case.get("requested_person_absent"):
        text += " The person asked for is not in the registry at all."
    return text


def marked(first: str, second: str) -> str:
    """Return `second` as HTML, the characters that differ from `first` marked."""
    if not first:
        return for_html(second)
    parts = []
    for tag, _, _, start, end in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        text = for_html(second[start:end])
        parts.append(text if tag == "equal" or not text else f"<mark>{text}</mark>")
    return "".join(parts)
