"""Check is build on this blog's own theme, with all its plugins: a build takes what a check lets
pass, whatever the posts say, and it is what stock Pelican makes of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.forked import run

ANCHOR = "Title: Anchor\nDate: 2026-10-01\nCategory: Career\nSlug: anchor\nSummary: One.\n"
DATES = [
    "0001-01-01", "2026-11", "2026", "Fri", "12:30", "20261101", "1764232200000", "2026-02-29",
    "2199-01-01", "9999-12-31", "2026-11-01T07:30:00Z", "2026-11-01 07:30 +99:00",
    "2026-11-01 07:30 CEST", "2026-03-08 02:30", "2026-11-01 01:30", "05/11/2026", "yesterday",
    "1e5", "0001-01-01 00:00 +0500", "2026-11-01_07:30",
]  # fmt: skip
VALUES = {
    "Date": DATES,
    "Modified": ["", "2026-11-01 07:30 +99:00", "9999-12-31", "2025-01-01", "never"],
    "Slug": ["index.html", "robots.txt", "search", ".hidden", "a b", "ä", "日本", "🎉", "CON",
             "tags", "a.", "..", "x" * 250, "feed", "theme", "404", "category"],
    "Title": ["<br>", "2 < 3 > 1", "{{ x }}", "*|FNAME|*", "\u202eabc", "&lt;b&gt;", "**b** `c`",
              "\"'<>&", "[held] [pub:abc]"],
    "Category": ["All", "C++", "C", "a/b", "!!!", "Career, Network", ",", "日本", "index"],
    "Tags": ["rest, Rest", "C++, C", "!!!", ",", "#x", "a/b; c"],
    "Author": ["Nora; Theo", "!!!", ",", "<b>N</b>"],
    "Authors": ["Nora, Theo", "", "x" * 300],
    "Lang": ["de", "he", "EN", "e n", ""],
    "Status": ["draft", "hidden", "skip", "DRAFT", "published # x"],
    "Template": ["page", "nope", "email/issue", "base"],
    "Aliases": ["/old/", "/page/2/", "/robots.txt", "/anchor/x/", "/?p=1", "/ü/", "/a.html",
                "/a.html/b/", "/theme/css/x/", "old", "/search/x/"],
    "Save_as": ["robots.txt", "anchor", "index.html", "a b.html", "x/y.html", "../x.html"],
    "Url": ["x/", "/anchor/", "?x", "#x", ""],
    "Image": ["images/none.jpg", "images/zero.jpg", "{static}/images/door.jpg", "images/Door.jpg",
              "images/", "https://a.example/x.png", "../images/door.jpg", "images/junk.jpg"],
    "Summary": ["[x]({filename}nope.md)", "<b>x", "*|X|*", "![x]({static}/images/door.jpg)"],
    "Subject": ["<b></b>", "{% x %}", "*|X|*"],
    "Timezone": ["Europe/Berlin", "x"],
    "Newsletter": ["no", "No.", ""], "Newletter": ["no"], "Metadata": ["x"], "_x": ["y"],
    "Date_format": ["%Y %"], "Uid": ["", "x", "\"a\""], "Was": ["x"], "Translation": ["yes"],
}  # fmt: skip
BODIES = [
    "{filename}anchor.md", "{filename}posts/anchor.md", "{filename}", "{static}/images/",
    "{static}/images/door.jpg", "{attach}/images/door.jpg", "{category}Career", "{tag}x",
    "{index}", "/anchor/", "/Anchor/", "../anchor", "#", "#x", "?x", "//", "http://[::1",
    "https://site", "/%00", "{filename}/posts//anchor.md", "mailto:a@b.example", "/404.html",
]  # fmt: skip
MARKUP = [
    "<!-- open", "<div><p>", "</div></body>", "> " * 60, "```\nopen", "[^1]: a\n\n[^1]: b [^2]",
    "<img>", "![z]({static}/images/zero.jpg)", "![j]({static}/images/junk.jpg)", "::: email-only",
    "::: web-only\nx\n:::", "## \n\n## a\n## a\n\n[x](#a_1)", "<a href=x<b>", "*|UNSUB|*", "\ufeff",
    "- x\n" * 9000, "x\x0by", "<script>x</script>", "{% raw %}", "&nbsp;", "<br>" * 400,
]  # fmt: skip


def post(number: int, lines: Iterable[tuple[str, str]] = (), body: str = "Words.") -> str:
    """A sound post, but for the ``lines`` and the ``body``."""
    keys = {
        "Title": "A",
        "Date": "2026-11-01 07:30",
        "Category": "Career",
        "Slug": f"p{number}",
        "Summary": "One.",
        "Uid": f"bbbbbbbb{number:08}",
        **dict(lines),
    }
    return "".join(f"{key}: {value}\n" for key, value in keys.items()) + f"\n{body}\n"


ONE_EACH = [
    *(post(n, [line]) for n, line in enumerate((k, v) for k, vs in VALUES.items() for v in vs)),
    *(post(n, (), f"[x](<{link}>)") for n, link in enumerate(BODIES, 500)),
    *(post(n, (), text) for n, text in enumerate(MARKUP, 600)),
]


@pytest.fixture(scope="module")
def blog(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blog with one post, built."""
    folder = tmp_path_factory.mktemp("blog")
    for name in ("theme", "plugins", "content/pages"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pelicanconf.py", folder)
    for page in (folder / "content/pages").iterdir():
        page.write_text(
            re.sub(
                r"\{filename\}/posts/[a-z-]+",
                "{filename}/posts/anchor",
                page.read_text(encoding="utf-8"),
            ),
            encoding="utf-8",
        )
    for name in ("content/posts", "content/images"):
        (folder / name).mkdir()
    (folder / "content/posts/anchor.md").write_text(f"{ANCHOR}Uid: aaaaaaaaaaaa0001\n\nWords.\n")
    Image.new("RGB", (40, 30)).save(folder / "content/images/door.jpg")
    (folder / "content/images/zero.jpg").touch()
    (folder / "content/images/junk.jpg").write_bytes(b"junk")
    assert run("publish", ["build", "-q"], folder).returncode == 0
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def obeys(blog: Path, posts: list[str]) -> int:
    """Play the law with ``posts`` beside the anchor; how many of them are built."""
    site = Path(tempfile.mkdtemp(prefix="blog-")) / "site"
    try:
        shutil.copytree(blog, site)
        folder = site / "content/posts"
        for number, text in enumerate(posts):
            (folder / f"q{number}.md").write_text(text, encoding="utf-8")
        for _ in range(5):
            checked = run("publish", ["check", "--json"], site)
            assert checked.returncode in (0, 1), checked.stderr
            errors = [f for f in json.loads(checked.stdout) if f["severity"] == "error"]
            for finding in errors:
                place = site / finding["file"]
                if place.exists():
                    lines = place.read_bytes().count(b"\n") + 1
                    assert 1 <= finding["line"] <= lines, finding
                assert finding["message"], finding["remedy"]
                if place.name.startswith("q"):
                    place.unlink(missing_ok=True)
            if not errors:
                break
        assert not errors, errors
        built = run("publish", ["build", "-q"], site)
        assert built.returncode == 0, built.stderr
        made = files(site / "output")
        stock = run("pelican", ["content", "-o", str(site / "stock"), "-q"], site)
        assert stock.returncode == 0, stock.stderr
        theirs = files(site / "stock")
        assert [n for n in {*made, *theirs} if made.get(n) != theirs.get(n)] == []
        return sum(1 for _ in folder.glob("q*.md"))
    finally:
        shutil.rmtree(site.parent)


def test_what_a_check_lets_pass_is_built_as_stock_pelican_builds_it(blog: Path):
    assert obeys(blog, ONE_EACH) > 60


LINES = st.sampled_from(sorted(VALUES)).flatmap(
    lambda key: st.tuples(st.just(key), st.sampled_from(VALUES[key]))
)
POSTS = st.tuples(
    st.lists(LINES, max_size=3),
    st.sampled_from([*(f"[x](<{link}>)" for link in BODIES), *MARKUP[:-6]]),
)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(POSTS, min_size=15, max_size=25))
def test_so_it_is_with_several_odd_lines_in_a_post(
    blog: Path, posts: list[tuple[list[tuple[str, str]], str]]
):
    left = obeys(blog, [post(n, lines, body) for n, (lines, body) in enumerate(posts)])
    event(f"{left} of {len(posts)} built")


