"""Every loss is named, with its code and the post: no part of the export is dropped silently."""

from __future__ import annotations

import json

import pytest

from publish.settings import Settings
from tests.importer.export import HEAD, attachment, export, imported, item

COMMENT = (
    "<wp:comment><wp:comment_author>Priya</wp:comment_author>"
    "<wp:comment_author_email>priya@private.example</wp:comment_author_email>"
    "<wp:comment_content><![CDATA[Well said.]]></wp:comment_content>"
    "<wp:comment_approved>1</wp:comment_approved></wp:comment>"
)
UP = "https://old.example/wp-content/uploads"


def lost(blog: Settings, text: str, *options: str) -> list[tuple[str, int, str, str]]:
    """Code, post, detail and first words of each loss."""
    assert imported(blog, text, *options) == 0
    report = json.loads((blog.root / "import-report.json").read_text(encoding="utf-8"))
    return [(x["code"], x["id"], x["detail"], x["excerpt"]) for x in report["losses"]]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"status": "private", "title": "Mine"}, ("private-as-draft", 1, "", "Mine")),
        ({"password": "x", "title": "Locked"}, ("password-as-draft", 1, "", "Locked")),
        ({"password": "x", "status": "private"}, ("password-as-draft", 1, "", "Post 1")),
        ({"status": "archive"}, ("status-unknown", 1, "archive", "Post 1")),
        ({"status": ""}, ("status-unknown", 1, "none", "Post 1")),
        (
            {
                "date": "0000-00-00 00:00:00",
                "gmt": "",
                "modified": "",
                "modified_gmt": "",
                "extra": "<pubDate></pubDate>",
            },
            None,
        ),
        (
            {"title": "", "body": "The first words of it."},
            ("title-made", 1, "", "The first words of it."),
        ),
        ({"meta": {"_thumbnail_id": "99"}}, ("reference-missing", 1, "attachment 99", "")),
        ({"body": '[gallery ids="99"]'}, ("reference-missing", 1, "attachment 99", "")),
        ({"creator": "somebody"}, ("author-unknown", 1, "somebody", "")),
        ({"creator": "me@private.example"}, ("author-unknown", 1, "me", "")),
        ({"categories": (("category", "A, B"),)}, ("category-renamed", 1, "A, B → A · B", "")),
        ({"categories": (("series", "Winter"),)}, ("taxonomy-left", 1, "series", "Winter")),
        ({"categories": (("post_format", "Aside"),)}, ("taxonomy-left", 1, "post_format", "Aside")),
        ({"meta": {"subtitle": "secret words"}}, ("field-left", 1, "subtitle", "")),
        (
            {"meta": {"_vendor_key": "secret"}},
            ("field-left", 0, "_vendor_key", "in 1 post or page"),
        ),
        ({"extra": "<wp:is_sticky>1</wp:is_sticky>"}, ("sticky-left", 1, "", "Post 1")),
        ({"extra": COMMENT * 2}, ("comments-left", 1, "2", "Well said.")),
        ({"type": "product", "title": "A mug"}, ("type-left", 1, "product", "A mug")),
        ({"status": "trash"}, ("not-written", 0, "1 item", "")),
        ({"type": "nav_menu_item"}, ("not-written", 0, "1 item", "")),
        ({"body": "a<!--nextpage-->b"}, ("pages-joined", 1, "", "")),
        ({"body": "donâ€™t"}, ("encoding-mended", 1, "1 ×", "â€™")),
        ({"body": "[odd_one]Words[/odd_one]"}, ("unknown-shortcode", 1, "odd_one", "Words")),
        ({"body": "[recent_posts]"}, ("module-dropped", 1, "recent_posts", "")),
        ({"body": "<script>go()</script>"}, ("script-dropped", 1, "", "go()")),
        ({"body": "<form id='f'><label>Mail</label></form>"}, ("form-dropped", 1, "f", "Mail")),
        ({"body": '<a href="/gone/">words</a>'}, ("dead-link", 1, "/gone/", "words")),
        ({"body": '<a href="#gone">words</a>'}, ("anchor-missing", 1, "#gone", "words")),
        ({"body": f'<img src="{UP}/a.jpg" alt="A">'}, ("picture-missing", 1, f"{UP}/a.jpg", "A")),
        (
            {"body": '<img src="https://e.example/a.jpg" alt="A">'},
            ("picture-elsewhere", 1, "https://e.example/a.jpg", "A"),
        ),
        ({"body": f'<a href="{UP}/a.pdf">plan</a>'}, ("file-missing", 1, f"{UP}/a.pdf", "")),
        (
            {"body": "https://youtu.be/abcdefghijk"},
            ("embed-as-link", 1, "https://youtu.be/abcdefghijk", ""),
        ),
        ({"body": '<!-- wp:block {"ref":9} /-->'}, ("reference-missing", 1, "wp:block 9", "")),
        (
            {"body": "[et_pb_text]@ET-DC@eyJjb250ZW50IjoiYWNmX3gifQ==@[/et_pb_text]"},
            ("dynamic-left", 1, "acf_x", ""),
        ),
        (
            {"body": '[et_pb_section background_image="https://e.example/b.jpg"]x[/et_pb_section]'},
            ("background-dropped", 1, "https://e.example/b.jpg", ""),
        ),
        ({"body": "<div>" * 120 + "words" + "</div>" * 120}, ("too-deep", 1, "", "")),
        ({"link": "https://old.example/" + "x" * 300 + "/", "slug": "other"}, None),
        (
            {"link": "https://old.example/archives/"},
            ("alias-left", 1, "/archives/", "is a page of the site"),
        ),
    ],
)
def test_a_loss_is_named(blog: Settings, given: dict, expected: tuple | None):
    words = str(given.pop("body", "Words."))
    found = lost(blog, export(item(1, words, **given)))
    if expected:
        assert expected in found
    everything = (blog.root / "import-report.json").read_text() + "".join(
        file.read_text() for file in blog.content.rglob("*.md")
    )
    for secret in ("secret", "private.example"):
        assert secret not in everything


