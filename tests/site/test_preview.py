"""The preview over a real socket: what it serves, what it refuses, and how it follows a change."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publish.errors import ConfigError, Refused
from publish.office.checking import explained, findings
from publish.site.build import build
from publish.site.preview import serve
from publish.site.preview_state import State

from .conftest import STRANGER_TO_ISSUES, Site

SCHEDULED = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")


class Client:
    """A browser's part of a running preview."""

    def __init__(self, site: Site, said: list[str]) -> None:
        self.site, self.said = site, said
        self.stop, self.address = threading.Event(), ""
        up = threading.Event()

        def ready(address: str) -> None:
            self.address = address
            up.set()

        self.thread = threading.Thread(
            target=serve,
            args=(site.settings,),
            daemon=True,
            kwargs={
                "host": "127.0.0.1",
                "port": 0,
                "overrides": {"SITESUBTITLE": "seen"},
                "say": said.append,
                "stop": self.stop,
                "ready": ready,
                "explain": explained,
            },
        )
        self.thread.start()
        assert up.wait(30)
        self.port = int(self.address.rpartition(":")[2])

    def ask(
        self,
        path: str,
        method: str = "GET",
        host: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.putrequest(method, path, skip_host=True)
        link.putheader("Host", f"127.0.0.1:{self.port}" if host is None else host)
        for name, value in (more or {}).items():
            link.putheader(name, value)
        link.endheaders()
        answer = link.getresponse()
        found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        link.close()
        return found

    def get(self, path: str) -> bytes:
        status, _, body = self.ask(path)
        assert status == 200, (path, status)
        return body

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not true():
            assert time.monotonic() < end, self.said
            time.sleep(0.05)

    def close(self) -> None:
        self.stop.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    site.write("plugins/mails.py", STRANGER_TO_ISSUES)
    site.set("PLUGINS = ['mails']")
    site.post("idea", "A draft.", Status="draft")
    site.post("later", "Scheduled.", date=SCHEDULED)
    running = Client(site, [])
    yield running
    running.close()


def test_it_serves_the_site_under_its_own_address_and_leaves_output_alone(client: Client):
    page = client.get("/")
    assert client.address.encode() in page
    assert b"small.example" not in page
    assert b"Body of number 1" in client.get("/post-1/")
    assert not client.site.output.exists()
    disk = (client.site.root / ".publish/preview/site/index.html").read_bytes()
    assert b"_live.js" not in disk
    assert disk.rpartition(b"</body>")[0] in page


def test_drafts_and_scheduled_posts_are_there_and_listed(client: Client):
    assert b"A draft." in client.get("/drafts/idea/")
    assert b"Scheduled." in client.get("/drafts/later/")
    client.site.set('DRAFT_LANG_SAVE_AS = ""')
    client.site.post("entwurf", "Ein Entwurf.", Status="draft", Lang="de")
    client.until(lambda: client.ask("/drafts/entwurf-de/")[0] == 200)
    listed = client.get("/_issues/")
    for place in (b"/drafts/idea/", b"/drafts/later/", b"/_issues/idea/", b"/_issues/post-1/"):
        assert place in listed


def test_a_mail_is_shown_in_both_widths_and_schemes_and_as_text(client: Client):
    page = client.get("/_issues/post-1/").decode()
    for shown in (
        'width="375"',
        'width="600"',
        "scheme=light",
        "scheme=dark",
        "*|FNAME|*",
        "0.1 kB of the 102 kB",
        "About post-1",
        "before &lt;all&gt;",
        "d1",
        "https://small.example/post-1/",
    ):
        assert shown in page, shown


def test_the_mail_is_served_in_exactly_the_bytes_that_are_sent(client: Client):
    build(client.site.settings)
    sent = client.site.root / ".publish/issues/post-1"
    for name in ("issue.html", "issue.txt", "issue.json"):
        assert client.get(f"/_issues/post-1/{name}") == (sent / name).read_bytes()
    dark = client.get("/_issues/post-1/issue.html?scheme=dark")
    light = client.get("/_issues/post-1/issue.html?scheme=light")
    assert b"@media all {" in dark
    assert b"@media not all {" in light


def test_a_page_is_served_without_its_ending_as_pelican_serves_it(client: Client):
    site = client.site.root / ".publish/preview/site"
    (site / "post-1.html").write_text("a page beside a folder of its name")
    assert b"beside a folder" in client.get("/post-1")
    assert b"Body of number 1" in client.get("/post-1/")
    assert client.ask("/post-2")[0] == 301
    (site / "out.html").symlink_to(client.site.root / "pelicanconf.py")
    assert client.ask("/out")[0] == 404


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/images/dot.svg", "image/svg+xml; charset=utf-8"),
        ("/feeds/all.atom.xml", "application/xml; charset=utf-8"),
        ("/_live.js", "text/javascript; charset=utf-8"),
        ("/_morph.js", "text/javascript; charset=utf-8"),
    ],
)
def test_media_types_are_right_and_the_browser_asks_each_time(client: Client, path: str, kind: str):
    status, headers, body = client.ask(path)
    assert (status, headers["content-type"]) == (200, kind)
    assert headers["cache-control"] == "no-cache"
    assert headers["content-length"] == str(len(body))
    status, head, nothing = client.ask(path, "HEAD")
    assert (status, head["content-length"], nothing) == (200, str(len(body)), b"")


