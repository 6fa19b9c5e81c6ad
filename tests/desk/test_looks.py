"""Every page of the desk as it is seen and heard: axe, narrow screens, large text."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from publish.desk import renderings
from publish.desk.guard import Guard
from publish.desk.model import Newsletter, Site
from publish.post.diagnostic import Diagnostic
from tests.browser.test_site_axe import ASK as SITE
from tests.browser.test_site_axe import UNFIT
from tests.desk.snapshots import CHANGE, YORK, a_letter, a_post, a_report, sent
from tests.desk.stand import BASE, KEY, Desk, a_desk
from tests.fakes.world import an_issue

pytestmark = pytest.mark.browser
FILE = "content/posts/three.md"
PAGES = {
    "home": "/", "post": "/post/posts/three.md?open=rename", "time": "/post/posts/quit.md",
    "retract": "/post/posts/quit.md?open=retract",
    "letters": "/letters", "letter": "/letter/key-quit-sent", "words": "/words", "keys": "/keys",
    "new": "/new?refused=The+title+is+taken",
}  # fmt: skip
BROUGHT = ("question", "fix", "conflict")
"""Pages that come about by a form."""
# As for the blog's pages; and a frame of another origin cannot be looked into from here.
ASK = SITE.replace("const found", "rules['frame-tested'] = {enabled: false};\n  const found")


class Served:
    """A desk with something of everything, on a socket."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        now = datetime.now(UTC)
        quit, old = a_post(date=now - timedelta(days=2)), a_post("posts/old.md")
        odd = a_post("posts/doubt.md", title="A Letter in Doubt")
        letters = (
            a_letter(quit, at=now + timedelta(days=3), changes=(CHANGE,)),
            a_letter(odd, "unknown", why="an answer was lost"),
            sent(old),
            sent(quit, 90, a_report(12, 1, 7, 2, 0)),
            a_letter(old, "held"),
        )
        desk.app.reader.change(
            posts=(*desk.app.reader.current.posts, quit, old, odd),
            newsletter=Newsletter(now, letters, "Happy readers", 412, "Nora <nora@happy.example>"),
            site=Site(now, now - timedelta(days=2), ("quit/index.html", "index.html"), ("live",)),
            zone=YORK,
        )
        desk.find(
            Diagnostic(
                FILE,
                9,
                "http-link",
                "warning",
                "`http://example.com/` is open",
                "write it",
                ("http://example.com/", "https://example.com/"),
            ),
            Diagnostic(FILE, 12, "broken-link", "error", "nothing is at /x/", "correct it"),
        )
        self.server = make_server("127.0.0.1", 0, desk.app, threaded=True)
        desk.app.guard = Guard(self.server.port, KEY)
        self.address = f"http://127.0.0.1:{self.server.port}{BASE}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.desk.app.reader.close()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.desk.acts.jobs.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    patch = pytest.MonkeyPatch()
    letter = replace(an_issue(), subject="Three conversations", text="Text.")
    seen = renderings.Renderings(
        letter, renderings.Page("/three/", "m", "Three", "Described."), True
    )
    patch.setattr(renderings, "fetch_renderings", lambda *_: seen)
    found = Served(a_desk(tmp_path_factory.mktemp("looks")))
    yield found
    found.close()
    patch.undo()


@pytest.fixture(scope="module")
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def show(page: Page, served: Served, kind: str) -> None:
    """Open a page of that kind, or bring it about."""
    if kind == "question":
        page.goto(served.address + PAGES["post"])
        page.get_by_role("button", name="Publish…").first.click()
        page.locator("#act .button.main").wait_for()
    elif kind == "fix":
        page.goto(served.address + PAGES["post"])
        page.get_by_role("link", name="Fix it…").first.click()
        page.locator(".diff").first.wait_for()
    elif kind == "conflict":
        page.goto(served.address + "/post/posts/three.md?open=fields")
        page.get_by_role("textbox", name="Title").fill("Mine")
        page.eval_on_selector("form[action$='/fields'] [name=digest]", "i => i.value = 'old'")
        page.get_by_role("button", name="Save these lines").click()
        page.locator(".both").first.wait_for()
    else:
        page.goto(served.address + PAGES[kind])
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def judge(page: Page) -> None:
    """What axe finds on the page as it is, light and dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(ASK, UNFIT)
        assert found["passed"] > 20
        assert (found["wrong"], found["undecided"]) == ([], []), scheme


# Most of the time goes into bringing a page about: each is looked at in every width it may have.
@pytest.mark.parametrize("kind", [*PAGES, *BROUGHT])
def test_a_page_is_sound_at_any_width(page: Page, served: Served, kind: str):
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 375, "height": 900})
    show(page, served, kind)
    page.evaluate(AXE_SCRIPT)
    judge(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    judge(page)
    # Nothing runs off a narrow screen, nor with text twice as large.
    page.set_viewport_size({"width": 320, "height": 800})
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, size


@pytest.mark.parametrize("kind", ["home", "post", "new", "question"])
def test_what_is_pressed_is_large_enough(page: Page, served: Served, kind: str):
    page.set_viewport_size({"width": 375, "height": 800})
    show(page, served, kind)
    small = page.evaluate("""() => [...document.querySelectorAll(
      "button, summary, input:not([type=hidden]), header a, footer a, .button, .views label")]
      .filter(e => e.checkVisibility() && e.type !== "radio")
      .map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect().height])
      .filter(([, height]) => height && height < 44)""")
    assert small == []


def test_a_button_that_is_pressed_twice_is_pressed_once(page: Page, served: Served):
    office = served.desk.office
    office.asked.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    show(page, served, "post")
    # The answer takes as long as the desk waits for an act.
    office.gate.clear()
    again = "form => { form.requestSubmit(); setTimeout(() => form.requestSubmit(), 50); }"
    with page.expect_navigation():
        page.locator("#test form").evaluate(again)
    office.gate.set()
    page.get_by_text("Done: the test is on its way").wait_for()
    # The second half of a double click, on the page that the first half has led to.
    box = page.get_by_role("button", name="Publish…").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.wait_for_timeout(200)
    assert [act for act, _ in office.asked] == ["test"]


DROP = """h => {
  const both = new DataTransfer();
  for (const name of ["one.jpg", "two.jpg"]) both.items.add(new File(["x"], name));
  for (const kind of ["dragover", "drop"]) h.dispatchEvent(
    new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: both}));
  return [...document.getElementById("photo-file").files].map(file => file.name);
}"""


def test_a_photo_is_taken_wherever_on_the_page_it_is_dropped(page: Page, served: Served):
    page.goto(served.address + PAGES["post"])
    assert page.locator("h1").evaluate(DROP) == ["one.jpg"]
    expect(page.get_by_label("What it shows")).to_be_focused()


def test_a_page_of_a_desk_that_is_closed_says_so_wherever_it_is_scrolled(
    page: Page, served: Served
):
    page.set_viewport_size({"width": 375, "height": 600})
    page.goto(served.address + PAGES["words"])
    away = page.get_by_role("alert")
    expect(away).to_have_count(0)
    page.route("**/events", lambda route: route.abort())
    page.reload()
    expect(away).to_contain_text("The desk is closed")
    expect(away).to_be_in_viewport(ratio=1)
    page.unroute("**/events")
    expect(away).to_have_count(0)


def test_nothing_moves(page: Page, served: Served):
    for kind in ("home", "post"):
        show(page, served, kind)
        moving = page.evaluate("document.getAnimations().length")
        assert moving == 0
    css = served.desk.get("/desk.css").text
    assert "transition" not in css
    assert "animation" not in css
