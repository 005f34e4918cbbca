"""One spelling for a value, so that equal values have equal hashes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Return `value` as JSON with sorted keys, no spaces, UTF-8, and 0.0 for -0.0.

    Raises ValueError for NaN and infinities, which JSON does not have.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def readable_json(value: Any) -> str:
    """Return `value` as indented JSON for files a person opens; ends with a line feed."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (str, bytes, bool)) or value is None:
        return value
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isnan(value):
        return value + 0.0  # -0.0 + 0.0 is 0.0, and only -0.0 is changed
    return value
