"""The desk's calls of the office, and its wording of the office's lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publish.desk import asking
from publish.errors import ConfigError, Refused
from publish.office.question import Line, Question
from publish.office.words import Words
from publish.sandbox import NOTE
from publish.settings import load
from tests.desk.snapshots import a_post

POST = a_post()


@pytest.mark.parametrize(
    ("act", "form", "wish"),
    [
        ("send", {}, {"posts": (POST.name,), "as_update": False, "at": None}),
        (
            "send",
            {"at": " noon ", "as_update": "yes"},
            {"posts": (POST.name,), "as_update": True, "at": "noon"},
        ),
        ("replace", {}, {"posts": (POST.name,), "replace": True}),
        ("move", {"at": "tomorrow 9:00"}, {"posts": (POST.name,), "at": "tomorrow 9:00"}),
        ("test", {"to": "a@b.c, d@e.f"}, {"post": POST.name, "to": ("a@b.c", "d@e.f")}),
        ("undo", {}, {"post": POST.name}),
        ("retract", {}, {"post": POST.name, "to": None, "gone": True}),
        ("retract", {"to": " /new/ "}, {"post": POST.name, "to": "/new/", "gone": False}),
        ("rename", {"new": " leave "}, {"post": POST.name, "new": "leave"}),
        ("publish", {"keep_date": "yes"}, {"post": POST.name, "at": None, "keep_date": True}),
        ("deploy", {}, {}),
    ],
)
def test_a_form_as_a_wish(act: str, form: dict[str, str], wish: dict[str, Any]):
    assert asking.wish(act, form, POST) == wish


def test_several_posts_are_one_letter():
    # A browser submits \r\n for the \n of a field.
    for lines in ("posts/a b.md\nposts/c.md", "posts/a b.md\r\nposts/c.md"):
        found = asking.wish("send", {"posts": lines}, None)
        assert found == {"posts": ("posts/a b.md", "posts/c.md"), "digest": True}


def test_a_letter_whose_post_is_gone_goes_by_its_key():
    assert asking.wish("undo", {"letter": "0123abcd"}, None) == {"post": "0123abcd"}
    for act in ("undo", "nothing"):
        with pytest.raises(Refused):
            asking.wish(act, {}, None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("built; now `publish deploy`", "built; now “Upload”"),
        ("  run `publish send quit --now` then", "press “Send the letter” then"),
        ("run `publish status`", "look at the desk"),
        ("`publish status` shows it", "the desk shows it"),
        ("`publish send quit --replace` does it", "“Put the new words in” does it"),
        ("mail it with `publish send quit --as-update`", "mail it with “Send a correction”"),
        ("--at: that is past", "that is past"),
        ("`publish frobnicate`", "`publish frobnicate`"),
    ],
)
def test_a_command_is_its_button(line: str, says: str):
    assert asking.with_buttons(line) == says


def test_the_desk_has_words_of_its_own():
    """No slug, campaign or sandbox beside a title, and nothing that a button says already."""
    for words, name, sent, boxed, later, built in (
        (
            Words(),
            "quit “Quit”",
            "sent (campaign c9)",
            f"gone [{NOTE}]",
            ("  to take it back until then: publish undo quit",),
            "first: 9 written",
        ),
        (asking.WORDS, "“Quit”", "sent", "gone", (), "the pages were made first"),
    ):
        assert words.post("quit", "Quit") == name
        assert words.post("quit", "") == "quit"
        assert words.sent("sent", "c9") == sent
        assert words.sandboxed("gone") == boxed
        assert words.built("first", "9 written") == built
        assert words.later("take it back until then", "publish undo quit") == later
    assert asking.WORDS.stop == "“Stop”"


def question(**more: Any) -> Question:
    lines = (
        Line("post", "“Quit”"),
        Line("date", "today; it was Fri", unless="keep_date"),
        Line("step", "made"),
    )
    wish = {"post": POST.name, "at": None, "keep_date": False}
    known: dict[str, Any] = {
        "act": "publish",
        "lines": lines,
        "yes": "Publish",
        "reversible": False,
        "fingerprint": "b",
        "wish": wish,
    }
    return Question(**known | more)


def test_a_question_as_it_is_shown():
    view = asking.view(question())
    assert view.title == "Publish this post?"
    assert view.facts == (("The post", "“Quit”"), ("Date", "today; it was Fri"))
    assert view.steps == ("made",)
    (keep,) = view.other
    assert (keep.to, keep.values["keep_date"]) == ("/ask/publish", "yes")
    assert not asking.view(question(lines=())).other
    again = asking.view(question(), again=True)
    assert again.says[0].startswith("Something changed")


def test_an_act_is_refused_by_settings_that_were_broken_since(tmp_path: Path):
    file = tmp_path / "pelicanconf.py"
    file.write_text("PATH = 'content'\n")
    settings = load(file)
    file.write_text("PATH = (\n")
    with pytest.raises(ConfigError, match=r"pelicanconf\.py:1"):
        asking.Office(False).ask(settings, "deploy", {}, print)
