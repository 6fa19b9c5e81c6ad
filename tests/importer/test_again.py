"""Run again: several files as one, what the ledger knows, and what a part of an export leaves."""

from __future__ import annotations

import gzip
import json
import random
import unicodedata
import zipfile
from pathlib import Path

import pytest

from publish.errors import ConfigError
from publish.importer.ledger import Ledger, Record
from publish.importer.uploads import LARGEST, Archive
from publish.settings import Settings
from tests.importer.export import HEAD, attachment, export, imported, item, site, tree_of
from tests.importer.test_run import JPEG, report
from tests.importer.test_uploads import zipped


def posts(blog: Settings) -> set[str]:
    return {f.stem for f in (blog.content / "posts").glob("*.md")}


def test_the_ledger_is_a_line_an_item_and_reads_as_it_was_written(tmp_path: Path):
    file = tmp_path / "ledger/import.json"
    ledger = Ledger(file, {f"h/{n}": Record(f"posts/{n}.md", f"{n}", "d") for n in range(3)})
    ledger.files, ledger.moved = {"images/a.jpg": "x"}, ["/feed/"]
    assert ledger.save()
    assert not ledger.save()
    assert sum('"h/' in line for line in file.read_text().split("\n")) == 3
    again = Ledger.load(file)
    assert (again.items, again.files, again.moved) == (ledger.items, ledger.files, ledger.moved)


def test_a_ledger_of_an_earlier_version_is_read(tmp_path: Path):
    file = tmp_path / "import.json"
    item = {"file": "posts/a.md", "slug": "a", "source": "0123", "written": "d"}
    file.write_text(json.dumps({"version": 1, "files": {}, "items": {"h/1": item}}))
    assert Ledger.load(file).items == {"h/1": Record("posts/a.md", "a", "d")}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"items": {"h/1": {}}}', '{"items": 1}', "\x00"])
def test_a_damaged_ledger_is_refused_and_nothing_is_written(
    blog: Settings, capsys: pytest.CaptureFixture[str], text: str
):
    file = blog.content / "ledger/import.json"
    file.parent.mkdir()
    file.write_text(text)
    assert imported(blog, export(item(1, "Words."))) == 1
    assert "bring it back from git" in capsys.readouterr().err
    assert posts(blog) == set()
    assert file.read_text() == text
    file.write_text(f"{{\n<<<<<<< HEAD\n{text}")
    assert imported(blog, export(item(1, "Words."))) == 1
    assert "a git merge has left — keep the lines of both sides" in capsys.readouterr().err


def test_the_same_item_in_two_files_is_one_and_the_last_counts(blog: Settings):
    first = blog.root / "a.xml"
    first.write_text(export(item(1, "Newest.", slug="one"), item(3, "Three.", slug="three")))
    text = export(item(1, "Oldest.", slug="one"), item(2, "Two.", slug="two"))
    assert imported(blog, text, str(first)) == 0
    assert posts(blog) == {"one", "two", "three"}
    assert "Newest." in (blog.content / "posts/one.md").read_text()


def test_of_two_exports_the_newer_text_counts_in_any_order(blog: Settings):
    times = {"modified": "2021-01-02 03:04:05", "modified_gmt": "2021-01-02 08:04:05"}
    texts = export(item(1, "Newest.", slug="one", **times)), export(item(1, "Oldest.", slug="one"))
    for first, second in (texts, texts[::-1]):
        (blog.root / "b.xml").write_text(second)
        assert imported(blog, first, str(blog.root / "b.xml")) == 0
        assert "Newest." in (blog.content / "posts/one.md").read_text()


def test_a_post_that_was_renamed_between_two_exports_is_one(blog: Settings):
    newer = blog.root / "b.xml"
    newer.write_text(export(item(1, "Newest.", slug="new-name", title="A New Name")))
    assert imported(blog, export(item(1, "Oldest.", slug="old-name")), str(newer)) == 0
    assert posts(blog) == {"new-name"}
    assert "Newest." in (blog.content / "posts/new-name.md").read_text()


def test_posts_of_two_sites_in_one_file_are_two(blog: Settings):
    other = item(1, "Two.", slug="two").replace("old.example", "other.example")
    assert imported(blog, export(item(1, "One.", slug="one"), other)) == 0
    assert posts(blog) == {"one", "two"}
    assert imported(blog, export(item(1, "One.", slug="one"), other)) == 0
    assert posts(blog) == {"one", "two"}


