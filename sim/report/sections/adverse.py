"""Sections 13 to 15: sensitivity, best and worst case, links worked through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim import charts
from sim.outcome.words import PLAIN
from sim.parameters import catalogue
from sim.report import wording
from sim.report.document import Block, Paragraph, Picture, Section, table
from sim.report.findings import Companion, Findings
from sim.report.sections.method import merged
from sim.report.sections.uncertainty import companion_table

ROLES = {"best": "Best case: clean data", "worst": "Worst case: name only"}


def sensitivity(found: Findings) -> Section:
    """Item 13."""
    if found.study:
        return Section("sensitivity", "What matters, and what would reverse it", tuple(_studied(found)))
    assumed = [
        entry
        for key, entry in catalogue().items()
        if entry.grade == "assumption" and key in found.run.scenario.parameters
    ]
    rows = [
        (
            f"{len(alike)} inputs of section 7" if len(alike) > 3 else ", ".join(each.key for each in alike),
            "; ".join(each.label for each in alike[:3]) + ("; …" if len(alike) > 3 else ""),
            alike[0].unit,
            f"{alike[0].range[0]:g} to {alike[0].range[1]:g}",
        )
        for alike in merged(assumed, found)
    ]
    text = (
        "No study of sensitivity was given with this run, so no statement is made here on which input "
        "matters most, nor on the value at which a conclusion would turn. The inputs below are "
        "assumptions. If one of them is wrong, the headline can move; `sim sensitivity` measures by how "
        "much, and `sim report --study` puts its result here."
    )
    return Section(
        "sensitivity",
        "What matters, and what would reverse it",
        (
            Paragraph(text),
            table(
                "Assumed inputs and the ranges to be studied",
                ("Input", "What it is", "Unit", "Range"),
                rows,
                widths=(2, 3, 1.5, 0.8),
            ),
        ),
    )


def _studied(found: Findings) -> list[Block]:
    study: Mapping[str, Any] = found.study
    blocks: list[Block] = [
        Paragraph(str(study.get("summary", "Results of a study of the inputs, one at a time and together.")))
    ]
    swings = study.get("swings", [])
    if swings:
        blocks.append(Picture(charts.tornado(swings, found.rates["wrong_person"], found.source)))
    breaks = study.get("break_even", [])
    rows = [(str(b["input"]), str(b["statement"]), str(b["value"]), str(b["unit"])) for b in breaks]
    if rows:
        blocks.append(
            table(
                "Values at which a statement turns",
                ("Input", "Statement", "Turns at", "Unit"),
                rows,
                widths=(2, 3, 1, 1),
            )
        )
    else:
        blocks.append(
            Paragraph("No value inside the ranges studied would turn the conclusion, or none was looked for.")
        )
    return blocks


def adverse(found: Findings) -> Section:
    """Item 14. Empty, and with it the report refused, unless both companions are there."""
    best, worst = found.companion("best"), found.companion("worst")
    if best is None or worst is None:
        return Section("adverse", "Best case and worst case", ())
    text = (
        "Two further runs with the same seed bracket this one, and each is shown as prominently as the "
        "other: what the rule does with clean data, which is the case for the other side, and what linking "
        "on names alone does."
    )
    blocks: list[Block] = [Paragraph(text)]
    for each in (best, worst):
        blocks += [Paragraph(ROLES[each.role], "label"), Paragraph(_told(each), "lead")]
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
        found.rates["wrong_person"], "belong to somebody else", found.confidence
    )


def example(found: Findings) -> Section:
    """Item 15."""
    cases = found.run.cases
    chosen = [_first(cases, "wrong_person"), _first(cases, "right_person_right_door")]
    blocks: list[Block] = [
        Paragraph(
            "The cases below were drawn by the seed from the first population, not picked. All people are "
            "made up, and numbers are shown by their last four digits."
        )
    ]
    for case, words in zip(chosen, ("wrong link", "right link"), strict=True):
        if case is None:
            blocks.append(
                Paragraph(
                    f"This run kept no {words} to work through: there was none in the first population."
                )
            )
            continue
        blocks += _case(case, found)
    return Section("example", "One wrong and one right link, worked through", tuple(blocks))


def _first(cases: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    return next((case for case in cases if case["kind"] == kind), None)


def _case(case: dict[str, Any], found: Findings) -> list[Block]:
    cause = case.get("cause")
    title = f"Request {case['request']:,}: {PLAIN[case['kind']]}" + (f" ({PLAIN[cause]})" if cause else "")
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
            f"Request {case['request']:,}, side by side",
            head,
            rows,
            widths=(0.9, 1.4, 1.4, 1.4, 1.6),
            note=note,
        ),
    ]
    if any(line["weight"] for line in case["fields"]):
        blocks.append(Picture(charts.waterfall(case, found.source)))
    return blocks


def _text(value: object) -> str:
    return "nothing" if value in (None, "") else str(value)
