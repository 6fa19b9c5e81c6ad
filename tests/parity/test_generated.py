"""Generated Markdown says the same on every surface: many small posts in one site an example."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parity.blog import build

WORDS = st.text("abcdeé ßñжקع漢字", min_size=1, max_size=12).map(str.split).filter(bool)
PLAIN = WORDS.map(" ".join)
ADDRESS = st.integers(0, 5).map(lambda n: f"https://one.example/{n}?a=1&b={n}")
SPECIAL = st.sampled_from(
    [
        "*|UNSUB|*",
        "&amp;",
        "5 < 6",
        "“q”",
        "AT&T",
        "it's",
        "a--b",
        "👋🏽",
        "a_b_c",
        "3. x",
        "<b>b</b>",
    ]
)
INLINE = st.one_of(
    PLAIN,
    SPECIAL,
    PLAIN.map(lambda w: f"*{w}*"),
    PLAIN.map(lambda w: f"**{w}**"),
    PLAIN.map(lambda w: f"`{w}`"),
    st.builds(lambda w, a: f"[{w}]({a})", PLAIN, ADDRESS),
    st.builds(lambda w, n: f"![{w}](/images/p{n}.svg)", PLAIN, st.integers(0, 9)),
)
LINE = st.lists(INLINE, min_size=1, max_size=5).map(" z ".join).map(lambda line: f"z {line}")


def indented(block: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in block.split("\n"))


def numbered(first: int, items: list[str]) -> str:
    return "\n".join(f"{n}. {item}" for n, item in enumerate(items, first))


ITEMS = st.lists(LINE, min_size=1, max_size=4)
LISTS = st.one_of(
    st.builds(numbered, st.integers(1, 12), ITEMS),
    ITEMS.map(lambda items: "\n".join(f"- {item}" for item in items)),
)
LEAF = st.one_of(
    LINE,
    LISTS,
    st.builds(lambda level, line: f"{'#' * level} {line}", st.integers(2, 5), LINE),
    LINE.map(lambda line: f"> {line}\n>\n> {line}"),
    PLAIN.map(lambda w: f"```\n{w}\n  *{w}*\n```"),
    st.builds(lambda a, b: f"z {a}\n:   z {b}", PLAIN, INLINE),
    st.builds(
        lambda a, b: f"| h | k |\n| --- | ---: |\n| {a} | {b} |",
        st.text("abc", min_size=1, max_size=5),
        st.integers(0, 999),
    ),
    LINE.map(lambda line: f"<div>\n<p>{line}</p>\n</div>"),
    st.just("* * *"),
)
NESTED = st.builds(lambda head, leaf: f"1. {head}\n\n{indented(leaf)}", LINE, LEAF)
BODY = st.lists(st.one_of(LEAF, LEAF, NESTED), min_size=1, max_size=6).map("\n\n".join)
NOTED = st.builds(lambda body, note: f"\n{body}\n\nz[^n]\n\n[^n]: {note}\n", BODY, LINE)
SITES = st.lists(NOTED, min_size=20, max_size=30)


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(bodies=SITES)
def test_whatever_one_writes_the_surfaces_agree(root: Path, bodies: list[str]):
    with tempfile.TemporaryDirectory() as folder:
        posts = build(root, Path(folder), {f"n{n}": body for n, body in enumerate(bodies)})
        for slug, post in posts.items():
            written = bodies[int(slug[1:])]
            surfaces = post.html_surfaces()
            for name, said in surfaces.items():
                assert said == surfaces["page"], (name, written)
            must, does = post.text_pair()
            assert does == must, written
