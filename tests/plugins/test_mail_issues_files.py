"""Where issues lie, and how they get there."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_issues.files import home, put, sweep

from publish.post.issue import Issue, digest_of, key_of


def issue(**changes: object) -> Issue:
    facts: dict[str, object] = {
        "key": key_of(["a" * 12]),
        "uid": "a" * 12,
        "slug": "post",
        "title": "T",
        "subject": "S",
        "preheader": "P",
        "html": "<p>é</p>",
        "text": "é\n",
        "url": "https://one.example/post/",
        "source": "content/posts/post.md",
        "date": datetime.fromisoformat("2024-05-01T10:00:00-04:00"),
        "page_digest": "f" * 32,
        "categories": ("Career",),
        "images": (),
    }
    facts |= changes
    words = (str(facts[name]) for name in ("subject", "preheader", "html", "text"))
    return Issue(**{**facts, "digest": digest_of(*words)})  # type: ignore[arg-type]


def stamps(folder: Path) -> dict[str, int]:
    return {f.name: f.stat().st_mtime_ns for f in folder.iterdir()}


def test_the_record_stands_for_the_bytes_beside_it(tmp_path: Path):
    put(tmp_path / "post", issue().files())
    text = (tmp_path / "post/issue.json").read_text(encoding="utf-8")
    record = json.loads(text)
    assert text == json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    bodies = [
        (tmp_path / "post" / name).read_bytes().decode() for name in ("issue.html", "issue.txt")
    ]
    whole = json.dumps(["S", "P", *bodies], ensure_ascii=False, separators=(",", ":"))
    assert record["digest"] == hashlib.sha256(whole.encode()).hexdigest()
    assert record["key"] == hashlib.sha256(b"aaaaaaaaaaaa").hexdigest()[:20]
    assert record["html_bytes"] == len(bodies[0].encode()) == 9
    assert record["version"] == 1
    assert record["newsletter"] is True


def test_only_what_differs_is_written(tmp_path: Path):
    put(tmp_path / "post", issue().files())
    before = stamps(tmp_path / "post")
    put(tmp_path / "post", issue().files())
    assert stamps(tmp_path / "post") == before
    put(tmp_path / "post", issue(text="other\n").files())
    after = stamps(tmp_path / "post")
    assert {name for name in after if after[name] != before[name]} == {"issue.txt", "issue.json"}


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    put(tmp_path / "post", issue().files())

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        put(tmp_path / "post", issue(html="<p>new</p>").files())
    assert (tmp_path / "post/issue.html").read_text(encoding="utf-8") == "<p>é</p>"
    assert len(stamps(tmp_path / "post")) == 3


def test_the_issues_of_lost_posts_go_and_nothing_else(tmp_path: Path):
    for slug in ("kept", "lost"):
        put(tmp_path / slug, issue(slug=slug).files())
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/mine.txt").write_text("mine", encoding="utf-8")
    sweep(tmp_path, {"kept"})
    assert sorted(f.name for f in tmp_path.iterdir()) == ["kept", "notes"]
    sweep(tmp_path / "nowhere", set())


def test_the_folder_is_found_from_the_settings_file(tmp_path: Path):
    (tmp_path / "blog/content/posts").mkdir(parents=True)
    default = tmp_path / "blog/.publish/issues"
    # Without a pelicanconf.py: beside the content folder.
    assert home({"PATH": str(tmp_path / "blog/content")}) == default
    (tmp_path / "blog/pelicanconf.py").touch()
    for path in ("content", "content/posts", "."):
        assert home({"PATH": str(tmp_path / "blog" / path)}) == default
    given = {"PATH": str(tmp_path / "blog/content"), "NEWSLETTER_ISSUES_PATH": "mails"}
    assert home(given) == tmp_path / "blog/mails"
    assert home({**given, "NEWSLETTER_ISSUES_PATH": str(tmp_path / "x")}) == tmp_path / "x"


def test_a_content_folder_that_is_a_link_belongs_where_the_link_is(tmp_path: Path):
    (tmp_path / "far/content").mkdir(parents=True)
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog/content").symlink_to(tmp_path / "far/content")
    assert home({"PATH": str(tmp_path / "blog/content")}) == tmp_path / "blog/.publish/issues"


WORDS = st.text(max_size=20)


@given(st.lists(WORDS, min_size=1, max_size=4), st.randoms())
def test_a_key_is_of_the_identities_in_any_order(uids: list[str], random: object):
    shuffled = list(uids)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert key_of(shuffled) == key_of(uids)
    assert len(key_of(uids)) == 20
    assert int(key_of(uids), 16) >= 0


@given(WORDS, WORDS, WORDS, WORDS, st.integers(0, 3), WORDS)
def test_a_digest_is_of_all_four_and_of_nothing_else(
    subject: str, preheader: str, html: str, text: str, place: int, other: str
):
    given = [subject, preheader, html, text]
    changed = [*given[:place], other, *given[place + 1 :]]
    assert (digest_of(*given) == digest_of(*changed)) is (given == changed)
    assert len(digest_of(*given)) == 64


def test_what_says_the_same_in_other_places_is_not_the_same():
    assert digest_of("a", "b", "", "") != digest_of("ab", "", "", "")
    assert digest_of("a", "b", "", "") != digest_of("b", "a", "", "")
