"""Sources of any bytes and size give findings in bounded time, and never a traceback."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from publish.checks.reading import LARGEST
from publish.checks.rules.pathological import tangled
from publish.checks.run import findings
from publish.checks.site import Site
from publish.checks.source import ReadOptions, Source
from publish.post import body
from publish.post.record import Cover, Library, Post
from publish.post.text import plain
from tests.checks.project import HEAD, Project

FLOODED = 100_000
"""Bytes. Time that grows with the square would show here: five thousand million steps."""
POSTS = Path(__file__).resolve().parents[2] / "content/posts"
PIECES = [
    b"[", b"](", b")", b"![", b"`", b"```\n", b"~~~\n", b"<!--", b"-->", b"<a href=",
    b"<img src='", b">", b"{filename}", b"{static}/", b"#", b"\n#", b"\n---\n", b"\n:::",
    b" email-only\n", b"\n\n", b"Title: ", b"Slug: ../", b"Date: ", b"2026-99-99",
    b"Status: draft", b"Aliases: /", b"Category: ,", b"*|", b"|*", b"http://", b"//[",
    b"http://[::1", b"data:", b"%zz", b"\x00", b"\xff", b"\r", b"\t", b"1. ", b"- ", b"    ",
    b"[^1]: ", b"{: #", b"}", b"Url: ", b"Save_as: {0}", b"Lang: ", "İß﷽“".encode(),
]  # fmt: skip
FLOODS = [
    *PIECES, b"](a) ", b"[](", b"[a](b) ", b"[[a](b)](c) ", b"[a](../b) ", b"[a]({filename}b.md) ",
    b"<a href=x>", b"`\n", b"`a", b"*", b"(", b"_", b"a", b"=\n", b"a\n=\n", b"#\n", b"a.png", b"f",
    b"1. a\n\nb\n\n", b"[x]: y\n", b"a: b\n", b"::: x\n", b'"', b" ", b"\n", b"> ", b">",
    b"  - ", b"<div>", b"<b>", b"</b>", b"\n# a\n", b"[a][b] ", b"[^1]", b"![](x.png)\n", b"{#",
    b"{", b"%", b"|", b"&", b'"a', b"'s", b"https://a/ ", b"*|a", b"\\", b"a:", b"\n: ", b'id="',
    b"](data:", b"]{", b"~~~", b"```\n~~~\n",
]  # fmt: skip


READING = ReadOptions(plugins=("post_identity", "only_blocks", "multi_category"))
MARKDOWN = Markdown(extensions=["extra", "meta", "toc", "sane_lists"])


@lru_cache(maxsize=1)
def rendered(text: str) -> str:
    """Stock Markdown's HTML: a post and a page of one text are the same to it."""
    return MARKDOWN.reset().convert(text)


def source(path: str, raw: bytes) -> Source:
    """A source with the record that it would have, made without Pelican; none of what is unfit."""
    found = Source(path, f"content/{path}", raw, path.startswith("pages"), READING)
    if not found.readable or tangled(found):
        return found
    html = rendered(found.text)
    parsed = body.parse(html)
    post = Post(
        path,
        "page" if found.is_page else "article",
        "public",
        found.get("title"),
        plain(found.get("title")),
        found.get("slug"),
        "a/",
        "a/index.html",
        found.get("url") or "a/",
        lang=found.get("lang"),
        date=datetime(2026, 11, 1, tzinfo=UTC),
        text=plain(html),
        cover=Cover(found.get("image"), found.get("image"), "", "") if found.get("image") else None,
        **parsed._asdict(),
    )
    return replace(found, post=post)


def judge(raw: bytes) -> int:
    """The number of findings, with the file also as a page and with a second post beside it."""
    sources = (
        source("posts/a.md", raw),
        source("pages/a.md", raw),
        source("posts/b.md", HEAD + b"## Two\n"),
    )
    library = Library(
        "content",
        sources={each.path: "article" for each in sources},
        posts=tuple(each.post for each in sources if each.post),
        files={"images/a.png": 10},
        addresses={"images/a.png": "images/a.png"},
        plugins=READING.plugins,
        settings={"SITEURL": "https://site.example"},
    )
    policy = {"default-src": ("'none'",), "img-src": ("'self'",)}
    reported = list(findings(Site(library, sources, theme_ids=frozenset(), policy=policy)))
    assert all(f.line >= 1 and str(f).isprintable() for f in reported)
    assert all(
        f.line <= raw.replace(b"\r", b"\n").count(b"\n") + 2 for f in reported if "/a.md" in f.file
    )
    return len(reported)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes):
    judge(raw)


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=60))
def test_any_pieces_of_markup(headed: bool, pieces: list[bytes]):
    judge((HEAD if headed else b"") + b"".join(pieces))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["Slug", "Date", "Aliases", "Url", "Image", "Lang"]))
