"""Read 21,000 damaged and forged files of every format: each is read, or refused in lines, and nothing else.

Bits are flipped, files cut, bytes doubled and moved; values get wrong types, huge counts, deep nesting, names
of files elsewhere; tables claim sizes that they do not have; hashes are made right again where a format has
any. Each input is read in a worker process that may work 10 s and take 1 GB more than it holds; a traceback,
a panic, a signal or a line that names no file is a failure. Takes about an hour; writes
benchmarks/results/fuzz_files.md. `python -m benchmarks.fuzz_files NUMBER MINUTES` reads so many, as far as it
comes in so many minutes.
"""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, TypeGuard

import numpy as np

from benchmarks._formats import hashed_anew, prepare, readers
from sim import whole_files
from sim.errors import Mistake, SimulatorError
from tests.record.mutations import changed_how

OUT = Path(__file__).parent / "results" / "fuzz_files.md"
INPUTS, SECONDS, BYTES, WAITED = 21_000, 10, 1 << 30, 180
"""Inputs; seconds of work and bytes that one may take; seconds by the clock, on a machine that is busy."""

PARTS = 2
"""Workers at a time."""

TRACEBACK, SLOW, MEMORY = "traceback or signal", f"over {SECONDS} s", "over 1 GB"
FAILURES = (TRACEBACK, SLOW, MEMORY)
WORDS = ("read", "refused", *FAILURES)

PAGE, RARE = "report.html", 200
"""A report is made again to be read, which takes a second: one input in so many."""


def work(samples: Path, first: int, last: int) -> None:
    """Read inputs first .. last - 1 and print what came of each, a line before and a line after."""

    warnings.simplefilter("ignore")
    formats = list(readers().items())
    page = next(each for each in formats if each[0] == PAGE)
    formats.remove(page)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "samples"
        shutil.copytree(samples, place)
        for _, (file, reader) in (*formats, page):  # what reads for the first time loads and compiles
            try:
                reader(place / file)
            except SimulatorError as error:
                print(json.dumps({"sample": file, "error": str(error)[:300]}), flush=True)
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + BYTES, held + BYTES))
        for number in range(first, last):
            kind, (file, reader) = page if number % RARE == 0 else formats[number % len(formats)]
            path, luck = place / file, np.random.default_rng([14, number])
            before, manifest = path.read_bytes(), (path.parent / "manifest.json")
            beside = manifest.read_bytes() if manifest.exists() else b""
            how, made = changed_how(file, before, luck)
            _put(path, made)
            hashed_anew(path)
            print(json.dumps({"number": number, "kind": kind, "how": how}), flush=True)
            began = time.process_time()
            word, lines = _tried(reader, path)
            took = time.process_time() - began
            kept = base64_of(made) if word in FAILURES else ""
            told = {"number": number, "word": word, "lines": lines[:3], "data": kept, "seconds": took}
            print(json.dumps(told), flush=True)
            _put(path, before)
            if beside:
                manifest.write_bytes(beside)


def _tried(reader: Callable[[Path], object], path: Path) -> tuple[str, list[str]]:
    """Return what came of reading a file, and the lines it was refused with."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(WAITED)
    try:
        found = reader(path)
        lines = [str(each) for each in found] if _told(found) else []
    except SimulatorError as error:
        lines = [str(each) for each in getattr(error, "mistakes", (error,))]
    except MemoryError:
        return MEMORY, [traceback.format_exc()[-1_500:]]
    except BaseException:
        return TRACEBACK, [traceback.format_exc()[-1_500:]]
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
    if any(": " not in line or "\n" in line for line in lines):
        return TRACEBACK, lines
    if any("needs more memory than there is" in line for line in lines):
        return MEMORY, lines
    return ("refused" if lines else "read"), lines


def _put(path: Path, data: bytes) -> None:
    """Write a file in another's place: the other may still be mapped into memory."""
    path.unlink()
    path.write_bytes(data)


def _told(found: object) -> TypeGuard[list[Mistake]]:
    """Whether what came of reading is a list of mistakes."""
    return isinstance(found, list) and all(isinstance(each, Mistake) for each in found)


def base64_of(data: bytes) -> str:
    """Return some of an input for the record."""
    return data[:2_000].hex()


