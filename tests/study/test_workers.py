"""The same results from this process, local processes, and a cluster that loses a worker on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import InputErrors, LostError
from sim.study import cluster as cluster_backend
from sim.study import sweep
from sim.study.cluster import Checked, ClusterBackend
from sim.study.grid import load
from sim.study.sweep import Options
from sim.study.workers import Workers


def square(number: int, folder: str) -> int:
    """Leave a mark of who worked, and take long enough to be killed at it."""
    Path(folder, f"{number}-{os.getpid()}").write_text("", encoding="utf-8")
    time.sleep(0.1)
    return number * number


def test_results_come_in_the_order_of_the_tasks(tmp_path: Path) -> None:
    found = list(Workers().each((square, (k, str(tmp_path))) for k in range(5)))
    assert found == [0, 1, 4, 9, 16]


@pytest.mark.slow
def test_local_processes_give_the_same(tmp_path: Path) -> None:
    assert list(Workers(2).each((pow, (k, 2)) for k in range(20))) == [k * k for k in range(20)]


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    monkeypatch.setattr(cluster_backend, "CONNECT", 0.2)
    with pytest.raises(InputErrors, match=r"--cluster: no scheduler at tcp://127\.0\.0\.1:9"):
        list(Workers(cluster="tcp://127.0.0.1:9").each([(pow, (2, 2))]))


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputErrors, match='needs the extra "cluster"'):
        list(Workers(cluster="tcp://127.0.0.1:9").each([(pow, (2, 2))]))


def test_a_task_runs_only_on_the_program_that_sent_it() -> None:
    assert Checked(lambda: 7, lambda: "version 1", "version 1")() == 7
    assert Checked(lambda: 7, None, None)() == 7
    with pytest.raises(LostError, match="another version of the program"):
        Checked(lambda: 7, lambda: "version 2", "version 1")()


class Ended:
    """A future of a cluster that has ended, well or not."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def result(self) -> int:
        if self.error:
            raise self.error
        return 7

    def cancelled(self) -> bool:
        return isinstance(self.error, TimeoutError)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ModuleNotFoundError("No module named 'sim'"), LostError, "install this version on every worker"),
        (TimeoutError("scheduler-connection-lost"), LostError, "gave up a task: scheduler-connection-lost"),
        (ValueError("of the task itself"), ValueError, "of the task itself"),
    ],
)
def test_what_ended_a_task_is_raised_and_not_waited_for(
    error: Exception, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClusterBackend, "_fetched", lambda _, future: future.result())
    backend = ClusterBackend(None, "tcp://there:1", None)
    assert backend.retrieve_result_callback(Ended()) == 7
    with pytest.raises(kind, match=words):
        backend.retrieve_result_callback(Ended(error))


@pytest.mark.slow
def test_a_local_process_that_is_killed_ends_the_work_with_a_line() -> None:
    with pytest.raises(LostError, match="a worker process was killed, most likely because memory ran out"):
        list(Workers(2).each([(os.kill, (0, 0)), (_kill_self, ())]))


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """Start a scheduler and two workers on the loopback, each a process of its own."""
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "text": True}
    scheduler_options = [
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(file),
    ]
    started = [subprocess.Popen([*dask, "scheduler", *scheduler_options], **quiet)]  # type: ignore[call-overload]
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]
    here = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])}
    for _ in range(2):
        command = [*dask, "worker", "--scheduler-file", str(file), "--host", "127.0.0.1", *options]
        started.append(subprocess.Popen(command, env=here, **quiet))  # type: ignore[call-overload]
    try:
        for _ in range(600):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        yield json.loads(file.read_text(encoding="utf-8"))["address"], started
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # sockets of the worker that was killed
def test_a_cluster_that_loses_a_worker_midway_gives_every_result_in_order(
    cluster: tuple[str, list[subprocess.Popen[str]]],
) -> None:
    address, started = cluster

    def slowly(number: int) -> int:  # a function inside a function travels by value
        time.sleep(0.3)
        return number * number

    found = []
    for value in Workers(cluster=address).each((slowly, (k,)) for k in range(20)):
        found.append(value)
        if len(found) == 2:
            os.kill(started[1].pid, signal.SIGKILL)
    assert started[1].wait(10) == -signal.SIGKILL  # it was killed, and the work went on
    assert found == [k * k for k in range(20)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_that_loses_all_its_workers_is_given_up_and_what_came_is_kept(
    cluster: tuple[str, list[subprocess.Popen[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_backend, "PATIENCE", 3.0)
    address, started = cluster

    def slowly(number: int) -> int:
        time.sleep(0.3)
        return number

    found = []
    with pytest.raises(LostError, match=r"the cluster at tcp://127\.0\.0\.1:\d+ was lost: no worker is left"):
        for value in Workers(cluster=address).each((slowly, (k,)) for k in range(1_000)):
            found.append(value)
            for worker in started[1:]:
                worker.kill()
    assert 1 <= len(found) < 1_000


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_sweep_on_a_cluster_has_the_result_hash_of_one_here(
    cluster: tuple[str, list[subprocess.Popen[str]]], tmp_path: Path
) -> None:
    (tmp_path / "small.toml").write_text(
        'scenario = "aug2025-as-run"\n[set]\npopulation.size = 2000\nrequests.count = 60\nreplicates = 1\n'
        "requests.coverage = 0.9\nnoise.unit_missing.rate = 0.0\n[axes]\nseed = [1, 2, 3]\n",
        encoding="utf-8",
    )
    plan = load(tmp_path / "small.toml")
    far = sweep.run(plan, tmp_path / "far", Options(workers=Workers(cluster=cluster[0]), together=1))
    near = sweep.run(plan, tmp_path / "near", Options())
    assert far.table["error"].drop_nulls().to_list() == []
    assert (far.done, far.failed) == (3, 0)
    assert far.result_hash == near.result_hash
