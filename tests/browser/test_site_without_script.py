"""Script switched off: everything is there to read, and the form still goes where it should."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.conftest import KINDS, visit

pytestmark = pytest.mark.browser
READER = "ana.reader@example.com"
# What a reader could miss: text or a link that the page holds and does not show.
UNSEEN = """main => [...main.querySelectorAll('h1, h2, h3, p, li, a, figure, td, time')]
  .filter(e => !e.closest('[hidden], .trap, .permalink, [role=status], details:not([open])'))
  .filter(e => e.textContent.trim() || e.querySelector('img'))
  .filter(e => !e.getClientRects().length || getComputedStyle(e).visibility !== 'visible')
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def plain(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_there_to_read(plain: Page, site: str, kind: str):
    visit(plain, site, kind)
    main = plain.locator("main")
    assert len(main.inner_text()) > 100
    assert main.evaluate(UNSEEN) == []


def test_the_archive_lists_every_article_newest_first(plain: Page, site: str):
    visit(plain, site, "archives")
    days = plain.locator("main time").evaluate_all("all => all.map(time => time.dateTime)")
    assert len(days) > 10
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("kind", ["home", "article", "subscribe"])
def test_the_form_posts_the_address_and_nothing_else_of_the_reader(
    plain: Page, site: str, kind: str
):
    posted: list[Request] = []

    def answer(route: Route) -> None:
        posted.append(route.request)
        route.fulfill(body="<title>Almost</title>", content_type="text/html")

    plain.route("**/subscribe/post*", answer)
    visit(plain, site, kind)
    plain.get_by_label("Your e-mail address").fill(READER)
    plain.get_by_role("button", name="Subscribe").click()
    expect(plain).to_have_title("Almost")
    assert [request.method for request in posted] == ["POST"]
    fields = parse_qs(posted[0].post_data or "", keep_blank_values=True)
    assert fields.pop("EMAIL") == [READER]
    # The robots' trap goes empty; the form asks for no more.
    assert [values for values in fields.values() if values != [""]] == []
    assert len(fields) <= 1


def test_an_address_that_is_none_stops_at_the_field_and_is_said(new_page: Page, site: str):
    asked: list[str] = []
    new_page.on("request", lambda request: asked.append(request.method))
    visit(new_page, site, "subscribe")
    field = new_page.get_by_label("Your e-mail address")
    for wrong in ("", "not an address"):
        field.fill(wrong)
        new_page.get_by_role("button", name="Subscribe").click()
        # The browser's own message is shown and read out at the field it has the focus on.
        expect(field).to_be_focused()
        assert field.evaluate("field => field.validationMessage")
    assert "POST" not in asked
    field.fill(READER)
    assert field.evaluate("field => field.validity.valid")


def test_the_field_says_what_becomes_of_the_address(page: Page, site: str):
    visit(page, site, "subscribe")
    field = page.get_by_label("Your e-mail address")
    note = page.locator(f"#{field.get_attribute('aria-describedby')}")
    expect(note).to_be_visible()
    expect(note).to_contain_text("nobody else")
    assert field.get_attribute("autocomplete") == "email"
    assert field.evaluate("field => field.inputMode || field.type") == "email"
