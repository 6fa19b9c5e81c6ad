"""What an earlier check found out changes how long a check takes, and nothing else."""

import marshal
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.checks import Diagnostic, check, facts, kept, reading, surroundings
from publish.checks.run import findings
from publish.checks.source import Known, Reading, Source
from publish.post.cache import code_digest
from publish.settings import Settings, load
from tests.checks.project import HEAD, NOW, Project
from tests.checks.test_bounds import PIECES
from tests.checks.test_sites import CASES, site_of

KEY = "0123456789abcdef" * 2 + "-us" + "21"
PLUGINS = ("multi_category", "post_identity", "only_blocks")


def anew(site: Settings, now: datetime = NOW) -> list[Diagnostic]:
    """What a check finds that knows nothing of an earlier one."""
    return sorted(findings(reading.read(site, now)))


def cache(project: Project) -> Path:
    return project.root / ".publish/checks"


def aged(path: Path) -> None:
    """Wait until the file's stamp can be trusted: its status cannot be dated back."""
    while path.stat().st_ctime_ns + kept.YOUNG > time.time_ns():
        time.sleep(0.05)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of the sources that had to be looked at, in order."""
    seen: list[str] = []
    true = facts.of

    def of(source: Source) -> Known:
        seen.append(source.file)
        return true(source)

    monkeypatch.setattr(facts, "of", of)
    return seen


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were searched for keys."""
    seen: list[str] = []
    true = surroundings.scan

    def scan(file: Path) -> tuple[int, ...]:
        seen.append(file.name)
        return true(file)

    monkeypatch.setattr(surroundings, "scan", scan)
    return seen


