from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.population import Chunk, births
from sim.scenario import Scenario


def test_every_date_of_birth_is_a_date_and_everybody_is_an_adult(chunk: Chunk) -> None:
    stamps = np.unique(chunk.birth)
    for stamp in stamps.tolist():
        date(stamp // 10000, stamp // 100 % 100, stamp % 100)
    assert stamps.max() <= 2007_07_01
    assert stamps.min() >= 1920_07_02


def test_age_on_the_reference_day_is_the_age_asked_for(scenario: Scenario) -> None:
    table = births.build(scenario)
    for age in (18, 40, 79):
        drawn = births.draw(table, np.full(5_000, age, np.uint8), np.zeros(5_000, np.uint8), key=7)
        years = (20250701 - drawn) // 10000
        assert set(years.tolist()) == {age}


def test_births_follow_the_published_months_and_weekdays(scenario: Scenario) -> None:
    """People of 20 to 25 were born in the last era; September leads, Sunday trails."""
    table = births.build(scenario)
    ages = np.repeat(np.arange(20, 26), 100_000).astype(np.uint8)
    drawn = births.draw(table, ages, np.zeros(len(ages), np.uint8), key=11)
    month = np.bincount(drawn // 100 % 100, minlength=13)[1:]
    days = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    published = np.array(list(scenario.table("population.births_by_month").values()))
    assert month / days / (month / days).mean() == pytest.approx(published / published.mean(), abs=0.02)
    stamps = np.array(
        [f"{s // 10000:04d}-{s // 100 % 100:02d}-{s % 100:02d}" for s in np.unique(drawn)], "M8[D]"
    )
    weekday = (stamps.astype(int) + 3) % 7
    count = np.bincount(weekday, np.unique(drawn, return_counts=True)[1])
    published = np.array(list(scenario.table("population.births_by_weekday_1998").values()))
    assert count / count.mean() == pytest.approx(published / published.mean(), abs=0.02)


def test_the_open_age_is_spread_by_the_published_bands(scenario: Scenario) -> None:
    table = births.build(scenario)
    drawn = births.draw(table, np.full(200_000, 85, np.uint8), np.ones(200_000, np.uint8), key=3)
    age = (20250701 - drawn) // 10000
    bands = scenario.table("population.oldest_female")
    share = np.array([((age >= int(b)) & (age < int(b) + 5)).mean() for b in bands])
    target = np.array(list(bands.values())) / sum(bands.values())
    assert share == pytest.approx(target, abs=0.005)
    coded = births.draw(table, np.full(1_000, 80, np.uint8), np.zeros(1_000, np.uint8), key=3)
    assert set(((20250701 - coded) // 10000).tolist()) == {80, 81, 82, 83, 84}


def test_a_reference_date_in_late_february_is_possible(scenario: Scenario) -> None:
    table = births.build(scenario.replace({"population.reference_date": 20240229}))
    drawn = births.draw(table, np.full(1_000, 30, np.uint8), np.zeros(1_000, np.uint8), key=3)
    assert drawn.min() >= 1993_03_01
    assert drawn.max() <= 1994_02_28
