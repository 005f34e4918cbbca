"""How far a claimed run and its rerun are apart, whether that can be luck, and how their environments differ.

Two cases, told apart by the requests themselves (`draws`):

*The same draws*: request by request the people are the same, as when a library rounds otherwise. The luck of
the draw is then the same on both sides and nothing of a difference is luck. A rate that moved by more than
MOST_ERRORS of the rerun's own Monte Carlo standard errors is *different*; less is listed and left to the
reader.

*Other draws*: the environment keys its random numbers otherwise, so the two are independent. Every rate, and
the headline of each claimed population, is tested against the rerun's own populations: Student's t on their
spread (never on the claimed one, which a forger chooses) and the conditional binomial test of the counts
(Przyborowski and Wilenski 1940), of which the weaker counts. Half of FAMILY is the headline's, half is shared
by the rest (Holm 1979). Where the rerun has few populations, or the headline is neither plainly near nor
plainly far, more populations of its own are drawn and the test repeated, with half the level at each look.
Four standard errors of the rerun are but 2.8 of the difference of two independent draws, which luck exceeds
once in 200, so no test can both find each such difference and spare each honest run; this one spares.

Draws partly the same are no environment's doing: *different*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from scipy import stats

from sim.outcome.counts import ADDRESSES, REQUESTS
from sim.outcome.groups import OVERALL
from sim.outcome.intervals import Floats
from sim.outcome.rates import HEADLINE, QUANTITY_RATES, RATES, Definition, Settings, make_of, significant

MOST_ERRORS = 4.0
"""Own standard errors by which a rate of the same draws may move."""

FAMILY = 0.001
"""Probability that an honest run of other draws is called different, over all its tests together."""

LOOKS = 2
ENOUGH = 16
TIMES = 4
CLUSTER = 4
_PLAINLY_NEAR = 0.02
"""Looks at the rerun at most; own populations drawn for the second: at least so many, and so many times the
claimed ones; events that count as one where a single population shows no spread; and the luck above which a
headline is plainly near."""

_FIXED = ("requested_person_absent", "deficient_request", "ethnicity", "nativity", "tin_kind", "two_surnames",
          "origin")  # fmt: skip
_BEYOND_CHANCE = 6.0
Draws = Literal["the same", "others", "mixed"]
More = Callable[[int], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Compared:
    """A rate claimed and made again. error: own standard error.  apart: in such errors.  luck: or None."""

    name: str
    per: int
    claimed: float | None
    own: float | None
    error: float
    apart: float
    luck: float | None = None

    def text(self) -> str:
        """Return both values, how far they are apart, and how likely that is by luck."""
        told = f"{self.name}: claimed {_number(self.claimed)}, here {_number(self.own)} per {self.per:,}; "
        told += f"{self.apart:.1f} of our own standard errors apart"
        return told if self.luck is None else f"{told}, by luck {_odds(self.luck)}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of comparing two runs. populations: own ones drawn.  why: reasons for being different."""

    draws: Draws
    rates: tuple[Compared, ...]
    populations: int
    why: tuple[str, ...] = ()
    weak: str = ""

    def lines(self) -> list[str]:
        """Return the comparison for a person: what decides it first, then the rates, then how weak it is."""
        return [*self.why, *(each.text() for each in self.rates), *([self.weak] if self.weak else [])]


def _number(value: float | None) -> str:
    return "none" if value is None else significant(value, 3)


