"""A new post and a renamed one: what is written, and what is refused."""

from __future__ import annotations

import json
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publish.errors import ConfigError, as_publish_error
from publish.post.frontmatter import read
from publish.site import retired
from publish.site.build import build
from publish.site.new import new_post
from publish.site.posts import Source
from publish.site.rename import rename

from .conftest import Site

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


def headers(file: Path) -> dict[str, str]:
    return {field.name: field.value for field in read(file.read_bytes())}


def test_a_new_post_is_a_draft_with_an_identity_of_its_own(site: Site):
    site.set("AUTHOR = 'Nora'")
    path = new_post(
        site.settings,
        " A calm handover ",
        categories=["Career", "Network"],
        tags=["shift"],
        date=NOW,
    )
    assert path == site.root / "content/posts/a-calm-handover.md"
    head = headers(path)
    uid = head.pop("uid")
    assert head == {
        "title": "A calm handover",
        "date": "2026-11-23 21:30",
        "category": "Career, Network",
        "tags": "shift",
        "slug": "a-calm-handover",
        "author": "Nora",
        "summary": "",
        "status": "draft",
    }
    assert len(uid) == 16
    int(uid, 16)
    assert headers(new_post(site.settings, "Another", date=NOW))["uid"] != uid


def test_a_new_post_builds_and_is_nowhere_in_the_output(site: Site):
    new_post(site.settings, "Not yet", date=NOW)
    build(site.settings)
    assert not any(b"not-yet" in page or b"Not yet" in page for page in site.bytes().values())


def test_a_date_without_a_zone_is_the_sites_own(site: Site):
    naive = new_post(site.settings, "One", date=datetime(2027, 1, 2, 7, 30))
    aware = new_post(site.settings, "Two", date=datetime(2027, 1, 2, 7, 30, tzinfo=UTC))
    assert headers(naive)["date"] == "2027-01-02 07:30"
    assert headers(aware)["date"] == "2027-01-02 02:30"


@pytest.mark.parametrize(
    "title", ["", "   ", "two\nlines", "a\r\nStatus: published", "a\u2028b", "…", "x" * 500, "\x00"]
)
def test_a_title_that_cannot_be_one_is_refused(site: Site, title: str):
    before = site.bytes(site.root / "content")
    with pytest.raises(ConfigError) as caught:
        new_post(site.settings, title, date=NOW)
    assert "\n" not in str(caught.value)
    assert site.bytes(site.root / "content") == before


def test_a_category_with_a_line_break_is_refused(site: Site):
    with pytest.raises(ConfigError):
        new_post(site.settings, "Fine", categories=["a\nStatus: published"], date=NOW)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("Title: X\nDate: 2024-01-01\nSlug: taken\n\nB", "Taken"),
        ("Title: Taken\nDate: 2024-01-01\n\nB", "Taken"),
        ("title: X\r\nslug:   taken  \r\n\r\nB", "Taken"),
    ],
)
def test_a_slug_that_another_source_has_is_refused(site: Site, source: str, title: str):
    site.write("content/posts/sub/old-file.md", source)
    with pytest.raises(ConfigError, match=r"content/posts/sub/old-file\.md: has the slug"):
        new_post(site.settings, title, date=NOW)


def test_a_slug_that_a_rename_has_given_up_is_free_but_its_file_is_not(site: Site):
    first = new_post(site.settings, "First", date=NOW)
    rename(site.settings, "first", "moved")
    new_post(site.settings, "Second", date=NOW)
    assert rename(site.settings, "second", "first").changed
    with pytest.raises(ConfigError, match=r"posts/second\.md: there is such a file already"):
        new_post(site.settings, "Second", date=NOW)
    assert b"Slug: moved\n" in first.read_bytes()


def test_the_slug_of_a_page_or_of_the_archive_is_refused(site: Site):
    with pytest.raises(ConfigError, match=r"content/pages/about\.md: has the slug about"):
        new_post(site.settings, "About", date=NOW)
    with pytest.raises(ConfigError, match=r"ARCHIVES_SAVE_AS"):
        new_post(site.settings, "Archives", date=NOW)


def test_the_address_of_a_post_that_is_no_markdown_is_refused(site: Site):
    site.write("content/ledger/urls.json", '{"/rest/": "another-uid"}')
    with pytest.raises(ConfigError, match="/rest/ was published as another post"):
        new_post(site.settings, "Rest")


