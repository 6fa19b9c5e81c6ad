"""The caches of an earlier check change a check's duration, and nothing else."""

import os
import random
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publish import checks
from publish.checks import environment, file_cache, rule, run
from publish.checks.reading import site_of
from publish.checks.run import findings
from publish.checks.source import Source
from publish.post import cache as caches
from publish.post import stamps
from publish.post.diagnostic import Diagnostic
from tests.checks.project import HEAD, Project
from tests.checks.test_bounds import PIECES

KEY = "0123456789abcdef" * 2 + "-us" + "21"


def anew(project: Project) -> list[Diagnostic]:
    """What a check finds that knows nothing of an earlier one."""
    store = file_cache.Store(project.root / ".none")
    return sorted(findings(site_of(project.settings, project.library, store)))


def anew_reported(project: Project) -> list[str]:
    return [f"{f.file}:{f.line} {f.rule} {f.severity}" for f in anew(project)]


def cache(project: Project) -> Path:
    return project.root / ".publish/checks"


def answers(project: Project) -> Path:
    return project.root / ".publish/answers"


def aged(path: Path) -> None:
    """Wait until the file's stamp can be trusted: its status cannot be dated back."""
    while path.stat().st_ctime_ns + stamps.RACY > time.time_ns():
        time.sleep(0.05)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of the sources that had to be looked at, in order."""
    seen: list[str] = []
    true = rule.found

    def found(each: rule.Rule, source: Source) -> object:
        if source.facts is None and each.id == "placeholder":
            seen.append(source.file)
        return true(each, source)

    monkeypatch.setattr(rule, "found", found)
    return seen


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were searched for keys."""
    seen: list[str] = []
    true = environment.scan

    def scan(file: str) -> tuple[int, ...]:
        seen.append(Path(file).name)
        return true(file)

    monkeypatch.setattr(environment, "scan", scan)
    return seen


