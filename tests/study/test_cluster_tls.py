"""A Dask cluster that asks for certificates: the same result as without, and a line where they are wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sim.cli import call
from sim.study import cluster as cluster_backend

dask = pytest.importorskip("dask", reason="the extra [cluster] is not installed")
pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by openssl"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # sockets of a scheduler that hung up
]

SWEEP = """scenario = "aug2025-as-run"
[set]
population.size = 2000
requests.count = 60
replicates = 1
requests.coverage = 0.9
noise.unit_missing.rate = 0.0
[axes]
seed = [1, 2]
"""


def certificate(place: Path, name: str) -> dict[str, str]:
    """Make a certificate that is its own authority; return Dask's configuration of it, as variables."""
    certified, key = place / f"{name}.pem", place / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certified)],
        check=True, capture_output=True,
    )  # fmt: skip
    found = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(certified)}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        found[f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT"] = str(certified)
        found[f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY"] = str(key)
    return found


@contextmanager
def configured(variables: dict[str, str]) -> Iterator[None]:
    """Let Dask in this process read these variables, as a command does that is started with them."""
    keys = {name.removeprefix("DASK_").lower().replace("__", "."): path for name, path in variables.items()}
    with dask.config.set(keys):
        yield


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    place = tmp_path_factory.mktemp("certificates")
    return {name: certificate(place, name) for name in ("ours", "stranger")}


@pytest.fixture(scope="module")
def address(
    certificates: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Yield the address of a scheduler with one worker that speak TLS only, on the loopback."""
    place = tmp_path_factory.mktemp("cluster")
    file = place / "scheduler.json"
    command = [sys.executable, "-m", "dask"]
    network = ["--host", "127.0.0.1", "--protocol", "tls", "--no-dashboard", "--scheduler-file", str(file)]
    here = {**os.environ, **certificates["ours"], "PYTHONPATH": str(Path.cwd())}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": here}
    started = [subprocess.Popen([*command, "scheduler", "--port", "0", *network], **quiet)]
    options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(place)]
    started.append(subprocess.Popen([*command, "worker", *network, *options], **quiet))
    try:
        until = time.monotonic() + 120
        while not (file.exists() and file.stat().st_size):
            assert started[0].poll() is None and time.monotonic() < until
            time.sleep(0.1)
        yield json.loads(file.read_text(encoding="utf-8"))["address"]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@pytest.fixture
def sweep(tmp_path: Path) -> str:
    (tmp_path / "two.toml").write_text(SWEEP, encoding="utf-8")
    return str(tmp_path / "two.toml")


def test_a_sweep_over_tls_has_the_bytes_of_one_made_here(
    address: str, certificates: dict[str, dict[str, str]], sweep: str, tmp_path: Path
) -> None:
    assert address.startswith("tls://127.0.0.1:")
    with configured(certificates["ours"]):
        far = call(["sweep", sweep, "--out", str(tmp_path / "far"), "--cluster", address, "--quiet"])
    assert (far, call(["sweep", sweep, "--out", str(tmp_path / "near"), "--quiet"])) == (0, 0)
    made = {side: (tmp_path / side / "two" / "sweep.csv").read_bytes() for side in ("far", "near")}
    assert made["far"] == made["near"]


@pytest.mark.parametrize("case", ["stranger", "none", "tcp", "no file"])
def test_a_wrong_certificate_or_none_is_told_in_a_line_and_nothing_is_written(
    case: str,
    address: str,
    certificates: dict[str, dict[str, str]],
    sweep: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cluster_backend, "CONNECT", 3.0)
    given = {
        "stranger": certificates["stranger"],
        "none": {},
        "tcp": certificates["ours"],
        "no file": {name: str(tmp_path / "missing.pem") for name in certificates["ours"]},
    }[case]
    there = address.replace("tls://", "tcp://") if case == "tcp" else address
    with configured(given):
        code = call(["sweep", sweep, "--out", str(tmp_path / "far"), "--cluster", there, "--quiet"])
    out, errors = capfd.readouterr()
    assert (code, out) == (2, "")
    (line,) = errors.splitlines()
    assert line.startswith(f"command line: --cluster: no scheduler at {there} (")
    assert not (tmp_path / "far" / "two" / "sweep.csv").exists()
