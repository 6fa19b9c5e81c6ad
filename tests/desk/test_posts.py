"""Posts read from their files, and the desk's other readers."""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publish.desk import renderings, site_state
from publish.desk.log import Log
from publish.desk.model import Newsletter, Site, Snapshot
from publish.desk.posts import PostCache
from publish.desk.reader import Reader
from publish.errors import Refused
from publish.office import golive
from publish.post.files import locked, write_whole
from publish.sandbox import mails
from publish.settings import load
from publish.site import manifest
from tests.desk.site import a_site, opened, until
from tests.desk.snapshots import NOW, YORK, a_post
from tests.desk.stand import Desk
from tests.fakes.world import an_issue


def post(desk: Desk, name: str, text: str) -> None:
    (desk.root / "content/posts" / name).write_text(text, encoding="utf-8")


def test_posts_are_drafts_scheduled_or_public(desk: Desk):
    settings = load(desk.root / "pelicanconf.py")
    (desk.root / "pelicanconf.py").write_text(
        "WITH_FUTURE_DATES = False\nARTICLE_PATHS = ['posts']"
    )
    settings = load(desk.root / "pelicanconf.py")
    post(desk, "public.md", "Title: Public\nDate: 2026-11-01\n\nOne two three.\n")
    post(desk, "ahead.md", "---\nTitle: Ahead\nDate: 2099-01-01 07:30\nNewsletter: no\n---\n\nx\n")
    post(desk, ".hidden.md", "Title: Hidden\n\nx\n")
    post(desk, "all-header.md", "Title: Nothing More")
    posts = PostCache()
    found = {post.title: post for post in posts.read(settings, NOW)}
    assert set(found) == {"Public", "Ahead", "Nothing More", "Three Conversations"}
    kinds = {title: post.kind for title, post in found.items()}
    assert (kinds["Public"], kinds["Ahead"]) == ("public", "scheduled")
    assert kinds["Three Conversations"] == "draft"
    assert (found["Public"].words, found["Nothing More"].words) == (3, 0)
    assert (found["Ahead"].mailed, found["Public"].mailed) == (False, True)
    late = datetime(2099, 1, 2, tzinfo=UTC)
    assert {s.kind for s in posts.read(settings, late) if s.title == "Ahead"} == {"public"}


def test_a_file_is_read_again_when_it_changed_and_forgotten_when_it_is_gone(desk: Desk):
    settings, posts = load(desk.root / "pelicanconf.py"), PostCache()
    (before,) = posts.read(settings, NOW)
    assert posts.read(settings, NOW) == (before,)
    desk.file.write_text("Title: Other\n\nLonger by far.\n", encoding="utf-8")
    (after,) = posts.read(settings, NOW)
    assert after.title == "Other"
    assert after.digest != before.digest
    desk.file.unlink()
    assert posts.read(settings, NOW) == ()


def test_a_long_header_is_read_to_its_end(desk: Desk):
    post(desk, "long.md", "Title: Long\nSummary: " + "x " * 4000 + "\nSlug: at-the-end\n\nwords\n")
    found = PostCache().read(load(desk.root / "pelicanconf.py"), NOW)
    assert next(s.slug for s in found if s.title == "Long") == "at-the-end"


def test_who_waits_for_a_change_is_reported_of_it(desk: Desk):
    reader = desk.app.reader
    number, got = reader.current.number, []
    waiting = threading.Thread(target=lambda: got.append(reader.wait(number)))
    waiting.start()
    reader.change(trouble="")
    time.sleep(0.05)
    assert not got
    reader.change(trouble="something")
    waiting.join(5)
    assert got == [number + 1]
    reader.close()
    assert reader.closed
    assert reader.wait(reader.current.number) == number + 1


def test_a_deploy_at_work_does_not_hold_up_the_letters(desk: Desk):
    with (desk.root / "pelicanconf.py").open("a") as stream:
        stream.write('DEPLOY = {"www": {"kind": "folder", "path": "www"}}\n')
    settings = load(desk.root / "pelicanconf.py")
    write_whole(manifest.place(settings, settings.output.absolute()), b"")
    with locked(golive.target_config(settings, "www").cache / "lock", Refused, what="deploy"):
        before = time.monotonic()
        assert "is at work" in site_state.read_site(settings).trouble
        assert time.monotonic() - before < 5