def test_a_site_without_a_folder_of_posts_gets_none(site: Site):
    site.set("ARTICLE_PATHS = []")
    with pytest.raises(ConfigError, match=r"pelicanconf\.py:\d+: ARTICLE_PATHS names no folder"):
        new_post(site.settings, "A title", date=NOW)


def test_nothing_is_ever_overwritten(site: Site):
    other = site.write("content/posts/a-title.md", "")
    with pytest.raises(ConfigError):
        new_post(site.settings, "A title", date=NOW)
    assert other.read_bytes() == b""
    (site.root / "content/posts/folder.md").mkdir()
    with pytest.raises(ConfigError, match=r"posts/folder\.md: there is such a file already"):
        new_post(site.settings, "Folder", date=NOW)


def test_a_full_disk_leaves_every_source_as_it_was_and_half_a_draft_nowhere(site: Site):
    file = site.post("post-9", "B")
    before = site.bytes(site.root / "content")
    acts = (
        lambda: new_post(site.settings, "A title", date=NOW),
        lambda: rename(site.settings, "post-9", "post-10"),
        lambda: retired.retire(site.settings, file, {}),
        lambda: retired.retire(site.settings, file, {"/post-9/": "/post-1/"}),
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for act in acts:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))
        try:
            with pytest.raises(OSError, match="File too large") as failure:
                act()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "/content/" in as_publish_error(failure.value).message
        assert site.bytes(site.root / "content") == before


def test_rename_changes_the_slug_adds_the_alias_and_nothing_else(site: Site):
    file = site.post("post-1", "Body: Slug: post-1 stays.", Uid="0123456789abcdef")
    text = file.read_text()
    done = rename(site.settings, "post-1", "first-post")
    assert (done.post.file, done.address, done.before) == (file, "/first-post/", ("/post-1/",))
    assert file.read_text() == text.replace(
        "Slug: post-1\nUid: 0123456789abcdef\n",
        "Slug: first-post\nUid: 0123456789abcdef\nAliases: /post-1/\n",
    )
    build(site.settings)
    assert "first-post/index.html" in site.bytes()


def test_renamed_twice_keeps_both_and_renamed_back_drops_its_own(site: Site):
    file = site.root / "content/posts/post-1.md"
    rename(site.settings, "post-1", "second")
    rename(site.settings, "second", "third")
    assert headers(file)["aliases"] == "/post-1/, /second/"
    rename(site.settings, "third", "post-1")
    assert headers(file)["aliases"] == "/second/, /third/"


@pytest.mark.parametrize(
    "name", ["post-1", "content/posts/post-1.md", "posts/post-1.md", "/post-1/"]
)
def test_a_post_is_named_by_slug_or_path(site: Site, name: str):
    rename(site.settings, name, "other")
    assert headers(site.root / "content/posts/post-1.md")["slug"] == "other"


def test_a_post_without_a_slug_line_gets_one_and_keeps_its_line_endings(site: Site):
    file = site.write("content/posts/w.md", "Title: From Title\r\nDate: 2024-01-01\r\n\r\nB\r\n")
    rename(site.settings, "from-title", "given")
    assert file.read_bytes() == (
        b"Title: From Title\r\nDate: 2024-01-01\r\nSlug: given\r\n"
        b"Aliases: /from-title/\r\n\r\nB\r\n"
    )


def test_a_post_that_has_the_slug_already_is_not_written(site: Site):
    file = site.post("night", "B")
    before = file.stat().st_mtime_ns
    assert not rename(site.settings, "night", "night").changed
    assert file.stat().st_mtime_ns == before


def test_a_draft_never_had_an_address(site: Site):
    file = site.post("idea", "B", Status="draft")
    rename(site.settings, "idea", "better-idea")
    assert "aliases" not in headers(file)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("post-1", "Not A Slug", "makes no address"),
        ("post-1", "../evil", "makes no address"),
        ("post-1", "", "makes no address"),
        ("post-1", "post-2", r"post-2\.md: has the slug"),
        ("post-1", "about", r"about\.md: has the slug"),
        ("post-1", "archives", "ARCHIVES_SAVE_AS"),
        ("nobody", "fine", "there is no such post"),
        ("", "fine", "an empty name: there is no such post"),
    ],
)
def test_a_rename_that_cannot_be_is_refused(site: Site, old: str, new: str, why: str):
    before = site.bytes(site.root / "content")
    with pytest.raises(ConfigError, match=why):
        rename(site.settings, old, new)
    assert site.bytes(site.root / "content") == before


