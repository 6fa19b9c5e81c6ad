"""Whatever is sent to it, the sandbox answers, and never with a failure of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from publish import sandbox
from publish.sandbox import SANDBOX_AUDIENCE
from tests.sandbox.conftest import Bench, Clock, client_of

LIST = SANDBOX_AUDIENCE
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
WORDS = st.sampled_from(
    [
        "type", "regular", "recipients", "list_id", LIST, "segment_opts", "saved_segment_id",
        "match", "any", "conditions", "condition_type", "Interests", "StaticSegment", "op", "value",
        "settings", "title", "subject_line", "tracking", "html", "plain_text", "email_address",
        "ana@example.com", "status", "subscribed", "pending", "merge_fields", "interests", "name",
        "static_segment", "members_to_add", "members_to_remove", "display_order", "test_emails",
        "send_type", "schedule_time", "2026-11-24T12:15:00Z", "status_if_new", "checkboxes",
    ]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(WORDS, VALUES, max_size=6)
CALLS = [
    ("POST", "/campaigns"),
    ("PATCH", "/campaigns/{campaign}"),
    ("PUT", "/campaigns/{campaign}/content"),
    ("POST", "/campaigns/{campaign}/actions/test"),
    ("POST", "/campaigns/{campaign}/actions/schedule"),
    ("POST", f"/lists/{LIST}/members"),
    ("PUT", f"/lists/{LIST}/members/ana@example.com"),
    ("PATCH", f"/lists/{LIST}/members/demo.reader@example.com"),
    ("POST", f"/lists/{LIST}/segments"),
    ("POST", f"/lists/{LIST}/segments/{{segment}}"),
    ("POST", f"/lists/{LIST}/segments/{{segment}}/members"),
    ("POST", f"/lists/{LIST}/interest-categories"),
    ("POST", f"/lists/{LIST}/interest-categories/{{category}}/interests"),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, dict[str, str]]]:
    """One server for all examples, for starting one takes longer than asking it."""
    root = tmp_path_factory.mktemp("fuzz")
    clock = Clock()
    with sandbox.start(root, clock=clock) as server:
        bench = Bench(root, server, clock, client_of(server.base_url))
        names = {
            "campaign": bench.draft(),
            "segment": str(
                bench.mc.lists.create_segment(LIST, {"name": "A", "static_segment": []})["id"]
            ),
            "category": bench.mc.lists.create_list_interest_category(
                LIST, {"title": "T", "type": "radio"}
            )["id"],
        }
        yield bench, names


@pytest.mark.parametrize(("method", "path"), CALLS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=BODIES)
@example(body={"recipients": {"list_id": LIST, "segment_opts": {"saved_segment_id": [1]}}})
@example(body={"recipients": {"list_id": LIST, "segment_opts": {"conditions": {"op": 1}}}})
@example(body={"name": "N", "title": "T", "type": "radio", "display_order": 2**70})
@example(body={"members_to_add": 5, "members_to_remove": True})
@example(body={"email_address": ["x"], "status": {}, "status_if_new": []})
@example(body={"schedule_time": {}, "test_emails": [[]], "send_type": []})
@example(body={"settings": {"title": "\x00"}, "tracking": {"opens": float("nan")}})
@example(body={"type": "regular", "recipients": {"list_id": ["x"]}})
def test_any_json_object_gets_an_answer_in_the_apis_manner(
    shared: tuple[Bench, dict[str, str]], method: str, path: str, body: dict[str, Any]
):
    bench, names = shared
    answer = bench.api(method, path.format(**names), body)
    assert answer.status in (200, 204, 400), answer.text
    if answer.status == 400:
        assert answer.json["status"] == 400
        assert answer.json["detail"]


QUERY = st.sampled_from(
    ["count", "offset", "fields", "exclude_fields", "since_create_time", "status", "sort_dir",
     "list_id", "type", "before", "EMAIL", "e", "c", "u", "id"]
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/3.0/campaigns",
        f"/3.0/lists/{LIST}/members",
        f"/3.0/lists/{LIST}/segments",
        "/",
        "/subscribe",
        "/unsubscribe",
        "/mail/1",
    ],
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.dictionaries(QUERY, st.text(max_size=20), max_size=4))
@example(query={"fields": ".,..,a.b.c,,"})
@example(query={"since_create_time": "9999-12-31T23:59:59-23:59"})
@example(query={"since_create_time": "0001-01-01T00:00:00+23:59"})
@example(query={"count": "²"})
@example(query={"before": "²"})
def test_any_query_gets_an_answer(
    shared: tuple[Bench, dict[str, str]], path: str, query: dict[str, str]
):
    bench, _ = shared
    text = "&".join(f"{k}={quote(v, errors='replace')}" for k, v in query.items())
    where = f"{path}?{text}"
    answer = bench.api("GET", where[4:]) if path.startswith("/3.0") else bench.get(where)
    assert answer.status in (200, 400, 404), answer.text


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=60))
@example(text="../../../etc/passwd")
@example(text="..%2f..%2fetc%2fpasswd")
def test_any_path_gets_an_answer(shared: tuple[Bench, dict[str, str]], text: str):
    bench, _ = shared
    path = quote(text, safe="/%.", errors="replace")
    for answer in (bench.get(f"/{path}"), bench.api("GET", f"/campaigns/{path}")):
        assert answer.status in (200, 400, 401, 404, 405), answer.text
        assert b"root:" not in answer.body


def talk(bench: Bench, data: bytes) -> bytes:
    """Send raw bytes; everything that comes back until the end."""
    host, port = bench.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(data)
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Length: x", b"400"),
        ("Content-Length: -1", b"400"),
        ("Content-Length: 99999999999999999999", b"400"),
        ("Content-Length: 999999999999", b"413"),
        ("Transfer-Encoding: chunked", b"411"),
    ],
)
def test_a_body_of_unclear_length_is_refused(
    shared: tuple[Bench, dict[str, str]], head: str, status: bytes
):
    bench, _ = shared
    got = talk(bench, f"POST / HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())
    assert got.split(b" ")[1] == status


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_request_does_no_harm(shared: tuple[Bench, dict[str, str]], data: bytes):
    bench, _ = shared
    talk(bench, data)
    assert bench.get("/").status == 200


def test_a_client_that_goes_away_does_no_harm(shared: tuple[Bench, dict[str, str]]):
    bench, _ = shared
    host, port = bench.base.removeprefix("http://").split(":")
    for data in (
        b"",
        b"GET",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nab",
    ):
        line = socket.create_connection((host, int(port)), timeout=10)
        line.sendall(data)
        line.close()
    assert bench.get("/").status == 200


def test_nothing_failed_inside_the_sandbox_meanwhile(shared: tuple[Bench, dict[str, str]]):
    bench, _ = shared
    log = bench.get("/control/faults").json["requests"]
    assert [entry for entry in log if (entry["status"] or 0) >= 500] == []
