"""Figures as SVG and PNG files by vl-convert (extra `[report]`): no network, same bytes each time."""

# ruff: noqa: PLC0415 - vl-convert is of the extra [report]

from __future__ import annotations

import functools
from importlib.resources import files

from sim.charts.figure import Figure

FONTS = files("sim.charts").joinpath("fonts")
"""The fonts every image is measured and drawn with, whatever the machine has."""


@functools.cache
def available() -> bool:
    """Whether vl-convert is installed; registers the packaged fonts with it."""
    try:
        import vl_convert
    except ImportError:
        return False
    vl_convert.register_font_directory(str(FONTS))
    return True


def svg(figure: Figure) -> str:
    """Return the figure as SVG text; raises ImportError without vl-convert."""
    return _svg(figure.text)


def png(figure: Figure, scale: float = 2.0) -> bytes:
    """Return the figure as PNG, `scale` pixels a point; raises ImportError without vl-convert."""
    return _png(figure.text, scale)


# A report is made as page, paper and Word file, and each has the same figures.
@functools.lru_cache(maxsize=64)
def _svg(text: str) -> str:
    import vl_convert

    available()
    made: str = vl_convert.vegalite_to_svg(text)
    return made


@functools.lru_cache(maxsize=64)
def _png(text: str, scale: float) -> bytes:
    import vl_convert

    available()
    made: bytes = vl_convert.vegalite_to_png(text, scale=scale)
    return made
