"""Sections 1 to 4: what this is, the headline, what it estimates, and what it is not."""

from __future__ import annotations

from sim.charts import icon_array
from sim.outcome.basis import basis, caution
from sim.outcome.rates import Rate
from sim.published import fact
from sim.report import national, whose, wording
from sim.report.calibration import as_counted, unchecked
from sim.report.document import Blanks, Block, Bullets, Paragraph, Picture, Section, Table, table
from sim.report.findings import Findings


def purpose(found: Findings) -> Section:
    """Item 1."""
    scenario = found.run.scenario
    rows = [
        (
            "Kind of study",
            "Simulation of record linkage on synthetic data; no file about named people was used",
        ),
        ("Scenario", f"{scenario.title or scenario.name} ({scenario.name})"),
        ("What it asks", scenario.summary or "not stated in the scenario"),
        ("Run", found.run.run_id),
        ("Date of the run (UTC)", found.run.created.replace("T", " ").replace("Z", "")),
        ("Registry searched", f"{scenario.population.size:,} synthetic taxpayer records"),
        ("Requests", f"{scenario.requests.count:,} in each population"),
        ("Populations", _populations(found.replicates)),
    ]
    text = (
        "An agency asks a tax authority for the addresses of many named people at once. This simulation "
        "draws a synthetic registry and a request list with realistic faults, applies a matching rule, and "
        "counts against known truth how many of the addresses disclosed come from another person's record, "
        "and how many lead to a home the person has left, or to a preparer's office."
    )
    blocks: list[Block] = [Paragraph(text), table("This run", ("What", "Value"), rows, widths=(1, 3))]
    if found.preview:
        blocks.insert(0, Paragraph(_preview(found), "warning"))
    human = Blanks(("Run by", "For whom", "Funding, and the role of the funder"))
    return Section("purpose", "What this is", (*blocks, human))


def _populations(number: int) -> str:
    return "one" if number == 1 else f"{number:,} simulated independently of each other"


def _preview(found: Findings) -> str:
    words = wording.populations(found.replicates)
    text = f"Preview: this run has {words}; a run to be cited has {found.least} or more."
    if found.replicates == 1:
        text += " With a single population nothing can be said about how populations differ."
    return text


def _caution(found: Findings) -> list[Block]:
    said = caution(found.run.scenario)
    return [Paragraph(f"Caution: {said}.", "note")] if said else []


def headline(found: Findings) -> Section:
    """Item 2."""
    lead = found.lead
    blocks: tuple[Block, ...] = (
        Paragraph(wording.headline(lead.rate, lead.verb, found.confidence), "lead"),
        *_meant(found),
        Paragraph(f"{_capital(basis(found.run.scenario))}.", "note"),
        *_caution(found),
        *_whose(found),
        Picture(icon_array(lead.rate, lead.beside, found.source, name=lead.name)),
        table(
            "The headline and what stands behind it",
            ("What", "Value"),
            _behind(found, lead.rate),
            widths=(1.2, 2),
        ),
        *_moved(found),
        *_at_national(found),
    )
    return Section("headline", "Headline", blocks)


def _meant(found: Findings) -> list[Block]:
    """Say what a stranger's door is, by whose error, and how many people that is of one list."""
    if not found.quantities:
        return []
    requests = found.run.scenario.requests.count
    return [Paragraph(f"{whose.MEANT} {whose.people_of_one(found.lead, requests)}")]


def _whose(found: Findings) -> list[Block]:
    """Return whose door was named, each quantity on its own: only the first is a stranger's."""
    if not found.quantities:
        return [Paragraph(whose.NOT_COUNTED, "note")]
    rows = [
        (each.name, each.meaning, each.of_disclosed, each.bounds, f"{each.rate.numerator:,}",
         each.of_requests, each.people, each.people_range)
        for each in whose.told(found.quantities, found.run.scenario.requests.count)
    ]  # fmt: skip
    head = (
        "Quantity", "What it is", "Per 1,000 disclosed", f"{found.confidence} interval", "Addresses",
        "Per 1,000 requests", "People of one list", f"Range of one list, {found.confidence}",
    )  # fmt: skip
    widths = (1.5, 2.2, 0.9, 1.1, 0.9, 0.9, 0.9, 1.2)
    return [table("Whose door was named", head, rows, numbers_from=2, widths=widths, note=whose.NOTE)]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _at_national(found: Findings) -> list[Block]:
    """Return this run's headline beside the same question's at the size of the record, where there is one."""
    if national.at_size(found.run.scenario) or national.answer_to(found.run.scenario) is None:
        return []
    return [beside_table(found)]


def beside_table(found: Findings) -> Table:
    """Return a run's rate beside that of the same question at the record's size; there must be one."""
    scenario, wrong = found.run.scenario, found.rates["wrong_person"]
    whole = national.answer_to(scenario)
    assert whole is not None
    mine = (
        f"{scenario.population.size:,} records, {scenario.requests.count:,} requests, "
        f"{wording.populations(found.replicates)}"
    )
    rows = [
        (name, size, wording.cell(rate), wording.bounds(rate), f"{rate.numerator:,} of {rate.denominator:,}")
        for name, size, rate in (
            (f"run {found.run.run_id}", mine, wrong),
            (f"run {whole.run}, {whole.made_by}", whole.size, whole.rates["wrong_person"]),
        )
    ]
    head = ("Run", "Size", "Another person's record", "Interval", "Events")
    return table(
        "The same question at the size of the record",
        head,
        rows,
        numbers_from=3,
        widths=(1.4, 2, 1.6, 1, 1.2),
    )


