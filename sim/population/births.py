"""Dates of birth: from age in years to a day, with the published weights of months and weekdays.

A person of age a on the reference day was born in the 365 or 366 days that end a years before it. Days are
weighted by month (ratio to the mean day) and by weekday of the era (births by appointment avoid weekends);
ages the source gives as 80-84 and 85+ are spread by the published bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numba import njit

from sim.population.draw import Array, alias_tables, aliased, below, mix
from sim.scenario import Scenario

OLDEST = 104
_TOP, _OPEN = 80, 85  # the source codes 80-84 as 80, 85 and older as 85
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FEWEST = 1e-6  # thousand people, or their ratio from a band to the next: what divides where there is none
_FLAT_UNTIL, _EARLY, _LATE = 1940, 1978, 1998  # middle years of the eras; straight lines between them


@dataclass(frozen=True)
class BirthTable:
    """Per age: alias table over the days of its birth year; spread of the two coded ages by sex.

    first_day: days since 1970-01-01 of the first possible birthday.  start: offsets into cells.
    dates: yyyymmdd (i32) of every cell.  spread: running shares (2 sexes x 20) of ages 85-104.
    """

    start: Array
    cells: Array
    dates: Array
    spread: Array
    reference_year: int


def build(scenario: Scenario) -> BirthTable:
    """Return the birth table at the scenario's reference date."""
    stamp = int(scenario.value("population.reference_date"))
    year, month, day = stamp // 10000, stamp // 100 % 100, stamp % 100
    starts = [0]
    weights, dates = [], []
    months = np.array([scenario.table("population.births_by_month")[m] for m in _MONTHS])
    early = np.array([scenario.table("population.births_by_weekday_1978")[d] for d in _DAYS])
    late = np.array([scenario.table("population.births_by_weekday_1998")[d] for d in _DAYS])
    for age in range(OLDEST + 1):
        first = np.datetime64(_same_day(year - age - 1, month, day)) + 1
        last = np.datetime64(_same_day(year - age, month, day))
        days = np.arange(first, last + 1)
        stamps = _stamps(days)
        weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        by_weekday = _weekday_weights(stamps // 10000, early, late)[np.arange(len(days)), weekday]
        weights.append(months[stamps // 100 % 100 - 1] * by_weekday)
        dates.append(stamps)
        starts.append(starts[-1] + len(days))
    offsets = np.array(starts, np.int64)
    cells = alias_tables(np.concatenate(weights), offsets)
    return BirthTable(offsets, cells, np.concatenate(dates).astype(np.int32), _spread(scenario), year)


def _same_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:  # 29 February in a common year
        return date(year, month, day - 1)


def _stamps(days: Array) -> Array:
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    in_year = months.astype(np.int64) % 12 + 1
    in_month = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray(years * 10000 + in_year * 100 + in_month)


def _weekday_weights(years: Array, early: Array, late: Array) -> Array:
    """Return the seven weekday weights of every year given (n x 7): straight lines between eras."""
    knots = np.array([_FLAT_UNTIL, _EARLY, _LATE], np.float64)
    columns = [np.interp(years, knots, [1.0, early[d], late[d]]) for d in range(7)]
    return np.stack(columns, axis=1)


def _spread(scenario: Scenario) -> Array:
    """Return running shares of ages 85, 86, ... 104 by sex: geometric within and between published bands."""
    running = np.zeros((2, 20))
    for sex, key in enumerate(("male", "female")):
        bands = scenario.table(f"population.oldest_{key}")
        counts = np.array([bands["85"], bands["90"], bands["95"], bands["100"]])
        ages = np.repeat(counts / 5.0, 5)
        fall = np.where(counts[:-1] > 0, counts[1:] / np.maximum(counts[:-1], _FEWEST), 1.0) ** 0.2
        for band in range(4):
            shape = np.cumprod(np.full(5, max(fall[min(band, 2)], _FEWEST)))
            ages[5 * band : 5 * band + 5] = counts[band] * shape / shape.sum()
        running[sex] = np.cumsum(ages) / ages.sum()
    running[:, -1] = 1.0
    return running


@njit(cache=True, nogil=True)
def _births(key, age, sex, start, cells, dates, spread):  # type: ignore[no-untyped-def]
    out = np.empty(age.size, np.int32)
    for row in range(age.size):
        years = int(age[row])
        word = mix(key, row)
        if years == _TOP:
            years = _TOP + int(mix(key ^ np.uint64(0x3333), row) % np.uint64(5))
        elif years >= _OPEN:
            u = np.float64(mix(key ^ np.uint64(0x3333), row) >> np.uint64(32)) / 4294967296.0
            years = _OPEN
            while u >= spread[sex[row], years - _OPEN]:
                years += 1
        day = below(word, start[years + 1] - start[years])
        day = aliased(word, day, cells[start[years] + day])
        out[row] = dates[start[years] + day]
    return out


def draw(table: BirthTable, age: Array, sex: Array, key: int) -> Array:
    """Return a date of birth (yyyymmdd, i32) for every age (coded as in the source) and sex (0 M, 1 F)."""
    return np.asarray(_births(np.uint64(key), age, sex, table.start, table.cells, table.dates, table.spread))
