"""Section 12, and the table that sets runs beside each other."""

from __future__ import annotations

import polars as pl

from sim import charts
from sim.report import wording
from sim.report.document import Block, Paragraph, Picture, Section, Table, table
from sim.report.findings import Companion, Findings
from sim.report.studies import span_of


def uncertainty(found: Findings) -> Section:
    """Item 12."""
    wrong = found.rates["wrong_person"]
    blocks: list[Block] = [
        Paragraph(
            "Four kinds of uncertainty are told apart, and the widest of them is not the one that an "
            "interval shows: the interval covers the luck of the draw, not the assumptions."
        ),
        table(
            "Kinds of uncertainty", ("Kind", "How it is shown", "Here"), _kinds(found), widths=(1.2, 2.4, 2)
        ),
    ]
    values = [rate for rate in _by_population(found) if rate is not None]
    if len(values) > 1:
        blocks.append(Picture(charts.replicates(values, wrong, found.source)))
    else:
        blocks.append(
            Paragraph("There is one simulated population, so the spread between populations cannot be shown.")
        )
    rules = [each for each in found.companions if each.role == "rule"]
    if rules:
        blocks.append(companion_table("The same people and requests under other rules", found, rules))
    return Section("uncertainty", "Uncertainty", tuple(blocks))


def _by_population(found: Findings) -> list[float | None]:
    per = found.rates["wrong_person"].per
    rows = found.overall.select(
        pl.when(pl.col("disclosed") > 0)
        .then(per * pl.col("wrong_disclosed") / pl.col("disclosed"))
        .alias("rate")
    )
    return rows.get_column("rate").to_list()


def _kinds(found: Findings) -> list[tuple[str, str, str]]:
    wrong = found.rates["wrong_person"]
    between = (
        f"{wording.bounds(wrong)} per 1,000 addresses disclosed" if wrong.value is not None else wrong.words
    )
    return [
        (
            "Within a population",
            "interval of the counts (Wilson; exact where events are few)",
            "used where there is one population",
        ),
        (
            "Between populations",
            "interval over independent populations; prediction range for one more",
            between,
        ),
        (
            "Of the inputs",
            "each assumed input over its range (section 13)",
            _of_inputs(found),
        ),
        (
            "Of the rule",
            "other readings of the rule, side by side",
            _across_rules(found),
        ),
    ]


def _of_inputs(found: Findings) -> str:
    """Return the range the headline has over drawn inputs, if a study drew them."""
    if not found.study:
        return "no study of the inputs was made with this run"
    drawn = found.study.get("uncertainty")
    if not drawn:
        return "one at a time: see section 13; not drawn together"
    return f"5th to 95th percentile {span_of(drawn['inputs'])} per 1,000 addresses disclosed"


def _across_rules(found: Findings) -> str:
    """Return the lowest and the highest rate among the readings of the rule that were run."""
    runs = [found, *(each.findings for each in found.companions if each.role == "rule")]
    made = [run.rates["wrong_person"] for run in runs if run.rates["wrong_person"].value is not None]
    if len(runs) < 2 or not made:
        return "not run"
    made.sort(key=lambda rate: rate.value or 0.0)
    low, high = wording.number(made[0]), wording.number(made[-1])
    return f"{low} to {high} per 1,000 addresses disclosed, by the rule (table below)"


def companion_table(caption: str, found: Findings, companions: list[Companion]) -> Table:
    """Return the reported run and its companions, one row each, with the same columns."""
    rows = [_companion_row("This run", found)]
    rows += [_companion_row(each.change, each.findings) for each in companions]
    head = (
        "Scenario",
        "Wrong person per 1,000 addresses disclosed",
        "Interval",
        "Missed per 1,000 requests for people in the registry",
        "Addresses disclosed",
        "Populations",
        "Run",
    )
    return table(caption, head, rows, numbers_from=4, widths=(1.8, 1.4, 1.2, 1.5, 1.3, 1.4, 1.7))


def _companion_row(name: str, found: Findings) -> tuple[str, ...]:
    wrong, missed = found.rates["wrong_person"], found.rates["missed"]
    value = wording.number(wrong) if wrong.value is not None else "no rate"
    return (
        name,
        value,
        wording.bounds(wrong),
        wording.number(missed),
        f"{wrong.denominator:,}",
        f"{found.replicates}",
        found.run.run_id,
    )
