"""The command `sim`: which commands there are, and how each way of failing ends.

    exit 0    done
    exit 1    some cells of a sweep failed or its workers were lost (what is done is kept), a verification
              found a difference, or the disk would not take the results
    exit 2    bad input: one line a mistake on stderr, `file: key: problem (got value)`; nothing was written
    exit 3    refused: would not fit in memory or time, or is not allowed
    exit 4    a verification could not repeat a run exactly, because another environment is claimed
    exit 130  interrupted (143: SIGTERM, 129: SIGHUP); finished work is kept, nothing is half-written

A reader of the output that leaves (`| head`), or a terminal that is gone, ends nothing: the work is finished
and written.

To add a command: a function in a module of `sim/commands/` and a line in COMMANDS; the module is imported
only when its command is called. The function's docstring is its help; an int it returns is the exit code.
"""

from __future__ import annotations

import errno
import io
import shlex
import sys
import warnings
from collections.abc import Sequence

from cyclopts import App, CycloptsError, UnusedCliTokensError

from sim import __version__, ending
from sim.errors import InputErrors, LostError, Mistake, RefusedError, SimulatorError
from sim.text_safety import one_line, say
from sim.toml_files import show

COMMANDS = {
    "run": ("sim.commands.run:run", "Run a scenario and write its results."),
    "sweep": ("sim.commands.study:sweep", "Run a grid of settings; run again to go on where it stopped."),
    "compare": ("sim.commands.study:compare", "Compare two scenarios on the same people and luck."),
    "sensitivity": ("sim.commands.sensitivity:sensitivity", "Ask which assumptions carry a result."),
    "keep": ("sim.commands.keep:keep", "Keep a registry on disk, for quick answers at its size."),
    "kept": ("sim.commands.keep:kept", "List the registries kept on disk; check or remove one."),
    "report": ("sim.commands.report:report", "Write the citable report of a run."),
    "bundle": ("sim.commands.report:bundle", "Put a run and its report into one file."),
    "verify": ("sim.commands.report:verify", "Check a bundle and run it again."),
    "explain": ("sim.commands.inspect:explain", "Print one number of the model with its source."),
    "schema": ("sim.commands.inspect:schema", "Print the JSON Schema of a scenario file."),
    "scenarios": ("sim.commands.inspect:scenarios", "List the scenarios that come ready."),
    "runs": ("sim.commands.lists:runs", "List the runs in a folder, the newest first."),
    "sweeps": ("sim.commands.lists:sweeps", "List the sweeps in a folder, the newest first."),
    "app": ("sim.commands.app:app", "Open the dashboard."),
}
HELP = """Measure how often bulk address disclosure hands over the wrong person's address.

All people are synthetic. Start with `sim run`, or `sim scenarios` for the questions that come ready."""


NO_PLACE = frozenset({errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR})
"""What the system says of a name that cannot be a file, or not the kind of one that is wanted."""


def build() -> App:
    """Return the command line as an App; commands are imported when they are called for."""
    app = App(
        name="sim",
        help=HELP,
        version=__version__,
        suppress_keyboard_interrupt=False,
        help_format="plaintext",
    )
    for order, (name, (place, sentence)) in enumerate(COMMANDS.items()):
        app.command(place, name=name, help=sentence, sort_key=order)
    return app


def call(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; mistakes go to stderr, a line each, no traceback."""
    try:
        result = build()(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        _flush()
        return result if isinstance(result, int) else 0
    except UnusedCliTokensError as error:
        return _tell([Mistake("command line", "arguments", _too_many(error))], 2)
    except CycloptsError as error:
        return _tell([Mistake("command line", "arguments", " ".join(str(error).split()))], 2)
    except InputErrors as errors:
        return _tell(errors.mistakes, 2)
    except RefusedError as error:
        return _tell([f"refused: {error}"], 3)
    except LostError as error:
        return _tell([str(error)], 1)
    except SimulatorError as error:
        return _tell([str(error)], 2)
    except MemoryError:
        return _tell(["refused: memory ran out; ask for fewer people, or for fewer workers"], 3)
    except KeyboardInterrupt as error:
        line, code = ending.told(error)
        return _tell([line], code)
    except BrokenPipeError as error:  # the help has no reader any more
        ending.gone(sys.stdout, error)
        return 0
    except OSError as error:
        if error.errno in NO_PLACE:  # a name that was given, not the disk
            return _tell([Mistake(show(error.filename), "file", error.strerror or str(error))], 2)
        # disk full, folder read-only: rooms write whole files or none
        return _tell([f"{error.filename or 'output'}: cannot be written: {error.strerror or error}"], 1)


def _too_many(error: UnusedCliTokensError) -> str:
    """Say which argument has no place in its command."""
    command = " ".join(["sim", *(error.command_chain or ())])
    extra = " ".join(shlex.quote(token) for token in error.unused_tokens or ())
    return f"{one_line(extra)} is too many for `{command}`, which takes fewer; see `{command} --help`"


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        if not ending.gone(sys.stdout, error):
            raise


def _tell(lines: Sequence[object], code: int) -> int:
    for line in lines:
        say(line, to=sys.stderr)
    return code


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Tell a warning as one line for the person at the terminal, without the place in our code."""
    if not ending.heard():  # what is told of a pool that was given up is of no use
        say(f"warning: {message}", to=sys.stderr)


def main() -> None:
    """Entry point of the command `sim`."""
    ending.open_closed_streams()
    ending.listen(lambda line: say(line, to=sys.stderr))
    ending.with_parent_named()
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):  # a terminal of another encoding must not stop a run
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = call()
    if code and (workers := sys.modules.get("sim.study.workers")):
        workers.end()
    ending.leave(code)