def test_a_cache_that_is_deleted_and_a_content_folder_that_is_away_come_back(client: Client):
    shutil.rmtree(client.site.root / ".publish")
    client.until(lambda: client.ask("/post-1/")[0] == 200)
    assert b"A draft." in client.get("/drafts/idea/")
    client.until(lambda: client.ask("/_issues/post-1/issue.html")[0] == 200)
    content = client.site.settings.content
    content.rename(content.with_name("away"))
    client.until(lambda: bool(client.said))
    assert "names content/, which is no folder" in client.said[-1]
    content.with_name("away").rename(content)
    (content / "posts/idea.md").write_text("Title: I\nStatus: draft\nSlug: idea\n\nAnother one.\n")
    client.until(lambda: b"Another one." in client.ask("/drafts/idea/")[2])


def test_what_the_browser_has_is_not_sent_again_and_a_part_is_sent_alone(client: Client):
    film = bytes(range(256)) * 40
    (client.site.root / ".publish/preview/site/film.mp4").write_bytes(film)
    _, headers, _ = client.ask("/film.mp4")
    assert headers["accept-ranges"] == "bytes"
    status, _, body = client.ask("/film.mp4", more={"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")
    status, part, body = client.ask("/film.mp4", more={"Range": "bytes=100-199"})
    assert (status, body) == (206, film[100:200])
    assert part["content-range"] == f"bytes 100-199/{len(film)}"
    assert client.ask("/film.mp4", more={"Range": "bytes=99999-"})[0] == 416
    for ignored in ("bytes=0-1,5-9", "bytes=9-1", "bytes=x", "lines=1-2", "bytes", "bytes=-99999"):
        status, _, body = client.ask("/film.mp4", more={"Range": ignored})
        assert (status, body) == (200, film), ignored


def test_a_saved_post_is_shown_before_the_build_that_follows(client: Client):
    """The page comes from the process of the last build, which still has the site in mind."""
    site, first = client.site, []
    path = site.root / "content/posts/post-1.md"
    disk = site.root / ".publish/preview/site/post-1/index.html"
    for number in range(3):
        said = f"Saved {number}.".encode()
        path.write_text(path.read_text() + f"\n{said.decode()}\n")
        client.until(lambda s=said: s in client.ask("/post-1/")[2])
        first.append(said not in disk.read_bytes())
        client.until(lambda s=said: s in disk.read_bytes())
    # A machine that is busy enough may be through with the build before this test looks.
    assert any(first)
    assert client.said == []


def test_a_page_is_reported_which_pages_changed(client: Client):
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as page:
        built = client.get("/").rpartition(b"build=")[2].partition(b'"')[0].decode()
        host = f"Host: localhost:{client.port}"
        page.sendall(f"GET /_events?build={built} HTTP/1.1\r\n{host}\r\n\r\n".encode())
        stream = page.makefile("rb")
        assert _event(stream)["files"] == []
        client.site.write("content/images/dot.svg", "<svg id='other'/>")
        assert _event(stream)["files"] == ["images/dot.svg"]


def test_a_mail_is_looked_at_with_pictures_that_are_not_public_yet(client: Client):
    mail = (
        b'<img src="https://small.example/images/dot.svg"><a href="https://small.example/x">x</a>'
    )
    folder = client.site.root / ".publish/preview/issues/post-1"
    (folder / "issue.html").write_bytes(mail)
    (folder / "issue.json").write_text('{"url": "https://small.example/post-1/"}')
    assert client.get("/_issues/post-1/issue.html") == mail
    shown = client.get("/_issues/post-1/issue.html?scheme=light")
    assert b'src="/images/dot.svg"' in shown
    assert b'href="https://small.example/x"' in shown


def test_other_media_types_that_systems_forget(client: Client):
    for name, kind in (
        ("a.woff2", "font/woff2"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.unheard", "application/octet-stream"),
    ):
        (client.site.root / ".publish/preview/site" / name).write_bytes(b"x")
        assert client.ask(f"/{name}")[1]["content-type"] == kind


@pytest.mark.parametrize(
    "path",
    [
        "/../../../pelicanconf.py",
        "/%2e%2e/%2e%2e/%2e%2e/pelicanconf.py",
        "/..%2f..%2fbuild.json",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/images/../../lock",
        "/_issues/../lock",
        "/_issues/..%2f..%2flock",
        "/_issues/post-1/..%2f..%2f..%2flock",
        "/out/secret.txt",
        "/secret.html",
        "/%00",
        "/" + "a" * 5000,
        "/nowhere/",
        "/_issuesX",
        "/_issues/nobody/",
        "/_issues/post-1/other",
        "/\\..\\..\\lock",
    ],
)
def test_nothing_outside_its_folder_is_served(client: Client, tmp_path: Path, path: str):
    (tmp_path / "secret.txt").write_text("secret")
    served = client.site.root / ".publish/preview/site"
    for name, target in (("out", tmp_path), ("secret.html", tmp_path / "secret.txt")):
        (served / name).symlink_to(target)
    status, _, body = client.ask(path)
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body
    assert b"SITENAME" not in body


def test_a_folder_without_its_slash_leads_to_it_and_nowhere_else(client: Client):
    assert client.ask("/post-1")[:1] == (301,)
    assert client.ask("/post-1")[1]["location"] == "/post-1/"
    assert client.ask("//post-1")[1]["location"] == "/post-1/"
    odd = client.site.root / ".publish/preview/site/a\r\nSet-Cookie: x=1"
    odd.mkdir()
    assert "set-cookie" not in client.ask("/a%0d%0aSet-Cookie:%20x=1")[1]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("LOCALHOST", 200),
        ("[::1]:{port}", 200),
        ("rebound.example", 421),
        ("rebound.example:{port}", 421),
        ("127.0.0.1.rebound.example", 421),
        ("localhost.rebound.example", 421),
        ("", 421),
        ("192.0.2.7", 421),
        ("[broken", 421),
    ],
)
def test_it_answers_to_its_own_host_name_only(client: Client, host: str, status: int):
    for path in ("/", "/_issues/", "/drafts/idea/"):
        found, _, body = client.ask(path, host=host.format(port=client.port))
        assert found == status
        assert (b"draft" in body.lower()) <= (status == 200)