def test_the_samples_can_be_taken_out_as_the_page_says(root: Path, tmp_path: Path):
    """``docs/how-to.md``, "Begin with a blog of one's own", line by line."""
    page = (root / "docs/how-to.md").read_text(encoding="utf-8")
    block = page.partition("\n## Begin with a blog of one's own\n")[2].partition("```sh\n")[2]
    typed = block.partition("```")[0].splitlines()
    site = tmp_path / "site"
    for name in ("theme", "plugins", "content"):
        shutil.copytree(root / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pelicanconf.py", site)
    assert [line.split()[0] for line in typed] == ["rm", "rm", "publish"]
    for line in typed[:2]:
        subprocess.run(line.split(), cwd=site, check=True)
    checked = run("publish", ["check", "--json"], site)
    errors = [f for f in json.loads(checked.stdout) if f["severity"] == "error"]
    assert [(f["file"], f["rule"]) for f in errors] == [
        ("content/pages/about.md", "broken-link"),
        ("content/pages/subscribe.md", "broken-link"),
    ]
    for name in ("about", "subscribe"):
        file = site / f"content/pages/{name}.md"
        file.write_text(
            re.sub(r"\[([^\]]+)\]\(\{filename\}/posts/[^)]+\)", r"\1", file.read_text())
        )
    assert run("publish", ["new", "A first post", "-c", "Life"], site).returncode == 0
    [post] = (site / "content/posts").glob("*.md")
    post.write_text(post.read_text().replace("Status: draft", "Status: published"))
    post.write_text(post.read_text().replace("Summary:", "Summary: The first of them."))
    post.write_text(f"{post.read_text().partition(chr(10) * 2)[0]}\n\nWords of one's own.\n")
    built = run("publish", ["build", "-q"], site)
    assert (built.returncode, built.stderr) == (0, "")
    assert (site / "output/a-first-post/index.html").is_file()
    assert (site / ".publish/issues/a-first-post/issue.html").is_file()
