"""Rows as columns: what pools of people gathered from many chunks have in common."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np


@dataclass(frozen=True, slots=True)
class Columns:
    """Base of a frozen dataclass whose fields are arrays of one length."""

    @classmethod
    def join(cls, parts: list[Self]) -> Self:
        """Join the rows of several parts, in the order given."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def take(self, rows: np.ndarray) -> Self:
        """Return the rows at `rows`."""
        return type(self)(*(getattr(self, f.name)[rows] for f in fields(self)))
