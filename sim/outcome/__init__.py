"""What became of each request, and the rates made of it."""

from sim.outcome.counts import COUNTS, count, count_by
from sim.outcome.groups import GroupRate, group_rates
from sim.outcome.judge import GROUPS, Verdict, verdict
from sim.outcome.rates import RATES, Rate, Settings, rates
from sim.outcome.words import CAUSES, OUTCOMES, PLAIN

__all__ = [
    "CAUSES", "COUNTS", "GROUPS", "OUTCOMES", "PLAIN", "RATES",
    "GroupRate", "Rate", "Settings", "Verdict", "count", "count_by", "group_rates", "rates", "verdict",
]  # fmt: skip
