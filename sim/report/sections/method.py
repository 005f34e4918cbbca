"""Sections 6 to 8: processes, inputs, noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from sim.masking import mask_text
from sim.noise import NOISES
from sim.parameters import GRADE_MEANING, Parameter, catalogue
from sim.report.document import Align, Block, Bullets, Paragraph, Section, Table, table
from sim.report.findings import Findings
from sim.report.plain import field_name, iso_date, plain, range_of, unit_of, value_of

_MOST_TOLD = 6
"""Inputs alike are named in their row up to so many, and below the table beyond."""

_GRADES = {"P": "primary", "S": "secondary", "B": "background", "D": "derived", "assumption": "ASSUMED"}


def processes(found: Findings) -> Section:
    """Item 6."""
    entities = (
        ("Person", "sex, group, nativity, year and day of birth, names, number, household, home, moves"),
        ("Registry record", "names, birth, number and address as on file, as old as the last return"),
        ("Request", "names, birth, number and address as the agency holds them, with faults"),
        ("Link", "a registry record that the rule accepts for a request"),
        ("Disclosure", "the address of a linked record, handed over"),
    )
    order = (
        "Population: people are drawn from published tables of names, births, households and places; "
        "households share addresses and surnames; people move, and homes get new occupants.",
        "Registry: each record is as the last return left it, which may be before a move.",
        "Requests: people are drawn to be asked for, some of them not in the registry; fields are filled "
        "as the agency's records would be.",
        "Noise: the faults of section 8 are put in, one kind after another, each change written to a ledger.",
        "Linkage: the rule of section 9 is applied to every request and record.",
        "Outcome: each disclosure is judged against known truth.",
    )
    random = (
        "Every draw comes from a generator named by its purpose, the population and the part of the "
        "registry it serves, made from one master seed. So the draws depend neither on order nor on the "
        "number of workers, and two scenarios with one seed share people and luck."
    )
    return Section(
        "processes",
        "Entities and processes",
        (
            table("Entities", ("Entity", "What it has"), entities, widths=(1, 4)),
            Paragraph("In order", "label"),
            Bullets(order),
            Paragraph(random),
        ),
    )


def inputs(found: Findings) -> Section:
    """Item 7."""
    entries = [entry for key, entry in catalogue().items() if key in found.run.scenario.parameters]
    assumed = sum(entry.grade == "assumption" for entry in entries)
    text = (
        f"Every number of the model is listed. {assumed:,} of {len(entries):,} are assumptions, because no "
        "published value was found; their rows are marked and say ASSUMED. A value that this scenario sets "
        "differently from the catalogue is followed by the catalogue's."
    )
    grades = ", ".join(f"{_GRADES[grade]}: {meaning}" for grade, meaning in GRADE_MEANING.items())
    blocks: list[Block] = [Paragraph(text), Paragraph(f"Grades. {grades}.", "note"), _structure(found)]
    for group in dict.fromkeys(entry.key.split(".")[0] for entry in entries):
        part = [entry for entry in entries if entry.key.split(".")[0] == group]
        blocks.append(_input_table(f"Inputs: {group}", part, found))
    return Section("inputs", "Inputs and assumptions", tuple(blocks))


def _structure(found: Findings) -> Table:
    flat = found.run.scenario.flat()
    names = ("name", "title", "summary")
    rows = [
        (key, plain(value))
        for key, value in flat.items()
        if key not in catalogue() and key not in names and value not in (None, (), "")
    ]
    return table("Structure and switches", ("Setting", "Value"), rows, widths=(1, 2))


def _input_table(caption: str, entries: list[Parameter], found: Findings) -> Table:
    rows: list[tuple[str, ...]] = []
    marked: list[int] = []
    notes: list[str] = []
    for alike in merged(entries, found):
        first = alike[0]
        label = f"{first.label} ({first.key})"
        if len(alike) > _MOST_TOLD:
            label = f"{len(alike)} inputs, listed below this table"
            notes.append(f"The {len(alike)} inputs of one row are {_keys(alike)}.")
        elif len(alike) > 1:
            label = f"{len(alike)} inputs: {_keys(alike)}"
        if first.grade == "assumption":
            marked.append(len(rows))
        grade = _GRADES[first.grade]
        rows.append((label, _value(first, found), unit_of(first), range_of(first), grade, first.source))
    head = ("Input", "Value", "Unit", "Range", "Grade", "Source")
    widths = (2.1, 1.7, 0.95, 0.85, 1.1, 2.9)
    return table(caption, head, rows, marked=frozenset(marked), widths=widths, note=" ".join(notes))


def merged(entries: list[Parameter], found: Findings) -> list[list[Parameter]]:
    """Return the entries in order, those that say the same of themselves (value, source, ...) together."""
    groups: dict[tuple[str, ...], list[Parameter]] = {}
    for entry in entries:
        same = (_value(entry, found), entry.unit, str(entry.range), entry.grade, entry.source)
        groups.setdefault(same, []).append(entry)
    return list(groups.values())


def _keys(alike: list[Parameter]) -> str:
    """Return the keys of several entries, the part they share written once: "noise.{a, b}.odds"."""
    parts = [entry.key.split(".") for entry in alike]
    middle = ", ".join(".".join(part[1:-1]) or part[-1] for part in parts)
    last = {part[-1] for part in parts if len(part) > 2}
    return f"{parts[0][0]}: {middle}" + (f" ({last.pop()})" if len(last) == 1 else "")


def _value(entry: Parameter, found: Findings) -> str:
    value, usual = found.run.scenario.parameters[entry.key], entry.at(found.run.scenario.noise.level)
    shown = value_of(entry, value)
    return shown if value == usual else f"{shown} (catalogue: {value_of(entry, usual)})"


def noise(found: Findings) -> Section:
    """Item 8."""
    ledger = found.run.ledger
    first = ledger.group_by("kind", maintain_order=True).agg(
        pl.col("field").first(), pl.col("before").first(), pl.col("after").first()
    )
    examples = {str(row["kind"]): row for row in first.iter_rows(named=True)}
    counted = dict(
        ledger.group_by(pl.col("kind").cast(pl.String))
        .agg(pl.col("request").n_unique() if ledger.height == 0 else pl.len())
        .iter_rows()
    )
    known = catalogue()
    rows = [
        (
            known[f"noise.{each.kind}.rate"].label,
            each.why,
            _example(examples.get(each.kind)),
            f"{counted.get(each.kind, 0):,}",
            each.omits,
        )
        for each in NOISES
    ]
    head = ("Fault", "Why it happens", "Example from this run", "Changed fields", "What is left out")
    text = (
        "Faults are put into the requests in this order. A blank stands for nothing given; placeholders "
        "such as an unknown address stay in the request, as the agency's file had them. Identifiers are "
        "shown by their last four digits. A fault can change several fields of a request (an old address "
        "changes number, street, unit and ZIP code), so the changed fields are more than the requests hit."
    )
    note = f"Of the ledger on disk: {found.run.manifest['rows']['ledger_note']}."
    made = Table("Faults in the order they are put in", head, tuple(rows), _NOISE_ALIGN, note=note,
                 widths=(1.4, 2.1, 1.9, 0.8, 1.9))  # fmt: skip
    return Section("noise", "Faults put into the requests", (Paragraph(text), made))


_NOISE_ALIGN: tuple[Align, ...] = ("left", "left", "left", "right", "left")


def _example(row: Mapping[str, Any] | None) -> str:
    """Return the first change of a kind: field, before and after."""
    if row is None:
        return "did not strike in this run"
    before, after = (_cell(row["field"], row[side]) for side in ("before", "after"))
    told = f"{field_name(row['field'])}: {before} → {after}"
    return f"{told} (the digits that differ are not shown)" if before == after else told


def _cell(field: str, text: str | None) -> str:
    if text is None:
        return "nothing"
    return f"“{iso_date(text) if field == 'birth' else mask_text(text)}”"