@dataclass
class Done:
    """What came of inputs. found: how many by format, change and word.  slowest: seconds, and the format."""

    found: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    def add(self, at: dict[str, Any], told: dict[str, Any]) -> None:
        """Count an input; tell of a failure."""
        self.found[at["kind"], at["how"], told["word"]] += 1
        self.slowest = max(self.slowest, (told.get("seconds", 0.0), at["kind"]))
        if told["word"] in FAILURES:
            self.failures.append(at | told)
            print(at["number"], at["kind"], at["how"], told["word"], told["lines"][0][-600:], flush=True)


def driven(samples: Path, first: int, inputs: int, until: float) -> Done:
    """Let workers read inputs first .. inputs - 1; one that dies at an input is replaced: a failure."""
    done = Done()
    while first < inputs and time.monotonic() < until:
        command = [
            sys.executable,
            "-m",
            "benchmarks.fuzz_files",
            "work",
            str(samples),
            str(first),
            str(inputs),
        ]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        errors: list[str] = []
        listening = Thread(target=lambda pipe=worker.stderr, into=errors: into.append(pipe.read()))
        listening.start()
        at: dict[str, Any] = {}
        for line in worker.stdout or ():
            told = json.loads(line)
            if "sample" in told:
                print(line.strip())
            elif "kind" in told:
                at = told
            else:
                done.add(at, told)
                first, at = told["number"] + 1, {}
                if first % 1_000 == 0:
                    print(f"{first} inputs, {len(done.failures)} failures", flush=True)
                if time.monotonic() > until:
                    worker.terminate()
                    break
        code = worker.wait()
        listening.join()
        if "panicked" in errors[0]:
            print(errors[0][-600:])
        if at:
            word = SLOW if -code in (signal.SIGPROF, signal.SIGALRM) else TRACEBACK
            if "memory allocation" in errors[0]:
                word = MEMORY
            done.add(at, {"word": word, "lines": [f"ended with {code}: {errors[0][-500:]}"]})
            first = at["number"] + 1
        elif first < inputs and time.monotonic() < until:
            raise RuntimeError(f"worker ended with {code}: {errors[0][-1_000:]}")
    return done


def _table(found: Counter[tuple[str, str, str]], place: int, head: str) -> str:
    """Return a table of the inputs by format (place 0) or by what was changed (1), and what came of them."""
    lines = [f"| {head} | inputs | {' | '.join(WORDS)} |", f"| --- |{' ---: |' * (1 + len(WORDS))}"]
    for name in dict.fromkeys(sorted(key[place] for key in found)):
        numbers = [
            sum(many for key, many in found.items() if key[place] == name and key[2] == word)
            for word in WORDS
        ]
        lines.append(f"| {name} | {' | '.join(f'{each:,}' for each in (sum(numbers), *numbers))} |")
    numbers = [sum(many for key, many in found.items() if key[2] == word) for word in WORDS]
    lines.append(f"| all | {' | '.join(f'{each:,}' for each in (sum(numbers), *numbers))} |")
    return "\n".join(lines)


def main(inputs: int = INPUTS, minutes: float = 24 * 60) -> int:
    """Read all inputs, or those that so many minutes allow, and write the table; 1 where one failed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        cuts = [inputs * part // PARTS for part in range(PARTS + 1)]
        with ThreadPoolExecutor(PARTS) as pool:
            until = [began + minutes * 60] * PARTS
            done = list(pool.map(driven, [Path(name)] * PARTS, cuts[:-1], cuts[1:], until))
    found = sum((each.found for each in done), Counter[tuple[str, str, str]]())
    failed = sum(len(each.failures) for each in done)
    slowest, where = max(each.slowest for each in done)
    took = (time.monotonic() - began) / 60
    told = [
        "# Damaged and forged files of every format",
        f"Made by `python -m benchmarks fuzz_files` in {took:.0f} minutes: {found.total():,} inputs, "
        f"{failed} failures; the slowest took {slowest:.1f} s of work ({where}). A failure is a traceback, "
        f"a signal, more than {SECONDS} s or more than 1 GB; *refused* is an error of one line a mistake. "
        "*Read* holds inputs whose change says nothing wrong: a flipped bit of a title, a line gone.",
        _table(found, 0, "format"),
        _table(found, 1, "what was changed"),
    ]
    whole_files.write_source(OUT, ("\n\n".join(told) + "\n").encode())
    return int(bool(failed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["prepare"]:
        prepare(Path(sys.argv[2]))
    else:
        raise SystemExit(main(*map(int, sys.argv[1:2])))
