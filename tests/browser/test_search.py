"""Search in a real Chromium: results, keyboard access, and transferred bytes."""

from __future__ import annotations

import math
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import served
from tests.fakes.journal import build, drafts

pytestmark = pytest.mark.browser
BUDGET = 100_000

ENDINGS = {
    "sleep": ["sleeps", "sleeping"],
    "plan": ["plans", "planned", "planning"],
    "care": ["cares", "cared", "caring"],
    "write": ["writes", "writing"],
    "study": ["studies", "studied", "studying"],
    "pharmacy": ["pharmacies"],
    "job": ["jobs"],
    "nurse": ["nurses", "nursing"],
    "negotiate": ["negotiates", "negotiated", "negotiating", "negotiation", "negotiations"],
    "box": ["boxes"],
}
APART = [("not", "note"), ("car", "care"), ("need", "nee"), ("thing", "thin"), ("bus", "bu")]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Twenty articles, each on one thing, at an address."""
    posts = [
        {"Title": f"About {word}", "Category": "Words, Ends", "body": f"One {' '.join(ends)}."}
        for word, ends in ENDINGS.items()
    ]
    posts += [
        {"Title": f"{one}{n}", "body": w}
        for n, p in enumerate(APART)
        for one, w in zip("pq", p, strict=True)
    ]
    posts += [
        {
            "Title": "Night Shifts, a Field Guide",
            "Category": "Sleep",
            "Summary": "Seven nights.",
            "body": "Light, food & the drive home at <em>dawn</em>.",
        },
        {"Title": "A Raise", "Category": "Money", "body": "Seven sentences about a night."},
        {"Title": "سلام", "Lang": "ar", "body": "ليلة"},
    ]
    folder = tmp_path_factory.mktemp("small")
    with served(build(folder, posts)) as site:
        yield site


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A thousand articles of a thousand words, at an address."""
    posts = [
        {"Title": one.title, "Summary": one.summary, "Category": "Career", "body": one.body}
        for one in drafts(1_000)
    ]
    folder = tmp_path_factory.mktemp("thousand")
    # Nobody opens an article here, and a thousand of them take their time.
    bare = folder / "bare"
    bare.mkdir()
    (bare / "article.html").write_text("{{ article.title }}")
    with served(build(folder, posts, THEME_TEMPLATES_OVERRIDES=[str(bare)])) as site:
        yield site


def titles(page: Page) -> list[str]:
    return page.locator("#found h2").all_inner_texts()


def ask(page: Page, query: str) -> list[str]:
    """Fill the field in, wait for the answer; the titles found."""
    page.get_by_role("searchbox").fill(query)
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("status")).to_contain_text(query.strip())
    return titles(page)


def test_typing_finds_marks_and_says_how_many(page: Page, small: str):
    page.goto(f"{small}/archives/")
    expect(page.locator("#shelf")).to_be_visible()
    page.get_by_role("searchbox").press_sequentially("seven nigh")
    expect(page.get_by_role("status")).to_have_text("2 articles for “seven nigh”.")
    assert titles(page) == ["Night Shifts, a Field Guide", "A Raise"]
    marks = page.locator("#found mark").all_inner_texts()
    assert marks == ["Night", "Seven", "nights", "Seven", "night"]
    expect(page.locator("#shelf")).to_be_hidden()
    expect(page.locator("#found .meta").first).to_contain_text("| Sleep")
    page.get_by_role("searchbox").fill("")
    expect(page.locator("#shelf")).to_be_visible()
    assert page.url == f"{small}/archives/"
    assert titles(page) == []


def test_an_address_with_a_question_answers_it_and_comes_back(page: Page, small: str):
    page.goto(f"{small}/archives/?q=night+field")
    expect(page.get_by_role("status")).to_have_text("1 article for “night field”.")
    expect(page.get_by_role("searchbox")).to_have_value("night field")
    page.locator("#found h2 a").click()
    expect(page.locator("h1")).to_have_text("Night Shifts, a Field Guide")
    page.go_back()
    expect(page.locator("#found h2")).to_have_count(1)


