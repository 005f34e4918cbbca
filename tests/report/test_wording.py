"""What generated sentences may say: no certainty, a denominator for every rate, four quantities kept
apart."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from sim.charts import Source, icon_array
from sim.outcome.rates import RATES, Rate, Settings, make
from sim.record.writer import write
from sim.report import whose, wording
from sim.report.findings import Findings
from sim.report.sections.front import not_this
from tests.record.standin import study
from tests.report.reports import prose, report

STATES = {
    "citable": {"replicates": 20, "requests": 600},
    "one population": {"replicates": 1, "requests": 600},
    "nothing disclosed": {"shares": (0.0, 0.0, 0.0, 0.2, 0.8)},
    "nobody wrong": {"shares": (0.15, 0.05, 0.0, 0.05, 0.75)},
    "everybody wrong": {"shares": (0.0, 0.0, 0.3, 0.0, 0.7)},
}


@pytest.fixture(scope="module", params=STATES, ids=str)
def made(request, tmp_path_factory):
    return report(study(**STATES[request.param]), tmp_path_factory.mktemp("runs"))


def rate(numerator: int, denominator: int) -> Rate:
    return make(
        RATES[0], pl.DataFrame({"wrong_disclosed": [numerator], "disclosed": [denominator]}), Settings()
    )


def test_no_generated_sentence_has_a_word_of_certainty(made):
    assert [(text, found) for text in prose(made) if (found := wording.forbidden_words(text))] == []


def test_every_percentage_says_of_what_it_is(made):
    assert [(text, found) for text in prose(made) if (found := wording.bare_percentages(text))] == []


def test_every_per_thousand_names_what_it_counts(made):
    for text in prose(made):
        for found in re.finditer(r"per (?:1,000|100,000)(?P<after>.{0,14})", text):
            assert re.match(r" (addresses|requests|people)|\)| \(see labels", found["after"]), text


def test_sentences_that_rest_on_assumptions_begin_with_if(made):
    leads = [b.text for part in made.sections for b in part.blocks if getattr(b, "kind", "") == "lead"]
    assert len(leads) == 3 and all(lead.startswith("If ") for lead in leads)


def test_deficient_requests_and_wrong_persons_are_never_in_one_number(made):
    for text in prose(made):
        if "deficient" in text.lower() and re.search(
            r"wrong person|(?:somebody else|another person)'s", text.lower()
        ):
            pytest.fail(text)
    part = next(part for part in made.sections if part.key == "not")
    assert [row[0] for row in part.blocks[1].rows] == [
        "Deficient disclosure",
        "Insufficient address",
        "Wrong person",
        "Wrong door",
    ]


@pytest.mark.parametrize(
    ("rule", "belongs"),
    [
        ({}, True),
        ({"linkage.address_check": "must_match"}, False),
        ({"linkage.rule": "name_only"}, False),
        ({"linkage.rule": "name_dob"}, False),
    ],
    ids=str,
)
def test_what_a_court_counted_stands_under_its_own_rule_only(rule, belongs, tmp_path):
    found = Findings.of(write(study(2, 300, settings=rule), tmp_path))
    (bullets, four) = not_this(found).blocks
    told = " ".join((*bullets.items, four.note))
    assert ("A court counted" in told) == ("42,695" in told) == belongs
    assert "never added up" in told


def test_nothing_disclosed_is_said_in_words_and_never_as_nought():
    text = wording.headline(rate(0, 0), whose.STRANGER[1], "95 %")
    assert "nothing is disclosed" in text and "no rate" in text and not re.search(r"\b0\b", text)


def test_no_event_is_told_with_a_bound_never_as_no_errors():
    text = wording.headline(rate(0, 1_000), whose.STRANGER[1], "95 %")
    assert (
        "none of the 1,000 addresses disclosed" in text and "below 3.0 per 1,000 addresses disclosed" in text
    )


def test_the_headline_is_a_natural_frequency_with_interval_and_counts():
    text = wording.headline(rate(14, 1_000), whose.STRANGER[1], "95 %")
    assert text == (
        "If the assumptions of section 7 hold, of every 1,000 addresses disclosed 14 lead to "
        "a stranger's door (95 % interval 8 to 23 in one simulated population; 14 of 1,000 in all)."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3.7 % of the requests", []),
        ("a 95 % interval", []),
        ("12 % of all addresses and 5 % more", ["5 %"]),
        ("it rose by 7 per cent", ["7 per cent"]),
        ("with 95 % confidence", []),
    ],
)
def test_the_rule_on_percentages_finds_the_bare_ones(text, found):
    assert wording.bare_percentages(text) == found


def test_the_rule_on_words_finds_them_in_any_case():
    assert wording.forbidden_words("This PROVES that 42,695 people are victims") == [
        "proves",
        "victim",
        "42,695 people",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.404, "0.40"),
        (4.26, "4.3"),
        (47.3, "47"),
        (473.9, "470"),
        (12_834.0, "12,800"),
        (1_283_400.0, "1,280,000"),
    ],
)
def test_people_at_scale_have_two_or_three_digits(value, shown):
    assert wording.two_digits(value) == shown


def test_the_two_scales_multiply_two_rates():
    shown = rate(14, 1_000)
    assert wording.at_scale(shown, 47_289)[0] == "660"
    assert wording.at_scale(shown, 47_289)[1] == "not known from one population"
    assert wording.at_scale(rate(0, 1_000), 47_289) == ("none seen", "not known from one population")
    several = replace(shown, replicates=20, mcse=0.8)
    low, _, high = wording.at_scale(several, 47_289)[1].partition(" to ")
    assert int(high.replace(",", "")) - int(low) > 4 * 47.289 * 2 * 0.8
    assert wording.at_scale(rate(0, 0), 47_289) == ("—", "—")


def test_an_icon_array_of_nothing_says_so():
    figure = icon_array(rate(0, 0), {}, Source("r-0", "2026-01-01", 1, "95 %"))
    assert figure.title.startswith("Nothing was disclosed")
