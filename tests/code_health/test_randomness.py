"""All chance comes from the named generators of sim/rng.py, so that a seed decides every draw."""

from __future__ import annotations

import ast

import pytest

from tests.code_health.trees import Module, dotted, imports, modules

# The type may be named anywhere; only rng.py makes one.
TYPES = {"np.random.Generator", "numpy.random.Generator"}


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.path)
def test_no_module_draws_outside_the_named_generators(module: Module) -> None:
    assert not [f"{module.path}:{line}: {name}" for line, name in imports(module) if _draws(module, name)]
    wrong = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if _draws(module, name) or (name == "hash" and not _in_dunder_hash(module, node)):
                wrong.append(f"{module.path}:{node.lineno}: {name}()")
    assert not wrong


def _draws(module: Module, name: str) -> bool:
    if module.path == "sim/rng.py":
        return False
    if name.endswith((".seed", ".seed_instance")) and module.path.startswith("sim/population/"):
        return name != "Faker.seed" and "random" in name  # Faker instances are seeded there, one by one
    root = name.partition(".")[0]
    return (
        root in {"random", "secrets"}
        or (name.startswith(("np.random.", "numpy.random.")) and name not in TYPES)
        or name in {"uuid.uuid4", "uuid.uuid1", "os.urandom", "Faker.seed"}
    )


def _in_dunder_hash(module: Module, call: ast.Call) -> bool:
    """The built-in hash of text differs from process to process; inside __hash__ it decides nothing."""
    return any(
        call in ast.walk(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__hash__"
    )


@pytest.mark.parametrize(
    "line", ["np.random.seed(1)", "np.random.default_rng()", "random.random()", "uuid.uuid4()", "hash('x')"]
)
def test_the_rule_sees_global_randomness(line: str) -> None:
    module = Module("sim/noise/example.py", "sim.noise.example", "sim.noise", ast.parse(line), 1)
    with pytest.raises(AssertionError):
        test_no_module_draws_outside_the_named_generators(module)
