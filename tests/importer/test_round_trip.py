"""HTML → Markdown → the site's own Markdown: the same words, numbers, links, headings, tables."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.importer import tree
from publish.importer.markdown import verify
from publish.importer.markdown.normal import normal
from publish.importer.markdown.verify import Site
from publish.settings import load

ROOT = Path(__file__).resolve().parents[2]
SITES = {
    "this blog": Site(load(ROOT / "pelicanconf.py").values),
    "stock Pelican": Site({}),
    "bare Markdown": Site({"MARKDOWN": {"extension_configs": {}}}),
}
WORDS = st.text(
    alphabet=st.sampled_from("ab é1.2)*_`[]{}()#+-!<>&;:|~\\'\"/=^ \u00a0…—@%$,"),
    min_size=1,
    max_size=24,
)
TRAPS = st.sampled_from(
    ["1. one", "- dash", "# hash", "> quote", ": def", "::: web-only", "---", "***", "===", "```",
     "[a](b)", "![a](b)", "[^1]", "[TOC]", "{: .x}", "{#id}", "&copy;", "&amp;lt;", "<b>", "*x*",
     "__x__", "a_b_c", "``x``", "~~~", "| a | b |", "*[X]: y", "[x]: http://y", "http://e.example/a_b*c",
     "\\*", "+ plus", "1) one", "    four", "*|FNAME|*", "a--b", "...", "<!-- c -->", "</div>",
     "x!"]
)  # fmt: skip
LEAF = st.one_of(WORDS, TRAPS).map(lambda s: html.escape(s))


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from(
        ["em", "strong", "code", "del", "sup", "b", "i", "kbd", "cite", "span", "u"]
    )
    plain = st.tuples(tags, inner).map(lambda p: f"<{p[0]}>{p[1]}</{p[0]}>")
    link = st.tuples(
        st.sampled_from(["https://e.example/a_(b)*c", "/x?a=1&amp;b=2", "#top"]), inner
    ).map(lambda p: f'<a href="{p[0]}" title="t">{p[1]}</a>')
    image = inner.map(lambda s: f'<img src="https://e.example/i.png" alt="{s[:20]}">')
    return st.one_of(plain, link, image, st.just("<br>"), st.tuples(inner, inner).map("".join))


INLINE = st.recursive(LEAF, wrapped, max_leaves=5)


def block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(
        st.one_of(INLINE, inner, st.tuples(INLINE, inner).map("".join)), min_size=1, max_size=3
    )
    listed = st.tuples(
        st.sampled_from(["<ul>", "<ol>", '<ol start="3">', "<ol reversed>"]), items
    ).map(lambda p: p[0] + "".join(f"<li>{i}</li>" for i in p[1]) + f"</{p[0][1:3]}>")
    valued = items.map(
        lambda i: (
            "<ol>" + "".join(f'<li value="{7 * n}">{x}</li>' for n, x in enumerate(i, 1)) + "</ol>"
        )
    )
    quote = inner.map(lambda s: f"<blockquote>{s}</blockquote>")
    table = st.lists(INLINE, min_size=2, max_size=4).map(
        lambda c: (
            f"<table><tr><th>{c[0]}</th><th>{c[1]}</th></tr><tr><td>{c[-1]}</td><td>{c[0]}</td></tr></table>"
        )
    )
    both = st.tuples(inner, inner).map("".join)
    return st.one_of(listed, valued, quote, table, both)


PARAGRAPH = st.tuples(
    st.sampled_from(["p", "h2", "h3", "pre", "div", "p"]), INLINE
).map(lambda p: f"<{p[0]}>{p[1]}</{p[0]}>")  # fmt: skip
BODY = st.recursive(st.one_of(PARAGRAPH, st.just("<hr>")), block, max_leaves=6)


def differences(body: str, site: Site) -> tuple[str, list[tuple[str, str]]]:
    root, _ = tree.parse(body)
    return verify.written(normal(root, lambda *_: None, False), [], site.dialect(), site)


@pytest.mark.parametrize("name", SITES)
@given(body=BODY)
@settings(max_examples=150, deadline=None)
def test_what_is_written_renders_to_the_same(name: str, body: str):
    text, found = differences(body, SITES[name])
    assert found == [], text


@pytest.mark.parametrize("rows", ["", "<tr></tr>", "<tr><th>a</th></tr>", "<tr><td>a</td></tr>"])
@pytest.mark.parametrize("caption", ["", "<caption>Doses</caption>"])
@pytest.mark.parametrize("name", SITES)
def test_a_table_of_few_rows_is_kept(name: str, caption: str, rows: str):
    text, found = differences(f"<p>x</p><table>{caption}{rows}</table>", SITES[name])
    assert found == []
    assert ("Doses" in text) == bool(caption)


def test_the_check_itself_sees_what_is_lost():
    site = SITES["this blog"]
    root, _ = tree.parse('<h2>A</h2><ol start="3"><li>one two</li></ol><p><a href="x">l</a></p>')
    source = verify.inventory(normal(root, lambda *_: None, False))
    for text, kind in (
        ("## A\n\n3. one\n\n[l](x)", "words-differ"),
        ("## A\n\n1. one two\n\n[l](x)", "structure-differs"),
        ("### A\n\n3. one two\n\n[l](x)", "structure-differs"),
        ("## A\n\n3. one two\n\n[l](y)", "structure-differs"),
    ):
        assert [
            code for code, _ in verify.differences(source, verify.inventory(site.render(text)))
        ] == [kind]
