"""The scenarios that come ready: each loads, says what it is, and differs from the others."""

from __future__ import annotations

import pytest

from sim.scenario import Scenario
from sim.scenario_files import presets, scales

REQUIRED = {
    "aug2025-as-run", "aug2025-address-required", "feb2025-700k", "june2025-7.3m", "name-only", "name-zip",
    "name-dob", "clean-data-floor", "border-release-cohort", "apartment-complex", "identity-borrowing",
    "irs-file-2009-quality", "crosscheck", "good-matcher", "ml2008-room", "kin-on-file",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_loads_at_every_scale_and_says_what_it_is(name: str) -> None:
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert 5 <= len(scenario.title) <= 60
    assert 40 <= len(scenario.summary) <= 250
    assert scenario.summary.endswith(".")
    for scale in scales():
        assert Scenario.load(name, scale=scale).linkage == scenario.linkage


def test_every_preset_of_the_published_record_is_there() -> None:
    assert REQUIRED - set(presets()) == set()


def test_no_two_presets_ask_the_same_question() -> None:
    assert len({Scenario.load(name).sha256() for name in presets()}) == len(presets())


def test_a_preset_is_a_preview_unless_a_scale_is_asked_for() -> None:
    for name in presets():
        assert Scenario.load(name).sha256() == Scenario.load(name, scale="preview").sha256()


def test_the_national_sizes_are_the_true_ones() -> None:
    sizes = {name: Scenario.load(name, scale="national").requests.count for name in presets()}
    assert sizes["aug2025-as-run"] == 1_280_000
    assert sizes["feb2025-700k"] == 700_000
    assert sizes["june2025-7.3m"] == 7_300_000
    assert Scenario.load("aug2025-as-run", scale="national").population.size == 160_000_000


def test_the_clean_floor_has_no_noise_at_all() -> None:
    scenario = Scenario.load("clean-data-floor")
    rates = {
        key: value
        for key, value in scenario.parameters.items()
        if key.startswith("noise.") and key.endswith(".rate")
    }
    assert {key: value for key, value in rates.items() if value != 0} == {}


def test_the_address_required_preset_differs_from_the_run_in_one_switch() -> None:
    run, required = Scenario.load("aug2025-as-run"), Scenario.load("aug2025-address-required")
    assert required == run.replace(
        {
            "linkage.address_check": "must_match",
            **{k: getattr(required, k) for k in ("name", "title", "summary")},
        }
    )
