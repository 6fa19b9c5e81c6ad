"""Links of the old site: where each leads now, and which keep only their words."""

from __future__ import annotations

import json

import pytest

from publish.settings import Settings
from tests.importer.export import HEAD, attachment, export, imported, item

HERE = "{filename}/posts"


def whole(href: str, **given: object) -> str:
    return export(
        attachment(9, "2020/03/a.jpg"),
        item(1, f'<a href="{href}">words</a>', slug="from", **given),
        item(
            2,
            '<h2 id="part">A Part</h2><p><a name="spot"></a>x</p>',
            slug="to",
            meta={"_wp_old_slug": "was"},
        ),
        item(3, "Page.", type="page", slug="about", categories=()),
        item(
            4,
            "Child.",
            type="page",
            slug="child",
            parent=3,
            categories=(),
            link="https://old.example/about/child/",
        ),
        item(5, "Draft.", slug="draft", status="draft"),
        item(
            6,
            "Later.",
            slug="later",
            status="future",
            date="2099-01-01 09:00:00",
            gmt="2099-01-01 14:00:00",
        ),
        head=HEAD + "<wp:tag><wp:tag_slug>t</wp:tag_slug><wp:tag_name>Tea</wp:tag_name></wp:tag>",
    )


def link(blog: Settings, href: str, **given: object) -> str:
    """The body of the post that holds one link."""
    assert imported(blog, whole(href, **given)) == 0
    return (blog.content / "posts/from.md").read_text().split("\n\n", 1)[1].strip()


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("https://old.example/2020/03/11/to/", f"{HERE}/to.md"),
        ("http://old.example/2020/03/11/to", f"{HERE}/to.md"),
        ("https://www.old.example/2020/03/11/to/", f"{HERE}/to.md"),
        ("HTTPS://OLD.EXAMPLE/2020/03/11/TO/", f"{HERE}/to.md"),
        ("//old.example/2020/03/11/to/", f"{HERE}/to.md"),
        ("/2020/03/11/to/", f"{HERE}/to.md"),
        ("../to/", f"{HERE}/to.md"),
        ("/2020/03/11/to/#part", f"{HERE}/to.md#part"),
        ("/2020/03/11/to/#spot", f"{HERE}/to.md#spot"),
        ("/2020/03/11/to/#comment-7", f"{HERE}/to.md"),
        ("/2020/03/11/to/#more-2", f"{HERE}/to.md"),
        ("/2020/03/11/to/?utm_source=x", f"{HERE}/to.md"),
        ("/2020/03/11/to/amp/", f"{HERE}/to.md"),
        ("/2020/03/11/to/feed/", f"{HERE}/to.md"),
        ("/2020/03/11/to/comment-page-2/", f"{HERE}/to.md"),
        ("/2020/03/11/to/2/", f"{HERE}/to.md"),
        ("/2020/03/11/was/", f"{HERE}/to.md"),
        ("/?p=2", f"{HERE}/to.md"),
        ("https://old.example/?p=2#part", f"{HERE}/to.md#part"),
        ("/index.php?p=2", f"{HERE}/to.md"),
        ("/to/", f"{HERE}/to.md"),
        ("/about/", "{filename}/pages/about.md"),
        ("/?page_id=3", "{filename}/pages/about.md"),
        ("/about/child/", "{filename}/pages/child.md"),
        ("https://old.example", "/"),
        ("/", "/"),
        ("/category/career/", "/category/career/"),
        ("/category/career/page/2/", "/category/career/"),
        ("/category/career/feed/", "/category/career/"),
        ("/2020/03/", "/archives/"),
        ("/author/nora/", "/author/nora-whitfield/"),
        ("/feed/", "/feeds/all.rss.xml"),
        ("https://e.example/2020/03/11/to/", "https://e.example/2020/03/11/to/"),
        ("https://old.example.evil.example/x", "https://old.example.evil.example/x"),
        ("mailto:nora@e.example?subject=A%20b", "mailto:nora@e.example?subject=A%20b"),
        ("tel:+1234", "tel:+1234"),
        ("https://e.example/a(b)?c=1&amp;d=2", "https://e.example/a%28b%29?c=1&d=2"),
    ],
)
def test_a_link_leads_to(blog: Settings, href: str, target: str):
    assert link(blog, href) == f"[words]({target})"


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("/2019/01/01/never/", "dead-link"),
        ("/?p=77", "dead-link"),
        ("/category/none/", "dead-link"),
        ("/2020/03/11/draft/", "link-not-public"),
        ("/?p=5", "link-not-public"),
        ("/2020/03/11/later/", "link-not-public"),
        ("#nowhere", "anchor-missing"),
        ("http://localhost/x", "dead-link"),
        ("http://192.168.0.1/x", "dead-link"),
        ("http://10.0.0.1/", "dead-link"),
        ("file:///etc/passwd", "dead-link"),
        ("http://[broken", "dead-link"),
        ("javascript:alert(1)", "script-dropped"),
        ("/wp-content/uploads/2020/03/none.pdf", "file-missing"),
    ],
)
def test_a_link_that_leads_nowhere_keeps_its_words(blog: Settings, href: str, code: str):
    made = link(blog, href)
    assert made.startswith(("words", "[words](https://old.example/wp-content"))
    report = json.loads((blog.root / "import-report.json").read_text())
    assert code in {loss["code"] for loss in report["losses"]}