def test_other_methods_are_refused(client: Client):
    for method in ("POST", "PUT", "DELETE"):
        assert client.ask("/", method)[0] == 501


def test_a_change_is_served_and_the_open_page_is_reported(client: Client):
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as page:
        page.sendall(f"GET /_events HTTP/1.1\r\nHost: localhost:{client.port}\r\n\r\n".encode())
        stream = page.makefile("rb")
        first = _event(stream)
        assert f"build={first['number']}".encode() in client.get("/")
        client.site.post("post-1", "Saved anew.", date="2024-01-01")
        second = _event(stream)
    assert second["number"] == first["number"] + 1
    assert b"Saved anew." in client.get("/post-1/")


def test_a_page_that_an_earlier_preview_served_is_reloaded(tmp_path: Path):
    earlier = State(tmp_path)
    time.sleep(0.001)
    now = State(tmp_path)
    for each in (earlier, now):
        each.build_succeeded(["index.html"])
    event = now.event(earlier.number)
    assert event["number"] != earlier.number
    assert event["files"] is None


@pytest.mark.parametrize(
    ("edit", "path", "words"),
    [
        (lambda s: s.post("post-9", "Brand new."), "/post-9/", b"Brand new."),
        (lambda s: s.write("content/images/dot.svg", "<svg id='2'/>"), "/images/dot.svg", b"'2'"),
        (lambda s: s.set("SITENAME = 'Renamed'"), "/", b"Renamed"),
        (
            lambda s: s.write("plugins/mails.py", STRANGER_TO_ISSUES.replace("<p>", "<p>Dear ")),
            "/_issues/post-1/issue.html",
            b"Dear *|FNAME|*",
        ),
        (
            lambda s: (
                s.write("theme/static/a.css", ""),
                s.write("theme/templates/article.html", "<p>Own theme</p>"),
                s.set("THEME = 'theme'"),
            ),
            "/post-1/",
            b"Own theme",
        ),
    ],
)
def test_posts_images_settings_plugins_and_themes_are_picked_up(
    client: Client, edit: Callable[[Site], object], path: str, words: bytes
):
    edit(client.site)
    client.until(lambda: words in client.ask(path)[2])


