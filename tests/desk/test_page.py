"""A post's page: the rail, what is wrong, the letter's facts, the acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from publish.desk import home, page
from publish.desk.model import Letter, Newsletter, Post, Site, Snapshot
from publish.desk.renderings import Renderings
from tests.desk.snapshots import (
    CHANGE,
    NOW,
    TUESDAY,
    a_finding,
    a_letter,
    a_post,
    a_snapshot,
    chosen,
    sent,
)
from tests.fakes.world import an_issue

POST = a_post()
DRAFT = a_post("posts/draft.md", kind="draft", status="draft")


def view(now: Snapshot, post: Post, renderings: Renderings | None = None) -> SimpleNamespace:
    known = [f for f in (now.findings or {}).get(post.file, ()) if f.rule == "http-link"]
    return page.view(now, post, NOW, renderings or Renderings(), known)


def rail(now: Snapshot, post: Post) -> list[tuple[str, str]]:
    return [
        (step.how, step.says.replace("\N{NO-BREAK SPACE}", " ")) for step in view(now, post).rail
    ]


def test_the_rail_of_a_draft():
    assert rail(a_snapshot(DRAFT), DRAFT) == [
        ("done", "1,004 words, nothing to fix"),
        ("", "not yet: it is a draft"),
        ("", "not yet"),
        ("", "to 412 readers"),
    ]


def test_the_rail_of_a_scheduled_letter():
    now = a_snapshot(
        POST, letters=(a_letter(POST),), site=Site(uploaded=NOW, waiting=("quit/index.html",))
    )
    assert rail(now, POST)[1:] == [
        ("now", "since Thursday, 26 November; the last change waits to be uploaded"),
        ("now", "Tuesday, 1 December, 7:30"),
        ("", "to 412 readers, in 2 days and 21 hours"),
    ]


def test_the_rail_of_a_post_saved_since_the_pages_were_made():
    saved = replace(POST, saved=NOW)
    site = Site(NOW - timedelta(minutes=2), NOW, (), ("live",))
    assert "waits to be uploaded" in rail(a_snapshot(saved, site=site), saved)[1][1]
    assert rail(a_snapshot(POST, site=site), POST)[1][0] == "done"


def test_the_rail_of_a_letter_that_is_out():
    now = a_snapshot(POST, letters=(sent(POST),), site=Site(uploaded=NOW, waiting=()))
    assert rail(now, POST)[1:] == [
        ("done", "since Thursday, 26 November"),
        ("done", ""),
        ("done", "401 of 403, Monday, 19 October"),
    ]


@pytest.mark.parametrize(
    ("letter", "step", "says"),
    [
        (a_letter(POST, "sending"), 3, ("now", "going out now")),
        (a_letter(POST, "held"), 2, ("", "taken back; it stays here until you send it")),
        (a_letter(POST, "unknown", why="no answer"), 2, ("stopped", "no answer")),
        (a_letter(POST, "incomplete", why="paused"), 2, ("stopped", "paused")),
    ],
)
def test_the_rail_of_every_other_letter(letter: Letter, step: int, says: tuple[str, str]):
    assert rail(a_snapshot(POST, letters=(letter,)), POST)[step] == says


def test_the_rail_of_posts_that_are_ahead_old_or_for_the_site_alone():
    ahead = a_post(kind="scheduled", date=TUESDAY)
    assert rail(a_snapshot(ahead), ahead)[1] == ("now", "from Tuesday, 1 December, 7:30")
    old = a_post(date=NOW - timedelta(days=90))
    says = "an older post: its letter goes out only if you send it"
    assert rail(chosen(a_snapshot(old), quit="old"), old)[2] == ("", says)
    assert rail(chosen(a_snapshot(old), quit="overdue"), old)[2] == ("", "why quit")
    quiet = a_post(mailed=False)
    assert "site alone" in rail(a_snapshot(quiet), quiet)[2][1]
    unasked = a_snapshot(POST, newsletter=Newsletter())
    assert rail(unasked, POST)[2] == ("", "being looked at")


def test_what_waits_to_be_uploaded_is_the_posts_own_page():
    """Not the list of a category of the same name; and whatever the settings' addresses are."""
    post = a_post("posts/career.md")
    lists = a_snapshot(post, site=Site(NOW, NOW, ("category/career/index.html",), ("live",)))
    assert "waits" not in rail(lists, post)[1][1]
    own = a_snapshot(post, site=Site(NOW, NOW, ("career/index.html",), ("live",)))
    assert "waits to be uploaded" in rail(own, post)[1][1]
    dated = a_post(address="/2026/11/quit.html")
    there = a_snapshot(dated, site=Site(NOW, NOW, ("2026/11/quit.html",), ("live",)))
    assert "waits to be uploaded" in rail(there, dated)[1][1]


