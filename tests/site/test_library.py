"""The records that are taken from Pelican's objects, with our plugins and without."""

from pathlib import Path

import pelican  # noqa: F401 - once for every reading below
import pytest

from publish.office.checking import records
from publish.post import frontmatter
from publish.post.record import Library
from publish.settings import load
from tests.checks.project import HEAD, Project

MINE = HEAD.replace(b"calm", b"two").replace(b"0123", b"4567")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "site")


BROKEN = """
from pelican import signals

def fail(generator):
    raise KeyError("no such post")

def register():
    signals.article_generator_finalized.connect(fail)
"""


def header(line: bytes) -> bytes:
    return HEAD.replace(b"Status: published\n", line)


def test_every_source_of_the_blog_has_a_record(root: Path):
    library = records(load(root / "pelicanconf.py"))
    assert not library.complaints
    assert len(library.posts) == len(library.sources) > 10


@pytest.mark.parametrize(
    ("lines", "visibility", "public"),
    [
        (b"Status: published\n", "public", True),
        (b"Status: hidden\n", "hidden", True),
        (b"Status: draft\n", "draft", False),
        (b"Status: draft\nDate: 2199-01-01\n", "draft", False),
        (b"", "public", True),
    ],
)
def test_who_sees_a_post(project: Project, lines: bytes, visibility: str, public: bool):
    project.write("content/posts/a.md", header(lines) + b"Words.\n")
    (post,) = project.library.posts
    assert (post.visibility, post.public) == (visibility, public)
    assert post.permalink == "calm/", "the address it has in public, whatever it is now"


def test_a_post_dated_ahead_is_scheduled_and_one_of_status_skip_is_only_a_source(project: Project):
    project.write("content/posts/a.md", HEAD.replace(b"2026-11-01", b"2199-01-01") + b"Words.\n")
    project.write("content/posts/b.md", MINE.replace(b"published", b"skip") + b"Words.\n")
    library = project.library
    assert [post.visibility for post in library.posts] == ["scheduled"]
    assert library.sources == {"posts/a.md": "article", "posts/b.md": "article"}


@pytest.mark.parametrize(
    ("line", "path", "url"),
    [
        ("images/door.svg", "images/door.svg", "images/door.svg"),
        ("/images/door.svg", "images/door.svg", "images/door.svg"),
        ("{static}/images/door.svg", "images/door.svg", "images/door.svg"),
        ("{static}../images/door.svg", "images/door.svg", "images/door.svg"),
        ("no.svg", "no.svg", ""),
        ("https://a.example/x.png", "", "https://a.example/x.png"),
    ],
)
def test_a_cover_is_its_file(project: Project, line: str, path: str, url: str):
    project.write("content/images/door.svg", "<svg/>")
    cover = f"Image: {line}\nImage_alt: A door\n".encode()
    project.write("content/posts/a.md", header(b"Status: published\n" + cover) + b"Words.\n")
    (post,) = project.library.posts
    assert post.cover is not None
    assert (post.cover.path, post.cover.url, post.cover.alt) == (path, url, "A door")


def test_what_a_site_without_our_plugins_has_of_its_posts(tmp_path: Path):
    project = Project(tmp_path / "site")
    project.write("pelicanconf.py", "PLUGINS = []\nARTICLE_PATHS = ['posts']\n")
    project.post("## One\n\n[b]({filename}b.md)\n")
    project.write("content/posts/b.rst", "Two\n###\n\n:date: 2026-11-02\n\nSee `one <#x>`_.\n")
    project.write("content/images/a.png", "12345")
    library = project.library
    one, two = library.posts
    assert (one.url, one.categories, one.plain_title) == (
        "calm.html",
        ("Career",),
        "A calm handover",
    )
    assert (two.source, two.kind, two.date and two.date.day) == ("posts/b.rst", "article", 2)
    assert two.plain_summary.startswith("See one")
    assert library.files == {"images/a.png": 5}
    assert library.terms["category"] == {"career", "posts"}
    assert {"/category/career.html", "/archives.html", "/"} <= library.places


def test_the_mails_own_words_are_read_too(project: Project):
    project.post(
        "[a](/calm/)\n\n::: email-only\n\n[m](/mail/)\n\n:::\n\n::: web-only\n\n[w](/w/)\n\n:::\n"
    )
    (post,) = project.library.posts
    assert [(link.written, link.mail) for link in post.links] == [
        ("/calm/", False),
        ("/w/", False),
        ("/mail/", True),
    ]


def test_a_record_knows_the_lines_of_its_keys_read_or_restored(project: Project):
    """In Markdown, between fences too, and in the formats whose keys Markdown does not read."""
    project.write("content/posts/a.md", HEAD + b"Title: No key any more\n")
    fenced = (
        b"---\n" + MINE.strip().replace(b"Uid", b"Series: One\n    more\nUID") + b"\n---\nWords.\n"
    )
    project.write("content/posts/b.md", fenced)
    project.write(
        "content/posts/c.html",
        b"<html><head><title>Three</title>\n<meta name='Date' content='2026-11-01' />\n"
        b'<meta name="slug"\n  content="three" /></head><body>Words.</body></html>',
    )
    for _ in range(2):
        records = project.library.by_source
        for name in ("posts/a.md", "posts/b.md"):
            data = (project.root / "content" / name).read_bytes()
            assert records[name].lines == frontmatter.read(data).lines
        assert records["posts/b.md"].lines["uid"] == records["posts/b.md"].lines["series"] + 2
        assert records["posts/c.html"].lines == {"date": 2, "slug": 3}


def test_a_library_that_failed_says_so_and_knows_the_sources(project: Project):
    project.post()
    conf = project.root / "pelicanconf.py"
    conf.write_text(f"{conf.read_text()}PLUGIN_PATHS = ['more']\nPLUGINS = ['broken']\n")
    project.write("more/broken.py", BROKEN)
    library: Library = project.library
    assert library.failed
    assert library.complaints
    assert list(library.sources) == ["posts/a.md"]
