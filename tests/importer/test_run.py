"""An export end to end: files, front matter, links, pictures, again, check and build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publish.cli import run as cli
from publish.settings import Settings, load
from tests.importer.export import attachment, export, imported, item, site, tree_of

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(64)
LINKS = """See <a href="https://old.example/2020/03/11/two/#part">two</a>,
<a href="http://www.old.example/?p=2">two again</a>, <a href="/about/">us</a>,
<a href="https://old.example/2019/01/01/gone/">what is gone</a>, <a href="/?p=3">a draft</a>,
<a href="https://old.example/wp-content/uploads/2020/03/plan.pdf">a plan</a> and
<a href="https://new.example/">another site</a>.
<img class="wp-image-9" src="https://old.example/wp-content/uploads/2020/03/door-300x200.jpg" />"""


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads" / "2020" / "03"
    folder.mkdir(parents=True)
    (folder / "door.jpg").write_bytes(JPEG)
    (folder / "plan.pdf").write_bytes(b"%PDF-1.4 a plan")
    (folder / "unused.jpg").write_bytes(JPEG + b"!")
    return tmp_path / "uploads"


def whole() -> str:
    return export(
        attachment(9, "2020/03/door.jpg", alt="A green door"),
        item(
            1,
            LINKS,
            slug="one",
            title="One &amp; <em>only</em>: a < b",
            excerpt="It *begins*.",
            meta={"_thumbnail_id": 9, "_wp_old_slug": "first"},
            categories=(
                ("category", "Career"),
                ("category", "Uncategorized"),
                ("post_tag", "burnout"),
            ),
        ),
        item(
            2,
            '<h2 id="part">A part</h2>\n\nWords.',
            slug="two",
            modified="2021-01-02 03:04:05",
            modified_gmt="2021-01-02 08:04:05",
        ),
        item(3, "Not yet.", slug="three", status="draft"),
        item(4, "Hidden.", slug="four", status="private"),
        item(5, "Locked.", slug="five", password="hunter2"),
        item(
            6,
            "Later.",
            slug="six",
            status="future",
            date="2099-01-01 09:00:00",
            gmt="2099-01-01 14:00:00",
        ),
        item(7, "About us.", type="page", slug="about", categories=()),
        item(8, "", type="nav_menu_item", slug="menu"),
    )


def test_posts_get_the_front_matter_of_this_blog(blog: Settings, uploads: Path):
    assert imported(blog, whole(), "--uploads", str(uploads)) == 0
    text = (blog.content / "posts/one.md").read_text(encoding="utf-8")
    assert text.split("\n\n")[0].split("\n") == [
        "Title: One & only: a &lt; b",
        "Date: 2020-03-11 09:30-04:00",
        "Category: Career",
        "Tags: burnout",
        "Slug: one",
        "Author: Nora Whitfield",
        r"Summary: It \*begins\*.",
        "Image: images/2020/03/door.jpg",
        "Image_alt: A green door",
        "Status: published",
        "Newsletter: no",
        "Aliases: /2020/03/11/one/, /2020/03/11/first/, /?p=1",
        "Uid: " + text.split("Uid: ")[1].split("\n")[0],
    ]
    two = (blog.content / "posts/two.md").read_text(encoding="utf-8")
    assert "Modified: 2021-01-02 03:04:05-05:00" in two
    assert "## A part {#part}" in two


def test_links_lead_to_files_or_lose_themselves_and_keep_their_words(blog: Settings, uploads: Path):
    imported(blog, whole(), "--uploads", str(uploads))
    text = (blog.content / "posts/one.md").read_text(encoding="utf-8")
    assert "[two]({filename}/posts/two.md#part)" in text
    assert "[two again]({filename}/posts/two.md)" in text
    assert "[us]({filename}/pages/about.md)" in text
    assert "what is gone, a draft," in text.replace("  \n", " ")
    assert "[a plan]({static}/files/2020/03/plan.pdf)" in text
    assert "![A green door]({static}/images/2020/03/door.jpg)" in text
    files = {f.relative_to(blog.content).as_posix() for f in blog.content.rglob("*") if f.is_file()}
    assert "images/2020/03/unused.jpg" not in files
    found = {loss["code"] for loss in report(blog)["losses"]}
    assert {"dead-link", "link-not-public"} <= found


def report(blog: Settings) -> dict:
    return json.loads((blog.root / "import-report.json").read_text(encoding="utf-8"))


def test_what_was_not_public_becomes_a_draft_and_no_password_is_written(blog: Settings):
    imported(blog, whole())
    for name in ("three", "four", "five"):
        text = (blog.content / f"posts/{name}.md").read_text(encoding="utf-8")
        assert "Status: draft" in text
        assert "Newsletter" not in text
    assert "Status: published" in (blog.content / "posts/six.md").read_text(encoding="utf-8")
    assert "Newsletter" not in (blog.content / "posts/six.md").read_text(encoding="utf-8")
    everything = b"".join(tree_of(blog).values())
    assert b"hunter2" not in everything
    assert b"private.example" not in everything
    codes = [loss["code"] for loss in report(blog)["losses"]]
    assert codes.count("private-as-draft") == codes.count("password-as-draft") == 1


def test_a_second_run_writes_nothing_and_two_runs_give_the_same_bytes(
    blog: Settings, uploads: Path, tmp_path: Path, root: Path
):
    imported(blog, whole(), "--uploads", str(uploads))
    first = tree_of(blog)
    stamps = {f: f.stat().st_mtime_ns for f in blog.content.rglob("*")}
    assert imported(blog, whole(), "--uploads", str(uploads)) == 0
    assert tree_of(blog) == first
    assert {f: f.stat().st_mtime_ns for f in blog.content.rglob("*")} == stamps
    other = site(tmp_path / "other", root)
    imported(other, whole(), "--uploads", str(uploads))
    assert tree_of(other) == first


def test_an_edited_file_is_left_and_a_deleted_one_stays_away(blog: Settings):
    imported(blog, export(item(1, "Old words.", slug="one"), item(2, "Two.", slug="two")))
    one, two = blog.content / "posts/one.md", blog.content / "posts/two.md"
    one.write_text(one.read_text() + "\nMine.\n")
    two.unlink()
    newer = export(item(1, "New words.", slug="one"), item(2, "Two, newer.", slug="two"))
    assert imported(blog, newer) == 0
    assert "Mine." in one.read_text()
    assert not two.exists()
    assert "edited-left" in {loss["code"] for loss in report(blog)["losses"]}
    imported(blog, newer, "--again", str(one))
    assert "New words." in one.read_text()
    assert "Mine." not in one.read_text()


def test_a_newer_export_rewrites_unedited_files(blog: Settings):
    imported(blog, export(item(1, "Old words.", slug="one")))
    imported(blog, export(item(1, "New words.", slug="one"), item(2, "Two.", slug="two")))
    assert "New words." in (blog.content / "posts/one.md").read_text()
    assert (blog.content / "posts/two.md").exists()


def test_a_renamed_post_stays_renamed(blog: Settings):
    imported(
        blog, export(item(1, "Words.", slug="one"), item(2, '<a href="/?p=1">x</a>', slug="two"))
    )
    assert cli(["rename", "one", "uno", "-s", str(blog.path), "-q"]) == 0
    before = tree_of(blog)
    imported(
        blog, export(item(1, "Words.", slug="one"), item(2, '<a href="/?p=1">x</a>', slug="two"))
    )
    after = tree_of(blog)
    assert {k: v for k, v in after.items() if k.endswith(".md") and "report" not in k} == {
        k: v for k, v in before.items() if k.endswith(".md") and "report" not in k
    }


def test_nothing_of_the_site_is_overwritten(blog: Settings):
    mine = blog.content / "posts/one.md"
    mine.write_text("Title: Mine\nDate: 2026-01-01\nSlug: one\nStatus: published\n\nMine.\n")
    imported(
        blog, export(item(1, "Theirs.", slug="one"), item(2, "T.", type="page", slug="archives"))
    )
    assert "Mine." in mine.read_text()
    assert "Theirs." in (blog.content / "posts/one-2.md").read_text()
    assert (blog.content / "pages/archives-2.md").exists()
    assert "address-taken" in {loss["code"] for loss in report(blog)["losses"]}


def test_a_dry_run_writes_nothing(blog: Settings, capsys: pytest.CaptureFixture[str]):
    assert imported(blog, whole(), "--dry-run") == 0
    assert list(blog.content.rglob("*.md")) == []
    assert not (blog.root / "import-report.md").exists()
    out = capsys.readouterr().out
    assert "would write" in out
    assert len(out.splitlines()) <= 20


def test_the_result_passes_check_and_builds(blog: Settings, uploads: Path):
    imported(blog, whole(), "--uploads", str(uploads))
    assert cli(["check", "-s", str(blog.path), "-q"]) == 0
    assert cli(["build", "-s", str(blog.path), "-q"]) == 0
    assert (blog.output / "one" / "index.html").is_file()
    assert "url=/one/" in (blog.output / "2020/03/11/one/index.html").read_text()
    assert (
        "/?" in (blog.output / "_redirects").read_text()
        or "p=1" in (blog.output / "_redirects").read_text()
    )
    assert not (blog.output / "five").exists()


def test_strict_fails_on_any_loss_and_options_choose(blog: Settings):
    assert imported(blog, whole(), "--strict") == 1
    assert imported(blog, export(item(1, "Words.", slug="clean")), "--strict") == 0
    assert (
        imported(
            blog,
            whole(),
            "--author",
            "nora=N. W.",
            "--category",
            "Career=Work",
            "--only",
            "posts",
            "--since",
            "2020-01-01",
            "--again",
            str(blog.content / "posts/one.md"),
        )
        == 0
    )
    text = (blog.content / "posts/one.md").read_text()
    assert "Author: N. W." in text
    assert "Category: Work" in text
    assert imported(blog, whole(), "--since", "yesterday") == 2
    assert imported(blog, whole(), "--author", "nora") == 2


def test_another_sites_folders_are_used(tmp_path: Path):
    folder = tmp_path / "other"
    (folder / "text/articles").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(
        'PATH = "text"\nARTICLE_PATHS = ["articles"]\nPAGE_PATHS = ["info"]\nTIMEZONE = "UTC"\n'
        'SITENAME = "x"\nARTICLE_URL = "{slug}.html"\n'
    )
    blog = load(folder / "pelicanconf.py")
    text = export(
        item(1, "Words, <a href='/gone/'>gone</a>.", slug="one"),
        item(2, "P", type="page", slug="two"),
    )
    assert imported(blog, text) == 0
    assert (folder / "text/articles/one.md").is_file()
    assert (folder / "text/info/two.md").is_file()
    assert {loss["file"] for loss in report(blog)["losses"]} == {"text/articles/one.md"}
