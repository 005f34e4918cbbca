"""Work spread over threads: every result once, few at work at a time, a failure told."""

from __future__ import annotations

import threading
import time

import pytest

from sim.threads import unordered


def test_every_item_is_done_once_and_no_more_are_at_work_than_there_are_workers() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.002)
        with lock:
            now -= 1
        return item * item

    assert sorted(unordered(work, range(40), 3)) == [k * k for k in range(40)]
    assert 2 <= most <= 3


def test_a_quick_result_does_not_wait_for_an_earlier_slow_one() -> None:
    quick_was_taken = threading.Event()

    def work(item: str) -> str:
        if item == "slow":
            assert quick_was_taken.wait(20)
        return item

    taken = []
    for item in unordered(work, ["slow", "quick"], 2):
        taken.append(item)
        quick_was_taken.set()
    assert taken == ["quick", "slow"]


@pytest.mark.parametrize(("items", "workers"), [(["one"], 4), (["one", "two"], 1), ([], 2)])
def test_one_item_or_one_worker_is_worked_on_by_the_caller(items: list[str], workers: int) -> None:
    here = threading.current_thread()
    assert list(unordered(lambda _: threading.current_thread(), items, workers)) == [here] * len(items)


def test_a_failure_is_raised_where_the_results_are_taken_and_no_more_is_begun() -> None:
    begun = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 1:
            raise ValueError("the second fails")
        return item

    with pytest.raises(ValueError, match="the second fails"):
        list(unordered(work, range(1_000), 2))
    assert len(begun) < 1_000
