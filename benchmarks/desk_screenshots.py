"""Pictures of the desk for docs/: ``python -m benchmarks.desk_screenshots``.

The desk is opened on a copy of the blog. Its letters and figures are invented; everything else is
what the desk makes of the files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from playwright.sync_api import Browser

from benchmarks.audit import ROOT
from benchmarks.screenshots import keep
from publish.desk import newsletter_state, site_state
from publish.desk.model import Letter, Newsletter, Post, Site
from publish.desk.posts import PostCache
from publish.newsletter import schedule
from publish.newsletter.report import Figures
from publish.settings import Settings
from tests.chromium import running
from tests.desk.site import Open, opened

NEXT = "before-you-quit-pharmacy"
TYPO = ("On the first", "Tusday", "Tuesday", "of March, some years")
REPORTS = {
    "the-leaflet-nobody-could-read": (48, Figures("", "", "post", "", "", 403, 253, 68, 1, 2)),
    "conference-plan-for-introverts": (76, Figures("", "", "post", "", "", 391, 229, 85, 0, 3)),
}
"""By slug: the days since the letter went out, and its figures."""
PAGES = {"home": ("/", 1170), "post": (f"/post/posts/{NEXT}.md", 1700)}
"""Addresses, and the pixels of height that are shown on a computer."""


def newsletter(settings: Settings) -> Newsletter:
    """One letter to 412 readers, scheduled for Tuesday and with an old word in it, and two that
    are out."""
    now = datetime.now(UTC)
    zone = schedule.zone(settings.timezone)
    posts = {post.slug: post for post in PostCache().read(settings, now)}

    def out(post: Post, days: int, figures: Figures) -> Letter:
        at = now - timedelta(days=days)
        return Letter(post.slug, "sent", post.title, post.uid, at=at, figures=figures)

    at = schedule.when("next tuesday 7:30", now, zone)
    letters = [out(posts[slug], *report) for slug, report in REPORTS.items()]
    letters.append(
        Letter(
            NEXT,
            "scheduled",
            posts[NEXT].title,
            posts[NEXT].uid,
            at=at,
            readers=412,
            changes=(TYPO,),
        )
    )
    sender = "Maren Solberg <hello@happypharmacists.example>"
    return Newsletter(now, tuple(letters), "Creating Happy Pharmacists", 412, sender)


def site(settings: Settings) -> Site:
    """The site as it was uploaded nine minutes ago; a page has changed since."""
    now = datetime.now(UTC)
    return Site(now, now - timedelta(minutes=9), (f"{NEXT}/index.html",), ("live",))


def copied(root: Path) -> Open:
    """The blog in ``root``, an empty folder, saved eight minutes ago."""
    for name in ("content", "theme", "plugins"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "pelicanconf.py", root)
    for file in (root / "content/posts").iterdir():
        os.utime(file, (time.time() - 480,) * 2)
    return Open(root, "")


def pictures(browser: Browser, desk: str, folder: Path) -> None:
    """Draw each page as on a phone and on a computer, light and dark."""
    for kind, (path, height) in PAGES.items():
        for size, shape in {"phone": (390, 1500), "desktop": (1280, height)}.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": shape[0], "height": shape[1]}, color_scheme=scheme
                )
                page.goto(desk + path)
                # The preview, the findings and a post's letter are there once they are made.
                page.get_by_role("link", name="See the site").wait_for()
                page.get_by_text("Nothing to fix").first.wait_for()
                if kind == "post":
                    page.locator("#faces-all .faces").wait_for()
                # A frame is loaded only where it is seen.
                for frame in page.locator(".in-letter iframe").all() if size == "desktop" else ():
                    frame.content_frame.locator("img").last.wait_for()
                keep(page, folder / f"desk-{kind}-{size}-{scheme}.webp")
                page.close()


def main() -> None:
    """Write the desk's pictures in docs/screenshots again."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        mock.patch.object(newsletter_state, "NewsletterReader", return_value=newsletter),
        mock.patch.object(site_state, "read_site", site),
        opened(copied(Path(scratch))) as desk,
        running() as browser,
    ):
        pictures(browser, desk.address, ROOT / "docs/screenshots")


if __name__ == "__main__":
    main()
