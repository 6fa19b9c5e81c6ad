"""The adapter against servers that misbehave: the traps of the client, each closed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time as clock
from functools import partial

import pytest

from publish import http, sandbox
from publish.errors import ConfigError, NothingSent
from publish.newsletter import doctor
from publish.newsletter.account import Limits
from publish.newsletter.answers import Proof
from publish.newsletter.campaign import Segment
from publish.newsletter.mailchimp import Mailchimp
from publish.newsletter.protocol import Deleted
from tests.newsletter.stand import account, control

Talk = Callable[[socket.socket, bytes], None]
PROBLEM = b'{"type":"t","title":"Forbidden","status":%d,"detail":"You may not.","instance":"i"}'


@contextmanager
def server(talk: Talk) -> Iterator[tuple[str, list[bytes]]]:
    """Answers each connection with ``talk``; its base URL and the requests it saw."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                head, _, body = data.partition(b"\r\n\r\n")
                length = [
                    int(x.split(b":")[1])
                    for x in head.split(b"\r\n")
                    if x.lower().startswith(b"content-length")
                ]
                while length and len(body) < length[0]:
                    body += connection.recv(65536)
                seen.append(head + b"\r\n\r\n" + body)
                with contextlib.suppress(OSError):
                    talk(connection, head)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(2)


def answering(status: str, body: bytes = b"", kind: str = "", more: str = "") -> Talk:
    def talk(connection: socket.socket, head: bytes) -> None:
        lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}"
        lines += f"Content-Type: {kind}\r\n" if kind else ""
        connection.sendall(lines.encode() + b"\r\n" + body)

    return talk


def api(base: str, timeout: float = 1.0) -> Mailchimp:
    return Mailchimp(account(base, Limits(timeout=timeout)), sleep=lambda seconds: None)


@pytest.mark.parametrize("status", ["429 Busy", "403 No", "500 Oh", "503 Oh"])
def test_an_error_without_a_body_is_never_taken_for_success(status: str):
    with server(answering(status)) as (base, _):
        answer = api(base).send("abc")
    assert answer.proof is (Proof.NOT_ACTED if status[0] == "4" else Proof.UNKNOWN)


def test_a_redirect_is_not_followed_and_not_believed():
    with server(answering("204 No Content")) as (other, asked):
        with server(answering("302 Found", more=f"Location: {other}/3.0/x\r\n")) as (base, _):
            assert api(base).send("abc").proof is Proof.UNKNOWN
        with server(answering("307 T", more=f"Location: {other}/3.0/x\r\n")) as (base, _):
            assert api(base).send("abc").proof is Proof.UNKNOWN
        assert asked == []


def test_a_server_that_trickles_is_left_after_the_deadline():
    def talk(connection: socket.socket, head: bytes) -> None:
        for byte in b"HTTP/1.1 204 No Content\r\nX-Long: " + b"x" * 200:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with server(talk) as (base, _):
        began = time.monotonic()
        answer = api(base, timeout=0.5).send("abc")
        assert time.monotonic() - began < 2
    assert answer.proof is Proof.UNKNOWN
    assert "no answer in 0.5 s" in answer.detail


def test_nobody_listening_means_that_nothing_was_acted_on():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert api(f"http://127.0.0.1:{port}").send("abc").proof is Proof.NOT_ACTED


def test_a_connection_that_breaks_is_unknown():
    with server(lambda connection, head: None) as (base, _):
        assert api(base).send("abc").proof is Proof.UNKNOWN


