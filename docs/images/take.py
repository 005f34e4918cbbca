"""Take the pictures of the dashboard that stand in the documentation: `python docs/images/take.py [FOLDER]`.

FOLDER holds `runs/` and `sweeps/` to be shown; without one the picture of a sweep is left out. Needs the
extra "test" and a Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.browser.serving import PATIENCE, PHONE, browser, compile_everything, serve, settled  # noqa: E402

QUESTION, MATCHER = "preset=aug2025-as-run", "preset=good-matcher"
DESK = {"viewport": {"width": 1280, "height": 1000}}
HAND = {
    "viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2,
    "user_agent": PHONE, "color_scheme": "dark",
}  # fmt: skip
PICTURES = (
    # name, page, question, heading to scroll to, browser
    ("start", "", QUESTION, "", DESK),
    ("explore", "explore", QUESTION, "", DESK),
    ("threshold", "explore", MATCHER, "Threshold, in bits of evidence", DESK | {"color_scheme": "dark"}),
    ("one-case", "one_case", QUESTION, "", DESK),
    ("sweep", "sweeps", QUESTION, "Sweeps on this machine", DESK),
    ("telephone", "", QUESTION, "Of every", HAND),
)


def main(folder: Path | None) -> None:
    """Take them all, one after another, and say how large each file is."""
    with tempfile.TemporaryDirectory() as empty, browser() as chromium:
        compile_everything()
        with serve(folder or Path(empty)) as served:
            for name, page, question, heading, settings in PICTURES:
                if name == "sweep" and folder is None:
                    continue
                context = chromium.new_context(reduced_motion="reduce", **settings)
                opened = context.new_page()
                opened.set_default_timeout(PATIENCE)
                opened.goto(f"{served.address}/{page}?{question}")
                settled(opened)
                opened.wait_for_timeout(1500)  # figures above the heading are still growing
                if heading:
                    opened.get_by_text(heading).first.evaluate(
                        "each => each.scrollIntoView({block: 'start'})"
                    )
                    opened.wait_for_timeout(500)
                print(name, _save(opened.screenshot(), HERE / f"{name}.png"))
                context.close()


def _save(picture: bytes, file: Path) -> int:
    """Write a picture with 256 colours, which is all that a page has; return its bytes."""
    Image.open(BytesIO(picture)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        file, optimize=True
    )
    return file.stat().st_size


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None)
