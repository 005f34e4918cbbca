"""The one reader of results: runs, bundles, cells, parts, stored registries, manifests.

A file is looked at before it is read: that it is a plain file, how large it is, which columns and how many
rows it holds. What is read has the shape it should have, or FileErrors is raised with a line a mistake,
`file: key: problem`. No other module opens JSON, CSV or Parquet that a result may have brought (held
by tests/code_health). Scenarios, sweeps and parameters are `sim.toml_files`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import stat
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeVar

import polars as pl

from sim import parquet
from sim.errors import FileErrors, Mistake
from sim.machine import available_bytes
from sim.toml_files import show

MOST_MANIFEST = 4 << 20
MOST_JSON = 20 << 20
MOST_TEXT = 64 << 20
MOST_TABLE = 4 << 30
"""Bytes of a manifest, of any other JSON, of a text or CSV, and of a table of rows at most."""

MOST_ROWS = 400_000_000
"""Rows of a table at most."""

MOST_DEPTH = 40
"""Levels of lists and objects in JSON."""

Made = TypeVar("Made")
Columns = Mapping[str, pl.DataType | type[pl.DataType]]

_PANIC: type[BaseException] = getattr(pl.exceptions, "PanicException", pl.exceptions.PolarsError)
_UNREADABLE = (
    OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, EOFError,
    RecursionError, NotImplementedError, csv.Error, RuntimeError, zlib.error, zipfile.BadZipFile,
    pl.exceptions.PolarsError, _PANIC,
)  # fmt: skip
"""What libraries raise for a file that is not what it says it is."""


def wrong(file: object, key: str, problem: str) -> FileErrors:
    """Return the error of one mistake in a file; file: its name, or its path of which the name is shown."""
    name = file.name if isinstance(file, PurePosixPath | Path) else str(file)
    return FileErrors([Mistake(_plain(name), key, problem)])


def _plain(name: str) -> str:
    return name if name.isprintable() and len(name) <= 240 else show(name, 80)


def brief(text: str, most: int = 200) -> str:
    """Return a text of a library for a line of a mistake: what cannot be printed is spelt."""
    if text.isprintable() and len(text) <= most:
        return text
    return show(text, most)


def guarded(file: object, kind: str, read: Callable[[], Made]) -> Made:
    """Return what `read` gives; whatever it raises for a damaged file is one mistake: it is no `kind`."""
    try:
        return read()
    except FileErrors:
        raise
    except MemoryError:
        raise wrong(file, "file", "needs more memory than there is") from None
    except _UNREADABLE as error:
        raise wrong(file, "file", f"cannot be read as {kind} ({type(error).__name__})") from None


def size_of(path: Path, most: int) -> int:
    """Return the bytes of a plain file; raises FileErrors when it is missing, no file, or too large."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise wrong(path, "file", "is missing") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise wrong(path, "file", f"cannot be read: {reason}") from None
    if not stat.S_ISREG(found.st_mode):
        raise wrong(path, "file", "is not a plain file")
    if found.st_size > most:
        raise wrong(path, "file", f"has {found.st_size:,} bytes, at most {most:,}")
    return found.st_size


def data_of(path: Path, most: int = MOST_TEXT) -> bytes:
    """Return the bytes of a plain file of at most so many; raises FileErrors."""
    size_of(path, most)
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise wrong(path, "file", f"cannot be read: {error.strerror or error}") from None
    if len(data) > most:  # grown since it was looked at
        raise wrong(path, "file", f"has more than {most:,} bytes")
    return data


def text_of(path: Path, most: int = MOST_TEXT) -> str:
    """Return a UTF-8 text; raises FileErrors."""
    return decoded(data_of(path, most), path)


