"""Check is build: a record is what the pages show, and a build refuses for no fault of sources,
settings or addresses that a check had not named."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import lxml.html
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from publish.errors import Exit, PublishError
from publish.office import checking
from publish.office.question import Voice
from publish.post import stamps
from publish.post.diagnostic import Complaint
from publish.post.record import Library
from publish.site.build import build
from tests.checks.project import HEAD, Project

WORDS = st.sampled_from(
    ["Calm", "2 < 3 and 5 > 4", "INR <2 or >4", "Crème & co", "`x_y` value", "*bold*", "東京",
     "10<sup>9</sup>/L", "A.1", "“Quoted”", "", "---", "<details> element", "&amp;", "١٢"]
)  # fmt: skip
DATES = st.sampled_from(
    ["2026-11-01 07:30", "2026-11", "2026", "Nov 2026", "2026 November 3", "2026-11-01 07:30 EST",
     "2026-13-45", "soon", "", "2199-01-01", "Mon, 16 Nov 2026 07:30:00 -0500", "20261101", "1"]
)  # fmt: skip
VALUES = {
    "Status": ["published", "draft", "hidden", "Draft ", "publised", "skip", ""],
    "Slug": ["calm", "Calm", "a/b", "../x", "ä", "calm.", ""],
    "Category": ["Career", "Career, Network", "career", ",", "東京", "[Career]"],
    "Tags": ["rest, sleep", "a;b", "C++", ",", ""],
    "Lang": ["en", "de", "EN", "he", ""],
    "Image": [
        "images/door.svg",
        "{static}/images/door.svg",
        "/images/door.svg",
        "no.svg",
        "{attach}door.svg",
        "https://a.example/x.png",
        "images/Door.svg",
    ],
    "Modified": ["2026-11-02", "never", "2199"],
    "Author": ["Nora", "Nora; Theo", ""],
    "Save_as": ["calm/index.html", "../x.html", ""],
    "Template": ["page", "no_such_template"],
    "Uid": ["0123456789abcdef", "x"],
    "Aliases": ["/old/", "old", "/old/, /old/", "/b/"],
    "Summary": ["One.", "A [link](/nowhere/).", "{static}/x"],
    "Metadata": ["x"],
    "Url": ["x/{slug}", "/abs/", ""],
}
KEYS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda key: st.tuples(st.just(key), st.sampled_from(VALUES[key]))
)
PIECES = st.sampled_from(
    ["## The `x_y` value", "## What the [guide](https://a.example/) says", "## A note[^1]",
     "## Twice", "> ## Quoted", "- ## Listed", "<h2 id='by-hand'>By hand</h2>", "## Own {#own}",
     "[go](#the-x_y-value)", "[go](#a-note)", "[go](#twice_1)", "[go](#by-hand)", "[go](#nowhere)",
     "[other]({filename}b.md)", "[other]({filename}no.md)", "[file]({static}/images/door.svg)",
     "[file]({attach}door.svg)", "[up](../calm/)", "[b](/b/)", "[c]({category}Career)",
     "[t]({tag}none)", "[x]({filname}b.md)", "![A door]({static}/images/door.svg)",
     "![none]({static}/images/none.svg)", "![D](images/Door.svg)", "<a href='{filename}b.md'>b</a>",
     "[^1]: A note.", "::: email-only", ":::", "[r][one]", "[one]: {filename}b.md", "| a |\\n|--|",
     "[a](b c.md)", "[a](<{filename}b c.md>)", "[b%20c]({filename}b%20c.md)", "{%", "[[x]]"]
)  # fmt: skip
POSTS = st.tuples(WORDS, DATES, st.lists(KEYS, max_size=4), st.lists(PIECES, max_size=6))
NAMES = ["a.md", "b.md", "b c.md"]


def text(title: str, date: str, keys: list[tuple[str, str]], body: list[str]) -> str:
    given = {"Title": title, "Date": date, "Category": "Career", **dict(keys)}
    return "".join(f"{k}: {v}\n" for k, v in given.items()) + "\n" + "\n\n".join(body) + "\n"


def site(posts: list[str], root: Path) -> Project:
    project = Project(root)
    project.write("content/images/door.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    project.write("content/posts/door.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    for name, post in zip(NAMES, posts, strict=False):
        project.write(f"content/posts/{name}", post)
    return project


def refused(project: Project) -> str:
    """Why the site cannot be built; ``""`` if it can."""
    try:
        build(project.settings, jobs=1)
    except PublishError as refusal:
        return str(refusal)
    return ""


def pages_show(library: Library, output: Path) -> None:
    """Every public record is at its place, with its links, ids and headings."""
    for post in (post for post in library.public if post.save_as):
        page = lxml.html.parse(str(output / unquote(post.save_as))).getroot()
        ids = {*page.xpath("//@id"), *page.xpath("//a/@name")}
        addresses = {*page.xpath("//@href"), *page.xpath("//@src")}
        assert {each for each in post.ids if each} <= ids
        assert {link.address for link in post.links if not link.mail} <= addresses
        words = {" ".join(h.text_content().split()) for h in page.xpath("//h1|//h2|//h3")}
        assert {heading.words for heading in post.headings} <= words


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(POSTS, min_size=1, max_size=3))
@example(
    posts=[
        ("Calm", "2026-11-01 07:30", [], []),
        ("Calm", "2026-11-01 07:30", [("Url", "x/{slug}")], []),
    ]
)
@example(
    posts=[("Calm", "2026-11-01", [("Status", "draft"), ("Template", "no_such_template")], [])]
)
def test_a_build_refuses_only_what_a_check_has_named_and_pages_are_their_records(
    posts: list[tuple[str, str, list[tuple[str, str]], list[str]]],
):
    root = Path(tempfile.mkdtemp(prefix="law-"))
    try:
        project = site([text(*post) for post in posts], root)
        found = project.findings()
        errors = [finding for finding in found if finding.severity == "error"]
        refusal = refused(project)
        event("refused" if refusal else "built")
        assert errors or not refusal, f"check has nothing to say of what build refuses: {refusal}"
        if not refusal:
            pages_show(project.library, root / "output")
    finally:
        shutil.rmtree(root)


@pytest.mark.parametrize(
    "line",
    [
        "SITEURL = 'site.example'",
        "TIMEZONE = 'New York'",
        "ARTICLE_URL = '{nope}'",
        "ARTICLE_SAVE_AS = 'all.html'",
        "THEME = 'no-such-theme'",
        "PLUGINS = ['no_such_plugin']",
        "FILENAME_METADATA = '('",
        "DEFAULT_LANG = 5",
        "PLUGINS = 5",
        "ARTICLE_PATHS = ['none']",
        "DEFAULT_PAGINATION = 'x'",
        "PAGINATION_PATTERNS = 1",
        "DATE_FORMATS = 1",
        "JINJA_FILTERS = 1",
        "STATIC_PATHS = 'images'",
        "DIRECT_TEMPLATES = ['index', 'none']",
        "THEME = 'content'",
        "TEMPLATE_PAGES = {'none.html': 'x.html'}",
        "FEED_ALL_ATOM = 'index.html'",
        "FEED_ALL_ATOM = FEED_ALL_RSS = 'feeds/all.xml'",
        "FEED_ALL_ATOM = '../all.xml'",
    ],
)
def test_settings_that_a_build_refuses_are_named_by_a_check(project: Project, line: str):
    project.post("[a](/calm/)\n")
    project.set(line)
    if refused(project):
        found = [finding for finding in project.findings() if finding.severity == "error"]
        assert found
        assert all(len(str(finding)) < 500 for finding in found)


def errors(project: Project) -> list[tuple[str, int, str]]:
    """The errors as `publish check` finds them: file, line and rule."""
    return [
        (f.file, f.line, f.rule)
        for f in checking.findings(project.settings)
        if f.severity == "error"
    ]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("CATEGORY_SAVE_AS = 'c/{nope}/'", "bad-pattern"),
        ("TAG_URL = 't/{slug'", "bad-pattern"),
        ("YEAR_ARCHIVE_SAVE_AS = 'y/{year}/'", "bad-pattern"),
        ("TAG_FEED_ATOM = 'f/{tag}.xml'", "bad-pattern"),
        ("TRANSLATION_FEED_ATOM = 'f/{slug}.xml'", "bad-pattern"),
        ("TAG_SAVE_AS = '../{slug}.html'", "shared-file"),
        ("SITENAME = 5", "setting-kind"),
        ("CATEGORY_REGEX_SUBSTITUTIONS = [('(', '')]", "setting-kind"),
        ("ARTICLE_SAVE_AS = '../{slug}.html'", "shared-file"),
        ("FEED_ALL_ATOM = 'feeds/'", "bad-pattern"),
        ("TAG_SAVE_AS = 't/{slug}/'", "bad-pattern"),
        ("CATEGORY_FEED_ATOM = 'feed.xml'", "one-address-for-all"),
        ("FEED_ALL_ATOM = 'feeds'", "shared-file"),
        ("CATEGORY_FEED_RSS = 'f/{slug}.xml'\nFEED_ALL_ATOM = 'f'", "shared-file"),
        ("MARKDOWN = {'extensions': 'extra'}", "setting-kind"),
        ("DIRECT_TEMPLATES = [5]", "setting-kind"),
        ("PAGINATED_TEMPLATES = {'index': 'ten'}", "setting-kind"),
        ("DEFAULT_PAGINATION = 2.5", "setting-kind"),
        ("PAGE_EXCLUDES = ['pages', 3]", "setting-kind"),
        ("NEWSLETTER_SEND_AT = '9.30'", "setting-kind"),
        ("NEWSLETTER_SINCE = 7", "setting-kind"),
        ("NEWSLETTER_MAX_PER_RUN = -1", "setting-kind"),
        ("DEPLOY_VERIFY = -1", "setting-kind"),
        ("NEWSLETTER_TOPICS = {'Career': '?'}", "setting-kind"),
        ("FEED_DOMAIN = 7", "setting-kind"),
        ("SHARE_LINKS = PLUGINS.append('share_links') or ['nope']", "refused"),
        ("STRUCTURED_DATA_LOGO = 5", "setting-kind"),
        ("THEME_STATIC_DIR = 5", "setting-kind"),
        ("NEWSLETTER_SIGNUP_ACTION = 'https://mailchi.mp/a/b'", "signup-address"),
        ("NEWSLETTER_SIGNUP_ACTION = 'https://a b.example/'", "signup-address"),
        ("NEWSLETTER_SIGNUP_ACTION = 'https://[a'", "signup-address"),
        (
            "NEWSLETTER_SIGNUP_ACTION = 'http://a.list-manage.com/subscribe/post?u=1&id=2'",
            "signup-address",
        ),
        (
            "NEWSLETTER_SIGNUP_ACTION = 'https://a.list-manage.com/subscribe?u=1&id=2'",
            "signup-address",
        ),
        ("SITEURL = 'https://[a'", "bad-siteurl"),
        ("SITEURL = 'https://a:99999'", "bad-siteurl"),
        ("NEWSLETTER_REPLY_TO = 'nora'", "setting-kind"),
        ("NEWSLETTER_SETTLE = 'x'", "setting-kind"),
        ("DEPLOY = {'a': {'kind': 'ftp'}, 'b': 7}", "setting-kind"),
        ("DEPLOY = {'web': {'kind': 'ssh', 'hst': 'h'}}", "setting-kind"),
        ("DEPLOY = {'web': {'kind': 's3', 'bucket': 'a b'}}", "setting-kind"),
        ("DEPLOY = {'web': {'kind': 'folder', 'path': 'www', 'url': 'www'}}", "setting-kind"),
        ("PAGINATED_TEMPLATES = {'tag': None}", "refused"),
        ("DIRECT_TEMPLATES = ['index', 'article']", "refused"),
        ("THEME = 'notmyidea'\nDIRECT_TEMPLATES = ['page']", "refused"),
        ("EXTRA_PATH_METADATA = {'images/a.jpg': {'path': '../a.jpg'}}", "setting-kind"),
        ("EXTRA_PATH_METADATA = {'images/a.jpg': {'path': '/a.jpg'}}", "setting-kind"),
        ("ARTICLE_SAVE_AS = '{no}.html'", "refused"),
        ("STATIC_PATHS = ['posts']\nSTATIC_SAVE_AS = 'one.jpg'", "one-address-for-all"),
        ("THEME = 'notmyidea'\nPAGINATED_TEMPLATES = {'index': 10}", "refused"),
        ("DEFAULT_PAGINATION, PAGINATION_PATTERNS = 1, ((1, '{url}', '{x}'),)", "refused"),
        ("READERS = {'foo': 'bar'}", "setting-kind"),
        ("DOCUTILS_SETTINGS = 3", "setting-kind"),
        ("REVERSE_CATEGORY_ORDER = 'x'", "setting-kind"),
        ("NEWEST_FIRST_ARCHIVES = None", "setting-kind"),
        ("PELICAN_CLASS = 'no_such.X'", "refused"),
        ("JINJA_ENVIRONMENT = {'extensions': ['no.such']}", "refused"),
    ],
)
def test_a_setting_of_which_writing_fails_is_named_at_its_line_with_the_code_of_a_build(
    project: Project, line: str, rule: str
):
    project.post()
    at = project.set(line)
    assert errors(project) == [("pelicanconf.py", at, rule)]
    with pytest.raises(PublishError) as refusal:
        build(project.settings, guards=checking.guards(project.settings, Voice()))
    assert refusal.value.message.startswith(f"pelicanconf.py:{at}: ")
    assert refusal.value.code == (Exit.REFUSED if rule == "refused" else Exit.USAGE)


@pytest.mark.parametrize(
    ("line", "rule", "says"),
    [
        ("DEFAULT_DATE = 'soon'", "setting-kind", "DEFAULT_DATE holds 'soon'"),
        (
            "MARKDOWN = {'extensions': ['no_such']}",
            "refused",
            "MARKDOWN: No module named 'no_such', in 6 files such as content/p",
        ),
        ("MARKDOWN = {'tab_length': 'x'}", "refused", "MARKDOWN: unsupported operand"),
        ("DEFAULT_DATE_FORMAT = '%'", "refused", "DEFAULT_DATE_FORMAT: incomplete format"),
        ("DEFAULT_CATEGORY = '!!!'", "refused", "DEFAULT_CATEGORY makes no address: !!!"),
        ("DATE_FORMATS = {'en': 5}", "refused", "DATE_FORMATS: expected string"),
        (
            "DATE_FORMATS = {'en': ('no', '%d')}",
            "refused",
            "DATE_FORMATS: Error: unsupported locale",
        ),
        ("PATH_METADATA = '(?P<date>[a-z]+)'", "refused", "PATH_METADATA: 'p"),
        (
            "DEFAULT_METADATA = {'date': 'soon'}",
            "refused",
            "DEFAULT_METADATA: 'soon' is not a valid",
        ),
        ("DIRECT_TEMPLATES = ['index', 'index']", "refused", "FileOverwriteFailedError: F"),
        ("ARTICLE_TRANSLATION_ID = 5", "refused", "TypeError: Cannot unpack 5"),
        ("DEFAULT_METADATA = [('author', '!!!')]", "refused", "DEFAULT_METADATA makes no address"),
        ("EXTRA_PATH_METADATA = {'pages': {'author': 'Nora'}}", "refused", "EXTRA_PATH_METADATA: "),
        ("EXTRA_PATH_METADATA = {'posts': {'tags': ['a']}}", "refused", "EXTRA_PATH_METADATA: "),
        ("YEAR_ARCHIVE_SAVE_AS = 'index.html'", "refused", "YEAR_ARCHIVE_SAVE_AS: two pages"),
        (
            "A = DAY_ARCHIVE_SAVE_AS = MONTH_ARCHIVE_SAVE_AS = '{date:%Y}/index.html'",
            "refused",
            "DAY_ARCHIVE_SAVE_AS and MONTH_ARCHIVE_SAVE_AS: two pages would be 2026/index.html",
        ),
        ("ARTICLE_SAVE_AS = '{year}.html'", "refused", "ARTICLE_SAVE_AS makes no address: 'year'"),
        ("ARTICLE_URL = '{modified:%Y}/'", "refused", "ARTICLE_URL makes no address: "),
    ],
)
def test_what_fails_in_every_source_is_reported_once_at_the_settings(
    project: Project, line: str, rule: str, says: str
):
    for name in "abc":
        head = HEAD.replace(b"calm", name.encode()).replace(b"0123", name.encode() * 4)
        project.write(f"content/posts/{name}.md", head + b"Words.\n")
        project.write(f"content/pages/{name}.md", f"Title: P{name}\nSlug: p{name}\n\nWords.\n")
    at = project.set(line)
    (found,) = (f for f in checking.findings(project.settings) if f.severity == "error")
    assert (found.file, found.line, found.rule) == ("pelicanconf.py", at, rule)
    assert found.message.startswith(says)


STRICT = "JINJA_ENVIRONMENT = {'undefined': __import__('jinja2').StrictUndefined}\n"


@pytest.mark.parametrize("lines", ["", STRICT])
def test_a_check_renders_no_page(project: Project, lines: str):
    project.post()
    project.write("content/x.html", "{{ SITENAME|noted }}")
    noted = project.settings.root / "noted"
    project.set(
        f"{lines}TEMPLATE_PAGES = {{'x.html': 'x.html'}}\n"
        f"JINJA_FILTERS = {{'noted': lambda value: open({str(noted)!r}, 'a').write('x')}}"
    )
    checking.findings(project.settings)
    assert not noted.exists()
    if not lines:  # Pelican's own theme uses variables that this site does not set
        build(project.settings)
        assert noted.read_text() == "x"


def test_a_link_whose_target_changed_its_name_is_told_alike_by_check_and_build(project: Project):
    project.post("[b]({filename}b.html)\n")
    other = project.write(
        "content/posts/b.html",
        "<html><head><title>B</title><meta name='date' content='2026-01-01'>"
        "<meta name='uid' content='b123456789abcdef'></head><body>b</body></html>",
    )
    build(project.settings)
    other.rename(other.with_name("B.html"))
    [found] = (f for f in checking.findings(project.settings) if f.severity == "error")
    with pytest.raises(PublishError) as refusal:
        build(project.settings, guards=checking.guards(project.settings, Voice()))
    assert str(refusal.value) == str(found)
    assert "is spelled" in found.message


def test_a_pattern_that_a_plugin_fills_in_is_named_at_its_line(project: Project):
    shutil.copytree(Path(__file__).parents[2] / "plugins", project.root / "plugins")
    project.post()
    last = project.set(
        "PLUGIN_PATHS, PLUGINS = ['plugins'], ['stable_pagination']\n"
        "DEFAULT_PAGINATION = 1\nPAGINATION_PATTERNS = ((1, '{url}', '{save}'),)"
    )
    assert errors(project) == [("pelicanconf.py", last, "refused")]


@pytest.mark.parametrize(
    ("line", "says"),
    [("PLUGINS = ['none']", "none"), ("PLUGINS = ['checks_fail']", "checks_fail")],
)
def test_a_build_that_fails_before_a_source_is_read_says_what_a_check_says(
    project: Project, line: str, says: str
):
    project.post()
    project.set(line)
    (found,) = (f for f in checking.findings(project.settings) if f.severity == "error")
    with pytest.raises(PublishError) as refusal:
        build(project.settings, guards=checking.guards(project.settings, Voice()))
    assert str(refusal.value) == str(found)
    assert says in str(found)


@pytest.mark.parametrize(
    ("line", "number"), [("Slug: {}", 4), ("Save_as: {}/index.html", 4), ("Tags: {}", 8)]
)
def test_a_value_of_which_no_disk_takes_a_name_is_no_failure_of_the_check(
    project: Project, line: str, number: int
):
    head = HEAD.decode().replace("Slug: calm\n" if line.startswith("Slug") else "none", "").rstrip()
    number = head.count("\n") + 2 if line.startswith("Slug") else number
    project.write("content/posts/a.md", f"{head}\n{line.format('w' * 300)}\n\nWords.\n")
    project.write("output/calm/index.html", "")
    assert errors(project) == [("content/posts/a.md", number, "long-address")]


ARTICLE = "{% extends 'base.html' %}\n{% block content %}\n{{ article.content }}\n"


@pytest.mark.parametrize(
    ("file", "data", "line"),
    [
        ("article.html", f"{ARTICLE}{{% if %}}", 4),
        ("tag.html", b"a\nb\ncaf\xe9\n", 3),
        ("article.html", f"{ARTICLE}{{% include 'none.html' %}}{{% endblock %}}", 4),
        ("article.html", "{% extends 'none.html' %}", 1),
        ("article.html", "\n{% import 'parts.html' as parts %}", "parts.html:2"),
        ("email/issue.txt", "{{ }", 1),
        ("page.html", "{% block a %}{% endblock %}", 0),
        ("article.html", "{% if x %}{% include 'none.html' %}{% endif %}", 0),
        ("article.html", "{% include 'none.html' ignore missing %}", 0),
        ("unused.html", "{% if %}", 0),
    ],
)
def test_a_template_that_cannot_be_loaded_is_named_at_its_line(
    project: Project, file: str, data: str | bytes, line: int | str
):
    conf = project.root / "pelicanconf.py"
    conf.write_text(f"{conf.read_text()}\nTHEME = 'mine'\n")
    project.write("mine/static/x.css", "")
    project.write(f"mine/templates/{file}", data)
    project.write("mine/templates/parts.html", "{# a #}\n{% macro %}")
    project.post()
    place, at = line.split(":") if isinstance(line, str) else (file, line)
    reported = [(f"mine/templates/{place}", int(at), "refused")] if line else []
    assert errors(project) == reported
    with contextlib.ExitStack() as refusing:
        if reported:
            message = re.escape(f"mine/templates/{place}:{at}: ")
            refusing.enter_context(pytest.raises(PublishError, match=message))
        build(project.settings, guards=checking.guards(project.settings, Voice()))


@pytest.mark.parametrize(
    "body", ["Word after word. " * 8000, "- x\n" * 9000], ids=["words", "many elements"]
)
def test_a_letter_that_is_too_long_is_named_by_a_check(project: Project, body: str):
    path = project.post(body)
    [finding] = [f for f in checking.findings(project.settings) if f.severity == "error"]
    assert (finding.file, finding.line) == ("content/posts/a.md", 1)
    assert f"{finding.located} — {finding.remedy}" in refused(project)
    path.write_bytes(path.read_bytes().replace(b"Status", b"Newsletter: no\nStatus"))
    assert not refused(project)
    assert not [f for f in checking.findings(project.settings) if f.severity == "error"]


@pytest.mark.parametrize(
    "line",
    [
        "Slug: index.html",
        "Slug: robots.txt",
        "Save_as: index.html",
        "Save_as: robots.txt",
        "Save_as: calm",
        "Save_as: calm/index.html/x.html",
        "Save_as: images/door.svg",
        "Save_as: feeds/all.atom.xml",
        "Save_as: images",
        "Aliases: /page/2/",
        "Aliases: /robots.txt",
        "Aliases: /calm/index.html/b/",
        "Aliases: /images/door.svg/x/",
        "Aliases: /theme/css/x.css/",
        "Aliases: /old.html, /old.html/b/",
        "Aliases: /archives/page/3/",
    ],
)
def test_a_page_or_an_old_address_that_takes_anothers_place_is_named_by_a_check(
    project: Project, line: str
):
    # Pelican writes one over the other, or fails on the second: it depends on which comes first.
    project.set("PLUGINS.append('site_files')")
    project.write("content/images/door.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    project.post("[a door]({static}/images/door.svg)\n")
    head = HEAD.decode().replace("0123", "4567").replace("calm", "busy")
    head = head.replace("Slug: busy\n", "") if line.startswith("Slug") else head
    number = head.count("\n")
    project.write("content/posts/b.md", f"{head.rstrip()}\n{line}\n\nWords.\n")
    errors = [f for f in project.findings() if f.severity == "error"]
    assert ("content/posts/b.md", number) in {(f.file, f.line) for f in errors}


def both(project: Project, first: str, second: str) -> list[tuple[str, int, str, str]]:
    """The findings of the whole site in two posts with those lines in their header."""
    for name, line in (("a", first), ("b", second)):
        head = HEAD.decode().replace("0123", name * 4).replace("calm", name).rstrip()
        head = head.replace("Category: Career\n", "") if line.startswith("Category") else head
        project.write(f"content/posts/{name}.md", f"{head}\n{line}\n\nWords.\n")
    rules = ("category-case", "taken-list", "long-address", "unshowable-picture")
    return [
        (f.file[-4:], f.line, f.rule, f.severity) for f in project.findings() if f.rule in rules
    ]


@pytest.mark.parametrize(
    ("first", "second", "findings"),
    [
        ("Category: All", "Category: Rest", [("a.md", 7, "taken-list", "error")]),
        ("Category: C++", "Category: C", [("b.md", 7, "category-case", "warning")]),
        ("Category: Care", "Category: care", [("b.md", 7, "category-case", "error")]),
        ("Category: Care", "Category: Care", []),
        ("Tags: C++, Sleep", "Tags: sleep, C#", [("b.md", 8, "category-case", "warning")] * 2),
        ("Author: Nora", "Authors: Max, nora", [("b.md", 8, "category-case", "warning")]),
        ("Tags: caf\u00e9", "Tags: cafe\u0301", []),
        ("Author: Nora", "Authors: " + "x" * 300, [("b.md", 8, "long-address", "error")]),
        (
            "Image: images/none.jpg",
            "Image: images/two.jpg",
            [("a.md", 8, "unshowable-picture", "error")],
        ),
    ],
)
def test_names_and_pictures_that_are_none(
    project: Project, first: str, second: str, findings: list[tuple[str, int, str, str]]
):
    project.write("content/images/none.jpg", b"")
    project.write("content/images/two.jpg", b"x")
    conf = project.root / "pelicanconf.py"
    feeds = "FEED_ALL_ATOM = 'feeds/all.atom.xml'\nCATEGORY_FEED_ATOM = 'feeds/{slug}.atom.xml'\n"
    conf.write_text(f"{conf.read_text()}\n{feeds}", encoding="utf-8")
    assert both(project, first, second) == findings
    if "taken-list" in str(findings):
        assert "all.atom.xml" in refused(project)


def test_an_address_without_a_page_by_the_settings_is_no_address(project: Project):
    project.post("[rest]({tag}rest)\n\n[about](/about/)\n")
    path = project.root / "content/posts/a.md"
    path.write_bytes(path.read_bytes().replace(b"Status", b"Tags: rest\nStatus"))
    about = "Title: About\nSlug: about\nUid: 0123456789abcdee\n\nWords.\n"
    project.write("content/pages/about.md", about)
    assert (errors(project), refused(project)) == ([], "")
    project.set("PAGE_SAVE_AS = TAG_SAVE_AS = ''")
    lost = [("content/pages/about.md", 2, "lost-address")]
    links = [("content/posts/a.md", line, "broken-link") for line in (10, 12)]
    assert errors(project) == lost + links
    assert "/about/ would be a 404" in refused(project)


def test_what_a_machine_lacks_to_deploy_is_no_fault_of_the_settings(project: Project):
    project.post()
    project.set("DEPLOY = {'a': {'kind': 'git', 'remote': 'nowhere'}}")
    assert errors(project) == []


@pytest.mark.parametrize(
    "lists", ["TAG_SAVE_AS = ''", "TAG_REGEX_SUBSTITUTIONS = [(r'[+]', 'p'), (r'#', 's')]"]
)
def test_tags_of_one_address_are_reported_only_where_they_share_a_list(
    project: Project, lists: str
):
    project.set(lists)
    assert both(project, "Tags: C++", "Tags: C#") == []


def test_addresses_beside_others_are_free(project: Project):
    project.post("Words.\n")
    head = HEAD.decode().replace("0123", "4567").replace("calm", "busy").rstrip()
    line = "Aliases: /images/, /page/about/, /old.html, /calm/old/, /themes/, /robots/, /?p=2"
    project.write("content/posts/b.md", f"{head}\nSave_as: calm/busy.html\n{line}\n\nWords.\n")
    assert not [f for f in project.findings() if f.severity == "error"]
    assert not refused(project)


def test_a_broken_link_of_a_site_that_failed_is_told_though_no_target_is_read(project: Project):
    project.post("[a]({filename}//posts/a.md)\n")
    said = Complaint(
        "Unable to find", "content/posts/a.md", 9, kind="unfound", parts=("//posts/a.md",)
    )
    found = checking.unjudged(project.settings, [said], built=False).findings
    assert [(f.line, f.rule) for f in found if f.severity == "error"] == [(9, "refused")]


def test_a_link_to_a_file_that_is_another_post_from_elsewhere_is_a_fault_of_its_own_post(
    project: Project,
):
    project.post(name="b.md")
    project.write(
        "content/posts/a.md",
        HEAD.replace(b"0123", b"4567").replace(b"calm", b"busy") + b"[b]({filename}posts/b.md)\n",
    )
    errors = [f for f in project.findings() if f.severity == "error"]
    assert [(f.file, f.line) for f in errors] == [("content/posts/a.md", 9)]
    assert "content/posts/b.md" not in refused(project)


WATCHER = """
import os
import sys