def test_letters_are_read_again_after_a_save_and_what_commands_leave_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("publish.desk.reader.REST", 0.01)
    reader, read = desk.app.reader, list[float]()

    def newsletter(_: Any) -> Newsletter:
        read.append(time.monotonic())
        return Newsletter()

    reader.check, reader.read_newsletter = lambda _: [], newsletter
    reader.watch()
    until(lambda: len(read) > 0)
    cache = desk.root / ".publish"
    for file in (
        desk.file,
        desk.root / "content/ledger/issues.jsonl",
        cache / "sandbox/ledger/issues.jsonl",
        cache / "deploy/live/unverified",
    ):
        time.sleep(0.3)
        before = len(read)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"Title: Another\n")
        until(lambda: len(read) > before)  # noqa: B023
    reader.close()


def test_the_log_shows_a_day_and_survives_a_torn_line(tmp_path: Path):
    log = Log(tmp_path / "log.jsonl")
    assert log.last_day(YORK, datetime.now(UTC)) == []
    log.note("A letter", "done", ("it goes out",))
    with log.file.open("a") as stream:
        stream.write('{"at": "torn')
    now = datetime.now(UTC)
    assert [(e.what, e.how, e.lines) for e in log.last_day(YORK, now)] == [
        ("A letter", "done", ("it goes out",))
    ]
    assert log.last_day(YORK, now + timedelta(days=2)) == []
    # A desk that is open over midnight says of which day an hour is.
    fact = '{"at": "2026-11-28T04:50:00+00:00", "what": "A test", "how": "done", "lines": []}'
    log.file.write_text(fact + "\n")
    (late,) = log.last_day(YORK, datetime(2026, 11, 28, 6, tzinfo=UTC))
    assert late.at == "Yesterday at 23:50"


def test_mails_of_the_rehearsal_are_listed_newest_first(tmp_path: Path):
    assert mails.newest(tmp_path, 50) == []
    folder = tmp_path / ".publish/sandbox/mail"
    folder.mkdir(parents=True)
    for number, subject in enumerate(("First", "=?utf-8?q?Zweite_=C3=9C?="), 1):
        file = folder / f"{number}.eml"
        file.write_bytes(f"Subject: {subject}\nTo: r{number}@example.com\n\nx".encode())

        os.utime(file, (number * 1000, number * 1000))
    found = mails.newest(tmp_path, 50)
    assert [(m.subject, m.to) for m in found] == [
        ("Zweite Ü", "r2@example.com"),
        ("First", "r1@example.com"),
    ]


def test_without_a_preview_there_are_no_renderings():
    post = a_post()
    assert renderings.fetch_renderings("", post) == renderings.Renderings()
    assert renderings.fetch_renderings("http://127.0.0.1:9", post) == renderings.Renderings()


def test_what_the_composed_letter_weighs_is_read_from_its_record(monkeypatch: pytest.MonkeyPatch):
    issue = replace(an_issue(), picture_bytes=34 * 1024)
    files = {f"/{name}": data for name, data in issue.files().items()}

    def get(url: str, wait: float) -> tuple[int, bytes]:
        found = files.get(f"/{url.rpartition('/')[2]}")
        return (200, found) if found is not None else (404, b"")

    monkeypatch.setattr(renderings, "fetch", get)
    letter = renderings.fetch_renderings("http://127.0.0.1:9", a_post(slug=issue.slug)).letter
    assert letter is not None
    assert (letter.subject, letter.text) == (issue.subject, issue.text)
    assert (letter.html_bytes, letter.picture_bytes) == (issue.html_bytes, 34 * 1024)


def test_a_page_is_shown_wherever_it_lies(monkeypatch: pytest.MonkeyPatch):
    """A draft in another language, and a post that has no letter, too."""
    issue = replace(an_issue(), url="https://happy.example/drafts/quit-he.html")
    files = {f"/_issues/quit/{name}": data for name, data in issue.files().items()}
    page = b"<title>There</title>"
    monkeypatch.setattr(
        renderings,
        "fetch",
        lambda url, wait: (
            (200, found)
            if (found := files.get(url.removeprefix("http://127.0.0.1:9")))
            else (404, b"")
        ),
    )
    files |= {"/drafts/quit-he.html": page}
    assert renderings.fetch_renderings("http://127.0.0.1:9", a_post()).page.path == (
        "/drafts/quit-he.html"
    )
    files.clear()
    files |= {"/2026/qu%C3%AFt.html": page}
    silent = a_post(mailed=False, address="/2026/quït.html")
    assert renderings.fetch_renderings("http://127.0.0.1:9", silent).page.title == "There"


