"""An article's HTML as a mail can hold it."""

from __future__ import annotations

from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_issues.html_mail import KEPT, SCHEMES, parse, pictures, rewrite, stacked
from mail_issues.pictures import WIDTH, File, fitted

URL = "https://one.example/post/"


@pytest.mark.parametrize(
    ("given", "absolute"),
    [
        ("/two/", "https://one.example/two/"),
        ("two.html", "https://one.example/post/two.html"),
        ("#fn:1", "https://one.example/post/#fn:1"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        (" https://x.example/?a=1&amp;b=2 ", "https://x.example/?a=1&amp;b=2"),
    ],
)
def test_every_address_is_absolute(given: str, absolute: str):
    assert f'href="{absolute}"' in rewrite(f'<p><a href="{given}">x</a></p>', URL)


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "http://[", "ftp://x/"]
)
def test_an_address_no_mail_should_hold_leaves_its_words(href: str):
    assert rewrite(f'<p>a <a href="{href}">b</a> c</p>', URL) == "<p>a b c</p>"


@pytest.mark.parametrize(
    ("markup", "numbers"),
    [
        ("<ol><li>a<li>b</ol>", "12"),
        ('<ol start="3"><li>a<li>b</ol>', "34"),
        ('<ol><li>a<li value="7">b<li>c</ol>', "178"),
        ("<ol reversed><li>a<li>b<li>c</ol>", "321"),
        ('<ol start="x"><li value="1e3">a<li>b</ol>', "12"),
        ('<ol start="-1"><li>a<li>b</ol>', "-10"),
    ],
)
def test_list_numbers_are_written_down(markup: str, numbers: str):
    items = parse(rewrite(markup, URL)).iter("li")
    assert "".join(item.get("value") for item in items) == numbers


def test_a_list_that_goes_on_says_where_for_programs_that_drop_the_values():
    assert '<ol start="3">' in rewrite("<ol start=3><li>c</ol>", URL)


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        (
            '<iframe src="https://v.example/1" title="A film"></iframe>',
            ("A film", "https://v.example/1"),
        ),
        (
            '<video src="/v.mp4"></video>',
            ("Watch the video on the web", "https://one.example/v.mp4"),
        ),
        (
            '<audio><source src="/a.ogg">no</audio>',
            ("Listen on the web", "https://one.example/a.ogg"),
        ),
        ('<object data="/x.pdf">no</object>', ("See this on the web", "https://one.example/x.pdf")),
        ('<svg><path d="M0 0"/></svg>', ("See the drawing on the web", URL)),
        ('<form action="/x"><input name="a"></form>', ("Fill in the form on the web", URL)),
        ('<img src="data:image/png;base64,AA==" alt="A dot">', ("A dot", URL)),
    ],
)
def test_what_mail_cannot_show_is_a_linked_line(markup: str, line: tuple[str, str]):
    done = rewrite(f"<p>before</p>{markup} after", URL)
    words, href = line
    assert f'<p><a href="{href}">{words}</a></p>' in done
    assert done.endswith("after")


def test_within_a_paragraph_it_is_a_link_and_within_a_link_only_words():
    inner = '<iframe src="https://v.example/1" title="A film"></iframe>'
    assert rewrite(f"<p>a {inner} b</p>", URL) == (
        '<p>a <a href="https://v.example/1">A film</a> b</p>'
    )
    assert rewrite(f'<p><a href="/x/">{inner}</a></p>', URL) == (
        '<p><a href="https://one.example/x/">A film</a></p>'
    )


@pytest.mark.parametrize(
    "noise",
    [
        "<script>x()</script>",
        "<style>p{}</style>",
        '<link rel="stylesheet" href="x">',
        '<meta http-equiv="refresh" content="0">',
        "<template>x</template>",
        "<p hidden>x</p>",
        "<!-- x -->",
        "<?php x ?>",
    ],
)
def test_noise_is_gone(noise: str):
    assert rewrite(f"<p>a</p>{noise}<p>b</p>", URL) == "<p>a</p><p>b</p>"


def test_handlers_styles_and_classes_are_gone_and_language_stays():
    given = (
        '<p onclick="x()" style="color:red" class="c" id="i" data-x="1" lang="ar" dir="rtl">a</p>'
    )
    assert rewrite(given, URL) == '<p lang="ar" dir="rtl">a</p>'


