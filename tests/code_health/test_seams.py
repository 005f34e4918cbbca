"""One pipeline, and a typed seam between registry and linkage."""

from __future__ import annotations

import ast

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


def test_what_linkage_asks_of_a_registry_has_a_type() -> None:
    linkage = [module for module in modules() if module.name.startswith("sim.linkage")]
    assert not [line for module in linkage for line in untyped(module)]


def test_the_rule_sees_an_untyped_registry() -> None:
    tree = ast.parse("def search(country: Any): return hasattr(country, 'zip')")
    assert len(untyped(Module("sim/linkage/x.py", "sim.linkage.x", "sim.linkage", tree, 1))) == 2


def untyped(module: Module) -> list[str]:
    """Return the arguments named like a part of the seam that are `Any`, and questions what one can do."""
    arguments = [node for node in ast.walk(module.tree) if isinstance(node, ast.arg) and node.arg in SEAM]
    loose = [each for each in arguments if each.annotation and "Any" in ast.unparse(each.annotation)]
    asks = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "hasattr" and ast.unparse(node.args[0]) in SEAM
    ]
    return [f"{module.path}:{node.lineno}" for node in (*loose, *asks)]
