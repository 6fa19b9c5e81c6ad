"""Related posts: which are near, which never shown, the same on every run, and cheap."""

from __future__ import annotations

import marshal
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from read_next import nearest as rule
from read_next.nearest import KEPT, Neighbourhood
from read_next.words import terms, words
from test_full_feeds_site import Site

from publish.post.text import plain

THEME = "{% for other in article.related %}[{{ other.slug }}]{% endfor %}"


@dataclass(frozen=True)
class Post:
    """What is compared."""

    key: str
    terms: Mapping[str, float]


def post(key: str, *told: Any, **more: Any) -> Post:
    return Post(key, terms(*told, **more))


def nearest(posts: Iterable[Post], candidates: Sequence[str], most: int) -> dict[str, list[str]]:
    """The nearest of each, with nothing remembered."""
    asked = [(p.key, b"", lambda p=p: p.terms) for p in posts]
    return Neighbourhood().update(asked, candidates, most)


def near(posts: list[Post], most: int = 3) -> dict[str, list[str]]:
    return nearest(posts, [p.key for p in posts], most)


def test_words_are_case_blind_without_markup_and_alike_in_plural_and_singular():
    assert words("<p class='pharmacist'>Pharmacists &amp; the Studies</p>") == [
        "pharmacist",
        "study",
    ]
    assert words("Stress 2026 größere") == ["stress", "grössere"]


def test_a_shared_tag_is_nearer_than_a_shared_category_and_that_nearer_than_nothing():
    posts = [
        post("a", "Alpha", "apples", ["Career"], ["pay"]),
        post("category", "Beta", "berries", ["Career"]),
        post("tag", "Gamma", "grapes", ["Money"], ["Pay"]),
        post("nothing", "Delta", "dates", ["Other"]),
        post("none either", "Delta", "dates", ["Other"]),
    ]
    assert near(posts)["a"] == ["tag", "category"]


def test_words_of_the_text_decide_where_categories_do_not():
    posts = [
        post("a", "On sleep", "night shifts ruin your sleep and your dinner", ["Life"]),
        post("b", "On money", "interest on a student loan compounds", ["Life"]),
        post("c", "Dinner", "what a dinner on night shifts may be", ["Life"]),
        post("d", "Loans", "a student and the interest of others", ["Life"]),
    ]
    found = near(posts, 1)
    assert found == {"a": ["c"], "b": ["d"], "c": ["a"], "d": ["b"]}


def test_what_all_posts_share_makes_none_of_them_near():
    posts = [post(key, "Pharmacist", "pharmacist", ["Career"]) for key in "abc"]
    assert near(posts) == {"a": [], "b": [], "c": []}


def test_of_two_equally_near_the_first_of_the_candidates_is_shown():
    posts = [post(key, "", "shared words", tags=["t"]) for key in "abc"]
    posts.append(post("other", "", "nothing alike"))
    assert near(posts, 1)["a"] == ["b"]
    assert nearest(posts, [p.key for p in posts[::-1]], 1)["a"] == ["c"]


def test_a_lone_post_and_an_empty_blog_have_none():
    assert near([post("a", "Alone", "words")]) == {"a": []}
    assert near([]) == {}


counted = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 9), max_size=6)


@given(st.lists(counted, max_size=8), st.integers(0, 4), st.randoms())
def test_never_itself_never_twice_never_too_many_and_whatever_the_order(
    given_terms: list[dict[str, float]], most: int, rng: random.Random
):
    posts = [Post(str(n), found) for n, found in enumerate(given_terms)]
    keys = [p.key for p in posts]
    found = nearest(posts, keys, most)
    mixed = [Post(p.key, dict(rng.sample(list(p.terms.items()), len(p.terms)))) for p in posts]
    rng.shuffle(mixed)
    assert nearest(mixed, keys, most) == found
    for key, others in found.items():
        assert key not in others
        assert len(set(others)) == len(others) <= most


def by_the_book(posts: list[Post], keys: list[str], most: int) -> dict[str, list[str]]:
    """The rule as the README says it, each pair of posts compared by itself."""
    public = {p.key: p for p in posts if p.key in keys}
    holders = Counter(term for p in public.values() for term in p.terms)
    idf = {t: log(len(public) / n) for t, n in holders.items() if 1 < n < len(public)}

    def vector(one: Post) -> dict[str, float]:
        weights = {t: n * idf[t] for t, n in one.terms.items() if t in idf}
        kept = sorted(weights.items(), key=lambda item: (item[1], item[0]), reverse=True)[:KEPT]
        length = sqrt(sum(w * w for _, w in kept)) or 1.0
        return {t: w / length for t, w in kept}

    vectors = {p.key: vector(p) for p in posts}
    found = {}
    for one in posts:
        scored = []
        for place, key in enumerate(keys):
            shared = [t for t in vectors[one.key] if t in vectors[key]]
            if key != one.key and shared:
                cosine = sum(vectors[one.key][t] * vectors[key][t] for t in shared)
                scored.append((-round(cosine, 9), place))
        found[one.key] = [keys[place] for _, place in sorted(scored)[:most]]
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(1, 70), st.integers(1, 60))
def test_the_short_cuts_change_nothing(seed: int, most: int, many: int, lexicon: int):
    rng = random.Random(seed)
    posts = []
    for n in range(many):
        # Common and rare terms, more than are kept, and twins that are equally near to others.
        drawn = [int(lexicon * rng.random() ** 2) for _ in range(rng.randint(0, 90))]
        text = " ".join("word" + "abcdefghij"[d % 10] * (1 + d // 10) for d in drawn)
        tags = [f"t{rng.randrange(1 + many // 4)}"]
        posts.append(post(str(n), "", text, [f"c{rng.randrange(3)}"], tags))
        if rng.random() < 0.2:
            posts.append(replace(posts[-1], key=f"{n} again"))
    keys = [p.key for p in posts if rng.random() < 0.8]
    rng.shuffle(keys)
    assert nearest(iter(posts), keys, most) == by_the_book(posts, keys, most)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4), st.sampled_from([0, 100]))
