"""Three imported posts in a real browser: each says what its source shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publish.cli import run as cli
from tests.browser.serving import served
from tests.importer.converting import FOOTNOTES
from tests.importer.export import attachment, export, imported, item, site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
CASES = Path(__file__).parent / "cases"
POSTS = ("divi4", "gutenberg", "classic")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[str]:
    """The site of three imported posts, one of them with a picture, built and served."""
    folder = tmp_path_factory.mktemp("imported")
    uploads = folder / "uploads/2020/03"
    uploads.mkdir(parents=True)
    (uploads / "door.jpg").write_bytes((root / "content/images/two-coffee-cups.jpg").read_bytes())
    blog = site(folder / "site", root)
    bodies = {name: (CASES / f"{name}.html").read_text(encoding="utf-8") for name in POSTS}
    bodies["classic"] += (
        '\n\n<img src="https://old.example/wp-content/uploads/2020/03/door-300x200.jpg" alt="A" />'
    )
    posts = [
        item(
            n,
            text,
            slug=name,
            title=f"The {name} post",
            excerpt="What it is about.",
            meta={"_thumbnail_id": 9} if name == "classic" else {"footnotes": FOOTNOTES},
        )
        for n, (name, text) in enumerate(bodies.items(), 1)
    ]
    posts += [
        item(
            7,
            "<!-- wp:paragraph --><p>A reusable block.</p><!-- /wp:paragraph -->",
            type="wp_block",
            slug="reused",
        ),
        item(8, "[et_pb_text]A global module.[/et_pb_text]", type="et_pb_layout", slug="module"),
    ]
    text = export(attachment(9, "2020/03/door.jpg", alt="A green door"), *posts)
    assert imported(blog, text, "--uploads", str(folder / "uploads")) == 0
    assert cli(["build", "-s", str(blog.path), "-q"]) == 0
    with served(blog.output) as here:
        yield here


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all: none of them leaves anything in it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def text_of(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("article.post").inner_text())


def test_a_divi_page_reads_like_a_page(page: Page, address: str):
    page.goto(f"{address}/divi4/")
    text = text_of(page)
    for words in (
        "What a “huddle” is",
        "Say “hello” [first]",
        "Because.",
        "She said so.",
        "A global module.",
        "Unknown words.",
    ):
        assert words in text
    assert "et_pb" not in page.content()
    assert page.locator("article.post table th").all_inner_texts() == ["Dose", "Hour"]
    assert page.locator("article.post blockquote").count() == 1


def test_lists_and_footnotes_keep_their_numbers(page: Page, address: str):
    page.goto(f"{address}/gutenberg/")
    assert page.locator("article.post ol").first.get_attribute("start") == "3"
    assert page.locator("sup a.footnote-ref").all_inner_texts() == ["1", "2"]
    assert page.locator(".footnote li").all_inner_texts()[0].startswith("First note.")
    assert page.locator("article.post details summary").inner_text() == "More"
    assert "Hidden words" in (page.locator("article.post details").text_content() or "")
    page.goto(f"{address}/classic/")
    assert [o.get_attribute("start") for o in page.locator("article.post .prose > ol").all()] == [
        "4",
        "9",
    ]


def test_pictures_are_the_sites_own_and_nothing_overflows(page: Page, address: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/classic/")
    for picture in page.locator("article.post img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") > 0
    assert all(url.startswith((address, "data:")) for url in asked)
    for name in POSTS:
        page.goto(f"{address}/{name}/")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.evaluate("window.innerWidth")


def test_old_addresses_lead_on(page: Page, address: str):
    page.goto(f"{address}/2020/03/11/classic/")
    page.wait_for_url(f"{address}/classic/")
    assert page.locator("h1").inner_text() == "The classic post"
    page.goto(f"{address}/2020/03/")
    page.wait_for_url(f"{address}/archives/")
