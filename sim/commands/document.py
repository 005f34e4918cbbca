"""The table of every number of the model, generated from the catalogue into docs/parameters.md.

`python -m sim.commands.document` writes it; with `--check` it exits with 1 if the document is out of date.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from sim import whole_files
from sim.parameters import Parameter, catalogue, config_root, exact, text_of
from sim.text_safety import say

HEAD = """# Every number of the model

Generated from `configs/parameters/` by `python -m sim.commands.document`; edit the numbers there.
Grades: **P** read in the primary source, **S** in a secondary one, **B** background that nobody here has
verified, **D** derived by arithmetic from graded inputs, **assumption** nothing published was found.
`sim explain NAME` prints one of them on a terminal.
"""
MOST_SHOWN = 160
GRADES = ("P", "S", "D", "B", "assumption")


def path() -> Path:
    """Return the file in a checkout that holds the table."""
    return config_root().parent / "docs" / "parameters.md"


def generated(entries: Mapping[str, Parameter]) -> str:
    """Return the whole document as Markdown."""
    return "\n".join(_lines(entries)) + "\n"


def _lines(entries: Mapping[str, Parameter]) -> Iterator[str]:
    yield HEAD
    grades: Counter[str] = Counter(entry.grade for entry in entries.values())
    told = ", ".join(f"{grades[grade]} {grade}" for grade in GRADES)
    yield f"{len(entries)} entries by grade: {told}.\n"
    for group, keys in groupby(sorted(entries), key=lambda key: key.split(".")[0]):
        yield f"## {group}\n"
        yield "| name | value | unit | range | grade | what it is | source |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        yield from (_row(entries[key]) for key in keys)
        yield ""


def _row(entry: Parameter) -> str:
    shown = text_of(entry.value)
    if len(shown) > MOST_SHOWN:
        shown = shown[:MOST_SHOWN].rsplit(" ", 1)[0] + " …"
    if entry.levels:
        shown = "; ".join(f"{level} {text_of(value)}" for level, value in entry.levels.items())
    low, high = entry.range
    span = f"{exact(low)} to {exact(high)}"
    cells = (f"`{entry.key}`", shown, entry.unit, span, entry.grade, entry.label, entry.source)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def main(arguments: list[str]) -> int:
    """Write the document, or with --check say whether it is up to date."""
    text, file = generated(catalogue()), path()
    if "--check" in arguments:
        if file.exists() and file.read_text("utf-8") == text:
            return 0
        say(f"{file.name} is out of date; run python -m sim.commands.document", to=sys.stderr)
        return 1
    whole_files.write_source(file, text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
