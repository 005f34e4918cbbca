"""Results as figures: Altair charts, no Streamlit. One function a figure; each returns a `Figure`."""

from sim.charts.arrays import doors, icon_array
from sim.charts.evidence import tornado, waterfall
from sim.charts.figure import Figure, Rows, Source
from sim.charts.flow import flow
from sim.charts.groups import group_name, groups
from sim.charts.spread import replicates
from sim.charts.targets import Target, targets
from sim.charts.theme import DARK, LIGHT, Theme
from sim.charts.trade import SizePoint, by_size, threshold, trade_off

__all__ = [
    "DARK",
    "LIGHT",
    "Figure",
    "Rows",
    "SizePoint",
    "Source",
    "Target",
    "Theme",
    "by_size",
    "doors",
    "flow",
    "group_name",
    "groups",
    "icon_array",
    "replicates",
    "targets",
    "threshold",
    "tornado",
    "trade_off",
    "waterfall",
]
