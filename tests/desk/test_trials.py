"""Requests of other pages, stale tabs and double clicks; a day by keyboard alone, and without
script."""

from __future__ import annotations

import http.client
import http.server
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from publish.desk.serve import serve
from publish.errors import Refused
from publish.settings import load
from tests.desk.site import Open, until

pytestmark = pytest.mark.browser
RELOAD = 0.5
"""Seconds between two reloads: each has the desk and the browser make a whole page."""
# The worst case: the script knows the key. It must still get nothing and do nothing.
EVIL = """\
fetch("/_ran");
window.got = {};
const note = (name, promise) => promise.then(v => got[name] = v, e => got[name] = "refused");
note("read", fetch(DESK + "/").then(a => a.text()));
note("act", fetch(DESK + "/ask/deploy", {method: "POST", mode: "no-cors", body: "a=1"})
  .then(a => "sent " + a.type));
note("image", new Promise((yes, no) => {
  const i = new Image(); i.onload = () => yes("loaded"); i.onerror = no;
  i.src = DESK + "/desk.svg"; }));
const frame = document.createElement("iframe");
frame.src = DESK + "/";
document.documentElement.append(frame);
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def asked(site: Open, path: str, form: dict[str, str], **headers: str) -> http.client.HTTPResponse:
    """A POST over a socket, with the desk's own origin unless another is given."""
    parts = urlsplit(site.address)
    known = {
        "Host": parts.netloc,
        "Origin": f"http://{parts.netloc}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    connection.request("POST", parts.path + path, urlencode(form), known | headers)
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def log(site: Open) -> str:
    file = site.root / ".publish/desk/log.jsonl"
    return file.read_text("utf-8") if file.is_file() else ""


def preview(page: Page, site: Open) -> str:
    page.goto(f"{site.address}/")
    link = page.get_by_role("link", name=re.compile("^See the site"))
    until(
        lambda: page.reload() is not None and len(link.get_attribute("href") or "") > 1,
        pause=RELOAD,
    )
    return (link.get_attribute("href") or "").rstrip("/")


def test_a_hostile_post_cannot_reach_the_desk_even_with_the_key(page: Page, site: Open):
    before = log(site)
    script = f"const DESK = {site.address!r};\n{EVIL}"
    (site.root / "content/images/evil.js").write_text(script, encoding="utf-8")
    site.write("evil.md", body='<script src="/images/evil.js"></script>\n\nWords.')
    there = preview(page, site)
    ran: list[str] = []
    page.on("request", lambda request: ran.append(request.url) if "_ran" in request.url else None)
    page.goto(f"{site.address}/post/posts/evil.md")
    frame = page.locator("#face-page iframe")
    frame.scroll_into_view_if_needed(timeout=60_000)
    expect(page.frame_locator("#face-page iframe").locator("h1")).to_be_visible(timeout=20_000)
    assert not ran
    # Of its own origin, the theme's fonts are shown too; a script runs in no frame.
    shown = frame.element_handle().content_frame()
    assert shown
    assert shown.evaluate("origin") == there
    page.goto(f"{there}/drafts/evil/")
    page.wait_for_function("window.got && Object.keys(got).length === 3")
    assert ran
    got = page.evaluate("got")
    # The POST arrives and is refused; what it answered, the page is not told.
    assert got == {"read": "refused", "act": "refused", "image": "refused"}
    assert log(site) == before
    inside = next(f for f in page.frames if f.parent_frame and "evil" not in f.url)
    assert "Rehearsal" not in (inside.content() if inside.url.startswith("http") else "")
    site.file("evil.md").unlink()
    (site.root / "content/images/evil.js").unlink()


@contextmanager
def elsewhere(body: str) -> Iterator[str]:
    """Another site, on this machine and at another name."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_form_of_another_site_is_refused(page: Page, site: Open):
    before = log(site)
    form = f"""<form method="post" action="{site.address}/ask/deploy" id="f"><input name="a"></form>
        <script>f.submit()</script>"""
    with elsewhere(form) as address, page.expect_navigation(url=re.compile("ask/deploy")) as moved:
        page.goto(address)
    assert moved.value is not None
    assert moved.value.status == 403
    assert log(site) == before


def test_a_name_pointed_at_this_machine_is_refused(site: Open):
    for host in (
        "evil.example",
        "evil.example:80",
        f"localhost.evil:{urlsplit(site.address).port}",
    ):
        answer = asked(site, "/yes", {"a": "b"}, Host=host, Origin=f"http://{host}")
        assert answer.status == 421


def test_fifty_parallel_yeses_are_one_send(page: Page, site: Open):
    site.write("parallel.md", status="published")
    page.goto(f"{site.address}/post/posts/parallel.md")
    page.get_by_role("button", name="Send the letter…").first.click()
    page.locator("#act .button.main").wait_for()
    form = {
        name: page.locator(f"form[action$='/yes'] [name={name}]").get_attribute("value") or ""
        for name in ("token", "bound")
    }
    before = len(site.ledger)
    with ThreadPoolExecutor(50) as many:
        answers = [done.status for done in many.map(lambda _: asked(site, "/yes", form), range(50))]
    assert sorted(answers) == [303] + [409] * 49
    expect(page.locator("main")).to_contain_text("Done: the letter is on its way")
    lines = "\n".join(site.ledger[before:])
    assert lines.count('"send_try"') == 1
    assert lines.count('"create_try"') == 1


def test_a_stale_tab_gets_the_new_question_and_not_its_will(browser: Browser, site: Open):
    site.act("send", posts=("quit",))
    context = browser.new_context()
    one, two = context.new_page(), context.new_page()
    for tab in (one, two):
        tab.goto(f"{site.address}/post/posts/quit.md")
        tab.get_by_role("button", name="Take the letter back…").first.click()
        tab.locator("#act .button.main").wait_for()
    two.get_by_role("button", name="Take it back", exact=True).click()
    expect(two.locator("main")).to_contain_text("Done: the letter is taken back")
    before = site.ledger
    one.route("**/events", lambda route: route.abort())
    one.get_by_role("button", name="Take it back", exact=True).click()
    expect(one.locator("main")).not_to_contain_text("Done: the letter is taken back")
    assert site.ledger == before
    context.close()


def test_a_second_desk_names_the_first(site: Open):
    with pytest.raises(Refused, match=re.escape(site.address)):
        serve(load(site.root / "pelicanconf.py"), port=0, live=False, say=print)


def leave(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for that: a page on its way hears none."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_day_by_keyboard_alone(page: Page, site: Open):
    keys = page.keyboard
    page.goto(f"{site.address}/")
    leave(page, "n")
    expect(page.get_by_label("Title")).to_be_focused()
    keys.type("A Day by Keys")
    keys.press("Tab")
    keys.type("Career")
    leave(page, "Enter")
    page.wait_for_url("**/post/posts/a-day-by-keys.md")
    file = site.file("a-day-by-keys.md")
    text = file.read_text("utf-8").split("\n\n")[0].replace("Summary:", "Summary: One day.")
    file.write_text(f"{text}\n\nWords of the day.\n", encoding="utf-8")
    expect(page.locator("main")).to_contain_text("Nothing to fix")
    leave(page, "e")
    until(lambda: bool(site.opened) and site.opened[-1][-1].endswith("a-day-by-keys.md:1"))
    expect(page.locator("[data-key=p]")).to_be_visible()
    leave(page, "p")
    page.locator("#act .button.main").wait_for()
    expect(page.locator("#question")).to_be_focused()
    leave(page, "Escape")
    expect(page.locator("#act")).to_have_count(0)
    leave(page, "p")
    page.locator("#act .button.main").wait_for()
    expect(page.locator("#question")).to_be_focused()
    keys.press("Tab")
    expect(page.get_by_role("button", name="Not now")).to_be_focused()
    keys.press("Tab")
    leave(page, "Enter")
    expect(page.locator("main")).to_contain_text("Done: the post is published")
    leave(page, "h")
    page.wait_for_url(re.compile(r"/k/[^/]+/$"))
    expect(page.locator("h1")).to_contain_text("goes out")
    back = page.get_by_role("button", name="Take it back…").first
    for _ in range(40):
        if back.evaluate("b => b === document.activeElement"):
            break
        keys.press("Tab")
    leave(page, "Enter")
    page.locator("#act .button.main").wait_for()
    expect(page.locator("#question")).to_be_focused()
    keys.press("Tab")
    expect(page.get_by_role("button", name="Not now")).to_be_focused()
    keys.press("Tab")
    leave(page, "Enter")
    expect(page.locator("main")).to_contain_text("Done: the letter is taken back")
    leave(page, "?")
    page.wait_for_url("**/keys")
    page.get_by_label("Single keys work").uncheck()
    keys.press("n")
    page.wait_for_timeout(200)
    assert page.url.endswith("/keys")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def comes(page: Page, text: str) -> None:
    """Reload until it is there: a browser really without script refreshes by itself meanwhile."""
    until(lambda: text in page.locator("#act").inner_text() or not page.reload(), 90, RELOAD)


def test_a_day_without_script(browser: Browser, site: Open):
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{site.address}/new")
    page.get_by_label("Title").fill("Without Script")
    page.get_by_label("Categories").fill("Career")
    press(page, "Begin")
    expect(page.locator("h1")).to_have_text("Without Script")
    page.get_by_text("Title, summary, subject, date").click()
    page.get_by_role("textbox", name="Summary").fill("A summary.")
    press(page, "Save these lines")
    assert "Summary: A summary." in site.file("without-script.md").read_text("utf-8")
    file = site.file("without-script.md")
    file.write_text(file.read_text("utf-8").split("\n\n")[0] + "\n\nWords.\n", encoding="utf-8")
    page.reload()
    press(page, "Publish…")
    comes(page, "Publish this post?")
    press(page, re.compile("^Publish, and"))
    comes(page, "Done: the post is published")
    press(page, "Take it back…")
    comes(page, "Take the letter back?")
    press(page, re.compile("^Take it back$"))
    comes(page, "Done: the letter is taken back")
    context.close()