@pytest.fixture
def brief_youth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps are trusted soon, or the tests would wait for seconds."""
    monkeypatch.setattr(stamps, "RACY", 200_000_000)


@pytest.mark.parametrize("seed", range(2))
def test_any_edits_are_found_as_by_a_check_without_a_cache(project: Project, seed: int):
    dice = random.Random(seed)
    pieces = [
        *PIECES,
        b"[x](/b/)",
        b"[x]({filename}b.md#two)",
        b"\n## Two\n",
        b"![a]({static}/a.png)",
        b"\nStatus: draft\n",
        b"\nDate: 2026-11-21\n",
        b"\nAliases: /c/\n",
        b"\nSlug: b\n",
        b"TK ",
        f"\n{KEY}\n".encode(),
        b"[x]({category}career)",
        b"[x](../b/)",
        b"\n1. a\n\nb\n\n1. c\n",
        b"\n::: email-only\n",
    ]
    conf = (project.root / "pelicanconf.py").read_text(encoding="utf-8")
    ways = [
        "",
        "PLUGINS = []\n",
        "DEFAULT_METADATA = {'status': 'draft', 'mood': ''}\n",
        "MARKDOWN = {'extensions': ['toc', 'sane_lists']}\n",
        "TIMEZONE = 'Asia/Tokyo'\n",
        "SITEURL = 'https://else.example'\nARTICLE_URL = '{slug}/'\n",
    ]
    names = ["a.md", "b.md", "c.md", "deep/d.md"]
    for name in names:
        project.post(name=name)
    found = 0
    for _ in range(5):
        path = project.root / "content/posts" / dice.choice(names)
        raw = path.read_bytes() if path.exists() else HEAD
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(raw) + 1)
            raw = raw[:at] + dice.choice(pieces) + raw[at + dice.randint(0, 3) :]
        what = dice.random()
        if what < 0.1:
            path.unlink(missing_ok=True)
        elif what < 0.2:
            project.write("content/posts/a.md", (HEAD, raw)[dice.randrange(2)])
        elif what < 0.35:
            project.write("pelicanconf.py", conf + dice.choice(ways))
        else:
            path.write_bytes(raw)
        reported = project.findings()
        assert reported == anew(project)
        found += len(reported)
    assert found


def test_only_the_changed_source_is_looked_at_again(project: Project, worked_out: list[str]):
    for name in ("a.md", "b.md", "c.md"):
        project.post("[b]({filename}b.md#two)\n\n## Two\n", name)
    assert project.reported() == anew_reported(project)
    del worked_out[:]
    project.post("Words.\n", "b.md")
    reported = project.reported()
    assert worked_out == ["content/posts/b.md"]
    # The others have the same bytes, and yet their links lead nowhere now.
    assert {line for line in reported if "broken-anchor" in line} == {
        "content/posts/a.md:9 broken-anchor warning",
        "content/posts/c.md:9 broken-anchor warning",
    }


@pytest.mark.parametrize(
    "name",
    [
        "content/posts/a.md",
        "content/images/b.svg",
        "pelicanconf.py",
        "more.py",
        "output/a.html",
        ".publish/issues/calm/issue.html",
    ],
)
def test_where_nothing_changed_pelican_is_not_asked(project: Project, name: str):
    project.post("TK\n")
    asked: list[int] = []
    settings = project.settings

    def reported() -> list[str]:
        def judge() -> checks.Judged:
            asked.append(1)
            return run.judge(settings, project.library, built=True)

        return [str(finding) for finding in checks.check(settings, judge)]

    first = reported()
    assert first == reported() == reported()
    assert len(asked) == 1
    path = project.root / name
    project.write(name, path.read_bytes() + b"\n" if path.exists() else b"")
    reported()
    assert len(asked) == 2


def test_letters_that_are_sent_make_no_site_judged_anew(project: Project):
    project.post("TK\n")
    asked: list[int] = []
    facts = project.root / "content/ledger/issues.jsonl"
    project.write("content/ledger/issues.jsonl", b"{}\n")

    def told(*, harmless: bool) -> list[Diagnostic]:
        def judge() -> checks.Judged:
            asked.append(1)
            return run.judge(project.settings, project.library, built=True)

        return checks.check(
            project.settings, judge, harmless=lambda name: harmless and name == str(facts)
        )

    first = told(harmless=True)
    project.write("content/ledger/issues/k/issue.json", b"{}")
    facts.write_bytes(b"{}\n{}\n")
    assert told(harmless=True) == first
    assert len(asked) == 1
    told(harmless=False)
    assert len(asked) == 2


def test_the_answer_holds_until_a_post_becomes_public(project: Project):
    soon = datetime.now(UTC) + timedelta(seconds=8)
    zone = f"{soon:%Y-%m-%d %H:%M:%S} +0000".encode()
    project.write("content/posts/b.md", HEAD.replace(b"2026-11-01 07:30", zone) + b"Words.\n")
    assert [f.rule for f in project.findings()] == ["scheduled"]
    time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.1)
    assert project.findings() == []


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data[:100] + bytes([data[100] ^ 1]) + data[101:]


@pytest.mark.parametrize(
    "spoil", [cut, flipped, lambda data: b"", lambda data: data[:40], lambda data: data + b"x"]
)
def test_a_damaged_cache_is_not_used(
    project: Project, worked_out: list[str], spoil: Callable[[bytes], bytes]
):
    project.post("TK\n")
    reported = project.reported()
    for file in (cache(project), answers(project)):
        file.write_bytes(spoil(file.read_bytes()))
    assert project.reported() == reported
    assert len(worked_out) == 2


def test_the_cache_can_be_deleted_at_any_time(project: Project, worked_out: list[str]):
    project.post("TK\n")
    reported = project.reported()
    cache(project).unlink()
    assert project.reported() == reported
    answers(project).unlink()
    cache(project).unlink(missing_ok=True)
    assert project.reported() == reported
    shutil.rmtree(cache(project).parent)
    assert project.reported() == reported
    assert len(worked_out) == 3


@pytest.mark.parametrize("place", [".publish", ".publish/checks", ".publish/answers"])
def test_a_place_that_cannot_be_written_is_let_be(project: Project, place: str):
    project.post("TK\n")
    if place == ".publish":
        project.write(place, "a file where the folder should be")
    else:
        (project.root / place).mkdir(parents=True)
    assert project.reported() == project.reported() == anew_reported(project)
    # A build needs the folder, a check does not.
    unfit = [".publish:1 unwritable error"] if place == ".publish" else []
    assert project.reported() == [*unfit, "content/posts/a.md:9 placeholder warning"]


def test_a_cache_of_another_version_is_not_used(
    project: Project, worked_out: list[str], monkeypatch: pytest.MonkeyPatch
):
    project.post("TK\n")
    reported = project.reported()
    monkeypatch.setattr(caches, "code_digest", lambda folder: "another version")
    assert project.reported() == reported
    assert len(worked_out) == 2


def test_other_settings_look_at_every_source_again(project: Project, worked_out: list[str]):
    for name in ("a.md", "b.md"):
        project.post("Words.\n", name)
    project.reported()
    conf = (project.root / "pelicanconf.py").read_text(encoding="utf-8")
    for line in (
        "PLUGINS = []\n",
        "DEFAULT_METADATA = {'mood': ''}\n",
        "TIMEZONE = 'Asia/Tokyo'\n",
    ):
        del worked_out[:]
        project.write("pelicanconf.py", conf + line)
        reported = project.reported()
        assert len(worked_out) == 2
        assert reported == anew_reported(project)


@pytest.mark.usefixtures("brief_youth")
def test_an_unchanged_file_of_the_site_is_searched_once(project: Project, scanned: list[str]):
    page = project.write("output/a/index.html", f"<p>\n{KEY}\n")
    clean = project.write("output/b/index.html", "<p>\n")
    aged(clean)
    assert project.reported() == project.reported() == ["output/a/index.html:2 secret error"]
    assert scanned.count("index.html") == 2
    clean.write_text(f"{KEY}\n", encoding="utf-8")
    page.unlink()
    assert project.reported() == ["output/b/index.html:1 secret error"]


@pytest.mark.usefixtures("brief_youth")
def test_a_page_of_the_same_size_and_date_is_searched_again(project: Project):
    page = project.write("output/index.html", "x" * len(KEY))
    aged(page)
    assert project.reported() == []
    dates = page.stat()
    page.write_text(KEY, encoding="utf-8")
    os.utime(page, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert project.reported() == ["output/index.html:1 secret error"]


def test_a_key_is_not_kept(project: Project):
    project.post(f"[a](/x/?key={KEY})\n")
    project.post("TK\n", "b.md")
    assert "content/posts/a.md:9 secret error" in project.reported()
    assert project.reported() == anew_reported(project)
    data = cache(project).read_bytes()
    assert b"placeholder" in data
    assert KEY.encode() not in data


def test_what_is_gone_is_forgotten(project: Project):
    project.post("*|ONLY_HERE|*\n")
    project.reported()
    assert b"ONLY_HERE" in cache(project).read_bytes()
    project.post("Words.\n")
    project.reported()
    assert b"ONLY_HERE" not in cache(project).read_bytes()


@pytest.mark.usefixtures("brief_youth")
def test_a_check_without_news_writes_nothing(project: Project):
    aged(project.post())
    aged(project.root / "pelicanconf.py")
    project.reported()
    before = cache(project).stat()
    project.reported()
    after = cache(project).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
