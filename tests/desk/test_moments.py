"""The fifteen moments of an author's day at which she doubted, each in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.desk.site import Open, until
from tests.desk.snapshots import YORK

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    found = context.new_page()
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    yield found
    context.close()
    assert not errors


def home(page: Page, site: Open) -> None:
    page.goto(f"{site.address}/")


def post(page: Page, site: Open, name: str) -> None:
    page.goto(f"{site.address}/post/posts/{name}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def words(page: Page) -> str:
    return page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def shows(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("main")).to_contain_text(text)


def test_1_what_is_saved_is_what_is_mailed(page: Page, site: Open):
    post(page, site, "quit.md")
    shows(page, "not yet")
    site.write("quit.md", body="On the first Friday of May.\n\n## Why\n\nNo more.")
    press(page, "Send the letter…")
    shows(page, "Send this letter?")
    shows(page, "1 reader")
    press(page, "Schedule for 1 reader")
    shows(page, "Done: the letter is on its way")
    (kept,) = (site.root / ".publish/sandbox/ledger/issues").glob("*/issue.txt")
    assert "On the first Friday of May." in kept.read_text("utf-8")


def test_5_a_typo_after_scheduling_is_seen_and_mended_in_the_letter(page: Page, site: Open):
    site.write("quit.md", body="On the first Friday of May.\n\n## Why\n\nNo more.")
    site.act("send", posts=("quit",))
    site.write("quit.md", body="On the first Monday of May.\n\n## Why\n\nNo more.")
    home(page, site)
    shows(page, "The letter still has your old words")
    expect(page.locator("del").first).to_have_text("Friday")
    expect(page.locator("ins").first).to_have_text("Monday")
    press(page, "Put the new words in…")
    shows(page, "Put the new words into the letter?")
    page.locator("#act .button.main").click()
    shows(page, "Done: the letter has the new words")
    (kept,) = (site.root / ".publish/sandbox/ledger/issues").glob("*/issue.txt")
    assert "On the first Monday of May." in kept.read_text("utf-8")
    home(page, site)
    expect(page.locator("main")).not_to_contain_text("old words")


def test_9_next_tuesday_is_understood(page: Page, site: Open):
    site.act("send", posts=("quit",))
    post(page, site, "quit.md")
    page.get_by_text("Another time for the letter").click()
    page.get_by_label("When").fill("next tuesday 7:30")
    press(page, "Ask…")
    shows(page, re.compile("Send it at another time"))
    shows(page, re.compile(r"Tue \d+ \w+ \d+, 07:30"))
    page.locator("#act .button.main").click()
    shows(page, "Done: the letter has its new time")
    home(page, site)
    expect(page.locator("h1")).to_contain_text(re.compile("goes out (on Tuesday|tomorrow|on )"))
    page.goto(f"{site.address}/new")
    page.get_by_label("Title").fill("What the Audit Taught Me")
    page.get_by_label("Date").fill("next tuesday 7:00")
    press(page, "Begin")
    shows(page, "it is a draft")
    (made,) = (site.root / "content/posts").glob("what-the-audit*.md")
    assert re.search(r"^Date: \d{4}-\d\d-\d\d 07:00$", made.read_text("utf-8"), re.M)
    made.write_text(made.read_text("utf-8").replace("Status: draft", "Status: published"))
    home(page, site)
    shows(page, "on the site: What the Audit Taught Me")
    shows(page, "This computer has to be on then")


def test_2_a_scheduled_letter_whose_post_is_taken_off_is_the_first_thing(page: Page, site: Open):
    site.act("send", posts=("quit",))
    site.write("quit.md", status="draft")
    home(page, site)
    shows(page, "Its page is not on the site any more")
    press(page, "Take it back…")
    shows(page, "Take the letter back?")
    press(page, "Take it back")
    shows(page, "Done: the letter is taken back")


def test_11_draft_means_a_post_and_nothing_else(page: Page, site: Open):
    site.act("send", posts=("quit",))
    site.act("undo", post="quit")
    home(page, site)
    shows(page, "Letter taken back")
    row = page.locator(".posts > li", has_text="Before You Quit")
    assert "Draft" not in row.inner_text()
    for path in ("/", "/letters", "/post/posts/quit.md"):
        page.goto(site.address + path)
        assert not re.search(r"\b(campaign|issue|ledger|slug|commit)s?\b", words(page), re.I)


def test_12_not_now_is_no_error_and_changes_nothing(page: Page, site: Open):
    before = site.ledger
    post(page, site, "quit.md")
    press(page, "Send the letter…")
    shows(page, "Send this letter?")
    question = page.locator("#act").inner_text()
    for word in ("Subject", "To", "When", "Its page"):
        assert word in question
    page.wait_for_load_state()  # without its script, the page has no keys
    page.keyboard.press("Escape")
    expect(page.locator("#act")).to_have_count(0)
    assert "error" not in words(page).lower()
    assert site.ledger == before


def test_13_findings_are_live_the_worst_first_and_open_at_their_line(page: Page, site: Open):
    body = "A [link](http://example.com/) and [it](/no-such/).\n\n::: email-only\nNot closed.\n"
    post(page, site, "locum.md")
    site.write("locum.md", body=body)
    shows(page, "is not closed")
    lines = page.locator(".findings > li")
    expect(lines.first).to_contain_text("To fix")
    expect(lines.first).to_contain_text("is not closed")
    number = re.search(r"Line (\d+)", lines.first.inner_text())
    assert number is not None
    lines.first.get_by_role("button", name=f"Open at line {number[1]}").click()
    until(lambda: bool(site.opened))
    assert site.opened[-1] == ["code", "--goto", f"{site.file('locum.md')}:{number[1]}"]
    home(page, site)
    shows(page, "1 to fix")


def test_13b_what_knows_its_answer_is_mended_with_its_difference(page: Page, site: Open):
    site.write("locum.md", body="It is [there](http://example.com/).")
    post(page, site, "locum.md")
    item = page.locator(".findings > li", has_text="not encrypted")
    item.get_by_role("link", name="Fix it…").click()
    shows(page, "Fix it?")
    expect(page.locator(".diff ins")).to_contain_text("https://example.com/")
    press(page, "Write it")
    shows(page, "Five Questions")
    assert "https://example.com/" in site.file("locum.md").read_text("utf-8")
    expect(page.locator(".findings", has_text="not encrypted")).to_have_count(0)


def test_6_a_photo_from_a_telephone_is_made_fit(page: Page, site: Open, tmp_path_factory):
    from PIL import Image

    photo = tmp_path_factory.mktemp("phone") / "IMG_4411.JPG"
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"
    Image.effect_noise((1800, 2400), 40).convert("RGB").save(photo, exif=exif)
    post(page, site, "locum.md")
    page.get_by_text("Put a photo in").click()
    page.get_by_label("The photo").set_input_files(photo)
    page.get_by_label("What it shows").fill("A dispensary at dusk")
    press(page, "Put it in")
    until(lambda: "![A dispensary" in site.file("locum.md").read_text("utf-8"))
    made = site.root / "content/images/img-4411.jpg"
    with Image.open(made) as picture:
        assert picture.size == (1600, 1200)
    assert b"SecretCamera" not in made.read_bytes()
    assert made.stat().st_size < photo.stat().st_size


def test_14_every_face_is_there_with_its_pictures(page: Page, site: Open):
    from PIL import Image

    Image.new("RGB", (900, 600), "teal").save(site.root / "content/images/shelf.jpg")
    site.write("locum.md", body="Words.\n\n![A shelf]({static}/images/shelf.jpg)\n\nMore words.")
    post(page, site, "locum.md")
    for face in (
        "gmail",
        "apple",
        "phone-light",
        "phone-dark",
        "computer-light",
        "computer-dark",
        "page",
        "page-phone",
        "found",
        "text",
    ):
        expect(page.locator(f"#face-{face}")).to_be_visible()
    frame = page.locator("#face-page iframe")
    frame.scroll_into_view_if_needed()
    inside = page.frame_locator("#face-page iframe").locator("article img, main img").first
    expect(inside).to_be_visible()
    assert inside.evaluate("async i => { await i.decode(); return i.naturalWidth }") > 0
    assert (
        page.locator("#face-found img").evaluate(
            "async i => { await i.decode(); return i.naturalWidth }"
        )
        > 0
    )
    assert not re.search(r"[0-9a-f]{32}", words(page))
    page.get_by_text("In the inbox", exact=True).click()
    expect(page.locator("#face-page")).to_be_hidden()
    expect(page.locator("#face-gmail")).to_be_visible()


def test_15_saving_leaves_what_is_typed_opened_and_scrolled(page: Page, site: Open):
    post(page, site, "old.md")
    page.get_by_text("Title, summary, subject, date").click()
    field = page.get_by_label("Subject of the letter")
    field.fill("Half a wo")
    page.evaluate("window.scrollTo(0, 400)")
    field.focus()
    page.evaluate("window.stayed = true")
    before = page.evaluate("scrollY")
    site.write("old.md", title="An Older Post, Corrected")
    expect(page.locator("h1")).to_have_text("An Older Post, Corrected")
    assert page.evaluate("window.stayed")
    expect(field).to_have_value("Half a wo")
    expect(field).to_be_focused()
    assert abs(page.evaluate("scrollY") - before) < 60
    page.get_by_role("button", name="Save these lines").click()
    expect(page.locator("h1")).to_have_text("The file was changed meanwhile")
    expect(page.get_by_role("textbox", name="Subject, yours")).to_have_value("Half a wo")


def test_15a_what_is_typed_before_the_script_is_there_stays(page: Page, site: Open):
    held: list[Route] = []
    page.route("**/desk.js", lambda route: held.append(route))
    try:
        page.goto(f"{site.address}/post/posts/old.md", wait_until="commit")
        page.get_by_text("Title, summary, subject, date").click()
        page.get_by_label("Subject of the letter").fill("Early")
        page.get_by_role("textbox", name="Summary").fill("Early, too")
        with page.expect_response(lambda answer: "x-desk" in answer.request.headers):
            held[0].continue_()
    finally:
        page.unroute("**/desk.js")
    site.write("old.md", title="An Older Post, Corrected")
    expect(page.locator("h1")).to_have_text("An Older Post, Corrected")
    expect(page.get_by_label("Subject of the letter")).to_have_value("Early")
    expect(page.get_by_role("textbox", name="Summary")).to_have_value("Early, too")


def test_15c_a_page_of_an_earlier_desk_shows_the_previews_of_this_one(page: Page, site: Open):
    post(page, site, "old.md")
    preview = page.get_by_role("link", name="See the site").get_attribute("href") or ""

    first_visit = iter((True,))

    def earlier(route: Route) -> None:
        # The page that is open fetches its address too, to follow what happens.
        if not route.request.is_navigation_request() or not next(first_visit, False):
            route.continue_()
            return
        text = route.fetch().text().replace(preview.rstrip("/"), "http://127.0.0.1:9")
        route.fulfill(body=text, content_type="text/html")

    page.route("**/posts/old.md", earlier)
    page.goto(f"{site.address}/post/posts/old.md")
    page.wait_for_function("performance.getEntriesByType('navigation')[0].type == 'reload'")
    expect(page.locator("#face-page iframe")).to_have_attribute("src", re.compile(preview))
    page.unroute("**/posts/old.md")


def test_15b_two_writers_lose_nothing(page: Page, site: Open):
    post(page, site, "old.md")
    page.get_by_text("Title, summary, subject, date").click()
    page.get_by_label("Subject of the letter").fill("Mine")
    page.evaluate("document.querySelectorAll('form[action$=\"/fields\"] [name=digest]')[0].value")
    page.route("**/events", lambda route: route.abort())
    try:
        post(page, site, "old.md")
        page.get_by_text("Title, summary, subject, date").click()
        page.get_by_label("Subject of the letter").fill("Mine")
        site.write("old.md", preheader="From the editor")
        press(page, "Save these lines")
        shows(page, "The file was changed meanwhile")
        shows(page, "From the editor")
        expect(page.get_by_label("Subject, yours")).to_have_value("Mine")
    finally:
        page.unroute("**/events")


def test_15c_a_post_whose_file_is_gone_says_so(page: Page, site: Open):
    file = site.write("gone.md")
    post(page, site, "gone.md")
    expect(page.locator("h1")).to_have_text("gone.md")
    file.unlink()
    shows(page, "There is nothing at this address")


def test_15d_what_is_typed_outlives_a_file_that_is_taken_away_and_put_back(page: Page, site: Open):
    file = site.write("gone.md")
    post(page, site, "gone.md")
    page.get_by_text("Title, summary, subject, date").click()
    page.get_by_label("Subject of the letter").fill("Half a wo")
    with page.expect_response(lambda answer: answer.status == 404):
        file.unlink()
    site.write("gone.md", title="It Is Back")
    expect(page.locator("h1")).to_have_text("It Is Back")
    expect(page.get_by_label("Subject of the letter")).to_have_value("Half a wo")


def test_10_one_screen_lists_what_matters_by_title(page: Page, site: Open):
    home(page, site)
    titles = page.locator(".posts h3")
    expect(titles).to_have_count(2)
    assert set(titles.all_inner_texts()) == {
        "Five Questions Before a Locum Shift",
        "Before You Quit, Have Three Conversations",
    }
    shows(page, "1 older post is on the site and was never mailed")
    assert not re.search(r"\d{4}-\d\d-\d\dT|\+00:00|UTC", words(page))


def test_4_a_draft_of_last_week_is_published_today_and_mailed(page: Page, site: Open):
    began = datetime.now(YORK)
    post(page, site, "locum.md")
    press(page, "Publish…")
    shows(page, "Publish this post?")
    shows(page, re.compile("today; it was"))
    press(page, "Publish, and schedule for 1 reader")
    shows(page, "Done: the post is published")
    text = site.file("locum.md").read_text("utf-8")
    assert "Status: published" in text
    assert f"Date: {began:%Y-%m-%d}" in text or f"Date: {datetime.now(YORK):%Y-%m-%d}" in text
    assert (site.root / "www").exists()
    home(page, site)
    shows(page, "One letter goes out")
    shows(page, "Five Questions Before a Locum Shift")


def take_off(page: Page, to: str = "") -> None:
    """Ask for a post to be taken off, its address to lead ``to``."""
    page.get_by_role("link", name="Take it off the site…").click()
    page.get_by_label("Its address leads to").fill(to)
    page.locator("#retract").get_by_role("button", name="Ask…").click()


def test_8_a_post_is_taken_off_without_a_file_being_opened(page: Page, site: Open):
    site.act("publish", post="posts/locum.md")
    post(page, site, "locum.md")
    take_off(page)
    shows(page, "Take the post off the site?")
    shows(page, "leads to a page that says it is gone")
    shows(page, "is taken back")
    page.locator("#act .button.main").click()
    shows(page, "Done: the post is off the site")
    assert "Status: draft" in site.file("locum.md").read_text("utf-8")
    home(page, site)
    expect(page.locator("h1")).not_to_contain_text("goes out")
    page.get_by_role("button", name=re.compile("^Upload ")).click()
    shows(page, "Upload the site?")
    page.locator("#act .button.main").click()
    shows(page, "Done: the pages are uploaded")
    assert "Five Questions" not in (site.root / "www/index.html").read_text("utf-8")
    home(page, site)
    expect(page.locator("#site + p")).to_have_text("Uploaded")
    # What is saved since is not what readers see, whatever it is; a draft is nobody's.
    site.write("locum.md", body="Other words of it.", Status="draft")
    style = site.root / "theme/static/css/site.css"
    style.write_text(style.read_text("utf-8") + "/* more */", encoding="utf-8")
    shows(page, "What you changed waits to be uploaded")
    page.get_by_role("button", name=re.compile("^Upload")).click()
    page.locator("#act .button.main").click()
    shows(page, "Done: the pages are uploaded")
    home(page, site)
    expect(page.locator("#site + p")).to_have_text("Uploaded")
    site.write("old.md", body="Other words of it.")
    shows(page, "What you changed waits to be uploaded")
    post(page, site, "old.md")
    shows(page, "the last change waits to be uploaded")


def test_3_a_letter_that_went_out_is_never_forgotten(page: Page, site: Open):
    site.act("send", posts=("quit",), now=True)
    site.write("quit.md", summary="Another one.")
    post(page, site, "quit.md")
    shows(page, "1 of 1")
    take_off(page, "/old/")
    shows(page, "/quit/ leads to /old/")
    page.locator("#act .button.main").click()
    shows(page, "Done: the post is off the site")
    page.goto(f"{site.address}/letters")
    row = page.locator("tbody tr", has_text="Before You Quit")
    expect(row).to_contain_text("1 of 1")
    row.get_by_role("link").click()
    shows(page, "Delivered")
    shows(page, "1 of 1")


def test_7_pages_that_cannot_be_made_are_reported_on_the_desk(page: Page, site: Open):
    template = site.root / "theme/templates/article.html"
    whole = template.read_text("utf-8")
    home(page, site)
    template.write_text(whole + "{% if %}", encoding="utf-8")
    try:
        shows(page, "The pages cannot be made")
    finally:
        template.write_text(whole, encoding="utf-8")
    expect(page.locator("main")).not_to_contain_text("The pages cannot be made")