def test_a_template_is_followed_and_a_removed_post_is_gone(client: Client):
    client.site.write("theme/templates/article.html", "<body>one</body>")
    client.site.write("theme/static/a.css", "")
    client.site.set("THEME = 'theme'")
    client.until(lambda: b"one" in client.ask("/post-1/")[2])
    client.site.write("theme/templates/article.html", "<body>two</body>")
    client.until(lambda: b"two" in client.ask("/post-1/")[2])
    (client.site.root / "content/posts/post-1.md").unlink()
    client.until(lambda: client.ask("/post-1/")[0] == 404)


def test_a_failed_build_shows_its_error_over_the_last_good_page_until_it_is_mended(client: Client):
    good = client.site.post("post-1", "Good.", date="2024-01-01")
    # The page is there at once; the feed with the whole build that follows.
    client.until(lambda: b"Good." in client.ask("/feeds/all.atom.xml")[2])
    client.site.post("post-1", "Bad.", date="<b>someday")
    client.until(lambda: b'id="publish-error"' in client.ask("/post-1/")[2])
    page = client.get("/post-1/")
    assert b"Good." in page
    assert b"content/posts/post-1.md:2: " in page
    assert b"&lt;b&gt;someday" in page
    assert any(line.startswith("error: content/posts/post-1.md:2: ") for line in client.said)
    good.write_text(good.read_text().replace("<b>someday", "2024-01-01"))
    client.until(lambda: b"publish-error" not in client.ask("/post-1/")[2])
    assert b"Bad." in client.get("/post-1/")


def test_what_stops_the_pages_is_told_as_check_tells_it(client: Client):
    client.site.post("post-1", "Bad.", date="someday", Status="publishd")
    told = []
    for finding in findings(client.site.settings, built=False):
        if finding.file == "content/posts/post-1.md" and finding.severity == "error":
            told.append(str(finding))
    assert len(told) == 2
    client.until(lambda: b'id="publish-error"' in client.ask("/post-1/")[2])
    assert client.said[-1] == "error: " + "\n".join(told)


def test_a_fault_of_two_files_is_told_where_check_finds_it(site: Site):
    site.post("post-1", "Bad.", date="someday")
    error = "content/posts/post-2.md:1: its Uid is also that of content/posts/post-1.md"
    assert explained(site.settings, error).startswith("content/posts/post-1.md:2: Date is")
    elsewhere = "content/posts/post-2.md:1: no"
    assert explained(site.settings, elsewhere) == elsewhere


