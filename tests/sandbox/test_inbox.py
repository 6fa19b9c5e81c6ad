"""The inbox as a web page: what was delivered, and each mail with both its bodies."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urljoin

import pytest

from publish import sandbox
from publish.sandbox import SANDBOX_KEY
from publish.sandbox.pictures import Site
from tests.sandbox.conftest import Answer, Bench, Clock, body_of, client_of, fetch


def rows(page: Answer) -> list[str]:
    return [" ".join(item.text_content().split()) for item in page.page.xpath("//main//li")]


def open_first(bench: Bench) -> Answer:
    """Follow the link of the newest mail."""
    link = bench.get("/").page.xpath("//main//li[1]//a")[0]
    return bench.get(urljoin(bench.base, link.get("href")))


def test_an_empty_inbox_says_so(bench: Bench):
    page = bench.get("/")
    assert page.status == 200
    assert page.heading == "Inbox"
    assert "No mail yet" in page.text
    assert rows(page) == []


def test_each_mail_is_a_row_with_reader_subject_and_one_link(bench: Bench):
    bench.reader("ana@example.com")
    bench.sent()
    page = bench.get("/")
    assert len(rows(page)) == 2
    assert "A good week" in rows(page)[0]
    assert "ana@example.com" in rows(page)[0]
    assert "demo.reader@example.com" in rows(page)[1]
    assert all(len(item.xpath(".//a")) == 1 for item in page.page.xpath("//main//li"))
    assert "Tue 24 Nov 2026, 12:00 UTC" in rows(page)[0]


def test_the_newest_mail_is_on_top_and_its_kind_is_named(bench: Bench):
    campaign = bench.sent()
    body = {"test_emails": ["eve@example.com"], "send_type": "html"}
    bench.mc.campaigns.send_test_email(campaign, body)
    bench.post(sandbox.signup_path(), form={"EMAIL": "ana@example.com"})
    kinds = [row.rpartition(" ")[2] for row in rows(bench.get("/"))]
    assert kinds == ["Confirmation", "Test", "Issue"]


def test_a_mails_page_shows_its_headers_its_html_and_its_text(bench: Bench):
    bench.sent()
    page = open_first(bench)
    assert page.heading == "A good week"
    shown = [term.text for term in page.page.iter("dt")]
    assert shown[:5] == ["From", "Reply-To", "To", "Subject", "Date"]
    assert "List-Unsubscribe" in shown
    (frame,) = page.page.iter("iframe")
    inside = bench.get(frame.get("src"))
    assert "Dear Demo," in inside.text
    (text,) = page.page.iter("pre")
    assert "Dear Demo," in text.text_content()


def test_the_frame_runs_no_script_and_posts_no_form(bench: Bench):
    campaign = bench.draft(content=False)
    html = "<script>alert(1)</script><p onclick='x()'>Hi</p>*|UNSUB|*"
    bench.mc.campaigns.set_content(campaign, {"html": html})
    bench.mc.campaigns.send(campaign)
    (frame,) = open_first(bench).page.iter("iframe")
    assert "allow-scripts" not in frame.get("sandbox")
    assert "allow-same-origin" not in frame.get("sandbox")
    policy = bench.get(frame.get("src")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert "script-src" not in policy


def test_links_of_a_mail_open_in_the_whole_window(bench: Bench):
    bench.sent()
    (frame,) = open_first(bench).page.iter("iframe")
    inside = bench.get(frame.get("src")).page
    assert inside.find(".//base").get("target") == "_top"


def test_addresses_in_the_text_are_links(bench: Bench):
    bench.sent()
    links = [a.get("href") for a in open_first(bench).page.xpath("//pre//a")]
    assert any("/archive/" in link for link in links)
    unsubscribe = next(link for link in links if "/unsubscribe?" in link)
    assert bench.get(unsubscribe).heading == "Unsubscribe?"


def test_pictures_of_a_post_that_is_not_public_come_from_this_machine(tmp_path: Path, clock: Clock):
    """In the view alone; a picture that no folder holds, and one of another site, stay."""
    names = ("preview/images/a b.png", "output/images/out.webp", "secret.png", "preview/x.html")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    folders = (tmp_path / "preview", tmp_path / "output")
    html = (
        '<img src="https://a.example/images/a%20b.png"><img src="https://a.example/far.png">'
        '<img src="https://b.example/images/out.webp"><a href="https://a.example/images/out.webp">'
        '<div style="background: url(https://a.example/images/out.webp)"></div>'
        '<img src="https://a.example/../secret.png"><img src="https://a.example/x.html">*|UNSUB|*'
    )
    with sandbox.start(tmp_path, clock=clock, site=Site("https://a.example", folders)) as server:
        bench = Bench(tmp_path, server, clock, client_of(server.base_url))
        campaign = bench.draft(content=False)
        bench.mc.campaigns.set_content(campaign, {"html": html})
        bench.mc.campaigns.send(campaign)
        for place in ("/mail/1/html", f"/archive/{campaign}"):
            shown = bench.get(place).text
            assert [img.get("src") for img in bench.get(place).page.iter("img")] == [
                "/picture/images%2Fa%20b.png",
                "https://a.example/far.png",
                "https://b.example/images/out.webp",
                "https://a.example/../secret.png",
                "https://a.example/x.html",
            ]
            assert "url(/picture/images%2Fout.webp)" in shown
            assert 'href="https://a.example/images/out.webp"' in shown
        found = bench.get("/picture/images%2Fa%20b.png")
        assert (found.body, found.headers["Content-Type"]) == (
            b"preview/images/a b.png",
            "image/png",
        )
        assert bench.get("/picture/images%2Fout.webp").headers["Content-Type"] == "image/webp"
        for other in ("..%2Fsecret.png", "x.html", "images", "%00.png", f"{'a' * 300}.png"):
            assert bench.get(f"/picture/{other}").status == 404
        assert "/picture/" not in body_of(bench.mail())


def test_a_text_mail_has_no_frame(bench: Bench):
    campaign = bench.draft()
    body = {"test_emails": ["eve@example.com"], "send_type": "plaintext"}
    bench.mc.campaigns.send_test_email(campaign, body)
    page = open_first(bench)
    assert list(page.page.iter("iframe")) == []
    assert bench.get("/mail/1/html").status == 404


def test_the_download_is_the_file_that_was_delivered(bench: Bench):
    bench.sent()
    (link,) = [a.get("href") for a in open_first(bench).page.iter("a") if ".eml" in (a.text or "")]
    raw = bench.get(link)
    (file,) = (sandbox.folder(bench.root) / "mail").glob("*.eml")
    assert raw.body == file.read_bytes()
    assert raw.headers["Content-Type"] == "message/rfc822"
    assert file.name in raw.headers["Content-Disposition"]
    assert body_of(message_from_bytes(raw.body, policy=default)).startswith("<html>")


def test_subjects_and_names_are_text_on_the_page(bench: Bench):
    bench.sent(subject_line="<i>Salt</i> & light", from_name="<b>Me</b>")
    index, page = bench.get("/"), open_first(bench)
    assert page.heading == "<i>Salt</i> & light"
    assert "<i>" not in index.text
    assert "<b>" not in page.text


def test_a_mail_without_subject_can_still_be_opened(bench: Bench):
    campaign = bench.draft(subject_line="")
    body = {"test_emails": ["eve@example.com"], "send_type": "html"}
    bench.mc.campaigns.send_test_email(campaign, body)
    assert "[Test]" in rows(bench.get("/"))[0]
    assert open_first(bench).status == 200


def test_many_mails_are_shown_page_by_page(bench: Bench):
    for number in range(205):
        bench.reader(f"reader{number}@example.com")
    bench.sent()
    first = bench.get("/")
    assert len(rows(first)) == 200
    (older,) = [a.get("href") for a in first.page.iter("a") if a.text == "Older mails"]
    second = bench.get(older)
    assert len(rows(second)) == 6
    assert not {*rows(first)} & {*rows(second)}
    assert "Older mails" not in second.text


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "one", "-1", "%00", "１"])
def test_a_mail_that_is_not_there_is_not_found(bench: Bench, number: str):
    bench.sent()
    path = f"/mail/{number}" if number.isascii() else "/mail/%EF%BC%92"
    assert bench.get(path).status == 404
    assert bench.get(f"{path}/html").status == 404
    assert bench.get(f"{path}/raw").status == 404


def test_an_odd_page_mark_is_the_first_page(bench: Bench):
    bench.sent()
    for mark in ("", "x", "9" * 30):
        assert len(rows(bench.get(f"/?before={mark}"))) == 1


def test_links_of_old_mails_work_after_the_server_has_moved(bench: Bench):
    bench.sent()
    bench.server.close()
    first = sandbox.start(bench.root, clock=bench.clock)
    # The second one cannot have the port, for the first has it again.
    with first, sandbox.start(bench.root, clock=bench.clock) as moved:
        assert moved.port != first.port
        text = fetch("GET", f"{moved.base_url}/mail/1/html").text
        assert f"{moved.base_url}/unsubscribe?e=" in text
        assert f"{first.base_url}/" not in text


def test_the_port_stays_from_start_to_start(bench: Bench):
    port = bench.server.port
    bench.server.close()
    with sandbox.start(bench.root, clock=bench.clock) as again:
        assert again.port == port


def test_a_head_request_has_no_body(bench: Bench):
    answer = fetch("HEAD", bench.base + "/")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(bench.get("/").body)


@pytest.mark.parametrize(
    "host", ["evil.example.com", "127.0.0.1.nip.example", "", "localhost.evil.example", "8.8.8.8"]
)
@pytest.mark.parametrize("path", ["/", "/3.0/ping", "/control/faults"])
def test_another_name_for_this_machine_is_turned_away(bench: Bench, host: str, path: str):
    """Else a web page could read the inbox by pointing a name of its own at 127.0.0.1."""
    answer = bench.get(path, headers={"Host": host, "Authorization": f"Bearer {SANDBOX_KEY}"})
    assert answer.status == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:1", "[::1]:8080"])
def test_this_machines_own_names_are_let_in(bench: Bench, host: str):
    assert bench.get("/", headers={"Host": host}).status == 200


def test_a_page_that_is_not_there_says_so_in_words(bench: Bench):
    page = bench.get("/nowhere")
    assert (page.status, page.heading) == (404, "Not found")
    assert bench.post("/", form={}).status == 405


def test_the_style_sheet_is_the_sandboxs_own(bench: Bench):
    (link,) = bench.get("/").page.xpath("//link[@rel='stylesheet']")
    sheet = bench.get(link.get("href"))
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in sheet.text
    assert "http" not in sheet.text


def test_the_inbox_needs_no_key_but_the_api_does(bench: Bench):
    assert bench.get("/").status == 200
    assert bench.get("/3.0/campaigns").status == 401
    client = client_of(bench.base, "0" * 32 + "-us0")
    from mailchimp_marketing.api_client import ApiClientError

    with pytest.raises(ApiClientError) as caught:
        client.ping.get()
    assert caught.value.status_code == 401
