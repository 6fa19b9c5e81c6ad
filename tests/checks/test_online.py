"""Links to other sites, requested from a server on this machine."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from publish.checks.file_cache import Store
from publish.checks.online import DAY, ask, dead_links, outside
from publish.checks.reading import site_of
from publish.post import cache
from tests.checks.project import Project


class Web:
    """A web of one host; ``answers`` is what each path says, by method or for all."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, list[int] | int] = {}
        self.at_once = self.most_at_once = 0
        web, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with lock:
                    web.at_once += 1
                    web.most_at_once = max(web.most_at_once, web.at_once)
                    web.asked.append(f"{self.command} {self.path}")
                    said = web.answers.get(f"{self.command} {self.path}", 0)
                    said = said or web.answers.get(self.path, 200)
                    code = said.pop(0) if isinstance(said, list) else said
                with lock:
                    web.at_once -= 1
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_HEAD = do_GET

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


def test_ctrl_c_waits_for_no_host_that_does_not_answer(project: Project):
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def stop() -> None:
            asked.append(silent.accept()[0])
            time.sleep(0.1)  # a signal that comes just before a wait is seen only after it
            os.kill(os.getpid(), signal.SIGINT)

        asked: list[socket.socket] = []
        project.post(f"[a](http://127.0.0.1:{silent.getsockname()[1]}/)\n")
        library, began = project.library, time.monotonic()
        threading.Thread(target=stop).start()
        with pytest.raises(KeyboardInterrupt):
            dead_links(project.settings, library, pause=0, local=True)
        assert time.monotonic() - began < 8
        asked[0].close()


def test_a_dead_link_is_a_warning_at_its_place(project: Project, web: Web):
    web.answers["/gone"] = 404
    project.post(f"[a]({web.url}/fine)\n[b]({web.url}/gone#part)\n[c]({web.url}/gone)\n")
    reported = dead_links(project.settings, project.library, pause=0, local=True)
    assert [(f.file, f.line, f.rule, f.severity) for f in reported] == [
        ("content/posts/a.md", 10, "dead-link", "warning"),
        ("content/posts/a.md", 11, "dead-link", "warning"),
    ]
    assert "answers 404" in reported[0].message
    assert web.asked.count("HEAD /fine") == 1
    assert web.asked.count("GET /gone") == 2, "one second try, one address asked once"


def test_a_host_that_refuses_head_is_asked_with_get(web: Web):
    web.answers["HEAD /a"] = 405
    web.answers["HEAD /b"] = 404
    assert ask(f"{web.url}/a", pause=0) == ""
    assert ask(f"{web.url}/b", pause=0) == ""
    assert web.asked == ["HEAD /a", "GET /a", "HEAD /b", "GET /b"]


@pytest.mark.parametrize("code", [401, 403, 429, 503])
def test_a_host_that_dislikes_programs_is_not_dead(web: Web, code: int):
    web.answers["/"] = code
    assert ask(f"{web.url}/", pause=0) == ""


def test_a_second_try_forgives_a_bad_moment(web: Web):
    web.answers["/a"] = [500, 500, 200]
    assert ask(f"{web.url}/a", pause=0) == ""


def test_a_host_that_is_not_there_is_reported_in_one_line(web: Web):
    port = web.server.server_port
    web.server.server_close()
    said = ask(f"http://127.0.0.1:{port}/", timeout=2, pause=0)
    assert said.startswith("does not answer (")
    assert "\n" not in said


@pytest.mark.parametrize("url", ["http://", "http://[", "http://127.0.0.1:99999/", "http://a b/"])
def test_an_address_that_is_none_is_dead_and_raises_nothing(url: str):
    assert ask(url, timeout=1, pause=0)


def test_answers_are_kept_for_a_day(project: Project, web: Web):
    web.answers["/gone"] = 404
    project.post(f"[b]({web.url}/gone)\n")
    clock = [1000.0]

    def reported() -> int:
        settings, library = project.settings, project.library
        return len(dead_links(settings, library, clock=lambda: clock[0], pause=0, local=True))

    assert reported() == 1
    asked = len(web.asked)
    clock[0] += DAY - 1
    assert reported() == 1
    assert len(web.asked) == asked
    web.answers["/gone"] = 200
    clock[0] += 2
    assert reported() == 0
    assert len(web.asked) == asked + 1


@pytest.mark.parametrize("junk", [b"", b"[]", b"\xff"])
def test_a_spoilt_cache_counts_as_none(project: Project, web: Web, junk: bytes):
    project.write(".publish/links", junk)
    project.post(f"[b]({web.url}/a)\n")
    assert dead_links(project.settings, project.library, pause=0, local=True) == []
    assert list(cache.load(project.root / ".publish/links")) == [f"{web.url}/a"]


def test_one_host_is_asked_by_one_connection_at_a_time(project: Project, web: Web):
    project.post("".join(f"[b]({web.url}/{n})\n" for n in range(12)))
    assert dead_links(project.settings, project.library, pause=0, local=True) == []
    assert web.most_at_once == 1


def test_only_outside_links_of_the_chosen_files_are_asked(project: Project, web: Web):
    project.post(f"[a](/x/) [b](https://site.example/y/) [c](mailto:a@b.example) [d]({web.url}/)\n")
    project.post(f"[e]({web.url}/other)\n", "b.md")
    site = site_of(project.settings, project.library, Store(project.root / "none"))
    assert outside(site) == [], "this machine's own addresses are another rule's"
    paths = [project.root / "content/posts/b.md"]
    assert dead_links(project.settings, project.library, paths, pause=0, local=True) == []
    assert web.asked == ["HEAD /other"]


def test_no_link_no_file(project: Project):
    project.post()
    assert dead_links(project.settings, project.library) == []
    assert not (project.root / ".publish/links").exists()