def test_two_files_of_two_hosts_know_each_other(blog: Settings):
    other = blog.root / "a.xml"
    other.write_text(export(item(9, "Other.", slug="nine")).replace("old.example", "older.example"))
    text = export(item(1, '<a href="https://older.example/2020/03/11/nine/">x</a>', slug="one"))
    assert imported(blog, text, str(other)) == 0
    assert "[x]({filename}/posts/nine.md)" in (blog.content / "posts/one.md").read_text()


def test_two_sites_are_imported_one_after_the_other(blog: Settings, capsys):
    text = export(item(1, "Words of one.", slug="same"))
    two = export(item(1, "Words of two.", slug="same", date="2021-03-11 09:30:00"))
    other = blog.root / "a.xml"
    other.write_text(two.replace("old.example", "other.example"))
    assert imported(blog, text, str(other)) == 1
    assert "number 1 is another item of old.example" in capsys.readouterr().err
    with zipfile.ZipFile(blog.root / "both.zip", "w") as zipped:
        zipped.writestr("one.xml", text)
        zipped.write(other, "two.xml")
    assert imported(blog, (blog.root / "both.zip").read_bytes()) == 1
    assert "number 1 is another item of old.example" in capsys.readouterr().err
    assert posts(blog) == set()
    assert imported(blog, text) == 0
    assert imported(blog, other.read_text()) == 0
    first, second = (blog.content / f"posts/{slug}.md" for slug in ("same", "same-2"))
    assert "Words of one." in first.read_text()
    assert "Words of two." in second.read_text()
    assert "/?p=1" in first.read_text()
    assert "/?p=1" not in second.read_text(), "two posts cannot have one old address"


def test_the_exports_in_a_zip_are_one(blog: Settings, capsys):
    with zipfile.ZipFile(blog.root / "site.zip", "w") as zipped:
        zipped.writestr("site.000.xml", export(item(1, "One.", slug="one")))
        zipped.writestr("site.001.xml", export(item(2, "Two.", slug="two")))
        zipped.writestr("__MACOSX/._site.000.xml", "no export")
    assert imported(blog, (blog.root / "site.zip").read_bytes()) == 0
    assert posts(blog) == {"one", "two"}
    with zipfile.ZipFile(blog.root / "other.zip", "w") as zipped:
        zipped.writestr("2020/03/a.jpg", JPEG)
    assert imported(blog, (blog.root / "other.zip").read_bytes()) == 1
    assert "holds no .xml" in capsys.readouterr().err
    whole = (blog.root / "site.zip").read_bytes()
    assert imported(blog, whole.replace(b"Two.", b"Twx.")) == 1
    assert "cannot be unpacked" in capsys.readouterr().err
    assert imported(blog, whole[:-30]) == 1
    assert "is a .zip that is cut off" in capsys.readouterr().err
    # Bit 0 of an entry's flags, at its own head and in the list at the end: it is encrypted.
    locked = whole.replace(b"PK\3\4\x14\0\0", b"PK\3\4\x14\0\1")
    locked = locked.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")
    assert imported(blog, locked) == 1
    assert "it asks for a password" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {"old", "new", "later"}),
        (("--since", "2020-06-01"), {"new", "later"}),
        (("--since", "2020-07-01"), {"new", "later"}),
        (("--only", "pages"), set()),
        (("--only", "posts"), {"old", "new", "later"}),
    ],
)
def test_a_part_of_an_export(blog: Settings, options: tuple[str, ...], expected: set[str]):
    text = export(
        item(1, "Old.", slug="old", date="2020-01-01 09:00:00", gmt="2020-01-01 14:00:00"),
        item(2, "New.", slug="new", date="2020-07-01 09:00:00", gmt="2020-07-01 13:00:00"),
        item(
            3,
            "Later.",
            slug="later",
            date="2099-07-01 09:00:00",
            gmt="2099-07-01 13:00:00",
            status="future",
        ),
        item(4, "Page.", slug="about", type="page", categories=()),
    )
    assert imported(blog, text, *options) == 0
    assert posts(blog) == expected
    page = (blog.content / "pages/about.md").exists()
    assert page == ("posts" not in options and "--since" not in options)


def test_what_came_due_since_the_export_was_shown_by_the_old_site(blog: Settings):
    """So it is not mailed once more; what this site had brought before its hour is its own."""
    text = export(
        item(
            1,
            "Was to come.",
            slug="due",
            date="2024-07-01 09:00:00",
            gmt="2024-07-01 13:00:00",
            status="future",
        ),
        item(2, '<a href="/?p=1">x</a>', slug="link"),
    )
    assert imported(blog, text) == 0
    file = blog.content / "posts/due.md"
    assert "\nNewsletter: no\n" in file.read_text()
    before = tree_of(blog)
    assert imported(blog, text) == 0
    assert tree_of(blog) == before
    ahead = text.replace("2024-07-01", "2099-07-01")
    assert imported(blog, ahead) == 0
    assert "Newsletter" not in file.read_text()
    assert imported(blog, text) == 0
    assert "Newsletter" not in file.read_text()