@pytest.fixture
def brief_youth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps are trusted soon, or the tests would wait for seconds."""
    monkeypatch.setattr(kept, "YOUNG", 200_000_000)


@pytest.mark.parametrize("case", CASES)
def test_the_second_check_finds_what_the_first_does(
    case: str, tmp_path: Path, worked_out: list[str]
):
    site = load(site_of(case, tmp_path) / "pelicanconf.py")
    first = check(site, now=NOW)
    looked_at = len(worked_out)
    assert first == check(site, now=NOW) == anew(site)
    assert len(worked_out) == looked_at


@pytest.mark.parametrize("seed", range(8))
def test_any_edits_are_found_as_by_a_check_that_knows_nothing(project: Project, seed: int):
    dice = random.Random(seed)
    pieces = [
        *PIECES, b"[x](/b/)", b"[x]({filename}b.md#two)", b"\n## Two\n", b"![a]({static}/a.png)",
        b"\nStatus: draft\n", b"\nDate: 2026-11-21\n", b"\nAliases: /c/\n", b"\nSlug: b\n", b"TK ",
        f"\n{KEY}\n".encode(), b"[x]({category}career)", b"[x](../b/)", b"\n1. a\n\nb\n\n1. c\n",
        b"\n::: email-only\n",
    ]  # fmt: skip
    conf = (project.root / "pelicanconf.py").read_text(encoding="utf-8")
    ways = ["", "PLUGINS = []\n", "DEFAULT_METADATA = {'status': 'draft', 'mood': ''}\n",
            "MARKDOWN = {'extensions': ['toc', 'sane_lists']}\n", "TIMEZONE = 'Asia/Tokyo'\n",
            "SITEURL = 'https://else.example'\nARTICLE_URL = '{slug}/'\n"]  # fmt: skip
    names = ["a.md", "b.md", "c.md", "deep/d.md"]
    for name in names:
        project.post(name=name)
    found = 0
    for _ in range(12):
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
        now = NOW + timedelta(days=dice.choice([0, 0, 5]))
        told = check(project.settings, now=now)
        assert told == anew(project.settings, now)
        found += len(told)
    assert found


def test_only_the_changed_source_is_looked_at_again(project: Project, worked_out: list[str]):
    for name in ("a.md", "b.md", "c.md"):
        project.post("[b]({filename}b.md#two)\n\n## Two\n", name)
    assert project.told() == anew_told(project)
    del worked_out[:]
    project.post("Words.\n", "b.md")
    told = project.told()
    assert worked_out == ["content/posts/b.md"]
    # The others have the same bytes, and yet their links lead nowhere now.
    assert {line for line in told if "broken-anchor" in line} == {
        "content/posts/a.md:9 broken-anchor warning",
        "content/posts/c.md:9 broken-anchor warning",
    }


def anew_told(project: Project) -> list[str]:
    return [f"{f.file}:{f.line} {f.rule} {f.severity}" for f in anew(project.settings)]


def test_the_clock_is_asked_each_time(project: Project, worked_out: list[str]):
    project.post("[b]({filename}b.md)\n")
    project.write("content/posts/b.md", HEAD.replace(b"11-01", b"11-25") + b"Words.\n")
    before = [f.rule for f in check(project.settings, now=NOW)]
    after = [f.rule for f in check(project.settings, now=NOW + timedelta(days=9))]
    assert "scheduled" in before
    assert "link-to-draft" in before
    assert not {"scheduled", "link-to-draft"} & set(after)
    assert len(worked_out) == 2


@dataclass(frozen=True)
class Clockless(Reading):
    """A reading that must not be asked for the time."""

    def __getattribute__(self, name: str) -> object:
        assert name != "now", "a lasting rule asks for the time: mark it by_clock"
        return super().__getattribute__(name)


def clockless(raw: bytes, page: bool) -> Source:
    return Source("posts/a.md", "content/posts/a.md", raw, page, Clockless(plugins=PLUGINS))


@settings(max_examples=300, deadline=None)
@given(st.booleans(), st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=40))
def test_what_is_kept_needs_no_clock_and_survives_the_disk(page: bool, pieces: list[bytes]):
    source = clockless(HEAD + b"".join(pieces), page)
    known = facts.of(source)
    disk = marshal.dumps(facts.packed(known))
    assert facts.unpacked(marshal.loads(disk)) == known._replace(secrets=())
    again = replace(source, known=known)
    assert (again.readable, again.header, again.links, again.ids, again.secrets) == (
        source.readable, source.header, source.links, source.ids, source.secrets,
    )  # fmt: skip
    assert facts.of(again) == known


@pytest.mark.parametrize("case", CASES)
def test_no_lasting_rule_asks_for_the_time(case: str, tmp_path: Path):
    for source in reading.read(load(site_of(case, tmp_path) / "pelicanconf.py"), NOW).sources:
        facts.of(clockless(source.raw, source.is_page))


def test_the_rule_about_the_future_does_ask():
    source = clockless(HEAD, False)
    assert not [rule for rule in facts.registry.RULES if rule.by_clock and rule.lasting]
    rules = [rule.each for rule in facts.registry.RULES if rule.each and rule.by_clock]
    assert rules
    for rule in rules:
        with pytest.raises(AssertionError, match="by_clock"):
            list(rule(source))


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data[:100] + bytes([data[100] ^ 1]) + data[101:]


@pytest.mark.parametrize(
    "spoil", [cut, flipped, lambda data: b"", lambda data: data[:40], lambda data: data + b"x"]
)
def test_a_damaged_cache_is_not_believed(
    project: Project, worked_out: list[str], spoil: Callable[[bytes], bytes]
):
    project.post("TK\n")
    told = project.told()
    whole = cache(project).read_bytes()
    cache(project).write_bytes(spoil(whole))
    assert project.told() == told
    assert len(worked_out) == 2
    assert project.told() == told
    assert len(worked_out) == 2


def test_the_cache_can_be_deleted_at_any_time(project: Project, worked_out: list[str]):
    project.post("TK\n")
    told = project.told()
    cache(project).unlink()
    assert project.told() == told
    cache(project).unlink()
    cache(project).parent.rmdir()
    assert project.told() == told
    assert len(worked_out) == 3


@pytest.mark.parametrize("place", [".publish", ".publish/checks"])
def test_a_place_that_cannot_be_written_is_let_be(project: Project, place: str):
    project.post("TK\n")
    if place == ".publish":
        project.write(place, "a file where the folder should be")
    else:
        (project.root / place).mkdir(parents=True)
    assert project.told() == project.told() == anew_told(project)
    assert project.told() == ["content/posts/a.md:9 placeholder warning"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_let_be(project: Project):
    project.post("TK\n")
    (project.root / ".publish").mkdir(mode=0o555)
    assert project.told() == anew_told(project)
    assert not cache(project).exists()


def test_nothing_is_believed_of_another_version(
    project: Project, worked_out: list[str], monkeypatch: pytest.MonkeyPatch
):
    project.post("TK\n")
    told = project.told()
    monkeypatch.setattr(kept, "code", lambda: b"another version")
    assert project.told() == told
    assert len(worked_out) == 2


def test_the_version_is_that_of_every_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    folder = Path(kept.__file__).parent
    for file in sorted(folder.rglob("*.py")):
        copy = tmp_path / file.relative_to(folder)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    before = kept.code()
    monkeypatch.setattr(kept, "__file__", str(tmp_path / "kept.py"))
    assert kept.code() == before
    for name in ("rules/text.py", "marks.py", "kept.py"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"#")
        code_digest.cache_clear()
        assert kept.code() != before
        before = kept.code()


def test_other_settings_look_at_every_source_again(project: Project, worked_out: list[str]):
    for name in ("a.md", "b.md"):
        project.post("Words.\n", name)
    project.told()
    conf = (project.root / "pelicanconf.py").read_text(encoding="utf-8")
    for line in (
        "PLUGINS = []\n",
        "DEFAULT_METADATA = {'mood': ''}\n",
        "TIMEZONE = 'Asia/Tokyo'\n",
    ):
        del worked_out[:]
        project.write("pelicanconf.py", conf + line)
        assert project.told() == anew_told(project)
        assert len(worked_out) == 2


@pytest.mark.usefixtures("brief_youth")
def test_an_unchanged_file_of_the_site_is_searched_once(project: Project, scanned: list[str]):
    page = project.write("output/a/index.html", f"<p>\n{KEY}\n")
    clean = project.write("output/b/index.html", "<p>\n")
    aged(clean)
    assert project.told() == project.told() == ["output/a/index.html:2 secret error"]
    assert scanned.count("index.html") == 2
    clean.write_text(f"{KEY}\n", encoding="utf-8")
    page.unlink()
    assert project.told() == ["output/b/index.html:1 secret error"]


@pytest.mark.usefixtures("brief_youth")
def test_a_page_of_the_same_size_and_date_is_searched_again(project: Project):
    page = project.write("output/index.html", "x" * len(KEY))
    aged(page)
    assert project.told() == []
    dates = page.stat()
    page.write_text(KEY, encoding="utf-8")
    os.utime(page, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert project.told() == ["output/index.html:1 secret error"]


@pytest.mark.usefixtures("brief_youth")
def test_a_young_file_is_searched_each_time(project: Project, scanned: list[str]):
    page = project.write("output/index.html", "<p>\n")
    later = time.time_ns() + 3600 * 10**9
    os.utime(page, ns=(later, later))  # as by a clock that was wrong
    aged(page)
    project.told()
    project.told()
    assert scanned.count("index.html") == 2


def test_a_key_is_not_kept(project: Project):
    project.post(f"[a](/x/?key={KEY})\n")
    project.post("[b](/nowhere-else/)\n", "b.md")
    assert "content/posts/a.md:9 secret error" in project.told()
    assert project.told() == anew_told(project)
    data = cache(project).read_bytes()
    assert b"nowhere-else" in data
    assert KEY.encode() not in data


def test_what_is_gone_is_forgotten(project: Project):
    project.post("[x](/only-here/)\n")
    project.told()
    assert b"only-here" in cache(project).read_bytes()
    project.post("Words.\n")
    project.told()
    assert b"only-here" not in cache(project).read_bytes()


@pytest.mark.usefixtures("brief_youth")
def test_a_check_without_news_writes_nothing(project: Project):
    aged(project.post())
    aged(project.root / "pelicanconf.py")
    project.told()
    before = cache(project).stat()
    project.told()
    after = cache(project).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