def test_an_update_can_be_taken_back_and_not_changed_in_its_place():
    out = sent(POST)
    update = a_letter(POST, update=True, changes=(CHANGE,))
    now = a_snapshot(POST, letters=(out, update))
    found = view(now, POST)
    assert (found.time_act, [b.label for b in found.changed_acts]) == ("", ["Take it back…"])
    (card,) = home.view(now, NOW).next
    assert card.title == "Quit (update)"
    assert [b.label for b in card.buttons] == ["Look at it", "Take it back…"]
    assert [b.label for b in card.fix] == ["See the whole difference"]
    # What was taken back goes out no more: the next correction is a new letter.
    changed = replace(out, changes=(CHANGE,))
    back = view(a_snapshot(POST, letters=(changed, replace(update, state="held"))), POST)
    assert [b.label for b in back.changed_acts] == ["Send a correction…"]
    assert back.rail[3].how == "done"


def test_what_stops_stands_before_what_is_to_be_considered():
    findings = {
        POST.file: (
            a_finding(POST, 3, "warning", rule="http-link"),
            a_finding(POST, 18),
            a_finding(POST, 7),
        )
    }
    found = view(a_snapshot(POST, findings=findings), POST)
    assert found.summary == "Two things to fix, one thing to consider"
    assert [(f.line, f.severity) for f, _ in found.remarks] == [
        (7, "error"),
        (18, "error"),
        (3, "warning"),
    ]
    assert found.remarks[0][1][0].values == {"post": POST.name, "line": "7"}
    assert [len(buttons) for _, buttons in found.remarks] == [1, 1, 2]


def test_before_the_first_check_nothing_is_claimed():
    found = view(a_snapshot(POST, findings=None), POST)
    assert (found.summary, found.trial, found.remarks) == ("Being checked", "", ())


@pytest.mark.parametrize(("post", "says"), [(DRAFT, "may be unfinished"), (POST, "Every rule")])
def test_what_a_draft_still_lacks_is_not_said_to_be_tried(post: Post, says: str):
    assert says in view(a_snapshot(post), post).trial


def acts(now: Snapshot, post: Post) -> list[tuple[str, bool]]:
    return [(button.label, button.main) for button in view(now, post).first]


def test_the_likely_act_is_the_only_loud_one_and_the_editors_button_keeps_its_place():
    edit = "Open in my editor"
    assert acts(a_snapshot(DRAFT), DRAFT) == [(edit, False), ("Publish…", True)]
    wrong = a_snapshot(DRAFT, findings={DRAFT.file: (a_finding(DRAFT),)})
    assert acts(wrong, DRAFT) == [(edit, True), ("Publish…", False)]
    assert acts(a_snapshot(POST), POST) == [(edit, False), ("Send the letter…", True)]
    assert acts(a_snapshot(POST, findings=None), POST) == acts(a_snapshot(POST), POST)
    on = a_snapshot(POST, letters=(a_letter(POST),))
    assert acts(on, POST) == [(edit, True), ("Take the letter back…", False)]
    assert acts(a_snapshot(POST, letters=(sent(POST),)), POST) == [(edit, True)]
    assert acts(a_snapshot(POST, newsletter=Newsletter()), POST) == [(edit, True)]
    elsewhere = chosen(a_snapshot(POST), quit="done")
    assert acts(elsewhere, POST) == [(edit, True)], "it is out in a digest, say"


def test_other_words_than_those_that_are_out_offer_the_way_to_mend_it():
    for state, label, act in (
        ("scheduled", "Put the new words in…", "/ask/replace"),
        ("sent", "Send a correction…", "/ask/send"),
    ):
        now = a_snapshot(POST, letters=(a_letter(POST, state, changes=(CHANGE,) * 10),))
        found = view(now, POST)
        assert len(found.changes) == 8
        assert found.more_changes == 2
        assert [(b.label, b.to) for b in found.changed_acts] == [(label, act)]
    now = a_snapshot(POST, letters=(a_letter(POST, "sending", changes=(CHANGE,)),))
    assert view(now, POST).changed_acts == ()


def test_the_letters_facts_say_how_much_fits():
    letter = replace(
        an_issue(), subject="Three conversations", html="x" * 17_000, picture_bytes=146_000
    )
    facts = {
        name: (value, quiet)
        for name, value, quiet in view(a_snapshot(POST), POST, Renderings(letter)).letter
    }
    assert facts["Subject"] == ("Three conversations", "(19)")
    assert facts["Weight"][0] == "17 kB of the 102 at which Gmail cuts, pictures 143 kB"
    heavy = replace(letter, html="x" * 120_000)
    assert view(a_snapshot(POST), POST, Renderings(heavy)).letter[-1][2] == "too heavy"
    assert not view(
        a_snapshot(a_post(mailed=False)), a_post(mailed=False), Renderings(letter)
    ).letter
