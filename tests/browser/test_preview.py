"""An open page of the preview while its source is saved: it changes in place, and others stay."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from publish.site.mailview import answer
from publish.site.preview import serve
from tests.site.conftest import Site

pytestmark = pytest.mark.browser
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'sha256-unlike'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""As the blog's own theme has it: no style but one, no script but the site's."""
ARTICLE = f"""<!doctype html><html lang="en"><head><title>{{{{ article.title }}}}</title>
<meta http-equiv="Content-Security-Policy" content="{POLICY}"></head><body>
<h1>{{{{ article.title }}}}</h1><form><input id="name"><textarea id="words">Words</textarea></form>
<details><summary>More</summary><p>Inside.</p></details><dialog id="box">A box</dialog>
{{{{ article.content }}}}{{% for n in range(80) %}}<p>line</p>{{% endfor %}}</body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """A site with a strict theme, and the address of its preview."""
    made = Site(tmp_path / "site")
    made.write("theme/templates/article.html", ARTICLE)
    made.write("theme/static/a.css", "")
    made.set("THEME = 'theme'")
    stop, up, found = threading.Event(), threading.Event(), list[str]()

    def ready(address: str) -> None:
        found.append(address)
        up.set()

    thread = threading.Thread(
        target=serve,
        args=(made.settings,),
        daemon=True,
        kwargs={
            "host": "127.0.0.1",
            "port": 0,
            "overrides": {},
            "say": lambda line: None,
            "stop": stop,
            "ready": ready,
        },
    )
    thread.start()
    assert up.wait(60)
    yield made, found[0]
    stop.set()
    thread.join(20)


def state(page: Page) -> dict[str, object]:
    found: dict[str, object] = page.evaluate(
        """() => ({mark: window.mark, y: scrollY, name: document.getElementById("name").value,
        words: document.getElementById("words").value, box: document.getElementById("box").open,
        more: document.querySelector("details").open})"""
    )
    return found


def test_a_save_changes_the_open_page_in_place(site: tuple[Site, str], browser: Browser):
    made, address = site
    page, other = browser.new_page(), browser.new_page()
    asked: list[str] = []
    page.goto(f"{address}/post-1/")
    other.goto(f"{address}/post-2/")
    other.on("request", lambda request: asked.append(request.url))
    for each in (page, other):
        each.evaluate("""() => { window.mark = 7;
            document.getElementById("name").value = "typed";
            document.getElementById("words").value = "typed too";
            document.querySelector("details").open = true;
            document.getElementById("box").show(); scrollTo(0, 400); }""")
    before = state(page)
    made.post("post-1", "Saved in place.", date="2024-01-01")
    expect(page.get_by_text("Saved in place.")).to_have_count(1, timeout=30_000)
    assert state(page) == before
    assert before["y"] == 400
    # The build that follows changes nothing more, and the other page not at all.
    page.wait_for_timeout(1500)
    assert state(page) == before
    assert state(other) == before
    assert not [url for url in asked if "_events" not in url]


def test_an_error_is_seen_under_the_themes_own_policy(site: tuple[Site, str], browser: Browser):
    made, address = site
    page = browser.new_page()
    page.goto(f"{address}/post-1/")
    made.post("post-1", "Bad.", date="someday")
    bar = page.locator("#publish-error")
    expect(bar).to_contain_text("content/posts/post-1.md:2", timeout=30_000)
    expect(bar).to_have_css("position", "fixed")
    expect(bar).to_have_css("background-color", "rgb(122, 18, 18)")
    # As served anew, too; the first event may put another bar in the place of the page's own.
    page.reload()
    expect(bar).to_have_css("position", "fixed")
    expect(bar).to_have_css("background-color", "rgb(122, 18, 18)")
    made.post("post-1", "Good again.", date="2024-01-01")
    expect(bar).to_have_count(0, timeout=30_000)
    expect(page.get_by_text("Good again.")).to_have_count(1, timeout=30_000)


def test_the_mails_fit_a_phone_and_have_a_main_part(tmp_path: Path, browser: Browser):
    record = {
        "subject": "p" * 70,
        "title": "p" * 70,
        "digest": "f" * 64,
        "url": "https://a.example/p/",
    }
    issue = tmp_path / "issues/p"
    issue.mkdir(parents=True)
    for name, text in (("json", json.dumps(record)), ("html", "<p>x</p>"), ("txt", "t" * 90)):
        (issue / f"issue.{name}").write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 320, "height": 700})
    for path in ("/_issues/", "/_issues/p/"):
        page.set_content(answer(tmp_path, path, "").body.decode())
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        expect(page.locator("main h1")).to_have_count(1)
    page.close()
