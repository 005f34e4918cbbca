"""Section 9: the linkage rule, in words and with its levels."""

from __future__ import annotations

from sim.linkage.comparison import Comparison, Kind, Level, Path
from sim.linkage.rules import definition_of, rule_of
from sim.parameters import exact
from sim.report.document import Block, Paragraph, Section, table
from sim.report.findings import Findings
from sim.report.plain import field_name


def linkage(found: Findings) -> Section:
    """Item 9."""
    scenario = found.run.scenario
    switches, written = scenario.linkage, definition_of(scenario)
    rows = [
        ("Rule", f"{written.sentence or written.words} ({switches.rule})"),
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
    for path in rule_of(scenario):
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
    every = _all_or_nothing(path)
    levels = _agreeing if every else _levels
    rows = [
        (field_name(each.field), " + ".join(field_name(c) for c in each.columns), levels(each))
        for each in path.comparisons
    ]
    decision = (
        "A pair is a link only when every field of the table below agrees."
        if every
        else f"A pair is a link when its weights in the table below add up to {path.threshold:.4g} bits or "
        "more" + (f", from a start of {path.base:.4g} bits." if path.base else ".") + _frequencies(path)
    )
    filtered = "".join(
        f" Requests with {_FILTERS.get(each.name, each.name.replace('_', ' '))} are not searched for."
        for each in path.filters
    )
    told = f"Path “{path.name}”. Pairs compared: those that agree on {_blocks(path)}. {decision}{filtered}"
    last = "Agrees when" if every else "Levels and weights (bits)"
    head = ("Field", "Read from", last)
    return [
        Paragraph(told),
        table(f"Comparisons of path “{path.name}”", head, rows, widths=(1.1, 1.5, 3)),
    ]


def _frequencies(path: Path) -> str:
    """Return what the frequency of a value does to its weight, if the path looks at it."""
    told = [field_name(each.field) for each in path.comparisons if each.frequency is not None]
    if not told:
        return ""
    return f" Of {', '.join(told)} a rare value weighs more than the table says, and a common one less."


_FILTERS = {"no_zip_in_address": "nothing like a ZIP code in the address"}


def _blocks(path: Path) -> str:
    """Return what pairs must share to be compared at all."""
    told = "; or ".join(" and ".join(_key(key) for key in each) for each in path.passes)
    return told or "nothing in particular (every pair)"


def _key(key: str | tuple[str, str]) -> str:
    if isinstance(key, str) or key[0] == key[1]:
        return field_name(key if isinstance(key, str) else key[0])
    return f"{field_name(key[0])} of the request with {field_name(key[1])} of the record"


def _all_or_nothing(path: Path) -> bool:
    """Whether the weights are 0 and 1 and the threshold asks for all of them."""
    return path.counts_agreements and path.threshold > len(path.comparisons) - 1


def _agreeing(comparison: Comparison) -> str:
    return " or ".join(_level(level) for level in comparison.levels if level.weight > 0)


def _levels(comparison: Comparison) -> str:
    return "; ".join(f"{_level(level)} {level.weight:+.2f}" for level in comparison.levels)


_LEVELS = {
    Kind.ELSE: "anything else",
    Kind.EXACT: "equal",
    Kind.MISSING: "missing on a side",
    Kind.SHARED: "one value shared",
    Kind.FIRST: "equal in the first {at} of the parts",
    Kind.PREFIX: "same beginning ({at} letters)",
    Kind.JARO_WINKLER: "Jaro-Winkler similarity at least {at}",
    Kind.EDIT: "at most {at} letters changed",
    Kind.ONE_DIGIT: "one digit differs",
    Kind.TRANSPOSED: "two neighbouring digits exchanged",
    Kind.DAY_MONTH: "day and month exchanged",
    Kind.NEAR: "at most {at} apart",
    Kind.LEADING: "equal but for the last digits ({at})",
}


def _level(level: Level) -> str:
    return _LEVELS[level.kind].format(at=exact(level.at))
