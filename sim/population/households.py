"""Who lives and files together: households of the CPS, resampled.

The source is 280,005 tax filing units in 200,576 households of the CPS ASEC 2013-2015 (weights for 2024).
Households are drawn whole, by weight; a record is made for the head of every unit that files and for the
spouse on the same return. Units whose head is under 18 make no record (children with an income of
their own; 1.0 % of units by weight) but their people are counted in the household. Household weights are
raked so that adults of 25 and older have the age distribution of the 2024 estimates (Deming and Stephan
1940).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numba import njit

from sim import tables
from sim.population.draw import BATCH, Array, alias_tables, aliased, below, mix
from sim.scenario import Scenario

ADULT = 18
HEAD, SPOUSE = 0, 1
MOST_UNITS = 16
_BANDS = np.arange(25, 90, 5)  # lower ends of the raked age bands; the last is 85 and older
_ROUNDS = 8
_TWENTY_BITS = 1 << 20
_AGE, _FAMILY, _SHARE = np.uint64(0x7F), np.uint64(0xF), np.uint64(0xFFFFF)
_U7, _U14, _U18, _U38, _U44 = (np.uint64(u) for u in (7, 14, 18, 38, 44))


@dataclass(frozen=True)
class HouseholdTable:
    """The households that can be drawn, as arrays.

    Per household type: cells (alias table), first_unit (h + 1 offsets into units), people (of all ages),
    state (index into `states`), head_age. Per unit: unit, one u64 with the head's age (bits 0-6), the
    spouse's age (7-13, 0 none), the family (14-17, ffpos: same = related), the probability that the unit
    files (18-37) and that its head is a man (38-57), both in 2**-20. same_sex: P(a spouse of the head's sex),
    32 bits. records_per_household: expected.  dropped_share: units without an adult head, by weight.
    """

    cells: Array
    first_unit: Array
    people: Array
    state: Array
    head_age: Array
    unit: Array
    same_sex: int
    states: tuple[int, ...]
    records_per_household: float
    dropped_share: float


def build(scenario: Scenario) -> HouseholdTable:
    """Return the household table for the scenario's filing shares and age bands."""
    units, dropped = _units()
    first = np.flatnonzero(np.diff(units["household"].to_numpy(), prepend=-1))
    bounds = np.append(first, units.height).astype(np.int32)
    head, spouse = units["age_head"].to_numpy(), units["age_spouse"].to_numpy()
    house = units["household"].to_numpy()
    weight = _raked(units["weight"].to_numpy()[first], house, head, spouse, scenario)
    filing = scenario.table("population.filing_share")
    share = np.where(units["has_wages"].to_numpy() > 0, filing["with_wages"], filing["without_wages"])
    states = tuple(sorted(set(units["fips"].to_list())))
    adults = 1 + (spouse > 0)
    records = np.bincount(house, share * adults, len(first))
    male = _male_shares(units, weight[house], scenario)
    family = np.minimum(units["ffpos"].to_numpy(), MOST_UNITS - 1)
    return HouseholdTable(
        cells=alias_tables(weight),
        first_unit=bounds,
        people=np.minimum(units["people"].to_numpy()[first], 255).astype(np.uint8),
        state=np.searchsorted(states, units["fips"].to_numpy()[first]).astype(np.uint8),
        head_age=head[first].astype(np.uint8),
        unit=_packed((head, 0), (spouse, 7), (family, 14), (_millionths(share), 18), (_millionths(male), 38)),
        same_sex=round(scenario.value("population.same_sex_couples") * 4294967295),
        states=states,
        records_per_household=float((weight * records).sum() / weight.sum()),
        dropped_share=dropped,
    )


def _packed(*fields: tuple[Array, int]) -> Array:
    """Return u64 words with each field shifted to its place."""
    words = np.zeros(len(fields[0][0]), np.uint64)
    for values, shift in fields:
        words |= values.astype(np.uint64) << np.uint64(shift)
    return words


def _millionths(shares: Array) -> Array:
    return np.asarray(np.rint(np.clip(shares, 0.0, 1.0) * (_TWENTY_BITS - 1)))


def _units() -> tuple[pl.DataFrame, float]:
    """Return units with an adult head by household and line, with the household's weight and people."""
    raw = tables.tax_units().sort("FLPDYR", "h_seq", "ffpos", "a_lineno")
    raw = raw.with_columns(
        household=pl.struct("FLPDYR", "h_seq").rle_id(),
        own_people=pl.when(pl.col("DSI") == 0).then(pl.col("XTOT")).otherwise(0).cast(pl.Int32),
        weight=pl.col("wt2024_x100").cast(pl.Float64),
        age_spouse=pl.when(pl.col("age_spouse") >= ADULT).then(pl.col("age_spouse")).otherwise(0),
    )
    adult = pl.col("age_head") >= ADULT
    on_file = (adult * (1 + (pl.col("age_spouse") > 0).cast(pl.Int32))).cast(pl.Int32)
    raw = raw.with_columns(
        weight=pl.col("weight").mean().over("household"),
        people=pl.max_horizontal(pl.col("own_people").sum(), on_file.sum()).over("household"),
    )
    kept = raw.filter(adult)
    dropped = 1.0 - float(kept["weight"].sum()) / float(raw["weight"].sum())
    kept = kept.with_columns(household=pl.col("household").rle_id())
    return kept, dropped


def _raked(weight: Array, house: Array, head: Array, spouse: Array, scenario: Scenario) -> Array:
    """Return household weights under which people of 25 and older have the published age distribution."""
    published = scenario.table("population.age_bands")
    target = np.array([published[str(b)] for b in _BANDS])
    target /= target.sum()
    ages = np.concatenate([head, spouse])
    owner = np.concatenate([house, house])
    keep = ages >= _BANDS[0]
    band, owner = np.searchsorted(_BANDS, ages[keep], side="right") - 1, owner[keep]
    adults = np.bincount(owner, minlength=len(weight))
    weight = weight.astype(np.float64)
    for _ in range(_ROUNDS):
        now = np.bincount(band, weight[owner], len(target))
        ratio = target / (now / now.sum())
        mean = np.bincount(owner, ratio[band], len(weight)) / np.maximum(adults, 1)
        weight = weight * np.where(adults > 0, mean, 1.0)
    return weight


def _male_shares(units: pl.DataFrame, weight: Array, scenario: Scenario) -> Array:
    """Return P(male) of each unit's head, so that the sexes of all adults meet the published share by age.

    Heads of joint returns and of households with dependants have a share of their own; single filers
    fill what is left of each age band, between 5 and 95 %.
    """
    shares = scenario.table("population.male_heads")
    kind, head, spouse = (units[c].to_numpy() for c in ("MARS", "age_head", "age_spouse"))
    male = np.select([kind == 2, kind == 4], [shares["joint"], shares["head_of_household"]], 0.5)
    published = scenario.table("population.male_share_by_age")
    lower = np.array([int(k) for k in published])
    target = np.array(list(published.values()))
    bands = len(lower)
    of_head = np.clip(np.searchsorted(lower, head, side="right") - 1, 0, None)
    of_spouse = np.clip(np.searchsorted(lower, spouse, side="right") - 1, 0, None)
    fixed = (kind == 2) | (kind == 4)
    paired = spouse > 0
    people = np.bincount(of_head, weight, bands) + np.bincount(of_spouse[paired], weight[paired], bands)
    men = np.bincount(of_head[fixed], (weight * male)[fixed], bands)
    men += np.bincount(of_spouse[paired], (weight * (1 - male))[paired], bands)
    single = np.bincount(of_head[~fixed], weight[~fixed], bands)
    rest = np.clip((target * people - men) / np.maximum(single, 1e-9), 0.05, 0.95)
    return np.where(fixed, male, rest[of_head])


@njit(cache=True, nogil=True)
def _draw(n, key, unit_key, cells, first_unit, unit, same_sex, most):  # type: ignore[no-untyped-def]
    """Draw households until n records are made; return how many households and fill the arrays."""
    kind = np.empty(most, np.int32)
    household = np.empty(n, np.uint32)
    family, role, sex, age = (
        np.empty(n, np.uint8),
        np.empty(n, np.uint8),
        np.empty(n, np.uint8),
        np.empty(n, np.uint8),
    )
    firsts, lasts, facts_of = np.empty(BATCH, np.int64), np.empty(BATCH, np.int64), np.empty(BATCH, np.uint64)
    row = h = ready = 0
    while row < n and h < most:
        if h == ready:
            ready = min(most, h + BATCH)
            for i in range(h, ready):
                kind[i] = below(mix(key, i), cells.size)
            for i in range(h, ready):
                kind[i] = aliased(mix(key, i), kind[i], cells[kind[i]])
            for i in range(h, ready):
                firsts[i - h], lasts[i - h] = first_unit[kind[i]], first_unit[kind[i] + 1]
            for i in range(ready - h):
                facts_of[i] = unit[firsts[i]]
            start = h
        first = firsts[h - start]
        for u in range(first, lasts[h - start]):
            luck = h * MOST_UNITS + (u - first) % MOST_UNITS
            word = mix(unit_key, luck)
            facts = facts_of[h - start] if u == first else unit[u]
            if row < n and (word & _SHARE) < ((facts >> _U18) & _SHARE):
                woman = np.uint8((word >> _U44) >= (facts >> _U38))
                household[row], family[row], role[row], sex[row] = h, (facts >> _U14) & _FAMILY, 0, woman
                age[row] = facts & _AGE
                row += 1
                if (facts >> _U7) & _AGE and row < n:
                    same = np.uint8(
                        (mix(unit_key ^ np.uint64(0x5555), luck) & np.uint64(0xFFFFFFFF)) < same_sex
                    )
                    household[row], family[row], role[row] = h, family[row - 1], 1
                    sex[row] = woman ^ (np.uint8(1) - same)
                    age[row] = (facts >> _U7) & _AGE
                    row += 1
        h += 1
    return row, kind[:h].copy(), household, family, role, sex, age


@dataclass(frozen=True)
class Frame:
    """Records by household: kind (per household); household, family (ffpos), role, sex, age (per record)."""

    kind: Array
    household: Array
    family: Array
    role: Array
    sex: Array
    age: Array


def draw(table: HouseholdTable, n: int, most: int, key: int, unit_key: int) -> Frame:
    """Draw households until `n` records are made; at most `most` households (dwellings of the chunk).

    Raises RuntimeError when `most` households did not give n records (a chance below 1e-14 by design).
    """
    made, *columns = _draw(
        n,
        np.uint64(key),
        np.uint64(unit_key),
        table.cells,
        table.first_unit,
        table.unit,
        np.uint64(table.same_sex),
        most,
    )
    if made < n:
        raise RuntimeError(f"{most} dwellings were too few for {n} records")
    return Frame(*columns)
