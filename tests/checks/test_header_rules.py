"""Rules over the header: each by one source, without a site around it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.checks.rule import Rule, found
from publish.checks.rules import (
    frontmatter,
    header_values,
    identity,
    mail,
    text,
    unknown_keys,
)
from publish.checks.rules.frontmatter import KEYS
from publish.checks.run import rules_of
from publish.checks.source import ReadOptions, Source
from publish.errors import Refused
from publish.office import checking
from publish.office.question import Voice
from publish.site.build import build
from tests.checks.project import Project

HEAD = "Title: A\nDate: 2026-11-01 07:30\nCategory: Career\nSlug: a\nStatus: published\n"


def source(header: str, body: str = "\nWords.\n") -> Source:
    options = ReadOptions(plugins=("mail_issues",))
    return Source("posts/a.md", "content/posts/a.md", (header + body).encode(), False, options)


def reported(rule: Rule, header: str, body: str = "\nWords.\n") -> list[tuple[int, str]]:
    """Line and severity of what one rule finds in one source."""
    return [(p.line, p.severity or rule.severity) for p in found(rule, source(header, body))]


def remedies(rule: Rule, header: str, body: str = "\nWords.\n") -> list[str]:
    return [p.remedy for p in found(rule, source(header, body))]


@pytest.mark.parametrize(
    "lines",
    [
        "draft: true",
        "Draft: yes",
        "DRAFT: TRUE # soon",
        'draft: "true"',
        "draft: 'yes'",
        "isDraft: 1",
        "draft: maybe",
        "draft:",
        "draft: false",
        "published: false",
        "published: no",
        "publish: false",
        "published:",
        "published: true",
        "dg-publish: false",
        "published: 2099-01-01",
        "publishDate: 2099-01-01",
        "publishDate: 2026-11-01",
        "publish_date: 1 May 2030",
        "expiryDate: 2020-01-01",
        "unpublishdate: 2099-01-01",
        "expires: never",
        "private: true",
        "private: no",
        "visibility: private",
        "visibility: members",
        "visibility: [private]",
        "visibility: public",
        "password: secret",
        "password:",
        "unlisted: true",
        "post_status: pending",
        "permalink: false",
        "eleventyExcludeFromCollections: true",
        "headless: true",
        "params:\n    draft: true",
        "params: {draft: true, mood: calm}",
        "extra:\n    - private: true",
        "_build:\n    render: never",
        "_build:\n  render: never",
    ],
)
def test_what_keeps_a_post_back_elsewhere_is_an_error_that_names_our_key(lines: str):
    assert {how for _, how in reported(unknown_keys.other_tools_key, f"{HEAD}{lines}\n")} == {
        "error"
    }
    said = remedies(unknown_keys.other_tools_key, f"{HEAD}{lines}\n")
    assert all(re.search("`(Status|Date):|`publish retract`", remedy) for remedy in said)


@pytest.mark.parametrize(
    "header",
    [
        f'---\n{HEAD}"draft": true\n---\n',
        f"---\n{HEAD}draft : true\n---\n",
        "+++\ntitle = 'A'\ndraft = true\n+++\n",
        f"{HEAD}'published': false\n",
        f"{HEAD}Publish Date: 2030-01-01\n",
        '{\n  "title": "A",\n  "draft": true\n}\n',
    ],
)
def test_a_flag_that_ends_the_header_is_found_behind_it(header: str):
    assert [how for _, how in reported(unknown_keys.other_tools_key, header)] == ["error"]


@pytest.mark.parametrize("line", ["permalink: /a/", "permalink:"])
def test_another_tools_address_is_a_warning_that_names_our_key(line: str):
    assert reported(unknown_keys.other_tools_key, f"{HEAD}{line}\n") == []
    assert reported(unknown_keys.unknown_key, f"{HEAD}{line}\n") == [(6, "warning")]
    assert remedies(unknown_keys.unknown_key, f"{HEAD}{line}\n") == ["did you mean Slug?"]


@pytest.mark.parametrize(
    "header",
    [HEAD, f"{HEAD}Summary: the draft: true or false?\n", f"{HEAD}Subject: private: no more\n"],
)
def test_words_are_no_flags(header: str):
    assert (
        reported(unknown_keys.other_tools_key, header, "\ndraft: true\n\nvisibility: private\n")
        == []
    )


def test_another_tools_name_is_reported_once_and_with_ours():
    assert remedies(unknown_keys.unknown_key, f"{HEAD}lastmod: 2026-11-02\n") == [
        "did you mean Modified?"
    ]
    assert remedies(unknown_keys.unknown_key, f"{HEAD}draft: true\n") == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_a_merge_left_is_an_error_in_header_and_body(ending: str):
    both = "<<<<<<< HEAD\nSubject: A\n=======\nSubject: B\n>>>>>>> other\n"
    assert reported(text.unmerged, f"{HEAD}{both}".replace("\n", ending)) == [
        (6, "error"),
        (10, "error"),
    ]
    body = f"\nTake\n{both}tablets.\n".replace("\n", ending)
    assert reported(text.unmerged, HEAD.replace("\n", ending), body) == [
        (8, "error"),
        (12, "error"),
    ]


@pytest.mark.parametrize(
    "body", ["\n<<<<<<<< more\n", "\n ======= \n", "\nTitle\n=======\n", "\n >>>>>>> quoted\n"]
)
def test_headings_quotations_and_indented_markers_are_no_merge(body: str):
    assert reported(text.unmerged, HEAD, body) == []


@pytest.mark.parametrize("key", KEYS)
def test_a_known_key_given_twice_is_an_error_at_the_second_line(key: str):
    assert reported(header_values.repeated_key, f"{key}: x\nMood: y\n{key.lower()}: z\n") == [
        (3, "error")
    ]


def test_an_unknown_key_given_three_times_is_two_warnings():
    assert reported(header_values.repeated_key, "Mood: x\nmood: x\nMOOD: x\n") == [
        (2, "warning"),
        (3, "warning"),
    ]


@pytest.mark.parametrize(
    ("lines", "line", "remedy"),
    [
        ("Tags: rest,\n    sleep", 6, "`Tags: rest, sleep`"),
        ("Tags:\n    - rest\n    - 'sleep'", 6, "`Tags: rest, sleep`"),
        ("Tags:\n  - rest\n  - sleep", 7, "`Tags: rest, sleep`"),
        ("Tags:\n- rest", 7, "`Tags: rest`"),
        ("Author: Nora\n\tWhitfield", 6, "`Author: Nora, Whitfield`"),
        ("Lang: e\n    n", 6, "`Lang: e n`"),
    ],
)
def test_a_list_or_value_over_several_lines(lines: str, line: int, remedy: str):
    assert reported(header_values.lost_lines, f"{HEAD}{lines}\n") == [(line, "error")]
    assert remedy in remedies(header_values.lost_lines, f"{HEAD}{lines}\n")[0]


@pytest.mark.parametrize("indent", ["    ", "\t", "        "])
def test_an_indented_header_line_is_an_error_at_it(indent: str):
    header = HEAD.replace("Status: published", f"Summary: One\n{indent}Status: draft")
    assert reported(header_values.lost_lines, header) == [(6, "error")]
    assert "`Status:`" in remedies(header_values.lost_lines, header)[0]


@pytest.mark.parametrize("more", ["and more: of it", "Status: what it is", "Note: two"])
def test_words_with_a_colon_may_go_on(more: str):
    assert reported(header_values.lost_lines, f"{HEAD}Summary: One\n    {more}\n") == []


@pytest.mark.parametrize(
    ("line", "without", "severity"),
    [
        ("Newletter: no", "", "error"),
        ("News-letter: off", "", "error"),
        ("mail: false", "", "error"),
        ("Newletter: yes", "", "warning"),
        ("Newletter: no\nNewsletter: no", "", "warning"),
        ("Staus: draft", "Status: published\n", "error"),
        ("Staus: draft", "", "warning"),
        ("Satus: published", "Status: published\n", "warning"),
        ("Sumary: no", "", "warning"),
    ],
)
def test_a_slip_in_what_keeps_a_post_or_its_letter_back_is_an_error(
    line: str, without: str, severity: str
):
    header = f"{HEAD.replace(without, '')}{line}\n"
    assert [how for _, how in reported(unknown_keys.unknown_key, header)] == [severity]


def test_words_and_aliases_may_go_on():
    assert (
        reported(header_values.lost_lines, f"{HEAD}Summary: One\n    two\nAliases: /a/,\n    /b/\n")
        == []
    )


@pytest.mark.parametrize(
    ("value", "severity", "written"),
    [
        ("Tags: [rest, sleep]", "error", "rest, sleep"),
        ("Tags: [rest]", "error", "rest"),
        ('Tags: ["a", "b"]', "error", "a, b"),
        ("Tags: 'rest', sleep", "error", "rest, sleep"),
        ('Author: "Nora"', "error", "Nora"),
        ("Category: [[Career]]", "error", "Career"),
        ("Lang: 'en'", "error", "en"),
        ('Uid: "0123456789abcdef"', "error", "0123456789abcdef"),
        ("Uid: 0123456789abcdef # keep", "error", "`Uid: 0123456789abcdef`"),
        ("Category: Career # main", "error", "Career"),
        ("Tags: #rest, #sleep", "warning", "rest, sleep"),
        ('Title: "A calm handover"', "warning", "A calm handover"),
        ("Category: []", "error", "…"),
        ("Summary: |", "error", "…"),
        ("Summary: ~", "error", "…"),
        ("Tags: null", "error", "…"),
    ],
)
def test_values_as_yaml_writes_them(value: str, severity: str, written: str):
    assert reported(header_values.yaml_value, f"{value}\n") == [(1, severity)]
    assert written in remedies(header_values.yaml_value, f"{value}\n")[0]


@pytest.mark.parametrize(
    "value",
    [
        "Title: “Do no harm” and what it means",
        'Title: "Yes" or "no"',
        "Tags: c#, f#",
        "Title: Issue # 5",
        "Image: a.jpg",
        "Title: [sic]",
        'Status: "draft"',
        "Category: Q&A",
        "Author: Sean O'Hara, Ann",
    ],
)
def test_quotes_and_brackets_that_are_meant(value: str):
    assert reported(header_values.yaml_value, f"{value}\n") == []


@pytest.mark.parametrize(
    ("date", "wrong"),
    [
        ("05/11/2026", True),
        ("5.11.26", True),
        ("05-11-2026 07:30", True),
        ("27/11/2026", False),
        ("11/11/2026", False),
        ("2026-11-05", False),
        ("5 Nov 2026", False),
    ],
)
def test_a_date_that_can_be_read_two_ways(date: str, wrong: bool):
    assert bool(reported(header_values.ambiguous_date, f"Title: A\nDate: {date}\n")) is wrong


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Title: A\n\nDate: 2026-11-01\nStatus: draft\n\nText.", 2),
        ("\nTitle: A\nDate: 2026-11-01\n\nText.", 1),
        ("\n---\nTitle: A\nStatus: draft\n---\nText.", 1),
        ("  \n\n\nTitle: A\nDate: 2026-11-01\n\nText.", 1),
        ("Title: A\n\n\nDate: 2026-11-01\nStatus: draft\n\nText.", 2),
        ("Title : A\nDate : 2026-11-01\n\nText.", 1),
        ("Title: A\nDate : 2026-11-01\n\nText.", 2),
        ('---\nTitle: A\n"mood": calm\n---\nText.', 3),
        ("---\nTitle: A\n# a comment\nDate: 2026-11-01\n---\nText.", 3),
        ("+++\ntitle = 'A'\n+++\nText.", 1),
        ("Title: A\nno colon here\nDate: 2026-11-01\n\nText.", 2),
        ('{\n  "title": "A",\n  "draft": true\n}\n\nText.', 1),
    ],
)
def test_a_header_that_ends_too_early_is_one_error(source: str, line: int):
    assert reported(frontmatter.cut_header, source, "") == [(line, "error")]
    for rule in (frontmatter.missing_title, frontmatter.missing_date, frontmatter.missing_status):
        assert reported(rule, source, "") == []


@pytest.mark.parametrize(
    "source",
    [
        "Title: A\nDate: 2026-11-01\n\nPlace: Leeds\nTime: noon\n",
        "Title: A\nDate: 2026-11-01\n\nDate: 3 May\nPlace: Leeds\n",
        "Title: A\nDate: 2026-11-01\n\nSummary: we did it.\n",
        "Title: A\nDate: 2026-11-01\n\nStatus: so far, so good.\nAnd on it goes.\n",
        "Title: A\nDate: 2026-11-01\nText at once.\n\nTags: are useful.\n",
        "Title: A\nDate: 2026-11-01\n---\nStatus: in a fenced post this is text.\n",
        "Just words.\n",
    ],
)
def test_text_that_looks_like_a_header_line_is_text(source: str):
    assert reported(frontmatter.cut_header, source, "") == []


def test_a_line_with_an_odd_key_behind_the_header_is_a_warning():
    source = f"{HEAD}Reading time: 5 minutes\n\nWords.\n"
    assert reported(unknown_keys.unknown_key, source, "") == [(6, "warning")]
    assert reported(unknown_keys.unknown_key, f"{HEAD}And so it goes: on.\n", "") == [
        (6, "warning")
    ]
    assert reported(unknown_keys.unknown_key, f"{HEAD}\nReading time: 5 minutes\n", "") == []


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("\nWrite here. The lines above end at the first empty line; leave Uid as it is.\n", [7]),
        ("\nWrite here.\n\nMore.\n", [7]),
        ("\nWords.\n\nThe lines above end at the\nfirst empty line.\n", [9]),
        ("\nMine; leave  Uid as it is.\n", [7]),
        ("\nI like to write here. It is quiet.\n", []),
        ("\nWords.\n", []),
    ],
)
def test_the_starter_text_is_found_in_any_part(body: str, lines: list[int]):
    assert [line for line, _ in reported(text.starter_text, HEAD, body)] == lines


ANY = st.text(st.sampled_from("dratfpublishe: -_\"'{}[],#\n|~/0129TtSs=+"), max_size=60)


@given(ANY)
def test_no_header_is_too_odd(header: str):
    lines = header.count("\n") + 3
    for rule in (*rules_of(frontmatter, header_values, unknown_keys), text.starter_text):
        assert all(1 <= line <= lines for line, _ in reported(rule, header))


@pytest.mark.parametrize(
    "lines", ["Translation: yes\nTranslation: yes\n", "Translation: a\n    b\n"]
)
def test_a_translation_of_several_lines_is_reported_before_pelican_fails_on_it(
    project: Project, lines: str
):
    project.write("content/posts/a.md", f"{HEAD}{lines}\nWords.\n")
    project.post(name="b.md")
    errors = [f for f in project.findings() if f.severity == "error"]
    assert [(f.file, f.rule) for f in errors] in (
        [("content/posts/a.md", "repeated-key")],
        [("content/posts/a.md", "lost-lines")],
    )
    with pytest.raises(Refused, match=r"content/posts/a\.md:\d+: .*Translation"):
        build(project.settings, guards=checking.guards(project.settings, Voice()))


@pytest.mark.parametrize(
    "line", ["Timezone: Europe/Berlinn", "Timezone:", "Date_format: %Y %", "Metadata: x"]
)
def test_a_key_on_whose_value_pelican_fails_is_reported_at_its_line(project: Project, line: str):
    project.write("content/posts/a.md", f"{HEAD}Mood: calm\n{line}\n\nWords.\n")
    errors = [f for f in project.findings() if f.severity == "error"]
    assert [(f.file, f.line) for f in errors] == [("content/posts/a.md", 7)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Date: 2026-11-01 07:30 +99:00", "Date is not a date: 2026-11-01 07:30 +99:00"),
        ("Date: 1764232200000", "Date is not a date"),
        ("Date: 0001-01-01 00:00 +0500", "not a date"),
        ("Date: 2026-11-01 07:30 America/New_York", "America/New_York"),
        ("Modified: 2026-11-01 07:30 +99:00", "Modified is not a date"),
        ("Modified: 99999999999999999999", "Modified is not a date"),
        ("Modified:", "Modified is empty"),
        ("Date:", "there is no date"),
    ],
)
def test_a_date_on_which_pelican_fails_is_reported_at_its_line_and_spoils_no_other(
    project: Project, line: str, says: str
):
    header = HEAD.replace("Date: 2026-11-01 07:30\n", "") if line.startswith("Date") else HEAD
    project.write("content/posts/a.md", f"{header}{line}\n\nWords.\n")
    project.post("[a](/nowhere/)\n", name="b.md")
    [ours, theirs] = [f for f in project.findings() if f.severity == "error"]
    assert (ours.file, ours.line) == ("content/posts/a.md", header.count("\n") + 1)
    assert says in ours.message
    assert theirs.rule == "broken-link"


def test_dates_that_are_none_are_reported_of_every_source_whatever_its_format(project: Project):
    for name in ("a.md", "b.md"):
        project.write(
            f"content/posts/{name}", f"{HEAD.replace('2026-11-01 07:30', 'nope')}\nWords.\n"
        )
    for name in ("c.html", "d.html"):
        head = f'<title>{name}</title>\n<meta name="date" content="nope">'
        project.write(f"content/posts/{name}", f"<html><head>{head}</head><body>x</body></html>")
    errors = {f.file for f in project.findings() if "date" in f.message}
    assert errors == {f"content/posts/{name}" for name in ("a.md", "b.md", "c.html", "d.html")}


@pytest.mark.parametrize(
    ("date", "severity"),
    [
        ("2026-11", "warning"),
        ("Nov 2026", "warning"),
        ("Fri", "warning"),
        ("12:30", "warning"),
        ("11/27", "warning"),
        ("2026-07-01 07:30 CEST", "warning"),
        ("2026-07-01 07:30 EST", "warning"),
        ("2026-07-01 07:30 EDT", ""),
        ("2026-07-01 07:30 UTC", ""),
        ("2026-07-01 07:30Z", ""),
        ("1 July 2026", ""),
        ("Wed, 1 Jul 2026 07:30 PM", ""),
        ("20260701", ""),
        ("260701", ""),
        ("July 1st, 2026 7pm", ""),
        ("2026-07-01T07:30:00-04:00", ""),
        ("Wed, 01 Jul 2026 07:30:00 GMT", ""),
        ("26-11-20", "warning"),
        ("20.11.25", "warning"),
    ],
)
def test_a_date_that_says_less_than_it_should_is_a_warning(
    project: Project, date: str, severity: str
):
    header = HEAD.replace("2026-11-01 07:30", date)
    project.write("content/posts/a.md", f"{header}\nWords.\n")
    found = [f for f in project.findings() if f.rule == "ambiguous-date"]
    assert [(f.line, f.severity) for f in found] == ([(2, severity)] if severity else [])


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("Title: A\nSubject: <b></b>", 2),
        ("Title: A\nSubject: &nbsp;", 2),
        ("Title: A\nSubject:", 2),
    ],
)
def test_a_mail_needs_a_subject_of_words(lines: str, line: int):
    assert reported(mail.empty_subject, f"{lines}\n") == [(line, "error")]


@pytest.mark.parametrize(
    "lines", ["Title: <br>\nSubject: A", "Title: <br>\nNewsletter: no", "Title: A & B", "Title: ✓"]
)
def test_a_subject_of_few_words_is_one(lines: str):
    assert reported(mail.empty_subject, f"{lines}\n") == []


@pytest.mark.parametrize("slug", [".hidden", "..", ".a.b", "a..b"])
def test_a_slug_that_names_no_folder_is_an_error(slug: str):
    header = HEAD.replace("Slug: a", f"Slug: {slug}")
    assert reported(identity.bad_slug, header) == [(4, "error")]
