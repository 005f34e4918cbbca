"""Where the work is done: here, in local processes, or on a Dask cluster, with the same results.

Every task is a pure function of its arguments and results come back in the order of the tasks, so that
neither the number of workers nor the order in which they finish can move a number. All of it is joblib's
interface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import joblib

from sim.errors import InputErrors, Mistake

CONNECT = "10s"
"""How long a scheduler may take to answer."""

Result = TypeVar("Result")
Task = tuple[Callable[..., Result], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Workers:
    """How many workers, and where. count: local processes (1: this process). cluster: a Dask scheduler.

    Threads are no option: the tasks hold the interpreter's lock for much of their time.
    """

    count: int = 1
    cluster: str | None = None

    def each(self, tasks: Iterable[Task[Result]]) -> Iterator[Result]:
        """Yield the result of every (function, arguments) in order; functions must be importable by name."""
        if self.count == 1 and self.cluster is None:
            yield from (function(*arguments) for function, arguments in tasks)
            return
        with self._backend():
            parallel = joblib.Parallel(n_jobs=-1 if self.cluster else self.count, return_as="generator")
            yield from parallel(joblib.delayed(function)(*arguments) for function, arguments in tasks)

    @contextmanager
    def _backend(self) -> Iterator[None]:
        if self.cluster is None:
            # Each process would otherwise start as many threads as there are cores.
            with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
                yield
            return
        with _dask_client(self.cluster), joblib.parallel_config(backend="dask"):
            yield


@contextmanager
def _dask_client(address: str) -> Iterator[Any]:
    """Connect to a scheduler; raises InputErrors when Dask is not installed or does not answer."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, wanted only here
    except ImportError:
        problem = 'needs the extra "cluster" (pip install "linkage-error-simulator[cluster]")'
        raise InputErrors([Mistake("command line", "--cluster", problem)]) from None
    try:
        client = Client(address, timeout=CONNECT)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        problem = f"no scheduler at {address} ({error})"
        raise InputErrors([Mistake("command line", "--cluster", problem)]) from error
    with client:
        yield client
