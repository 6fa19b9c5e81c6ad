"""From facts to an issue, without Pelican; and the words that the facts are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mail_issues.compose import Unfit, compose, inline, warning_of
from mail_issues.facts import Facts, address, share, wanted
from mail_issues.pictures import File, Picture, best, cover, library

from publish.post.images import Cover
from publish.post.issue import CLIPPED, LARGE, LONGEST

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


@pytest.mark.parametrize("words", ["word " * 60, "\N{PILL}" * 200, "*|A|*" * 40, "x" * 150])
def test_subject_and_preheader_are_as_long_as_mailchimp_takes(words: str):
    issue = made(subject=words.strip(), preheader=words.strip())
    for line in (issue.subject, issue.preheader):
        assert 140 < len(line) <= LONGEST
        assert not re.search(r"\*\||\|\*", line)
        assert line.endswith("…") == (words != "x" * 150)


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
    assert warning_of(made()) == ""
    assert "kB" in warning_of(made(body=f"<p>{'x' * LARGE}</p>"))
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


def test_pictures_of_page_and_mail_are_reported_once_each():
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
    assert share(links, "http://h", "https://one.example") == (
        ("X", "https://x.example/?url=https%3A%2F%2Fone.example%2Fp%2F"),
    )


def static(tmp_path: Path, name: str, text: str = SVG) -> Any:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return SimpleNamespace(url=f"images/{name}", source_path=str(tmp_path / name))


def test_a_cover_fills_the_column_and_a_lost_one_is_none(tmp_path: Path):
    file_of = library({"static_content": {"a": static(tmp_path, "a b.svg")}}, "https://h")
    found = cover(Cover("images/a%20b.svg", "a b.svg", "x"), "A", "https://h", file_of)
    assert found is not None
    assert found[0] == Picture("https://h/images/a%20b.svg", "A", 520, 260)
    assert cover(Cover("lost.png", "lost.png", "x"), "", "https://h", file_of) is None
    assert cover(None, "", "https://h", file_of) is None
    far = cover(Cover("https://far/x.png"), "", "https://h", file_of)
    assert far is not None
    assert far[0] == Picture("https://far/x.png", "", 520, None)


def test_files_are_those_of_the_site(tmp_path: Path):
    statics = {"a": static(tmp_path, "a b.svg"), "no": static(tmp_path, "no.png", "no picture")}
    file_of = library({"static_content": statics}, "https://h")
    url = "https://h/images/a%20b.svg"
    assert file_of(url) == File(url, 1040, 520, len(SVG))
    assert file_of("https://far/images/a.svg") is None
    assert file_of("https://h/images/no.png") is None


def file(width: int, weight: int) -> File:
    return File(f"https://h/{width}-{weight}", width, width // 2, weight)


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        # The photograph itself, and the sizes of a page.
        ([(4000, 3_800_000), (480, 30_000), (800, 90_000), (1200, 180_000)], (1200, 180_000)),
        ([(4000, 3_800_000), (480, 30_000), (800, 90_000), (1200, 250_000)], (800, 90_000)),
        ([(4000, 3_800_000), (480, 230_000), (800, 290_000)], (480, 230_000)),
        ([(4000, 3_800_000)], (4000, 3_800_000)),
        ([(1000, 60_000), (480, 30_000), (800, 50_000)], (1000, 60_000)),
        ([(1300, 30_000)], (1300, 30_000)),
        ([(1200, 200_000), (480, 1)], (1200, 200_000)),
        ([(1201, 1), (480, 200_001)], (1201, 1)),
        # Not made yet.
        ([(4000, 3_800_000), (480, -1), (800, -1), (1200, -1)], (1200, -1)),
    ],
)
def test_a_letter_shows_the_largest_that_is_fit_for_one_else_the_lightest(
    files: list[tuple[int, int]], chosen: tuple[int, int]
):
    for order in (files, files[::-1]):
        assert best([file(*one) for one in order]) == file(*chosen)


def test_the_letter_and_its_record_name_the_chosen_file():
    photo, small = (
        "https://one.example/images/a.jpg",
        File("https://one.example/s.jpg", 800, 400, 9),
    )
    issue = made(body=f'<p><img src="{photo}" alt="A"></p>', pictures={photo: small})
    assert photo not in issue.html
    assert 'src="https://one.example/s.jpg"' in issue.html
    assert issue.images == ("https://one.example/s.jpg",)
    assert issue.record()["picture_bytes"] == 9