def test_what_is_kept_changes_nothing(seed: int, most: int, few: int):
    rng = random.Random(seed)

    def drawn(key: str) -> Post:
        text = " ".join(
            "word" + "abcdefghij"[int(9 * rng.random() ** 2)] * rng.randint(1, 3)
            for _ in range(rng.randint(0, 30))
        )
        return post(key, "", text, [f"c{rng.randrange(3)}"], [f"t{rng.randrange(4)}"])

    posts = {str(n): (drawn(str(n)), 0) for n in range(rng.randint(1, 40))}
    public = [key for key in posts if rng.random() < 0.8]
    kept, before = None, rule.FEW
    rule.FEW = few
    try:
        for turn in range(1, 7):
            hood = Neighbourhood(kept and marshal.loads(marshal.dumps(kept)))
            asked = [(p.key, str(mark).encode(), lambda p=p: p.terms) for p, mark in posts.values()]
            found = hood.update(asked, public, most)
            assert found == nearest([p for p, _ in posts.values()], public, most)
            kept = hood.snapshot()
            for key in rng.sample(sorted(posts), k=min(len(posts), rng.choice([0, 1, 1, 3]))):
                posts[key] = drawn(key), turn
            if rng.random() < 0.6:
                posts[f"new {turn}"] = drawn(f"new {turn}"), 0
                public.insert(rng.randrange(len(public) + 1), f"new {turn}")
            if rng.random() < 0.4 and len(posts) > 1:
                gone = rng.choice(sorted(posts))
                del posts[gone]
                public = [key for key in public if key != gone]
            if rng.random() < 0.2:
                rng.shuffle(public)
            if rng.random() < 0.1:
                most = rng.randint(0, 4)
    finally:
        rule.FEW = before


@given(st.text("abcz áßЖ1_-’“…<>&;é\u00a0İ"))
def test_the_quick_way_finds_the_same_words(text: str):
    slow = re.compile(r"[^\W\d_]{4,}")
    assert len(words(text)) == len(slow.findall(plain(text).casefold()))
    assert Counter(post("k", "", text).terms.keys()) == Counter(set(words(text)))


def test_a_thousand_posts_are_cheap():
    rng = random.Random(7)
    lexicon = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(4, 9))) for _ in range(9_000)]
    often = [1 / (n + 3) for n in range(len(lexicon))]
    texts = [" ".join(rng.choices(lexicon, often, k=800)) for _ in range(1_000)]
    began = time.process_time()
    posts = [
        post(str(n), text[:40], text, [f"c{n % 7}"], [f"t{n % 90}", f"t{n % 41}"])
        for n, text in enumerate(texts)
    ]
    found = near(posts)
    spent = time.process_time() - began
    assert all(len(others) == 3 for others in found.values())
    assert spent < 5, f"{spent:.2f} s"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings |= {"AUTHOR": "Ann", "PLUGINS": ["read_next", "multi_category"]}
    folder = made.root / "theme" / "templates"
    folder.mkdir(parents=True)
    (folder / "article.html").write_text(THEME, encoding="utf-8")
    made.settings["THEME_TEMPLATES_OVERRIDES"] = [str(folder)]
    made.post("night", "Night shifts.", Category="Career, Sleep", Tags="nights")
    made.post("dawn", "Morning.", Category="Money, Sleep", Tags="nights", Date="2024-06-01")
    made.post("raise", "Salaries.", Category="Money")
    return made


def test_articles_have_their_related_posts_before_any_page_is_written(site: Site):
    built = site.build("--fatal", "warnings")
    assert (built.code, built.log) == (0, "")
    assert built.text("night/index.html") == "[dawn]"
    assert built.text("dawn/index.html") == "[night][raise]"


def test_a_draft_is_never_offered_and_a_post_in_another_language_neither(site: Site):
    site.post("draft", "Night shifts.", Status="draft", Category="Sleep", Tags="nights")
    site.post("nacht", "Night shifts.", Lang="de", Category="Sleep", Tags="nights")
    built = site.build(DRAFT_SAVE_AS="drafts/{slug}.html")
    assert "draft" not in built.text("night/index.html") + built.text("dawn/index.html")
    assert "nacht" not in built.text("night/index.html")
    assert "[night]" in built.text("drafts/draft.html")


def test_the_number_is_a_setting_and_a_build_repeats_itself(site: Site):
    for n in range(6):
        site.post(f"more-{n}", "Night shifts again.", Category="Sleep", Tags="nights")
    first, second = site.build(RELATED_MOST=2), site.build(RELATED_MOST=2)
    assert first.text("night/index.html").count("[") == 2
    for page in first.output.glob("*/index.html"):
        assert page.read_text() == second.text(str(page.relative_to(first.output)))


def test_stock_themes_do_not_mind(site: Site):
    built = site.build("--fatal", "warnings", THEME_TEMPLATES_OVERRIDES=[], PLUGINS=["read_next"])
    assert (built.code, built.log) == (0, "")
