import json

from publish.post.diagnostic import Diagnostic, as_github, as_json, quoted

ONE = Diagnostic("content/a,b:c.md", 3, "bad-date", "error", "100% wrong\nhere", "fix it")
TWO = Diagnostic("content/b.md", 1, "scheduled", "warning", "later", "nothing to do")


def test_text_is_one_line_a_finding():
    assert str(TWO) == "content/b.md:1: later — nothing to do"


def test_json_holds_every_field():
    assert json.loads(as_json([ONE, TWO]))[1] == {
        "file": "content/b.md",
        "line": 1,
        "rule": "scheduled",
        "severity": "warning",
        "message": "later",
        "remedy": "nothing to do",
    }
    assert json.loads(as_json([])) == []


def test_github_gets_its_escapes():
    assert as_github([ONE, TWO]).split("\n") == [
        "::error file=content/a%2Cb%3Ac.md,line=3,title=bad-date::100%25 wrong%0Ahere — fix it",
        "::warning file=content/b.md,line=1,title=scheduled::later — nothing to do",
    ]


def test_findings_sort_by_file_and_line():
    late = Diagnostic("a.md", 10, "x", "error", "", "")
    early = Diagnostic("a.md", 9, "y", "warning", "", "")
    assert sorted([TWO, late, early]) == [early, late, TWO]


def test_values_are_shown_in_one_short_printable_line():
    assert quoted("a\nb\x1b[31m") == "a b\ufffd[31m"
    assert quoted("x" * 100, 10) == "x" * 10 + "…"
    assert quoted("plain") == "plain"
