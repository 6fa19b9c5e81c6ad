"""The mail's HTML and CSS hold in the four programs that most readers have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.parity.blog import Post
from tests.parity.conftest import FILES, MADE
from tests.parity.mail_lint import DATA, KINDS, PROGRAMS, faults, unsupported

MOST = 8
"""Features that one of the four lacks, in one mail; none may carry anything."""
ROOM = 25_000


@pytest.mark.parametrize("slug", sorted({*FILES, *MADE}))
def test_no_mail_leans_on_what_a_program_lacks(posts: dict[str, Post], slug: str):
    assert faults(posts[slug].mail) == []
    assert len(unsupported(posts[slug].mail)) <= MOST


def test_every_gap_says_what_stands_in():
    names = [feature["name"] for feature in DATA["feature"]]
    assert len({*names}) == len(names)
    for feature in DATA["feature"]:
        assert {*feature.get("no", ()), *feature.get("partial", ())} <= PROGRAMS
        assert bool(feature.get("no")) == bool(feature.get("without")), feature["name"]
        assert any(feature.get(kind) for kind in KINDS), feature["name"]


def test_a_thing_is_in_one_entry():
    things = [(kind, t) for f in DATA["feature"] for kind in KINDS for t in f.get(kind, ())]
    assert len({*things}) == len(things)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<p ", '<p style="display:flex" ', "flex"),
        ("<p ", "<p><video></video></p><p ", "<video"),
        ("<p ", "<p><marquee>x</marquee></p><p ", "marquee"),
        ("<p ", '<p style="padding:9px">x</p><p ', "css-padding on <p>"),
        ("<p ", '<p style="margin:0 auto">x</p><p ', "css-margin"),
        ("<p ", '<p style="margin:-4px">x</p><p ', "css-margin"),
        ("<p ", '<img src="https://one.example/x.png" alt="" width="900"><p ', "no width"),
        ("<p ", '<img src="/x.png" alt="" width="90"><p ', "no address"),
        ("<p ", "<ol><li>x</li></ol><p ", "number of its own"),
        ("<p ", '<div style="display: none">x</div><p ', "hidden"),
        ("<p ", "<table><tr><td>x</td></tr></table><p ", "lines without"),
        ("@media (max-width: 400px)", "@media (hover: hover)", "hover"),
        ("@media (prefers", "h1 { color: red } @media (prefers", "<style> carries"),
        ('width="600"', 'width="700"', "600 for Outlook"),
    ],
)
def test_the_lint_sees_what_it_is_for(posts: dict[str, Post], old: str, new: str, fault: str):
    mail = posts["letter"].mail
    assert old in mail
    assert any(fault in said for said in faults(mail.replace(old, new, 1)))


def test_a_letter_of_1500_words_is_small(posts: dict[str, Post], root: Path):
    """The documented size is the measured one, to the kilobyte."""
    size = len(posts["letter"].mail.encode())
    assert size == posts["letter"].record["html_bytes"] <= ROOM
    documented = (root / "docs" / "mail.md").read_text(encoding="utf-8")
    said = re.search(r"1,500 words \| (\d+)\.(\d) kB", documented)
    assert said, "docs/mail.md does not say how large a letter of 1,500 words is"
    assert abs(int(said[1]) * 1000 + int(said[2]) * 100 - size) <= 500, size