def test_an_honest_post_loses_nothing(blog: Settings):
    words = '<p>Words, <a href="https://e.example/">a link</a>.</p><ol start="3"><li>x</li></ol>'
    assert lost(blog, export(item(1, words, meta={"_edit_last": "1", "_edit_lock": "1:1"}))) == []


@pytest.mark.parametrize(
    ("kind", "term", "detail"),
    [
        (
            "category",
            "<wp:category_nicename>c</wp:category_nicename><wp:cat_name>C</wp:cat_name>"
            "<wp:category_description>About it.</wp:category_description>",
            "category c",
        ),
        (
            "tag",
            "<wp:tag_slug>t</wp:tag_slug><wp:tag_name>T</wp:tag_name>"
            "<wp:tag_description>About it.</wp:tag_description>",
            "post_tag t",
        ),
        (
            "term",
            "<wp:term_taxonomy>series</wp:term_taxonomy><wp:term_slug>s</wp:term_slug>"
            "<wp:term_description>About it.</wp:term_description>",
            "series s",
        ),
    ],
)
def test_the_description_of_a_term_is_named(blog: Settings, kind: str, term: str, detail: str):
    text = export(item(1, "Words."), head=f"{HEAD}<wp:{kind}>{term}</wp:{kind}>")
    assert ("description-left", 0, detail, "About it.") in lost(blog, text)


def test_many_posts_with_a_plugins_field_are_one_line(blog: Settings):
    posts = [item(n, "Words.", meta={"_vendor_x": "1"}) for n in range(1, 8)]
    found = [loss for loss in lost(blog, export(*posts)) if loss[0] == "field-left"]
    assert found == [("field-left", 0, "_vendor_x", "in 7 posts and pages")]


def test_each_loss_says_where_it_is(blog: Settings):
    text = "One.\n\nTwo.\n\n[odd_one]Three words here[/odd_one]"
    imported(blog, export(item(1, text, slug="one")))
    report = json.loads((blog.root / "import-report.json").read_text(encoding="utf-8"))
    (loss,) = report["losses"]
    lines = (blog.content / "posts/one.md").read_text().split("\n")
    assert loss["file"] == "content/posts/one.md"
    assert lines[loss["line"] - 1] == "Three words here"
    shown = (blog.root / "import-report.md").read_text(encoding="utf-8")
    assert f"`content/posts/one.md:{loss['line']}`" in shown


def test_the_cover_is_taken_or_named(blog: Settings):
    text = export(attachment(9, "2020/03/door.jpg"), item(1, "Words.", meta={"_thumbnail_id": 9}))
    assert ("picture-missing", 1, f"{UP}/2020/03/door.jpg", "cover") in lost(blog, text)


def test_the_report_cannot_be_broken_by_what_it_names(blog: Settings):
    words = "[odd_one]`x` | <b>y</b> \x07 # z\n\n## no heading[/odd_one]"
    imported(blog, export(item(1, words, title="A | `B` <i>")))
    shown = (blog.root / "import-report.md").read_text(encoding="utf-8")
    assert "\n## no heading" not in shown
    assert "<b>" not in shown
    json.loads((blog.root / "import-report.json").read_text(encoding="utf-8"))


def test_words_of_a_reusable_block_are_the_posts_own_and_what_is_not_public_stays_behind(
    blog: Settings,
):
    named = (
        '{"metadata":{"name":"Head","bindings":{"__default":{"source":"core/pattern-overrides"}}}}'
    )
    shared = f"<!-- wp:heading {named} --><h2>Shared</h2><!-- /wp:heading --><p>Same.</p>"
    own = '{"ref":9,"content":{"Head":{"content":"Own <em>words</em>"}}}'
    refs = "".join(f'<!-- wp:block {{"ref":{n}}} /-->' for n in (9, 10, 11))
    text = export(
        item(1, f"<!-- wp:block {own} /-->{refs}", slug="one"),
        item(9, shared, type="wp_block"),
        item(10, "secret draft", type="wp_block", status="draft"),
        item(11, "secret lock", type="wp_block", password="x"),
    )
    assert ("reference-missing", 1, "wp:block 10", "") in lost(blog, text)
    page = (blog.content / "posts/one.md").read_text(encoding="utf-8")
    assert "## Own *words*\n\nSame.\n\n## Shared\n\nSame.\n" in page
    assert "secret" not in page


@pytest.mark.parametrize(
    ("body", "count", "read"),
    [("one\x0btwo", "1", "onetwo"), ("\x01a\x02b\x1f", "3", "ab")],
)
def test_bytes_that_no_xml_may_hold_are_counted(blog: Settings, body: str, count: str, read: str):
    found = lost(blog, export(item(1, body)))
    assert ("export-mended", 0, "export.xml", count) in found
    assert read in (blog.content / "posts/post-1.md").read_text(encoding="utf-8")


def test_an_export_without_a_fault_is_not_said_to_have_one(blog: Settings):
    assert lost(blog, export(item(1, "Words &amp; more, 5 &lt; 6."))) == []
