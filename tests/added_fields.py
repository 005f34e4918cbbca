"""A world with two more fields, each added as one line of the table and what computes it; run as a script.

The lines are put into the sources as they are imported, before anything else looks at them. What is then
asked of the world is in `tests/test_fields.py`, which reads what this prints: one JSON object.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType

ADDED = {
    "sim.fields": (
        '    Field("number", "house number"',
        '    Field("licence", "driver licence", Form.DIGITS, pl.UInt32, WORD, private=True),\n'
        '    Field("licence_end", "end of the driver licence", Form.MADE, made_of=("licence",)),\n',
    ),
    "sim.population.chunk": (
        "    @cached_property\n    def file_address(self)",
        "    @property\n"
        "    def licence(self): return (10**8 + 7 * self.person % 800_000_000).astype(np.uint32)\n"
        "    @property\n    def file_licence(self): return self.licence\n",
    ),
    "sim.linkage.normalise": (
        '            "zip3": lambda',
        '            "licence_end": lambda: (have["licence"] % 100).astype(np.uint32),\n',
    ),
}
"""The line before which others are put in, and those, by module."""


class Added(SourceFileLoader):
    """Loads a module with its added lines."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code with the lines in their place."""
        before, lines = ADDED[fullname]
        source = Path(self.path).read_text(encoding="utf-8")
        assert source.count(before) == 1, before
        return compile(source.replace(before, lines + before), self.path, "exec")


class Finder(MetaPathFinder):
    """Finds the modules that have added lines."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        """Return how such a module is loaded."""
        spec = PathFinder.find_spec(fullname, path) if fullname in ADDED else None
        if spec is not None and spec.origin is not None:
            spec.loader = Added(fullname, spec.origin)
        return spec


if __name__ == "__main__":
    sys.meta_path.insert(0, Finder())
    warnings.simplefilter("error")
    print(json.dumps(import_module("tests.added_world").told(Path(sys.argv[1]))))
