"""Issues as a built site leaves them."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from test_full_feeds_site import PLUGINS, Built, Site

ALL = [
    "picture_sizes",
    "only_blocks",
    "post_identity",
    "multi_category",
    "share_links",
    "full_feeds",
    "mail_issues",
]
TAGS = {"UNSUB", "LIST:ADDRESSLINE", "ARCHIVE", "MC:SUBJECT", "MC_PREVIEW_TEXT"}
THEME = str(Path(PLUGINS).parent / "theme")
# Without sane_lists Python-Markdown itself starts every list at 1.
MARKDOWN = {
    "extension_configs": {"markdown.extensions.extra": {}, "markdown.extensions.sane_lists": {}}
}


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    magic = b"\x89PNG\r\n\x1a\n"
    return magic + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings |= {"PLUGINS": ALL, "AUTHOR": "Ann", "THEME": THEME, "MARKDOWN": MARKDOWN}
    made.write("images/cup.png", png(1040, 260))
    return made


def folder(site: Site) -> Path:
    return site.root / ".publish/issues"


def parts(site: Site, slug: str = "post") -> tuple[str, str, dict[str, Any]]:
    """HTML, text and record of one issue, as their bytes are."""
    html, text, record = (
        (folder(site) / slug / name).read_bytes().decode()
        for name in ("issue.html", "issue.txt", "issue.json")
    )
    return html, text, json.loads(record)


def slugs(site: Site) -> list[str]:
    return sorted(f.name for f in folder(site).iterdir())


def good(built: Built) -> Built:
    assert (built.code, built.log) == (0, "")
    return built


FACTS = {
    "Title": "Three <em>talks</em> &amp; a letter",
    "Slug": "post",
    "Uid": "aaaaaaaaaaaa1",
    "Category": "Career, Network",
    "Summary": "The *deck* of it.",
    "Image": "images/cup.png",
    "Image_alt": 'A "cup"',
    "Author": "Bo <bo>",
}


def test_an_issue_says_what_its_page_says(site: Site):
    site.post("other")
    site.post("post", "See [another]({filename}other.md).\n\n3. three", **FACTS)
    good(site.build("--fatal", "warnings"))
    html, text, record = parts(site)
    assert record["title"] == record["subject"] == "Three talks & a letter"
    assert record["preheader"] == "The deck of it."
    assert record["categories"] == ["Career", "Network"]
    assert record["source"] == "content/post.md"
    assert record["date"] == "2024-05-01T10:00:00-04:00"
    assert record["url"] == "https://one.example/post/"
    assert record["images"] == ["https://one.example/images/cup.png"]
    assert record["uid"] == "aaaaaaaaaaaa1"
    assert record["key"] == hashlib.sha256(b"aaaaaaaaaaaa1").hexdigest()[:20]
    assert record["html_bytes"] == len(html.encode())
    whole = json.dumps(
        [record["subject"], record["preheader"], html, text],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    assert record["digest"] == hashlib.sha256(whole.encode()).hexdigest()
    page = (site.root / "output-0/post/index.html").read_text(encoding="utf-8")
    assert f'content="{record["page_digest"]}"' in page
    assert '<html lang="en" dir="ltr">' in html
    assert "Three talks &amp; a letter" in html
    assert 'alt="A &quot;cup&quot;"' in html
    assert 'width="520" height="130"' in html
    assert 'href="https://one.example/other/"' in html
    assert '<li value="3"' in html
    assert "Career · Network" in html
    assert "another [1]" in text
    assert "[1] https://one.example/other/" in text
    assert re.search(r"^3\. three$", text, re.M)


def test_both_bodies_hold_the_templates_merge_tags_alone(site: Site):
    evil = "*|UNSUB|* &#42;|FNAME|* [x](https://x.example/*|UNSUB|*)\n\n`*|IF:A|*`"
    typed = dict.fromkeys(
        ("Title", "Subject", "Preheader", "Summary", "Author", "Category"), "a *|FNAME|* b"
    )
    site.post("post", evil, Slug="post", Image="images/cup.png", Image_alt="*|X|*", **typed)
    site.build()
    html, text, record = parts(site)
    assert set(re.findall(r"\*\|(.*?)\|\*", html)) == TAGS
    assert html.count("*|") == html.count("|*") == len(TAGS)
    assert sorted(re.findall(r"\*\|(.*?)\|\*", text)) == ["ARCHIVE", "LIST:ADDRESSLINE", "UNSUB"]
    assert not re.search(r"\*\||\|\*", record["subject"] + record["preheader"])
    assert '<a href="*|UNSUB|*"' in html
    assert '<a href="*|ARCHIVE|*"' in html
    assert "%7CUNSUB%7C" not in html.replace("x.example/%2A%7CUNSUB%7C%2A", "")


def test_every_address_is_absolute_and_the_mails_own(site: Site):
    site.post("other")
    body = (
        "[a]({filename}other.md) [b](/b/) [c](#c) ![d]({static}/images/cup.png)\n\nx[^1]\n\n[^1]: y"
    )
    site.post("post", body)
    site.build(SITEURL="http://127.0.0.1:8000", NEWSLETTER_SITEURL="https://two.example/")
    html, text, record = parts(site)
    assert "127.0.0.1" not in html + text + json.dumps(record)
    for target in re.findall(r'(?:href|src)="(.*?)"', html):
        assert target.startswith(("https://", "mailto:", "*|"))
    assert record["images"] == ["https://two.example/images/cup.png"]
    assert "https%3A%2F%2Ftwo.example%2Fpost%2F" in html


def test_blocks_for_one_surface_stay_on_it(site: Site):
    body = "::: web-only\nPublicword.\n:::\n\n::: email-only\nMailword.\n:::\n\nCommon."
    site.post("post", body)
    built = site.build()
    html, text, record = parts(site)
    for surface in (html, text, record["preheader"]):
        assert "Mailword" in surface
        assert "Publicword" not in surface
    assert "Mailword" not in built.text("post/index.html")


def test_a_post_that_is_for_the_web_alone_has_an_empty_mail_not_the_webs(site: Site):
    site.post("post", "::: web-only\nPublicword.\n:::")
    site.build()
    assert "Publicword" not in "".join(parts(site)[:2])


def test_who_is_mailed(site: Site):
    site.post("yes")
    site.post("said", Newsletter="yes")
    for said in ("no", "No", "false"):
        site.post(f"not-{said}", Newsletter=said)
    site.post("draft", Status="draft")
    site.post("hidden", Status="hidden")
    site.post("future", Date="2999-01-01")
    site.post("yes-fr", Slug="yes", Lang="fr")
    site.settings |= {
        "ARTICLE_LANG_URL": "{slug}-{lang}/",
        "ARTICLE_LANG_SAVE_AS": "{slug}-{lang}/index.html",
    }
    site.build()
    assert slugs(site) == ["said", "yes"]
    assert 'lang="en"' in parts(site, "yes")[0]
    site.build(NEWSLETTER_ISSUES_DRAFTS=True)
    assert "draft" in slugs(site)


def test_a_second_build_writes_nothing_and_a_lost_post_loses_its_issue(site: Site):
    site.post("post", **FACTS)
    site.post("lost")
    site.build()
    before = {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in folder(site).rglob("issue.*")}
    site.build()
    after = {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in folder(site).rglob("issue.*")}
    assert after == before
    (site.root / "content/lost.md").unlink()
    site.build()
    assert slugs(site) == ["post"]


SPY = """
import sys
from pathlib import Path
from pelican import signals

