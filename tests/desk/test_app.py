"""Pages and forms of the desk, through its WSGI application."""

from __future__ import annotations

import html
import io
import os
import re
import resource
from pathlib import Path

import pytest
from PIL import Image

from publish.desk import photo, posts
from publish.errors import Refused
from publish.post.diagnostic import Diagnostic
from tests.desk.stand import BASE, KEY, POST, Desk, a_desk

PAGES = ("/", "/letters", "/post/posts/three.md", "/new", "/keys", "/words", "/today")
FIX = ("http://example.com/", "https://example.com/")
ACTS = ("/ask/send", "/yes", "/no", "/open", "/fields", "/fixed", "/photo", "/new")
FORM = {"post": "posts/three.md"}
FILE = "content/posts/three.md"


def digest(desk: Desk) -> str:
    return posts.digest(desk.file.read_bytes())


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_says_none_of_the_makers_words(desk: Desk, path: str):
    answer = desk.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    words = html.unescape(re.sub(r"<[^>]+>|http\S+", " ", answer.text)).lower()
    for word in ("campaign", "issue", "ledger", "slug", "commit"):
        assert not re.search(rf"\b{word}s?\b", words), word


def test_the_page_of_keys_names_every_key_and_no_other(desk: Desk):
    drawn = {
        key for path in PAGES for key in re.findall(r'data-key="([^"]+)"', desk.get(path).text)
    }
    told = re.findall(r"<dt><kbd>([^<]+)</kbd></dt><dd>[^<]+</dd>", desk.get("/keys").text)
    assert len(told) == len(set(told))
    assert {"n", "h", "e", "p"} <= drawn
    assert set(told) == drawn | {"Esc"}


def test_a_post_that_was_saved_this_moment_has_its_page(desk: Desk):
    (desk.root / "content/posts/new.md").write_text(POST.replace("three-", "new-"))
    answer = desk.get("/post/posts/new.md")
    assert (answer.status_code, "Three Conversations" in answer.text) == (200, True)
    assert desk.get("/post/posts/none.md").status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/desk.css", "/no/such"])
