"""The names a preview answers to, and its pages' additions."""

from __future__ import annotations

import pytest

from publish.post.urls import names_server
from publish.site.preview_state import State
from publish.site.server import with_preview_script


@pytest.mark.parametrize(
    ("header", "host", "own"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("127.8.8.8", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("blog.lan:8000", "blog.lan", True),
        ("blog.lan", "127.0.0.1", False),
        ("192.0.2.7:8000", "0.0.0.0", True),
        ("192.0.2.7:8000", "127.0.0.1", False),
        ("evil.example", "0.0.0.0", False),
        ("", "0.0.0.0", False),
        (":8000", "127.0.0.1", False),
        ("user@evil.example", "127.0.0.1", False),
        ("127.0.0.1@evil.example", "127.0.0.1", False),
    ],
)
def test_an_own_name(header: str, host: str, own: bool):
    assert names_server(header, host) is own


def test_the_script_goes_in_before_the_last_closing_body_tag():
    page = with_preview_script(b"<body><pre>&lt;/body&gt;</pre></body></html>", 7, "")
    assert page.endswith(b'<script src="/_live.js?build=7"></script></body></html>')
    assert b"publish-error" not in page


def test_a_page_without_a_body_tag_gets_it_at_its_end():
    assert with_preview_script(b"<p>x", 1, "").startswith(b"<p>x<script src=")


def test_an_error_is_shown_as_text_and_nothing_is_inline():
    page = with_preview_script(b"<body></body>", 1, "\udce9 <script>alert(1)</script>")
    assert b"? &lt;script&gt;alert(1)" in page
    assert b"style=" not in page
    assert page.count(b"<script") == page.count(b"<script src=") == 2


def test_a_waiting_page_hears_of_each_change_and_of_the_end(tmp_path):
    state = State(tmp_path, number=0)
    state.build_failed("wrong")
    state.wait(0, "")
    assert state.event(0) == {"number": 0, "error": "wrong", "files": []}
    state.build_succeeded(["a/index.html"])
    state.page_rendered("b.html", b"ahead")
    assert state.event(2) == {"number": 2, "error": "", "files": []}
    assert state.event(0)["files"] == ["a/index.html", "b.html"]
    assert state.event(1)["files"] == ["b.html"]
    # A page from before this preview began has missed more than is known.
    assert state.event(-1)["files"] is None
    state.build_succeeded()
    assert state.ahead == {}
    state.close()
    state.wait(3, "")
    assert state.closed
