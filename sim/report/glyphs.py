"""Text that the packaged fonts can draw: control characters out, missing letters written in Latin ones.

PDF/A forbids a character without a glyph. A name in a script that the fonts lack is transliterated (anyascii
where it is installed, else the character's number), and the report says so: nothing vanishes silently.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.charts.export import FONTS
from sim.text_safety import without_controls


@functools.cache
def covered() -> frozenset[int]:
    """Return the code points that the packaged fonts can draw."""
    text = FONTS.joinpath("coverage.txt").read_text("utf-8")
    found: set[int] = set()
    for part in text.split("\n", 1)[1].split():
        first, _, last = part.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


@dataclass
class Printable:
    """Makes text printable and remembers every character that had to be written otherwise."""

    replaced: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """Return `text` without controls, missing letters transliterated."""
        clean = unicodedata.normalize("NFC", without_controls(text))
        return "".join(c if _drawable(c) else self._instead(c) for c in clean)

    def everything(self, value: Any) -> Any:
        """Return a JSON value with every text in it printable; keys are left alone."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.everything(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.everything(item) for item in value]
        return value

    def notes(self) -> list[str]:
        """Return the replacements made, in the order they were met: "王 (U+738B) is written Wang"."""
        return [
            f"U+{ord(char):04X} is written {instead!r}" for char, instead in self.replaced.items() if instead
        ]

    def _instead(self, char: str) -> str:
        if unicodedata.combining(char) or 0xFE00 <= ord(char) <= 0xFE0F or char == "\u200d":
            return (
                ""  # accents without a letter, variation selectors and joiners carry no letter of their own
            )
        if char not in self.replaced:
            self.replaced[char] = _latin(char)
        return self.replaced[char]


def _drawable(char: str) -> bool:
    return char == "\n" or (ord(char) in covered() and not _joins(char))


def _joins(char: str) -> bool:
    """Whether a character only says how its neighbours are drawn: joiners and variation selectors."""
    return 0xFE00 <= ord(char) <= 0xFE0F or char in "\u200c\u200d"


def _latin(char: str) -> str:
    """Return a spelling of one character in letters that the fonts have."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if ord(c) in covered())
    if plain.strip():
        return plain
    try:
        from anyascii import anyascii  # noqa: PLC0415 - of the extra [report]
    except ImportError:
        return f"[U+{ord(char):04X}]"
    return anyascii(char) or f"[U+{ord(char):04X}]"
