"""Old addresses, feeds and lists; several files; comments; a move to the same domain."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publish.cli import run as cli
from publish.importer import dates
from publish.importer.address import title_of, uid
from publish.settings import Settings
from tests.importer.export import HEAD, export, imported, item, tree_of
from tests.importer.test_run import JPEG, report
from tests.importer.test_uploads import zipped

NEW_YORK = ZoneInfo("America/New_York")


def head_of(blog: Settings, name: str) -> dict[str, str]:
    text = (blog.content / name).read_text(encoding="utf-8").split("\n\n")[0]
    return dict(line.split(": ", 1) for line in text.split("\n"))


@pytest.mark.parametrize(
    ("local", "gmt", "shown"),
    [
        ("2020-03-11 09:30:00", "2020-03-11 13:30:00", "2020-03-11 09:30-04:00"),
        ("2020-07-01 00:15:07", "2020-06-30 18:45:07", "2020-07-01 00:15:07+05:30"),
        ("2020-01-11 09:30:00", "0000-00-00 00:00:00", "2020-01-11 09:30-05:00"),
        ("0000-00-00 00:00:00", "2020-01-11 14:30:00", "2020-01-11 09:30-05:00"),
        ("2020-01-11 09:30:00", "", "2020-01-11 09:30-05:00"),
    ],
)
def test_a_date_keeps_its_offset(local: str, gmt: str, shown: str):
    found = dates.moment(local, gmt, NEW_YORK)
    assert found is not None
    assert dates.formatted(found) == shown
    assert datetime.fromisoformat(shown) == found


def test_an_offset_has_no_seconds():
    found = dates.moment("1850-01-01 08:00:00", "", NEW_YORK)
    assert found is not None
    assert dates.formatted(found) == "1850-01-01 08:00-04:56"


def test_what_is_no_date_is_none():
    for local, gmt in (
        ("", ""),
        ("0000-00-00 00:00:00", ""),
        ("2020-13-41 25:61:00", "soon"),
        ("", "0001-01-01 00:00:00"),
        ("0001-01-01 00:00:00", ""),
    ):
        assert dates.moment(local, gmt, NEW_YORK) is None


def test_dated_addresses_of_both_sites_are_one(blog: Settings):
    dated = "{date:%Y}/{date:%m}/{date:%d}/{slug}/"
    with blog.path.open("a", encoding="utf-8") as conf:
        conf.write(f"\nARTICLE_URL = {dated!r}\nARTICLE_SAVE_AS = {dated + 'index.html'!r}\n")
    imported(blog, export(item(1, "Words.", slug="is")))
    assert head_of(blog, "posts/is.md")["Aliases"] == "/?p=1"
    report = (blog.root / "import-report.md").read_text(encoding="utf-8")
    assert "| /?p=1 | /2020/03/11/is/ |" in report


def test_old_slugs_and_dates_lead_on(blog: Settings):
    extra = "".join(
        f"<wp:postmeta><wp:meta_key>{k}</wp:meta_key><wp:meta_value>{v}</wp:meta_value></wp:postmeta>"
        for k, v in (
            ("_wp_old_slug", "was"),
            ("_wp_old_slug", "was-before"),
            ("_wp_old_date", "2019-12-31"),
        )
    )
    imported(blog, export(item(1, "Words.", slug="is", extra=extra)))
    aliases = head_of(blog, "posts/is.md")["Aliases"].split(", ")
    assert aliases[0] == "/2020/03/11/is/"
    assert aliases[-1] == "/?p=1"
    assert {"/2020/03/11/was/", "/2020/03/11/was-before/", "/2019/12/31/is/"} <= set(aliases)


def test_addresses_in_other_scripts_stay_what_they_were(blog: Settings):
    name = "%d0%b7%d0%b4%d1%80%d0%b0%d0%b2%d0%be"
    imported(blog, export(item(1, "Words.", slug=name, link=f"https://old.example/{name}/")))
    assert head_of(blog, "posts/здраво.md")["Slug"] == "здраво"
    assert head_of(blog, "posts/здраво.md")["Aliases"] == "/?p=1"


def test_feeds_and_lists_of_the_old_site_lead_on(blog: Settings):
    imported(blog, export(item(1, "Words.", slug="one")))
    moved = json.loads((blog.content / "ledger/retired.json").read_text())
    assert moved["/feed/"] == "/feeds/all.rss.xml"
    assert moved["/category/career/feed/"] == "/feeds/career.rss.xml"
    assert moved["/author/nora/"] == "/author/nora-whitfield/"
    assert moved["/2020/03/"] == "/archives/"
    assert cli(["build", "-s", str(blog.path), "-q"]) == 0
    assert "feeds/all.rss.xml" in (blog.output / "feed/index.html").read_text()
    assert "/feed" in (blog.output / "_redirects").read_text()
    # The author takes one out: it stays out.
    del moved["/2020/03/"]
    (blog.content / "ledger/retired.json").write_text(json.dumps(moved))
    imported(blog, export(item(1, "Words.", slug="one"), item(2, "More.", slug="two")))
    assert "/2020/03/" not in json.loads((blog.content / "ledger/retired.json").read_text())


def test_further_pages_of_lists_and_downloads_of_the_old_site_lead_on(
    blog: Settings, tmp_path: Path
):
    up = "https://old.example/wp-content/uploads/2020/03"
    body = f'<a href="{up}/The plan.pdf">plan</a> <img src="{up}/a.jpg" alt="A">'
    terms = (("category", "Career"), ("post_tag", "Rest"))
    posts = [item(n, "Words.", slug=f"p{n}", categories=terms[: 1 + n % 2]) for n in range(2, 23)]
    files = {"2020/03/The plan.pdf": b"%PDF-1.4", "2020/03/a.jpg": JPEG}
    text = export(item(1, body, slug="one"), *posts)
    assert imported(blog, text, "--uploads", str(zipped(tmp_path, files))) == 0
    moved = json.loads((blog.content / "ledger/retired.json").read_text())
    assert {old: new for old, new in moved.items() if "/page/" in old or "uploads" in old} == {
        "/page/2/": "/archives/",
        "/page/3/": "/archives/",
        "/category/career/page/2/": "/category/career/",
        "/category/career/page/3/": "/category/career/",
        "/author/nora/page/2/": "/author/nora-whitfield/",
        "/author/nora/page/3/": "/author/nora-whitfield/",
        "/wp-content/uploads/2020/03/The%20plan.pdf": "/files/2020/03/the-plan.pdf",
    }
    assert cli(["build", "-s", str(blog.path), "-q"]) == 0
    place = "wp-content/uploads/2020/03/The plan.pdf/index.html"
    assert "/files/2020/03/the-plan.pdf" in (blog.output / place).read_text()
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0


def test_lists_of_categories_inside_of_others_lead_on(blog: Settings):
    below = "<wp:category_parent>{}</wp:category_parent><wp:cat_name>{}</wp:cat_name></wp:category>"
    head = HEAD + "".join(
        f"<wp:category><wp:category_nicename>{slug}</wp:category_nicename>"
        + below.format(above, name)
        for slug, above, name in (
            ("night", "career", "Night Shifts"),
            ("rota", "night", "The Rota"),
        )
    )
    terms = (("category", "The Rota"), ("category", "Night Shifts"))
    assert imported(blog, export(item(1, "Words.", slug="one", categories=terms), head=head)) == 0
    moved = json.loads((blog.content / "ledger/retired.json").read_text())
    assert moved["/category/career/night/"] == "/category/night-shifts/"
    assert moved["/category/career/night/rota/"] == "/category/the-rota/"
    assert moved["/category/career/night/rota/feed/"] == "/feeds/the-rota.rss.xml"


def test_a_post_without_a_date_is_a_draft_and_named(blog: Settings):
    none = "0000-00-00 00:00:00"
    text = export(
        item(1, "One.", slug="one", date=none, gmt=none),
        item(2, "Two.", slug="two", date=none, gmt=none, modified="2020-03-12 10:00:00"),
    ).replace("<pubDate>Wed, 11 Mar 2020 13:30:00 +0000</pubDate>", "")
    assert imported(blog, text) == 0
    found = [(loss["code"], loss["file"]) for loss in report(blog)["losses"]]
    assert found == [("date-missing", f"content/posts/{name}.md") for name in ("one", "two")]
    one, two = (head_of(blog, f"posts/{name}.md") for name in ("one", "two"))
    assert (one["Status"], "Date" in one) == ("draft", False)
    assert (two["Status"], two["Date"]) == ("draft", "2020-03-12 10:00-04:00")


def test_several_files_are_one_export(blog: Settings):
    first = blog.root / "a.xml"
    first.write_text(export(item(1, '<a href="/?p=2">two</a>', slug="one")))
    assert imported(blog, export(item(2, '<a href="/?p=1">one</a>', slug="two")), str(first)) == 0
    assert "{filename}/posts/two.md" in (blog.content / "posts/one.md").read_text()
    assert "{filename}/posts/one.md" in (blog.content / "posts/two.md").read_text()


COMMENT = """<wp:comment><wp:comment_author><![CDATA[Priya]]></wp:comment_author>
<wp:comment_author_email>priya@private.example</wp:comment_author_email>
<wp:comment_author_IP>192.0.2.7</wp:comment_author_IP>
<wp:comment_date>2020-03-12 10:00:00</wp:comment_date>
<wp:comment_content><![CDATA[So true.

# Thank you]]></wp:comment_content><wp:comment_approved>{}</wp:comment_approved></wp:comment>"""


def test_comments_are_counted_or_kept_without_addresses(blog: Settings):
    text = export(item(1, "Words.", slug="one", extra=COMMENT.format(1) + COMMENT.format("spam")))
    imported(blog, text)
    assert [x["detail"] for x in report(blog)["losses"] if x["code"] == "comments-left"] == ["1"]
    imported(blog, text, "--comments")
    page = (blog.content / "posts/one.md").read_text()
    assert "## Comments\n\n**Priya** 2020-03-12\n\n> So true.\n>\n> \\# Thank you" in page
    everything = b"".join(f.read_bytes() for f in blog.root.rglob("*.[mj]*") if f.is_file())
    assert b"192.0.2.7" not in everything


def test_on_the_same_domain_no_picture_and_no_link_is_left_broken(blog: Settings):
    home = blog.siteurl
    text = export(
        item(
            1,
            f'<p>A <a href="{home}/wp-content/uploads/a.pdf">plan</a> '
            f'<img src="{home}/wp-content/uploads/b.jpg" alt="the door"> '
            f'<a href="{home}/nowhere/">gone</a> <a href="http://localhost/x">mine</a></p>',
            slug="one",
        ),
        head=HEAD.replace("https://old.example", home),
    ).replace("https://old.example", home)
    imported(blog, text)
    page = (blog.content / "posts/one.md").read_text().split("\n\n", 1)[1]
    assert page.strip() == "A plan the door gone mine"
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0


def test_categories_keep_one_spelling_and_no_comma(blog: Settings):
    imported(
        blog,
        export(
            item(1, "a", slug="a", categories=(("category", "Work, Life"), ("category", "Career"))),
            item(2, "b", slug="b", categories=(("category", "career"), ("post_tag", "one, two"))),
        ),
    )
    assert head_of(blog, "posts/a.md")["Category"] == "Work · Life, Career"
    assert head_of(blog, "posts/b.md")["Category"] == "Career"
    assert head_of(blog, "posts/b.md")["Tags"] == "one, two;"
    assert "category-renamed" in {loss["code"] for loss in report(blog)["losses"]}


def test_a_name_that_makes_no_address_is_left_and_said(blog: Settings):
    names = (("category", "!!!"), ("category", ","), ("category", "Career"), ("post_tag", "…"))
    text = export(item(1, "x", categories=names, creator=";"), item(2, "Words.", title="\u200b"))
    assert imported(blog, text) == 0
    head = head_of(blog, "posts/post-1.md")
    assert head["Category"] == "Career"
    assert not {"Tags", "Author"} & set(head)
    lost = [loss for loss in report(blog)["losses"] if loss["code"] == "taxonomy-left"]
    assert {(loss["detail"], loss["excerpt"]) for loss in lost} == {
        ("category", "!!!"),
        ("category", "·"),
        ("tag", "…"),
    }
    assert head_of(blog, "posts/post-2.md")["Title"] == "Words."
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0


def test_no_old_address_is_where_a_list_of_the_site_lies(blog: Settings):
    assert imported(blog, export(item(1, "x", link="https://old.example/category/career/"))) == 0
    assert "/category/career" not in head_of(blog, "posts/post-1.md")["Aliases"]
    assert "alias-left" in {loss["code"] for loss in report(blog)["losses"]}
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0


def test_identities_are_the_same_at_every_run_and_other_on_every_site():
    assert uid("old.example", 1) == uid("old.example", 1)
    assert len({uid("old.example", 1), uid("old.example", 2), uid("other.example", 1)}) == 3
    assert title_of("A &amp; B &lt;i&gt; <em>c</em> < d") == "A & B <i> c < d"


def test_posts_of_one_slug_in_two_languages_are_translations(blog: Settings):
    def said(code: str) -> str:
        return f'<category domain="language" nicename="{code}">{code}</category>'

    there = "https://old.example/fr/hello/"
    text = export(
        item(1, "One.", slug="hello", extra=said("en")),
        item(2, "Un.", slug="hello", link=there, extra=said("fr")),
        item(3, f'<a href="{there}">x</a>', slug="hello-fr", extra=said("x_y")),
        item(4, "Eins.", slug="hello", meta={"_wpml_import_language_code": "de"}),
    )
    assert imported(blog, text) == 0
    found = {path.stem: path.read_text() for path in (blog.content / "posts").iterdir()}
    assert found.keys() == {"hello", "hello-fr", "hello-fr-2", "hello-de"}
    assert "Lang" not in found["hello"] + found["hello-fr-2"]
    assert "Slug: hello\nLang: fr\n" in found["hello-fr"]
    assert "Slug: hello\nLang: de\n" in found["hello-de"]
    assert "Aliases: /fr/hello/" in found["hello-fr"]
    assert "[x]({filename}/posts/hello-fr.md)" in found["hello-fr-2"]
    before = tree_of(blog)
    assert imported(blog, text) == 0
    assert {k: v for k, v in tree_of(blog).items() if k in before} == before


def test_a_published_address_stays_an_alias_where_a_later_export_names_the_language(blog: Settings):
    def text(**meta: str) -> str:
        return export(item(1, "Un.", slug="hello", meta=meta))

    assert imported(blog, text()) == 0
    uid = head_of(blog, "posts/hello.md")["Uid"]
    (blog.content / "ledger/urls.json").write_text(json.dumps({"/hello/": uid}))
    assert imported(blog, text()) == 0
    assert "/hello/" not in head_of(blog, "posts/hello.md")["Aliases"].split(", ")
    assert imported(blog, text(_wpml_import_language_code="fr")) == 0
    assert head_of(blog, "posts/hello.md")["Lang"] == "fr"
    assert "/hello/" in head_of(blog, "posts/hello.md")["Aliases"].split(", ")
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0


def test_a_list_whose_old_address_is_none_does_not_stop_the_build(blog: Settings):
    odd = '<category domain="category" nicename="two words">Two Words</category>'
    bare = '<category domain="category">Bare</category>'
    assert imported(blog, export(item(1, "Words.", extra=odd + bare))) == 0
    moved = json.loads((blog.content / "ledger/retired.json").read_text())
    assert not [old for old in moved if " " in old or old == "/category/"]
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0