def test_a_part_and_then_the_whole_is_the_whole(blog: Settings, tmp_path: Path, root: Path):
    text = export(
        *(item(n, f'<a href="/?p={n % 4 + 1}">x</a>', slug=f"p{n}") for n in (1, 2, 3, 4))
    )
    other = site(tmp_path / "other", root)
    assert imported(other, text) == 0
    assert imported(blog, text, "--since", "2030-01-01") == 0
    assert posts(blog) == set()
    assert imported(blog, text) == 0
    assert tree_of(blog) == tree_of(other)


def test_pictures_that_come_later_come_into_the_files(blog: Settings, tmp_path: Path):
    up = "https://old.example/wp-content/uploads/2020/03/a.jpg"
    text = export(item(1, f'<img src="{up}" alt="A">', slug="one"))
    assert imported(blog, text) == 0
    assert f"![A]({up})" in (blog.content / "posts/one.md").read_text()
    folder = tmp_path / "uploads/2020/03"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(JPEG)
    assert imported(blog, text, "--uploads", str(tmp_path / "uploads")) == 0
    assert "![A]({static}/images/2020/03/a.jpg)" in (blog.content / "posts/one.md").read_text()
    assert (blog.content / "images/2020/03/a.jpg").read_bytes() == JPEG


def test_pictures_stay_without_the_uploads_and_an_edited_one_stays_with_them(
    blog: Settings, tmp_path: Path
):
    files = {"2020/03/a.jpg": JPEG, "2020/03/plan.pdf": b"%PDF-1.4"}
    up = "https://old.example/wp-content/uploads/2020/03"
    body = f'<img src="{up}/a-300x200.jpg" alt="A"> <a href="{up}/plan.pdf">plan</a>'
    text = export(item(1, body, slug="one"))
    imported(blog, text, "--uploads", str(zipped(tmp_path, files)))
    before = tree_of(blog)
    imported(blog, text.replace("https://old", "http://www.old"))
    assert tree_of(blog) == before
    picture = blog.content / "images/2020/03/a.jpg"
    picture.write_bytes(JPEG + b"smaller")
    for _ in range(2):
        imported(blog, text, "--uploads", str(zipped(tmp_path, files)))
        assert picture.read_bytes() == JPEG + b"smaller"
    assert tree_of(blog) | {"content/images/2020/03/a.jpg": JPEG} == before


def test_an_author_and_a_category_are_renamed_everywhere(blog: Settings):
    text = export(
        item(1, "a", slug="one"),
        item(2, "b", slug="two", creator="nora"),
        head=HEAD.replace("Nora Whitfield", "N. &amp; W."),
    )
    assert imported(blog, text, "--author", "nora=Nora", "--category", "Career=Work") == 0
    for name in ("one", "two"):
        head = (blog.content / f"posts/{name}.md").read_text().split("\n\n")[0].split("\n")
        assert "Author: Nora" in head
        assert "Category: Work" in head


def test_an_import_later_on_renames_as_the_one_before(blog: Settings):
    text = export(item(1, "a", slug="one"), item(2, "b", slug="two"))
    imported(blog, text, "--author", "nora=Nora", "--category", "Career=Work")
    before = tree_of(blog)
    assert imported(blog, text) == 0
    assert tree_of(blog) == before
    imported(blog, text, "--category", "Career=Calling")
    head = (blog.content / "posts/one.md").read_text()
    assert "Category: Calling" in head
    assert "Author: Nora\n" in head


SHARE = '<h3>Share this</h3><p><a href="https://www.facebook.com/sharer.php?u=x">Facebook</a></p>'
SAID = """<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author>Ann</wp:comment_author>
    <wp:comment_date>2020-04-01 10:00:00</wp:comment_date>
    <wp:comment_content>Well said</wp:comment_content>
    <wp:comment_approved>1</wp:comment_approved></wp:comment>"""