def test_an_address_is_what_the_settings_make_it(desk: Desk):
    file = desk.root / "pelicanconf.py"
    file.write_text(file.read_text() + 'ARTICLE_URL = "{date:%Y}/{slug}.html"\n')
    (found,) = PostCache().read(load(file), NOW)
    assert found.address == "/2026/three-conversations.html"


def test_a_fault_of_any_kind_does_not_end_the_threads_that_look(desk: Desk):
    faults = iter((ValueError("a marker with no date"), RecursionError("too deep")))

    def fails(*_: object) -> Any:
        raise next(faults, OSError("later"))

    reader = desk.app.reader
    reader.check = reader.read_newsletter = fails
    reader.watch()
    for _ in range(200):
        if reader.current.trouble and reader.current.newsletter.trouble:
            break
        time.sleep(0.02)
    assert all(thread.is_alive() for thread in reader._threads)
    reader.close()


def test_the_site_is_called_what_its_settings_say_now(desk: Desk):
    reader, file = desk.app.reader, desk.root / "pelicanconf.py"
    file.write_text(file.read_text().replace('"Happy"', '"Happier"').replace("New_York", "Denver"))
    reader._look_at_files()
    assert (reader.current.name, reader.current.zone.key) == ("Happier", "America/Denver")


def test_a_date_is_what_the_build_takes_it_for(desk: Desk):
    """Without WITH_FUTURE_DATES too, and however it is written."""
    (desk.root / "pelicanconf.py").write_text("ARTICLE_PATHS = ['posts']\nTIMEZONE = 'UTC'\n")
    post(desk, "words.md", "Title: Words\nDate: 3 May 2091\n\nx\n")
    found = {s.title: s for s in PostCache().read(load(desk.root / "pelicanconf.py"), NOW)}
    assert found["Words"].kind == "scheduled"
    assert found["Words"].date == datetime(2091, 5, 3, tzinfo=UTC)


def test_where_the_preview_cannot_be_shown_the_desk_says_why(tmp_path: Path):
    site = a_site(tmp_path)

    def page() -> str:
        with urllib.request.urlopen(f"{site.address}/", timeout=20) as answer:
            return answer.read().decode()

    preview = site.root / ".publish/preview/lock"
    with locked(preview, Refused, what="preview"), opened(site):
        until(lambda: "another preview or desk (process" in page())
        assert "The pages cannot be made" in page()
    assert [
        line for line in site.said if line.startswith("error: another preview or desk (process")
    ]


def test_pages_that_are_older_than_the_file_say_so(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    seen = renderings.Renderings(None, renderings.Page("/three/", "mark"))
    monkeypatch.setattr(renderings, "fetch_renderings", lambda *_: seen)
    assert "last made" not in desk.get("/post/posts/three.md").text
    desk.app.reader.change(trouble="content/posts/a.md:2: no date\ncontent/posts/a.md:3: no status")
    text = desk.get("/post/posts/three.md").text
    assert "This is how they were last made" in text
    assert "<p>content/posts/a.md:2: no date</p>" in text
    assert "<p>content/posts/a.md:3: no status</p>" in text
    assert 'id="face-page"' in text


def test_a_file_that_the_settings_import_is_watched(tmp_path: Path):
    (tmp_path / "content").mkdir()
    basis, conf = tmp_path / f"{tmp_path.name}.py", tmp_path / "pelicanconf.py"
    basis.write_text("SITENAME = 'One'\n", encoding="utf-8")
    conf.write_text(f"from {tmp_path.name} import *\n", encoding="utf-8")
    reader = Reader(load(conf), lambda _: [], lambda _: Newsletter(), lambda _: Site())
    reader.begin(Snapshot())
    reader.watch()
    try:
        basis.write_text("SITENAME = 'Another'\n", encoding="utf-8")
        until(lambda: reader.current.name == "Another")
    finally:
        reader.close()


def test_a_file_that_a_page_showed_and_that_is_gone_before_the_next_look_is_not_shown(
    tmp_path: Path,
):
    (tmp_path / "content").mkdir()
    conf, file = tmp_path / "pelicanconf.py", tmp_path / "content/a.md"
    conf.write_text("SITENAME = 'One'\n", encoding="utf-8")
    reader = Reader(load(conf), lambda _: [], lambda _: Newsletter(), lambda _: Site())
    reader.begin(Snapshot())
    reader.watch()
    try:
        until(lambda: not reader.current.posts)
        for _ in range(5):
            file.write_text("Title: A\n\nWords.\n", encoding="utf-8")
            reader.read_files()
            file.unlink()
            assert reader.current.posts
            until(lambda: not reader.current.posts)
    finally:
        reader.close()
