"""Pictures: originals, two of one name, what only looks like a picture, a .zip, the old site."""

from __future__ import annotations

import http.server
import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from publish.importer import uploads
from publish.importer.fetch import OldSite
from publish.importer.model import Options
from publish.importer.run import run
from publish.importer.uploads import originals
from publish.post.images import ending_of, harmless
from publish.settings import Settings
from tests.importer.export import SITE, attachment, export, imported, item
from tests.importer.test_run import JPEG, report

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
UP = f"{SITE}/wp-content/uploads"


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "uploads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def shown(*paths: str) -> str:
    return export(item(1, "\n\n".join(f'<img src="{UP}/{p}" alt="A">' for p in paths), slug="one"))


def written(blog: Settings) -> dict[str, bytes]:
    folder = blog.content / "images"
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()
    }


def test_the_original_is_taken_not_the_smaller_one(blog: Settings, tmp_path: Path):
    files = {
        "wp-content/uploads/2020/03/a.jpg": JPEG,
        "wp-content/uploads/2020/03/a-300x200.jpg": JPEG + b"s",
        "uploads/2020/03/b-scaled.jpg": JPEG + b"b",
        "2020/03/c.JPG": JPEG + b"c",
    }
    text = shown(
        "2020/03/a-300x200.jpg",
        "2020/03/b-1024x768.jpg",
        "2020/03/c.JPG?resize=5",
        "2020/03/no.jpg",
    )
    imported(blog, text, "--uploads", str(zipped(tmp_path, files)))
    assert written(blog) == {
        "2020/03/a.jpg": JPEG,
        "2020/03/b-scaled.jpg": JPEG + b"b",
        "2020/03/c.jpg": JPEG + b"c",
    }
    assert originals("a-1x1-scaled-300x200.jpg")[0] == "a-1x1.jpg"
    page = (blog.content / "posts/one.md").read_text()
    assert f"![A]({UP}/2020/03/no.jpg)" in page


def test_two_of_one_name_are_kept_apart(blog: Settings, tmp_path: Path):
    files = {"2020/03/a.jpg": JPEG, "2020/04/a.jpg": JPEG + b"4", "2020/03/A.jpg": JPEG + b"A"}
    imported(blog, shown(*files), "--uploads", str(zipped(tmp_path, files)))
    assert sorted(written(blog).values()) == sorted(files.values())
    page = (blog.content / "posts/one.md").read_text()
    assert len({line for line in page.split("\n") if line.startswith("![A]({static}")}) == 3


