"""Names of files and addresses: from what WordPress had, safe everywhere, each its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.importer.address import DEVICES, cut, old_paths, path_of, slug_of, status, title_of
from publish.importer.model import Item
from publish.importer.pictures import below, plain, safe
from publish.importer.uploads import originals
from publish.settings import Settings, load
from tests.importer.export import export, imported, item, site
from tests.importer.test_addresses import head_of


@pytest.fixture(scope="module")
def values(root: Path) -> dict:
    return load(root / "pelicanconf.py").values


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        ({"slug": "a-post"}, "a-post"),
        ({"slug": "A-Post"}, "a-post"),
        ({"slug": "%d0%b4%d0%b0"}, "да"),
        ({"slug": "%e0%a4%b9%e0%a4%bf%e0%a4%a8-x"}, "\u0939\u093f\u0928-x"),
        ({"slug": "cafe%cc%81"}, "caf\u00e9"),
        ({"slug": "", "link": "https://o.example/2020/03/11/from-link/"}, "from-link"),
        ({"slug": "", "link": "https://o.example/old.html"}, "old"),
        ({"slug": "", "link": "https://o.example/?p=7", "title": "The Title"}, "the-title"),
        ({"slug": "", "title": "Ünïcode &amp; <em>more</em>"}, "unicode-more"),
        ({"slug": "", "title": "", "id": 7}, "post-7"),
        ({"slug": "", "title": "", "id": -7}, "post-7"),
        ({"slug": "2020"}, "2020"),
        ({"slug": "", "link": "https://o.example/2020/", "title": "T"}, "t"),
        ({"slug": "../../etc/passwd"}, "etc-passwd"),
        ({"slug": "a/b\\c:d*e?f"}, "a-b-c-d-e-f"),
        ({"slug": ".hidden"}, "hidden"),
        ({"slug": "con"}, "con-1"),
        ({"slug": "nul.txt"}, "nul.txt-1"),
        ({"slug": "a--b -c"}, "a--b-c"),
        ({"slug": "x" * 300}, "x" * 171 + "-0d4e2ca9"),
    ],
)
def test_a_slug_is_what_wordpress_had_or_is_made(values: dict, given: dict, slug: str):
    made = slug_of(Item(**{"id": 1, **given}), values)
    assert made == slug


@given(st.text(max_size=400), st.text(max_size=60))
def test_no_slug_is_anything_but_one_name(slug: str, title: str):
    made = slug_of(Item(1, slug=slug, title=title), {})
    assert made
    assert not made.startswith((".", "-"))
    assert ".." not in made
    assert not re.search(r"[/\\\x00-\x1f:*?\"<>|]", made)
    assert len(made.encode()) <= 180
    assert not DEVICES.fullmatch(made)


@given(st.text(max_size=400))
def test_no_part_of_a_pictures_path_leads_anywhere(name: str):
    made = safe(name)
    assert made
    assert made == made.lower()
    assert not made.startswith((".", "-"))
    assert "/" not in made
    assert len(made.encode()) <= 189


@given(st.text(min_size=1, max_size=400).filter(lambda s: not DEVICES.fullmatch(s)))
def test_what_is_short_enough_stays_and_what_is_not_stays_apart(name: str):
    if len(name.encode()) <= 180:
        assert cut(name) == name
    else:
        assert cut(name) != cut(name + "x")


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("A &amp; B", "A & B"),
        ("A &#8211; B", "A – B"),
        ("<em>A</em> b", "A b"),
        ("a < b > c", "a < b > c"),
        ("&lt;b&gt;", "<b>"),
        ("a\n b", "a b"),
        ("a<br>b", "ab"),
    ],
)
def test_a_title_is_its_words(title: str, words: str):
    assert title_of(title) == words


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("https://o.example/a/b/", "/a/b/"),
        ("https://o.example/%C3%A9/", "/é/"),
        ("https://o.example/?p=1", ""),
        ("https://o.example/a/?x=1", "/a/"),
        ("", ""),
        ("https://[o", ""),
        ("/a/", "/a/"),
    ],
)
def test_a_path_is_decoded_and_none_where_a_query_is_all(link: str, path: str):
    assert path_of(link) == path


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"link": "https://o.example/2020/03/11/is/", "old_slugs": ["was"]}, ["/2020/03/11/was/"]),
        ({"link": "https://o.example/2020/03/is/", "old_dates": ["2019-02-01"]}, ["/2019/02/is/"]),
        ({"link": "https://o.example/blog/is", "old_slugs": ["was", "a/b", ""]}, ["/blog/was"]),
        ({"link": "https://o.example/?p=1", "old_slugs": ["was"]}, []),
        ({"link": "https://o.example/else/", "old_slugs": ["was"]}, []),
        ({"link": "https://o.example/is/", "old_dates": ["2019-02-01"]}, []),
    ],
)
def test_older_paths_follow_the_shape_of_the_last(given: dict, paths: list[str]):
    assert list(old_paths(Item(1, slug="is", date="2020-03-11 09:00:00", **given))) == paths


@pytest.mark.parametrize(
    ("word", "password", "expected"),
    [
        ("publish", False, ("published", False, "")),
        ("future", False, ("published", True, "")),
        ("draft", False, ("draft", False, "")),
        ("pending", False, ("draft", False, "")),
        ("private", False, ("draft", False, "private-as-draft")),
        ("publish", True, ("draft", False, "password-as-draft")),
        ("future", True, ("draft", False, "password-as-draft")),
        ("", False, ("draft", False, "status-unknown")),
    ],
)
def test_only_what_was_public_is(word: str, password: bool, expected: tuple[str, bool, str]):
    assert status(Item(1, status=word, password=password)) == expected


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://o.example/wp-content/uploads/2020/03/a.jpg", "2020/03/a.jpg"),
        ("http://www.o.example/wp-content/uploads/a%20b.jpg", "a b.jpg"),
        ("https://o.example/files/2020/03/a.jpg", "2020/03/a.jpg"),
        ("https://o.example/wp-content/blogs.dir/3/files/2020/03/a.jpg", "2020/03/a.jpg"),
        ("https://o.example/img/a.png", "img/a.png"),
        ("https://o.example/page/", ""),
        ("https://e.example/wp-content/uploads/a.jpg", ""),
        ("ftp://o.example/wp-content/uploads/a.jpg", ""),
        ("https://[o/a.jpg", ""),
    ],
)
def test_a_path_below_the_uploads_is_only_the_old_sites(url: str, path: str):
    assert below(url, frozenset({"o.example"})) == path


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://i0.wp.com/o.example/a.jpg?w=300", "https://o.example/a.jpg"),
        ("//o.example/a.jpg", "https://o.example/a.jpg"),
        ("https://o.example/a.jpg?resize=5#x", "https://o.example/a.jpg"),
        ("https://o.example/?attachment=5", "https://o.example/?attachment=5"),
    ],
)
def test_what_asks_for_another_size_is_the_same_picture(url: str, same: str):
    assert plain(url) == same


def test_the_original_is_looked_for_first():
    assert originals("a-300x200.jpg") == ["a.jpg", "a-scaled.jpg", "a-300x200.jpg"]
    assert originals("a-scaled.jpg") == ["a.jpg", "a-scaled.jpg"]
    assert originals("a.jpg") == ["a.jpg", "a-scaled.jpg"]


def test_what_an_editor_leaves_takes_no_address(tmp_path: Path, root: Path):
    blog = site(tmp_path / "site", root)
    left = blog.content / "posts/._mine.md"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text("Title: Mine\nSlug: mine\n\nx\n")
    assert imported(blog, export(item(1, "Words.", slug="mine"))) == 0
    assert head_of(blog, "posts/mine.md")["Slug"] == "mine"


def test_a_source_has_the_address_that_pelican_gives_it(tmp_path: Path, root: Path):
    settings = site(tmp_path / "site", root)
    with settings.path.open("a") as conf:
        conf.write('SLUGIFY_SOURCE = "basename"\nARTICLE_PATHS = ["posts", "old"]\n')
    (settings.content / "old").mkdir()
    (settings.content / "old/taken.md").write_text("Title: Another name\nDate: 2020-01-01\n\nA.\n")
    assert imported(settings, export(item(1, "B.", slug="taken", title="B"))) == 0
    assert head_of(settings, "posts/taken-2.md")["Slug"] == "taken-2"


def test_addresses_that_meet_are_reported_apart(tmp_path: Path, root: Path):
    blog = site(tmp_path / "site", root)
    posts = [item(n, "Words.", slug=slug) for n, slug in enumerate(("a", "A", "a-2", "a"), 1)]
    posts += [item(5, "Words.", type="page", slug="a"), item(6, "Words.", slug="index")]
    assert imported(blog, export(*posts)) == 0
    names = sorted(f.relative_to(blog.content).as_posix() for f in blog.content.rglob("*.md"))
    assert len(names) == 6
    slugs = [head_of(blog, name)["Slug"] for name in names]
    assert len({slug.casefold() for slug in slugs}) == 6
    aliases = [a for name in names for a in head_of(blog, name)["Aliases"].split(", ")]
    assert len(aliases) == len(set(aliases))


@pytest.mark.parametrize(
    ("local", "gmt", "shown"),
    [
        ("2020-03-11 09:30:00", "2020-03-11 04:00:00", "2020-03-11 09:30+05:30"),
        ("2020-03-11 09:30:00", "2020-03-11 09:30:00", "2020-03-11 09:30+00:00"),
        ("2020-03-11 09:30:00", "2020-03-11 20:30:00", "2020-03-11 09:30-11:00"),
        ("2020-03-11 23:30:00", "2020-03-12 03:30:00", "2020-03-11 23:30-04:00"),
        ("2020-03-08 02:30:00", "0000-00-00 00:00:00", "2020-03-08 02:30"),
        ("2020-07-11 09:30:00", "", "2020-07-11 09:30-04:00"),
        ("2020-12-11 09:30:00", "", "2020-12-11 09:30-05:00"),
        ("2020-03-11 09:30:00", "2019-01-01 00:00:00", "2020-03-11 09:30-04:00"),
        ("2020-03-11T09:30:00", "2020-03-11T13:30:00", "2020-03-11 09:30-04:00"),
    ],
)
def test_a_date_keeps_its_day_and_its_offset(
    tmp_path: Path, root: Path, local: str, gmt: str, shown: str
):
    blog: Settings = site(tmp_path / "site", root)
    text = export(item(1, "Words.", slug="one", date=local, gmt=gmt, modified="", modified_gmt=""))
    assert imported(blog, text) == 0
    assert head_of(blog, "posts/one.md")["Date"].startswith(shown)