@pytest.mark.parametrize("part", ["posts", "one", "pages"])
def test_an_export_that_holds_less_takes_nothing_from_a_file(
    blog: Settings, tmp_path: Path, part: str
):
    first = item(
        1,
        '[gallery ids="70"] <a href="/?p=2">two</a> <a href="/about/">about</a>'
        f'<!-- wp:block {{"ref":90}} /-->{SHARE}',
        slug="one",
        meta={"_thumbnail_id": "71"},
    )
    posts = [first, *(item(n, f"Words {n}.{SHARE}", slug=f"p{n}") for n in (2, 3, 4))]
    page = item(5, '<a href="/?p=1">one</a>', type="page", slug="about", categories=())
    others = [
        attachment(70, "2020/03/a.jpg", alt="A"),
        attachment(71, "2020/03/b.jpg"),
        item(90, "Shared words.", type="wp_block", slug="block", categories=()),
    ]
    files = {"2020/03/a.jpg": JPEG, "2020/03/b.jpg": JPEG + b"b"}
    imported(blog, export(*others, *posts, page), "--uploads", str(zipped(tmp_path, files)))
    before = tree_of(blog)
    given = {"posts": posts, "one": [first], "pages": [page]}[part]
    assert imported(blog, export(*given)) == 0
    after = tree_of(blog)
    assert {k: v for k, v in after.items() if k.startswith("content")} == {
        k: v for k, v in before.items() if k.startswith("content")
    }
    needs = [(x["code"], x["file"]) for x in report(blog)["losses"] if x["code"] != "end-dropped"]
    assert needs == ([] if part == "pages" else [("fuller-left", "content/posts/one.md")])
    file = "content/posts/one.md"
    imported(blog, export(first), "--again", str(blog.root / file))
    assert "Image:" not in (blog.root / file).read_text()


def test_a_link_leads_to_a_post_of_an_export_before(blog: Settings):
    imported(blog, export(item(1, "One.", slug="one"), item(2, "Two.", slug="two", status="draft")))
    links = ("/2020/03/11/one/", "/2020/03/11/one/feed/", "/?p=1", "/2020/03/11/one/#x", "/?p=2")
    body = "".join(f'<p><a href="https://old.example{link}">{link}</a></p>' for link in links)
    imported(blog, export(item(3, body, slug="three")))
    text = (blog.content / "posts/three.md").read_text()
    assert text.count("]({filename}/posts/one.md)") == 4
    codes = [x["code"] for x in report(blog)["losses"]]
    assert sorted(codes) == ["anchor-missing", "dead-link"]


def test_an_import_later_on_keeps_what_was_given_once_and_says_so(
    blog: Settings, capsys: pytest.CaptureFixture[str]
):
    text = export(
        *(
            item(n, f"Words {n}.{SHARE}", slug=f"p{n}", extra=SAID if n == 1 else "")
            for n in range(1, 5)
        )
    )
    imported(blog, text, "--comments")
    before = tree_of(blog)
    said = (blog.content / "posts/p1.md").read_text()
    assert "Well said" in said
    assert "Share this" not in said, "the ending is above the comments"
    assert "as in an import before" not in capsys.readouterr().out
    imported(blog, text)
    assert tree_of(blog) == before
    assert "as in an import before: --comments (" in capsys.readouterr().out
    imported(blog, text, "--keep-end")
    imported(blog, text)
    assert "as in an import before: --comments, --keep-end (" in capsys.readouterr().out
    said = (blog.content / "posts/p1.md").read_text()
    assert said.index("Share this") < said.index("Well said")


def test_a_post_that_has_its_identity_already_is_not_written_twice(blog: Settings):
    """The record of the import may be lost, or the file may have come from another folder."""
    text = export(item(1, "One.", slug="one"), item(2, "Two.", slug="two"))
    imported(blog, text)
    file = blog.content / "posts/one.md"
    file.write_text(file.read_text().replace("One.", "Edited."))
    file.rename(blog.content / "posts/moved.md")
    (blog.content / "ledger/import.json").unlink()
    assert imported(blog, text) == 0
    assert posts(blog) == {"moved", "two"}
    assert "Edited." in (blog.content / "posts/moved.md").read_text()


def test_no_post_takes_an_address_that_another_one_has_left(blog: Settings):
    own = "Title: Own\nDate: 2026-11-01\nSlug: own\nAliases: /first/\nUid: aaaaaaaaaaaa0001\n\nx\n"
    (blog.content / "posts/own.md").write_text(own)
    ledger = blog.content / "ledger"
    ledger.mkdir()
    known = {"/second/": "aaaaaaaaaaaa0001", "/third/": "aaaaaaaaaaaa0002"}
    (ledger / "urls.json").write_text(json.dumps(known))
    (ledger / "retired.json").write_text('{"/third/": "gone"}')
    imported(
        blog, export(*(item(n, "x", slug=s) for n, s in enumerate(("first", "second", "third"), 1)))
    )
    assert posts(blog) == {"own", "first-2", "second-2", "third"}
    assert {x["code"] for x in report(blog)["losses"]} == {"address-taken"}


