"""The report as data: sections of plain blocks, which the renderers (HTML, PDF, DOCX) turn into pages.

Blocks hold text, never markup. What a renderer writes is escaped there, so names and titles are inert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sim.charts import Figure

Kind = Literal["plain", "lead", "note", "warning", "equation", "label"]
Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text.

    kind: lead, the sentence to read first; note, smaller; warning, boxed; equation, set apart; label, a
    small heading.
    """

    text: str
    kind: Kind = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text. marked: numbers of rows set off (assumptions, failures), said in words as well.

    Every row has as many cells as `head`. align: one entry a column, left where shorter. widths: relative
    widths of the columns, equal where empty.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[Align, ...] = ()
    marked: frozenset[int] = frozenset()
    widths: tuple[float, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(
                    f"table {self.caption!r}: row of {len(row)} cells under {len(self.head)} heads"
                )

    def side(self, column: int) -> Align:
        """Return the alignment of a column."""
        return self.align[column] if column < len(self.align) else "left"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with the table behind it."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class Code:
    """Text to copy, kept as it is."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines a human fills in by hand: the expert's part, the signature."""

    labels: tuple[str, ...]


Block = Paragraph | Bullets | Table | Picture | Code | Blanks


@dataclass(frozen=True, slots=True)
class Section:
    """One item of the checklist. key: its name in `sim.report.checklist`.

    number: its place there, from 1; 0 for an appendix.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    number: int = 0

    def heading(self) -> str:
        """Return the title with its number, if it has one."""
        return f"{self.number}  {self.title}" if self.number else self.title


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. created: UTC of the run, ISO 8601, the only date in it.

    sections: the items of the checklist.  appendices: what follows them, without a number.
    """

    title: str
    subtitle: str
    run_id: str
    created: str
    preview: bool
    sections: tuple[Section, ...]
    appendices: tuple[Section, ...] = ()

    def parts(self) -> tuple[Section, ...]:
        """Return all sections in the order in which they are printed."""
        return (*self.sections, *self.appendices)

    def pictures(self) -> tuple[Figure, ...]:
        """Return every figure in order."""
        return tuple(
            block.figure for part in self.parts() for block in part.blocks if isinstance(block, Picture)
        )


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers_from: int | None = None,
    marked: frozenset[int] = frozenset(),
    widths: Sequence[float] = (),
    note: str = "",
) -> Table:
    """Return a table whose columns from `numbers_from` on are aligned right."""
    first = len(head) if numbers_from is None else numbers_from
    align: tuple[Align, ...] = tuple("right" if i >= first else "left" for i in range(len(head)))
    cells = tuple(tuple(str(cell) for cell in row) for row in rows)
    return Table(caption, tuple(head), cells, align, marked, tuple(widths), note)


def texts(block: Block) -> tuple[str, ...]:
    """Return every piece of text of a block, for tests of wording and for the missing-glyph check."""
    match block:
        case Paragraph(text=text):
            return (text,)
        case Bullets(items=items):
            return items
        case Table():
            return (block.caption, *block.head, *(cell for row in block.rows for cell in row), block.note)
        case Picture(figure=figure):
            return (figure.title, figure.subtitle, figure.alt)
        case Code(text=text, label=label):
            return (label, text)
        case Blanks(labels=labels):
            return labels