def test_a_source_in_another_encoding_is_not_rewritten(site: Site):
    file = site.post("old-words", "B")
    file.write_bytes(file.read_bytes() + "é".encode("latin-1"))
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=r"old-words\.md: is not UTF-8 — save it as UTF-8"):
        rename(site.settings, "old-words", "new-words")
    assert file.read_bytes() == before


@pytest.mark.parametrize("before", ["\n", "Words.\n"])
def test_a_file_whose_first_line_begins_no_header_is_not_renamed(site: Site, before: str):
    file = site.write("content/posts/late.md", f"{before}Title: Late\nSlug: late\n\nText.\n")
    with pytest.raises(ConfigError, match=r"late\.md:1: no header begins here"):
        rename(site.settings, "late", "later")
    assert file.read_text().startswith(before)


def test_what_cannot_be_read_is_passed_over_and_a_loop_of_links_is_followed_once(site: Site):
    (site.root / "content/posts/loop").symlink_to(site.root / "content/posts")
    (site.root / "content/posts/gone.md").symlink_to(site.root / "nowhere")
    site.post("found", "B", Date="")
    site.set("DEFAULT_DATE = 'fs'")
    site.set("FILENAME_METADATA = '(?P<date'")
    assert not rename(site.settings, "found", "found").changed
    done = rename(site.settings, "found", "found-again")
    assert done.leads()[-1] == "/found/ leads there once PLUGINS has alias_redirects"
    site.set("PLUGINS = ['alias_redirects']")
    done = rename(site.settings, "found-again", "found-late")
    assert done.leads()[-1] == "/found-again/ will lead there"


# ---- every shape of a header, and addresses as they were recorded


def recorded(site: Site, **addresses: str) -> None:
    site.write("content/ledger/urls.json", json.dumps(addresses))


FENCED = "---\nTitle: Pasted\nDate: 2024-01-01\nSlug: pasted\nUid: 0123456789ab0002\n---\nFirst.\n"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            FENCED,
            FENCED.replace("Slug: pasted", "Slug: moved").replace(
                "0002\n---", "0002\nAliases: /pasted/\n---"
            ),
        ),
        (
            FENCED.replace("Title: Pasted\n", "Title:\tPasted\n").replace("\n", "\r\n"),
            FENCED.replace("Title: Pasted\n", "Title:\tPasted\n")
            .replace("Slug: pasted", "Slug: moved")
            .replace("0002\n---", "0002\nAliases: /pasted/\n---")
            .replace("\n", "\r\n"),
        ),
        (
            "\ufeffTitle: Pasted\nDate: 2024-01-01\nAliases: /one/,\n    /two/\n\nSlug: pasted",
            "\ufeffTitle: Pasted\nDate: 2024-01-01\nAliases: /one/, /two/, /pasted/\n"
            "Slug: moved\n\nSlug: pasted",
        ),
        (
            "TITLE: Pasted\nDate: 2024-01-01\nALIASES: /one/\nAliases: /two/\n\nB",
            "TITLE: Pasted\nDate: 2024-01-01\nALIASES: /one/, /two/, /pasted/\nSlug: moved\n\nB",
        ),
        (
            "Title: Pasted\nDate: 2024-01-01",
            "Title: Pasted\nDate: 2024-01-01\nSlug: moved\nAliases: /pasted/",
        ),
        (
            "slug:pasted\ntitle: X\ndate: 2999-01-01\n\nB",
            "slug: moved\ntitle: X\ndate: 2999-01-01\n\nB",
        ),
    ],
)
def test_rename_edits_every_shape_of_header_in_its_place(site: Site, source: str, wanted: str):
    file = site.write("content/posts/x.md", source)
    rename(site.settings, "pasted", "moved")
    assert file.read_bytes().decode() == wanted


def test_a_foreign_language_keeps_its_own_address_as_an_alias(site: Site):
    site.set('ARTICLE_LANG_URL = "{slug}-{lang}.html"')
    file = site.post("nur-deutsch", "B", Lang="de")
    assert rename(site.settings, "nur-deutsch", "nur-auf-deutsch").address == (
        "/nur-auf-deutsch-de.html"
    )
    assert headers(file)["aliases"] == "/nur-deutsch-de.html"
    site.post("loud", "B", Lang="EN")
    assert rename(site.settings, "loud", "quiet").address == "/quiet-EN.html"


