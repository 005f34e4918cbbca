"""Sentences that stand on several pages, and what the terms mean, once each."""

from __future__ import annotations

from sim.published import fact
from sim.report.calibration import as_counted
from sim.scenario import Scenario

SYNTHETIC = "SYNTHETIC: every person and number here is simulated. No file about named people was used."

FOUR = (
    ("Another person's record",
     "the record disclosed is not that of the person asked for; whose door it names is told by itself"),
    ("Right person, wrong door",
     "the address is that person's, but they have moved away, or it is a preparer's office"),
    ("No address compared", ("answered by a search that compares no address: what a court counted (about "
                             f"{fact('disclosed_without_address').value:,}), not an error about a person")),
    ("Junk or incomplete address in the request", ("of the kind the agency conceded (fewer than 50 of 1,000 "
                                                  "disclosed); here apartment numbers left out count too")),
)  # fmt: skip
"""The four quantities that are never added to one another, under the rule of August 2025."""

_ELSEWHERE = "answered by a search that compares no address; not an error about a person"


def four(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Return the four quantities; what a court counted belongs to the rule of August 2025 alone."""
    court = FOUR[2][0]
    if as_counted(scenario):
        return FOUR
    return tuple((name, _ELSEWHERE if name == court else meaning) for name, meaning in FOUR)


GLOSSARY = {
    "registry": "The tax authority's file: one record a taxpayer.",
    "request": "One line of the list sent: a person asked for, as the asking agency wrote them down.",
    "candidate": "A record of the registry that is compared with a request.",
    "link": "A candidate that the matching rule accepts.",
    "disclosure": "An address handed over.",
    "false match": (
        "A link between a request and another person's record: a stranger's, or a relative's, who may "
        "live at the same door."
    ),
    "stranger's door": (
        "The address of somebody else, at which the person asked for does not live: neither a relative's "
        "record at their own door, nor a home of theirs that they have left."
    ),
    "matching error": (
        "The record is not the person whom the request describes: a namesake, a similar name, a mistyped "
        "number."
    ),
    "error of the list": (
        "The request itself carries another person's identity, such as a borrowed number with its owner's "
        "name. No matcher that trusts the list can tell."
    ),
    "missed match": "The person asked for is in the registry, yet nothing is disclosed.",
    "threshold": (
        "The score from which a rule that weighs evidence accepts a link, in bits: one bit doubles the odds."
    ),
    "TIN": "Taxpayer identification number: a Social Security number, or an ITIN for those who have none.",
    "replicate": "One simulated population with its own luck. Several show how much luck decides.",
    "interval": "The range that the luck of the draw leaves; it says nothing about wrong assumptions.",
    "Monte Carlo error": "How far the rate would move if the simulation were run anew with other luck.",
    "bystander": "Another person who now lives at a disclosed address.",
    "run": "One question answered, kept in a folder that can be cited, checked and made again.",
}

SENTENCES = {
    "disclosed": (
        "Everything on this page is counted of 1,000 addresses disclosed, unless a heading says otherwise."
    ),
    "preview": (
        "A preview: {done}. “Run in full” on Explore makes a number to be cited, of {least} or more."
    ),
}


def hover(term: str) -> str:
    """Return the explanation of a term, for a help bubble."""
    return f"**{term}**: {GLOSSARY[term]}"
