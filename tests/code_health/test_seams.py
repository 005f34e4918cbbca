"""One pipeline, and a typed seam between registry and linkage."""

from __future__ import annotations

import ast

import pytest

from tests.code_health.trees import Module, dotted, imports, modules

STEPS = {"sim.noise.apply", "sim.outcome.verdict", "sim.requests.draw"}
PIPELINE = "sim/replicate.py"
LEARNING = "sim/linkage/probabilistic.py"  # makes itself a list to learn from
STORED = "sim/kept/session.py"  # draws the list from what it keeps, for the pipeline
SEAM = ("country", "registry", "chunk", "chunks", "addresses", "names")


def test_list_errors_and_verdict_follow_each_other_in_one_place_only() -> None:
    users = {
        (module.path, name)
        for module in modules()
        for _, name in imports(module)
        if name in STEPS and not module.path.endswith("__init__.py")
    }
    assert {(PIPELINE, name) for name in STEPS} <= users
    others = {user for user in users if user[0] != PIPELINE}
    learning = {(LEARNING, "sim.noise.apply"), (LEARNING, "sim.requests.draw")}
    assert others == learning | {(STORED, "sim.requests.draw")}


ROOMS = ("linkage", "kept", "outcome", "registry", "replicate")
"""Rooms that ask something of a registry."""


def test_what_is_asked_of_a_registry_has_a_type() -> None:
    found = [
        module for module in modules() if module.name.split(".")[1:2] and module.name.split(".")[1] in ROOMS
    ]
    assert {module.name.split(".")[1] for module in found} == set(ROOMS)
    found += [module for module in modules() if module.name == "sim.requests.offers"]
    assert not [line for module in found for line in untyped(module)]


def test_a_protocol_of_the_seam_takes_and_gives_nothing_without_a_type() -> None:
    (registry,) = (module for module in modules() if module.name == "sim.registry")
    notes = [
        note
        for node in ast.walk(registry.tree)
        if isinstance(node, ast.FunctionDef)
        for note in (node.returns, *(each.annotation for each in [*node.args.posonlyargs, *node.args.args]))
    ]
    assert len(notes) > 20
    assert not [ast.unparse(note) for note in notes if note is not None and _bare(note)]


@pytest.mark.parametrize(
    "source",
    [
        "def search(country: Any): pass",
        "def search(): return hasattr(country, 'zip')",
        "def search(): return hasattr(self.chunk, 'zip')",
        "class Offer:\n    chunk: Any",
        "class Offer:\n    def chunk(self) -> Any: pass",
        "def search(chunks: Sequence[Any]): pass",
    ],
)
def test_the_rule_sees_an_untyped_registry(source: str) -> None:
    assert len(untyped(Module("sim/linkage/x.py", "sim.linkage.x", "sim.linkage", ast.parse(source), 1))) == 1


def test_the_rule_leaves_types_alone() -> None:
    source = "def of(chunk: RecordChunk, names: NDArray[Any]) -> Any: return hasattr(frame, 'iloc')"
    assert not untyped(Module("sim/linkage/x.py", "sim.linkage.x", "sim.linkage", ast.parse(source), 1))


def untyped(module: Module) -> list[str]:
    """Return what is named like a part of the seam and is `Any`, and questions what such a part can do."""
    notes: list[tuple[int, ast.expr | None]] = []
    for node in ast.walk(module.tree):
        match node:
            case ast.arg(arg=name, annotation=note) | ast.FunctionDef(name=name, returns=note):
                pass
            case ast.AnnAssign(target=target, annotation=note):
                name = dotted(target).rpartition(".")[2]
            case _:
                continue
        if name in SEAM:
            notes.append((node.lineno, note))
    loose = [line for line, note in notes if note is not None and _bare(note)]
    asks = [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func) == "hasattr"
        and dotted(node.args[0]).rpartition(".")[2] in SEAM
    ]
    return [f"{module.path}:{line}" for line in (*loose, *asks)]


def _bare(note: ast.expr) -> bool:
    """Whether a type is Any or made of it, but for the type of an array's numbers."""
    if isinstance(note, ast.Subscript) and dotted(note.value) == "NDArray":
        return False
    if isinstance(note, ast.Name):
        return note.id == "Any"
    return any(_bare(each) for each in ast.iter_child_nodes(note) if isinstance(each, ast.expr))
