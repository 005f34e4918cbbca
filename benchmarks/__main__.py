"""Run benchmarks by name, or list them: `python -m benchmarks [NAME ...]`.

Each measures one thing and writes what it found into `benchmarks/results/`; its docstring says what it needs.
"""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run the named benchmarks one after another; without a name, say which there are."""
    known = {path.stem: path for path in sorted(HERE.glob("[a-z]*.py"))}
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if not names:
        width = max(map(len, known))
        for name, path in known.items():
            print(f"{name:<{width}}  {_first_line(path)}")
    for name in names:
        sys.argv = [str(known[name])]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")
    return 0


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
