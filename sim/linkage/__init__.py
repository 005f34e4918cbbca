"""Linkage: which registry records a rule links to each request, decided by recordlinkage at every size."""

from .frames import FrameLinks, link_frames
from .link import Linked, link
from .train import Design

__all__ = ["Design", "FrameLinks", "Linked", "link", "link_frames"]
