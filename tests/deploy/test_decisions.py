"""The pure functions: plan, guard, types, records, and the order of commits."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.deploy import guard, programs, targets, verify
from publish.deploy.guard import Age, is_superseded
from publish.deploy.plan import PHASES, Remote, plan
from publish.deploy.release import (
    MARKER,
    File,
    Hold,
    OldRelease,
    Record,
    Release,
    decoded,
    encoded,
    file_of,
    kind_of,
    read_marker,
)
from publish.deploy.repository import comparer
from publish.deploy.response_headers import cache_control, content_type
from publish.deploy.targets import Place
from publish.deploy.targets.git import ssh_key
from publish.errors import NothingSent, Refused
from publish.http import Answer
from tests.deploy.stand import line

NOW = "2026-11-28T12:00:00+00:00"
PATHS = st.sampled_from(
    ["index.html", "a/index.html", "b/index.html", "tag/x/index.html", "feeds/all.atom.xml",
     "pictures/p-0123456789ab-320.webp", "theme/site.css", "images/i.jpg", "sitemap.xml"]
)  # fmt: skip
SITES = st.dictionaries(PATHS, st.binary(max_size=3), max_size=9)


def release_of(files: dict[str, bytes], source: str = "a1", time: str = NOW) -> Release:
    digests = {p: "d" if p in ("a/index.html", "b/index.html") else "" for p in files}
    return Release({p: file_of(p, b, digests[p]) for p, b in files.items()}, source, time).marked()


def sha256(file: File) -> str:
    return file.sha256


@settings(deadline=None)
@given(SITES, SITES, SITES, st.sets(PATHS))
def test_a_plan_makes_the_target_the_release_and_leaves_the_rest(
    old: dict[str, bytes],
    new: dict[str, bytes],
    foreign: dict[str, bytes],
    kept: set[str],
):
    release, before = release_of(new, "a2"), release_of(old)
    foreign = {p: b for p, b in foreign.items() if p not in old}
    known = Record(before.id, "a1", NOW)
    remote = Remote(known, {p: f.sha256 for p, f in before.files.items()}, tuple(foreign))
    todo = plan(release, remote, sha256, kept_for_letters=kept)

    there = {**remote.files, **{p: file_of(p, b).sha256 for p, b in foreign.items()}}
    for put in todo.puts:
        there[put.path] = release.files[put.path].sha256
    for path in todo.delete:
        assert path not in foreign
        del there[path]
    assert {p: there[p] for p in release.files if p != MARKER} == {
        p: f.sha256 for p, f in release.files.items() if p != MARKER
    }
    assert set(there) == set(release.files) | set(foreign) | set(todo.retained)
    assert not any(p.endswith(".html") for p in todo.retained), "a page goes at once"
    assert {p for p in kept if p in remote.files and not p.endswith(".html")} <= set(there)
    names = list(todo.phases)
    order = [PHASES.index(name) for name in names]
    assert order == sorted(order)
    assert not todo.puts or names[-1] == "marker"
    where = {put.path: PHASES.index(name) for name, puts in todo.phases.items() for put in puts}
    for path, place in where.items():
        kind = release.files[path].kind
        assert kind != "asset" or path == MARKER or place < 2
        assert kind != "page" or 2 <= place < 4
        assert kind != "list" or place == 5


@settings(deadline=None)
@given(SITES)
def test_nothing_to_do_is_an_empty_plan_and_a_release_is_its_content(files: dict[str, bytes]):
    release = release_of(files)
    remote = Remote(Record(release.id, "a1", NOW), {p: f.sha256 for p, f in release.files.items()})
    assert plan(release, remote, sha256).empty
    later = release_of(dict(reversed(files.items())), "a9", "2027-01-01T00:00:00+00:00")
    assert later.id == release.id
    assert read_marker(later.extra[MARKER]) == (release.id, "a9", "2027-01-01T00:00:00+00:00")


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_a_damaged_record_is_reported_and_never_counts_as_an_empty_one(data: bytes):
    with pytest.raises(Refused, match="here: is damaged"):
        decoded(data, "here")


def test_a_record_comes_back_as_it_was_written():
    record = Record(
        "r",
        "s",
        NOW,
        {"ö": "x"},
        {"p": NOW},
        (OldRelease("q", "", NOW, "at"),),
        Hold("a", "b", "c"),
        ("x", "y"),
        "after",
        "z",
    )
    assert decoded(encoded(record), "here") == record
    assert decoded(encoded(Record()), "here") == Record()
    with pytest.raises(Refused, match="damaged"):
        decoded(encoded(record).replace(b'"version": 1', b'"version": 2'), "here")


def test_a_site_without_a_front_page_or_with_twins_is_refused():
    with pytest.raises(Refused, match=r"no index\.html"):
        guard.require_fit(release_of({"a/index.html": b"x"}))
    for twins in (("A.jpg", "a.JPG"), ("é.jpg", "e\u0301.jpg")):
        files = dict.fromkeys(("index.html", *twins), b"")
        with pytest.raises(Refused, match="one file on some machines"):
            guard.require_fit(release_of(files))


def test_pages_of_a_deploy_that_has_not_ended_do_not_count_as_vanishing():
    release = release_of({"index.html": b"x", "a/index.html": b"y"})
    up = {"index.html": "1", "a/index.html": "2"}
    half = {**up, "b/index.html": "", "c/index.html": ""}
    planned = tuple(half)
    guard.require_pages(release, Remote(Record("r", files=up, planned=planned), half), False)
    with pytest.raises(Refused, match="2 of 4 pages would vanish"):
        guard.require_pages(release, Remote(Record("r", files=half), half), False)


@pytest.mark.parametrize("name", ["a\nb.jpg", "a\tb/c.jpg", "a\x7f.jpg", "\udcff.jpg"])
def test_a_name_that_would_end_a_programs_order_is_refused(name: str):
    fit = release_of({"index.html": b"x"})
    odd = replace(fit, files={**fit.files, name: fit.files["index.html"]})
    with pytest.raises(Refused, match="in the file's name") as refusal:
        guard.require_fit(odd)
    assert "\n" not in str(refusal.value)


def test_home_is_the_same_for_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    def made(**options: str) -> Any:
        place = Place("there", options, tmp_path / "site", tmp_path / "output", tmp_path, "")
        return targets.make(place)

    assert made(kind="folder", path="~/www").path == tmp_path / "www"
    assert made(kind="git", remote="~/pages.git").url == str(tmp_path / "pages.git")
    assert made(kind="ssh", host="h", path="~/www").server.path == "www"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "", "\n\n"])
def test_a_key_is_read_whatever_its_lines_end_with(
    ends: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    key = file.read_text(encoding="ascii").strip()
    monkeypatch.setenv("PUBLISH_SSH_KEY", key.replace("\n", ends or "\n") + ends)
    with ssh_key() as words:
        subprocess.run(["ssh-keygen", "-y", "-f", words[1]], check=True, stdout=subprocess.DEVNULL)
    monkeypatch.setenv("PUBLISH_SSH_KEY", "schlüssel")
    with ssh_key() as words:
        assert Path(words[1]).read_text(encoding="utf-8") == "schlüssel\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ("a2", "a1", False),
        ("a1", "a2", True),
        ("a1", "a1", False),
        ("", "a1", False),
        ("a1", "", False),
    ],
)
def test_the_newer_source_wins(ours: str, theirs: str, verdict: bool):
    release = release_of({"index.html": b"x"}, ours)
    record = Record("other", theirs, NOW)
    assert is_superseded(release, record, line, resume=False, target_changed=False) is verdict
    assert is_superseded(release, record, line, resume=True, target_changed=False) is False
    assert is_superseded(release, None, line, resume=False, target_changed=False) is False


def test_of_two_builds_of_one_commit_that_race_the_later_one_stays():
    early = release_of({"index.html": b"x"}, "a1")
    late = Record("other", "a1", "2026-11-28T12:00:01+00:00")
    assert is_superseded(early, late, line, resume=False, target_changed=True) is True
    assert is_superseded(early, late, line, resume=False, target_changed=False) is False


def test_other_branches_and_unknown_commits_are_refused():
    release = release_of({"index.html": b"x"}, "b1")
    for compare, says in (
        (line, "on another branch"),
        (lambda a, b: Age.UNKNOWN, "not in this repository"),
    ):
        with pytest.raises(NothingSent, match=says):
            is_superseded(
                release, Record("r", "a1", NOW), compare, resume=False, target_changed=False
            )


def test_a_hold_yields_to_a_newer_source_alone():
    record = Record("r1", "a1", NOW, hold=Hold("r2", "a2", "r1"))
    for source in ("a1", "a2", "b9", ""):
        with pytest.raises(Refused, match="rolled back from release r2"):
            is_superseded(release_of({}, source), record, line, resume=False, target_changed=False)
    assert (
        is_superseded(release_of({}, "a3"), record, line, resume=False, target_changed=False)
        is False
    )


def test_commits_are_compared_as_git_has_them_without_those_of_the_ledger(tmp_path: Path):
    def git(*words: str) -> str:
        base = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.example"]
        done = subprocess.run([*base, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(path: str, text: str) -> str:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        git("add", "-A")
        git("commit", "-qm", text)
        return git("rev-parse", "HEAD")

    git("init", "-q", "-b", "main")
    one = commit("content/posts/a.md", "one")
    ledger = commit("content/ledger/issues.jsonl", "sent")
    two = commit("content/posts/a.md", "two")
    back = commit("content/posts/a.md", "one")
    git("checkout", "-q", "-b", "other", one)
    apart = commit("content/posts/b.md", "three")
    compare = comparer(tmp_path)
    assert compare(one, one) is Age.SAME
    assert compare(ledger, one) is compare(one, ledger) is Age.SAME
    assert compare(two, one) is compare(back, two) is compare(back, one) is Age.NEWER
    assert compare(one, back) is Age.OLDER
    assert compare(apart, two) is compare(two, apart) is Age.DIVERGED
    assert compare("", two) is compare(two, "") is Age.NONE
    assert compare(two, "0" * 40) is Age.UNKNOWN


@pytest.mark.parametrize(
    ("path", "digest", "kind"),
    [
        ("a/index.html", "d", "page"),
        ("a/index.html", "", "list"),
        ("feeds/all.json", "", "data"),
        ("search/w-ab.json", "", "data"),
        ("pictures/a-0123456789ab-480.avif", "", "asset"),
        ("x-0123456789ab.json", "", "asset"),
        ("_redirects", "", "data"),
        ("a.woff2", "", "asset"),
    ],
)
def test_what_a_file_is_to_a_reader(path: str, digest: str, kind: str):
    assert kind_of(path, digest) == kind


@pytest.mark.parametrize(
    ("path", "head", "type_", "cache"),
    [
        ("a.html", b"", "text/html; charset=utf-8", "public, max-age=0, must-revalidate"),
        ("all.xml", b"<?xml?>\n<feed xmlns=", "application/atom+xml; charset=utf-8", "=300"),
        ("all.xml", b"<rss version=", "application/rss+xml; charset=utf-8", "max-age=300"),
        ("sitemap.xml", b"<urlset", "application/xml; charset=utf-8", "max-age=300"),
        (
            "a.json",
            b'{"version": "https://jsonfeed.org/version/1"',
            "application/feed+json",
            "=300",
        ),
        ("d.json", b"{}", "application/json", "=3600"),
        ("m.webmanifest", b"", "application/manifest+json", "=3600"),
        ("icon.svg", b"<svg", "image/svg+xml", "=3600"),
        ("i-0123456789ab.JPG", b"", "image/jpeg", "immutable"),
        ("no-suffix", b"", "application/octet-stream", "=3600"),
        (".hidden/x", b"", "application/octet-stream", "=3600"),
        (MARKER, b"", "application/json", "no-store"),
    ],
)
def test_types_and_caching_are_of_one_table(path: str, head: bytes, type_: str, cache: str):
    assert content_type(path, head) == type_
    assert cache_control(path, type_).endswith(cache)


def test_secrets_are_taken_out_of_what_a_program_says_in_every_form():
    env = {
        "PUBLISH_GIT_TOKEN": "tok-123456789",
        "HOME": "/home/somebody",
        "SSH_AUTH_SOCK": "/run/agent",
        "GIT_CONFIG_VALUE_0": "Authorization: Basic eC1hY2Nlc3M6dG9r",
    }
    said = (
        b"fatal: tok-123456789 dG9rLTEyMzQ1Njc4OQ== eC1hY2Nlc3M6dG9r "
        b"https://me:pw@host.example/x /home/somebody /run/agent\n"
    )
    text = programs.last_lines(said, env)
    for secret in ("tok-123456789", "dG9rLTEyMzQ1Njc4OQ==", "eC1hY2Nlc3M6dG9r", "me:pw"):
        assert secret not in text
    assert "https://host.example/x /home/somebody /run/agent" in text


def test_pages_are_never_asked_for_before_the_marker_is_there():
    release = release_of({"index.html": b"x", "a/index.html": b"page"})
    asked: list[str] = []

    def get(url: str, **how: object) -> Answer:
        asked.append(url.partition("?")[0])
        if MARKER in url:
            ready = len(asked) > 2
            return Answer(200, release.extra[MARKER] if ready else b"{}", {})
        path = url.removeprefix("https://a.example/")
        body = {"": b"x", "a/": b"page"}.get(path)
        return Answer(200 if body else 404, body or b"", {})

    verify.wait("https://a.example", release.id, 60, lambda line: None, get)
    assert asked == [f"https://a.example/{MARKER}"] * 3
    found = verify.pages("https://a.example", release, ["index.html", "a/index.html"], get)
    assert found == []
    assert asked[3:5] == ["https://a.example/a/", "https://a.example/"]


def test_a_host_that_changes_pages_is_a_warning_and_a_wrong_page_an_error():
    page = b'<meta name="page-digest" content="abc">'
    release = release_of({"a/index.html": page})
    release = replace(release, files={"a/index.html": file_of("a/index.html", page, "abc")})

    def host(body: bytes, status: int = 200, missing: int = 404):
        return lambda url, **how: Answer(missing if "/404-" in url else status, body, {})

    changed = verify.pages(
        "https://a.example", release, ["a/index.html"], host(page + b"<!-- x -->")
    )
    assert "the host changes pages" in changed[0]
    soft = verify.pages("https://a.example", release, ["a/index.html"], host(page, missing=200))
    assert "answers 200, not 404" in soft[0]
    for wrong in (host(b"other"), host(page, 404)):
        with pytest.raises(Refused, match="though the site is this release"):
            verify.pages("https://a.example", release, ["a/index.html"], wrong)


def test_an_old_address_at_which_the_host_itself_leads_on_is_right():
    """As nginx with the map of redirects does, and other hosts that read one."""
    release = release_of(
        {"old/index.html": b"the page for hosts without a map", "a/index.html": b"a"}
    )

    def host(target: str, there: int = 200) -> Callable[..., Answer]:
        answers = {
            "https://a.example/old/": Answer(301, b"", {"location": target}),
            "https://a.example/a/": Answer(there, b"a", {}),
        }
        return lambda url, **how: answers.get(url, Answer(404, b"", {}))

    for target in ("/a/", "https://a.example/a/", "https://elsewhere.example/"):
        assert verify.pages("https://a.example", release, ["old/index.html"], host(target)) == []
    with pytest.raises(Refused, match=r"^https://a\.example/a/ answers 404 though"):
        verify.pages("https://a.example", release, ["old/index.html"], host("/a/", 404))


def test_a_long_wait_is_noted_now_and_then_with_what_stands_there(monkeypatch: pytest.MonkeyPatch):
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(verify.time, "monotonic", lambda: now)
    monkeypatch.setattr(verify.time, "sleep", sleep)
    noted: list[str] = []
    with pytest.raises(NothingSent, match="not live after 200 s"):
        verify.wait(
            "https://a.example",
            "abc",
            200,
            lambda line: None,
            lambda url, **how: Answer(502, b"", {}),
            noted.append,
        )
    assert len(noted) == 4
    says = rf"waiting until \S+ is release abc \(/{MARKER} answers 502\), at most 1\d\d s more"
    assert re.fullmatch(says, noted[0])
    noted.clear()
    with pytest.raises(NothingSent):
        verify.wait(
            "https://a.example",
            "abc",
            5,
            lambda line: None,
            lambda url, **how: Answer(502, b"", {}),
            noted.append,
        )
    assert noted == [], "a short wait is not worth a line"


def test_a_release_that_does_not_come_is_reported_with_what_stands_there():
    other = release_of({"index.html": b"y"}).extra[MARKER]
    for answer, says in (
        (Answer(200, other, {}), "is still release"),
        (Answer(404, b"", {}), "answers 404"),
    ):
        with pytest.raises(NothingSent, match=f"not live after 0 s.*{says}"):
            verify.wait("https://a.example", "r", 0, lambda line: None, lambda url, **how: answer)  # noqa: B023
