"""Opening what a page gave away, each file by its format: bytes of the wrong kind raise or fail."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import docx
import polars as pl
from PIL import Image
from pypdf import PdfReader

from sim.scenario import Scenario

RUN = "r-"


def open_file(path: Path) -> str:
    """Open a downloaded file by its format and return its words, "" where it has none to read."""
    return FORMATS[path.suffix](path)


def _pdf(path: Path) -> str:
    read = PdfReader(path)
    assert len(read.pages) > 1
    assert "manifest.json" in read.attachments
    return "\n".join(page.extract_text() for page in read.pages)


def _docx(path: Path) -> str:
    read = docx.Document(str(path))
    assert read.tables
    return "\n".join(each.text for each in read.paragraphs)


def _html(path: Path) -> str:
    text = path.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    return text


def _csv(path: Path) -> str:
    text = path.read_text("utf-8")
    rows = [row for row in csv.reader(io.StringIO(text)) if not row[0].startswith("#")]
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    return text


def _parquet(path: Path) -> str:
    assert pl.read_parquet(path).height > 0
    return ""


def _svg(path: Path) -> str:
    root = ET.parse(path).getroot()
    assert root.tag.endswith("svg")
    return " ".join(root.itertext())


def _png(path: Path) -> str:
    with Image.open(path) as image:
        image.load()
        assert min(image.size) > 50
    return ""


def _toml(path: Path) -> str:
    assert Scenario.load(path).sha256()
    return path.read_text("utf-8")


def _zip(path: Path) -> str:
    """Let the command check the bundle and run it again."""
    asked = [sys.executable, "-m", "sim", "verify", str(path), "--quiet"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


FORMATS: dict[str, Callable[[Path], str]] = {
    ".pdf": _pdf, ".docx": _docx, ".html": _html, ".csv": _csv, ".parquet": _parquet, ".svg": _svg,
    ".png": _png, ".toml": _toml, ".zip": _zip,
}  # fmt: skip
