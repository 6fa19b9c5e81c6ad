"""The first page: the answer to what happens next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from publish.desk import home, letters, newsletter_state, page
from publish.desk.model import Letter, Newsletter, Post, Site
from publish.desk.renderings import Renderings
from publish.newsletter.status import State
from tests.desk.snapshots import (
    CHANGE,
    NOW,
    TUESDAY,
    a_finding,
    a_letter,
    a_post,
    a_report,
    a_snapshot,
    chosen,
    sent,
)

POST = a_post()
DRAFT = a_post("posts/draft.md", kind="draft", status="draft")


def labels(buttons: tuple[home.Button, ...]) -> list[str]:
    return [button.label for button in buttons]


def test_a_scheduled_letter_is_the_headline_with_whom_and_when():
    view = home.view(a_snapshot(POST, letters=(a_letter(POST),)), NOW)
    assert view.headline == "One letter goes out on Tuesday"
    (card,) = view.next
    said = f"{card.readers} {card.when} {card.distance}".replace("\N{NO-BREAK SPACE}", " ")
    assert said == "412 readers Tuesday, 1 December, 7:30 in 2 days and 21 hours"
    assert labels(card.buttons) == ["Look at it", "Another time…", "Take it back…"]
    assert not card.changes


def test_a_letter_with_old_words_offers_the_new_ones_with_the_difference():
    now = a_snapshot(POST, letters=(a_letter(POST, changes=(CHANGE,)),))
    (card,) = home.view(now, NOW).next
    assert card.changes == (CHANGE,)
    assert card.fix[0].label == "Put the new words in…"
    assert card.fix[0].main
    assert card.fix[0].to == "/ask/replace"


def test_a_scheduled_letter_whose_page_is_gone_is_reported_and_can_be_taken_back():
    for post in (a_post(kind="draft"), a_post(mailed=False)):
        (card,) = home.view(a_snapshot(post, letters=(a_letter(post),)), NOW).next
        assert card.gone
        assert labels(card.fix) == ["Take it back…"]
    lost = a_snapshot(letters=(a_letter(POST),))
    (card,) = home.view(lost, NOW).next
    assert card.gone == "Its page"
    assert card.href.startswith("/letter/")
    assert card.fix[0].values == {"letter": a_letter(POST).key}
    several = a_snapshot(POST, letters=(a_letter(POST, several=True, orphan=True),))
    (card,) = home.view(several, NOW).next
    assert card.gone == "One of its pages"
    assert card.fix[0].values == {"letter": a_letter(POST).key}


def test_what_is_in_doubt_comes_before_all_else():
    other = a_post("posts/other.md")
    letters = (a_letter(POST), a_letter(other, "unknown", why="an answer was lost"))
    view = home.view(a_snapshot(POST, other, letters=letters), NOW)
    assert view.headline == "A letter is in doubt"
    assert [card.state.kind for card in view.next] == ["error", "pending"]
    assert view.next[0].says == "an answer was lost"
    assert not view.next[0].buttons


def test_several_letters_are_counted_and_the_first_day_is_reported():
    other = a_post("posts/other.md")
    later = a_letter(other, at=TUESDAY + timedelta(days=1))
    view = home.view(a_snapshot(POST, other, letters=(later, a_letter(POST))), NOW)
    assert view.headline == "Two letters go out, the first on Tuesday"
    assert [card.title for card in view.next] == ["Quit", "Other"]


def test_what_is_being_written_has_its_findings_and_one_next_step():
    wrong = a_post("posts/wrong.md", kind="draft", saved=NOW - timedelta(days=8))
    findings = {wrong.file: (a_finding(wrong), a_finding(wrong, severity="warning"))}
    view = home.view(a_snapshot(wrong, DRAFT, findings=findings), NOW)
    good, bad = view.writing
    assert (good.title, [s.word for s in good.states]) == ("Draft", ["Nothing to fix"])
    assert (good.button.label, good.button.to) == ("Publish…", "/ask/publish")
    assert [s.word for s in bad.states] == ["1 to fix", "1 to consider"]
    assert (bad.button.label, bad.button.href) == ("See what is wrong", "/post/posts/wrong.md")
    assert "on 20\N{NO-BREAK SPACE}November" in bad.facts


def test_a_young_post_whose_letter_did_not_go_and_one_taken_back_wait_here():
    back = a_post("posts/back.md")
    now = a_snapshot(POST, back, letters=(a_letter(back, "held"),))
    rows = {row.title: row for row in home.view(now, NOW).writing}
    assert next(s.word for s in rows["Quit"].states) == "Letter not sent"
    assert next(s.word for s in rows["Back"].states) == "Letter taken back"
    assert {row.button.label for row in rows.values()} == {"Send the letter…"}


def test_posts_in_a_letter_of_several_wait_if_it_was_taken_back_and_else_were_mailed():
    letter = replace(a_letter(POST, "held", several=True), uid="")
    two = a_snapshot(POST, a_post("posts/two.md"), letters=(letter,))
    back = chosen(two, quit="held", two="held")
    view = home.view(back, NOW)
    assert [row.states[0].word for row in view.writing] == ["Letter taken back"] * 2
    assert view.together
    assert len(letters.index(back, NOW).never) == 2
    out = chosen(two, quit="done", two="done")
    assert not home.view(out, NOW).writing
    assert not letters.index(out, NOW).never
    # Before Mailchimp was ever read, it is not known.
    assert not letters.index(replace(back, newsletter=Newsletter()), NOW).never


def test_which_letters_are_due_is_what_send_would_say_whatever_the_post_is_dated():
    now = a_snapshot(POST, a_post("posts/old.md"))
    assert {row.title for row in home.view(now, NOW).writing} == {"Quit", "Old"}
    old = home.view(chosen(now, old="old"), NOW)
    assert ([row.title for row in old.writing], old.older) == (["Quit"], 1)
    late = home.view(chosen(now, old="overdue", quit="done"), NOW)
    assert ([row.title for row in late.writing], late.older) == (["Old"], 0)


@pytest.mark.parametrize("verdict", ["send", "old", "overdue", "done", "held"])
@pytest.mark.parametrize("post", [POST, DRAFT])
def test_a_row_and_its_page_name_the_same_next_step(verdict: str, post: Post):
    for findings in ({}, {post.file: (a_finding(post),)}):
        now = chosen(a_snapshot(post, findings=findings), **{post.slug: verdict})
        main = next(b for b in page.view(now, post, NOW, Renderings()).first if b.main)
        for row in home.view(now, NOW).writing:
            loud = main if main.to.startswith("/ask/") else None
            assert (row.button.to, row.button.values) == (
                (loud.to, loud.values) if loud else ("", {})
            )


def test_posts_whose_letters_could_go_may_go_in_one_and_what_is_not_ready_stays_out():
    posts = [a_post(f"posts/{name}.md") for name in ("one", "two", "three")]
    both = home.view(a_snapshot(*posts[:2], DRAFT), NOW).together
    assert both
    assert (both.label, both.to) == ("Send both in one letter…", "/ask/send")
    assert set(both.values["posts"].split("\n")) == {"posts/one.md", "posts/two.md"}
    more = home.view(a_snapshot(*posts), NOW).together
    assert more
    assert more.label == "Send all three posts in one letter…"
    held = a_snapshot(*posts[:2], letters=(a_letter(posts[0], "held"),))
    assert home.view(held, NOW).together is None
    finding = a_finding(posts[0])
    wrong = a_snapshot(*posts[:2], findings={posts[0].file: (finding,)})
    assert home.view(wrong, NOW).together is None


def test_an_empty_site_says_how_to_begin():
    view = home.view(a_snapshot(), NOW)
    assert view.first
    assert view.headline == "Nothing is written yet"
    assert not home.view(a_snapshot(DRAFT), NOW).first


def test_nothing_is_said_to_be_unsent_before_mailchimp_was_looked_at():
    now = a_snapshot(POST, newsletter=Newsletter())
    view = home.view(now, NOW)
    assert view.headline == "Looking at what is scheduled"
    assert not view.writing
    away = home.view(a_snapshot(POST, newsletter=Newsletter(trouble="no answer")), NOW)
    assert away.readers_says == "not known now: no answer"
    assert away.headline == "What is scheduled is not known"
    assert not away.known
    last = Newsletter(asked=NOW - timedelta(days=8), trouble="no answer")
    said = home.view(a_snapshot(POST, newsletter=last), NOW).readers_says
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "not known now; last read on 20 November: no answer"
    )


def test_what_is_out_has_honest_figures():
    few = a_post("posts/few.md")
    both = (sent(POST, 40), sent(few, 10, a_report(12, 1, 7, 2, 0)))
    view = home.view(a_snapshot(POST, few, letters=both), NOW)
    small, large = view.out
    assert (small.delivered, small.shares["opened"]) == ("11 of 12", ("7 of 11", None))
    said = [share.says for share in large.shares.values()]
    assert (large.delivered, said, large.left) == ("401 of 403", ["63%", "17%"], "1")
    assert round(large.shares["opened"].percent) == 63


def test_a_letters_own_page_says_its_hour_its_readers_and_what_can_be_done():
    def own(letter: Letter) -> SimpleNamespace:
        found = letters.one(a_snapshot(POST, letters=(letter,)), letter.key, NOW)
        assert found
        return found

    goes = own(a_letter(POST))
    assert goes.facts[1][0] == "Goes out"
    assert goes.facts[2] == ("To", "Happy readers, 412\N{NO-BREAK SPACE}readers")
    assert labels(goes.buttons) == ["The post", "Take it back…"]
    assert goes.shares == []
    out = own(sent(POST))
    assert (out.facts[1][0], labels(out.buttons), len(out.shares)) == ("Went out", ["The post"], 4)
    stopped = own(a_letter(POST, "incomplete", at=NOW - timedelta(hours=3), why="paused"))
    assert stopped.facts[1][0] == "Its hour"
    assert stopped.facts[3] == ("Why", "paused")
    several = own(a_letter(POST, several=True, readers=0, at=None))
    assert labels(several.buttons) == ["Take it back…"]
    assert [name for name, _ in several.facts] == ["Subject"]


def test_old_posts_that_were_never_mailed_are_one_line():
    old = [a_post(f"posts/old{n}.md", date=NOW - timedelta(days=90)) for n in range(8)]
    view = home.view(chosen(a_snapshot(*old), **{post.slug: "old" for post in old}), NOW)
    assert view.older == 8
    assert not view.writing


def test_what_is_wrong_in_files_that_are_no_posts_is_listed_errors_first():
    page, settings = a_post("pages/about.md"), a_post("../pelicanconf.py")
    found = {page.file: (a_finding(page),), settings.file: (a_finding(settings, 3, "warning"),)}
    view = home.view(a_snapshot(POST, findings={POST.file: (a_finding(POST),)} | found), NOW)
    assert view.elsewhere == (*found[page.file], *found[settings.file])
    assert view.elsewhere_says == "One thing to fix, one thing to consider"


def test_coming_days_name_what_has_to_be_on():
    ahead = a_post("posts/audit.md", kind="scheduled", date=TUESDAY + timedelta(days=7))
    view = home.view(a_snapshot(POST, ahead, letters=(a_letter(POST),)), NOW)
    first, second = view.coming
    assert (first.day, first.what) == ("Tue 1\N{NO-BREAK SPACE}Dec", "7:30, letter: Quit")
    assert second.what == "7:30, on the site: Audit"
    assert "has to be on" in second.needs


def test_pages_that_wait_to_be_uploaded_are_counted_by_a_button():
    site = Site(made=NOW, uploaded=NOW - timedelta(days=2), waiting=("a", "b"), targets=("live",))
    view = home.view(a_snapshot(POST, site=site), NOW)
    assert view.site.states[0].word == "2\N{NO-BREAK SPACE}pages wait to be uploaded"
    assert labels(view.site.buttons) == ["Upload 2\N{NO-BREAK SPACE}pages…"]
    done = home.view(a_snapshot(POST, site=Site(uploaded=NOW, waiting=())), NOW)
    assert (done.site.states[0].kind, done.site.buttons) == ("ok", ())
    up = replace(site, waiting=())
    saved = home.view(a_snapshot(replace(POST, saved=NOW + timedelta(minutes=1)), site=up), NOW)
    assert saved.site.states[0].word == "What you changed waits to be uploaded"
    other = home.view(a_snapshot(POST, site=replace(up, changed=True)), NOW)
    assert (other.site.states, other.site.buttons) == (saved.site.states, saved.site.buttons)
    draft = replace(POST, saved=NOW + timedelta(minutes=1), kind="draft")
    assert home.view(a_snapshot(draft, site=up), NOW).site.states[0].word == "Uploaded"
    never = home.view(a_snapshot(POST, site=Site(targets=("live",))), NOW)
    assert labels(saved.site.buttons) == labels(never.site.buttons) == ["Upload…"]
    broken = home.view(a_snapshot(POST, trouble="a template fails"), NOW)
    assert broken.site.states[0].kind == "error"
    assert broken.site.says == ("a template fails",)


def test_what_readers_see_is_not_known_for_the_reason_that_is_told():
    wrong = home.view(a_snapshot(POST, site=Site(made=NOW, trouble="DEPLOY is no table")), NOW)
    assert wrong.site.says == ("What readers see is not known: DEPLOY is no table.",)
    assert wrong.site.buttons == ()
    away = Site(made=NOW, targets=("live",), trouble="no answer")
    view = home.view(a_snapshot(POST, site=away), NOW)
    assert view.site.says == ("What readers see is not known: no answer.",)
    assert labels(view.site.buttons) == ["Upload…"]


def test_a_letter_that_is_gone_from_mailchimp_is_in_doubt_and_not_scheduled():
    for status in ("schedule", "deleted"):
        gone = State("dose", "Dose", "post", "k", "only you can know", status=status, lost=True)
        assert newsletter_state._how(gone) == "unknown"
