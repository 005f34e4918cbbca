"""A Dask cluster behind joblib's interface that ends with a reason where it cannot go on.

joblib's own backend for Dask hears of results only, so that its caller waits for ever after a task that
cannot be loaded on a worker, when all workers are gone or paused for want of memory, or when the scheduler
has stopped. It also sends parallel loops inside a task back to the cluster; here they stay threads of the
worker.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib.parallel import ParallelBackendBase

from sim.errors import InputErrors, LostError, Mistake

CONNECT = 10.0
"""Seconds that a scheduler has to answer."""

PATIENCE = 60.0
"""Seconds without a running worker, or without the scheduler, after which the work is given up."""

LOOK = 2.0
"""Seconds between two looks at the cluster."""

Same = Callable[[], str]
"""Says in words what computes: it must say the same on every worker as here."""


@contextmanager
def connected(address: str, same: Same | None = None) -> Iterator[ParallelBackendBase]:
    """Yield a backend for `joblib.parallel_config` that works on the cluster at `address`.

    Raises InputErrors when Dask is not installed, no scheduler answers, or no worker comes.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, wanted only here
    except ImportError:
        extra = 'needs the extra "cluster" (pip install "linkage-error-simulator[cluster]")'
        raise _not_here(extra) from None
    for told in ("client", "core", "utils"):  # a lost connection is told by us, in a line
        logging.getLogger(f"distributed.{told}").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TypeError, ValueError) as error:  # TypeError: TLS, and no certificate to show
        raise _not_here(f"no scheduler at {address} ({error})") from error
    try:
        yield ClusterBackend(client, address, same)
    finally:
        client.close(timeout=LOOK)  # type: ignore[no-untyped-call]


def _not_here(problem: str) -> InputErrors:
    return InputErrors([Mistake("command line", "--cluster", problem)])


class ClusterBackend(ParallelBackendBase):  # type: ignore[misc]
    """Tasks go to a Dask client; a task that fails there, or that nobody is left to do, raises here."""

    supports_retrieve_callback = True

    def __init__(self, client: Any, address: str, same: Same | None) -> None:
        super().__init__()
        self._client, self._address, self._same = client, address, same
        self._told = None if same is None else same()
        self._waiting: dict[Any, Callable[[object], None]] = {}
        self._over = threading.Event()

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Return the threads of all running workers, at least two; waits for the first of them."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise _not_here(f"the scheduler at {self._address} has no workers") from None
        return max(2, self._running())  # joblib would do a single one's work here, and its inner loops there

    def submit(self, func: Callable[[], object], callback: Callable[[object], None]) -> object:
        """Send a batch of tasks; `callback` hears of its end, whatever that is."""
        from distributed.protocol.pickle import dumps  # noqa: PLC0415 - as above

        task = Checked(func, self._same, self._told)

        def call(data: bytes) -> object:  # travels by value: the scheduler needs to know nothing of us
            import pickle  # noqa: PLC0415 - on the worker

            return pickle.loads(data)()

        data = dumps(task)  # type: ignore[no-untyped-call]
        future = self._client.submit(call, data, pure=False)
        self._waiting[future] = callback
        future.add_done_callback(self._done)
        return future

    def retrieve_result_callback(self, out: Any) -> Any:
        """Return the results of a batch; raises what a task raised, and LostError for what was not done."""
        if isinstance(out, LostError):
            raise out
        try:
            return self._fetched(out)
        except LostError:
            raise
        except ImportError as error:
            raise LostError(
                f"a worker of the cluster at {self._address} cannot load the program ({error}); "
                "install this version on every worker"
            ) from error
        except Exception as error:
            if type(error).__module__.startswith("distributed") or out.cancelled():
                raise LostError(f"the cluster at {self._address} gave up a task: {error}") from error
            raise

    def _fetched(self, future: Any) -> Any:
        """Fetch a result that is there, unless it went with its worker and nobody can make it again."""

        async def fetch() -> Any:
            return await future

        # Not `future.result(timeout=...)`: while it looks for a lost result it forgets its time-out.
        coming = asyncio.run_coroutine_threadsafe(fetch(), self._client.loop.asyncio_loop)
        since = time.monotonic()
        while True:
            try:
                return coming.result(LOOK)
            except TimeoutError:
                if coming.done():  # the task's own
                    raise
                trouble = self._trouble()
                since = since if trouble else time.monotonic()
                if time.monotonic() - since >= PATIENCE:
                    raise LostError(f"the cluster at {self._address} was lost: {trouble}") from None

    def start_call(self) -> None:
        """Begin to look after the cluster."""
        self._over.clear()
        threading.Thread(target=self._watch, name="cluster watch", daemon=True).start()

    def stop_call(self) -> None:
        """Stop looking."""
        self._over.set()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Take back what has not been done."""
        self._over.set()
        left, self._waiting = list(self._waiting), {}
        if self._client.status == "running":
            self._client.cancel(left, asynchronous=False, reason="the work was ended")

    def _done(self, future: Any) -> None:
        callback = self._waiting.pop(future, None)
        if callback is not None:
            callback(future)

    def _watch(self) -> None:
        since = None
        while not self._over.wait(LOOK):
            trouble = self._trouble()
            since = (since or time.monotonic()) if trouble else None
            if since is not None and time.monotonic() - since >= PATIENCE:
                lost = LostError(f"the cluster at {self._address} was lost: {trouble}")
                for future in list(self._waiting):
                    if callback := self._waiting.pop(future, None):
                        callback(lost)
                return

    def _trouble(self) -> str:
        if self._client.status != "running":
            return "its scheduler has stopped"
        try:
            return "" if self._running() else "no worker is left, or all are out of memory and paused"
        except (OSError, TimeoutError, ValueError):
            return "its scheduler does not answer"

    def _running(self) -> int:
        """Return the threads of workers that take tasks; paused ones do not."""
        threads = self._client.sync(self._client.scheduler.ncores_running, callback_timeout=CONNECT)
        return sum(threads.values())


class Checked:
    """A batch of tasks that first makes sure it runs on the program it was sent by."""

    def __init__(self, func: Callable[[], object], same: Same | None, told: str | None) -> None:
        self._func, self._same, self._told = func, same, told

    def __call__(self) -> object:
        """Do the tasks; raises LostError on a worker that says other words than the sender."""
        if self._same is not None and self._same() != self._told:
            raise LostError("a worker of the cluster runs another version of the program or of its libraries")
        return self._func()
