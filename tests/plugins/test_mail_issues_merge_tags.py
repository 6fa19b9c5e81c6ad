"""No merge tag of an author's is alive in a mail, and the template's all are."""

from __future__ import annotations

import html
import re
from collections import Counter

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_issues import merge_tags
from mail_issues.compose import inline
from mail_issues.html_mail import rewrite
from mail_issues.plain_text import render

SPIKY = st.text(st.sampled_from(list("*|*|UNSUB: a<>&\"'\n/é%")), max_size=40)
URL = "https://one.example/post/"


def alive(text: str) -> bool:
    return "*|" in text or "|*" in text


@given(SPIKY)
def test_text_holds_no_tag_and_loses_nothing(text: str):
    done = merge_tags.in_text(text)
    assert not alive(done)
    assert done.replace(merge_tags.JOINER, "") == text


@given(SPIKY)
def test_an_address_holds_no_tag_and_means_the_same(url: str):
    done = merge_tags.in_url(url)
    assert not alive(done)
    restored = done.replace("%2A%7C", "*|").replace("%7C%2A", "|*")
    assert restored == url.replace("%2A%7C", "*|").replace("%7C%2A", "|*")


@given(SPIKY)
def test_html_holds_no_tag_and_shows_the_same(text: str):
    done = merge_tags.in_html(html.escape(text, quote=False))
    assert not alive(done)
    shown = lxml.html.fragment_fromstring(f"<p>{done}</p>").text_content()
    assert shown == text


def piece(text: str) -> str:
    return html.escape(text)


BODIES = st.lists(
    st.one_of(
        SPIKY.map(lambda t: f"<p>{piece(t)}</p>"),
        st.tuples(SPIKY, SPIKY).map(lambda t: f"<p>{piece(t[0])}<b></b>{piece(t[1])}</p>"),
        st.tuples(SPIKY, SPIKY).map(lambda t: f'<a href="{piece(t[0])}">{piece(t[1])}</a>'),
        st.tuples(SPIKY, SPIKY).map(
            lambda t: f'<img src="/{piece(t[0])}.svg" alt="{piece(t[1])}" title="{piece(t[1])}">'
        ),
        SPIKY.map(lambda t: f'<iframe src="{piece(t)}" title="{piece(t)}"></iframe>'),
        SPIKY.map(lambda t: f"<pre>{piece(t)}</pre><!--{piece(t)}-->"),
        SPIKY.map(lambda t: f'<ol start="{piece(t)}"><li value="{piece(t)}">x</li></ol>'),
        SPIKY.map(lambda t: t.replace("<", "<b ").replace(">", "/>")),
    ),
    max_size=5,
).map("".join)


@settings(deadline=None)
@given(BODIES)
def test_no_body_gets_a_tag_into_either_mail(body: str):
    clean = rewrite(body, URL)
    mail = inline(f"<html><body>{merge_tags.in_html(clean)}</body></html>")
    assert not alive(mail)
    text, links = render(clean)
    assert not alive(merge_tags.in_text(text))
    assert not alive("\n".join(merge_tags.in_url(link) for link in links))


@pytest.mark.parametrize(
    "typed",
    ["*|UNSUB|*", "&#42;|UNSUB|&#x2a;", "*&#124;UNSUB&#124;*", "*|IF:A|*b*|END:IF|*", "*|*|UNSUB"],
)
def test_entities_and_conditions_are_no_way_round(typed: str):
    for body in (f"<p>{typed}</p>", f'<p title="{typed}"><a href="{typed}">x</a></p>'):
        assert not alive(merge_tags.in_html(rewrite(body, URL)))


def test_the_templates_tags_come_through_inlining_in_text_and_addresses():
    page = (
        "<html><head><style>a{color:#123456}</style></head><body>"
        '<a href="*|UNSUB|*">x</a> *|LIST:ADDRESSLINE|* <a href="*|ARCHIVE|*">y</a></body></html>'
    )
    done = inline(page)
    assert re.search(r'<a href="\*\|UNSUB\|\*" style="color:#123456">', done)
    assert '<a href="*|ARCHIVE|*"' in done
    assert merge_tags.tags(done) == merge_tags.tags(page)


OWN = Counter({"UNSUB": 1, "LIST:ADDRESSLINE": 1})
GOOD = "*|UNSUB|* *|LIST:ADDRESSLINE|*"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (GOOD, ""),
        (GOOD + "*|UNSUB|*", "UNSUB"),
        (GOOD + "*|FNAME|*", "FNAME"),
        (GOOD + "*|", "half"),
        (GOOD + "|*", "half"),
        ("*|UNSUB|*", "LIST:ADDRESSLINE"),
    ],
)
def test_a_finished_body_holds_the_templates_tags_and_no_other(body: str, said: str):
    found = merge_tags.fault(body, OWN)
    assert (said in found) if said else not found


def test_a_template_may_use_only_the_tags_that_are_known_to_work():
    assert "FNAME" in merge_tags.fault(GOOD + "*|FNAME|*", OWN + Counter({"FNAME": 1}))
