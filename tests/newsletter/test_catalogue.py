"""All letters as one: what is in the ledger, in Mailchimp, composed; what is picked; each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import ConfigError
from publish.newsletter import selection, status, titles
from publish.newsletter.campaign import Campaign
from publish.newsletter.catalogue import Letter, catalogue, handle, named
from publish.newsletter.facts import Fact, IssueState, OpenSend, Replacing, fold
from publish.newsletter.selection import Bounds, Verdict
from publish.newsletter.titles import Marks
from publish.post.issue import Issue, key_of
from tests.fakes.world import an_issue

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)


def dated(days: float, slug: str) -> Issue:
    return replace(an_issue(uid=f"uid-{slug}", slug=slug), date=NOW - timedelta(days=days))


def campaign(name: str, status: str, key: str, **marks: object) -> Campaign:
    title = titles.write("About it", Marks(key, **marks))  # type: ignore[arg-type]
    due = HOUR.isoformat() if status == "schedule" else ""
    return Campaign(name, status, title, f"2026-01-01T00:00:0{name[-1]}+00:00", send_time=due)


def one(issue: Issue, *campaigns: Campaign, past: IssueState | None = None) -> Letter:
    known = {issue.key: past} if past else {}
    return catalogue([issue], campaigns, known, {})[0]


def verdicts(
    heads: list[Issue], *campaigns: Campaign, past=None, chosen=(), **bounds: object
) -> dict[str, Verdict]:
    letters = catalogue(heads, campaigns, past or {}, {})
    where = replace(Bounds(TODAY), **bounds)  # type: ignore[arg-type]
    return {c.issue.slug: c.verdict for c in selection.choose(letters, where, chosen)}


# --- the catalogue


def test_a_letter_whose_post_is_gone_is_there_by_mailchimp_alone():
    gone = dated(1, "gone")
    (letter,) = catalogue([], [campaign("c1", "schedule", gone.key)], {}, {})
    assert (letter.kind, letter.title, letter.hour) == ("post", "About it", HOUR)
    assert letter.scheduled
    assert handle(letter, [letter]) == gone.key
    for name in (gone.key, gone.key[:8], "c1"):
        assert named([letter], name) == [letter]


def test_what_a_title_says_of_updates_and_digests_needs_no_ledger():
    first, second = dated(2, "first"), dated(1, "second")
    posts = tuple(map(titles.short, (first.key, second.key)))
    found = catalogue(
        [first, second],
        [
            campaign("c1", "sent", "d" * 20, posts=posts),
            campaign("c2", "sent", "e" * 20, of=titles.short(first.key)),
        ],
        {},
        {},
    )
    kinds = {letter.key: letter for letter in found}
    assert kinds["d" * 20].kind == "digest"
    assert kinds["d" * 20].slug == "digest-dddddddd"
    assert all(kinds["d" * 20].holds(post) for post in (first, second))
    assert (kinds["e" * 20].kind, kinds["e" * 20].slug) == ("update", "first")


def test_an_update_of_an_older_ledger_is_one_by_its_uid():
    post = dated(1, "post")
    key = key_of([post.uid], update="changed")
    past = {key: IssueState(intent={"uid": post.uid, "slug": "post"}, done="c9", status="sent")}
    letter = catalogue([post], [], past, {})[1]
    assert (letter.kind, letter.posts) == ("update", (post.key,))


def test_a_name_means_the_letter_its_updates_and_the_digests_that_hold_it():
    post = dated(1, "post")
    letters = catalogue(
        [post],
        [
            campaign("c1", "sent", post.key),
            campaign("c2", "schedule", "e" * 20, of=post.key),
            campaign("c3", "sent", "d" * 20, posts=(post.key, "f" * 8)),
        ],
        {},
        {},
    )
    for name in ("post", "content/posts/post.md", "./posts/post.md", "/post/"):
        assert [letter.kind for letter in named(letters, name)] == ["post", "update", "digest"]
    # A digest's own name means it alone: who types it does not mean its posts.
    assert [letter.kind for letter in named(letters, "digest-dddddddd")] == ["digest"]
    # Two letters have the slug and one of them waits: its slug alone would not say which.
    update = letters[1]
    assert handle(update, letters) == "post"
    assert handle(letters[0], letters) == post.key
    with pytest.raises(ConfigError, match="no letter and no composed issue"):
        named(letters, "other")


def test_a_renamed_posts_letter_has_its_old_name_too():
    post = dated(1, "new-name")
    kept = {post.key: {"slug": "old-name", "source": "content/posts/x.md"}}
    letters = catalogue([post], [], {post.key: IssueState(intent={"slug": "older-name"})}, kept)
    for name in ("new-name", "old-name", "older-name"):
        assert named(letters, name) == letters


def test_a_renamed_posts_letter_under_an_earlier_uid_is_found_too():
    post = replace(dated(1, "new-name"), was=("uid-before",))
    waits = campaign("c1", "schedule", key_of(["uid-before"]))
    letters = catalogue([post], [waits], {}, {})
    assert [letter.campaigns for letter in named(letters, "new-name")] == [(), (waits,)]


# --- held


def test_held_is_what_ledger_or_title_says_of_a_draft():
    post = dated(1, "post")
    assert one(post, campaign("c1", "save", post.key), past=IssueState(held=True)).held
    assert one(post, campaign("c1", "save", post.key, held=True)).held
    # A replica carries the mark of its original.
    replica = campaign("c2", "save", post.key, held=True)
    assert one(post, campaign("c1", "save", post.key), replica).held
    # The ledger has it scheduled, Mailchimp a draft: a person took it back there.
    assert one(
        post, campaign("c1", "save", post.key), past=IssueState(done="c1", status="schedule")
    ).held
    assert not one(post, campaign("c1", "save", post.key)).held
    assert not one(
        post, campaign("c1", "schedule", post.key, held=True), past=IssueState(held=True)
    ).held


def test_an_unfinished_replace_is_known_from_ledger_or_title():
    post = dated(1, "post")
    begun = IssueState(tried="c1", replacing=Replacing("c1", HOUR.isoformat(), "d", 1.0))
    assert one(post, campaign("c1", "save", post.key), past=begun).unfinished == HOUR
    assert one(post, campaign("c1", "schedule", post.key), past=begun).unfinished == HOUR
    assert one(post, campaign("c1", "save", post.key, hour=HOUR)).unfinished == HOUR
    assert one(post, campaign("c1", "save", post.key, hour=HOUR, held=True)).unfinished is None
    assert one(post, campaign("c1", "schedule", post.key, hour=HOUR)).unfinished is None
    assert one(post, campaign("c1", "sent", post.key), past=begun).unfinished is None


# --- what is picked


def test_the_first_run_never_mails_an_archive():
    found = verdicts([dated(400, "old"), dated(8, "week"), dated(7, "edge"), dated(1, "new")])
    assert found == {
        "old": Verdict.OLD,
        "week": Verdict.OLD,
        "edge": Verdict.SEND,
        "new": Verdict.SEND,
    }


def test_the_day_that_counts_is_the_first_public_one():
    draft = dated(20, "draft")
    assert verdicts([draft], public={draft.uid: TODAY}) == {"draft": Verdict.SEND}
    archive = dated(61, "archive")
    assert verdicts([archive], public={archive.uid: TODAY}) == {"archive": Verdict.OLD}
    edge = dated(60, "edge")
    assert verdicts([edge], public={edge.uid: TODAY}) == {"edge": Verdict.SEND}


def test_nothing_dated_before_since_is_picked():
    post = dated(3, "post")
    assert verdicts([post], since=TODAY - timedelta(days=2)) == {"post": Verdict.OLD}
    assert verdicts([post], since=TODAY - timedelta(days=3)) == {"post": Verdict.SEND}


def test_what_fell_due_and_was_missed_is_overdue_and_an_archive_is_not():
    missed = dated(10, "missed")
    for bounds in ({"since": TODAY - timedelta(days=20)}, {"first_letter": date(2026, 11, 1)}):
        assert verdicts([missed], **bounds) == {"missed": Verdict.OVERDUE}
    assert verdicts([missed], first_letter=TODAY - timedelta(days=9)) == {"missed": Verdict.OLD}
    # Long ago, but due then.
    long = dated(90, "long")
    assert verdicts([long], first_letter=date(2026, 1, 1)) == {"long": Verdict.OVERDUE}


def test_a_named_post_goes_whatever_its_age_and_alone():
    old, new = dated(400, "old"), dated(1, "new")
    found = verdicts([old, new], chosen={old.key})
    assert found == {"old": Verdict.SEND, "new": Verdict.NOT_REQUESTED}


def test_what_is_done_stays_done_though_named():
    new = dated(1, "new")
    past = {new.key: IssueState(done="c1", status="sent")}
    assert verdicts([new], past=past, chosen={new.key}) == {"new": Verdict.DONE}
    assert verdicts([new], campaign("c1", "schedule", new.key), chosen={new.key}) == {
        "new": Verdict.DONE
    }


def test_what_was_taken_back_goes_only_by_name():
    new = dated(1, "new")
    held = campaign("c1", "save", new.key, held=True)
    assert verdicts([new], held) == {"new": Verdict.HELD}
    assert verdicts([new], held, chosen={new.key}) == {"new": Verdict.SEND}


def test_a_lost_answer_and_an_unfinished_replace_are_taken_up_whatever_the_age():
    old = dated(300, "old")
    past = {old.key: IssueState(tried="c", tries=(OpenSend("c", 1.0),))}
    assert verdicts([old], past=past) == {"old": Verdict.SETTLE}
    begun = campaign("c1", "save", old.key, hour=HOUR)
    assert verdicts([old], begun) == {"old": Verdict.COMPLETE}
    assert verdicts([old, dated(1, "other")], begun, chosen={"x"})["old"] is not Verdict.COMPLETE


@pytest.mark.parametrize("known", ["ledger", "title"])
def test_a_post_in_a_digest_is_not_mailed_again(known: str):
    a, b = dated(1, "a"), dated(2, "b")
    posts = tuple(titles.short(x.key) for x in (a, b))
    out = [campaign("c1", "sent", "d" * 20, posts=posts)] if known == "title" else []
    past = (
        fold(
            [
                Fact("intent", "d" * 20, 1, data={"posts": [a.key, b.key]}),
                Fact("send_try", "d" * 20, 2, "c1"),
                Fact("done", "d" * 20, 3, "c1", {"status": "sending"}),
            ]
        )
        if known == "ledger"
        else {}
    )
    assert verdicts([a, b], *out, past=past) == {"a": Verdict.DONE, "b": Verdict.DONE}


def test_what_was_mailed_under_an_earlier_identity_counts_as_mailed():
    post = replace(dated(1, "post"), was=("an-earlier-uid",))
    sent = campaign("c1", "sent", key_of(["an-earlier-uid"]))
    assert verdicts([post], sent) == {"post": Verdict.DONE}
    assert verdicts([post], sent, chosen={post.key}) == {"post": Verdict.DONE}


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6),
    st.none() | st.integers(0, 100),
)
def test_nothing_out_of_the_bounds_is_ever_picked(ages: list[tuple[int, int]], since: int | None):
    heads = [dated(age, f"p{n}") for n, (age, _) in enumerate(ages)]
    public = {
        head.uid: TODAY - timedelta(days=shown)
        for head, (_, shown) in zip(heads, ages, strict=True)
    }
    start = TODAY - timedelta(days=since) if since is not None else None
    found = verdicts(heads, public=public, since=start)
    for head, (age, shown) in zip(heads, ages, strict=True):
        if found[head.slug] is Verdict.SEND:
            assert shown <= 7
            assert age <= 60
            assert since is None or age <= since


# --- the plan


def test_a_letter_that_mailchimp_does_not_list_is_reported_in_words():
    new = dated(1, "new")
    past = {new.key: IssueState(done="c1", status="schedule")}
    (choice,) = selection.choose(catalogue([new], (), past, {}), Bounds(TODAY))
    assert (choice.send, choice.why) == (False, selection.GONE)
    gone = IssueState(done="c1", status="sent")
    found = status.state_of(one(new, past=gone), now=0.0, settle=20)
    assert found.state == "sent by the ledger; Mailchimp does not list it"


def test_the_plan_names_every_write_and_no_more():
    new, sent = dated(1, "new"), dated(2, "sent")
    listing = [campaign("c9", "sent", sent.key)]
    choices = selection.choose(catalogue([sent, new], listing, {}, {}), Bounds(TODAY))
    skip, go = (selection.plan_item(choice, None) for choice in choices)
    assert (skip.send, skip.writes, skip.verdict) == (False, (), "done")
    assert skip.why == "already sent (campaign c9)"
    assert go.writes == (
        "POST /campaigns",
        "PATCH /campaigns/{new}",
        "PUT /campaigns/{new}/content",
        "POST /campaigns/{new}/actions/send",
    )
    letters = catalogue([new], [campaign("c1", "save", new.key)], {}, {})
    (again,) = (selection.plan_item(c, HOUR) for c in selection.choose(letters, Bounds(TODAY)))
    assert again.writes[0] == "PATCH /campaigns/c1"
    assert again.writes[-1].endswith("schedule 2026-12-01T12:30Z")


def test_the_plan_of_an_unfinished_replace_keeps_its_hour():
    new = dated(1, "new")
    begun = IssueState(tried="c1", replacing=Replacing("c1", HOUR.isoformat(), "d", 1.0))
    letters = catalogue([new], [campaign("c1", "schedule", new.key)], {new.key: begun}, {})
    (item,) = (selection.plan_item(c, None) for c in selection.choose(letters, Bounds(TODAY)))
    assert item.writes[0] == "POST /campaigns/c1/actions/unschedule"
    assert item.time == "2026-12-01T12:30:00+00:00"


# --- states


def state(*campaigns: Campaign, past: IssueState, now: float = 100.0) -> status.State:
    post = dated(1, "post")
    return status.state_of(one(post, *campaigns, past=past), now, settle=20, run="me")


def mine(name: str, status: str, **marks: object) -> Campaign:
    return campaign(name, status, dated(1, "post").key, **marks)


def test_an_unanswered_send_is_unknown_until_it_cannot_act_any_more():
    past = IssueState(tried="c1", tries=(OpenSend("c1", 90.0),))
    early = state(mine("c1", "save"), past=past)
    assert early.unknown
    assert early.facts == ()
    late = state(mine("c1", "save"), past=past, now=111)
    assert not late.unknown
    (fact,) = late.facts
    assert (fact.kind, fact.run) == ("refused", "me")
    # Another machine's try is closed by this reading.
    assert not fold([Fact("send_try", fact.key, 90, "c1", run="other"), fact])[fact.key].tries


def test_what_left_the_draft_is_written_down():
    past = IssueState(tried="c1", tries=(OpenSend("c1", 90.0),))
    found = state(mine("c1", "sending"), past=past)
    assert [(f.kind, f.campaign) for f in found.facts] == [("done", "c1")]


def test_a_campaign_that_vanished_after_a_try_stays_unknown():
    assert state(past=IssueState(tried="c1", tries=(OpenSend("c1", 1.0),))).unknown


def test_a_letter_taken_back_in_the_web_interface_stays_back():
    found = state(mine("c1", "save"), past=IssueState(done="c1", status="schedule"))
    assert [fact.kind for fact in found.facts] == ["held", "undone"]
    assert found.held


def test_an_unfinished_replace_is_a_state_of_its_own():
    found = state(mine("c1", "save", hour=HOUR), past=IssueState())
    assert found.unfinished == HOUR.isoformat()
    assert "not finished" in found.state


# --- facts of several runs


def test_only_its_own_run_or_a_reading_closes_a_try():
    tries = [Fact("send_try", "k", 1, "c1", run="a"), Fact("send_try", "k", 2, "c1", run="b")]
    assert [t.run for t in fold([*tries, Fact("refused", "k", 3, "c1", run="b")])["k"].tries] == [
        "a"
    ]
    read = Fact("refused", "k", 3, "c1", {"read": True}, "b")
    assert fold([*tries, read])["k"].tries == ()
    assert fold([*tries, Fact("done", "k", 3, "c1", run="c")])["k"].tries == ()
    other = fold([*tries, Fact("done", "k", 3, "c2", run="c")])["k"]
    assert [t.campaign for t in other.tries] == ["c1", "c1"]


def test_only_its_own_run_closes_a_create():
    facts = [Fact("create_try", "k", 1, run="a"), Fact("create_try", "k", 2, run="b")]
    assert fold([*facts, Fact("refused", "k", 3, run="b")])["k"].create_open == 1
    assert fold([*facts, Fact("created", "k", 3, "c1", run="a")])["k"].create_open == 2


def test_a_ledger_from_before_runs_had_names_reads_as_it_did():
    facts = [
        Fact("create_try", "k", 1),
        Fact("created", "k", 2, "c1"),
        Fact("send_try", "k", 3, "c1"),
        Fact("refused", "k", 4, "c1"),
    ]
    past = fold(facts)["k"]
    assert (past.tries, past.create_open, past.tried) == ((), None, "c1")