def _odds(luck: float) -> str:
    if luck > 0.1:
        return "easily"
    return f"1 in {significant(1 / luck)}" if luck > 1e-12 else "less than 1 in a million million"


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between two environments, as "numpy 2.4.6, now 2.5.0"."""
    found = []
    for key in sorted({*then, *now} - {"libraries", "engine_source"}):
        if then.get(key) != now.get(key):
            found.append(f"{key} {then.get(key)}, now {now.get(key)}")
    mine, theirs = _libraries(then), _libraries(now)
    found += [
        f"{name} {mine.get(name)}, now {theirs.get(name)}"
        for name in sorted({*mine, *theirs})
        if mine.get(name) != theirs.get(name)
    ]
    if then.get("engine_source") != now.get("engine_source"):
        found.append("the sources of the engine differ")
    return found


def _libraries(environment: Mapping[str, Any]) -> Mapping[str, Any]:
    found = environment.get("libraries")
    return found if isinstance(found, Mapping) else {}


def draws(claimed: pl.DataFrame, own: pl.DataFrame) -> Draws:
    """Say whether two runs asked for the same people. claimed, own: outcomes of the same replicates.

    In independent draws the fixed facts of request k agree as often as chance has it; in the same draws they
    nearly all agree. Where every request is alike there is nothing to tell by, and draws count as others.
    """
    alike = [_beyond(*(frame.filter(pl.col("replicate") == r) for frame in (claimed, own)))
             for r in own["replicate"].unique().sort()]  # fmt: skip
    same = [each > _BEYOND_CHANCE for each in alike]
    if all(same):
        return "the same"
    return "mixed" if any(same) else "others"


def _beyond(claimed: pl.DataFrame, own: pl.DataFrame) -> float:
    """Return by how many standard deviations facts of equal requests agree more often than chance has it."""
    key = pl.concat_str([pl.col(name).cast(pl.String) for name in _FIXED], separator="|", ignore_nulls=False)
    both = claimed.select("request", mine=key).join(own.select("request", its=key), on="request").drop_nulls()
    if both.is_empty():
        return 0.0
    shares = [
        both[name].value_counts().select(key=pl.col(name), n=pl.col("count") / both.height)
        for name in ("mine", "its")
    ]
    met = shares[0].join(shares[1], on="key")
    chance = float((met["n"] * met["n_right"]).sum())
    agreed = float((both["mine"] == both["its"]).mean())  # type: ignore[arg-type]
    spread = float(np.sqrt(max(chance * (1 - chance), 1e-12) / both.height))
    return (agreed - chance) / spread if chance < 1 - 1e-9 else 0.0


def everybody(counts: pl.DataFrame, addresses: pl.DataFrame | None, wanted: int) -> pl.DataFrame:
    """Return the counts of everybody, one row a replicate, those of addresses beside them where there are."""
    whole = counts.filter(pl.col("dimension") == OVERALL) if "dimension" in counts.columns else counts
    if addresses is not None and not addresses.is_empty():
        overall = addresses.filter(pl.col("dimension") == OVERALL).select("replicate", *ADDRESSES, *REQUESTS)
        whole = whole.join(overall.cast({"replicate": whole.schema["replicate"]}), on="replicate")
    return whole.filter(pl.col("replicate") < wanted).sort("replicate")


def compare(
    claimed: pl.DataFrame, own: pl.DataFrame, settings: Settings, drawn: Draws, more: More | None = None
) -> Agreement:
    """Return how far two runs are apart, and whether they are different.

    claimed, own: overall counts, one row a replicate, of the same replicates, with those of addresses where a
    run has them.  more: returns the counts of so many populations of one's own, None where no more are drawn.
    """
    if drawn == "mixed":
        told = "some populations have the very requests drawn here and others do not: they are not of one run"
        return Agreement(drawn, _plain(claimed, own, settings), own.height, (told,))
    if drawn == "the same":
        found = _plain(claimed, own, settings)
        far = tuple(
            f"{each.name} moved by {each.apart:.1f} of our own standard errors, though the draws are the same"
            for each in found
            if each.apart > MOST_ERRORS
        )
        told = "" if far else "the requests are the same ones: what differs is not the luck of the draw"
        return Agreement(drawn, found, own.height, far, told)
    return _by_luck(claimed, own, settings, more)


def _plain(claimed: pl.DataFrame, own: pl.DataFrame, settings: Settings) -> tuple[Compared, ...]:
    return tuple(_apart(each, claimed, own, settings) for each in _told(claimed, own))


def _told(claimed: pl.DataFrame, own: pl.DataFrame) -> tuple[Definition, ...]:
    """Return the rates that both sides have the counts of."""
    both = set(claimed.columns) & set(own.columns)
    return tuple(each for each in (*RATES, *QUANTITY_RATES) if {each.numerator, each.denominator} <= both)


def _apart(of: Definition, claimed: pl.DataFrame, own: pl.DataFrame, settings: Settings) -> Compared:
    """Return a rate of both sides and its distance in the rerun's own Monte Carlo standard errors."""
    theirs, mine = (make_of(of, *_counted(of, frame), settings) for frame in (claimed, own))
    floor = of.per * float(np.sqrt(max(mine.numerator, 1))) / max(mine.denominator, 1)
    error = mine.mcse or floor
    if theirs.value is None or mine.value is None:
        apart = 0.0 if theirs.value is mine.value else abs(theirs.numerator - mine.numerator) + MOST_ERRORS
    else:
        apart = abs(theirs.value - mine.value) / error
    return Compared(of.name, of.per, theirs.value, mine.value, error, apart)


def _counted(of: Definition, frame: pl.DataFrame) -> tuple[Floats, Floats]:
    above, below = (frame[name].cast(pl.Float64).to_numpy() for name in (of.numerator, of.denominator))
    return above, below


