"""A hostile export: nothing is loaded, nothing is executed, nothing grows without bound."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.cli import run as cli
from publish.errors import Refused
from publish.importer import body, tree
from publish.importer.model import Item
from publish.importer.wordpress import blocks, divi
from publish.importer.wordpress.wxr import read
from publish.settings import Settings
from tests.importer.converting import markdown
from tests.importer.export import HEAD, TAIL, alone, calls, export, imported, item
from tests.importer.test_wxr import items

LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


LOADING = ("script", "style", "iframe", "object", "embed", "base", "link", "form")


@pytest.mark.parametrize(
    "kind",
    [LAUGHS, OUTSIDE, OUTSIDE.replace("rss [", "rss\n["), OUTSIDE.replace("DOCTYPE", "doctype")],
)
@pytest.mark.parametrize("before", ["", "<!-- <rss> -->", "\n\n", "<?php ?>"])
def test_no_entity_is_ever_declared(tmp_path: Path, kind: str, before: str):
    text = HEAD.replace("<rss", f"{before}{kind}<rss", 1) + item(1, "x") + TAIL
    with pytest.raises(Refused):
        items(tmp_path, text)


def test_an_entity_that_is_not_declared_is_text(tmp_path: Path):
    text = export(item(1, "x")).replace("<title>", "<title>&lol;&xxe; ", 1)
    assert items(tmp_path, text)[0][0].body == "x"


@pytest.mark.parametrize(
    "before", ["<!-- <rss> -->", "<?x <rss ?>", "<!-- <rss --> <!-- <rss> -->"]
)
def test_a_comment_that_looks_like_the_root_hides_no_declaration(tmp_path: Path, before: str):
    text = HEAD.replace("<rss", f"{before}{OUTSIDE}<rss", 1) + item(1, "x") + TAIL
    with pytest.raises(Refused, match="document type"):
        items(tmp_path, text)


@pytest.mark.parametrize("name", ["utf-7", "utf-16-le", "utf-32", "hz", "iso2022_jp", "cp037"])
def test_no_encoding_hides_a_declaration(tmp_path: Path, name: str):
    first, rest = HEAD.replace("UTF-8", name).replace("<rss", f"{OUTSIDE}<rss", 1).split("\n", 1)
    hidden = rest.replace("<!D", "+ADwAIQ-D").encode()
    for data in (rest.encode(name, "ignore"), hidden):
        with pytest.raises(Refused):
            items(tmp_path, first.encode() + data + (item(1, "x") + TAIL).encode())


@pytest.mark.parametrize("depth", [3, 100, 200])
def test_elements_nested_in_an_item_do_no_harm(tmp_path: Path, depth: int):
    deep = "<x>" * depth + "</x>" * depth
    assert items(tmp_path, export(item(1, "Words.", extra=deep)))[0][0].body == "Words."


def test_elements_nested_without_end_are_refused(tmp_path: Path):
    deep = "<x>" * 5000 + "</x>" * 5000
    with pytest.raises(Refused, match=r"export\.xml"):
        items(tmp_path, export(item(1, "Words.", extra=deep)))


def test_an_item_of_any_size_is_read_in_memory_of_its_own_size(tmp_path: Path):
    file = tmp_path / "export.xml"
    file.write_text(export(*(item(n, "word " * 40_000) for n in range(1, 31))))
    tracemalloc.start()
    try:
        for _ in read(file, "export.xml"):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Six megabytes are read; not more than some chunks and items at a time are held.
    assert file.stat().st_size > 6_000_000
    assert peak < 4_000_000


@pytest.mark.parametrize(
    "words",
    [
        "<script>x</script>",
        "<SCRIPT SRC=//e.example>",
        "<img src=x onerror=x()>",
        "<a href='jAvAsCrIpT:x()'>a</a>",
        "<a href='&#106;avascript:x()'>a</a>",
        "<a href='java&Tab;script:x()'>a</a>",
        "<iframe src='javascript:x()'></iframe>",
        "<svg onload=x()><script>y</script></svg>",
        "<math href='javascript:x()'>m</math>",
        "<form action='javascript:x()'><button formaction='javascript:x()'>b</button></form>",
        "<object data='javascript:x()'></object>",
        "<embed src='javascript:x()'>",
        "<base href='javascript:x()//'>",
        "<link rel=stylesheet href=//e.example>",
        "<style>@import '//e.example'</style>",
        "<div style='background:url(javascript:x())'>d</div>",
        "<details ontoggle=x() open><summary>s</summary>d</details>",
        "<table background='javascript:x()'><tr><td>t</td></tr></table>",
        "&lt;script&gt;x&lt;/script&gt;",
        "<<script>script>x<</script>/script>",
        "[et_pb_code]<script>x</script>[/et_pb_code]",
        "<noscript><p title='</noscript><img src=x onerror=x()>'>",
        "<!--><script>x</script>-->",
        "<textarea></textarea><script>x</script>",
        '[et_pb_button button_text="a" button_url="javascript:x()"]',
        '[et_pb_text module_id="a" onclick="x()"]t[/et_pb_text]',
        "[caption]<img src=x onload=x()>a[/caption]",
        "[a](javascript:x())",
    ],
)
def test_no_script_comes_through(words: str):
    from markdown import Markdown

    page = Markdown(extensions=["extra"]).convert(markdown(words))
    root, _ = tree.parse(page)
    for el in root.walk():
        assert el.tag not in LOADING
        for name, value in el.attrs.items():
            assert not name.startswith("on")
            assert not re.match(r"\W*javascript", value, re.I)


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "..\\x", "%2e%2e%2fx", ".ssh", "a\x00b"]
)
def test_no_slug_leads_out_of_the_content(blog: Settings, tmp_path: Path, name: str):
    before = {f for f in tmp_path.rglob("*") if "site" not in f.parts}
    imported(blog, export(item(1, "Words.", slug=name)))
    files = list(blog.content.rglob("*.md"))
    assert len(files) == 1
    assert files[0].parent == blog.content / "posts"
    assert {f for f in tmp_path.rglob("*") if "site" not in f.parts} == before


def test_a_header_cannot_be_forged(blog: Settings):
    text = export(
        item(
            1,
            "Status: published\n\nWords.",
            slug="one",
            status="draft",
            title="A\nStatus: published\nSave_as: ../x",
            excerpt="S\n\nStatus: published",
            creator="n\nTemplate: x",
            categories=(("category", "C\nUid: x"),),
        )
    )
    assert imported(blog, text) == 0
    (file,) = blog.content.rglob("*.md")
    lines = file.read_text().split("\n\n")[0].split("\n")
    assert [line for line in lines if line.startswith("Status")] == ["Status: draft"]
    assert not any(line.startswith(("Save_as", "Template")) for line in lines)
    assert cli(["check", "-s", str(blog.path), "-q"]) in (0, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["innerContent", "desktop", "value", "text", "title", "content", "src",
                         "url", "attrs", "module", "advanced", "link", "button", "image"]),
        inner, max_size=3), max_leaves=12,
)  # fmt: skip


@given(
    JSON,
    st.sampled_from(["text", "image", "button", "code", "gallery", "map", "slide", "new", "blurb"]),
)
@settings(max_examples=100, deadline=None)
def test_any_json_in_a_module_is_converted(value: object, name: str):
    import json

    text = f"<!-- wp:divi/{name} {json.dumps({'content': value, 'title': value})} /-->"
    assert isinstance(blocks.to_html(text, alone()), str)


WORDS = st.from_regex(r"[A-Za-z]{2,8}( [A-Za-z]{2,8}){0,3}", fullmatch=True)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=6), WORDS, WORDS)
@settings(max_examples=100, deadline=None)
def test_an_unknown_module_keeps_its_title_and_its_words(
    fields: dict[str, str], title: str, words: str
):
    made = divi.unknown({**fields, "title": title}, f"<p>{words}</p>")
    assert f">{title}<" in made
    assert f"<p>{words}</p>" in made


@pytest.mark.parametrize(
    "piece",
    [
        '<!-- wp:group {"a":',
        "<!-- wp:divi/text {",
        '<!-- wp:x {"a":"b"} -->',
        "<h2><p>",
        "[code]",
        "[code]x[/code]",
        "@ET-DC@",
        "$variable(",
        "%91",
        "[caption]<img src=x>",
        "<details><summary>",
        "â€™",
        "Ã",
        "<a name=x>",
        "&#8221;",
    ],
)
def test_work_grows_with_the_body_and_no_faster(piece: str):
    def convert(count: int) -> None:
        body.blocks_of(Item(1, body=piece * count), alone())

    convert(1)
    small, large = (calls(lambda n=n: convert(n)) for n in (50, 400))
    assert large < 12 * small


@pytest.mark.parametrize(
    "piece", ["[code]", "<h2><p>", "@ET-DC@", "$variable(", "<!-- wp:x {", "â€"]
)
@pytest.mark.timeout(60)
def test_a_flood_ends(piece: str):
    # A square of these would be billions of steps.
    assert body.blocks_of(Item(1, body=piece * 30_000), alone()).tag == "body"


HUGE = "9" * 25
HALF = "\\ud83d"
"""Half of a character, as JSON can hold it."""


@pytest.mark.parametrize(
    ("text", "meta"),
    [
        (f'<a href="/?p={HUGE}">w</a> <a href="/?attachment_id=²">w</a>', {}),
        (f'<img class="wp-image-{HUGE}" src="/wp-content/uploads/a.jpg">', {}),
        (f'<!-- wp:block {{"ref":{HUGE}}} /-->[et_pb_text global_module="²"][/et_pb_text]', {}),
        (f'[et_pb_cta global_module="{HUGE}"][/et_pb_cta][vc_single_image image="²"]', {}),
        ("x", {"_thumbnail_id": HUGE}),
        ("x", {"_thumbnail_id": "²"}),
        ("x", {"footnotes": "null"}),
        ("x", {"footnotes": '{"id": 1}'}),
        (f'<!-- wp:x/y {{"title":"Some words {HALF}"}} /-->', {}),
        (f'<!-- wp:divi/x {{"content":{{"innerContent":{{"x":{{"value":"{HALF}"}}}}}}}} /-->', {}),
        (
            "x",
            {
                "_elementor_data": f'[{{"elType":"widget","widgetType":"posts","settings":'
                f'{{"title":"{HALF}","background_image":{{"url":"{HALF}"}}}}}}]'
            },
        ),
    ],
)
def test_values_that_no_wordpress_writes_keep_no_post_away(blog: Settings, text: str, meta: dict):
    assert imported(blog, export(item(1, f"<p>Words that stay.</p>{text}", meta=meta))) == 0
    written = (blog.content / "posts/post-1.md").read_text(encoding="utf-8")
    assert "Words that stay." in written or "_elementor_data" in meta


def test_an_address_of_the_site_that_is_none_does_not_end_it(blog: Settings):
    head = HEAD.replace(">https://old.example<", ">http://[old<")
    assert imported(blog, head + item(1, "x") + TAIL) == 0


@pytest.mark.timeout(60)
def test_a_flood_of_marks_that_nothing_ends_is_read_in_a_minute():
    assert body.blocks_of(Item(1, body="<!--more " * 100_000), alone()).elements == []
