"""Whatever ends a command: one line, the right exit code, no process and no half-written file left behind."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import ending
from sim.ending import Ended, told

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are found in /proc"
)

SMALL = ["--set", "population.size=20_000", "--set", "requests.count=300", "--set",
         "noise.unit_missing.rate=0"]  # fmt: skip
MARK = "TEST_OF_ENDING"


class Started:
    """A command in a session of its own, whose processes are known by a mark in their environment."""

    def __init__(self, *arguments: str, code: str = "") -> None:
        self.mark = f"{MARK}={uuid.uuid4()}"
        # A suite begun under nohup ignores SIGHUP, and so would what it starts.
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.process = subprocess.Popen(
            [sys.executable, *(("-c", code) if code else ("-m", "sim")), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, MARK: self.mark.partition("=")[2]}, text=True, start_new_session=True,
        )  # fmt: skip
        signal.signal(signal.SIGHUP, before)

    def processes(self) -> set[int]:
        """Return all processes that carry the mark and are not ended."""
        found = set()
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                state = (place / "stat").read_text().rpartition(")")[2].split()[0]
                if self.mark.encode() in (place / "environ").read_bytes() and state != "Z":
                    found.add(int(place.name))
        return found

    def gone_after(self) -> float:
        """Return the seconds until no process is left, at most ten."""
        began = time.monotonic()
        while self.processes() and time.monotonic() - began < 10:
            time.sleep(0.05)
        return time.monotonic() - began


@pytest.fixture
def start() -> Iterator[type[Started]]:
    """Start commands whose processes are killed at the end of the test, whatever happens in it."""
    started: list[Started] = []

    class Kept(Started):
        def __init__(self, *arguments: str, code: str = "") -> None:
            super().__init__(*arguments, code=code)
            started.append(self)

    yield Kept
    for each in started:
        for process in each.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        each.process.communicate()


def wait_for(folder: Path, pattern: str, count: int = 1) -> None:
    until = time.monotonic() + 120
    while len(list(folder.glob(pattern))) < count:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "workers", "code"),
    [(signal.SIGTERM, "2", 143), (signal.SIGHUP, "1", 129), (signal.SIGKILL, "2", -9)],
)
def test_a_run_that_is_ended_leaves_its_parts_and_no_process(
    tmp_path: Path, start: type[Started], number: int, workers: str, code: int
) -> None:
    out = tmp_path / "runs"
    run = start("run", *SMALL, "--replicates", "400", "--workers", workers, "--out", str(out), "--quiet")
    wait_for(out, ".unfinished/*.world", 2)
    run.process.send_signal(number)
    assert run.gone_after() < 5
    printed, errors = run.process.communicate()
    assert (run.process.returncode, printed) == (code, "")
    kept = len(list((out / ".unfinished").glob("*.world")))
    place = out / ".unfinished"
    if number == signal.SIGKILL:
        assert errors == ""
    else:
        assert errors.splitlines() == [
            f"{kept} finished parts are kept in {place}; the same command goes on from there",
            told(Ended(number))[0],
        ]
        assert [path.name for path in out.iterdir()] == [".unfinished"]
    assert kept >= 2


@pytest.mark.slow
def test_a_sweep_that_is_ended_keeps_the_populations_of_cells_that_are_not_whole(
    tmp_path: Path, start: type[Started]
) -> None:
    sweep = tmp_path / "small.toml"
    sweep.write_text(
        'scenario = "aug2025-as-run"\n[set]\npopulation.size = 20000\nrequests.count = 300\nreplicates = 60\n'
        "noise.unit_missing.rate = 0\n[axes]\nrequests.tin_share = [0.2, 0.6]\n"
    )
    out = tmp_path / "sweeps"
    run = start("sweep", str(sweep), "--out", str(out), "--quiet")
    wait_for(out, "small/.unfinished/*.json", 4)
    run.process.send_signal(signal.SIGTERM)
    assert run.gone_after() < 5
    _, errors = run.process.communicate()
    kept = len(list((out / "small" / ".unfinished").glob("*.json")))
    assert run.process.returncode == 143
    assert errors.splitlines() == [
        f"0 of 2 cells and {kept} populations of others are kept in {out / 'small'}; "
        "the same command goes on from there",
        "ended by SIGTERM",
    ]
    assert kept >= 4 and not list((out / "small").rglob(".tmp-*"))


STARTING = """
import sys, time, warnings
warnings.simplefilter("ignore")
from sim import ending
ending.listen(print)
from sim.study.workers import Workers
try:
    list(Workers(2).each([(time.sleep, (60,))]))
