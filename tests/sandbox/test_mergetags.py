"""Merge tags, footers, text made of HTML, and times: the rules, without a server."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publish.post.urls import is_loopback
from publish.sandbox.api.content import plain_text
from publish.sandbox.campaigns import Campaign
from publish.sandbox.mergetags import (
    Reader,
    address_line,
    fill,
    with_footer,
    with_text_footer,
)
from publish.sandbox.mergetags import values as values_of
from publish.sandbox.problem import Problem
from publish.sandbox.request import iso, seconds
from tests.sandbox.conftest import NOON

CAMPAIGN = Campaign(
    type="regular",
    created=0,
    id="0123456789",
    list_id="5a4db0c5e1",
    settings={
        "subject_line": "For *|FNAME|*",
        "preview_text": "*|LIST:NAME|* this week",
        "reply_to": "hello@example.com",
    },
)
HOME = {
    "name": "Happy",
    "contact": {"company": "Happy Inc", "address1": "1 Street", "city": "Town", "country": "US"},
}
READER = Reader("ana@example.com", "http://127.0.0.1:1/u?e=1&c=2")


def values(reader: Reader) -> dict[str, str]:
    return values_of(CAMPAIGN, HOME, reader, NOON, "http://127.0.0.1:1")


def test_a_reader_without_a_name_is_greeted_with_none():
    known = values(READER)
    assert (known["FNAME"], known["LNAME"]) == ("", "")
    assert known["MC:SUBJECT"] == "For "


def test_a_readers_own_fields_are_tags():
    reader = Reader("ana@example.com", "u", {"FNAME": "Ana", "TOWN": "Springfield"})
    known = values(reader)
    assert known["MC:SUBJECT"] == "For Ana"
    assert known["TOWN"] == "Springfield"


def test_a_readers_field_cannot_replace_the_unsubscribe_link():
    reader = Reader("ana@example.com", "true", {"UNSUB": "false", "ARCHIVE": "false"})
    known = values(reader)
    assert known["UNSUB"] == "true"
    assert known["ARCHIVE"] == "http://127.0.0.1:1/archive/0123456789"


def test_an_address_in_html_is_escaped_and_in_text_is_not():
    known = values(READER)
    assert fill('<a href="*|UNSUB|*">', known, escape=True).count("&amp;c=2") == 1
    assert fill("*|UNSUB|*", known) == "http://127.0.0.1:1/u?e=1&c=2"


@pytest.mark.parametrize(
    "text", ["*|fname|*", "*| FNAME |*", "*|FNAME", "FNAME|*", "*|IF:FNAME|*x", "* |FNAME| *", ""]
)
def test_what_is_no_tag_stays(text: str):
    assert fill(text, values(READER)) == text


@given(st.text(), st.text())
def test_a_value_is_put_in_once_and_as_it_is(value: str, around: str):
    around = around.replace("|", "")
    assert fill(f"{around}*|FNAME|*{around}", {"FNAME": value}) == around + value + around


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        ({}, ""),
        (
            {
                "company": "A",
                "address1": "B",
                "address2": "C",
                "city": "D",
                "state": "E",
                "zip": "F",
                "country": "G",
            },
            "A, B, C, D, E F, G",
        ),
        ({"company": "A", "zip": "F", "country": "G"}, "A, F, G"),
    ],
)
def test_the_address_line_leaves_out_what_is_not_there(contact: dict[str, str], line: str):
    assert address_line(contact) == line


@pytest.mark.parametrize("markup", ["", "<p>*|UNSUB|*</p>", '<a href="*|UNSUB|*">x</a></body>'])
def test_a_footer_is_added_only_where_one_is_missing(markup: str):
    assert with_footer(markup) == markup


def test_the_footer_stands_inside_the_last_body():
    found = with_footer("<BODY>a</body> b</BODY></html>")
    assert found.startswith("<BODY>a</body> b<hr>")
    assert found.endswith("</BODY></html>")
    assert with_footer("<p>no body</p>").startswith("<p>no body</p><hr>")


def test_the_text_footer_too():
    assert with_text_footer("a *|UNSUB|*") == "a *|UNSUB|*"
    assert with_text_footer("a\n\n").startswith("a\n\n--\n")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo\n"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree\n"),
        ("<a>no address</a> <a href='x'>one</a>", "no address one (x)\n"),
        ("a &lt; b &amp; c", "a < b & c\n"),
        ("<script>no</script><style>no</style>yes", "yes\n"),
        ("<p>a\n  b</p>", "a b\n"),
        ("</a></p>unmatched", "unmatched\n"),
        ("", "\n"),
    ],
)
def test_text_is_made_of_html(markup: str, text: str):
    assert plain_text(markup) == text


@given(st.text())
@example("\n")
@example("\x00")
@example("<!-- -->")
@example("<?a?>")
@example("<!--")
@example("<title>")
def test_any_html_gives_some_text(markup: str):
    assert plain_text(markup).endswith("\n")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-24T12:00:00+00:00", NOON),
        ("2026-11-24T12:00:00Z", NOON),
        ("2026-11-24T12:00:00", NOON),
        ("2026-11-24 12:00:00", NOON),
        ("2026-11-24T12:00:00 00:00", NOON),
        ("2026-11-24T07:00:00-05:00", NOON),
        ("2026-11-24T12:00:00.900+00:00", NOON),
        ("2026-11-24", NOON - 12 * 3600),
    ],
)
def test_a_time_is_read_in_every_usual_form(text: str, at: float):
    assert seconds(text, "field") == at


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-02-30", "24.11.2026", None, 5, [], "0001-01-01T00:00+23:00x"]
)
def test_what_is_no_time_is_refused_by_field(text: object):
    with pytest.raises(Problem) as caught:
        seconds(text, "schedule_time")
    assert [name for name, _ in caught.value.errors] == ["schedule_time"]


@given(st.integers(0, 2**34))
def test_times_come_back_as_they_were_written(at: int):
    assert seconds(iso(at), "x") == at


def test_what_has_not_happened_has_an_empty_time():
    assert iso(None) == ""
    assert iso(0) == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9:80", True),
        ("localhost", True),
        ("localhost:8080", True),
        ("[::1]", True),
        ("[::1]:80", True),
        ("", False),
        ("0.0.0.0", False),
        ("[::]", False),
        ("example.com", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("192.168.0.1", False),
        ("[", False),
        ("127.0.0.1@example.com", False),
        ("example.com/127.0.0.1", False),
    ],
)
def test_this_machine_is_known_by_its_own_names_only(host: str, ours: bool):
    assert is_loopback(host) is ours
