"""Every error and warning of the program comes out of a worker process as it went in."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import joblib
import pytest

import sim
from sim.errors import InputErrors, Mistake, SimulatorError

MISTAKES = (
    Mistake("a.toml", "requests.coverage", "is not in [0, 1] (share) (got 7)"),
    Mistake("--set", "seed", "is set twice"),
)


def kinds() -> list[type[BaseException]]:
    """Return every exception and warning that a module of the program defines."""
    found = set()
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if module.name.startswith("sim.dashboard.") or module.name.endswith("__main__"):
            continue  # pages run when they are imported, and define no error
        for each in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(each) and issubclass(each, BaseException) and each.__module__ == module.name:
                found.add(each)
    return sorted(found, key=lambda each: each.__qualname__)


def example(kind: type[BaseException]) -> BaseException:
    if issubclass(kind, KeyboardInterrupt):
        return kind(15)
    return kind(MISTAKES) if issubclass(kind, InputErrors) else kind("what went wrong", 7)


def same(one: BaseException, other: BaseException) -> bool:
    """Whether two errors say the same to a person and hold the same for a program."""
    return (type(one), str(one), one.args, vars(one)) == (type(other), str(other), other.args, vars(other))


def throw(error: BaseException) -> None:
    raise error


def test_the_walk_over_the_program_finds_its_errors_and_warnings() -> None:
    names = {each.__name__ for each in kinds()}
    assert {"InputErrors", "RefusedError", "StudyError", "WrongClassError", "ReportError"} <= names
    assert {"UnreachableRateWarning", "WrongClassWarning"} <= names


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_that_was_pickled_says_and_holds_the_same(kind: type[BaseException], protocol: int) -> None:
    before = example(kind)
    after = pickle.loads(pickle.dumps(before, protocol))
    assert same(before, after)
    assert same(before, pickle.loads(pickle.dumps(after, protocol)))


@pytest.mark.slow
def test_errors_raised_in_worker_processes_say_and_hold_the_same() -> None:
    sent = [example(kind) for kind in kinds()]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for error in sent:
            caught = pool.submit(throw, error).exception()
            assert caught is not None
            assert same(error, caught)
    for error in sent:
        with pytest.raises(type(error)) as raised:
            joblib.Parallel(n_jobs=2)(joblib.delayed(throw)(each) for each in (error, error))
        assert same(error, raised.value)


def test_mistakes_told_by_a_worker_are_lines_and_not_letters() -> None:
    told = pickle.loads(pickle.dumps(InputErrors(MISTAKES)))
    assert isinstance(told, SimulatorError)
    assert str(told).splitlines() == [str(each) for each in MISTAKES]