def test_a_translation_has_its_originals_slug_and_gets_its_new_one(site: Site):
    first = site.post("night", "B")
    file = site.write(
        "content/posts/nacht.md", "Title: N\nDate: 2024-01-01\nSlug: night\nLang: de\n"
    )
    for old, new in (("night", "nacht"), ("content/posts/nacht.md", "noche")):
        done = rename(site.settings, old, new)
        assert [one.post.file for one in (done, *done.translations)] == [file, first]
        assert headers(file)["slug"] == headers(first)["slug"] == new
    # What a copy made is no translation.
    site.write("content/posts/copy.md", "Title: N\nDate: 2024-01-01\nSlug: noche\nLang: de\n")
    with pytest.raises(ConfigError, match=r"copy\.md and content/posts/nacht\.md are both"):
        rename(site.settings, "noche", "third")


def test_a_dated_address_is_taken_from_the_record_or_the_date(site: Site):
    site.set('ARTICLE_URL = "{date:%Y}/{slug}/"\nARTICLE_SAVE_AS = "{date:%Y}/{slug}/index.html"')
    file = site.post("dated", "B", Uid="0123456789ab0003")
    done = rename(site.settings, "dated", "newname")
    assert (done.address, done.before) == ("/2024/newname/", ("/2024/dated/",))
    site.set('ARTICLE_URL = "{category}/{slug}/"')
    recorded(site, **{"/notes/newname/": "0123456789ab0003", "/2024/dated/": "0123456789ab0003"})
    done = rename(site.settings, "newname", "third")
    assert (done.address, done.before) == ("/notes/third/", ("/notes/newname/",))
    assert headers(file)["aliases"] == "/2024/dated/, /notes/newname/"


def test_a_draft_that_once_was_public_leads_on_from_where_it_was(site: Site):
    file = site.post("idea", "B", Status="draft", Uid="0123456789ab0004")
    recorded(site, **{"/idea/": "0123456789ab0004", "/other/": "0123456789ab0005"})
    assert rename(site.settings, "idea", "plan").before == ("/idea/",)
    assert headers(file)["aliases"] == "/idea/"
    with pytest.raises(ConfigError, match="was published as another post"):
        rename(site.settings, "plan", "other")
    site.write("content/ledger/retired.json", '{"/other/": ""}')
    rename(site.settings, "plan", "other")


def test_an_address_of_its_own_line_stays(site: Site):
    file = site.post("placed", "B", Url="here/", Save_as="here/index.html")
    done = rename(site.settings, "placed", "elsewhere")
    assert (done.post.fixed, done.before) == (True, ())
    assert done.leads() == ["its Url or Save_as line sets its address, which stays"]
    assert "aliases" not in headers(file)


NAMES = st.sampled_from(["Title: Nightly", "Uid: 0123456789ab0006", "Tags: a,\n    b", "Lang: en"])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(NAMES, unique=True, max_size=4),
    fence=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n"]),
    body=st.sampled_from(["", "Text.\n", "Slug: nightly\nAliases: /no/\n", "\n---\nSlug: x\n"]),
)
def test_renamed_and_read_again_only_slug_and_aliases_differ(
    site: Site, lines: list[str], fence: bool, ending: str, body: str
):
    head = "\n".join([*lines, "Slug: nightly", "Date: 2024-01-01"])
    text = f"---\n{head}\n---\n{body}" if fence else f"{head}\n\n{body}"
    file = site.write("content/posts/law.md", text.replace("\n", ending).encode())
    before = read(file.read_bytes())
    rename(site.settings, "nightly", "by-night")
    after = read(file.read_bytes())
    assert (after.get("slug"), after.get("aliases")) == ("by-night", "/nightly/")
    kept = [(f.key, f.value) for f in before if f.name != "slug"]
    assert [(f.key, f.value) for f in after if f.name not in ("slug", "aliases")] == kept
    assert file.read_bytes().endswith(body.replace("\n", ending).encode())


def test_an_address_that_brings_readers_to_another_post_is_refused(site: Site):
    site.post("host", "B", Aliases="/old-way/, /other/")
    with pytest.raises(ConfigError, match=r"host\.md: has /old-way/ among its Aliases"):
        rename(site.settings, "post-1", "old-way")
    with pytest.raises(ConfigError, match=r"host\.md: has /other/ among its Aliases"):
        new_post(site.settings, "Other", date=NOW)


def test_a_post_without_a_title_is_called_as_its_file(site: Site):
    file = site.write("content/posts/idea.md", "Title:\nDate: 2024-02-01\n\nWords.\n")
    assert Source(file, site.settings, file.read_bytes()).title == "idea"
