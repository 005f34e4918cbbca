"""The 21 items a citable report must have, and where each comes from. A report that lacks one is not built.

The items fold six reporting standards into one list: ODD 2020 (agent and simulation models), STRESS
(strengthening the reporting of empirical simulation studies), ADEMP (simulation studies in statistics), GUILD
2018 (linkage of data), RECORD 2015 (routinely collected data) and Bohensky 2011 (linkage); the last columns
of the cross-walk.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import SimulatorError
from sim.report.document import Report, texts


class ReportError(SimulatorError):
    """A report lacks an item of the checklist, or a renderer is not installed; the message says which."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its key, what it asks for, and the items of the standards it answers."""

    key: str
    asks: str
    standards: str


CHECKLIST: tuple[Item, ...] = (
    Item(
        "purpose",
        "Title naming a simulation of record linkage, purpose, who ran it, date",
        "RECORD 1.3; ODD 1; ADEMP aims; STRESS 1.1",
    ),
    Item(
        "headline",
        "Headline in natural frequency, with counts, interval, replicates, Monte Carlo error",
        "STRESS 1.2; ADEMP performance; RECORD 1.2",
    ),
    Item(
        "estimand",
        "What is estimated, in words and as an equation; the other denominators",
        "ADEMP estimands; STRESS 1.2",
    ),
    Item("not", "What the number is not; the four quantities kept apart", "RECORD 19.1; GUILD report"),
    Item("flow", "Flow of requests with counts", "RECORD 13.1; Bohensky 8; GUILD linkage"),
    Item(
        "processes",
        "Entities, fields, processes in order, random elements",
        "ODD 2-5; ADEMP data; STRESS 2.1-2.5",
    ),
    Item(
        "inputs", "Every input with value, unit, range, source and grade", "ODD 6; STRESS 3.1-3.3; ADEMP data"
    ),
    Item("noise", "Faults put into requests, each with an example", "ODD 7; STRESS 3.2; GUILD data"),
    Item(
        "linkage",
        "The linkage rule: blocks, comparisons, decision, ties",
        "GUILD linkage; RECORD 12.3; Bohensky 5",
    ),
    Item(
        "calibration", "Published figures beside simulated ones, passed or failed", "ODD patterns; STRESS 3.4"
    ),
    Item(
        "results",
        "Rates by threshold, size and group; counts at a stated scale",
        "RECORD 13-16; STRESS 1.3; ADEMP performance",
    ),
    Item(
        "uncertainty",
        "Uncertainty within and between populations, of inputs and of the rule",
        "ADEMP performance; STRESS 4.2",
    ),
    Item("sensitivity", "What matters and what would reverse the conclusion", "STRESS 1.3; ODD 4"),
    Item("adverse", "The best case and the worst case at equal prominence", "RECORD 19; GUILD analysis"),
    Item("example", "One wrong and one right link worked through", "GUILD linkage; Bohensky 12"),
    Item("limits", "Limits in plain words", "RECORD 19.1; ODD 4; GUILD report"),
    Item("reproduce", "How to make the numbers again", "STRESS 4.1-6.1; ADEMP seeds; RECORD 22.1"),
    Item("software", "Software, licence and citation", "STRESS 5.1-5.4; RECORD 22.1"),
    Item("files", "Files with SHA-256, and an unsigned certification template", "STRESS 6.1; RECORD 22.1"),
    Item("expert", "Blanks for the expert", "-"),
    Item("crosswalk", "Cross-walk from the standards to the sections", "-"),
)

STANDARDS = (
    "ODD: Grimm and others 2020, JASSS 23(2) 7. STRESS: Monks and others 2019, Journal of Simulation 13:55. "
    "ADEMP: Morris, White and Crowther 2019, Statistics in Medicine 38:2074. GUILD: Gilbert and others 2018, "
    "Journal of Public Health 40:191. RECORD: Benchimol and others 2015, PLoS Medicine 12(10). Bohensky and "
    "others 2011, Australian and New Zealand Journal of Public Health 35:486."
)


def check(report: Report) -> Report:
    """Return the report; raises ReportError naming every item that is missing, empty or out of order."""
    by_key = {section.key: section for section in report.sections}
    missing = [
        f"{number}. {item.key}: {item.asks}"
        for number, item in enumerate(CHECKLIST, 1)
        if item.key not in by_key or not any(any(map(str.strip, texts(b))) for b in by_key[item.key].blocks)
    ]
    if missing:
        raise ReportError("the report lacks items of the checklist:\n" + "\n".join(missing))
    order = [section.key for section in report.sections]
    if order != [item.key for item in CHECKLIST]:
        raise ReportError(
            f"the sections of the report are not in the order of the checklist: {', '.join(order)}"
        )
    return report
