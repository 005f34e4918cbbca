"""Every figure carries its words, its numbers and what the picture must show, in light and dark."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET

import polars as pl
import pytest

from sim import charts
from sim.charts import DARK, LIGHT, Source, Target, export
from sim.outcome.counts import count, count_by
from sim.outcome.groups import group_rates
from sim.outcome.judge import GROUPS
from sim.outcome.rates import Settings, rates
from sim.outcome.words import CAUSES, OUTCOMES
from tests.record.standin import case, world

SOURCE = Source("r-0123456789ab", "2026-11-22", 2, "95 %")
SVG = "{http://www.w3.org/2000/svg}"
SWINGS = [
    {
        "label": "Share with a number",
        "low_input": 0.05,
        "high_input": 0.6,
        "low": 4.0,
        "high": 21.0,
        "assumed": True,
    },
    {
        "label": "Movers a year",
        "low_input": 0.08,
        "high_input": 0.3,
        "low": 11.0,
        "high": 15.0,
        "assumed": False,
    },
]
TARGETS = [
    Target("Requests answered", "per 1,000 requests", 36.9, 33.0, 41.0, 38.0, "fitted", "declaration"),
    Target("Insufficient address", "per 1,000 answered", 50.0, 20.0, 50.0, 163.0, "held out", "declaration"),
    Target("Not made", "per 1,000 answered", 50.0, 20.0, 50.0, None, "held out", "declaration"),
]

LINES = {
    "name only": [charts.LinePoint(0.1, 5.0, 4.0, 6.0), charts.LinePoint(0.5, 50.0, 40.0, 60.0)],
    "name and ZIP": [charts.LinePoint(0.1, 5.0), charts.LinePoint(0.5, 6.0)],
}
SIZES = [charts.SizePoint(10**k, k * 3.0, k * 2.5, k * 3.5, k > 6) for k in (4, 5, 6, 7, 8)]


class Numbers:
    """Rates, groups and rows of two stand-in worlds."""

    def __init__(self) -> None:
        worlds = [world(seed, 3_000, (0.15, 0.04, 0.01, 0.05, 0.75)) for seed in (1, 2)]
        self.outcomes = worlds[0].outcomes
        self.counts = pl.DataFrame([count(each.outcomes, 100_000) for each in worlds])
        by_group = pl.concat(
            [
                count_by(each.outcomes, group).select(pl.lit(number).alias("replicate"), pl.all())
                for number, each in enumerate(worlds)
                for group in GROUPS
            ]
        )
        self.rates = {rate.name: rate for rate in rates(self.counts)}
        self.groups = group_rates(by_group, Settings())
        self.totals = {name: int(self.counts[name].sum()) for name in self.counts.columns}
        self.curve = pl.DataFrame(
            {
                "replicate": [0] * 4 + [1] * 4,
                "threshold": [20.0, 15.0, 10.0, 5.0] * 2,
                "wrong_per_1000_disclosed": [None, 2.0, 10.0, 60.0, 1.0, 3.0, 12.0, 66.0],
                "missed_per_1000_requested": [60.0, 40.0, 20.0, 10.0, 62.0, 41.0, 22.0, 11.0],
            }
        )


@pytest.fixture(scope="module")
def numbers():
    return Numbers()


FIGURES = {
    "icons": lambda n, t: charts.icon_array(
        n.rates["wrong_person"], {"moved away": n.rates["wrong_door"]}, SOURCE, t
    ),
    "flow": lambda n, t: charts.flow(n.totals, SOURCE, t),
    "threshold": lambda n, t: charts.threshold(n.curve, 10.0, SOURCE, t),
    "along": lambda n, t: charts.along(LINES, "coverage", "per 1,000 addresses disclosed", SOURCE, t),
    "size": lambda n, t: charts.by_size(SIZES, "per 1,000 addresses disclosed", SOURCE, t),
    "groups": lambda n, t: charts.groups(n.groups, n.rates["wrong_person"], SOURCE, t),
    "evidence-7": lambda n, t: charts.waterfall(case("wrong_person"), SOURCE, t),
    "doors": lambda n, t: charts.doors(n.outcomes, n.rates["bystanders"], SOURCE, t),
    "tornado": lambda n, t: charts.tornado(SWINGS, n.rates["wrong_person"], SOURCE, t),
    "targets": lambda n, t: charts.targets(TARGETS, SOURCE, t),
    "populations": lambda n, t: charts.replicates([4.0, 5.0, 7.0, 7.1], n.rates["wrong_person"], SOURCE, t),
    "scale": lambda n, t: charts.scale(
        n.rates["wrong_person_per_request"], n.rates["wrong_person"], 5_000, SOURCE, t
    ),
}  # fmt: skip


@pytest.fixture(params=FIGURES)
def figure(request, numbers):
    return FIGURES[request.param](numbers, LIGHT)


def words_of(svg: str) -> str:
    return " ".join("".join(part.itertext()) for part in ET.fromstring(svg).iter(f"{SVG}text"))


def test_title_source_run_and_date_are_inside_the_image(figure):
    inside = words_of(export.svg(figure))
    for needed in ("SYNTHETIC", "r-0123456789ab", "2026-11-22", *figure.title.split()):
        assert needed in inside


def test_a_figure_has_words_for_those_who_do_not_see_it_and_its_table(figure):
    assert len(figure.alt) > 40 and figure.table.rows
    assert all(len(row) == len(figure.table.head) for row in figure.table.rows)


@pytest.mark.parametrize("name", FIGURES)
def test_a_dark_figure_has_the_same_words_on_a_dark_ground(numbers, name):
    light, dark = FIGURES[name](numbers, LIGHT), FIGURES[name](numbers, DARK)
    assert (light.title, light.alt, light.table) == (dark.title, dark.alt, dark.table)
    assert dark.spec["background"] == DARK.background != light.spec["background"]


def test_the_same_figure_is_the_same_bytes(numbers):
    one, two = (FIGURES["icons"](numbers, LIGHT) for _ in range(2))
    first = export.svg(one), export.png(one, 1.0)
    export._svg.cache_clear(), export._png.cache_clear()  # else the second is the first
    assert (export.svg(two), export.png(two, 1.0)) == first


def test_the_icon_array_has_a_thousand_people_and_the_rounded_number_of_wrong_ones(numbers):
    figure = FIGURES["icons"](numbers, LIGHT)
    wrong = numbers.rates["wrong_person"]
    counts = dict(figure.table.rows)
    assert sum(counts.values()) == 1_000 and counts["another person's record"] == round(wrong.value)
    marks = [p for p in ET.fromstring(export.svg(figure)).iter(f"{SVG}path") if p.get("fill") == LIGHT.wrong]
    assert len(marks) == round(wrong.value) + 1  # and one in the legend


def test_the_flow_shows_every_outcome_once_and_its_numbers(numbers):
    figure = FIGURES["flow"](numbers, LIGHT)
    inside = words_of(export.svg(figure))
    assert sum(numbers.totals[f"outcome_{word}"] for word in OUTCOMES) == numbers.totals["requests"]
    assert all(f"{numbers.totals[f'outcome_{word}']:,}" in inside for word in OUTCOMES)


def test_groups_share_one_axis_from_zero_and_show_both_counts(numbers):
    figure = FIGURES["groups"](numbers, LIGHT)
    domains = re.findall(r"'domain': \[([0-9.e-]+), [0-9.]+\]", str(figure.spec))
    assert domains and set(domains) == {"0"}
    shown = {row[0]: row for row in figure.table.rows}
    assert shown["Two surnames: yes"][3] + shown["Two surnames: no"][3] == numbers.totals["wrong_disclosed"]


def test_a_group_without_any_disclosure_is_named_in_words(numbers):
    silent = numbers.outcomes.filter(pl.col("disclosed") == 0).with_columns(pl.lit("ghost").alias("origin"))
    by_group = count_by(silent, "origin").select(pl.lit(0).alias("replicate"), pl.all())
    figure = charts.groups(group_rates(by_group, Settings()), numbers.rates["wrong_person"], SOURCE)
    assert "No addresses disclosed in Name origin: ghost" in figure.subtitle
    assert figure.table.rows[0][1] == "no rate"


@pytest.mark.parametrize("level", ["api", "chinese", "haitian", "portuguese", "spanish", "white"])
def test_a_group_whose_given_names_are_one_pool_is_marked_and_the_mark_explained(numbers, level):
    dimension = "ethnicity" if level in ("api", "white") else "origin"
    marked = level not in ("spanish", "white")
    outcomes = numbers.outcomes.with_columns(pl.lit(level).alias(dimension))
    by_group = count_by(outcomes, dimension).select(pl.lit(0).alias("replicate"), pl.all())
    found = group_rates(by_group, Settings())
    figure = charts.groups(found, numbers.rates["wrong_person"], SOURCE)
    assert charts.group_name(dimension, level).endswith("†") == marked
    assert figure.table.rows[0][0].endswith("†") == marked
    assert ("Given names are not told apart within the group" in figure.subtitle) == marked
    assert bool(charts.pooled_note(found)) == marked


def test_the_threshold_title_does_the_sum(numbers):
    figure = FIGURES["threshold"](numbers, LIGHT)
    assert re.match(
        r"Raising the threshold from 10 to 12 bits spares [\d.]+ wrong people per 1,000", figure.title
    )
    assert "band" in figure.subtitle


def test_the_trade_off_reads_steps_as_steps(numbers):
    lines = charts.trade_off(numbers.curve, points=4)
    at_five = lines.filter(
        pl.col("threshold").is_close(5.0, abs_tol=0.1), pl.col("line").str.starts_with("wrong")
    )
    assert at_five.select("value", "low", "high").row(0) == (63.0, 60.0, 66.0)


def test_an_empty_curve_is_no_error(numbers):
    empty = numbers.curve.clear()
    assert charts.threshold(empty, None, SOURCE).title


def test_what_is_extrapolated_is_dashed_and_labelled(numbers):
    svg = export.svg(FIGURES["size"](numbers, LIGHT))
    assert "stroke-dasharray" in svg and "extrapolated" in words_of(svg)


def test_the_waterfall_adds_up_to_its_total(numbers):
    figure = FIGURES["evidence-7"](numbers, LIGHT)
    *parts, total = [row[1] for row in figure.table.rows]
    assert sum(parts) == total == 3.0 and "3 of 3 fields compared agree" in figure.title
    told = words_of(export.svg(figure))
    assert "fields that agree" in told and "threshold" not in told and "evidence, bits" not in told
    assert "not compared" not in words_of(export.svg(figure))


def test_the_waterfall_of_a_rule_that_weighs_shows_bits_and_its_threshold():
    weighed = case("wrong_person") | {"score": 1.0, "threshold": 2.5, "base": -2.0}
    figure = charts.waterfall(weighed, SOURCE, LIGHT)
    *parts, total = [row[1] for row in figure.table.rows]
    assert sum(parts) == total == 1.0
    assert "does not link: its evidence, 1, is below the threshold of 2.5" in figure.title
    told = words_of(export.svg(figure))
    assert "evidence, bits" in told and "points" not in told


def test_the_tornado_is_sorted_and_marks_assumptions(numbers):
    figure = FIGURES["tornado"](numbers, LIGHT)
    assert [row[0] for row in figure.table.rows] == ["Share with a number", "Movers a year"]
    assert "Share with a number (assumed)" in words_of(export.svg(figure))


def test_failed_targets_are_named_and_those_not_simulated_kept_in_the_table(numbers):
    figure = FIGURES["targets"](numbers, LIGHT)
    assert (
        figure.title
        == "Figures published of August 2025 that are met: 0 of 1 not used to set the model, "
        "1 of 1 fitted, which agree by design"
        and "Not met: Insufficient address" in figure.subtitle
    )
    assert [row[5] for row in figure.table.rows] == ["agrees", "differs", "not simulated"]


def test_doors_show_everybody_behind_the_addresses_answered(numbers):
    figure = FIGURES["doors"](numbers, LIGHT)
    assert sum(row[1] for row in figure.table.rows) == int((numbers.outcomes["disclosed"] > 0).sum())
    assert sum(row[2] for row in figure.table.rows) == int(numbers.outcomes["bystanders"].sum())


def test_the_scale_panel_multiplies_two_rates_and_carries_the_interval(numbers):
    figure = FIGURES["scale"](numbers, LIGHT)
    asked, shown = numbers.rates["wrong_person_per_request"], numbers.rates["wrong_person"]
    people = [row[2] for row in figure.table.rows]
    assert people[0] == pytest.approx(asked.value * 1_280) and people[1] == pytest.approx(
        shown.value * 47.289
    )
    assert people[2] == pytest.approx(asked.value * 5)


def test_no_colour_stands_alone_for_right_and_wrong():
    for theme in (LIGHT, DARK):
        red, _, blue = (int(theme.wrong[i : i + 2], 16) for i in (1, 3, 5))
        right = [int(theme.right[i : i + 2], 16) for i in (1, 3, 5)]
        assert red > blue and right[2] > right[0], "orange and blue, not red and green"


def test_a_cause_or_outcome_without_colour_of_its_own_is_grey():
    assert all(LIGHT.outcome(word) for word in (*OUTCOMES, *CAUSES))
    assert LIGHT.outcome("missed") == LIGHT.nothing


def test_the_title_of_lines_is_about_the_one_that_moves_most(numbers):
    figure = FIGURES["along"](numbers, LIGHT)
    assert figure.title.startswith("name only: from 5.0 to 50 per 1,000 addresses disclosed")
    assert "name only" in words_of(export.svg(figure)) and "name and ZIP" in words_of(export.svg(figure))


@pytest.mark.parametrize("make", (
    lambda n, w: charts.flow(n.totals, SOURCE, LIGHT, w),
    lambda n, w: charts.groups(n.groups, n.rates["wrong_person"], SOURCE, LIGHT, w),
    lambda n, w: charts.along(LINES, "coverage", "per 1,000 addresses disclosed", SOURCE, LIGHT, w),
))  # fmt: skip
def test_a_figure_for_a_telephone_fits_it_and_keeps_its_marks(numbers, make):
    """Labels in several lines are an expression; were it wrong, the picture would be empty without a word."""
    wide, slim = (ET.fromstring(export.svg(make(numbers, width))) for width in (620, 330))
    assert float(slim.get("width")) < 400 < float(wide.get("width"))
    drawn = [sum(1 for _ in picture.iter(f"{SVG}path")) for picture in (wide, slim)]
    assert drawn[1] > 0.5 * drawn[0]


def test_nobody_wronged_is_a_bound_and_not_nought_people(numbers):
    rate = numbers.rates["wrong_person"]
    none = dataclasses.replace(rate, numerator=0, value=0.0, low=0.0, high=6.0)
    panel = charts.scale(none, none, 1_000, SOURCE)
    assert "none seen" in panel.title and "at most" in panel.title
    assert "upper bound 6.0" in charts.icon_array(none, {}, SOURCE).subtitle


@pytest.mark.parametrize("width", [330, 620])
def test_the_name_of_a_line_is_never_cut(width):
    long = "Borrowed name with the number: 0.5, four letters of the last name"
    for name in ("name only", "Number: 0.5, the full name", long):
        lines = {name: LINES["name only"], f"{name}, else": LINES["name and ZIP"]}
        inside = words_of(export.svg(charts.along(lines, "coverage", "per 1,000", SOURCE, LIGHT, width)))
        assert "…" not in inside
        assert all(word in inside for word in name.split())


@pytest.mark.parametrize("width", [330, 620])
def test_the_words_of_the_threshold_stand_above_the_plot_and_within_the_figure(numbers, width):
    for cut in (5.5, 19.5):
        svg = ET.fromstring(export.svg(charts.threshold(numbers.curve, cut, SOURCE, LIGHT, width)))
        [mark] = [
            part for part in svg.iter(f"{SVG}text") if (part.text or "").startswith("threshold in force")
        ]
        x, y = (
            float(each) for each in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", mark.get("transform"))[0]
        )
        assert y < 0
        assert mark.get("text-anchor") == ("start" if cut < 10 else "end")
        assert 0 <= x <= width
