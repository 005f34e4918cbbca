"""A case as a table of three columns, with the characters that differ marked; every text is escaped."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from html import escape
from typing import Any

_HEADS = ("Field", "Asked for", "On file, disclosed", "What the rule saw")
_STYLE = (
    "<style>.case{border-collapse:collapse;width:100%;font-size:.95rem}.case th,.case td{text-align:left;"
    "padding:.3rem .6rem;border-bottom:1px solid currentColor;vertical-align:top}.case mark{background:none;"
    "color:inherit;font-weight:700;text-decoration:underline;text-decoration-thickness:2px}"
    ".case-wrap{overflow-x:auto}</style>"
)


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
    return (
        f"<tr><th scope='row'>{escape(str(line['label']))}</th><td>{escape(asked) or '—'}</td>"
        f"<td>{shown or '—'}</td><td>{escape(str(line['compared'] or 'not looked at'))}</td></tr>"
    )


def marked(first: str, second: str) -> str:
    """Return `second` as HTML, the characters that differ from `first` marked."""
    if not first:
        return escape(second)
    parts = []
    for tag, _, _, start, end in difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        text = escape(second[start:end])
        parts.append(text if tag == "equal" or not text else f"<mark>{text}</mark>")
    return "".join(parts)
