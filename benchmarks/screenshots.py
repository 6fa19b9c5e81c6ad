"""Pictures of every kind of page of the site for docs/: ``python -m benchmarks.screenshots``.

The site is built, served on loopback and shown as on a phone and on a desk, light and dark.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from benchmarks.audit import ROOT, build
from tests.browser.serving import served
from tests.chromium import running

PAGES = {
    "home": "/",
    "article": "/seven-nights-a-field-guide/",
    "page": "/about/",
    "category": "/category/wellbeing/",
    "tag": "/tag/sleep/",
    "author": "/author/theo-adeyemi/",
    "subjects": "/categories/",
    "archives": "/archives/",
    "subscribe": "/subscribe/",
    "follow": "/follow/",
    "not-found": "/no/such/page/",
}
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
QUALITY = 80
"""Of WebP: text stays sharp, and a file near 30 kB."""


def keep(page: Page, file: Path) -> None:
    """What the window shows now, as a small picture."""
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shown.save(file, quality=QUALITY, method=6)


def main() -> None:
    """Write docs/screenshots again, but for the desk's (``desk_screenshots``)."""
    folder = ROOT / "docs/screenshots"
    for old in folder.glob("*.webp"):
        if not old.name.startswith("desk-"):
            old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "output"
        build(output)
        with served(output) as site, running() as browser:
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    page = browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=scheme
                    )
                    for kind, path in PAGES.items():
                        page.goto(site + path)
                        keep(page, folder / f"{kind}-{size}-{scheme}.webp")
                    # The end of an article is designed as carefully as its start.
                    page.goto(site + PAGES["article"])
                    page.locator(".share").evaluate("e => scrollTo(0, e.offsetTop - 40)")
                    keep(page, folder / f"article-end-{size}-{scheme}.webp")
                    page.close()


if __name__ == "__main__":
    main()
