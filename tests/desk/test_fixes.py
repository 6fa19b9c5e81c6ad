"""Automatic fixes: what they change, and that every other byte stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publish.desk import fixes
from publish.post.diagnostic import Diagnostic
from tests.checks.project import Project

HEAD = "Title: A post\nStatus: published\nSlug: a-post\nUid: 0123456789ab\n\n"


def fixed(
    rule: str, text: str, line: int = 6, message: str = "", fix: tuple[str, str] | None = None
) -> str | None:
    finding = Diagnostic("content/posts/a.md", line, rule, "warning", message, "", fix)
    made = fixes.apply_fix(text.encode(), finding)
    return None if made is None else made.decode()


@pytest.mark.parametrize(
    ("rule", "before", "after", "more"),
    [
        (
            "http-link",
            "[x](http://example.com/a)",
            "[x](https://example.com/a)",
            {"fix": ("http://example.com/a", "https://example.com/a")},
        ),
        (
            "mistyped-scheme",
            "[x](htps://e.com/a)",
            "[x](https://e.com/a)",
            {"fix": ("htps://e.com/a", "https://e.com/a")},
        ),
        (
            "tracking-parameters",
            "[x](https://e.com/?utm_source=n&id=2&fbclid=z#top)",
            "[x](https://e.com/?id=2#top)",
            {"fix": ("https://e.com/?utm_source=n&id=2&fbclid=z#top", "https://e.com/?id=2#top")},
        ),
        ("h1-in-body", "# Start", "## Start", {}),
        (
            "mixed-quotes",
            'She said "yes" and ("no"), it\'s \'fine\'.',
            "She said “yes” and (“no”), it’s ‘fine’.",
            {},
        ),
        ("broken-link", "[x](/abuot/)", "[x](/about/)", {"fix": ("/abuot/", "/about/")}),
        (
            "broken-link",
            "[x]({filename}/posts/handovr.md)",
            "[x]({filename}/posts/handover.md)",
            {"fix": ("{filename}/posts/handovr.md", "{filename}/posts/handover.md")},
        ),
        (
            "missing-image",
            "![x](door.jpg)",
            "![x]({static}/images/door.jpg)",
            {"fix": ("door.jpg", "{static}/images/door.jpg")},
        ),
    ],
)
def test_a_line_is_mended(rule: str, before: str, after: str, more: dict[str, Any]):
    assert fixed(rule, f"{HEAD}{before}\n{before}\n", **more) == f"{HEAD}{after}\n{before}\n"


def test_header_lines_are_mended():
    assert (
        fixed("unknown-status", HEAD.replace("published", "publish"), fix=("publish", "published"))
        == HEAD
    )
    missing = HEAD.replace("Status: published\n", "")
    assert "Status: published\n" in (fixed("missing-status", missing, fix=("", "published")) or "")
    missing = HEAD.replace("Slug: a-post\n", "")
    assert "Slug: a-post\n" in (fixed("missing-slug", missing, fix=("", "a-post")) or "")
    known = fixed(
        "missing-uid", HEAD.replace("Uid: 0123456789ab\n", ""), fix=("", "fedcba9876543210")
    )
    assert "Uid: fedcba9876543210\n" in (known or "")
    assert fixed("missing-uid", HEAD, fix=("", "fedcba9876543210")) is None
    typo = HEAD.replace("Slug", "Slg")
    assert fixed("unknown-key", typo, 3, fix=("Slg", "Slug")) == HEAD
    head = HEAD.replace("Slug", "Category: career, Network\nSlug")
    assert fixed("category-case", head, 3, fix=("career", "Career")) == head.replace(
        "career,", "Career,"
    )


def test_a_block_is_closed_before_the_next_heading():
    text = f"{HEAD}::: email-only\nFor the mail.\n\n## Next\n"
    made = fixed("unclosed-block", text, message="the block is not closed")
    assert made == f"{HEAD}::: email-only\nFor the mail.\n\n:::\n\n## Next\n"
    end = fixed("unclosed-block", f"{HEAD}::: web-only\nx", message="the block is not closed")
    assert end == f"{HEAD}::: web-only\nx\n\n:::\n"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("http-link", "[x](http://localhost:8000/)"),
        ("mixed-quotes", 'see `a "b"` and "c"'),
        ("h1-in-body", "## Start"),
        ("broken-link", "[x](/nowhere/)"),
        ("no-such-rule", "x"),
        ("unclosed-block", "this ::: closes nothing"),
        ("http-link", "plain"),
        ("category-case", "x"),
    ],
)
def test_what_it_cannot_know_it_leaves_alone(rule: str, text: str):
    assert fixed(rule, f"{HEAD}{text}\n") is None


def test_a_line_that_is_not_there_is_left_alone():
    assert fixed("http-link", HEAD, 99) is None


def test_bytes_that_are_no_text_stay():
    data = b"Title: x\n\n\xff http://example.com/ \x80\n"
    finding = Diagnostic(
        "a", 3, "http-link", "warning", "", "", ("http://example.com/", "https://example.com/")
    )
    assert fixes.apply_fix(data, finding) == data.replace(b"http:", b"https:")


def test_the_difference_is_shown_by_line():
    made = fixes.difference(b"a\nb\nc\n", b"a\nB\nc\nd\n")
    assert made == [(2, "b", "B"), (4, "", "d")]


def test_a_suggestion_of_a_rule_ends_its_finding(tmp_path: Path):
    """From the rules' own findings, whatever their sentences say."""
    project = Project(tmp_path / "site")
    project.write("content/images/door.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    head = "Date: 2026-11-01\nCategory: {}\nSlug: {}\nSummary: What it is.\nUid: {}\n"
    project.write(
        "content/posts/handover.md",
        "Title: A calm handover\n"
        + head.format("Career", "handover", "a1b2c3d4e5f6a7b8")
        + "\nWords.\n",
    )
    project.write(
        "content/posts/night.md",
        "Title: Nights\nSumary: x\n"
        + head.format("career", "nights", "b1b2c3d4e5f6a7b8")
        + "\n[one](/handovr/), [two]({filename}handovr.md) and ![a door](/door.svg)\n",
    )
    project.write(
        "content/posts/plain.md",
        "Title: Plain\n" + head.format("Career", "plain", "").replace("Uid: \n", "") + "\nWords.\n",
    )
    before = [f for f in project.findings() if f.fix]
    assert {f.rule for f in before} >= {
        "unknown-key",
        "broken-link",
        "missing-image",
        "category-case",
        "missing-uid",
    }
    # From the end, as a line that is added moves those below it.
    for finding in sorted(before, key=lambda finding: -finding.line):
        file = project.root / finding.file
        made = fixes.apply_fix(file.read_bytes(), finding)
        assert made is not None, finding
        file.write_bytes(made)
    assert not {f.rule for f in project.findings() if f.fix}
