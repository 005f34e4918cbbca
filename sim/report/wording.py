"""Sentences with numbers in them: natural frequencies, intervals, counts.

Rules: a rate names what it is a rate of; what rests on assumptions begins with "If"; nothing disclosed is not
0 %; digits only as far as the Monte Carlo error supports; no word of certainty.
"""

from __future__ import annotations

import re

from sim.outcome.ahead import one_list
from sim.outcome.rates import Rate, rounded, significant

__all__ = [
    "FORBIDDEN",
    "at_scale",
    "bare_percentages",
    "bounds",
    "cell",
    "clause",
    "forbidden_words",
    "halves",
    "headline",
    "number",
    "populations",
    "rounded",
    "significant",
    "span",
    "two_digits",
]

FORBIDDEN = (
    "proves",
    "proven",
    "prove that",
    "victim",
    "zero error",
    "no errors",
    "error-free",
    "guarantee",
    "clearly",
    "obviously",
    "will be disclosed",
    "exactly",
    "certainly",
    "undoubtedly",
    "real people",
    "misidentified 42,695",
    "42,695 misidentified",
    "42,695 people",
)
"""Words generated prose never uses."""

_RATE = re.compile(r"\d[\d.,]*\s*(?:%|per cent|percent)")
_NOUN_AFTER = re.compile(
    r"\d[\d.,]*\s*(?:%|per cent|percent)(?:\s*(?:to|and|-|–)\s*\d[\d.,]*\s*(?:%|per cent|percent))?\s+"
    r"(?:of (?:the |all |every |those |its )?[a-z]|interval|upper bound|confidence)"
)


def forbidden_words(text: str) -> list[str]:
    """Return the forbidden expressions found in `text`."""
    low = text.lower()
    return [word for word in FORBIDDEN if word in low]


def bare_percentages(text: str) -> list[str]:
    """Return the percentages in `text` that do not say of what they are."""
    covered = [found.span() for found in _NOUN_AFTER.finditer(text)]
    return [
        found.group(0)
        for found in _RATE.finditer(text)
        if not any(start <= found.start() < end for start, end in covered)
    ]


def populations(replicates: int) -> str:
    """Return "20 simulated populations" or "one simulated population"."""
    return "one simulated population" if replicates == 1 else f"{replicates:,} simulated populations"


def span(rate: Rate, confidence: str) -> str:
    """Return "95 % interval 11 to 18" or what stands in its place, on the rate's scale."""
    if rate.low is None or rate.high is None:
        return "no interval can be given"
    if rate.numerator == 0:
        return f"{confidence} upper bound {significant(rate.high)}"
    return f"{confidence} interval {rounded(rate.low, rate.mcse)} to {rounded(rate.high, rate.mcse)}"


def number(rate: Rate) -> str:
    """Return the value with the digits its Monte Carlo error supports, or a dash."""
    if rate.value is None:
        return "—"
    return "none seen" if rate.numerator == 0 else rounded(rate.value, rate.mcse)


def cell(rate: Rate) -> str:
    """Return a rate for a table: with its denominator, or the words for no rate and for no event."""
    if rate.value is None:
        return rate.words
    if rate.numerator == 0:
        return f"none seen among {rate.denominator:,} {rate.denominator_name}"
    return f"{number(rate)} per {rate.per:,} {rate.denominator_name}"


def bounds(rate: Rate) -> str:
    """Return "11 to 18", or what can be said instead."""
    if rate.low is None or rate.high is None:
        return "—"
    if rate.numerator == 0:
        return f"at most {significant(rate.high)}"
    return f"{rounded(rate.low, rate.mcse)} to {rounded(rate.high, rate.mcse)}"


def headline(rate: Rate, verb: str, confidence: str) -> str:
    """Return the headline as a natural frequency, or the words for nothing disclosed and for no event."""
    return "If the assumptions of section 7 hold, " + clause(rate, verb, confidence)


def clause(rate: Rate, verb: str, confidence: str) -> str:
    """Return a rate of addresses disclosed as a sentence that goes on after a comma.

    verb: in the plural, e.g. "come from another person's record".  confidence: "95 %".
    """
    said, bracket = halves(rate, verb, confidence)
    return f"{said} ({bracket})." if bracket else f"{said}."


def halves(rate: Rate, verb: str, confidence: str) -> tuple[str, str]:
    """Return what `clause` says without its end, and what it says in brackets; "" where it has none."""
    if rate.value is None:
        return (
            f"nothing is disclosed in this simulation ({rate.words}), so there is no rate. Nothing "
            "disclosed is not an error rate of nought"
        ), ""
    across = f"across {populations(rate.replicates)}" if rate.replicates > 1 else f"in {populations(1)}"
    if rate.numerator == 0:
        return (
            f"none of the {rate.denominator:,} {rate.denominator_name} was found to {verb} {across}; with "
            f"{confidence} confidence the rate is below {significant(rate.high or 0.0)} per {rate.per:,} "
            f"{rate.denominator_name}"
        ), ""
    return (
        f"of every {rate.per:,} {rate.denominator_name} {number(rate)} {verb}",
        f"{span(rate, confidence)} {across}; {rate.numerator:,} of {rate.denominator:,} in all",
    )


def at_scale(rate: Rate, scale: int) -> tuple[str, str]:
    """Return the people expected of one list at a scale (of the rate's denominator), and the range of one."""
    ahead = one_list(rate, scale)
    if ahead.expected is None:
        return "—", "—"
    value = two_digits(ahead.expected) if ahead.seen else "none seen"
    if ahead.low is None or ahead.high is None:
        return value, "not known from one population"
    if not ahead.seen:
        return value, f"at most {two_digits(ahead.high)}"
    return value, f"{two_digits(ahead.low)} to {two_digits(ahead.high)}"


def two_digits(value: float) -> str:
    """Return a count with two significant digits below 10,000 and three above, thousands by commas.

    An expected number below one keeps its digits ("0.65"): it is a mean over many lists, not a count.
    """
    if abs(value) < 10:
        return significant(value)
    return f"{float(f'{value:.{1 if abs(value) < 10_000 else 2}e}'):,.0f}"
