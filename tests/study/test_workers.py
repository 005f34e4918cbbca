"""The same results from this process, local processes, and a cluster that loses a worker on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputErrors, LostError
from sim.linkage import link
from sim.linkage.link import link_elsewhere
from sim.noise import apply
from sim.population import Country
from sim.requests import draw
from sim.rng import Streams
from sim.scenario import Scenario
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


@pytest.mark.slow
def test_a_sweep_on_two_workers_gives_what_it_gives_on_one(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(
        'scenario = "aug2025-as-run"\n[set]\npopulation.size = 3000\nrequests.count = 200\nreplicates = 2\n'
        "requests.coverage = 0.5\nnoise.unit_missing.rate = 0.0\n"
        '[axes]\nlinkage.rule = ["irs_2025", "name_only"]\nrequests.tin_share = [0.2, 0.6]\n',
        encoding="utf-8",
    )
    plan = load(tmp_path / "small.toml")
    one = sweep.run(plan, tmp_path / "one", Options())
    two = sweep.run(plan, tmp_path / "two", Options(workers=Workers(2)))
    assert one.result_hash == two.result_hash
    assert one.table.equals(two.table)
    assert one.done == 4


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


@dataclass
class Cluster:
    """A scheduler and three workers on the loopback, each a process of its own; each test may lose some."""

    address: str
    workers: list[subprocess.Popen[str]]

    def alive(self) -> list[subprocess.Popen[str]]:
        return [worker for worker in self.workers if worker.poll() is None]

    def lose_one(self) -> None:
        lost = self.alive()[0]
        os.kill(lost.pid, signal.SIGKILL)
        assert lost.wait(10) == -signal.SIGKILL


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    place = tmp_path_factory.mktemp("cluster")
    file = place / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "text": True}
    network = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)]
    started = [subprocess.Popen([*dask, "scheduler", "--port", "0", *network], **quiet)]  # type: ignore[call-overload]
    options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(place)]
    here = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])}
    for _ in range(3):
        command = [*dask, "worker", *network, *options]
        started.append(subprocess.Popen(command, env=here, **quiet))  # type: ignore[call-overload]
    try:
        for _ in range(600):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        yield Cluster(json.loads(file.read_text(encoding="utf-8"))["address"], started[1:])
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # sockets of workers that were killed
def test_a_sweep_on_a_cluster_has_the_result_hash_of_one_here(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(
        'scenario = "aug2025-as-run"\n[set]\npopulation.size = 2000\nrequests.count = 60\nreplicates = 1\n'
        "requests.coverage = 0.9\nnoise.unit_missing.rate = 0.0\n[axes]\nseed = [1, 2, 3]\n",
        encoding="utf-8",
    )
    plan = load(tmp_path / "small.toml")
    far = sweep.run(plan, tmp_path / "far", Options(workers=Workers(cluster=cluster.address), together=1))
    near = sweep.run(plan, tmp_path / "near", Options())
    assert far.table["error"].drop_nulls().to_list() == []
    assert (far.done, far.failed) == (3, 0)
    assert far.result_hash == near.result_hash


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_that_loses_a_worker_midway_gives_the_same_links(cluster: Cluster) -> None:
    scenario = Scenario.of(
        {"population": {"size": 600_000}, "requests": {"count": 3000, "coverage": 0.5},
         "linkage": {"rule": "name_dob"}}
    )  # fmt: skip
    streams = Streams(1, 0)
    country = Country(scenario, streams)
    frame = apply(draw(country, scenario, streams), scenario, streams).frame
    lost: list[int] = []

    def lose_one(step: str, done: int, total: int, **info: Any) -> None:
        if 0 < done < total and not lost:
            cluster.lose_one()
            lost.append(done)

    each = Workers(cluster=cluster.address).each
    found = link_elsewhere(country, frame, scenario, each, lose_one, parts=3)
    assert lost
    alone = link(country, frame, scenario)
    assert alone.disclosures.height > 100
    assert found.disclosures.equals(alone.disclosures)
    assert found.tallies.equals(alone.tallies)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_that_loses_a_worker_midway_gives_every_result_in_order(cluster: Cluster) -> None:
    def slowly(number: int) -> int:  # a function inside a function travels by value
        time.sleep(0.3)
        return number * number

    found = []
    for value in Workers(cluster=cluster.address).each((slowly, (k,)) for k in range(20)):
        found.append(value)
        if len(found) == 2:
            cluster.lose_one()
    assert found == [k * k for k in range(20)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_that_loses_all_its_workers_is_given_up_and_what_came_is_kept(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_backend, "PATIENCE", 3.0)

    def slowly(number: int) -> int:
        time.sleep(0.3)
        return number

    found = []
    with pytest.raises(LostError, match=r"the cluster at tcp://127\.0\.0\.1:\d+ was lost: no worker is left"):
        for value in Workers(cluster=cluster.address).each((slowly, (k,)) for k in range(1_000)):
            found.append(value)
            for worker in cluster.alive():
                worker.kill()
    assert 1 <= len(found) < 1_000
