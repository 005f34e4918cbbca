"""Where the work is done: here, in local processes, or on a Dask cluster, with the same results.

Every task is a pure function of its arguments and results come back in the order of the tasks, so that
neither the number of workers nor the order in which they finish can move a number. All of it is joblib's
interface.
"""

from __future__ import annotations

import contextlib
import os
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker as python_tracker
from typing import Any, TypeVar

import joblib
from joblib.externals.loky import reusable_executor
from joblib.externals.loky.backend import resource_tracker
from joblib.externals.loky.process_executor import TerminatedWorkerError

from sim.ending import attend, interrupts_held
from sim.errors import LostError
from sim.study.cluster import Same, connected

Result = TypeVar("Result")
Task = tuple[Callable[..., Result], tuple[Any, ...]]


def end() -> None:
    """Kill the local worker processes, whatever they do: nobody waits for it any more."""
    pool = reusable_executor._executor
    for process in list(getattr(pool, "_processes", None) or ()):
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGKILL)


def _start_trackers() -> None:
    """Start what clears up after a killed process, loky's so that it does so without telling.

    Both before `interrupts_held`: to start Python's own one lets interrupts in again.
    """
    if os.name == "posix":
        python_tracker.ensure_running()
    named = "PYTHONWARNINGS"
    before = os.environ.get(named)
    os.environ[named] = "ignore:resource_tracker:UserWarning"
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ[named]
        else:
            os.environ[named] = before


@dataclass(frozen=True, slots=True)
class Workers:
    """How many workers, and where. count: local processes (1: this process). cluster: a Dask scheduler.

    same: says what computes, asked here and on every worker of a cluster, which must agree.
    Threads are no option: the tasks hold the interpreter's lock for much of their time.
    """

    count: int = 1
    cluster: str | None = None
    same: Same | None = None

    def each(self, tasks: Iterable[Task[Result]]) -> Iterator[Result]:
        """Yield the result of every (function, arguments) in order; functions must be importable by name.

        Raises LostError where the workers are gone before the end.
        """
        if self.count == 1 and self.cluster is None:
            yield from (function(*arguments) for function, arguments in tasks)
            return
        with self._backend():
            parallel = joblib.Parallel(n_jobs=-1 if self.cluster else self.count, return_as="generator")
            try:
                with interrupts_held():
                    coming = parallel(joblib.delayed(function)(*arguments) for function, arguments in tasks)
                yield from coming
            except TerminatedWorkerError:
                raise LostError(
                    "a worker process was killed, most likely because memory ran out; use fewer --workers"
                ) from None
            except KeyboardInterrupt:
                end()
                raise

    @contextmanager
    def _backend(self) -> Iterator[None]:
        if self.cluster is None:
            # Each process would otherwise start as many threads as there are cores.
            # A worker that has grown is replaced by loky, which says so in a thread that must not raise.
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given", UserWarning)
            _start_trackers()
            # Not with the first task: a worker that waits for one would wait on when all others are gone.
            first = {"initializer": attend, "initargs": (os.getpid(),)}
            with joblib.parallel_config(backend="loky", inner_max_num_threads=1, **first):
                yield
            return
        with connected(self.cluster, self.same) as backend, joblib.parallel_config(backend=backend):
            yield
