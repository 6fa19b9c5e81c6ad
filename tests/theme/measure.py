"""What Chromium makes of a built site, as facts."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page

PAGES = ("/", "/full/", "/letters/", "/category/money/", "/archives/", "/tags/", "/404.html")
WIDTHS = (320, 390, 1280)

# How many letters stand on each full line of the text; the middle one of all lines.
LETTERS = """() => {
  const found = [];
  for (const p of document.querySelectorAll('.prose > p')) {
    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT), lines = new Map();
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (let i = 0; i < node.length; i++) {
        const range = document.createRange();
        range.setStart(node, i); range.setEnd(node, i + 1);
        const y = Math.round(range.getBoundingClientRect().bottom);
        lines.set(y, (lines.get(y) || 0) + 1);
      }
    found.push(...[...lines.values()].slice(0, -1));
  }
  return found.sort((a, b) => a - b)[found.length >> 1];
}"""
SMALL = """() => [...document.querySelectorAll(
    'body > header a, body > footer a, .share a, .share button, form button, form [type=email]')]
  .filter(e => { const box = e.getBoundingClientRect(); return box.height < 44 || box.width < 44 })
  .map(e => e.outerHTML)"""
LOW = """() => {
  const size = (e) => parseFloat(getComputedStyle(e).fontSize);
  const prose = document.querySelector('.prose');
  const made = ['h4', 'h5', 'h6'].map((name) => prose.appendChild(document.createElement(name)));
  return made.map((heading) => size(heading) >= size(prose));
}"""
FOLDED = """() => {
  const details = document.querySelector('.prose').appendChild(document.createElement('details'));
  const words = details.appendChild(document.createElement('p'));
  words.textContent = 'words';
  return words.checkVisibility({contentVisibilityAuto: true});
}"""
COLOURS = """() => {
  const style = getComputedStyle(document.body);
  return [style.color, style.backgroundColor];
}"""
CHROME = ("body > header nav", "body > footer", ".share", ".signup", ".skip")


def widths(page: Page, site: str) -> dict[str, Any]:
    """Pages that scroll sideways, and what is too small to press, at each width."""
    found: dict[str, Any] = {"sideways": [], "small": [], "letters": {}}
    for path in (*PAGES, "/long/"):
        page.goto(site + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found["sideways"].append([path, width])
            found["small"] += page.evaluate(SMALL)
            if path == "/long/":
                found["letters"][str(width)] = page.evaluate(LETTERS)
    found["low headings"] = page.evaluate(LOW)
    found["first words"] = page.locator(".prose > p").first.bounding_box()["y"]
    return found


def keys(page: Page, site: str) -> list[Any]:
    """Where the first stop is, how high, and where it leads."""
    page.goto(f"{site}/full/")
    page.keyboard.press("Tab")
    where = "[document.activeElement.className || document.activeElement.tagName]"
    first = [*page.evaluate(where), page.locator(".skip").bounding_box()["y"] >= 0]
    page.keyboard.press("Enter")
    return first + page.evaluate(where)


def sharing(page: Page, site: str) -> dict[str, Any]:
    """What copying and the share sheet do."""
    page.add_init_script("navigator.share = data => (window.shared = data, Promise.resolve())")
    page.goto(f"{site}/full/")
    page.get_by_role("link", name="Copy link").click()
    said = page.get_by_role("status")
    page.wait_for_function("document.querySelector('[role=status]').textContent")
    page.get_by_role("button", name="Share…").click()
    return {
        "said": said.inner_text(),
        "copied": page.evaluate("navigator.clipboard.readText()"),
        "shared": page.evaluate("window.shared"),
    }


def plain(browser: Browser, site: str) -> dict[str, Any]:
    """The page without script, and the same page on paper while the system is dark."""
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site}/full/")
    found: dict[str, Any] = {
        "copy": page.get_by_role("link", name="Copy link").get_attribute("href"),
        "fields": page.get_by_role("textbox").count(),
    }
    page.close()
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{site}/full/")
    page.emulate_media(media="print", color_scheme="dark")
    found["paper"] = page.evaluate(COLOURS)
    found["chrome"] = [part for part in CHROME if page.locator(part).first.is_visible()]
    found["folded"] = page.evaluate(FOLDED)
    found["address"] = page.locator(".permalink").is_visible()
    page.close()
    return found


def measure(browser: Browser, site: str) -> dict[str, Any]:
    """Every fact, and every word in the console."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    said: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    facts = {
        "widths": widths(page, site),
        "keys": keys(page, site),
        "sharing": sharing(page, site),
        "plain": plain(browser, site),
    }
    context.close()
    return {**facts, "console": said, "elsewhere": [u for u in asked if not u.startswith(site)]}
