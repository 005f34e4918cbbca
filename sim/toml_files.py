"""Read TOML files that strangers wrote: bounded, strict, and with every mistake named.

TOML because it types its values (YAML 1.1 turns the state NO into False and ZIP 02134 into 1116). What
`tomllib` lets through and we do not want (huge files, deep nesting, odd keys) is refused here, once, for
scenarios, parameters and sweeps alike.
"""

from __future__ import annotations

import codecs
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sim.errors import InputErrors, Mistake

MAX_BYTES = 262_144
MAX_DEPTH = 8
_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")

Leaf = tuple[tuple[str, ...], Any]


def read_toml(path: Path, shown: str | None = None) -> dict[str, Any]:
    """Return the table in `path`; raises InputErrors, naming the file as `shown`, if it is not sane TOML."""
    name = shown or display(path)
    try:
        if not path.is_file():
            raise InputErrors([Mistake(name, "file", "is not a file" if path.exists() else "does not exist")])
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputErrors([Mistake(name, "file", f"cannot be read: {reason}")]) from None
    if len(raw) > MAX_BYTES:
        raise InputErrors([Mistake(name, "file", f"is larger than {MAX_BYTES:,} bytes")])
    return parse_toml(raw, name)


def display(path: Path) -> str:
    """Return a path as errors show it: relative to the working folder where it lies inside, on one line."""
    try:
        text = str(path.relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except (OSError, ValueError):
        text = str(path)
    return text if text.isprintable() else show(text)


def parse_toml(raw: bytes, shown: str) -> dict[str, Any]:
    """Return the table written in `raw`; raises InputErrors when it is not UTF-8 TOML of bounded depth."""
    raw = raw.removeprefix(codecs.BOM_UTF8)  # some editors begin a file with it
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        problem = "is UTF-16 text; save it as UTF-8" if wide else f"is not UTF-8 text (byte {error.start})"
        raise InputErrors([Mistake(shown, "file", problem)]) from None
    except tomllib.TOMLDecodeError as error:
        raise InputErrors([Mistake(shown, "file", f"is not valid TOML: {error}")]) from None
    except RecursionError:
        raise InputErrors([Mistake(shown, "file", "is nested too deeply")]) from None
    except ValueError:  # Python's own limit on the digits of an integer
        raise InputErrors([Mistake(shown, "file", "holds a number with too many digits")]) from None
    if too_deep(table):
        raise InputErrors([Mistake(shown, "file", f"is nested deeper than {MAX_DEPTH} levels")])
    return table


def too_deep(value: Any) -> bool:
    """Whether tables and lists in `value` go deeper than MAX_DEPTH (walked without recursion)."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def leaves(table: dict[str, Any], at: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Yield (path, value) of everything in `table` that is not itself a filled table, in file order."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*at, key))
        else:
            yield (*at, key), value


def plain_key(path: tuple[str, ...]) -> bool:
    """Whether every part of `path` is a bare key, so that joining by dots cannot make two paths one."""
    return all(_KEY.fullmatch(part) for part in path)


def show(value: Any, limit: int = 60) -> str:
    """Return `value` on one printable line of bounded length, for the `(got ...)` of an error."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer with more digits than Python will print
        return "a value too large to print"
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text):,} characters)"


def nearest(name: str, names: Iterable[str]) -> str:
    """Return `; did you mean X?` for the known name closest to `name`, or nothing if none is close."""
    found = difflib.get_close_matches(name[:200], list(names), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""
