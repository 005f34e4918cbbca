r"""Text is text: what comes from a link, a file, a title or a name, made harmless for where it is shown.

One function for each place; each takes any text and gives text that is read there and does nothing else.

    without_controls(text)   reports and pictures: no control, bidirectional or invisible character
    one_line(text)           the same on one line: a title cannot begin a line of its own
    for_terminal(text)       a terminal: such characters are spelt out, as in \u001b
    for_markdown(text)       the dashboard, whose words are Markdown: no link, picture, formula, icon or style
    md(text)                 the same on one line, for what stands inside a sentence, a label or a list
    for_html(text)           between tags and inside the quotes of an attribute
    for_spreadsheet(cell)    a cell of a CSV file: no formula; numbers stay numbers
    for_file_name(text)      one file or folder name on any system: no path, nothing reserved
    say(text)                prints for a terminal; the only `print` of the package

Sources: Unicode Technical Report 36 (bidirectional and invisible characters); CommonMark 0.31, section 2.4;
OWASP, CSV Injection; CWE-150 (terminal sequences); Microsoft, Naming Files, Paths, and Namespaces.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

from sim.ending import gone

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028\u2029\u2060-\u2065\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = f"{_BIDI}{_INVISIBLE}\ud800-\udfff"
_REMOVED = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_HIDDEN}]")
# Joiners shape letters in the scripts of these ranges and are invisible anywhere else.
_JOINERS = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u08ff\u0900-\u0dff])"
)
_PILED = re.compile("([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
                    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip
_SPELT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_HIDDEN}\u200c\u200d]")


def without_controls(text: str) -> str:
    """Return `text` without controls, bidirectional marks, invisible characters and lone surrogates.

    Tabs become spaces, every kind of line end a line feed; no letter carries more than four accents.
    """
    spaced = text.replace("\t", " ").replace("\r\n", "\n").replace("\r", "\n")
    return _PILED.sub(r"\1", _JOINERS.sub("", _REMOVED.sub("", spaced)))


def one_line(text: str) -> str:
    """Return `text` without what is invisible and without line ends; runs of blanks become one space."""
    return " ".join(without_controls(text).split())


def for_terminal(text: str) -> str:
    r"""Return `text` with everything that moves a cursor, hides or turns letters around spelt as \uXXXX.

    Tabs and line feeds stay; JSON stays the JSON it was, since it knows the same spelling.
    """
    return _SPELT.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code - 0x10000 & 0x3FF):04x}"


def say(*texts: object, to: TextIO | None = None) -> None:
    """Print texts in lines of their own to standard output, or to another stream, safe for a terminal.

    A stream that nobody reads any more is no error: what is at work goes on to its end.
    """
    stream = to or sys.stdout
    for text in texts:
        try:
            print(for_terminal(str(text)), file=stream, flush=to is not None)
        except OSError as error:
            if not gone(stream, error):
                raise


_MARKS = re.compile(r"[\\`*_{}\[\]<>#!|~$&^]")
_AT_START = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")
# What Markdown readers make of plain letters, escaped or not: addresses, icons, arrows and dashes. They look
# for neighbours; a character of no width (word joiner) parts them.
_NEIGHBOURS = re.compile(r"(?<=:)(?=\S)|(?<=@)(?=\w)|(?<=www)(?=\.)|(?<=[-<>~=])(?=[->=])", re.IGNORECASE)
_JOINER = "\u2060"


def for_markdown(text: str) -> str:
    """Return `text` as Markdown that shows it letter by letter, whatever it holds; line ends stay line ends.

    Meant for running text, labels, help and cells of the dashboard, not for the inside of backticks.
    """
    lines = (_in_markdown(line.strip()) for line in without_controls(text).split("\n"))
    return "  \n".join(line for line in lines if line)


def _in_markdown(line: str) -> str:
    parted = _NEIGHBOURS.sub(_JOINER, " ".join(line.split()))
    escaped = _MARKS.sub(r"\\\g<0>", parted)
    first = _AT_START.match(escaped)
    if first is None:
        return escaped
    cut = first.end() if first[0][0].isdigit() else 0
    return f"{escaped[:cut]}\\{escaped[cut:]}"


def md(text: object) -> str:
    """Return a text of a link, a file or a run as Markdown of one line: it begins no line of its own."""
    return for_markdown(one_line(str(text)))


def for_html(text: str) -> str:
    """Return `text` as HTML that shows it, between tags or inside the quotes of an attribute."""
    return html.escape(without_controls(text))


_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_STARTERS = "=+\\-@|%\uff1d\uff0b\uff0d\uff20"
_STARTS_FORMULA = re.compile(f"[\\s{_HIDDEN}\u200c\u200d\x00-\x08]*[{_STARTERS}]|[\t\r\n]")
# A spreadsheet of another country cuts lines at semicolons or tabs, inside our quotes too.
_AFTER_SEPARATOR = re.compile(f'([;\t\r\n]"*[^\\S\t\r\n]*)(?=[{_STARTERS}])')
_NOT_IN_CELLS = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_HIDDEN}]")


def for_spreadsheet(cell: object) -> object:
    """Return a CSV cell that a spreadsheet shows and does not run (CWE-1236; OWASP ASVS 1.2.10).

    Text that begins like a formula, at its start or after another separator, gets an apostrophe in front;
    numbers stay numbers.
    """
    if not isinstance(cell, str) or _PLAIN_NUMBER.fullmatch(cell):
        return cell
    begins = _STARTS_FORMULA.match(cell) is not None

    def parted(found: re.Match[str]) -> str:
        return found[0] if begins and found.start() == 0 else f"{found[0]}'"

    return "'" * begins + _AFTER_SEPARATOR.sub(parted, _NOT_IN_CELLS.sub("", cell))


def csv_of_rows(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV with harmless cells and line feeds; a missing value is an empty cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([for_spreadsheet(name) for name in head])
    writer.writerows([[for_spreadsheet(cell) for cell in row] for row in rows])
    return stream.getvalue()


_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:[ .].*)?", re.IGNORECASE)
_UNFIT = re.compile(r"[^\w .+=,@()-]")
_LONGEST_NAME = 100


def for_file_name(text: str) -> str:
    """Return one file or folder name for any system; a changed one ends in digits of the text's hash.

    It is never empty, a path, hidden, reserved on Windows, longer than 100 bytes, or ended by a dot or blank.
    """
    name = _UNFIT.sub("-", unicodedata.normalize("NFC", one_line(text))).strip(" .-")
    while len(name.encode()) > _LONGEST_NAME - 8:
        name = name[:-1].rstrip(" .-")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if name and name == text:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{name}-{digest}" if name else f"unnamed-{digest}"
