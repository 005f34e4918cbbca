"""Results as figures: Altair charts, no Streamlit. One function a figure; each returns a `Figure`."""

from sim.charts.along import Point as LinePoint
from sim.charts.along import along
from sim.charts.doors import doors
from sim.charts.figure import Figure, Rows, Source
from sim.charts.flow import flow
from sim.charts.groups import group_name, group_place, groups, named_doors, pooled_note
from sim.charts.icons import icon_array
from sim.charts.scale import ADDRESSES_DISCLOSED, REQUESTS_SENT, scale
from sim.charts.size import SizePoint, by_size
from sim.charts.spread import replicates
from sim.charts.targets import FITTED, HELD_OUT, Target, targets
from sim.charts.theme import DARK, LIGHT, Theme
from sim.charts.tornado import tornado
from sim.charts.trade import threshold, trade_off
from sim.charts.waterfall import waterfall

__all__ = [
    "ADDRESSES_DISCLOSED",
    "DARK",
    "FITTED",
    "HELD_OUT",
    "LIGHT",
    "REQUESTS_SENT",
    "Figure",
    "LinePoint",
    "Rows",
    "SizePoint",
    "Source",
    "Target",
    "Theme",
    "along",
    "by_size",
    "doors",
    "flow",
    "group_name",
    "group_place",
    "groups",
    "icon_array",
    "named_doors",
    "pooled_note",
    "replicates",
    "scale",
    "targets",
    "threshold",
    "tornado",
    "trade_off",
    "waterfall",
]
