"""No permalink dies unnoticed: the address ledger, with the real plugins."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publish.errors import ConfigError, Refused
from publish.office import checking
from publish.office.question import Voice
from publish.post import identity
from publish.post.aliases import GONE
from publish.post.diagnostic import Diagnostic
from publish.settings import Settings, load
from publish.site import addresses, retired
from publish.site.build import build
from publish.site.rename import rename

CONF = """\
SITENAME = "Small"
SITEURL = "https://small.example"
TIMEZONE = "UTC"
PATH = "content"
ARTICLE_PATHS = ["posts"]
ARTICLE_URL = "{{slug}}/"
ARTICLE_SAVE_AS = "{{slug}}/index.html"
THEME = "simple"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
PLUGIN_PATHS = [{plugins!r}]
PLUGINS = ["post_identity", "alias_redirects"]
"""


def write(root: Path, slug: str, uid: str, more: str = "") -> Path:
    file = root / f"content/posts/{uid}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"Title: T\nDate: 2026-01-02\nSlug: {slug}\nUid: {uid}\n{more}\nWords.\n")
    return file


@pytest.fixture
def small(tmp_path: Path, root: Path) -> Settings:
    """A site of two posts, built once."""
    (tmp_path / "pelicanconf.py").write_text(CONF.format(plugins=str(root / "plugins")))
    write(tmp_path, "one", "uid-one-0001")
    write(tmp_path, "two", "uid-two-0002")
    settings = load(tmp_path / "pelicanconf.py")
    build(settings)
    return settings


def findings(settings: Settings) -> list[Diagnostic]:
    return checking.findings(settings)


def ledger(settings: Settings) -> dict[str, str]:
    found: dict[str, str] = json.loads((settings.content / identity.URLS).read_text())
    return found


def test_every_published_address_is_written_down(small: Settings):
    assert ledger(small) == {"/one/": "uid-one-0001", "/two/": "uid-two-0002"}


def test_a_changed_slug_stops_the_build_and_says_what_to_paste(small: Settings):
    file = write(small.root, "uno", "uid-one-0001")
    with pytest.raises(Refused) as caught:
        build(small)
    said = str(caught.value)
    assert said.startswith("content/posts/uid-one-0001.md:1: its published address /one/ would")
    line = said.rpartition("front matter: ")[2]
    assert (small.output / "one/index.html").is_file(), "the good site was harmed"
    assert not (small.output / "uno").exists()
    text = file.read_text()
    file.write_text(text.replace("\n\n", f"\n{line}\n\n", 1))
    build(small)
    redirect = (small.output / "one/index.html").read_text()
    assert "/uno/" in redirect
    assert ledger(small) == {
        "/one/": "uid-one-0001",
        "/two/": "uid-two-0002",
        "/uno/": "uid-one-0001",
    }


def test_rename_keeps_the_promise_by_itself(small: Settings):
    rename(small, "one", "uno")
    build(small)
    rename(small, "uno", "eins")
    build(small)
    for old in ("one", "uno"):
        assert "/eins/" in (small.output / old / "index.html").read_text()
    assert ledger(small)["/eins/"] == "uid-one-0001"


def test_rename_takes_the_translations_along_and_tells_of_the_files_that_move(small: Settings):
    post = small.content / "posts/uid-one-0001.md"
    post.write_text(f"{post.read_text()}\n[a]({{attach}}/a.pdf)\n")
    other = write(small.root, "one", "uid-one-de01")
    other.write_text(other.read_text().replace("Slug:", "Lang: de\nSlug:"))
    stranger = write(small.root, "one-too", "uid-one-0003")
    build(small)
    done = rename(small, "one", "uno")
    assert [part for one in (done, *done.translations) for part in one.leads()] == [
        "the next build puts it at /uno/",
        "/one/ will lead there",
        "its {attach} files move too, and nothing leads from their old addresses",
        "the next build puts it at /uno-de.html",
        "/one-de.html will lead there",
    ]
    assert all("Slug: uno\n" in file.read_text() for file in (post, other))
    assert "Slug: one-too" in stranger.read_text()


def test_a_rename_that_a_translation_cannot_follow_changes_nothing(small: Settings):
    other = write(small.root, "one", "uid-one-de01")
    other.write_text(other.read_text().replace("Slug:", "Lang: de\nSlug:"))
    third = write(small.root, "uno", "uid-uno-de02")
    third.write_text(third.read_text().replace("Slug:", "Lang: de\nSlug:"))
    before = other.read_bytes()
    with pytest.raises(ConfigError, match="has the slug uno already"):
        rename(small, str(small.content / "posts/uid-one-0001.md"), "uno")
    assert other.read_bytes() == before


@pytest.mark.parametrize("how", ["deleted", "draft"])
def test_a_post_that_goes_stops_the_build(small: Settings, how: str):
    file = write(small.root, "one", "uid-one-0001", "Status: draft\n")
    if how == "deleted":
        file.unlink()
    with pytest.raises(
        Refused, match=r"urls\.json:1: the published address /one/ .*Aliases: /one/"
    ):
        build(small)
    write(small.root, "two", "uid-two-0002", "Aliases: /one/\n")
    build(small)
    assert "/two/" in (small.output / "one/index.html").read_text()


@pytest.mark.parametrize(
    ("change", "line", "remedy"),
    [
        (("Slug: one", "Slug: uno"), 3, "add a line `Aliases: /one/`"),
        (("Slug: one", "Slug: uno\nAliases: /eins/"), 4, "write `Aliases: /eins/, /one/`"),
        (("Slug: one", "Slug: one\nStatus: draft"), 4, "`publish retract /one/`"),
        (("Date: 2026", "Date: 2199"), 2, "`publish retract /one/`"),
    ],
    ids=["another slug", "another slug and an alias", "a draft", "dated ahead"],
)
def test_a_lost_address_is_a_finding_of_its_post_before_anything_is_rendered(
    small: Settings, change: tuple[str, str], line: int, remedy: str
):
    file = small.root / "content/posts/uid-one-0001.md"
    swap(file, *change)
    told = [f for f in checking.findings(small, built=False) if f.severity == "error"]
    assert [(f.file, f.line, f.rule) for f in told] == [
        ("content/posts/uid-one-0001.md", line, "lost-address")
    ]
    assert "/one/ would be a 404" in told[0].message
    assert remedy in told[0].remedy
    seen: list[Path] = []
    guards = checking.guards(small, Voice())._replace(validate_output=seen.append)
    with pytest.raises(Refused) as caught:
        build(small, guards=guards)
    assert str(caught.value) == str(told[0])
    assert seen == []


def test_an_alias_leads_on_only_where_a_plugin_writes_redirects(small: Settings):
    swap(small.root / "content/posts/uid-one-0001.md", "Slug: one", "Slug: uno\nAliases: /one/")
    assert [f for f in findings(small) if f.severity == "error"] == []
    swap(small.path, ', "alias_redirects"', "")
    assert [f.rule for f in findings(load(small.path)) if f.severity == "error"] == ["lost-address"]


def test_an_address_may_be_let_die_on_purpose(small: Settings):
    write(small.root, "one", "uid-one-0001").unlink()
    rest = ledger(small)
    del rest["/one/"]
    (small.content / identity.URLS).write_text(json.dumps(rest))
    build(small)
    assert not (small.output / "one").exists()


def test_a_trial_build_elsewhere_writes_nothing_down(small: Settings, tmp_path: Path):
    write(small.root, "three", "uid-three-003")
    build(small, output=tmp_path / "trial")
    assert "/three/" not in ledger(small)


def test_a_conflict_in_the_ledger_says_what_to_keep(small: Settings):
    (small.content / identity.URLS).write_bytes(
        b'{\n<<<<<<< HEAD\n "/a/": "u1",\n=======\n "/b/": "u2",\n>>>>>>> two\n "/c/": "u3"\n}\n'
    )
    with pytest.raises(Refused, match=r"a git merge has left — keep the lines of both sides"):
        build(small, full=True)


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"/one/": 3}', b"\xff"])
def test_a_damaged_ledger_stops_the_build(small: Settings, damage: bytes):
    (small.content / identity.URLS).write_bytes(damage)
    with pytest.raises(Refused, match=r"urls\.json:1: is damaged"):
        build(small, full=True)


def test_a_table_of_addresses_that_changes_alone_makes_a_build_old(small: Settings):
    gone = small.content / identity.RETIRED
    gone.write_text('{"/old/": "gone"}')
    assert build(small).written == ("old/index.html",)
    assert build(small).rendered == 0
    gone.unlink()
    assert build(small).removed == ("old/index.html",)
    (small.content / identity.URLS).write_text("{")
    with pytest.raises(Refused, match=r"urls\.json"):
        build(small)


@pytest.mark.parametrize(
    "table",
    [
        '{"old": "gone"}',
        '{"/a/../b": "gone"}',
        '{"/old/": "nowhere"}',
        '{"/old/": "//host/"}',
        '{"/old/": "javascript:x"}',
        '{"/\\udcff/": "gone"}',
    ],
)
def test_a_check_names_a_retired_address_that_is_none_before_a_build(small: Settings, table: str):
    (small.content / identity.RETIRED).write_text(table)
    told = [f.file for f in findings(small) if f.severity == "error"]
    assert told == [f"content/{identity.RETIRED}"]


def test_a_retired_address_inside_a_file_of_the_site_is_left_alone(small: Settings):
    (small.content / identity.RETIRED).write_text(
        '{"/_redirects/": "gone", "/one/index.html": "gone"}'
    )
    assert build(small).written == ()


def test_what_is_sent_and_published_makes_no_build_old(small: Settings):
    (small.content / "ledger/issues.jsonl").write_text("{}\n")
    assert build(small).written == ()


def swap(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize(
    "damage",
    ["Uid: uid-one-9999\n", "Uid:\n", "", "Uid: uid-one-9999\nUid: uid-one-0001\n"],
)
def test_a_published_address_keeps_its_uid(small: Settings, damage: str):
    file = small.root / "content/posts/uid-one-0001.md"
    swap(file, "Uid: uid-one-0001\n", damage)
    with pytest.raises(Refused, match=r"published address|its Uid") as caught:
        build(small)
    assert "`Uid: uid-one-0001`" in str(caught.value)
    told = [f for f in findings(small) if f.rule == "changed-uid"]
    assert [(f.file, f.severity) for f in told] == [("content/posts/uid-one-0001.md", "error")]
    assert "`Uid: uid-one-0001`" in told[0].remedy
    assert ledger(small)["/one/"] == "uid-one-0001"


def test_the_same_uid_twice_is_still_that_uid(small: Settings):
    file = small.root / "content/posts/uid-one-0001.md"
    swap(file, "Uid: uid-one-0001\n", "Uid: uid-one-0001\nUid: uid-one-0001\n")
    build(small)
    assert ledger(small)["/one/"] == "uid-one-0001"
    assert [(f.rule, f.line, f.severity) for f in findings(small) if f.severity == "error"] == [
        ("repeated-key", 5, "error")
    ]


def test_a_post_that_says_what_it_was_takes_the_address_with_it(small: Settings):
    file = small.root / "content/posts/uid-one-0001.md"
    swap(file, "Uid: uid-one-0001\n", "Uid: uid-one-9999\nWas: uid-one-0001\n")
    assert not [f for f in findings(small) if f.rule == "changed-uid"]
    build(small)
    assert ledger(small)["/one/"] == "uid-one-0001"
    assert rename(small, "one", "uno").before == ("/one/",)
    build(small)
    assert ledger(small) == {
        "/one/": "uid-one-0001",
        "/two/": "uid-two-0002",
        "/uno/": "uid-one-9999",
    }


def test_what_it_was_has_to_stay_in_its_header(small: Settings):
    file = small.root / "content/posts/uid-one-0001.md"
    swap(file, "Uid: uid-one-0001\n", "Uid: uid-one-9999\nWas: uid-one-0001\n")
    build(small)
    swap(file, "Was: uid-one-0001\n", "")
    with pytest.raises(Refused, match="Was: uid-one-0001"):
        build(small)
    assert [f.file for f in findings(small) if f.rule == "changed-uid"] == [
        "content/posts/uid-one-0001.md"
    ]


def test_a_copy_is_the_one_that_was_never_published(small: Settings):
    file = small.root / "content/posts/uid-one-0001.md"
    copy = file.with_name("a-copy.md")
    copy.write_text(file.read_text().replace("Slug: one", "Slug: copy\nStatus: draft"))
    told = [(f.file, f.rule) for f in findings(small) if f.severity == "error"]
    assert told == [("content/posts/a-copy.md", "duplicate-uid")]


def test_a_fallback_is_recorded_too(small: Settings):
    file = small.root / "content/posts/plain.md"
    file.write_text("Title: Plain\nDate: 2026-01-02\nSlug: plain\n\nWords.\n")
    build(small)
    uid = ledger(small)["/plain/"]
    moved = file.rename(file.with_name("moved.md"))
    found = [f for f in findings(small) if "moved.md" in f.file and "Uid" in f.message]
    assert [f.rule for f in found] == ["changed-uid"]  # and none that names another Uid to write
    assert f"`Uid: {uid}`" in found[0].remedy
    moved.write_text(f"Uid: {uid}\n{moved.read_text()}")
    build(small)
    assert ledger(small)["/plain/"] == uid


def test_a_retired_address_may_be_taken_and_a_damaged_record_is_an_error(small: Settings):
    retired = small.content / identity.RETIRED
    retired.write_text('{"/one/": "gone"}')
    swap(small.root / "content/posts/uid-one-0001.md", "uid-one-0001", "uid-new-0003")
    build(small)
    assert ledger(small)["/one/"] == "uid-new-0003"
    retired.write_text("[")
    assert [(f.file, f.line) for f in findings(small) if f.rule == "changed-uid"] == [
        ("content/ledger/retired.json", 1)
    ]


def test_the_day_an_address_became_public_is_written_down_once(small: Settings):
    file = small.content / identity.SINCE
    today = datetime.now(UTC).date().isoformat()
    assert json.loads(file.read_text()) == {"uid-one-0001": today, "uid-two-0002": today}
    file.write_text('{"uid-one-0001": "2020-01-01"}')
    write(small.root, "three", "uid-three-003")
    build(small)
    # What had an address before has no day: its Date counts.
    assert json.loads(file.read_text()) == {"uid-one-0001": "2020-01-01", "uid-three-003": today}
    file.write_text("[")
    write(small.root, "four", "uid-four-0004")
    with pytest.raises(Refused, match=r"since\.json:1: is damaged"):
        build(small)


def test_a_post_is_taken_off_by_an_address_that_does_not_show_its_slug(small: Settings):
    file = write(small.root, "uno", "uid-one-0001", "Aliases: /one/\n")
    build(small)
    taken = retired.retraction(small, "/one/")
    assert (taken.file, set(taken.addresses)) == (file, {"/one/", "/uno/"})


def test_an_address_of_the_site_may_be_whole_as_a_browser_shows_it(small: Settings):
    site, elsewhere = "https://small.example", "https://else.example/one/"
    taken = retired.retraction(small, f"{site}/one/")
    assert retired.target(small, f"{site}/two/", taken) == "/two/"
    assert retired.target(small, elsewhere, taken) == elsewhere
    for nothing in ("/one/", "/nowhere/"):
        with pytest.raises(ConfigError, match=f"^{nothing}: "):
            retired.target(small, f"{site}{nothing}", taken)


def test_a_post_leads_to_lists_too_and_to_nothing_that_is_no_address(small: Settings):
    taken = retired.retraction(small, "one")
    for good in ("/", "/archives.html", "https://else.example/a?b=c#d"):
        assert retired.target(small, good, taken) == good
    for bad in ("https://[x", "https:///one/", "https://else.example:99999/", "https://a b/"):
        with pytest.raises(ConfigError, match="is no address"):
            retired.target(small, bad, taken)


def test_a_post_taken_off_keeps_every_byte_but_its_status_and_comes_back(small: Settings):
    file = small.content / "posts/uid-one-0001.md"
    before = file.read_bytes()
    taken = retired.retraction(small, "one")
    assert (taken.uids, taken.addresses) == (("uid-one-0001",), ("/one/",))
    retired.retire(small, file, {"/one/": GONE})
    build(small)
    assert "taken down" in (small.output / "one/index.html").read_text()
    assert file.read_bytes().replace(b"Status: draft\n", b"") == before
    assert "/one/" in ledger(small)
    file.write_bytes(before)
    build(small)
    assert "Words." in (small.output / "one/index.html").read_text()
    assert addresses.read(small, identity.RETIRED) == {}