def test_every_answer_is_closed_to_others(desk: Desk, path: str):
    headers = desk.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers
    assert not [name for name, _ in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_nothing_inline_and_nothing_from_elsewhere(desk: Desk, path: str):
    text = desk.get(path).text
    assert not re.search(r"\sstyle=|<style|\son\w+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    for url in re.findall(r'(?:src|href|action)="([^"]*)"', text):
        assert url.startswith((f"{BASE}/", "#", "/")) or url == "", url


def test_looking_writes_nothing(desk: Desk):
    def seen() -> dict[str, tuple[int, int]]:
        files = (file for file in desk.root.rglob("*"))
        return {str(f): (f.stat().st_mtime_ns, f.stat().st_size) for f in files}

    before = seen()
    for path in (*PAGES, "/desk.css", "/nothing", "/fix?post=posts/three.md"):
        desk.get(path)
    assert seen() == before


@pytest.mark.parametrize("path", ACTS)
def test_an_act_is_never_a_get(desk: Desk, path: str):
    expected = 200 if path == "/new" else 405
    answer = desk.get(path)
    assert (answer.status_code, "To the desk" in answer.text) == (expected, path != "/new")
    assert desk.file.read_text() == POST
    assert not desk.office.asked


@pytest.mark.parametrize("path", ACTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example:8100"},
    ],
)
def test_forms_of_other_pages_are_refused(desk: Desk, path: str, headers: dict[str, str]):
    answer = desk.post(path, FORM | {"title": "x", "new": "y"}, headers=headers)
    assert answer.status_code in (403, 421)
    assert not desk.office.asked
    assert desk.file.read_text() == POST


def test_a_page_that_is_not_there_says_so(desk: Desk):
    for path in (
        "/post/posts/gone.md",
        "/fix?post=gone",
        "/letter/xyz",
        "/inbox",
        "/nothing",
        "/post/../../x",
    ):
        answer = desk.get(path)
        assert answer.status_code == 404
        assert "To the desk" in answer.text


def test_what_was_mailed_here_is_listed_and_the_live_desk_has_no_such_page(tmp_path: Path):
    desk = a_desk(tmp_path, inbox="http://127.0.0.1:8025")
    mail = tmp_path / ".publish/sandbox/mail/1.eml"
    mail.parent.mkdir(parents=True)
    mail.write_text("Subject: About <you>\nTo: r1@example.com\n\nx")
    page = desk.get("/inbox").text
    assert "About &lt;you&gt;" in page
    assert "r1@example.com" in page
    assert 'href="http://127.0.0.1:8025/' in page
    desk.app.reader.change(inbox="")
    assert desk.get("/inbox").status_code == 404
    desk.acts.jobs.close()


def test_the_editor_is_opened_at_the_line(desk: Desk):
    answer = desk.post("/open", FORM | {"line": "9"})
    assert answer.status_code == 303
    assert desk.opened == [["code", "--goto", f"{desk.file}:9"]]


@pytest.mark.parametrize("line", ["²", "9" * 5000, "-1", "x", ""])
def test_a_line_that_is_no_number_opens_the_first(desk: Desk, line: str):
    assert desk.post("/open", FORM | {"line": line}).status_code == 303
    assert desk.opened == [["code", "--goto", f"{desk.file}:1"]]
    assert photo.inserted(b"a\n\nb\n", "p.jpg", "x", line) == photo.placed(
        b"a\n\nb\n", photo.line("p.jpg", "x"), 0
    )


def test_header_lines_are_saved_and_a_copy_of_the_day_is_kept(desk: Desk):
    answer = desk.post("/fields", FORM | {"digest": digest(desk), "title": "Four", "subject": "S"})
    assert answer.status_code == 303
    text = desk.file.read_text()
    assert text == POST.replace("Three Conversations", "Four").replace(
        "Uid: 0123456789abcdef\n", "Uid: 0123456789abcdef\nSubject: S\n"
    )
    (kept,) = (desk.root / ".publish/desk/originals").glob("*/posts/three.md")
    assert kept.read_text() == POST
    assert "Four" in desk.get("/").text
    said = desk.get("/today").text
    assert said.count("Header lines changed") == 1
    desk.post("/fields", FORM | {"digest": digest(desk), "title": "Four", "subject": "S"})
    assert desk.get("/today").text == said
    desk.post("/fields", FORM | {"digest": digest(desk), "title": "Five"})
    assert kept.read_text() == POST


def test_a_file_that_changed_meanwhile_is_left_and_both_are_shown(desk: Desk):
    old = digest(desk)
    desk.file.write_text(POST.replace("A summary.", "Mine from the editor."))
    form = FORM | {"digest": old, "title": "Four <b>", "summary": "Mine from the desk."}
    form["date"] = "2026-11-27 07:30"
    answer = desk.post("/fields", form)
    assert answer.status_code == 409
    assert desk.file.read_text() == POST.replace("A summary.", "Mine from the editor.")
    for words in ("Mine from the editor.", "Mine from the desk.", "Four &lt;b&gt;"):
        assert words in answer.text
    # What is the same in both is no choice.
    assert 'name="date"' not in answer.text
    again = re.search(r'name="digest" value="(\w+)"', answer.text)
    assert again is not None
    assert desk.post("/fields", form | {"digest": again[1]}).status_code == 303
    assert "Summary: Mine from the desk.\n" in desk.file.read_text()


def test_a_file_that_is_no_utf_8_is_shown_and_keeps_its_bytes(desk: Desk):
    other = b"Title: Caf\xe9\nSummary: Cr\xe8me.\nSlug: cafe\nStatus: draft\n\nTh\xe9.\n"
    desk.file.write_bytes(other)
    desk.app.reader.read_files()
    name = os.fsdecode(b"content/posts/caf\xe9.md")
    (desk.root / name).write_text(POST)
    desk.find(Diagnostic(name, 1, "path-encoding", "error", "the file's name is not UTF-8", "no"))
    assert "name is not UTF-8" in desk.get("/").text
    page = desk.get("/post/posts/three.md")
    shown = dict(re.findall(r'name="(title|slug)" type="text" value="([^"]*)"', page.text))
    summary = re.search(r'name="summary"[^>]*>([^<]*)<', page.text)
    assert summary
    form = FORM | shown | {"digest": digest(desk), "summary": summary[1], "subject": "New"}
    assert desk.post("/fields", form).status_code == 303
    head, _, rest = other.partition(b"\n\n")
    assert desk.file.read_bytes() == head + b"\nSubject: New\n\n" + rest
    assert desk.post("/fields", form).status_code == 409
    assert "Header lines changed" in desk.get("/today").text


def test_a_field_that_cannot_be_is_refused_and_nothing_is_written(desk: Desk):
    answer = desk.post("/fields", FORM | {"digest": digest(desk), "date": "soon"})
    assert answer.status_code == 409
    assert "is no time" in answer.text
    assert desk.file.read_text() == POST


def reopened(desk: Desk, link: str) -> str:
    """The post's page at an address of an answer."""
    return desk.get(html.unescape(link).split(f"/k/{KEY}")[1]).text


def test_what_was_typed_in_a_refused_form_is_there_again(desk: Desk):
    old = digest(desk)
    form = FORM | {"open": "fields", "digest": old, "date": "soon", "summary": 'A "long" one.'}
    link = re.search(r'href="([^"]*three[^"]*)"', desk.post("/fields", form).text)
    assert link is not None
    desk.file.write_text(POST.replace("A summary.", "Mine from the editor."))
    page = reopened(desk, link[1])
    assert "<details open><summary><h2" in page
    assert "A &#34;long&#34; one.</textarea>" in page
    assert 'value="soon"' in page
    # What the editor saved meanwhile is not written over without a look at it.
    assert f'name="digest" value="{old}"' in page
    assert desk.post("/fields", form | {"date": ""}).status_code == 409
    photo = FORM | {"open": "photo", "digest": digest(desk), "alt": "A <door>", "photo": no_photo()}
    link = re.search(r'href="([^"]*three[^"]*)"', desk.post("/photo", photo).text)
    assert link is not None
    assert "A &lt;door&gt;</textarea>" in reopened(desk, link[1])


@pytest.mark.parametrize(
    ("act", "name"), [("send", "at"), ("rename", "new"), ("retract", "to"), ("test", "to")]
)
def test_a_refused_act_keeps_its_form(desk: Desk, act: str, name: str):
    desk.office.answer = Refused("it cannot be", "write another")
    form = FORM | {"open": act.replace("send", "time"), name: "as I say it"}
    page = reopened(desk, desk.post(f"/ask/{act}", form).headers["Location"].split("#")[0])
    assert "it cannot be" in page
    assert 'value="as I say it"' in page


def test_a_mend_shows_its_difference_and_is_written_on_a_yes(desk: Desk):
    finding = Diagnostic(
        FILE,
        9,
        "http-link",
        "warning",
        "http://example.com/ is not encrypted",
        "write https:// if the site has it",
        FIX,
    )
    desk.find(finding)
    form = FORM | {"rule": "http-link", "line": "9", "digest": digest(desk)}
    shown = desk.get("/post/posts/three.md").text
    found = re.search(r'href="[^"]*(/fix[^"]*)"[^>]*>Fix it…', shown)
    assert found is not None
    page = desk.get(html.unescape(found[1]))
    assert "<ins>On the first Tusday of March, see [it](https://example.com/).</ins>" in page.text
    assert desk.file.read_text() == POST
    # It was saved since: what is shown now is what is written.
    desk.file.write_text(POST + "More.\n")
    page = desk.get(html.unescape(found[1]))
    form["digest"] = dict(re.findall(r'name="(digest)" value="(\w+)"', page.text))["digest"]
    assert desk.post("/fixed", form).status_code == 303
    assert desk.file.read_text() == POST.replace("http:", "https:") + "More.\n"
    assert desk.post("/fixed", form | {"digest": digest(desk)}).status_code == 409


def test_a_mend_onto_other_bytes_is_refused(desk: Desk):
    finding = Diagnostic(FILE, 9, "http-link", "warning", "m", "r", FIX)
    desk.find(finding)
    answer = desk.post("/fixed", FORM | {"rule": "http-link", "line": "9", "digest": "old"})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert desk.file.read_text() == POST


def no_photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"no picture"), "x.jpg"


def a_photo() -> tuple[io.BytesIO, str]:
    stream = io.BytesIO()
    Image.new("RGB", (2000, 1000), "green").save(stream, "JPEG")
    stream.seek(0)
    return stream, "IMG_4411.JPG"


def test_a_photo_is_put_in_with_its_words(desk: Desk):
    form = FORM | {"digest": digest(desk), "alt": "A door", "after": "9", "photo": a_photo()}
    assert desk.post("/photo", form).status_code == 303
    with Image.open(desk.root / "content/images/img-4411.jpg") as made:
        assert made.size == (1600, 800)
    assert "\n\n![A door]({static}/images/img-4411.jpg)\n\nThe end." in desk.file.read_text()


@pytest.mark.parametrize(
    "more", [{"alt": " "}, {"photo": no_photo()}, {"photo": ""}, {"digest": "old"}]
)
def test_a_photo_that_cannot_go_in_leaves_nothing_behind(desk: Desk, more: dict[str, object]):
    form = FORM | {"digest": digest(desk), "alt": "A door", "after": "0", "photo": a_photo()}
    refused = desk.post("/photo", form | more)
    assert refused.status_code == 409
    assert "/post/posts/three.md" in refused.text
    assert not list((desk.root / "content/images").iterdir())
    assert desk.file.read_text() == POST


def test_a_photo_that_fills_the_disk_leaves_no_part_of_it(desk: Desk):
    picture = io.BytesIO()
    Image.effect_noise((400, 300), 90).save(picture, "PNG")
    picture.seek(0)
    before, limits = desk.file.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        form = FORM | {"digest": digest(desk), "alt": "Noise", "photo": (picture, "noise.png")}
        answer = desk.post("/photo", form)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (answer.status_code, "images/noise.png: cannot be written" in answer.text) == (409, True)
    assert list((desk.root / "content/images").iterdir()) == []
    assert desk.file.read_bytes() == before


def test_a_new_post_is_a_draft_of_the_day_that_was_said(desk: Desk):
    answer = desk.post(
        "/new",
        {"title": "A calm day", "category": "Career, Network", "date": "8 december 2030 7:30"},
    )
    assert answer.headers["Location"] == f"/k/{KEY}/post/posts/a-calm-day.md"
    text = (desk.root / "content/posts/a-calm-day.md").read_text()
    assert "Date: 2030-12-08 07:30\n" in text
    assert "Category: Career, Network\n" in text
    assert "Status: draft\n" in text
    assert "A calm day" in desk.get("/post/posts/a-calm-day.md").text


def test_a_new_post_that_cannot_be_keeps_the_words(desk: Desk):
    answer = desk.post("/new", {"title": "Three Conversations", "date": ""})
    page = desk.get("/new?" + answer.headers["Location"].split("?")[1]).text
    assert "has the slug" not in page or "three-conversations" in page
    assert 'value="Three Conversations"' in page
    assert len(list((desk.root / "content/posts").iterdir())) == 1


def test_hostile_words_stay_words(desk: Desk):
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    desk.file.write_text(
        POST.replace("Three Conversations", f"{nasty} & more").replace("Career", nasty)
    )
    desk.app.reader.read_files()
    desk.find(Diagnostic(FILE, 1, "x", "error", f"`{nasty}` is bad", nasty))
    for path in ("/", "/post/posts/three.md", "/letters"):
        text = desk.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_events_tell_of_every_change(desk: Desk):
    answer = desk.get("/events")
    assert answer.mimetype == "text/event-stream"
    stream = iter(answer.response)
    assert next(stream) == b"retry: 1000\n\n"
    desk.app.reader.change(trouble="x")
    assert next(stream).startswith(b"data: ")
    answer.close()