def test_a_place_that_is_not_there_leaves_the_link_to_the_page(blog: Settings):
    assert link(blog, "/2020/03/11/to/#gone") == f"[words]({HERE}/to.md)"


def test_a_draft_may_link_to_a_draft(blog: Settings):
    assert link(blog, "/2020/03/11/draft/", status="draft") == f"[words]({HERE}/draft.md)"


def test_a_heading_is_found_by_the_name_that_markdown_gives_it(blog: Settings):
    imported(
        blog,
        export(item(1, '<h2>Two Words, é</h2><p><a href="#two-words-e">up</a></p>', slug="one")),
    )
    assert "[up](#two-words-e)" in (blog.content / "posts/one.md").read_text()


@pytest.mark.parametrize("base", ["https://old.example/blog", "https://old.example/a/b"])
def test_a_blog_in_a_folder_of_its_host(blog: Settings, base: str):
    folder = base.removeprefix("https://old.example")
    text = export(
        item(1, f'<a href="{folder}/2020/03/11/two/">a</a> <a href="{folder}/">b</a>', slug="one"),
        item(2, "Words.", slug="two"),
    ).replace("<wp:base_blog_url>https://old.example", f"<wp:base_blog_url>{base}")
    text = text.replace("<link>https://old.example/2020", f"<link>{base}/2020")
    assert imported(blog, text) == 0
    page = (blog.content / "posts/one.md").read_text()
    assert page.endswith("[a]({filename}/posts/two.md) [b](/)\n")
    assert f"Aliases: {folder}/2020/03/11/one/, " in page


def test_an_address_of_the_old_site_alone_becomes_a_link_with_the_title(blog: Settings):
    page = "https://old.example/2020/03/11/to/"
    body = f"{page}\n\n[embed]{page}[/embed]\n\n<a href='{page}'>{page}</a>"
    framed = f"<figure><iframe src='{page}embed/#?secret=1'></iframe></figure>"
    song = "https://old.example/wp-content/uploads/2020/03/a.jpg"
    text = export(
        item(1, f"{body}\n\n{framed}\n\n{song}\n\nhttps://e.example/x", slug="from"),
        item(2, "x", slug="to", title="To &amp; fro"),
    )
    assert imported(blog, text) == 0
    made = (blog.content / "posts/from.md").read_text().split("\n\n")[1:]
    assert made == [f"[To & fro]({HERE}/to.md)"] * 4 + [
        f"[a.jpg]({song})",
        "https://e.example/x\n",
    ]


def test_an_export_of_posts_alone_has_the_names_of_its_terms_in_its_posts(blog: Settings):
    head = HEAD[: HEAD.index("    <wp:category>")]
    body = '<a href="/category/career/">c</a> <a href="/tag/green-tea/">t</a>'
    terms = (("category", "Career"), ("post_tag", "Green Tea"))
    assert imported(blog, export(item(1, body, slug="from", categories=terms), head=head)) == 0
    made = (blog.content / "posts/from.md").read_text()
    assert "[c](/category/career/) [t](/tag/green-tea/)" in made


