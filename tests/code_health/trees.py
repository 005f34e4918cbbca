"""The package's source as syntax trees, and the files that are committed, for the tests about the code."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path from the root of the checkout, its dotted name, its tree."""

    path: str
    name: str
    package: str
    tree: ast.Module
    lines: int


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the package, and app.py."""
    paths = [*sorted((ROOT / "sim").rglob("*.py")), *ROOT.glob("app.py")]
    return tuple(map(_module, paths))


@cache
def committed() -> tuple[Path, ...]:
    """Return every file git would commit (tracked, or new and not ignored)."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def imports(module: Module, *, for_types: bool = True) -> Iterator[tuple[int, str]]:
    """Yield the line and full dotted name of everything a module imports, inside functions too.

    for_types: also what is imported under `if TYPE_CHECKING`, which no running program sees.
    """
    skipped = () if for_types else [n for n in ast.walk(module.tree) if _for_types_only(n)]
    hidden = {inner for node in skipped for inner in ast.walk(node)}
    for node in ast.walk(module.tree):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [base])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for an attribute chain, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and dotted(node.test).endswith("TYPE_CHECKING")


def _module(path: Path) -> Module:
    text = path.read_text("utf-8")
    parts = path.relative_to(ROOT).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    package = name if is_package else name.rpartition(".")[0]
    return Module(str(path.relative_to(ROOT)), name, package, ast.parse(text, str(path)), text.count("\n"))
