"""The one header grammar: equal to Markdown's own, and edits that keep every other byte."""

from __future__ import annotations

import re
import time

import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publish.post.frontmatter import parse, parse_other, read, remove_key, set_key, yes_no

LINES = st.sampled_from(
    [
        "Title: A", "title: b", "Date: 2026-11-27", "   Key:v", "    more, of it", "\tmore",
        "Tags:", "Tags: a,", "---", "--- yaml", "----", "...", "...and so", "no header", " : x",
        "a b: c",
        "", "  ", "Slug : x", "https://a.example", "é: x", "K_1-2:  v  ", "Key:\x02v", "- item",
        "x:\u00a0y", "\x0bTitle: no", "Title:\x0bA",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=9).map("\n".join)


def joined(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in parse(text.split("\n")):
        found[field.name] = f"{found.get(field.name, '')} {field.value}".strip()
    return found


@given(TEXTS)
@example("Tags: a,\nTags:\n    more, of it")
def test_a_header_is_what_markdown_takes_for_one(text: str):
    md = markdown.Markdown(extensions=["meta"])
    html = md.convert(text)
    # Of a text that is empty Markdown says what it said of the one before: nothing.
    theirs = getattr(md, "Meta", {}) if text.strip() else {}
    # Of a key that is given twice each value is a line of its own; one of them may be empty.
    assert joined(text) == {key: " ".join(filter(None, values)) for key, values in theirs.items()}
    body = "\n".join(text.split("\n")[parse(text.split("\n")).body_line - 1 :])
    # The line before it: Markdown looks at a line of blanks only where another line stands before.
    assert markdown.markdown(f"\n{body}") == html


def test_lines_and_what_continues_them():
    header = parse(["---", "Title: A", "Tags: a,", "    b", "Tags: c", "---", "Body"])
    title, first, second = header.fields
    assert (title.line, title.last, title.first) == (2, 2, "A")
    assert (first.line, first.last, first.value, first.first) == (3, 4, "a, b", "a,")
    assert second.line == 5
    assert header.all("tags") == (first, second)
    assert (header.body_line, header.ended, header.fenced) == (7, "blank", True)
    assert header.get("slug") == ""


# ---- edits

ENDINGS = st.sampled_from(["\n", "\r\n", "\r"])
HEADERS = st.lists(
    st.sampled_from(
        ["Title: A", "slug:b", "Slug:  c", "Aliases: /a/,\n    /b/", "STATUS: draft", "Uid:\tx1",
         "Summary:", "  Lang: de"]
    ),
    max_size=6,
)  # fmt: skip
BODIES = st.sampled_from(
    ["", "Text.", "Slug: in the body", "\nSlug: far down\n", "---\nSlug: x", "a"]
)


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    """Headers of every shape: fenced or not, with a mark, other endings, no body, no end."""
    lines = draw(HEADERS)
    fence = draw(st.booleans())
    body = draw(BODIES)
    text = "\n".join([*(["---"] if fence else []), *lines])
    text += draw(st.sampled_from(["\n---\n", "\n\n", "\n  \n", "\n...\n"])) + body
    text += draw(st.sampled_from(["", "\n"]))
    if not body and draw(st.booleans()):
        text = text.rstrip("\n")
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return (mark + text.replace("\n", draw(ENDINGS))).encode() + draw(
        st.sampled_from([b"", b"\xff\x00"])
    )


def body_of(data: bytes) -> bytes:
    lines = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", data.removeprefix(b"\xef\xbb\xbf"))
    return b"".join(lines[read(data).body_line - 1 :])


VALUES = st.sampled_from(["x", "", "/a/, /b/", "two words", "published"])
KEYS = st.sampled_from(["Slug", "Aliases", "Status", "Was", "Title"])


@given(sources(), KEYS, VALUES)
def test_a_set_key_says_its_value_and_nothing_else_changes(data: bytes, key: str, value: str):
    before, done = read(data), set_key(data, key, value)
    after = read(done)
    assert [field.value for field in after.all(key.lower())] == [value]
    others = [(f.key, f.value) for f in before if f.name != key.lower()]
    assert [(f.key, f.value) for f in after if f.name != key.lower()] == others
    assert body_of(done).strip() == body_of(data).strip()
    assert done.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    assert after.fenced == before.fenced
    assert set_key(done, key, value) == done
    # Every line that is not the key's own is there still, byte for byte.
    mark = b"\xef\xbb\xbf"
    gone = set(data.removeprefix(mark).splitlines()) - set(done.removeprefix(mark).splitlines())
    own = f"{key.lower()}:".encode()
    assert all(g.lower().lstrip().startswith(own) or g.startswith(b"    ") for g in gone)


@given(sources(), KEYS)
def test_a_removed_key_is_gone_and_nothing_else_changes(data: bytes, key: str):
    done = remove_key(data, key)
    assert not read(done).all(key.lower())
    assert body_of(done).strip() == body_of(data).strip() or not read(done).fields
    if not read(data).all(key.lower()):
        assert done == data


@given(sources(), VALUES)
def test_added_and_removed_again_every_byte_is_back(data: bytes, value: str):
    if read(data).fields and read(data).ended != "file":
        assert remove_key(set_key(data, "Was", value), "Was") == data


@pytest.mark.parametrize(
    ("text", "key", "value", "wanted"),
    [
        ("Title: A\nSlug: b\n\nText", "Slug", "c", "Title: A\nSlug: c\n\nText"),
        ("title: A\nslug:   b\n\nSlug: x", "Slug", "c", "title: A\nslug:   c\n\nSlug: x"),
        ("---\nTitle: A\n---\nText", "Slug", "c", "---\nTitle: A\nSlug: c\n---\nText"),
        ("---\r\nTitle: A\r\n...\r\nT", "Slug", "c", "---\r\nTitle: A\r\nSlug: c\r\n...\r\nT"),
        ("Aliases: /a/,\n    /b/\n\nT", "Aliases", "/c/", "Aliases: /c/\n\nT"),
        ("Title: A", "Slug", "c", "Title: A\nSlug: c"),
        ("Title: A\n    goes on\n\n", "Slug", "c", "Title: A\n    goes on\nSlug: c\n\n"),
        ("Just text.\n", "Slug", "c", "Slug: c\n\nJust text.\n"),
        ("\nJust text.\n", "Slug", "c", "Slug: c\n\nJust text.\n"),
        ("", "Slug", "c", "Slug: c\n"),
        ("---\n---\nText", "Slug", "c", "---\nSlug: c\n---\nText"),
        ("Title: A\nno header line\n", "Slug", "c", "Title: A\nSlug: c\nno header line\n"),
        ("Slug: a\nTitle: A\nSlug: b\n\nT", "Slug", "c", "Slug: c\nTitle: A\n\nT"),
        ("\ufeffSlug:a\n\nT", "Slug", "c", "\ufeffSlug: c\n\nT"),
        ("Summary:\nTitle: A\n", "Summary", "s", "Summary: s\nTitle: A\n"),
    ],
)
def test_each_shape(text: str, key: str, value: str, wanted: str):
    assert set_key(text.encode(), key, value).decode() == wanted


@pytest.mark.parametrize(
    ("key", "value"), [("Slug", "a\nb"), ("Slug", "a\rb"), ("a b", "c"), ("", "")]
)
def test_what_is_no_header_line_is_not_written(key: str, value: str):
    with pytest.raises(ValueError, match="no header line"):
        set_key(b"Title: A\n", key, value)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("no", False), (" Off ", False), ("0", False), ("YES", True), ("", None), ("maybe", None)],
)
def test_yes_and_no(said: str, meant: bool | None):
    assert yes_no(said) is meant


@pytest.mark.parametrize(
    "flood", ["<meta ", "<meta\n", '<meta name="a" ', "<meta name='a' content=\"", ":a: b\n"]
)
def test_a_flood_of_other_fields_takes_time_in_proportion(flood: str):
    def cost(number: int) -> float:
        began = time.process_time()
        parse_other(flood * number)
        return time.process_time() - began

    # Four times the text may take eight times as long, and never the sixteen of its square.
    assert cost(20_000) < 8 * max(cost(5_000), 0.05)


def test_fields_of_other_formats_have_their_lines():
    text = "<html>\n<meta name='title' content='A'>\n\n<meta content=\"b\" name='slug'>\n"
    found = [(field.name, field.value, field.line) for field in parse_other(text).fields]
    assert found == [("title", "A", 2), ("slug", "b", 4)]