except KeyboardInterrupt:
    sys.stderr.write("interrupted")
"""


@pytest.mark.slow
def test_workers_that_are_starting_or_idle_when_the_main_process_is_killed_end_too(
    start: type[Started],
) -> None:
    chance = random.Random(14)
    for kill in range(8):
        work = start(code=STARTING)
        wanted = 2 + kill % 4  # the main process, two that clear up, and two workers
        while len(work.processes()) < wanted:
            time.sleep(0.01)
        time.sleep(chance.random() * (1.0 if kill % 2 else 0.1))
        work.process.kill()
        assert work.gone_after() < 5


@pytest.mark.slow
def test_ctrl_c_while_workers_start_is_told_by_the_main_process_alone(start: type[Started]) -> None:
    for pause in (0.0, 0.1, 0.3):
        work = start(code=STARTING)
        while len(work.processes()) < 5:
            time.sleep(0.005)
        time.sleep(pause)
        os.killpg(work.process.pid, signal.SIGINT)
        assert work.gone_after() < 5
        assert work.process.communicate() == ("", "interrupted")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_ended_while_it_loads_says_so_in_a_line(start: type[Started], number: int) -> None:
    command = start("scenarios")
    threads = Path(f"/proc/{command.process.pid}/status")
    while "Threads:\t1\n" in threads.read_text():  # the second one waits for signals
        time.sleep(0.001)
    command.process.send_signal(number)
    words, code = told(Ended(number))
    assert command.process.communicate() == ("", f"{words}\n")
    assert command.process.returncode == code


def shell(line: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which $RUN is a small run into ./runs."""
    run = f"'{sys.executable}' -m sim run {' '.join(SMALL)} --replicates 1 --out runs"
    return subprocess.run(
        ["bash", "-c", line.replace("$RUN", run)], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        | {"PYTHONPATH": str(Path(ending.__file__).parents[1])},
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$RUN 2>&1 | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}", 0),
        ("$RUN <&- >&- 2>&-", 0),
        ("$RUN --quiet >/dev/full", 1),
    ],
)
def test_a_run_whose_output_nobody_takes_is_finished_and_written(
    tmp_path: Path, line: str, code: int
) -> None:
    done = shell(line, tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == ("output: cannot be written: No space left on device\n" if code else "")
    (folder,) = (tmp_path / "runs").iterdir()
    assert json.loads((folder / "manifest.json").read_text())["run_id"] == folder.name
    assert (folder / "report.html").read_text().endswith("</html>\n")


def test_each_signal_has_its_line_and_code() -> None:
    assert told(KeyboardInterrupt()) == ("interrupted", 130)
    assert told(Ended(signal.SIGTERM)) == ("ended by SIGTERM", 143)
    assert told(Ended(signal.SIGHUP)) == ("ended by SIGHUP: the terminal was closed", 129)


STUCK = """
import sys, time
from sim import ending
ending.GRACE = 0.3
ending.listen(lambda line: print(line, flush=True))
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    while True:
        time.sleep(60)
"""


def test_a_process_that_does_not_come_to_its_end_is_ended_and_one_that_ignores_a_signal_is_not() -> None:
    with subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True) as stuck:
        assert stuck.stdout is not None and stuck.stdout.readline() == "ready\n"
        stuck.terminate()
        assert stuck.wait(20) == 143
        assert stuck.stdout.read() == "ended by SIGTERM\n"
    ignoring = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{STUCK}"
    with subprocess.Popen([sys.executable, "-c", ignoring], stdout=subprocess.PIPE, text=True) as nohup:
        assert nohup.stdout is not None and nohup.stdout.readline() == "ready\n"
        nohup.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        nohup.terminate()
        assert nohup.wait(20) == 143


CHILD = """
import os, subprocess, sys
code = '''import time
from sim import ending
ending.with_parent_named()
print(1, flush=True)
time.sleep(60)'''
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True,
                         env={**os.environ, "LINKAGE_ERROR_SIMULATOR_PARENT": str(os.getpid())})
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_a_job_in_a_session_of_its_own_ends_with_the_process_that_started_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = Path("/proc") / parent.stdout.readline().strip()
        assert child.exists()
        parent.kill()
        parent.wait()
        until = time.monotonic() + 5
        while child.exists() and (child / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < until
            time.sleep(0.05)