def test_any_text_in_a_header(value: str, key: str):
    judge(b"Title: A\n" + f"{key}: {value}\n\nWords.\n".encode())


def test_real_posts_with_bytes_changed():
    dice = random.Random(7)
    posts = [file.read_bytes() for file in sorted(POSTS.glob("*.md"))]
    for _ in range(300):
        raw = bytearray(dice.choice(posts))
        for _ in range(dice.randint(1, 30)):
            at = dice.randrange(len(raw))
            piece = dice.choice([*PIECES, dice.randbytes(2)])
            raw[at : at + dice.randint(0, 8)] = piece
        judge(bytes(raw))


@pytest.mark.parametrize("flood", dict.fromkeys(FLOODS), ids=repr)
def test_floods_take_seconds_at_most(flood: bytes):
    begun = time.process_time()
    judge(HEAD + flood * (FLOODED // len(flood)))
    # Twice through all rules; anything that grows with the square would take minutes.
    assert time.process_time() - begun < 8


@pytest.mark.parametrize("sign", ["[", "*", "(", "<", "`", "_", "{", "> "])
def test_the_largest_file_of_one_sign(project: Project, sign: str):
    project.post(sign * ((LARGEST - len(HEAD)) // len(sign)))
    begun = time.process_time()
    reported = project.reported()
    assert time.process_time() - begun < 20
    assert ("content/posts/a.md:9 tangled-markup error" in reported) == (sign not in "({")


@pytest.mark.parametrize(
    "header",
    [
        b"Tags: " + b", ".join(b"tag %d" % n for n in range(10_000)),
        b"\n".join(b"key%d: x" % n for n in range(20_000)),
        b"Title: " + b"<a" * 200_000,
        b"Date: " + b"2" * 400_000,
        b"Aliases: " + b"/a/," * 100_000,
        b"Slug: " + b"a-" * 200_000,
    ],
    ids=["10,000 tags", "20,000 keys", "title", "date", "aliases", "slug"],
)
def test_floods_in_the_header(header: bytes):
    begun = time.process_time()
    judge(header + b"\n\nWords.\n")
    assert time.process_time() - begun < 10


# What passes the check must not hang the build either: Markdown with the blog's extensions.
KNOTS = [
    b"[" * 1001, b"](" * 1100, b"<a " * 3100, b"`a" * 5001, b"1. " * 21, b"> " * 21,
    b"a\n: b\n" * 201, b"# a\n\n" * 3001, b"a\n=\n" * 3001, b"```\n" * 3001,
    b"*[a]: b\n" * 3001, b"a|b\n-|-\n" * 3001, b"a\n---\n" * 3001, b"*|" * 1001, b"a*" * 5001,
    b"a_" * 5001, b'"a' * 5001, b"it's " * 5001, b"  - " * 21,
    b"a\n\n" * 10_001,
]  # fmt: skip
PLAIN = [
    b"[a](b) " * 2000, b"word (aside) " * 2000, b"- a\n" * 2000, b"1. a\n" * 2000,
    b"a\n:   b\n\n" * 1000, b"# a\n\n" * 500, b"```\n[[[[\n```\n\n" * 300, b"> a\n" * 2000,
    b"2 < 3. " * 1000, b"*a* **b** _c_ " * 800, b"| a | b |\n" * 2000,
    b"[" * 900 + b"\n\n" + b"[" * 900,
]  # fmt: skip


@pytest.mark.parametrize("knot", KNOTS, ids=lambda knot: repr(knot[:8]))
def test_what_markdown_would_choke_on_is_reported(project: Project, knot: bytes):
    project.post(knot)
    assert [f.rule for f in project.findings() if f.severity == "error"] == ["tangled-markup"]


@pytest.mark.parametrize("text", PLAIN, ids=lambda text: repr(text[:12]))
def test_what_is_merely_long_is_not_called_tangled_and_renders(project: Project, text: bytes):
    project.post(text)
    assert "tangled-markup" not in {f.rule for f in project.findings()}
    begun = time.process_time()
    Markdown(extensions=["extra", "codehilite", "sane_lists", "smarty"]).convert(text.decode())
    assert time.process_time() - begun < 10
