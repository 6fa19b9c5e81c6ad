"""The whole circle in a real browser: read, subscribe, confirm, receive, unsubscribe."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import previewing, publish

pytestmark = pytest.mark.browser
READER = "ana.reader@example.com"


def newest_mail(page: Page, inbox: str, subject: str) -> None:
    """Open the newest mail to READER whose subject holds `subject`."""
    page.goto(inbox)
    row = page.locator("li, tr").filter(has_text=READER).filter(has_text=subject).first
    row.get_by_role("link").first.click()


def mail_link(page: Page, name: str) -> str:
    frame = page.frame_locator("iframe").first
    address = frame.get_by_role("link", name=re.compile(name, re.I)).first.get_attribute("href")
    assert address
    return address


def test_a_reader_goes_round_the_whole_circle(page: Page, blog: Path):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with previewing(blog) as (site, inbox):
        # Read a post.
        page.goto(site)
        page.locator("main h2 a").first.click()
        title = page.locator("h1").inner_text()
        slug = page.url.rstrip("/").rpartition("/")[2]
        expect(page.get_by_text("Sharing is Caring")).to_be_visible()

        # Subscribe, and nothing happens before the confirmation.
        form = page.locator("form[action*='subscribe/post']").first
        form.get_by_role("textbox").first.fill(READER)
        form.get_by_role("button").click()
        expect(page.locator("body")).to_contain_text(re.compile("confirm", re.I))
        newest_mail(page, inbox, "onfirm")
        page.goto(mail_link(page, "confirm|yes"))
        page.get_by_role("button", name=re.compile("confirm|subscribe|yes", re.I)).click()
        expect(page.locator("body")).to_contain_text(re.compile("subscribed", re.I))

        # Publish: the issue arrives once, and a second run sends nothing.
        publish(blog, "build")
        record = json.loads((blog / ".publish/issues" / slug / "issue.json").read_bytes())
        subject = record["subject"]
        assert "nobody was e-mailed" in publish(blog, "send", slug, "--now", "--yes")
        publish(blog, "send", slug, "--now", "--yes")
        page.goto(inbox)
        mails = page.locator("li, tr").filter(has_text=READER).filter(has_text=subject)
        expect(mails).to_have_count(1)

        # Open the mail; it holds the article, and every link of it is filled in.
        newest_mail(page, inbox, subject)
        frame = page.frame_locator("iframe").first
        expect(frame.locator("body")).to_contain_text(title)
        assert "*|" not in frame.locator("body").inner_html()

        # Unsubscribe; the next issue no longer comes.
        page.goto(mail_link(page, "unsubscribe"))
        page.get_by_role("button", name=re.compile("unsubscribe", re.I)).click()
        expect(page.locator("body")).to_contain_text(re.compile("unsubscribed", re.I))
        page.goto(site)
        page.locator(".entry h2 a").first.click()
        other = page.url.rstrip("/").rpartition("/")[2]
        if other != slug:
            publish(blog, "send", other, "--now", "--yes")
        page.goto(inbox)
        expect(page.locator("li, tr").filter(has_text=READER)).to_have_count(2)

    hosts = {re.sub(r"^(https?://[^/]+).*", r"\1", url) for url in requests}
    outside = {h for h in hosts if h.startswith("http") and h not in (site, inbox)}
    # The mail's pictures have the public site's address; nothing else may leave this machine.
    assert outside <= {"https://happypharmacists.example"}
