"""How a process ends when it is told to, when its terminal or reader is gone, and when its parent is.

SIGINT, SIGTERM and SIGHUP raise `Ended` in the main thread, a KeyboardInterrupt, so that whatever keeps
finished work at an interrupt keeps it then too. Compiled code cannot be interrupted: where the main thread
has not come to an end in `GRACE` seconds, the process ends there; what it was writing is a leftover under a
temporary name. A signal that was ignored when the process began (nohup) stays ignored.

Exit codes are 128 and the signal's number (130, 143, 129), as shells count them.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TextIO

GRACE = 4.0
"""Seconds after a signal in which the process ends by itself."""

PARENT = "LINKAGE_ERROR_SIMULATOR_PARENT"
"""Environment variable that holds the process with which another is to end."""

_LOOK = 0.5
_SIGNALS = {
    name: words
    for name, words in (
        ("SIGINT", "interrupted"),
        ("SIGTERM", "ended by SIGTERM"),
        ("SIGHUP", "ended by SIGHUP: the terminal was closed"),
    )
    if hasattr(signal, name)
}
_watched: set[int] = set()
_listening: list[int] = []
_heard: list[int] = []
_done: list[int] = []


class Ended(KeyboardInterrupt):
    """A signal has asked the process to end. number: of the signal."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        self.number = number
        super().__init__(number)


def told(error: KeyboardInterrupt) -> tuple[str, int]:
    """Return the line that says how a process was ended, and its exit code."""
    number = error.number if isinstance(error, Ended) else int(signal.SIGINT)
    return _SIGNALS[signal.Signals(number).name], 128 + number


def listen(say: Callable[[str], object]) -> None:
    """Raise `Ended` at the first signal to end, and see to it that the process does end; main thread only.

    say: tells a line where the process had to be ended in the midst of something. Once is enough.
    """
    if _listening:
        return
    _listening.append(1)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    heard = [signal.Signals[name] for name in _SIGNALS]
    for number in heard:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_see_to_it, args=(reader, say), name="ending", daemon=True).start()


def stop_listening() -> None:
    """Let a signal end the process at once, with nothing left to lose: its work is done and told."""
    _done.append(1)
    for name in _SIGNALS:
        number = signal.Signals[name]
        if signal.getsignal(number) is _raise:
            signal.signal(number, signal.SIG_DFL)


def leave(code: int) -> None:
    """End this process; at once where it was asked to, for the system takes it apart faster."""
    stop_listening()
    if not _heard:
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)


def _raise(number: int, frame: FrameType | None) -> None:
    for name in _SIGNALS:
        signal.signal(signal.Signals[name], signal.SIG_IGN)  # once is enough
    _heard.append(number)
    raise Ended(number)


def heard() -> bool:
    """Whether this process has been asked to end."""
    return bool(_heard)


def _see_to_it(reader: int, say: Callable[[str], object]) -> None:
    """Wait for a signal, and end the process when it has not ended by itself in time."""
    known = {int(signal.Signals[name]) for name in _SIGNALS}
    number = 0
    while number not in known:
        number = os.read(reader, 1)[0]
    time.sleep(GRACE)
    words, code = told(Ended(number))
    if not _done:
        say(words)
    os._exit(code)


def with_parent(parent: int, end: Callable[[], object] | None = None) -> None:
    """See to it that this process ends within a second of its parent, however that ends; once is enough.

    parent: its number. end: called then; ends this process in the midst of what it does if None.
    """
    if parent in _watched:
        return
    _watched.add(parent)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        (end or _at_once)()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def with_parent_named() -> None:
    """Do so for the parent that the environment names (`PARENT`), if it does: as if by SIGTERM."""
    named = os.environ.pop(PARENT, "")
    if named.isdecimal():
        with_parent(int(named), lambda: os.kill(os.getpid(), signal.SIGTERM))


def _at_once() -> None:
    os._exit(128 + int(getattr(signal, "SIGHUP", signal.SIGTERM)))


def attend(parent: int) -> None:
    """Let a worker process end with its parent, and leave Ctrl-C to that; called before its first task.

    parent: its number as told by itself, which holds also where it was killed before this is called.
    """
    with_parent(parent)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the block ends; what is started in it (threads, processes) never hears of it.

    A worker process would else tell at length where in its start it was interrupted.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def open_closed_streams() -> None:
    """Put the null device where standard input, output or error is closed.

    A file opened later would else take its number, and what is meant for the terminal would go there.
    """
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for handle, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(handle, "w", encoding="utf-8", closefd=False))  # noqa: SIM115


def gone(stream: TextIO, error: OSError) -> bool:
    """Whether writing to a stream failed because nobody reads it any more; it goes nowhere from then on.

    Messages are worth no more than that for any failure: work is not given up for want of a reader.
    """
    try:  # what is held back would fail once more when the interpreter ends, with a code of its own
        number = stream.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
    except (OSError, ValueError):  # a stream of no file
        pass
    return error.errno in (errno.EPIPE, errno.EIO, errno.EBADF) or stream is sys.stderr
