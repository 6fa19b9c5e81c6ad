"""The one HTTP client, against servers that behave badly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from publish.http import LARGEST, ask, digest_in, fetch


@contextmanager
def server(act: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does ``act`` with its one connection once a request has come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            try:
                with listening.accept()[0] as peer:
                    peer.recv(65536)
                    act(peer)
            except OSError:
                pass

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def says(answer: bytes) -> Callable[[socket.socket], None]:
    return lambda peer: peer.sendall(answer)


def test_a_redirect_is_an_answer_and_not_followed():
    told = b"HTTP/1.1 301 Moved\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
    with server(says(told)) as url:
        found = ask(url + "/old")
    assert (found.status, found.headers["location"]) == (301, "http://elsewhere.example/")


def test_an_error_is_an_answer_with_its_body():
    with server(says(b"HTTP/1.1 404 Gone\r\nContent-Length: 4\r\n\r\ngone")) as url:
        assert fetch(url) == (404, b"gone")


def test_an_answer_that_ends_before_its_length_is_none():
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    with server(says(begun)) as url, pytest.raises(OSError, match="cut off"):
        fetch(url)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_an_answer_that_trickles_ends_at_the_deadline(start: bytes):
    def trickle(peer: socket.socket) -> None:
        peer.sendall(start)
        while True:
            peer.sendall(b"x")
            time.sleep(0.02)

    begun = time.monotonic()
    with server(trickle) as url, pytest.raises(OSError, match=r"no answer within 0\.3 s"):
        fetch(url, timeout=0.3)
    assert time.monotonic() - begun < 3


def test_a_silent_and_a_vanished_server_end_in_one_kind_of_error():
    with server(lambda peer: time.sleep(1)) as url, pytest.raises(OSError, match="no answer"):
        fetch(url, timeout=0.2)
    with (
        server(lambda peer: None) as url,
        pytest.raises(OSError, match=r"(?i)remote end closed|reset"),
    ):
        fetch(url)
    with pytest.raises(OSError, match="refused"):
        fetch(url)


def test_a_torrent_is_cut_off():
    def flood(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    with server(flood) as url:
        assert len(fetch(url)[1]) == LARGEST


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "a/b",
        "http://a..b/",
        "http://[x/",
        "http://a b/",
    ],
)
def test_what_is_no_web_address_is_not_asked(url: str):
    with pytest.raises(OSError, match="is no web address"):
        fetch(url)


def test_letters_of_any_script_and_headers_arrive_and_no_proxy_is_asked(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            with listening.accept()[0] as peer:
                seen.append(peer.recv(65536))
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=run)
        thread.start()
        ask(f"http://127.0.0.1:{listening.getsockname()[1]}/grüße/?n=ß", headers={"X-A": "b"})
        thread.join()
    assert seen[0].startswith(b"GET /gr%C3%BC%C3%9Fe/?n=%C3%9F HTTP/1.1\r\n")
    assert b"X-A: b" in seen[0]


def test_the_digest_is_read_however_the_tag_is_written():
    for tag in (
        b'<meta name="page-digest" content="abc">',
        b"<meta content=abc name=page-digest>",
        b"<meta name='page-digest' content='abc' />",
    ):
        assert digest_in(b"<head>" + tag) == "abc"
    assert digest_in(b"<meta name=description content=page-digest>") == ""