def test_files_are_read_by_one_process_also_where_several_convert(
    blog: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    count = 80
    files = {f"2020/03/{n}.jpg": JPEG + b"%d" % n for n in range(count)} | {"2020/05/a.pdf": b"a"}
    posts = [item(n + 1, meta={"_thumbnail_id": str(1000 + n)}) for n in range(count)]
    posts.append(item(500, f'<a href="/?attachment_id=2000">f</a> <a href="{SITE}/leaf/">l</a>'))
    posts += [attachment(1000 + n, f"2020/03/{n}.jpg") for n in range(count)]
    posts += [attachment(2000, "2020/05/a.pdf"), attachment(2001, "2020/05/a.pdf")]
    posts[-1] = posts[-1].replace(f"<link>{SITE}/a/", f"<link>{SITE}/leaf/")
    note, read = tmp_path / "pids", uploads.Archive.read

    def noted(archive: uploads.Archive, path: str) -> bytes | None:
        with note.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        return read(archive, path)

    monkeypatch.setattr(uploads.Archive, "read", noted)
    (tmp_path / "export.xml").write_text(export(*posts))
    options = Options(uploads=zipped(tmp_path, files), jobs=3)
    run(blog, [tmp_path / "export.xml"], options, (), lambda _: None)
    assert set(note.read_text().split()) == {str(os.getpid())}
    covers = {blog.content / f"posts/post-{n + 1}.md": f"2020/03/{n}.jpg" for n in range(count)}
    for file, cover in covers.items():
        assert f"Image: images/{cover}\n" in file.read_text()
        assert (blog.content / "images" / cover).read_bytes() == files[cover]
    assert (blog.content / "posts/post-500.md").read_text().count("{static}/") == 2


def test_a_picture_that_lies_there_already_is_not_overwritten(blog: Settings, tmp_path: Path):
    mine = blog.content / "images/2020/03/a.jpg"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(JPEG + b"mine")
    imported(
        blog, shown("2020/03/a.jpg"), "--uploads", str(zipped(tmp_path, {"2020/03/a.jpg": JPEG}))
    )
    assert mine.read_bytes() == JPEG + b"mine"
    assert written(blog)["2020/03/a-2.jpg"] == JPEG


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (JPEG, ".jpg"),
        (PNG, ".png"),
        (b"GIF89a", ".gif"),
        (b"RIFF0000WEBPVP8 ", ".webp"),
        (b"<svg xmlns='x'><path/></svg>", ".svg"),
        (b"<svg><script>x</script></svg>", ""),
        (b"<svg onload='x()'></svg>", ""),
        (b"<html>", ""),
        (b"MZ", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_its_bytes(data: bytes, ending: str):
    assert ending_of(data) == ending
    assert not harmless(b"<svg><a xlink:href='javascript:x'/></svg>")


def test_what_only_looks_like_a_picture_is_refused(blog: Settings, tmp_path: Path):
    files = {
        "2020/03/a.jpg": b"<?php evil",
        "2020/03/b.svg": b"<svg><script>x</script></svg>",
        "2020/03/c.png": JPEG,
    }
    imported(blog, shown(*files), "--uploads", str(zipped(tmp_path, files)))
    assert list(written(blog)) == ["2020/03/c.jpg"]
    assert [loss["code"] for loss in report(blog)["losses"]].count("picture-refused") == 2


def test_where_the_original_is_no_picture_the_smaller_one_is_taken(blog: Settings, tmp_path: Path):
    files = {"2020/03/a.jpg": b"<html>Home", "2020/03/a-300x200.jpg": JPEG}
    imported(blog, shown("2020/03/a-300x200.jpg"), "--uploads", str(zipped(tmp_path, files)))
    assert written(blog) == {"2020/03/a-300x200.jpg": JPEG}
    assert report(blog)["counts"] == {}


def test_a_page_in_place_of_a_file_is_refused(blog: Settings, tmp_path: Path):
    text = export(item(1, f'<a href="{UP}/plan.pdf">plan</a>', slug="one"))
    files = {"plan.pdf": b"\n<!DOCTYPE html><p>Not found"}
    imported(blog, text, "--uploads", str(zipped(tmp_path, files)))
    assert not (blog.content / "files").exists()
    assert report(blog)["counts"] == {"picture-refused": 1}


def test_a_large_picture_is_one_file_as_cover_and_in_the_text(blog: Settings, tmp_path: Path):
    body = f'<img src="{UP}/big-1024x683.jpg" alt="A"><img src="{UP}/own-scaled.jpg" alt="B">'
    text = export(
        attachment(8, "big-scaled.jpg"),
        attachment(9, "own.jpg"),
        attachment(10, "own-scaled.jpg"),
        item(1, body, slug="one", meta={"_thumbnail_id": 8}),
    )
    names = ("big.jpg", "big-scaled.jpg", "own.jpg", "own-scaled.jpg")
    files = {name: JPEG + name.encode() for name in names}
    imported(blog, text, "--uploads", str(zipped(tmp_path, files)))
    assert written(blog) == {name: files[name] for name in ("big.jpg", "own-scaled.jpg")}


@pytest.mark.parametrize(
    "path", ["../../../etc/passwd.jpg", "2020/..%2f..%2f../x.jpg", ".hidden/x.jpg", "CON.jpg"]
)
def test_no_name_leads_out_of_the_folder(blog: Settings, tmp_path: Path, path: str):
    folder = tmp_path / "uploads"
    (folder / "2020").mkdir(parents=True)
    (tmp_path / "x.jpg").write_bytes(JPEG)
    imported(blog, shown(path), "--uploads", str(folder))
    names = [f for f in blog.root.rglob("*.jpg") if f.is_file()]
    assert all(not part.startswith(".") for f in names for part in f.relative_to(blog.root).parts)
    assert names == []


def test_a_link_in_the_folder_that_leads_out_is_not_followed(blog: Settings, tmp_path: Path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    (folder / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    imported(blog, shown("a.jpg"), "--uploads", str(folder))
    assert written(blog) == {}


def test_uploads_that_are_not_there_are_a_mistake_of_usage(blog: Settings, tmp_path: Path):
    assert imported(blog, shown("a.jpg"), "--uploads", str(tmp_path / "none")) == 2
    (tmp_path / "no.zip").write_bytes(b"no zip")
    assert imported(blog, shown("a.jpg"), "--uploads", str(tmp_path / "no.zip")) == 2


@pytest.fixture
def old(tmp_path: Path) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """A site on loopback with one picture, which notes what it is asked."""
    asked: list[tuple[str, str]] = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.headers["Host"], self.path))
            if self.path.endswith("/away.jpg"):
                self.send_response(302)
                self.send_header("Location", "http://other.example/x.jpg")
                self.end_headers()
                return
            if self.path.endswith("/moved.jpg"):
                self.send_response(301)
                self.send_header("Location", "/wp-content/uploads/2020/03/a.jpg")
                self.end_headers()
                return
            if self.path.endswith("/busy.jpg"):
                again = any(path == self.path for _, path in asked[:-1])
                self.send_response(200 if again else 503)
                self.send_header("Retry-After", "1")
                self.send_header("Content-Length", "4")
                self.end_headers()
                self.wfile.write(b"data")
                return
            data = JPEG if self.path.endswith("/2020/03/a.jpg") else b""
            self.send_response(200 if data else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_old_site_is_asked_for_its_own_pictures_only(blog: Settings, old):
    port, asked = old
    text = shown("2020/03/a-300x200.jpg", "2020/03/b.jpg", "away.jpg").replace(
        "</content:encoded>",
        "<![CDATA[<img src='https://other.example/wp-content/uploads/x.jpg'>]]></content:encoded>",
    )
    file = blog.root / "export.xml"
    file.write_text(text)

    def ask(hosts: frozenset[str], folder: Path) -> OldSite:
        return OldSite(
            hosts, folder, lambda host, _: ["127.0.0.1"], lambda ip: True, (("http", port),), 0
        )

    run(blog, [file], Options(fetch=True), (), lambda _: None, ask)
    assert written(blog) == {"2020/03/a.jpg": JPEG}
    assert {host.split(":")[0] for host, _ in asked} == {"old.example"}
    count = len(asked)
    run(blog, [file], Options(fetch=True), (), lambda _: None, ask)
    assert len([path for _, path in asked[count:] if path.endswith("/a.jpg")]) == 0


def test_that_the_old_site_did_not_answer_is_told(blog: Settings):
    file = blog.root / "export.xml"
    file.write_text(shown("2020/03/a.jpg"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    def ask(hosts: frozenset[str], folder: Path) -> OldSite:
        return OldSite(
            hosts, folder, lambda *_: ["127.0.0.1"], lambda _: True, (("http", port),), 0
        )

    result = run(blog, [file], Options(fetch=True), (), lambda _: None, ask)
    assert result.fault.startswith("old.example did not answer (")


def test_no_private_address_is_ever_asked(blog: Settings, old, tmp_path: Path):
    port, asked = old
    site = OldSite(
        frozenset({"old.example"}),
        tmp_path,
        lambda *_: ["127.0.0.1"],
        ports=(("http", port),),
        pause=0,
    )
    assert site.read(f"http://old.example:{port}/wp-content/uploads/2020/03/a.jpg") is None
    assert site.read("http://other.example/x.jpg") is None
    assert asked == []


def test_the_old_site_may_redirect_be_busy_or_send_too_much(
    old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    port, asked = old
    hosts, up = frozenset({"old.example"}), f"http://old.example:{port}/wp-content/uploads"
    site = OldSite(hosts, tmp_path, lambda *_: ["127.0.0.1"], lambda ip: True, (("http", port),), 0)
    assert site.read(f"{up}/moved.jpg") == JPEG
    assert site.read(f"{up}/busy.jpg") == b"data"
    assert [path.rsplit("/", 1)[-1] for _, path in asked[-2:]] == ["busy.jpg", "busy.jpg"]
    monkeypatch.setattr("publish.importer.fetch.LARGEST", len(JPEG) - 1)
    assert site.read(f"{up}/2020/03/a.jpg") == b""


def test_galleries_and_attachment_pages(blog: Settings, tmp_path: Path):
    text = export(
        attachment(8, "2020/03/a.jpg", alt="First"),
        attachment(9, "2020/03/b.jpg", alt="Second"),
        item(
            1,
            '[gallery ids="8,9"]\n\n<a href="https://old.example/?attachment_id=9">see</a>',
            slug="one",
        ),
    )
    files = {"2020/03/a.jpg": JPEG, "2020/03/b.jpg": JPEG + b"b"}
    imported(blog, text, "--uploads", str(zipped(tmp_path, files)))
    page = (blog.content / "posts/one.md").read_text()
    assert "![First]({static}/images/2020/03/a.jpg)" in page
    assert "![Second]({static}/images/2020/03/b.jpg)" in page
    assert "[see]({static}/images/2020/03/b.jpg)" in page