def told(pelican):
    found = [m for m in ("lxml", "css_inline") if m in sys.modules]
    Path(pelican.settings["PATH"], "..", "loaded").write_text(" ".join(found))

def register():
    signals.finalized.connect(told)
"""


def test_a_second_build_loads_nothing_that_composes_and_the_bytes_are_the_same(site: Site):
    site.forked = False
    (site.root / "spies").mkdir()
    (site.root / "spies/spy.py").write_text(SPY, encoding="utf-8")
    site.settings |= {
        "PLUGIN_PATHS": [PLUGINS, "spies"],
        "PLUGINS": ["post_identity", "mail_issues", "spy"],
    }
    site.post("post", "![d]({static}/images/cup.png)", **FACTS)
    good(site.build())
    first = parts(site)
    assert (site.root / "loaded").read_text(encoding="utf-8") == "lxml css_inline"
    good(site.build())
    assert parts(site) == first
    # A folder of its own, as a build that is staged has, gets them from the cache.
    good(site.build(NEWSLETTER_ISSUES_PATH="elsewhere"))
    assert (site.root / "loaded").read_text(encoding="utf-8") == ""
    for name in ("issue.html", "issue.txt", "issue.json"):
        assert (site.root / "elsewhere/post" / name).read_bytes() == (
            folder(site) / "post" / name
        ).read_bytes()


def test_no_subject_is_an_error_and_no_issue(site: Site):
    site.post("post", Title="<b></b>", Slug="post")
    built = site.build()
    assert "post.md: the subject is empty — write a Title or a Subject" in built.log
    assert not folder(site).exists() or not slugs(site)


def test_a_mail_that_would_be_cut_off_is_an_error_and_a_large_one_a_warning(site: Site):
    site.post("post", "word " * 17_000)
    assert re.search(r"post\.md: its mail has [89]\d kB", site.build().log)
    assert slugs(site) == ["post"]
    site.post("post", "word " * 20_000)
    assert "would be cut off — shorten the post" in site.build().log
    assert slugs(site) == []


def test_an_ordinary_post_is_far_from_being_cut_off(site: Site):
    section = (
        "## Head\n\n" + "words of an ordinary length, " * 18 + "\n\n1. one\n2. two\n\n> said\n\n"
    )
    site.post("post", section * 16, **FACTS)
    site.build()
    html, _, record = parts(site)
    assert len(re.sub("<.*?>", " ", html).split()) > 1500
    assert record["html_bytes"] <= 25_000


def test_without_an_address_of_the_site_no_mail_is_composed(site: Site):
    site.post("post")
    built = site.build(SITEURL="")
    assert "set SITEURL" in built.log
    assert not folder(site).exists()


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_a_theme_without_a_mail_gets_a_plain_one(site: Site, theme: str):
    site.post("post", "![d]({static}/images/cup.png)", **FACTS)
    good(site.build("--fatal", "warnings", THEME=theme, PLUGINS=["mail_issues"]))
    html, text, record = parts(site)
    assert set(re.findall(r"\*\|(.*?)\|\*", html)) == TAGS
    assert html.count('width="520" height="130"') == 2
    assert "*|UNSUB|*" in text
    assert record["categories"] == ["Career, Network"]


def test_a_theme_may_bring_its_own_and_must_let_readers_unsubscribe(site: Site):
    mail = site.root / "own/email"
    mail.mkdir(parents=True)
    (mail / "issue.txt").write_text("{{ title }} *|UNSUB|* *|LIST:ADDRESSLINE|*", encoding="utf-8")
    site.post("post")
    good(site.build(THEME_TEMPLATES_OVERRIDES=["own"]))
    assert parts(site)[1] == "post *|UNSUB|* *|LIST:ADDRESSLINE|*\n"
    (mail / "issue.txt").write_text("{{ title }} *|LIST:ADDRESSLINE|*", encoding="utf-8")
    assert (
        "the mail's template lacks *|UNSUB|*" in site.build(THEME_TEMPLATES_OVERRIDES=["own"]).log
    )


def test_a_language_written_from_the_right_is(site: Site):
    body = "مرحبا `a?`\n\n| a |\n| - |\n| b |"
    site.post("post", body, Lang="ar", Title="مرحبا", Slug="post")
    site.build(DEFAULT_LANG="ar")
    html, text, _ = parts(site)
    assert '<html lang="ar" dir="rtl">' in html
    # The theme's own sentence is read from the left.
    assert ' dir="auto"' in html
    assert '<td align="right"' in html
    assert re.search(r'<code style="[^"]*direction: ?ltr', html)
    assert "مرحبا\n=====" in text


def test_loading_the_plugins_loads_nothing_heavy():
    script = (
        "import sys, pelican; before = set(sys.modules)\n"
        f"sys.path.insert(0, {PLUGINS!r})\n"
        "[__import__(name).register() for name in ('mail_issues', 'only_blocks')]\n"
        "heavy = ('lxml', 'css_inline', 'imagesize', 'mail_issues.', 'only_blocks.', 'publish')\n"
        "print([m for m in set(sys.modules) - before if m.startswith(heavy)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_that_cannot_be_written_is_one_line(site: Site):
    site.post("post")
    (site.root / ".publish").write_text("in the way", encoding="utf-8")
    built = site.build()
    assert "cannot be written" in built.log
    assert "Traceback" not in built.log


def test_empty_lines_in_code_stay_and_those_of_the_template_go(site: Site):
    site.post("post", "    a\n\n\n\n    b")
    site.build()
    text = parts(site)[1]
    assert "    a\n\n\n\n    b\n" in text
    assert "\n\n\n" not in text.replace("    a\n\n\n\n    b\n", "code\n")
