"""Which requests are accepted: own host, key in the path, own origin."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from publish.desk import guard
from publish.desk.guard import Guard

KEY = "k" * 22
OWN = Guard(8100, KEY)
HOST = {"Host": "127.0.0.1:8100"}
POST = HOST | {"Origin": "http://127.0.0.1:8100", "Content-Length": "3"}


def status(method: str, path: str, headers: dict[str, str]) -> int:
    refused = OWN.judge(method, path, headers)
    return refused.status if refused else 200


@pytest.mark.parametrize("host", ["127.0.0.1:8100", "localhost:8100"])
def test_the_desk_answers_to_its_own_names(host: str):
    assert status("GET", f"/k/{KEY}/", {"Host": host}) == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:8101",
        "localhost",
        "localhost.:8100",
        "127.0.0.2:8100",
        "[::1]:8100",
        "evil.example:8100",
        "127.0.0.1:8100.evil.example",
        "LOCALHOST:8100",
        "127.0.0.1:8100@evil.example",
    ],
)
def test_any_other_name_is_refused(host: str):
    assert status("GET", f"/k/{KEY}/", {"Host": host}) == 421
    assert status("POST", f"/k/{KEY}/yes", POST | {"Host": host}) == 421


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/desk.css",
        "/k/",
        f"/k/{KEY}",
        f"/k/{KEY[:-1]}/",
        f"/k/{KEY}k/",
        f"/K/{KEY}/",
        f"//k/{KEY}/",
        "/k/é/",
        f"/x/{KEY}/",
    ],
)
def test_without_the_key_there_is_nothing(path: str):
    assert status("GET", path, HOST) == 403
    assert status("POST", path, POST) == 403


def test_a_post_is_the_desks_own():
    assert status("POST", f"/k/{KEY}/yes", POST) == 200
    assert status("POST", f"/k/{KEY}/yes", POST | {"Sec-Fetch-Site": "same-origin"}) == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"Origin": "http://127.0.0.1:8101"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://127.0.0.1:8100"},
        {"Origin": "http://localhost:8100"},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_post_of_another_origin_is_refused(wrong: dict[str, str]):
    assert status("POST", f"/k/{KEY}/yes", POST | wrong) == 403


def test_a_post_without_an_origin_is_refused():
    assert status("POST", f"/k/{KEY}/yes", HOST | {"Content-Length": "0"}) == 403


@pytest.mark.parametrize("length", ["", "-1", "x", str(guard.LARGEST + 1), "٣"])
def test_a_post_of_unknown_or_great_length_is_refused(length: str):
    assert status("POST", f"/k/{KEY}/photo", POST | {"Content-Length": length}) == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_not_known(method: str):
    assert status(method, f"/k/{KEY}/", POST) == 405


def test_other_pages_may_lead_here_and_not_look_in():
    there = HOST | {"Sec-Fetch-Site": "cross-site"}
    assert status("GET", f"/k/{KEY}/", there | {"Sec-Fetch-Dest": "document"}) == 200
    for kind in ("iframe", "script", "image", "empty", "style", ""):
        assert status("GET", f"/k/{KEY}/", there | {"Sec-Fetch-Dest": kind}) == 403


def test_frames_and_pictures_come_from_the_preview_alone():
    policy = guard.headers("http://127.0.0.1:9")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-src http://127.0.0.1:9;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_the_key_stays_and_is_its_owners_alone(tmp_path: Path):
    file = tmp_path / "desk" / "key"
    made = guard.key(file)
    assert guard.KEY.fullmatch(made)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert guard.key(file) == made


@pytest.mark.parametrize("spoilt", ["", "short", "é" * 22, "k" * 22 + "\nmore"])
def test_a_key_that_is_none_is_made_again(tmp_path: Path, spoilt: str):
    file = tmp_path / "key"
    file.write_text(spoilt, encoding="utf-8")
    file.chmod(0o600)
    assert guard.KEY.fullmatch(guard.key(file))


def test_a_key_that_others_could_read_is_made_again(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o644)
    assert guard.key(file) != KEY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
