"""Sections 6 to 9: processes, inputs, noise, linkage."""

from __future__ import annotations

import polars as pl

from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.rules import RULES
from sim.noise import NOISES
from sim.parameters import GRADE_MEANING, Parameter, Value, catalogue
from sim.record.masking import mask_text
from sim.report.document import Block, Bullets, Paragraph, Section, Table, table
from sim.report.findings import Findings

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
        (key, _plain(value))
        for key, value in flat.items()
        if key not in catalogue() and key not in names and value not in (None, ())
    ]
    return table("Structure and switches", ("Setting", "Value"), rows, widths=(1, 2))


def _input_table(caption: str, entries: list[Parameter], found: Findings) -> Table:
    rows: list[tuple[str, ...]] = []
    marked: list[int] = []
    for alike in merged(entries, found):
        first, several = alike[0], len(alike) > 1
        label = f"{len(alike)} inputs: {_keys(alike)}" if several else f"{first.label} ({first.key})"
        low, high = first.range
        if first.grade == "assumption":
            marked.append(len(rows))
        value = _value(first, found)
        rows.append((label, value, first.unit, f"{low:g} to {high:g}", _GRADES[first.grade], first.source))
    head = ("Input", "Value", "Unit", "Range", "Grade", "Source")
    return table(caption, head, rows, marked=frozenset(marked), widths=(2, 2.2, 0.9, 0.8, 0.9, 2.6))


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
    return _plain(value) if value == usual else f"{_plain(value)} (catalogue: {_plain(usual)})"


def _plain(value: Value | object) -> str:
    if isinstance(value, dict) and len(value) > 2 and len(set(value.values())) == 1:
        return f"{_plain(next(iter(value.values())))} for each of {len(value)} labels"
    if isinstance(value, dict):
        return "; ".join(f"{label} {_plain(number)}" for label, number in value.items())
    if isinstance(value, (list, tuple)):
        shown = ", ".join(_plain(item) for item in value[:12])
        return shown if len(value) <= 12 else f"{shown}, … ({len(value)} numbers)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


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
    rows = []
    for each in NOISES:
        row = examples.get(each.kind)
        example = (
            "did not strike in this run"
            if row is None
            else f"{row['field']}: {_cell(row['before'])} → {_cell(row['after'])}"
        )
        rows.append(
            (each.kind.replace("_", " "), each.why, example, f"{counted.get(each.kind, 0):,}", each.omits)
        )
    head = ("Kind", "Why it happens", "Example from this run", "Changes", "What is left out")
    text = (
        "Faults are put into the requests in this order. A blank stands for nothing given; placeholders "
        "such as an unknown address stay in the request, as the agency's file had them. Identifiers are "
        "shown by their last four digits."
    )
    note = f"Of the ledger on disk: {found.run.manifest['rows']['ledger_note']}."
    return Section(
        "noise",
        "Faults put into the requests",
        (
            Paragraph(text),
            table("Kinds of noise, in order", head, rows, widths=(1.1, 2.2, 1.8, 0.8, 2), note=note),
        ),
    )


def _cell(text: str | None) -> str:
    return "nothing" if text is None else f"“{mask_text(text)}”"


def linkage(found: Findings) -> Section:
    """Item 9."""
    scenario = found.run.scenario
    switches = scenario.linkage
    rows = [
        ("Rule", switches.rule),
        ("Name compared beside the number", switches.name_compare.replace("_", " ")),
        (
            "Two surnames",
            "as one field" if switches.surname_handling == "one_field" else "as a set, one must be shared",
        ),
        (
            "Supplied address",
            {
                "zip_proxy": "has to contain something like a ZIP code",
                "must_match": "has to agree",
                "none": "not looked at",
            }[switches.address_check],
        ),
        (
            "Several links",
            {
                "withhold": "nothing is disclosed",
                "first": "the first is disclosed",
                "all": "all are disclosed",
                "best": "the best is disclosed",
            }[switches.tie],
        ),
        ("One record for one request only", "yes" if switches.one_to_one else "no"),
    ]
    blocks: list[Block] = [table("The rule and its switches", ("Switch", "Setting"), rows, widths=(1, 2))]
    make = RULES.get(switches.rule)
    for path in make(scenario) if make else ():
        blocks += _path(path)
    blocks.append(
        Paragraph(
            "A record is disclosed when it is linked and the rule for several links lets it through; what "
            "is disclosed is the address on file. Pairs that share no blocking key are never compared, and "
            "a person lost that way counts as missed."
        )
    )
    return Section("linkage", "The linkage rule", tuple(blocks))


def _path(path: Path) -> list[Block]:
    rows = [
        (each.field.replace("_", " "), " + ".join(each.columns), _levels(each)) for each in path.comparisons
    ]
    keys = "; or ".join(
        " and ".join(key if isinstance(key, str) else f"{key[0]} = {key[1]}" for key in each)
        for each in path.passes
    )
    told = (
        f"Path “{path.name}”. Pairs compared: those that agree on "
        f"{keys or 'nothing in particular (every pair)'}. A pair is a link when its score reaches "
        f"{path.threshold:g} bits"
        + (f" from a start of {path.base:g} bits." if path.base else ".")
        + (
            f" Not searched: requests that fail {', '.join(f.name.replace('_', ' ') for f in path.filters)}."
            if path.filters
            else ""
        )
    )
    return [
        Paragraph(told),
        table(
            f"Comparisons of path “{path.name}”",
            ("Field", "Read from", "Levels and weights (bits)"),
            rows,
            widths=(1, 1.4, 3),
        ),
    ]


def _levels(comparison: Comparison) -> str:
    return "; ".join(f"{_level(level)} {level.weight:+.4g}" for level in comparison.levels)


def _level(level: Level) -> str:
    names = {
        Kind.ELSE: "anything else",
        Kind.EXACT: "equal",
        Kind.MISSING: "missing on a side",
        Kind.SHARED: "one value shared",
    }
    name = names.get(level.kind, level.kind.value.replace("_", " "))
    return f"{name} {level.at:g}" if level.at else name