def test_a_truncated_answer_is_unknown():
    def talk(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": ')

    with server(talk) as (base, _):
        assert api(base).create({"title": "x"}, Segment()).proof is Proof.UNKNOWN


def test_the_environments_proxy_and_netrc_do_not_see_the_key(monkeypatch, tmp_path):
    quiet = answering("204 No Content")
    with server(quiet) as (base, seen), server(quiet) as (proxy, asked):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("HTTP_PROXY", proxy)
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login evil password stolen\n")
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        assert api(base).send("abc").proof is Proof.DONE
        assert asked == []
    assert b"c3RvbGVu" not in seen[0]


def test_a_post_without_a_body_sends_none():
    with server(answering("204 No Content")) as (base, seen):
        api(base).send("abc")
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert body == b""
    assert head.startswith(b"POST /3.0/campaigns/abc/actions/send ")


def test_a_host_that_holds_the_word_server_stays_itself():
    found = api("http://127.0.0.1:9")
    assert found._client.api_client.host == "http://127.0.0.1:9/3.0"
    assert found._client.api_client.server == ""


def test_a_problem_becomes_one_line_with_the_remedy():
    body = PROBLEM % 401
    says = r"You may not\. — check MAILCHIMP_API_KEY"
    with (
        server(answering("401 No", body, "application/problem+json")) as (base, _),
        pytest.raises(ConfigError, match=says) as caught,
    ):
        api(base).audience()
    assert sandbox.SANDBOX_KEY not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<h1>Oops</h1>", b'{"campaigns": [', b"null", b"[]"])
def test_a_read_that_is_no_document_is_tried_again_and_then_given_up(body: bytes):
    with server(answering("200 OK", body, "application/json")) as (base, seen):
        with pytest.raises(NothingSent, match="cannot be read"):
            api(base).audience()
        assert len(seen) == 4


def test_the_list_is_read_whole_and_again_if_it_moves():
    pages = iter(
        [
            b'{"campaigns":[{"id":"a1","status":"save"}],"total_items":2}',
            b'{"campaigns":[],"total_items":1}',
            b'{"campaigns":[{"id":"a1","status":"save"}],"total_items":2}',
            b'{"campaigns":[{"id":"b2","status":"sent"}],"total_items":2}',
        ]
    )

    def talk(connection: socket.socket, head: bytes) -> None:
        answering("200 OK", next(pages), "application/json")(connection, head)

    with server(talk) as (base, seen):
        assert [c.id for c in api(base).campaigns()] == ["a1", "b2"]
    assert b"sort_field=create_time" in seen[0]
    assert b"fields=campaigns.id%2Ccampaigns.status" in seen[0]


def test_a_list_that_never_stands_still_is_given_up():
    page = b'{"campaigns":[],"total_items":1}'
    with (
        server(answering("200 OK", page, "application/json")) as (base, _),
        pytest.raises(NothingSent, match="keeps changing — run this again"),
    ):
        api(base).campaigns()


def test_a_good_answer_with_another_document_is_read_again_and_never_believed():
    with server(answering("200 OK", PROBLEM % 200, "application/json")) as (base, seen):
        for read in (
            lambda: api(base).campaign("c1"),
            lambda: api(base).campaigns(),
            lambda: api(base).checklist("c1"),
        ):
            with pytest.raises(NothingSent, match="cannot be read: it answered 200"):
                read()
    assert len(seen) == 12


@pytest.mark.parametrize(
    "item",
    ["7", '{"status":"save"}', '{"id":"a1"}', '{"id":"a1","status":"sent","emails_sent":"many"}',
     '{"id":"a1","status":"save","settings":[1]}', '{"id":"a1","status":"save","recipients":"x"}'],
)  # fmt: skip
def test_a_list_with_something_else_than_campaigns_is_read_again_and_never_believed(item: str):
    page = f'{{"campaigns":[{item}],"total_items":1}}'.encode()
    with (
        server(answering("200 OK", page, "application/json")) as (base, seen),
        pytest.raises(NothingSent, match="cannot be read: it answered 200"),
    ):
        api(base).campaigns()
    assert len(seen) == 4


def test_a_draft_without_an_id_may_be_there():
    with server(answering("200 OK", b"{}", "application/json")) as (base, _):
        assert api(base).create({"title": "x"}, Segment()).proof is Proof.UNKNOWN


def test_the_doctor_says_what_a_young_audience_and_a_site_that_is_not_up_lack():
    body = b'{"pricing_plan_type":"free","name":"N","stats":{},"double_optin":false}'
    with server(answering("200 OK", body, "application/json")) as (base, _):
        real = replace(account(base), sandbox=False, topics={"career": "abcdef0123"})
        ask = partial(doctor.checks, real, Mailchimp(real))
        found = {check.name: check for check in ask("https://a.example", lambda url: (404, b""))}
        up = list(ask("https://a.example", lambda url: (200, b"")))[-1]
        away = list(ask("http://127.0.0.1:9", http.fetch))[-1]
    assert "does not schedule" in found["plan"].detail
    said = {
        name: f"{check.detail} — {check.remedy}" for name, check in found.items() if not check.well
    }
    assert said == {
        "readers": "the audience has no readers — subscribe yourself first",
        "sign-up": "the audience does not ask for confirmation — "
        "switch double opt-in on in Mailchimp: Audience, Settings",
        "topic career": "NEWSLETTER_TOPICS: the audience has no interest abcdef0123 — "
        "copy the id from Mailchimp's API playground, or use the number of a segment",
        "site": "https://a.example/ answers 404 — upload output/ first",
    }
    with server(answering("200 OK", body, "application/json")) as (base, _):
        fixed = replace(account(base), limits=Limits(send_at=clock(9)))
        found = {c.name: c for c in doctor.checks(fixed, Mailchimp(fixed), "", http.fetch)}
    assert not found["plan"].well
    assert "`send` refuses the hour of NEWSLETTER_SEND_AT" in found["plan"].detail
    assert (up.well, up.detail) == (True, "https://a.example answers")
    assert (away.well, away.remedy) == (False, "check your host")
    assert "does not answer (" in away.detail


def test_a_campaign_that_is_gone_is_deleted_only_in_mailchimps_own_words():
    body = PROBLEM % 404
    with server(answering("404 Not Found", body, "application/problem+json")) as (base, _):
        assert api(base).campaign("abc") is Deleted
        assert api(base).checklist("abc") is Deleted
    with (
        server(answering("404 Not Found", b"<h1>lost</h1>", "text/html")) as (base, _),
        pytest.raises(NothingSent),
    ):
        api(base).campaign("abc")


def test_the_whole_of_it_against_the_sandbox(tmp_path):
    with sandbox.start(tmp_path, register=False) as here:
        found = api(here.base_url, timeout=5)
        assert found.root()["account_id"]
        assert found.audience()["stats"]["member_count"] == 1
        made = found.create({"title": "t", "subject_line": "s"}, Segment())
        name = made.data["id"]
        assert (
            found.update(
                name, {"subject_line": "s2", "from_name": "N", "reply_to": "n@example.com"}
            ).proof
            is Proof.DONE
        )
        assert found.put_content(name, "<p>*|UNSUB|*</p>", "*|UNSUB|*").proof is Proof.DONE
        assert found.checklist(name)[0] is True
        assert found.test(name, ["me@example.com"]).proof is Proof.DONE
        assert found.schedule(name, "2099-01-01T00:15:00+00:00").proof is Proof.DONE
        assert found.campaign(name).status == "schedule"
        assert found.unschedule(name).proof is Proof.DONE
        assert found.schedule(name, "2099-01-01T00:07:00+00:00").proof is Proof.DENIED
        assert found.send(name).proof is Proof.DONE
        assert found.send(name).proof is Proof.DENIED
        assert found.report(name)["emails_sent"] == 1
        assert found.report("0123456789") is None
        with pytest.raises(ConfigError, match="NEWSLETTER_TOPICS: the audience has no segment 99"):
            found.segment(99)
        control(here.base_url, [{"kind": "free_plan", "times": 0}])
        other = found.create({"title": "t"}, Segment()).data["id"]
        refused = found.schedule(other, "2099-01-01T00:15:00+00:00")
        assert (refused.proof, refused.status) == (Proof.DENIED, 403)
        assert found.delete(other).proof is Proof.DONE


def test_an_interest_names_the_readers_who_chose_it_and_no_others(tmp_path):
    with sandbox.start(tmp_path, register=False) as here:
        found = api(here.base_url, timeout=5)
        lists, audience = found._client.lists, sandbox.SANDBOX_AUDIENCE
        for title in ("Place", "Topics"):
            group = lists.create_list_interest_category(
                audience, {"title": title, "type": "checkboxes"}
            )
            made = lists.create_interest_category_interest(audience, group["id"], {"name": title})
        topic = found.interest(made["id"])
        with pytest.raises(ConfigError, match="no interest 0123456789 — copy the id"):
            found.interest("0123456789")
        sender = {"subject_line": "s", "from_name": "N", "reply_to": "n@example.com"}
        name = found.create({"title": "t", **sender}, topic).data["id"]
        assert topic.fits(found.campaign(name).segment)
        assert found.campaign(name).recipients == 0
        (reader,) = lists.get_list_members_info(audience)["members"]
        lists.update_list_member(audience, reader["id"], {"interests": {made["id"]: True}})
        assert found.update(name, sender, Segment()).proof is Proof.DONE
        assert not topic.fits(found.campaign(name).segment or {})
        assert Segment().fits(found.campaign(name).segment or {})
        assert found.update(name, sender, topic).proof is Proof.DONE
        assert topic.fits(found.campaign(name).segment)
        assert found.campaign(name).recipients == 1