def _by_luck(claimed: pl.DataFrame, own: pl.DataFrame, settings: Settings, more: More | None) -> Agreement:
    """Return the comparison of independent draws."""
    looks = LOOKS if more is not None else 1
    for look in range(looks):
        found = tuple(
            _with_luck(_apart(each, claimed, own, settings), each, claimed, own)
            for each in _told(claimed, own)
        )
        headline = next(each for each in found if each.name == HEADLINE)
        single = _single(claimed, own)
        why = _beyond_luck(found, single, FAMILY / looks)
        near = own.height >= ENOUGH // 2 and (headline.luck or 0.0) > _PLAINLY_NEAR
        if why or near or more is None or look == looks - 1:
            break
        own = more(max(ENOUGH, TIMES * claimed.height))
    return Agreement("others", found, own.height, tuple(why), _weakness(claimed, own, FAMILY / looks))


def _beyond_luck(found: tuple[Compared, ...], single: float, level: float) -> list[str]:
    """Return what luck does not explain: the headline at half of `level`, the rest by Holm's steps."""
    tests = {each.name: each.luck or 0.0 for each in found}
    headline = tests.pop(HEADLINE)
    why = [f"{HEADLINE}: by luck {_odds(headline)}"] if headline < level / 2 else []
    tests[f"{HEADLINE} in one population"] = single
    for step, (name, luck) in enumerate(sorted(tests.items(), key=lambda pair: pair[1])):
        if luck >= level / 2 / (len(tests) - step):
            break
        why.append(f"{name}: by luck {_odds(luck)}")
    return why


def _with_luck(each: Compared, of: Definition, claimed: pl.DataFrame, own: pl.DataFrame) -> Compared:
    (a, b), (x, y) = _counted(of, claimed), _counted(of, own)
    luck = _luck(float(a.sum()), float(b.sum()), a.size, x, y)
    return Compared(each.name, each.per, each.claimed, each.own, each.error, each.apart, luck)


def _luck(events: float, trials: float, size: int, above: Floats, below: Floats) -> float:
    """Return how likely luck parts `size` populations this far from the own ones, the larger of two answers.

    events, trials: claimed, in all.  above, below: own, shape (populations,).
    """
    own_events, own_trials = float(above.sum()), float(below.sum())
    if trials == 0 or own_trials == 0:
        return 1.0 if trials == own_trials else _binomial(trials, size, own_trials, above.size)
    if above.size < 2:  # no spread is known: events may come in clusters of a household
        return _binomial(events / CLUSTER, trials, own_events / CLUSTER, own_trials)
    by_counts = _binomial(events, trials, own_events, own_trials)
    spread = _spread(above, below) * np.sqrt(1 / size + 1 / above.size)
    apart = abs(events / trials - own_events / own_trials) / spread
    return max(by_counts, float(2 * stats.t.sf(apart, above.size - 1)))


def _binomial(events: float, trials: float, own_events: float, own_trials: float) -> float:
    whole = int(events + own_events)
    if whole == 0:
        return 1.0
    return float(stats.binomtest(int(events), whole, trials / (trials + own_trials)).pvalue)


def _spread(above: Floats, below: Floats) -> float:
    """Return the standard deviation of a rate between populations, at least that of independent events."""
    value, mean = above.sum() / below.sum(), below.mean()
    between = np.square((above - value * below) / mean).sum() / (above.size - 1)
    return float(np.sqrt(max(between, (above.sum() + 1) / (below.sum() * mean))))


def _single(claimed: pl.DataFrame, own: pl.DataFrame) -> float:
    """Return how likely luck parts the furthest claimed population this far, over all of them together."""
    of = next(each for each in RATES if each.name == HEADLINE)
    (a, b), (x, y) = _counted(of, claimed), _counted(of, own)
    each = [_luck(events, trials, 1, x, y) for events, trials in zip(a.tolist(), b.tolist(), strict=True)]
    return min(1.0, len(each) * min(each, default=1.0))


def _weakness(claimed: pl.DataFrame, own: pl.DataFrame, level: float) -> str:
    """Say which difference of the headline could not be told from luck."""
    of = next(each for each in RATES if each.name == HEADLINE)
    x, y = _counted(of, own)
    few = f"{claimed.height} claimed and {own.height} own populations"
    if own.height < 2 or y.sum() == 0:
        return f"with {few} hardly anything can be told from luck"
    most = float(stats.t.isf(level / 4, own.height - 1)) * _spread(x, y)
    least = of.per * most * float(np.sqrt(1 / claimed.height + 1 / own.height))
    return f"with {few}, a {HEADLINE} up to {significant(least)} per {of.per:,} away is not told from luck"