def test_a_draft_with_a_broken_link_stops_no_other_page(client: Client):
    link = "It is [there]({filename}not-yet.md)."
    client.site.post("idea", link, Status="draft")
    client.until(lambda: any(line.startswith("warning: ") for line in client.said))
    assert b"It is " in client.get("/drafts/idea/")
    client.site.post("post-1", "Another body.", date="2024-01-01")
    client.until(lambda: b"Another body." in client.ask("/feeds/all.atom.xml")[2])
    client.site.post("idea", link, Status="published")
    client.until(lambda: b"not-yet.md" in client.ask("/post-1/")[2])


def test_drafts_whose_titles_are_not_written_yet_stop_no_other_page(client: Client):
    for name in ("one", "two"):
        head = "Title:\nDate: 2024-02-01\nCategory: Notes\nStatus: draft\n"
        client.site.write(f"content/posts/{name}.md", f"{head}\nBody of {name}.\n")
    client.site.post("post-1", "Another body.", date="2024-01-01")
    client.until(lambda: b"Another body." in client.ask("/feeds/all.atom.xml")[2])
    for name in ("one", "two"):
        client.until(
            lambda name=name: f"Body of {name}." in client.get(f"/drafts/{name}/").decode()
        )
        assert client.ask(f"/_issues/{name}/")[0] == 200
    assert not client.said


def test_a_settings_file_that_breaks_does_not_end_the_preview(client: Client):
    client.site.set("1 / 0")
    client.until(lambda: b"ZeroDivisionError" in client.ask("/")[2])
    client.site.conf.write_text(client.site.conf.read_text().replace("1 / 0", ""))
    client.until(lambda: b"ZeroDivisionError" not in client.ask("/")[2])


def test_what_is_saved_while_a_build_fails_is_built_next(site: Site):
    class Fixing(list[str]):
        """The author fixes the settings at the moment the error is told."""

        def append(self, line: str) -> None:
            super().append(line)
            site.conf.write_text(site.conf.read_text().replace("1 / 0", ""))

    client = Client(site, Fixing())
    site.set("1 / 0")
    client.until(lambda: bool(client.said))
    client.until(lambda: b"ZeroDivisionError" not in client.ask("/")[2])
    client.close()
    assert len(client.said) == 1


def test_a_site_that_names_no_content_folder_is_shown_as_it_is_built(site: Site):
    site.write("pelicanconf.py", site.conf.read_text().replace('PATH = "content"\n', ""))
    client = Client(site, [])
    assert b"Body of number 1" in client.get("/post-1/")
    client.close()


def test_it_starts_on_a_site_that_does_not_build(site: Site):
    site.post("bad", "Body", date="someday")
    client = Client(site, [])
    try:
        status, _, body = client.ask("/")
        assert status == 404
        assert b"someday" in body
        (site.root / "content/posts/bad.md").unlink()
        client.until(lambda: client.ask("/")[0] == 200)
    finally:
        client.close()


def test_the_sites_own_not_found_page_is_shown(client: Client):
    client.site.write("content/pages/404.md", "Title: Gone\nSave_as: 404.html\n\nNobody here.\n")
    client.until(lambda: b"Nobody here." in client.ask("/no/such/place")[2])
    assert client.ask("/no/such/place")[0] == 404


def test_a_port_that_is_taken_is_said_in_one_line(site: Site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"--port {port}: cannot listen .* — choose another"):
            serve(site.settings, host="127.0.0.1", port=port, overrides={}, say=print)


def test_a_second_preview_of_one_site_is_refused(client: Client):
    with pytest.raises(Refused, match=r"another preview or desk \(process \d+\) is at work"):
        serve(client.site.settings, host="127.0.0.1", port=0, overrides={}, say=print)


def _event(stream: socket.SocketIO) -> dict[str, object]:
    while True:
        line = stream.readline()
        assert line, "the stream ended"
        if line.startswith(b"data: "):
            return json.loads(line[6:])


def test_ctrl_c_is_seen_though_another_thread_takes_the_signal():
    other = "signal.pthread_kill(threading.get_ident(), signal.SIGINT)"
    code = (
        "import signal, threading; from publish.site.server import wait_until; "
        f"threading.Timer(0.3, lambda: {other}).start(); wait_until(threading.Event())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