def decoded(data: bytes, file: object) -> str:
    """Return bytes as UTF-8 text; raises FileErrors."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong(file, "file", f"is not UTF-8 text (byte {error.start})") from None


def json_of(path: Path, most: int = MOST_JSON) -> Any:
    """Return the value of a JSON file; see `parse_json`."""
    return parse_json(data_of(path, most), path)


def table_of(path: Path, most: int = MOST_JSON) -> dict[str, Any]:
    """Return the object of a JSON file; raises FileErrors when it is another value."""
    found = json_of(path, most)
    if not isinstance(found, dict):
        raise wrong(path, "the whole", "should be an object")
    return found


def parse_json(data: bytes, file: object) -> Any:
    """Return the value of JSON in UTF-8, without byte order mark or with it.

    Raises FileErrors for what is no JSON, for a key that is there twice (it says two things, and readers
    differ on which), for a number that is not finite, and for more than MOST_DEPTH levels.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise wrong(file, "file", "cannot be read as JSON (a key is there twice)")
        return found

    def finite(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise wrong(file, "file", "cannot be read as JSON (a number is not finite)")
        return value

    text = decoded(data.removeprefix(b"\xef\xbb\xbf"), file)
    value = guarded(
        file,
        "JSON",
        lambda: json.loads(text, object_pairs_hook=once, parse_float=finite, parse_constant=finite),
    )
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return value
    raise wrong(file, "file", f"is nested deeper than {MOST_DEPTH} levels")


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def sealed_of(path: Path, form: str, most: int = MOST_JSON, *, letters: bool = True) -> dict[str, Any]:
    """Return the body of a file {format, sha256, body}; raises FileErrors unless all three agree.

    form: the format it must have.  The hash is over the body as compact JSON with sorted keys,
    letters beyond ASCII written as they are, or spelt where `letters` is False.
    """
    whole = table_of(path, most)
    if whole.get("format") != form:
        raise wrong(path, "format", f"should be {form} (got {show(whole.get('format'), 60)})")
    body = whole.get("body")
    if not isinstance(body, dict):
        raise wrong(path, "body", "should be an object")
    text = guarded(
        path,
        "JSON",
        lambda: json.dumps(
            body, sort_keys=True, separators=(",", ":"), ensure_ascii=not letters, allow_nan=False
        ).encode(),
    )
    if whole.get("sha256") != hashlib.sha256(text).hexdigest():
        raise wrong(path, "sha256", "does not follow from the body: it was cut short, damaged or edited")
    return body


def archive_of(path: Path, names: Collection[str], most: int) -> dict[str, bytes]:
    """Return the members of an archive by name; raises FileErrors for others, and for too many bytes.

    names: those that may be there.  Every member carries a checksum of its own.
    """
    size_of(path, most)

    def read() -> dict[str, bytes]:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            if len({each.filename for each in listed}) < len(listed) or any(
                each.filename not in names for each in listed
            ):
                raise wrong(path, "members", "are not those that it should have")
            if sum(each.file_size for each in listed) > most:
                raise wrong(path, "members", f"unpack to more than {most:,} bytes")
            return {each.filename: archive.read(each) for each in listed}

    return guarded(path, "an archive", read)


def parquet_of(path: Path, columns: Columns | None, most_rows: int = MOST_ROWS) -> pl.DataFrame:
    """Return a Parquet table with these columns, in this order and with these types.

    columns: None takes any. Numbers may be stored in another width, words as text or enumeration; each value
    has to fit. Raises FileErrors, before the rows are read where their number, their columns, or the bytes
    that its pages say they unpack to (`sim.parquet`) are wrong.
    """
    size = size_of(path, MOST_TABLE)
    try:
        with path.open("rb") as stream:
            _looked_at(stream, size, path, most_rows)
    except OSError as error:
        raise wrong(path, "file", f"cannot be read: {error.strerror or error}") from None
    return _unpacked(path, path, columns)


def packed_of(data: bytes, file: object, columns: Columns | None, most_rows: int) -> pl.DataFrame:
    """Return a table of the bytes of a Parquet file, such as a member of an archive; as `parquet_of`."""
    _looked_at(io.BytesIO(data), len(data), file, most_rows)
    return _unpacked(io.BytesIO(data), file, columns)


def _looked_at(stream: BinaryIO, size: int, file: object, most_rows: int) -> None:
    """Raise FileErrors where a Parquet file is none, has too many rows, or takes more memory than is free."""
    try:
        found = parquet.look(stream, size)
    except ValueError as error:
        raise wrong(file, "file", f"cannot be read as Parquet: it {error}") from None
    if found.rows > most_rows:
        raise wrong(file, "rows", f"are {found.rows:,}, at most {most_rows:,}")
    left = available_bytes()
    if left is not None and found.held > left:
        told = f"takes {found.held / 2**30:.1f} GB of memory, and {left / 2**30:.1f} GB are free"
        raise wrong(file, "file", told)


def _unpacked(source: Path | io.BytesIO, file: object, columns: Columns | None) -> pl.DataFrame:
    """Return the table of a Parquet file that was looked at."""
    there = guarded(file, "Parquet", lambda: pl.read_parquet_schema(source))
    _same_columns(file, list(there), columns)
    _same_types(file, there, columns)
    frame = guarded(file, "Parquet", lambda: pl.read_parquet(source, glob=False, memory_map=False))
    return _as_asked(file, frame, columns)


def csv_of(path: Path, columns: Columns | None, most_rows: int = MOST_ROWS) -> pl.DataFrame:
    """Return a CSV table with these columns; an empty cell is missing. As `parquet_of`."""
    text = text_of(path)
    lines = text.count("\n")
    if lines > most_rows + 1:
        raise wrong(path, "rows", f"are {lines - 1:,}, at most {most_rows:,}")
    head = text.partition("\n")[0].rstrip("\r").split(",")
    _same_columns(path, head, columns)

    def read() -> pl.DataFrame:
        data = io.BytesIO(text.encode())
        if columns is None:
            return pl.read_csv(data, infer_schema_length=None)
        return pl.read_csv(data, schema=dict(columns), truncate_ragged_lines=False)

    frame = guarded(path, "CSV", read)
    return _as_asked(path, frame, columns)


def cells_of(text: str, file: object) -> list[list[str]]:
    """Return the cells of a CSV text, line by line, as they are written; raises FileErrors."""
    return guarded(file, "CSV", lambda: list(csv.reader(io.StringIO(text))))


def _same_columns(file: object, there: list[str], columns: Columns | None) -> None:
    """Raise FileErrors naming the columns that are missing, unknown, twice there or in another place."""
    if columns is None or there == list(columns):
        return
    missing = [name for name in columns if name not in there]
    unknown = [name for name in there if name not in columns]
    mistakes = [(name, "is missing") for name in missing]
    mistakes += [(show(name, 40), "is no column of this table") for name in unknown[:20]]
    name = file.name if isinstance(file, Path) else str(file)
    told = mistakes or [("columns", "are not in the order they should have")]
    raise FileErrors(Mistake(_plain(name), key, problem) for key, problem in told)


def _same_types(file: object, there: Mapping[str, pl.DataType], columns: Columns | None) -> None:
    """Raise FileErrors naming the columns whose type cannot stand for the one asked for."""
    name = file.name if isinstance(file, Path) else str(file)
    found = [
        Mistake(_plain(name), key, f"should be {_type(wanted)} (got {brief(str(there[key]), 80)})")
        for key, wanted in (columns or {}).items()
        if not _alike(there[key], wanted)
    ]
    if found:
        raise FileErrors(found)


def _as_asked(file: object, frame: pl.DataFrame, columns: Columns | None) -> pl.DataFrame:
    """Return the frame with every column of the type asked for; FileErrors names those that cannot."""
    if columns is None:
        return frame
    _same_types(file, frame.schema, columns)
    name = file.name if isinstance(file, Path) else str(file)
    made, mistakes = [], []
    for key, wanted in columns.items():
        try:
            made.append(frame.get_column(key).cast(wanted, strict=True))
        except _UNREADABLE:
            mistakes.append(Mistake(_plain(name), key, f"holds a value that is no {_type(wanted)}"))
    if mistakes:
        raise FileErrors(mistakes)
    return pl.DataFrame(made)


def _type(wanted: pl.DataType | type[pl.DataType]) -> str:
    if isinstance(wanted, pl.Enum):
        return "one of its words"
    return "text" if wanted == pl.String else str(wanted)


def _alike(there: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> bool:
    """Whether a stored type can stand for the one asked for: numbers for numbers, words for words."""
    texts = (pl.String, pl.Categorical, pl.Enum)
    if there == pl.Null:
        return True
    if isinstance(wanted, pl.Enum) or wanted == pl.String:
        return isinstance(there, texts) or there in texts
    if wanted == pl.Boolean:
        return there == pl.Boolean
    whole = isinstance(wanted, type) and issubclass(wanted, pl.datatypes.IntegerType)
    return there.is_integer() if whole else there.is_numeric()


def inside(folder: Path, name: object, file: object, key: str) -> Path:
    """Return the path of a member that a file of the folder names; raises FileErrors if it leads elsewhere.

    name: as written, with `/` between folders. Links are followed no more than names.
    """
    if not isinstance(name, str) or not name or len(name) > 240 or not name.isprintable():
        raise wrong(file, key, f"is no name of a file (got {show(name, 40)})")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ":" in name or ".." in parts or not parts:
        raise wrong(file, key, f"leads out of the folder (got {show(name, 40)})")
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise wrong(file, key, f"is a link (got {show(name, 40)})")
    return path