def test_code_loses_the_spans_that_only_carried_colours():
    given = '<div class="highlight"><pre><code><span class="k">def</span> f</code></pre></div>'
    assert rewrite(given, URL) == "<div><pre><code>def f</code></pre></div>"


def test_newer_elements_become_older_ones():
    given = "<figure><picture><source srcset=x><img src=/a.jpg alt=A></picture><figcaption>C"
    done = rewrite(given, URL)
    assert done == '<div><img src="https://one.example/a.jpg" alt="A"><div>C</div></div>'
    opened = rewrite("<details><summary>More</summary><p>Words</p></details>", URL)
    assert opened == "<div><p>More</p><p>Words</p></div>"


def test_a_list_of_tasks_keeps_its_ticks():
    done = rewrite('<ul><li><input type="checkbox" checked> a<li><input type=checkbox> b</ul>', URL)
    assert "☑ a" in done
    assert "☐ b" in done


def test_tables_hold_without_a_style_sheet():
    given = '<table><tr><th>a<th style="text-align: right;">b<tr><td>c<td align="center">d</table>'
    done = rewrite(given, URL, start="right")
    cells = [(c.text.strip(), c.get("align")) for c in parse(done).iter("th", "td")]
    assert cells == [("a", "right"), ("b", "right"), ("c", "right"), ("d", "center")]
    assert '<table border="1" cellpadding="6" cellspacing="0" width="100%" ' in done


@pytest.mark.parametrize(
    ("cells", "style", "kind"),
    [
        (["Time", "What I did"], "word-break:normal", None),
        (
            ["Shift", "Score", "Caught a doubled metoprolol", "Nothing!!"],
            "word-break:normal",
            None,
        ),
        (["Time", "gastroenterological", "contraindications"], None, "wide"),
        (["Amoxicillin", "three times daily", "3 g", "Yes", "Methotrexate"], None, "many wide"),
        (["心電図の所見と今後の方針についての申し送りの記録をここに書くこと"] * 2, None, None),
    ],
)
def test_no_word_of_a_table_is_broken_where_its_words_fit(
    cells: list[str], style: str | None, kind: str | None
):
    rows = "".join(f"<td>{cell}</td>" for cell in cells)
    done = rewrite(f'<table class="x" style="color: red"><tr>{rows}</tr></table>', URL)
    (table,) = parse(done).iter("table")
    assert (table.get("style"), table.get("class")) == (style, kind)


LONG = ["Hydrochlorothiazide", "Hydroxychloroquine", "Pseudoephedrine", "Chlorthalidone"]
NAMES_OF_ROW = "<tr><th>Old</th><th>New</th><th></th><th>Most</th></tr>"


def test_a_table_that_fits_no_window_is_a_list_of_its_rows():
    cells = f'<td align="right">{LONG[0]}</td><td>or <b>{LONG[1]}</b>, too</td>'
    rows = (
        f"<tr>{cells}<td>{LONG[2]}</td><td>{LONG[3]}</td></tr><tr>{'<td></td>' * 3}<td>4</td></tr>"
    )
    done = rewrite(f"<table><caption>Cap</caption>{NAMES_OF_ROW}{rows}</table>tail", URL)
    assert stacked(done) == (
        f"<div><p>Cap</p><p>Old: <b>{LONG[0]}</b><br>New: or <b>{LONG[1]}</b>, too<br>{LONG[2]}"
        f"<br>Most: {LONG[3]}</p><p>Most: <b>4</b></p></div>tail"
    )


@pytest.mark.parametrize(
    "rows",
    [
        NAMES_OF_ROW,
        "<tr>" + "".join(f"<td>{word}</td>" for word in LONG) + "</tr>",
        NAMES_OF_ROW + "<tr>" + "".join(f"<td>{word[:8]}</td>" for word in LONG) + "</tr>",
        NAMES_OF_ROW + "<tr>" + "".join(f"<td>{word}</td>" for word in LONG[1:]) + "</tr>",
        NAMES_OF_ROW + "<tr>" + "".join(f"<td><p>{word}</p></td>" for word in LONG) + "</tr>",
        NAMES_OF_ROW + '<tr><td colspan="4">' + "".join(LONG) + "</td></tr>",
        "<tr><th>所見</th><th>方針</th></tr>"
        + f"<tr><td>{'心電図の' * 9}</td><td>{'今後の' * 9}</td></tr>",
    ],
)
def test_any_other_table_stays_one(rows: str):
    done = rewrite(f"<p>x</p><table>{rows}</table>", URL)
    assert stacked(done) == done


