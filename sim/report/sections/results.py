"""Sections 5, 10 and 11: flow, calibration, results."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from sim import charts
from sim.outcome.groups import GroupRate
from sim.outcome.words import CAUSES
from sim.report import national, whose, wording
from sim.report.calibration import targets_of
from sim.report.document import Block, Paragraph, Picture, Section, Table, table
from sim.report.findings import Findings
from sim.report.sections.front import beside_table, rate_table


def flow(found: Findings) -> Section:
    """Item 5."""
    steps = (
        ("registry", "Records in the registry"),
        ("requests", "Requests"),
        ("in_registry", "… whose person is in the registry"),
        ("absent", "… whose person is not in the registry"),
        ("filtered", "Requests for which no search was made"),
        ("candidates", "Pairs of request and record compared"),
        ("ambiguous", "Requests with more than one link"),
        ("answered", "Requests answered with an address"),
        ("disclosed", "Addresses disclosed"),
        ("outcome_right_person_right_door", "Outcome: right person, right door"),
        ("outcome_right_person_wrong_door", "Outcome: right person, moved away or a preparer's office"),
        ("outcome_wrong_person", "Outcome: wrong person"),
        ("outcome_missed", "Outcome: missed, nothing disclosed though in the registry"),
        ("outcome_correctly_withheld", "Outcome: nothing disclosed, not in the registry"),
        ("deficient", "Flag: requests without a usable address"),
        ("bystanders", "Other people living at the addresses disclosed"),
    )
    rows = [
        (label, f"{found.total(key):,}", f"{found.total(key) / found.replicates:,.1f}")
        for key, label in steps
        if key in found.overall.columns
    ]
    totals = {
        key: found.total(key)
        for key in found.overall.columns
        if key not in ("replicate", "dimension", "level")
    }
    note = (
        "The five outcomes add up to the requests. A flag stands beside the outcome and is not one of "
        "them. The counts of the first column are over all populations together."
    )
    return Section(
        "flow",
        "Flow of requests",
        (
            Picture(charts.flow(totals, found.source)),
            table(
                "Counts",
                ("Step", "All populations", "Mean of one"),
                rows,
                numbers_from=1,
                widths=(3, 1, 1),
                note=note,
            ),
        ),
    )


def calibration(found: Findings) -> Section:
    """Item 10."""
    listed = targets_of(found)
    if not listed:
        text = (
            "The published figures at hand describe the disclosure of August 2025. This scenario applies "
            "another rule, so none of them can be compared; the validation of the population itself is in "
            "the program's documentation."
        )
        return Section("calibration", "Published figures beside simulated ones", (Paragraph(text),))
    rows = [
        (
            t.name,
            t.unit,
            wording.significant(t.published, 3),
            "—" if t.simulated is None else wording.significant(t.simulated, 3),
            t.within,
            t.verdict,
            t.use,
            t.source,
        )
        for t in listed
    ]
    marked = frozenset(i for i, t in enumerate(listed) if t.verdict == "differs")
    head = ("Figure", "Unit", "Published", "Simulated", "Agreement within", "Verdict", "Use", "Source")
    return Section(
        "calibration",
        "Published figures beside simulated ones",
        (
            Paragraph(
                "A figure marked “fitted” was used to set the share of people asked for who are in the "
                "registry, so that its agreement confirms nothing; one marked “held out” was not used. A "
                "figure that differs is shown as such; what the record leaves open (the share of requests "
                "with a number, the share of people who file) moves these figures a great deal. The bounds "
                "of agreement are this program's choice; none was published."
            ),
            Picture(charts.targets(listed, found.source)),
            table(
                "Published and simulated",
                head,
                rows,
                marked=marked,
                widths=(1.4, 1.2, 1.15, 1.15, 1.2, 0.9, 0.9, 1.6),
            ),
        ),
    )


def results(found: Findings) -> Section:
    """Item 11."""
    wrong = found.rates["wrong_person"]
    blocks: list[Block] = [*_scale(found), *_causes(found)]
    if found.groups:
        blocks += [
            Paragraph("Rates by group", "label"),
            Picture(charts.groups(found.groups, wrong, found.source)),
            _group_table(f"{wrong.label}, per 1,000 addresses disclosed", found.groups),
            _group_table(
                "In the registry, yet nothing disclosed, per 1,000 requests for people in the registry",
                found.groups_missed,
            ),
            Paragraph(
                "All groups are shown and none is starred: with so many groups some interval misses its "
                "truth by luck. Both rates come before any ratio. For people with one and with two surnames "
                "there is no ratio: whether surnames are compared as one field or as a set is not published "
                "and may turn it.",
                "note",
            ),
        ]
    blocks += [*_people(found), *_doors(found), *_curve(found)]
    return Section("results", "Results by cause, group, threshold and scale", tuple(blocks))


def _people(found: Findings) -> list[Block]:
    """Return whose records were disclosed, by groups of their people; nothing where it was not counted."""
    if found.run.addresses is None:
        return []
    rows = [(label, *(f"{n:,}" for n in numbers)) for label, *numbers in whose.people(found.run.addresses)]
    note = (
        "The groups above are of the people asked for; these are of the people whose record was disclosed, "
        "which for a stranger's door is another person. All populations together."
    )
    head = ("Group", "Addresses disclosed", "Strangers' doors", "Relatives' records, own door")
    return [table("Whose record was disclosed", head, rows, numbers_from=1, widths=(2, 1, 1, 1.2), note=note)]


def _scale(found: Findings) -> list[Block]:
    """Say what the rates mean in people, where they were counted at the size meant, else why not."""
    label = Paragraph("At the size of August 2025", "label")
    scenario = found.run.scenario
    beside = national.answer_to(scenario)
    if national.at_size(scenario):
        rates, whose = found.rates, "of this run"
    elif beside is not None:
        rates, whose = beside.rates, f"of run {beside.run}, {beside.size}, {beside.made_by}"
    else:
        return [label, Paragraph(national.why_not(scenario))]
    blocks: list[Block] = [label]
    if not national.at_size(scenario):
        blocks += [Paragraph(national.why_not(scenario)), beside_table(found)]
    text = (
        f"The rates are those {whose}. If one more list of that length were sent, for so many people asked "
        "for an address from another person's record would be expected; the range is that in which the count "
        "of one list falls: luck of the list, differences between countries and the error of the mean. The "
        "two rows differ because they multiply different rates: one per request, one per address disclosed."
    )
    rows = []
    for name, scale, of in (
        ("wrong_person_per_request", charts.REQUESTS_SENT, f"{charts.REQUESTS_SENT:,} requests sent"),
        ("wrong_person", charts.ADDRESSES_DISCLOSED, f"{charts.ADDRESSES_DISCLOSED:,} addresses disclosed"),
    ):
        value, bounds = wording.at_scale(rates[name], scale)
        rows.append((f"{of} (August 2025)", wording.cell(rates[name]), value, bounds))
    head = ("Scale", "Rate", "Expected people", f"Range of one list, {found.confidence}")
    people = table("People at scale", head, rows, numbers_from=2, widths=(2.2, 2, 1, 1.4))
    return [*blocks, Paragraph(text), people]


def _causes(found: Findings) -> list[Block]:
    if not found.total("outcome_wrong_person"):
        return [
            Paragraph("No request was answered with another person's record, so there is no table of causes.")
        ]
    names = ("absent_among_wrong", "household_among_wrong")
    causes = [found.rates[f"cause_{cause}"] for cause in CAUSES]
    note = "Each wrong answer has one cause, the first that holds in the order of the table."
    return [
        Paragraph("Why the wrong person", "label"),
        replace(rate_table("Causes", causes), note=note),
        rate_table("Seen another way", [found.rates[name] for name in names]),
    ]


def _group_table(caption: str, groups: tuple[GroupRate, ...]) -> Table:
    rows = []
    for each in sorted(groups, key=charts.group_place):
        rate = each.rate
        value = f"no {rate.denominator_name} in this group" if rate.value is None else wording.number(rate)
        ratio = each.words or f"{each.ratio:.2f} ({each.ratio_low:.2f} to {each.ratio_high:.2f})"
        label = charts.group_name(each.dimension, each.level)
        rows.append(
            (label, value, wording.bounds(rate), f"{rate.numerator:,}", f"{rate.denominator:,}", ratio)
        )
    head = ("Group", "Rate", "Interval", "Numerator", "Denominator", "Times everybody's")
    widths = (2.4, 1, 1.2, 1, 1.1, 1.4)
    return table(caption, head, rows, numbers_from=3, widths=widths, note=charts.pooled_note(groups))


def _doors(found: Findings) -> list[Block]:
    """Who lives behind the doors, in the first population."""
    first = found.run.outcomes.filter(pl.col("replicate") == 0)
    return [
        Paragraph("Who lives behind the doors", "label"),
        Picture(charts.doors(first, found.rates["bystanders"], found.source)),
    ]


def _curve(found: Findings) -> list[Block]:
    curve = found.run.curve
    if curve is None:
        rule = found.run.scenario.linkage.rule
        return [
            Paragraph(
                f"The rule {rule} is all or nothing: every field it names must agree. It has no threshold, "
                "so there is no threshold curve."
            )
        ]
    return [
        Paragraph("The trade-off at every threshold", "label"),
        Picture(charts.threshold(curve, _in_force(found), found.source)),
    ]


def _in_force(found: Findings) -> float | None:
    """Return the threshold in force, in bits, as the links worked through met it, None without any."""
    told = (case["threshold"] for case in found.run.cases)
    return next((float(threshold) for threshold in told if threshold is not None), None)
