"""Mends that know the answer: what they change, and that nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest

from publish.desk import fixes
from publish.post.diagnostic import Diagnostic

HEAD = "Title: A post\nStatus: published\nSlug: a-post\nUid: 0123456789ab\n\n"


def mended(rule: str, text: str, line: int = 6, message: str = "", remedy: str = "") -> str | None:
    finding = Diagnostic("content/posts/a.md", line, rule, "warning", message, remedy)
    made = fixes.apply_fix(text.encode(), fixes.FixContext(finding, {}))
    return None if made is None else made.decode()


@pytest.mark.parametrize(
    ("rule", "before", "after", "more"),
    [
        ("http-link", "[x](http://example.com/a)", "[x](https://example.com/a)", {}),
        ("tracking-parameters", "[x](https://e.com/?utm_source=n&id=2&fbclid=z#top)",
         "[x](https://e.com/?id=2#top)", {}),
        ("h1-in-body", "# Start", "## Start", {}),
        ("mixed-quotes", 'She said "yes" and ("no"), it\'s \'fine\'.',
         "She said “yes” and (“no”), it’s ‘fine’.", {}),
        ("broken-link", "[x](/abuot/)", "[x](/about/)",
         {"message": "nothing is at /abuot/", "remedy": "did you mean /about/?"}),
        ("broken-link", "[x]({filename}/posts/handovr.md)", "[x]({filename}/posts/handover.md)",
         {"message": "there is no file /posts/handovr.md",
          "remedy": "did you mean /posts/handover.md?"}),
        ("missing-image", "![x](door.jpg)", "![x]({static}/images/door.jpg)",
         {"message": "there is no picture door.jpg", "remedy": "write {static}/images/door.jpg"}),
    ],
)  # fmt: skip
def test_a_line_is_mended(rule: str, before: str, after: str, more: dict[str, Any]):
    assert mended(rule, f"{HEAD}{before}\n{before}\n", **more) == f"{HEAD}{after}\n{before}\n"


def test_header_lines_are_mended():
    assert mended("unknown-status", HEAD.replace("published", "publish")) == HEAD
    assert mended("missing-status", HEAD.replace("Status: published\n", "")) is not None
    missing = HEAD.replace("Slug: a-post\n", "")
    assert "Slug: a-post\n" in (mended("missing-slug", missing) or "")
    known = mended("missing-uid", HEAD.replace("Uid: 0123456789ab\n", ""),
                   remedy="add the line Uid: fedcba9876543210")  # fmt: skip
    assert "Uid: fedcba9876543210\n" in (known or "")
    fresh = mended("missing-uid", HEAD.replace("Uid: 0123456789ab\n", "")) or ""
    assert len(fresh.split("Uid: ")[1].split("\n")[0]) == 16
    assert mended("missing-uid", HEAD) is None
    typo = HEAD.replace("Slug", "Slg")
    assert (
        mended("unknown-key", typo, 3, "nothing reads the key Slg", remedy="did you mean Slug?")
        == HEAD
    )
    said = "the category career is spelled Career in content/posts/b.md"
    head = HEAD.replace("Slug", "Category: career, Network\nSlug")
    assert mended("category-case", head, 3, said) == head.replace("career,", "Career,")


def test_a_block_is_closed_before_the_next_heading():
    text = f"{HEAD}::: email-only\nFor the mail.\n\n## Next\n"
    made = mended("unclosed-block", text, message="the block is not closed")
    assert made == f"{HEAD}::: email-only\nFor the mail.\n\n:::\n\n## Next\n"
    end = mended("unclosed-block", f"{HEAD}::: web-only\nx", message="the block is not closed")
    assert end == f"{HEAD}::: web-only\nx\n\n:::\n"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("http-link", "[x](http://localhost:8000/)"), ("mixed-quotes", 'see `a "b"` and "c"'),
        ("h1-in-body", "## Start"), ("broken-link", "[x](/nowhere/)"), ("no-such-rule", "x"),
        ("unclosed-block", "this ::: closes nothing"), ("http-link", "plain"),
    ],
)  # fmt: skip
def test_what_it_cannot_know_it_leaves_alone(rule: str, text: str):
    assert mended(rule, f"{HEAD}{text}\n") is None


def test_a_line_that_is_not_there_is_left_alone():
    assert mended("http-link", HEAD, 99) is None


def test_bytes_that_are_no_text_stay():
    data = b"Title: x\n\n\xff http://example.com/ \x80\n"
    where = fixes.FixContext(Diagnostic("a", 3, "http-link", "warning", "", ""), {})
    assert fixes.apply_fix(data, where) == data.replace(b"http:", b"https:")


def test_the_difference_is_shown_by_line():
    made = fixes.difference(b"a\nb\nc\n", b"a\nB\nc\nd\n")
    assert made == [(2, "b", "B"), (4, "", "d")]
