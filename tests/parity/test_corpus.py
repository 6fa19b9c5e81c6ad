"""Awkward posts say the same on the page, in the mail, its text and the three feeds."""

from __future__ import annotations

import pytest

from tests.parity.blog import Post
from tests.parity.conftest import FILES, MADE
from tests.parity.surfaces import Seen

MARKED = "only-blocks"
SAME = sorted(({*FILES} - {MARKED}) | {*MADE})


@pytest.mark.parametrize("slug", SAME)
def test_page_mail_and_feeds_say_the_same(posts: dict[str, Post], slug: str):
    found = posts[slug].html_surfaces()
    assert sorted(found) == ["atom", "json", "mail", "page", "rss"]
    for name, said in found.items():
        for aspect in ("words", "numbers", "links", "alts"):
            assert getattr(said, aspect) == getattr(found["page"], aspect), (name, aspect)


@pytest.mark.parametrize("slug", [*SAME, MARKED])
def test_plain_text_says_what_the_mail_says(posts: dict[str, Post], slug: str):
    (words, links), (read, listed) = posts[slug].text_pair()
    assert read == words
    assert listed == links


def test_the_corpus_is_as_awkward_as_it_claims(posts: dict[str, Post]):
    """Parity of nothing with nothing would hold too."""
    pages = {slug: post.html_surfaces()["page"] for slug, post in posts.items()}
    assert pages["interrupted-numbering"].numbers == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        3,
        2,
        1,
        40,
        50,
        51,
    ]
    assert pages["nested-lists"].numbers == [1, 1, 2, 2, 3]
    assert len(pages["long"].words) > 3000
    assert len(pages["pictures"].alts) == 60
    assert pages["pictures"].alts[59] == "Picture 59"
    assert pages["merge-tags"].words.count("*|UNSUB|*") == 2
    assert "💊." in pages["emoji"].words
    assert "صباح" in pages["right-to-left"].words
    assert len(pages["links"].links) >= 11


def test_every_address_is_absolute_where_there_is_no_page(posts: dict[str, Post]):
    for slug, post in posts.items():
        bodies = [post.mail, *(items[post.url] for items in post.feeds.values())]
        for body in bodies:
            for raw in ('href="/', 'src="/', 'href="#', "{static}", "{filename}", 'href="?'):
                assert raw not in body, (slug, raw)


def test_the_articles_own_merge_tags_are_inert_in_the_mail(posts: dict[str, Post]):
    post = posts["merge-tags"]
    assert post.mail.count("*|UNSUB|*") == 1
    assert post.text.count("*|UNSUB|*") == 1
    assert "*|FNAME|*" not in post.mail + post.text
    assert "*|UNSUB|*" in post.page


def test_right_to_left_is_marked_where_the_words_are(posts: dict[str, Post]):
    post = posts["right-to-left"]
    for markup in (post.page, post.mail):
        assert 'lang="ar"' in markup
        assert 'dir="rtl"' in markup


def test_words_for_the_mail_are_nowhere_on_the_web(posts: dict[str, Post]):
    output = posts[MARKED].output
    for file in (f for f in output.rglob("*") if f.is_file()):
        data = file.read_bytes().lower()
        # p7 is the picture's own file, which any post may show.
        assert b"postman" not in data, file
        assert b"private.example" not in data, file
    for said in (posts[MARKED].mail, posts[MARKED].text):
        for word in ("Postmanword", "postmanlink", "postmanalt", "Postmannote"):
            assert word in said, word


def test_words_for_the_web_are_in_no_mail(posts: dict[str, Post]):
    for post in posts.values():
        assert "surfer" not in (post.mail + post.text).lower()
    page = posts[MARKED].page
    for word in ("Surferword", "surferlink", "Surfernote"):
        assert word in page, word


def test_marked_blocks_aside_the_surfaces_agree(posts: dict[str, Post]):
    surfaces = posts[MARKED].html_surfaces()
    web: Seen = surfaces["page"]
    for name in ("rss", "atom", "json"):
        assert surfaces[name] == web
    common = ["Common", "opening.1"]
    assert web.words[:2] == surfaces["mail"].words[:2] == common
    for said in (web, surfaces["mail"]):
        assert {"middle.", "end.", "Commonnote."} <= {*said.words}
        assert said.numbers == [1, 2]


def test_code_with_marks_is_code(posts: dict[str, Post]):
    for said in posts["code"].html_surfaces().values():
        assert {":::", "email-only"} <= {*said.words}