def _moved(found: Findings) -> list[Paragraph]:
    """Return the rate of wrong doors in a sentence, nothing where nothing was disclosed."""
    moved = found.rates["wrong_door"]
    if moved.value is None:
        return []
    told = wording.clause(
        moved, "lead to a home the person asked for has left, or to a preparer's office", found.confidence
    )
    return [
        Paragraph(
            f"If the assumptions of section 7 hold, in the same simulation {told} This is another harm and "
            "is not added to the headline."
        )
    ]


def _behind(found: Findings, wrong: Rate) -> list[tuple[str, str]]:
    error = (
        "none can be given"
        if wrong.mcse is None
        else f"{wording.significant(wrong.mcse)} per 1,000 addresses disclosed"
    )
    ahead = (
        "not known from one population"
        if wrong.prediction_low is None or wrong.prediction_high is None
        else f"{wording.rounded(wrong.prediction_low, wrong.mcse)} to "
        f"{wording.rounded(wrong.prediction_high, wrong.mcse)} per 1,000 addresses disclosed"
    )
    return [
        (f"Addresses of the headline, {found.lead.name} (numerator)", f"{wrong.numerator:,}"),
        ("Addresses disclosed (denominator)", f"{wrong.denominator:,}"),
        ("Rate", wording.cell(wrong)),
        (
            f"{found.confidence} interval",
            "none" if wrong.value is None else f"{wording.bounds(wrong)} per 1,000 addresses disclosed",
        ),
        ("Kind of interval", wrong.method),
        ("Simulated populations", f"{found.replicates:,}"),
        ("Monte Carlo standard error", error),
        ("Range in which one further population would fall", ahead),
    ]


def estimand(found: Findings) -> Section:
    """Item 3."""
    equation = "rate = 1,000 × (addresses disclosed from another person's record) ÷ (addresses disclosed)"
    headline = ("wrong_person", "wrong_person_per_request", "wrong_person_per_registry")
    others = ("wrong_door", "right_door", "missed", "bystanders")
    blocks = (
        Paragraph(
            "The quantity estimated is the share of the addresses disclosed that come from the record of a "
            "person other than the one asked for (a relative at the same door is one), in a population and "
            "under a rule and faults as described in sections "
            "6 to 9. Truth is known in every case, because every person was made up."
        ),
        Paragraph(equation, "equation"),
        rate_table("The headline over three denominators", [found.rates[name] for name in headline]),
        rate_table("What else happens, each a rate of its own", [found.rates[name] for name in others]),
        Paragraph(
            "A ratio over populations is the ratio of totals with a delete-one jackknife over populations "
            "and Student's t; inside one population it is Wilson's interval, or Clopper and Pearson's "
            "where events are few, and a one-sided bound where none was seen.",
            "note",
        ),
    )
    return Section("estimand", "What is estimated", blocks)


def rate_table(caption: str, rates: list[Rate]) -> Table:
    """Return a table of rates, each with its denominator, counts and interval."""
    rows = [
        (
            rate.label,
            wording.cell(rate),
            wording.bounds(rate),
            f"{rate.numerator:,}",
            f"{rate.denominator:,}",
        )
        for rate in rates
    ]
    head = ("What", "Rate", "Interval", "Numerator", "Denominator")
    return table(caption, head, rows, numbers_from=3, widths=(2, 2.4, 1.1, 1, 1.1))


_COUNTED = (
    " A court counted disclosures for which nobody confirmed that the request held the taxpayer's address, "
    "whoever's address was then disclosed."
)


def not_this(found: Findings) -> Section:
    """Item 4."""
    junk, incomplete = found.rates["deficient_among_answered"], found.rates["insufficient_among_answered"]
    unseen = f"{unchecked(found):,} of {found.total('answered'):,} requests answered"
    counted = as_counted(found.run.scenario)
    words = (
        "It is not an audit of any file that exists: neither the request list nor the tax file was seen. "
        "Names, births and places come from published counts; who lives with whom comes from anonymous "
        "survey records published for research (Current Population Survey). No measured rate for the "
        "disclosure of August 2025 was found.",
        "It is not a count of unlawful disclosures." + (_COUNTED if counted else ""),
        "It is a statement about a model: it holds if the assumptions marked in section 7 hold.",
    )
    four = (
        ("Deficient disclosure", "answered by a search that compared no address", unseen),
        (
            "Insufficient address",
            "the address field was junk, or incomplete by as little as an apartment number",
            f"{wording.cell(junk)}; with lost apartment numbers {wording.cell(incomplete)}",
        ),
        (
            "Wrong person",
            "the address of a different person was disclosed",
            wording.cell(found.rates["wrong_person"]),
        ),
        (
            "Wrong door",
            "right person, but they have moved away, or an office",
            wording.cell(found.rates["wrong_door"]),
        ),
    )
    note = (
        "The first two describe requests, the last two what was disclosed. They overlap and are never "
        "added up."
    )
    if counted:
        note += (
            f" The count of about {fact('disclosed_without_address').value:,} that a court reported is of "
            "the first kind; that it is the whole search by number is an assumption. The second is what the "
            "tax authority conceded."
        )
    return Section(
        "not",
        "What this is not",
        (
            Bullets(words),
            table(
                "Four quantities kept apart",
                ("Quantity", "Meaning", "In this simulation"),
                four,
                widths=(1, 2, 2),
                note=note,
            ),
        ),
    )
