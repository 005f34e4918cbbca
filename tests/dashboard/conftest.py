"""Pages run in a folder of their own and on a small world, so that a test takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"
SMALL = {"population.size": 20_000, "requests.count": 1_000}

Opener = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def no_search_for_components() -> Iterator[None]:
    """Spare each page the reading of every installed package's metadata: the dashboard uses no components."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "streamlit.components.v2.manifest_scanner.scan_component_manifests", lambda *_, **__: []
        )
        yield


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Return what opens the dashboard on a small world at a page, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def open_at(page: str | None = None, preset: str = "aug2025-as-run", **changes: object) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=300)
        app.session_state["preset"] = preset
        app.session_state["changes"] = SMALL | changes
        app.session_state["generation"] = 0
        app.run()
        return app.switch_page(f"sim/dashboard/{page}.py").run() if page else app

    return open_at