def test_a_post_that_was_renamed_is_not_told_as_edited(blog: Settings):
    text = export(item(1, "One.", slug="one"))
    imported(blog, text)
    file = blog.content / "posts/one.md"
    renamed = (
        file.read_text().replace("Slug: one", "Slug: uno").replace("Aliases: ", "Aliases: /one/, ")
    )
    file.write_text(renamed)
    imported(blog, text)
    assert report(blog)["losses"] == []
    imported(blog, text.replace("One.", "Newer."))
    assert [x["code"] for x in report(blog)["losses"]] == ["edited-left"]
    assert file.read_text() == renamed


def test_an_export_that_gzip_packed_is_unpacked(blog: Settings, capsys):
    packed = gzip.compress(export(item(1, "One.", slug="one")).encode())
    assert imported(blog, packed[:-20]) == 1
    assert "cannot be unpacked" in capsys.readouterr().err
    assert imported(blog, packed) == 0
    assert posts(blog) == {"one"}


def test_a_name_that_nothing_has_is_told_and_one_of_uncategorized_counts(blog: Settings):
    text = export(
        item(1, "a", slug="one", categories=(("category", "Uncategorized"),)),
        item(2, "b", slug="two"),
    )
    given = {"--category": ("Carreer=Work", "Uncategorized=Notes"), "--author": ("N. W.=Nora",)}
    assert (
        imported(blog, text, *(w for o, many in given.items() for n in many for w in (o, n))) == 0
    )
    unused = [x["detail"] for x in report(blog)["losses"] if x["code"] == "option-unused"]
    assert unused == ["--author N. W.=Nora", "--category Carreer=Work"]
    assert "Category: Notes" in (blog.content / "posts/one.md").read_text()


def archive(folder: Path, names: dict[str, bytes]) -> Archive:
    path = folder / "uploads.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in names.items():
            zipped.writestr(name, data)
    return Archive(path)


@pytest.mark.parametrize(
    "name",
    [
        "2020/03/a.jpg",
        "uploads/2020/03/a.jpg",
        "wp-content/uploads/2020/03/a.jpg",
        "backup/www/wp-content/uploads/2020/03/a.jpg",
        "site/2020/03/a.jpg",
        "wp-content\\uploads\\2020\\03\\a.jpg",
    ],
)
def test_a_zip_may_begin_at_any_folder(tmp_path: Path, name: str):
    assert archive(tmp_path, {name: JPEG}).read("2020/03/a.jpg") == JPEG


@pytest.mark.parametrize(
    "name", [".hidden/2020/03/a.jpg", "__MACOSX/2020/03/a.jpg", "2020/03/._a.jpg"]
)
def test_what_systems_leave_in_a_zip_is_none_of_it(tmp_path: Path, name: str):
    found = archive(tmp_path, {name: JPEG})
    assert found.read("2020/03/a.jpg") is None
    assert found.read("2020/03/._a.jpg") is None


def test_names_are_the_same_however_their_accents_are_written(tmp_path: Path):
    name = "2020/03/caf\u00e9.jpg"
    found = archive(tmp_path, {unicodedata.normalize("NFD", name): JPEG})
    assert found.read(name) == found.read(unicodedata.normalize("NFD", name)) == JPEG


def test_a_bomb_is_not_unpacked(tmp_path: Path):
    found = archive(tmp_path, {"2020/03/a.jpg": bytes(LARGEST + 1), "2020/03/b.jpg": JPEG})
    assert found.read("2020/03/a.jpg") == b""
    assert found.read("2020/03/b.jpg") == JPEG


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_file_of_a_zip_is_not_there(tmp_path: Path, method: int):
    path = tmp_path / "uploads.zip"
    with zipfile.ZipFile(path, "w", method) as zipped:
        zipped.writestr("2020/03/a.jpg", JPEG + random.Random(1).randbytes(2000))
    data = bytearray(path.read_bytes())
    data[80:90] = b"\xff" * 10
    path.write_bytes(data)
    assert Archive(path).read("2020/03/a.jpg") is None
    # A list at the end that asks for a version of .zip which is none.
    data[data.rindex(b"PK\1\2") + 6] = 255
    path.write_bytes(data)
    with pytest.raises(ConfigError):
        Archive(path)


def test_a_gallery_of_a_post_is_its_own_attachments(blog: Settings):
    text = export(
        attachment(7, "2020/03/a.jpg", alt="A", parent=1),
        attachment(8, "2020/03/b.jpg", parent=2),
        item(1, "[gallery]", slug="one"),
    )
    assert imported(blog, text) == 0
    page = (blog.content / "posts/one.md").read_text()
    assert "a.jpg" in page
    assert "b.jpg" not in page
