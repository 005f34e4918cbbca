"""Numbers of the model, and those that somebody typed, are shown with every digit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.charts.figure import Source
from sim.charts.tornado import tornado
from sim.commands import document, ranking
from sim.dashboard import controls, swept, vary
from sim.errors import InputErrors
from sim.parameters import Parameter, catalogue, exact, explain
from sim.report.plain import plain
from sim.scenario import Scenario
from tests.code_health.trees import modules
from tests.record.standin import study
from tests.stories.test_one_confidence import texts

NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w])")
typed = st.decimals(-(10**9), 10**9, places=6).map(float) | st.integers(-(10**12), 10**12).map(float)


def numbers_in(text: str) -> set[float]:
    return {float(found.replace(",", "")) for found in NUMBER.findall(text)}


def numbers_of(entry: Parameter) -> Iterator[float]:
    for value in (entry.value, entry.range, *entry.levels.values()):
        yield from (
            value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
        )


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_in_full_reads_back_to_itself(number: float) -> None:
    assert float(exact(number)) == number


@given(typed)
def test_a_typed_number_has_no_exponent_and_every_digit_wherever_it_is_shown(number: float) -> None:
    assert "e" not in exact(number)
    for shown in (exact(number), plain(number), swept.in_words(number), swept._value("x", number)):
        assert numbers_in(shown) == {number}
    assert float(controls.FULL % number) == number
    assert numbers_in(ranking._word([number, number + 1])) == {number, number + 1}
    assert vary.values("x", number, number + 1)[:: vary.POINTS - 1] == [number, number + 1]


def test_whole_numbers_are_grouped_and_never_rounded() -> None:
    assert exact(20250701.0) == "20250701"
    assert plain(1_234_567.5) == "1,234,567.5"
    assert plain(-0.25) == "-0.25"
    assert plain(400_000_001) == "400,000,001"


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_number_of_the_model_is_explained_in_full(key: str) -> None:
    entry = catalogue()[key]
    assert set(numbers_of(entry)) <= numbers_in(explain(key))
    assert set(entry.range) <= numbers_in(document._row(entry))
    assert set(entry.range) <= numbers_in(controls.about(entry))


@pytest.mark.parametrize("key", [key for key, entry in catalogue().items() if entry.range[1] > 1e6])
def test_a_number_out_of_range_is_told_the_range_in_full(key: str) -> None:
    entry = catalogue()[key]
    beyond = entry.range[1] * 2
    value = {label: beyond for label in entry.value} if isinstance(entry.value, dict) else beyond
    with pytest.raises(InputErrors) as caught:
        Scenario.of({key: value})
    assert set(entry.range) <= numbers_in(str(caught.value))


def test_a_tornado_has_its_ends_in_full() -> None:
    swing = {"label": "Reference date", "low_input": 20250101.0, "high_input": 20251231.0, "low": 1.0,
             "high": 2.0, "assumed": True}  # fmt: skip
    made = tornado([swing], study(1, 400).rates[0], Source("r-0", "2026-01-01", 1, "95 %"))
    assert "20250101 to 20251231" in made.text


def test_no_field_of_the_dashboard_cuts_what_was_typed() -> None:
    # show.py has a slider along a curve, which sets nothing.
    cut = [
        f"{module.path}:{line}: {text}"
        for module in modules()
        if module.path.startswith("sim/dashboard/") and not module.path.endswith("/show.py")
        for line, text in texts(module.tree)
        if re.fullmatch(r"%[.\d]*[gfed]", text) and text != controls.FULL
    ]
    assert cut == []