def opened(event, args):
    if event == "open" and str(args[0]).endswith(".md"):
        log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(log, os.fsencode(os.path.basename(str(args[0]))) + b"\\n")
        os.close(log)

sys.addaudithook(opened)
"""


@pytest.mark.parametrize("plugins", ["PLUGINS", "[]"], ids=["ours", "none"])
def test_a_build_reads_a_source_once_a_digest_apart(project: Project, plugins: str):
    log = project.root / "opened.log"
    # Python loads it before anything else: whatever opens a source is counted.
    project.write("early/sitecustomize.py", WATCHER.format(log=str(log)))
    conf = project.root / "pelicanconf.py"
    conf.write_text(f"{conf.read_text()}PLUGINS = {plugins}\n")
    for name in ("a.md", "b.md", "c.md"):
        mine = HEAD.replace(b"calm", name[:1].encode()).replace(b"0123", name[:1].encode() * 4)
        project.write(f"content/posts/{name}", mine + b"Words.\n")
    path = project.root / "content/posts/a.md"

    def opened(*command: str) -> Counter[str]:
        log.unlink(missing_ok=True)
        early = {**os.environ, "PYTHONPATH": str(project.root / "early")}
        reported = subprocess.run(
            [sys.executable, "-m", "publish", *command, "-q"],
            cwd=project.root,
            env=early,
            capture_output=True,
            text=True,
            check=False,
        )
        assert reported.returncode == 0, reported.stderr
        return Counter(log.read_text().split() if log.exists() else ())

    def aged() -> None:
        while path.stat().st_ctime_ns + stamps.RACY > time.time_ns():
            time.sleep(0.05)

    aged()
    assert max(opened("build").values()) == 1
    path.write_bytes(path.read_bytes() + b"More.\n")
    aged()
    assert opened("build") == {"a.md": 1}
    path.write_bytes(path.read_bytes().replace(b"More", b"Less"))
    aged()
    # Its size is the same, so a digest tells whether it changed.
    assert opened("build") == {"a.md": 2}
    path.write_bytes(path.read_bytes() + b"More.\n")
    aged()
    assert opened("check") == {"a.md": 1}
    assert opened("build").keys() <= {"a.md"}
    # What was just saved, here for an hour, may change again and keep its stamp: its digest is
    # taken once.
    for command in ("build", "check"):
        path.write_bytes(path.read_bytes() + b"Young.\n")
        os.utime(path, (time.time() + 3600, time.time() + 3600))
        assert opened(command)["a.md"] <= 2