def test_keys_are_enough(page: Page, small: str):
    page.goto(f"{small}/archives/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "find":
            break
    page.keyboard.type("raise")
    page.keyboard.press("Enter")
    expect(page.locator("#found h2")).to_have_count(1)
    assert page.url == f"{small}/archives/?q=raise"
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "A Raise"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("A Raise")


def test_without_script_the_page_is_the_whole_archive_in_order(browser: Browser, small: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{small}/archives/?q=raise")
    expect(page.locator("form.find")).to_be_hidden()
    days = [str(t.get_attribute("datetime")) for t in page.locator("#shelf time").all()]
    assert len(days) == len(ENDINGS) + 2 * len(APART) + 3
    assert days == sorted(days, reverse=True)
    assert page.locator("#shelf h2").all_inner_texts() == sorted({d[:4] for d in days})[::-1]
    context.close()


def test_the_archive_of_one_year_has_no_form_and_no_script(page: Page, small: str):
    page.goto(f"{small}/2010/")
    expect(page.locator("form.find")).to_have_count(0)
    assert not any("search.js" in str(s) for s in page.locator("script").all())


def test_endings_of_english_lead_to_each_other(page: Page, small: str):
    page.goto(f"{small}/archives/")
    for word, others in ENDINGS.items():
        for one in (word, *others):
            # A word after it, for the last word is taken as a beginning anyway.
            assert ask(page, f"{one} about") == [f"About {word}"], one


def test_words_that_only_look_alike_do_not(page: Page, small: str):
    page.goto(f"{small}/archives/")
    for number, (one, other) in enumerate(APART):
        assert f"q{number}" not in ask(page, f"{one} p{number}"), (one, other)
        assert f"p{number}" not in ask(page, f"{other} q{number}"), (one, other)


def test_what_is_found_in_another_language_is_marked_as_such(page: Page, small: str):
    page.goto(f"{small}/archives/")
    assert ask(page, "ليلة") == ["سلام"]
    entry = page.locator("#found article")
    assert (entry.get_attribute("lang"), entry.get_attribute("dir")) == ("ar", "auto")


def test_nothing_found_is_said_and_the_list_stays(page: Page, small: str):
    page.goto(f"{small}/archives/")
    assert ask(page, "xylophone") == []
    expect(page.get_by_role("status")).to_have_text(
        "No article holds “xylophone”. Here are all of them."
    )
    expect(page.locator("#shelf")).to_be_visible()
    assert ask(page, "xylophone raise") == ["A Raise"]
    expect(page.get_by_role("status")).to_contain_text("No article holds all of")


def test_markup_in_a_question_is_text(new_page: Page, small: str):
    said: list[str] = []
    new_page.on("console", lambda message: said.append(message.text))
    new_page.goto(f"{small}/archives/?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E+raise")
    expect(new_page.get_by_role("status")).to_contain_text("<img src=x onerror=alert(1)> raise")
    assert new_page.locator("main img").count() == 0
    assert said == []


def test_an_index_that_does_not_come_is_said_and_asked_for_again(page: Page, small: str):
    page.route("**/search/*.json", lambda route: route.abort())
    page.goto(f"{small}/archives/?q=raise")
    expect(page.get_by_role("status")).to_contain_text("does not answer just now")
    expect(page.locator("#shelf")).to_be_visible()
    page.unroute("**/search/*.json")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#found h2")).to_have_text(["A Raise"])


def test_a_slow_answer_does_not_take_the_place_of_a_later_one(page: Page, small: str):
    page.goto(f"{small}/archives/")
    # Two answers from one line of waiting: the first is held until the second is shown.
    page.evaluate("""() => {
      const ask = window.fetch;
      window.fetch = (...all) => new Promise(go => setTimeout(() => go(ask(...all)), 500));
    }""")
    page.get_by_role("searchbox").fill("night")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_timeout(1_800)
    expect(page.locator("#shelf")).to_be_visible()
    assert titles(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_moves_nothing_overflows_and_a_thumb_finds_room(
    browser: Browser, small: str, scheme: Any
):
    context = browser.new_context(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script("""window.moved = 0; new PerformanceObserver(list => {
      for (const e of list.getEntries()) if (!e.hadRecentInput) window.moved += e.value;
    }).observe({type: "layout-shift", buffered: true});""")
    page.goto(f"{small}/archives/")
    # So late that no browser takes it for an answer to the keys.
    page.evaluate("""() => {
      const ask = window.fetch;
      window.fetch = (...all) => new Promise(go => setTimeout(() => go(ask(...all)), 400));
    }""")
    page.get_by_role("searchbox").press_sequentially("night", delay=40)
    expect(page.locator("#found h2").first).to_be_visible()
    assert page.evaluate("window.moved") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in ("#find", "form.find button"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    assert said == []
    context.close()


def test_on_paper_there_is_no_form(page: Page, small: str):
    page.goto(f"{small}/archives/")
    page.emulate_media(media="print")
    expect(page.locator("form.find")).to_be_hidden()
    expect(page.locator("#shelf")).to_be_visible()


# ---- a thousand articles


def test_a_thousand_articles_in_under_100_kilobytes(browser: Browser, thousand: str):
    """Everything that is fetched: the page, its style, both scripts, index, pieces, results."""
    one = next(drafts(1))
    words = [*one.title.split(), *one.body.split()[:2]][-5:]
    context = browser.new_context()
    page = context.new_page()
    weighed: dict[str, int] = {}

    def weigh(request: Any) -> None:
        sizes = request.sizes()
        weighed[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", weigh)
    page.goto(f"{thousand}/archives/")
    # Typed, not pasted: what is fetched for the letters on the way counts too.
    page.get_by_role("searchbox").press_sequentially(" ".join(words), delay=260)
    expect(page.get_by_role("status")).to_contain_text(words[-1])
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(thousand) for url in weighed)
    pieces = sum(size for url, size in weighed.items() if "/search" in url)
    print(f"\n{sum(weighed.values())} bytes, {pieces} for the search, {len(weighed)} requests")
    assert len(weighed) > 5
    assert sum(weighed.values()) < BUDGET, weighed
    context.close()


def test_more_is_shown_when_asked_for_and_takes_the_focus(page: Page, thousand: str):
    page.goto(f"{thousand}/archives/")
    ask(page, "the")
    expect(page.locator("#found h2")).to_have_count(10)
    page.get_by_role("button", name="Show 10 more").click()
    expect(page.locator("#found h2")).to_have_count(20)
    eleventh = page.locator("#found h2 a").nth(10)
    expect(eleventh).to_be_focused()


# ---- against a plain reference, in a language whose endings nobody touches

VOCABULARY = ["nacht", "nachte", "nachtigall", "tag", "tage", "schicht", "lohn", "brot", "a", "ab"]
AWKWARD = [
    "Łódź Ångström œuvre", "ΣΟΦΌΣ λόγος", "Straße ẞ İstanbul", "l’hôpital d'Évian", "夜勤の本",
    "ก็ดี", "हिन्दी में", "한국어 책", "שָׁלוֹם", "ﬁne ½ №5", "don’t x’s", "a" * 30,
    "1ª 2º ²", "🂡 𝒳 𠀀𠀁𠀂",
]  # fmt: skip


def plain_posts() -> list[dict[str, str]]:
    rng = random.Random(5)

    def text(most: int) -> str:
        return " ".join(rng.choices(VOCABULARY, k=rng.randint(1, most)))

    return [{"Title": text(3), "Category": "C", "body": text(30)} for _ in range(60)]


@pytest.fixture(scope="module")
def plain(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    posts = plain_posts() + [{"Title": title, "Category": "C"} for title in AWKWARD]
    changes = {"DEFAULT_LANG": "de", "SITESUBTITLE": ""}
    folder = tmp_path_factory.mktemp("plain")
    context = browser.new_context()
    context.set_default_timeout(20_000)
    with served(build(folder, posts, **changes)) as site:
        page = context.new_page()
        page.goto(f"{site}/archives/")
        yield page
    context.close()


def test_awkward_words_are_the_same_to_the_page_as_to_the_index(plain: Page):
    for title in AWKWARD:
        shown = ask(plain, title)
        assert len(shown) == 1, title
        assert re.sub(r"\s", "", shown[0].replace("’", "'")) == re.sub(
            r"\s", "", title.replace("’", "'")
        )


def best(query: list[str]) -> list[int]:
    """The posts by a plain walk through all of them, the best first."""
    sys.path.append(str(Path(__file__).resolve().parents[2] / "plugins"))
    from static_search.index import Index, Post

    posts = plain_posts()
    shown = [Post(p["Title"], "C Ann Lee", p["body"]) for p in posts]
    shown += [Post(title, "C Ann Lee", "") for title in AWKWARD]
    found = Index().update([(number, lambda post=post: post) for number, post in enumerate(shown)])
    levels: dict[str, dict[int, int]] = {}
    for word in VOCABULARY:
        at = -1
        for step, level in re.findall(r"([a-z]+)(\d)", found.get(word, "")):
            at += 1 + sum((ord(c) - 97) * 26**n for n, c in enumerate(reversed(step)))
            levels.setdefault(word, {})[at] = int(level)
    asked = list(dict.fromkeys(query))[:8]
    total = len(posts) + len(AWKWARD)
    scores: dict[int, list[int]] = {}
    for place, word in enumerate(asked):
        held: dict[int, int] = {}
        for other, having in levels.items():
            begins = place == len(asked) - 1 and len(word) > 2 and other.startswith(word)
            like = 10 if other == word else 5 if begins else 0
            for post, level in having.items():
                if like:
                    held[post] = max(held.get(post, 0), like * level)
        rarity = max(1, math.floor(1000 * math.log((total + 1) / (len(held) + 0.5)) + 0.5))
        for post, worth in held.items():
            number, score = scores.get(post, [0, 0])
            scores[post] = [number + 1, score + rarity * worth]
    most = max((number for number, _ in scores.values()), default=0)
    ranked = [post for post, (number, _) in scores.items() if number == most]
    return sorted(ranked, key=lambda post: (-scores[post][1], -post))


queries = st.lists(st.sampled_from([*VOCABULARY, "nac", "sch", "kein"]), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(query=queries)
def test_the_page_finds_what_a_walk_through_all_posts_finds(plain: Page, query: list[str]):
    ask(plain, "zzz")
    plain.get_by_role("searchbox").fill(" ".join(query))
    plain.get_by_role("searchbox").press("Enter")
    expect(plain.get_by_role("status")).to_contain_text(f"“{' '.join(query)}”")
    links = plain.locator("#found h2 a").evaluate_all("all => all.map(a => a.pathname)")
    assert links == [f"/post-{post}/" for post in best(query)][:10]
