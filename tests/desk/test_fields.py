"""Header lines edited in place: the right line, and no other byte."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.desk import fields
from publish.errors import ConfigError
from publish.post import frontmatter
from tests.desk.snapshots import NOW, YORK

FILE = (
    b"\xef\xbb\xbf---\r\nTitle:  A post\r\nDate: 2026-11-20 07:30\r\ncategory: Career\r\n"
    b"Summary: Two lines\r\n    of it\r\nUid: 0123456789abcdef\r\nX-Mine: kept\r\n---\r\n\r\n"
    b"The body \xff with a bad byte\r\n"
)
LINE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40).map(
    lambda text: " ".join(text.split())
)


def edited(data: bytes, **given: str) -> bytes:
    return fields.edited(data, given, NOW, YORK)


def test_one_line_changes_and_every_other_byte_stays():
    assert edited(FILE, title="Another") == FILE.replace(b"Title:  A post", b"Title:  Another")
    assert edited(FILE, category="Career, Network") == FILE.replace(
        b"category: Career", b"category: Career, Network"
    )


def test_what_says_the_same_is_not_touched():
    same = {"title": "A post", "summary": "Two lines of it", "date": "2026-11-20 07:30"}
    assert edited(FILE, **same, category=" Career ", subject="", preheader="") == FILE


def test_an_emptied_field_is_taken_out_and_a_new_one_put_in():
    assert b"Summary" not in edited(FILE, summary="")
    assert edited(FILE, summary="") == FILE.replace(b"Summary: Two lines\r\n    of it\r\n", b"")
    assert b"\r\nSubject: Read this\r\n" in edited(FILE, subject="Read  this\n")


def test_a_date_as_an_author_says_it():
    assert b"Date: 2026-12-01 07:30\r\n" in edited(FILE, date="next tuesday 7:30")
    assert b"Date: 2026-12-05 00:00\r\n" in edited(FILE, date="5 december")


@pytest.mark.parametrize("given", [{"title": " "}, {"date": "soon"}])
def test_what_cannot_be_meant_is_refused(given: dict[str, str]):
    with pytest.raises(ConfigError):
        edited(FILE, **given)


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["title", "summary", "subject", "preheader", "category"]), LINE
    ),
    st.sampled_from(
        [FILE, FILE.replace(b"\r\n", b"\n"), b"Title: a\n\nb", b"no header here\n", b"Title: a"]
    ),
)
def test_law_only_the_named_lines_differ(given: dict[str, str], data: bytes):
    before = frontmatter.read(data)
    try:
        made = edited(data, **given)
    except ConfigError:
        assert given["title"] == ""
        return
    after = frontmatter.read(made)
    for name in fields.NAMES:
        wanted = given.get(name, before.get(name))
        assert " ".join(after.get(name).split()) == " ".join(wanted.split())
    others = [f for f in before if f.name not in given]
    assert [f.value for f in others] == [f.value for f in after if f.name not in given]
    lines = data.splitlines(keepends=True)
    kept = [
        line
        for n, line in enumerate(lines, 1)
        if not any(f.line <= n <= f.last for f in before if f.name in given)
    ]
    made_lines = iter(made.splitlines(keepends=True))
    if data.endswith(b"\n") and len(before.fields):
        assert all(line in made_lines for line in kept)


def test_the_form_says_what_the_date_means():
    from tests.desk.snapshots import a_post, a_snapshot

    post = a_post(date=datetime(2026, 12, 1, 12, 30, tzinfo=UTC))
    made = fields.form(frontmatter.read(FILE), post, a_snapshot(post), NOW, {})
    assert made["summary"].value == "Two lines of it"
    assert made["date"].hint.startswith("Tuesday, 1\N{NO-BREAK SPACE}December, 7:30.")
