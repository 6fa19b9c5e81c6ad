"""From facts to an issue, without Pelican; and the words that the facts are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mail_issues.compose import Unfit, compose, inline, warning
from mail_issues.facts import Facts, Share, address, share, wanted
from mail_issues.pictures import Picture, cover, sizes

from publish.post.images import size_of as picture_size
from publish.post.issue import CLIPPED, LARGE

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1040" height="520"></svg>'
FACTS = Facts(
    uid="aaaaaaaaaaaa",
    slug="post",
    title="Title",
    subject="Subject",
    preheader="Preheader",
    deck="",
    authors=("Ann", "Bo"),
    categories=("Career",),
    date="2024-05-01T10:00:00-04:00",
    shown_date="May 1, 2024",
    url="https://one.example/post/",
    site="https://one.example",
    sitename="The Dispensary",
    lang="en",
    cover=None,
    share=(),
    body="<p>Words.</p>",
    web=None,
    source="content/posts/post.md",
    page_digest="f" * 32,
    was=(),
    size_of=lambda _: None,
)
FOOT = " *|UNSUB|* *|LIST:ADDRESSLINE|*"


def mail(facts: Mapping[str, Any]) -> str:
    body = f'<h1 title="{facts["label"]}">{facts["title"]}</h1>{facts["body"]}{FOOT}'
    return f"<html><head></head><body>{body}</body></html>"


def text(facts: Mapping[str, Any]) -> str:
    return f"{facts['title']}\n\n\n\n{facts['body']}\n\n{FOOT}"


def made(**changes: Any) -> Any:
    return compose(replace(FACTS, **changes), mail, text)


def test_the_same_facts_give_the_same_bytes():
    assert made() == made()
    assert made().record() == made().record()
    assert made(body="<p>Other.</p>").record()["digest"] != made().record()["digest"]
    assert made(body="<p>Other.</p>").record()["key"] == made().record()["key"]


def test_the_text_has_no_heap_of_empty_lines_and_one_end():
    assert made().text == f"Title\n\nWords.\n\n{FOOT}\n"


def test_words_are_words_whatever_characters_they_have():
    issue = made(title='5 < 6 & "so" on', subject='5 < 6 & "so" on')
    assert issue.subject == '5 < 6 & "so" on'
    assert '<h1 title="5 < 6 &amp; &quot;so&quot; on">5 &lt; 6 &amp; "so" on</h1>' in issue.html


@pytest.mark.parametrize("slug", ["a/b", "..", ".", "", "a\\b", ".hidden", "a\0b"])
def test_a_slug_that_names_no_folder_is_refused(slug: str):
    with pytest.raises(Unfit, match="names no folder"):
        made(slug=slug)


def test_an_empty_subject_is_refused():
    with pytest.raises(Unfit, match="the subject is empty"):
        made(subject="")


def test_a_large_mail_is_warned_of_and_a_clipped_one_refused():
    assert warning(made()) == ""
    assert "kB" in warning(made(body=f"<p>{'x' * LARGE}</p>"))
    with pytest.raises(Unfit, match="cut off"):
        made(body=f"<p>{'x' * CLIPPED}</p>")


def test_a_template_that_adds_a_tag_of_its_own_is_refused():
    with pytest.raises(Unfit, match="FNAME"):
        compose(FACTS, lambda facts: mail(facts) + "*|FNAME|*", text)


def test_a_template_that_forgets_to_guard_does_not_send_an_authors_tag():
    with pytest.raises(Unfit, match=r"\*\|LNAME\|\* got into the mail"):
        compose(
            replace(FACTS, title="*|LNAME|*"),
            mail,
            lambda facts: text(facts) + facts["title"].replace("\u2060", ""),
        )


def test_pictures_of_page_and_mail_are_told_once_each():
    issue = made(
        body='<img src="https://a.example/1"><img src="/2.png">',
        web='<img src="/2.png"><img src="/3.png">',
        cover=Picture("https://one.example/0.png", "", 520, 260),
    )
    site = "https://one.example"
    assert issue.images == (
        f"{site}/0.png",
        "https://a.example/1",
        f"{site}/2.png",
        f"{site}/3.png",
    )


@pytest.mark.parametrize(
    ("lang", "side"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("fa_IR", "rtl"), ("en", "ltr"), ("arn", "ltr")],
)
def test_the_direction_is_the_languages(lang: str, side: str):
    assert replace(FACTS, lang=lang).dir == side


def test_styles_for_the_screen_stay_and_the_others_move():
    page = (
        '<html><head><style>p{color:#123456}</style><style data-css-inline="keep">'
        "@media (max-width:9px){p{color:red!important}}</style></head><body><p>x</p></body></html>"
    )
    done = inline(page)
    assert '<p style="color:#123456">x</p>' in done
    assert re.findall(r"<style>(.*?)</style>", done) == [
        "@media (max-width:9px){p{color:red!important}}"
    ]


@pytest.mark.parametrize(
    ("said", "goes"),
    [("no", False), ("No ", False), ("false", False), ("0", False), ("yes", True), ("", True)],
)
def test_who_wants_no_mail_says_no(said: str, goes: bool):
    assert wanted(SimpleNamespace(newsletter=said)) is goes
    assert wanted(SimpleNamespace())


def test_the_mails_address_of_the_site():
    assert address({"SITEURL": "https://one.example/"}) == "https://one.example"
    both = {"SITEURL": "http://127.0.0.1", "NEWSLETTER_SITEURL": "https://two.example"}
    assert address(both) == "https://two.example"
    assert address({}) == ""


def test_share_links_get_the_mails_address_and_no_copying():
    links = [
        SimpleNamespace(id="copy", name="Copy", url="http://h/p/"),
        SimpleNamespace(id="x", name="X", url="https://x.example/?url=http%3A%2F%2Fh%2Fp%2F"),
    ]
    assert share(links, "http://h/", "https://one.example") == (
        Share("X", "https://x.example/?url=https%3A%2F%2Fone.example%2Fp%2F"),
    )


def test_a_cover_fills_the_column_and_a_lost_one_is_none(tmp_path: Path):
    (tmp_path / "a b.svg").write_text(SVG, encoding="utf-8")
    assert cover("{static}/a b.svg", "A", "https://h", tmp_path) == Picture(
        "https://h/a%20b.svg", "A", 520, 260
    )
    assert cover("lost.png", "", "https://h", tmp_path) is None
    assert cover("", "", "https://h", tmp_path) is None
    assert cover("https://far/x.png", "", "https://h", tmp_path) == Picture(
        "https://far/x.png", "", 520, None
    )


def test_sizes_come_from_the_files_of_the_site(tmp_path: Path):
    (tmp_path / "a b.svg").write_text(SVG, encoding="utf-8")
    (tmp_path / "no.png").write_text("no picture", encoding="utf-8")
    static = SimpleNamespace(url="images/a b.svg", source_path=str(tmp_path / "a b.svg"))
    size_of = sizes({"static_content": {"a": static}}, "https://h")
    assert size_of("https://h/images/a%20b.svg") == (1040, 520)
    assert size_of("https://far/images/a.svg") is None
    assert picture_size(tmp_path / "no.png") is None
