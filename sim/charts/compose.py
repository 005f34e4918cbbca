"""Charts put together from single ones: layers over each other, plots under each other.

Altair can do this too, but copies every part deeply for each whole, a fifth of a live answer's time; so
parts' own specifications, made by Altair, are set side by side here. For the same reason charts write
`alt.X2("high:Q")` and never `x2="high:Q"`: what a bare string may mean is looked up in the whole schema, 4 ms
each. A figure is checked against Vega's schema where it is written out (`Figure.text`).
"""

from __future__ import annotations

from typing import Any

import altair as alt

Spec = dict[str, Any]
"""A Vega-Lite specification as a JSON object."""

_HEAD = ("$schema", "config", "datasets")


def layered(*layers: alt.Chart, **properties: object) -> Spec:
    """Return the specification of charts drawn over each other, the first undermost.

    properties: of the whole, as Vega-Lite names them (width, height, title).
    """
    return _whole("layer", [layer.to_dict(validate=False) for layer in layers]) | properties


def below(*plots: Spec, **properties: object) -> Spec:
    """Return the specification of plots under each other, the first on top; properties as for `layered`."""
    return _whole("vconcat", list(plots)) | properties


def _whole(how: str, parts: list[Spec]) -> Spec:
    """Return the parts as one: the data of all, named by its content, kept once."""
    data = {name: rows for part in parts for name, rows in part["datasets"].items()}
    inside = [{key: value for key, value in part.items() if key not in _HEAD} for part in parts]
    return {"$schema": parts[0]["$schema"], how: inside, "datasets": data}