def test_a_gallery_of_all_holds_pictures_alone_and_a_playlist_links_its_files(blog: Settings):
    text = export(
        item(1, '[gallery]\n\n[playlist ids="8"]', slug="from"),
        attachment(7, "a.jpg", "Alt", parent=1),
        attachment(8, "song.mp3", parent=1),
    )
    assert imported(blog, text) == 0
    made = (blog.content / "posts/from.md").read_text()
    below = "https://old.example/wp-content/uploads"
    assert made.split("\n\n", 1)[1] == (f"![Alt]({below}/a.jpg)\n\n[song.mp3]({below}/song.mp3)\n")


def test_a_note_is_found_from_a_table_that_stays_html(blog: Settings):
    row = '<td>a<sup data-fn="n1"><a href="#n1">1</a></sup></td><td rowspan="2">b</td>'
    notes = {"footnotes": '[{"id":"n1","content":"The note."}]'}
    body = f"<table><tr>{row}</tr><tr><td>c</td></tr></table><!-- wp:footnotes /-->"
    assert imported(blog, export(item(1, body, slug="from", meta=notes)), "--strict") == 0
    assert (
        '<sup id="fnref:1"><a href="#fn:1">1</a></sup>'
        in (blog.content / "posts/from.md").read_text()
    )


def test_places_of_all_kinds_are_there_once_and_links_to_the_own_page_stay_short(blog: Settings):
    body = """<h2 id="1st">First</h2><p id="words">Words.</p><ul id="list"><li>x</li></ul>
<table id="sums"><tr><td colspan="2" align="right">a <a id="in"></a></td></tr></table>
<p><a href="#1st">1</a> <a href="#words">2</a> <a href="#list">3</a> <a href="#sums">4</a>
<a href="#in">5</a> <a href="#top">6</a> <a href="https://old.example/2020/03/11/a/#words">7</a></p>"""
    assert imported(blog, export(item(1, body, slug="a"))) == 0
    text = (blog.content / "posts/a.md").read_text(encoding="utf-8")
    for name in ("1st", "words", "list", "sums", "in"):
        assert text.count(f'id="{name}"') == 1, text
    assert '<td colspan="2" style="text-align: right;">' in text
    links = "[1](#1st) [2](#words) [3](#list) [4](#sums) [5](#in) [6](#top) [7](#words)"
    assert links in " ".join(text.split())
    assert _codes(blog) == []


def test_a_place_may_be_any_element_within_a_line(blog: Settings):
    body = """<h2><span id="of a span">Part</span></h2><p>Words<sup id="note">1</sup>.
<a href="#of%20a%20span">up</a> <a href="#note">a note</a> <a href="#i">i</a> <a href="#t">t</a>
<ol><li>x</li><li id="i">y</li></ol><dl><dt id="t">Term</dt><dd>z</dd></dl>"""
    assert imported(blog, export(item(1, body, slug="a")), "--strict") == 0
    text = (blog.content / "posts/a.md").read_text(encoding="utf-8")
    assert '## <a id="of a span"></a>Part' in text
    assert 'Words<a id="note"></a><sup>1</sup>.' in text
    assert "[up](#of%20a%20span)" in text
    assert '2. <a id="i"></a>y' in text
    assert '<a id="t"></a>Term\n:   z' in text


def test_pictures_within_the_page_and_addresses_that_are_none(blog: Settings):
    small, large = (f"data:image/png;base64,{'A' * size}" for size in (8, 21000))
    body = (
        f'<p><img src="{small}" alt="small"> <img src="{large}" alt="large"> '
        '<img src="http://[x/p.png" alt="no address"> <a href="http://[x/">none</a> '
        '<img src="//cdn.example/p.png?key=1" alt="signed"></p>'
    )
    assert imported(blog, export(item(1, body, slug="a"))) == 0
    text = (blog.content / "posts/a.md").read_text(encoding="utf-8")
    elsewhere = "![signed](https://cdn.example/p.png?key=1)"
    assert text.endswith(f"\n\n![small]({small}) large no address none {elsewhere}\n")
    codes = ["dead-link", "picture-elsewhere", "picture-elsewhere", "picture-refused"]
    assert _codes(blog) == codes


def _codes(blog: Settings) -> list[str]:
    told = json.loads((blog.root / "import-report.json").read_text(encoding="utf-8"))
    return sorted(loss["code"] for loss in told["losses"])
