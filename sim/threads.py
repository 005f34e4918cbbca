"""Work spread over threads, its results taken as they come.

For work that leaves the interpreter (numpy, numba, polars). joblib's threads would do, but its caller looks
for results every hundredth of a second, which is a third of a small world's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def unordered(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    """Yield `work(item)` for all items, in the order in which they are ready.

    A single item, or a single worker, needs no thread. As many items are in work as there are workers, and
    no result waits for an earlier one: what is held at once stays bounded. An exception of `work` is raised
    here, after the items in work have ended.
    """
    if min(workers, len(items)) < 2:
        yield from map(work, items)
        return
    coming = iter(items)
    with ThreadPoolExecutor(workers) as pool:
        running: set[Future[Result]] = {pool.submit(work, item) for item in islice(coming, workers)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for ended in done:
                result = ended.result()
                running |= {pool.submit(work, item) for item in islice(coming, 1)}
                yield result
