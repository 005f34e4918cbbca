"""Linkage: which registry records a rule links to each request, decided by recordlinkage at every size."""

from .link import Linked, link
from .rules import RULES

__all__ = ["RULES", "Linked", "link"]