def test_numbers_of_three_figures_have_room():
    done = rewrite('<ol start="1998"><li>a</ol><ol start="99"><li>b<li>c</ol><ol><li>d</ol>', URL)
    styles = [numbered.get("style") for numbered in parse(done).iter("ol")]
    assert styles == ["padding-left:60px", "padding-left:60px", None]
    assert "padding-right:60px" in rewrite('<ol start="100"><li>a</ol>', URL, start="right")


def test_pictures_have_their_size_and_fit_the_column():
    a, b, small = (f"https://one.example/{name}" for name in ("a.jpg", "b.png", "small.jpg"))
    known = {a: File(small, 1040, 520, 9), b: File(b, 100, 50, 9)}
    given = '<img src="/a.jpg"><img src="/b.png" alt="B"><img src="/c.gif">'
    given += '<img src="/d.gif" width="1040" height="10">'
    images = list(parse(rewrite(given, URL, known.get)).iter("img"))
    sizes = [(i.get("width"), i.get("height")) for i in images]
    assert sizes == [("520", "260"), ("100", "50"), (None, None), ("520", "5")]
    assert [i.get("alt") for i in images] == ["", "B", "", ""]
    assert [i.get("src") for i in images][:2] == [small, b]


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_fitted_picture_keeps_its_shape(width: int, height: int):
    wide, high = fitted(width, height)
    assert 0 < wide <= min(width, WIDTH)
    assert 0 < high <= height
    assert abs(high - height * wide / width) <= 1


def test_a_picture_that_some_programs_do_not_show_is_a_link_to_itself():
    done = rewrite('<p><img src="/a.svg" alt="A">tail</p>', URL)
    assert done.startswith('<p><a href="https://one.example/a.svg"><img ')
    assert done.endswith('alt="A"></a>tail</p>')
    assert rewrite('<a href="/x/"><img src="/a.svg"></a>', URL).count("<a ") == 1


def test_footnotes_lead_to_the_page_and_say_what_they_are():
    done = rewrite('<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup>', URL)
    assert done == f'<sup><a href="{URL}#fn:1" role="doc-noteref">1</a></sup>'


def test_all_pictures_each_once_in_order():
    bodies = [
        '<img src="https://a.example/1"><img src="https://a.example/2">',
        '<p><img src="https://a.example/1"><img src="https://a.example/3">',
    ]
    assert pictures(bodies) == tuple(f"https://a.example/{n}" for n in (1, 2, 3))


TAGS = st.sampled_from(["p", "ol", "li", "table", "td", "a", "img", "iframe", "details", "input",
                        "span", "svg", "button", "blockquote", "form", "video", "x-y"])  # fmt: skip
NAMES = st.sampled_from(["href", "src", "style", "onload", "class", "start", "value", "width"])
TREES = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=9),
    lambda inner: st.tuples(
        TAGS, st.dictionaries(NAMES, st.text(max_size=9), max_size=3), st.lists(inner, max_size=3)
    ),
    max_leaves=12,
)


def written(tree: object) -> str:
    from html import escape

    if isinstance(tree, str):
        return escape(tree)
    tag, attributes, inner = tree  # type: ignore[misc]
    shown = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{shown}>{''.join(map(written, inner))}</{tag}>"


@given(TREES)
def test_whatever_it_is_given_the_mail_holds_only_what_is_allowed(tree: object):
    done = rewrite(written(tree), URL)
    own = {"border", "cellpadding", "cellspacing", "class", "style", "role"}
    for element in parse(done).iter("*"):
        assert element.tag not in {"script", "style", "iframe", "form", "video", "input", "svg"}
        assert set(element.attrib) <= KEPT | own
        assert element.get("style") in (None, "word-break:normal")
        for name in ("href", "src"):
            if name in element.attrib:
                assert urlsplit(element.get(name)).scheme.lower() in SCHEMES


def test_an_empty_body_is_an_empty_body():
    assert rewrite("", URL) == ""
    assert lxml.html.fragment_fromstring(f"<p>{rewrite('  ', URL)}</p>").text_content() == ""
