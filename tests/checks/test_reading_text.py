"""Header, prose, links, headings and dates, against what the renderer itself would do."""

from datetime import UTC, datetime

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.checks import dates, marks, outline, prose
from publish.checks.slugs import slugify


def found(body: str) -> list[tuple[str, str | None]]:
    return [(link.target, link.text) for link in marks.links(body, prose.mask(body))]


@given(st.text(alphabet="`~<!->acode/ \n\t*[]()", max_size=80))
def test_masking_keeps_every_place(body: str):
    masked = prose.mask(body)
    assert len(masked) == len(body)
    assert all(m in (b, " ") for m, b in zip(masked, body, strict=True))
    assert [i for i, c in enumerate(masked) if c == "\n"] == [
        i for i, c in enumerate(body) if c == "\n"
    ]


@pytest.mark.parametrize(
    "body",
    [
        "`[a](b)`", "``[a](b) ` ``", "```\n[a](b)\n```", "~~~ python\n[a](b)\n~~~", "    [a](b)",
        "<!-- [a](b)\n\n[c](d) -->", "<pre>\n[a](b)\n</pre>", r"\[a](b)",
    ],
)  # fmt: skip
def test_links_in_code_and_comments_do_not_count(body: str):
    assert found(body) == []
    assert "href" not in markdown.markdown(body, extensions=["extra"])


@pytest.mark.parametrize(
    ("body", "target", "text"),
    [
        ("[a](b)", "b", "a"),
        ('[a](b "title")', "b", "a"),
        ("[a](<b c>)", "b c", "a"),
        ("[a](/w/Aspirin_(drug))", "/w/Aspirin_(drug)", "a"),
        ("[`a`](b)", "b", "`a`"),
        ("- one\n\n    [a](b)", "b", "a"),
        ("[a [b] c](d)", "d", "a [b] c"),
        ("[a][r]\n\n[r]: b", "b", "a"),
        ("[a][]\n\n[A]: b 'title'", "b", "a"),
        ("[a]\n\n[a]: <b>", "b", "a"),
        ("<a class=x href='b'>a</a>", "b", "a"),
        ("<https://b.example>", "https://b.example", "https://b.example"),
        ("`` ` `` [a](b) `", "b", "a"),
        ("`not code\n\n[a](b) `", "b", "a"),
        ("```\nnever closed\n\n[a](b)", "b", "a"),
    ],
)
def test_links_are_found(body: str, target: str, text: str):
    assert found(body) == [(target, text)]


def test_a_picture_inside_a_link_is_both():
    assert found("[![alt](pic.png)](there)") == [("pic.png", "alt"), ("there", "![alt](pic.png)")]
    assert found("<img src=a> <img src=b alt=''>") == [("a", None), ("b", "ornament")]


@pytest.mark.parametrize(
    "body",
    [
        "## One\n\n## One\n\n### Zwölf & mehr!\n",
        "Two\n===\n\nThree\n---\n",
        "## Named {#mine}\n\n## Mine ##\n",
        "```\n## no\n```\n\n#yes\n",
    ],
)
def test_headings_have_the_ids_the_renderer_gives_them(body: str):
    html = markdown.markdown(body, extensions=["extra", "toc"])
    masked = prose.mask(body)
    heads = outline.headings(masked)
    ids = outline.ids(masked, heads, toc=True)
    assert {part.split('"')[0] for part in html.split(' id="')[1:]} == ids
    assert html.count("</h") == len(heads)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-16", (2026, 11, 16, 0, 0)),
        ("2026-11-16 07:30", (2026, 11, 16, 7, 30)),
        ("2026-11-16T07:30:15Z", (2026, 11, 16, 7, 30, 15)),
        ("2026-11-16 07:30 +0530", (2026, 11, 16, 2, 0)),
        ("2026-1-6 9:05", (2026, 1, 6, 9, 5)),
        ("2010-12-03 10:20 PM", (2010, 12, 3, 22, 20)),
        ("2026/11/16", (2026, 11, 16)),
        ("16 November 2026", (2026, 11, 16)),
        ("Nov 16, 2026 07:30", (2026, 11, 16, 7, 30)),
        ("Mon, 16 Nov 2026 07:30:00 -0500", (2026, 11, 16, 12, 30)),
    ],
)
def test_dates_that_pelican_reads(text: str, moment: tuple[int, ...]):
    assert dates.parse(text, UTC) == datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-02-30", "2026-11-16 25:00", "0000-01-01", "12", "9" * 99],
)
def test_dates_that_are_none(text: str):
    assert dates.parse(text, UTC) is None


@given(st.text(max_size=70))
def test_no_text_breaks_the_dates(text: str):
    assert dates.parse(text, UTC) is None or text.strip()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Good-Day Ledger", "the-good-day-ledger"),
        ("Crème brûlée — a “recipe”", "creme-brulee-a-recipe"),
        ("  What's new?  ", "whats-new"),
        ("Straße & Ærø", "strasse-aero"),
        ("<em>Two</em> words", "two-words"),
        ("???", ""),
    ],
)
def test_slugs_are_those_pelican_makes(title: str, slug: str):
    from pelican.settings import DEFAULT_CONFIG
    from pelican.utils import slugify as pelican_slugify

    assert slugify(title) == slug
    assert pelican_slugify(title, regex_subs=DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"]) == slug
