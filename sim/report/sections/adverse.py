"""Sections 13 to 15: sensitivity, best and worst case, links worked through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim import charts
from sim.outcome.words import PLAIN
from sim.parameters import catalogue
from sim.report import wording
from sim.report.document import Block, Paragraph, Picture, Section, Table, table
from sim.report.findings import Companion, Findings
from sim.report.plain import range_of, unit_of
from sim.report.sections.method import merged
from sim.report.sections.uncertainty import companion_table

STRUCTURAL = (
    "Nought here follows from what was left out: without any fault in the list, shared numbers or "
    "relatives of one name, nothing is left by which the rule could find another person. It says what the "
    "faults do, and is not a rate that a careful agency would reach."
)
ROLES = {"best": "Best case: clean data", "worst": "Worst case: name only"}


def sensitivity(found: Findings) -> Section:
    """Item 13."""
    if found.study:
        return Section("sensitivity", "What matters, and what would reverse it", tuple(_studied(found)))
    warning = (
        "No study of sensitivity was given with this run, so no statement is made here on which input "
        "matters most, nor on the value at which a conclusion would turn."
    )
    text = (
        "The inputs below describe the world and are assumptions. If one of them is wrong, the headline can "
        "move. The command “sim sensitivity” measures by how much; “sim report --study” puts its result here."
    )
    blocks = (Paragraph(warning, "warning"), Paragraph(text), _to_be_studied(found))
    return Section("sensitivity", "What matters, and what would reverse it", blocks)


_OF_THE_WORLD = ("linkage", "noise", "population", "registry", "requests")


def _to_be_studied(found: Findings) -> Table:
    """Return the assumed inputs that describe the world, those alike in one row."""
    assumed = [
        entry
        for key, entry in catalogue().items()
        if entry.grade == "assumption"
        and key in found.run.scenario.parameters
        and key.split(".")[0] in _OF_THE_WORLD
    ]
    rows = [
        (
            f"{len(alike)} inputs of section 7" if len(alike) > 3 else ", ".join(each.key for each in alike),
            "; ".join(each.label for each in alike[:3]) + ("; …" if len(alike) > 3 else ""),
            unit_of(alike[0]),
            range_of(alike[0]),
        )
        for alike in merged(assumed, found)
    ]
    head = ("Input", "What it is", "Unit", "Range")
    return table("Assumed inputs and the ranges to be studied", head, rows, widths=(2.2, 3, 1.5, 1.1))


def _studied(found: Findings) -> list[Block]:
    study: Mapping[str, Any] = found.study
    blocks: list[Block] = [
        Paragraph(str(study.get("summary", "Results of a study of the inputs, one at a time and together.")))
    ]
    swings = study.get("swings", [])
    if swings:
        blocks.append(Picture(charts.tornado(swings, found.rates["wrong_person"], found.source)))
    blocks += _ranked(study)
    breaks = study.get("break_even", [])
    rows = [(str(b["input"]), str(b["statement"]), str(b["value"]), str(b["unit"])) for b in breaks]
    if rows:
        head = ("Input", "If nothing else changes", "Turns at", "Unit")
        blocks.append(table("Values at which the conclusion turns", head, rows, widths=(2, 3, 1, 1)))
    else:
        blocks.append(
            Paragraph(
                "No value at which the conclusion would turn was looked for (“sim sensitivity --method "
                "break-even”), so none is stated.",
                "warning",
            )
        )
    return blocks


def _ranked(study: Mapping[str, Any]) -> list[Block]:
    """Return the tables of screening and of indices, where the study has them."""
    effect, share = "Mean effect, per 1,000 addresses disclosed", "Share of the variance, all together"
    tables = (
        ("screening", "Screening (Morris): how far an input moves the headline", (effect, "Low", "High")),
        ("indices", "Indices (Sobol)", (share, "±", "Share of the variance, alone", "±")),
    )
    return [
        table(caption, ("Input", *columns, "Evidence"), study[key], widths=(3, *(1.0 for _ in columns), 1))
        for key, caption, columns in tables
        if study.get(key)
    ]


def adverse(found: Findings) -> Section:
    """Item 14. Empty, and with it the report refused, unless both companions are there."""
    best, worst = found.companion("best"), found.companion("worst")
    if best is None or worst is None:
        return Section("adverse", "Best case and worst case", ())
    text = (
        "Two further runs with the same seed show how far the result can lie from this one, each as "
        "prominently as the other: what the rule does with clean data, and what linking on names alone "
        "does. They are the best and the worst of the cases run, not of all that could be thought of."
    )
    blocks: list[Block] = [Paragraph(text)]
    for each in (best, worst):
        blocks += [Paragraph(ROLES[each.role], "label"), Paragraph(_told(each), "lead")]
        if each.role == "best" and each.findings.rates["wrong_person"].numerator == 0:
            blocks.append(Paragraph(STRUCTURAL, "note"))
    blocks.append(companion_table("This run between its best and worst case", found, [best, worst]))
    if found.companions[0].findings.replicates != found.replicates:
        blocks.append(
            Paragraph(
                "The companions have fewer populations than this run; their intervals are wider for it.",
                "note",
            )
        )
    return Section("adverse", "Best case and worst case", tuple(blocks))


def _told(companion: Companion) -> str:
    found = companion.findings
    return f"If {companion.change}, " + wording.clause(
        found.rates["wrong_person"], "come from another person's record", found.confidence
    )


def example(found: Findings) -> Section:
    """Item 15."""
    cases = found.run.cases
    chosen = [_first(cases, "wrong_person"), _first(cases, "right_person_right_door")]
    blocks: list[Block] = [
        Paragraph(
            "The cases below were drawn by the seed, not picked: from the first population, and from the "
            "first that has one where the first has none. All people are made up, and numbers are shown by "
            "their last four digits."
        )
    ]
    for case, words in zip(chosen, ("wrong link", "right link"), strict=True):
        if case is None:
            blocks.append(Paragraph(f"This run kept no {words} to work through, because none was found."))
            continue
        blocks += _case(case, found)
    return Section("example", "One wrong and one right link, worked through", tuple(blocks))


def _first(cases: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    return next((case for case in cases if case["kind"] == kind), None)


def _case(case: dict[str, Any], found: Findings) -> list[Block]:
    cause = case.get("cause")
    title = f"{_which(case)}: {PLAIN[case['kind']]}" + (f" ({PLAIN[cause]})" if cause else "")
    rows = [
        (line["label"], _text(line["asked"]), _text(line["on_file"]), _text(line["true"]), line["compared"])
        for line in case["fields"]
    ]
    head = (
        "Field",
        "Request as sent",
        "Record disclosed, as filed",
        "Person asked for, in truth",
        "What the rule saw",
    )
    note = f"{case['note']} Other people living at the address disclosed: {case['bystanders']}."
    blocks: list[Block] = [
        Paragraph(title, "label"),
        table(
            f"{_which(case)}, side by side",
            head,
            rows,
            widths=(0.9, 1.4, 1.4, 1.4, 1.6),
            note=note,
        ),
    ]
    if any(line["weight"] for line in case["fields"]):
        blocks.append(Picture(charts.waterfall(case, found.source)))
    return blocks


def _which(case: Mapping[str, Any]) -> str:
    population = int(case.get("replicate", 0)) + 1
    return f"Request {case['request']:,}" + (f" of population {population}" if population > 1 else "")


def _text(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)
