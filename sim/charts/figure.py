"""A figure: a chart with its own title, SYNTHETIC, run and date inside, alt text and the table behind it.

Figures get cropped from pages. So title, source line and run are inside the image, and the numbers travel
along.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from altair.utils import schemapi
from altair.vegalite.v6.schema import core

from sim.charts.compose import Spec

# Else every part of a chart is checked against Vega's schema when it is made, a third of a figure's time; a
# whole figure is checked where it is written out, and by the tests.
schemapi.disable_debug_mode()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure's numbers come from.

    date: YYYY-MM-DD.  replicates: simulated populations.  confidence: of its intervals, in words.
    basis: rule and size of the registry, in words (`sim.outcome.basis`).
    """

    run_id: str
    date: str
    replicates: int
    confidence: str
    basis: str = ""

    def line(self) -> str:
        """Return the line printed inside every image."""
        kind = "population" if self.replicates == 1 else "populations"
        rests = f"{self.basis} · " if self.basis else ""
        return (
            f"SYNTHETIC data · {rests}{self.replicates} simulated {kind} · run {self.run_id} · {self.date} · "
            "Linkage Error Simulator"
        )


@dataclass(frozen=True, slots=True)
class Rows:
    """The table behind a figure: heads and rows of text or numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A chart and its words.

    name: short, for file names.  spec: its Vega-Lite specification, title and source inside.
    title says what was found. subtitle qualifies it. alt says in words what the picture shows.
    """

    name: str
    spec: Spec
    title: str
    subtitle: str
    alt: str
    table: Rows
    source: Source

    @cached_property
    def text(self) -> str:
        """The specification as JSON text, checked against Vega's schema; raises SchemaValidationError."""
        core.TopLevelSpec.validate(self.spec)
        return json.dumps(self.spec)
