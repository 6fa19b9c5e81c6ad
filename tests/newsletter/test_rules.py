"""The pure modules of the newsletter room, by their behaviour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import ConfigError, Refused
from publish.newsletter import changes, issue, report, schedule, titles
from publish.newsletter.account import account, limits, loopback
from publish.newsletter.answers import Proof, Reply, judge
from publish.newsletter.campaign import Campaign, Segment, carrying, parse
from publish.newsletter.titles import Marks
from publish.office import preflight
from publish.post.issue import Issue, key_of
from publish.settings import Settings
from tests.fakes.world import an_issue

KEY = "0123456789abcdef0123456789abcdef-us7"
NOW = datetime(2026, 11, 20, 12, 7, 31, tzinfo=UTC)
PROBLEM = b'{"type":"x","title":"Bad Request","status":400,"detail":"No.","instance":""}'


def dated(days: float, slug: str) -> Issue:
    return replace(an_issue(uid=f"uid-{slug}", slug=slug), date=NOW - timedelta(days=days))


def settings(**values: object) -> Settings:
    base = {
        "NEWSLETTER_AUDIENCE": "abcdef12",
        "NEWSLETTER_FROM_NAME": "N",
        "NEWSLETTER_REPLY_TO": "n@example.com",
    }
    return Settings(Path("pelicanconf.py").absolute(), base | values)


# --- account


@pytest.mark.parametrize(
    "key",
    [
        "",
        "abc",
        "0123456789abcdef0123456789abcdef",
        KEY.upper(),
        KEY + "0000",
        "0123456789abcdef0123456789abcdef-evil.example.com/#",
        KEY + "\n.evil.example.com",
    ],
)
def test_a_key_of_another_form_never_leaves_and_is_never_shown(key: str):
    with pytest.raises(ConfigError) as caught:
        account(settings(), {"MAILCHIMP_API_KEY": key})
    assert not key.strip() or key.strip() not in str(caught.value)


def test_the_key_is_in_no_representation():
    found = account(settings(), {"MAILCHIMP_API_KEY": KEY})
    assert KEY not in repr(found)
    assert found.server == "us7"


def test_the_environments_audience_wins():
    found = account(settings(), {"MAILCHIMP_API_KEY": KEY, "MAILCHIMP_AUDIENCE": "fedcba98"})
    assert found.audience == "fedcba98"


@pytest.mark.parametrize("audience", ["", "../lists", "xyz", "abc12 "])
def test_an_id_that_is_none_is_refused(audience: str):
    with pytest.raises(ConfigError, match="NEWSLETTER_AUDIENCE"):
        account(settings(NEWSLETTER_AUDIENCE=audience), {"MAILCHIMP_API_KEY": KEY})


@pytest.mark.parametrize(
    "base",
    [
        "https://127.0.0.1:1",
        "http://example.com",
        "http://127.0.0.1.example.com",
        "http://user@127.0.0.1",
        "ftp://127.0.0.1",
        "http://10.0.0.1",
        "127.0.0.1:80",
        "http://127.0.0.1:http",
        "http://127.0.0.1:99999",
        "http://127.0.0.1/?x=1",
        "http://localhost.example.com",
    ],
)
def test_only_loopback_may_take_mailchimps_place(base: str):
    with pytest.raises(ConfigError, match="loopback"):
        loopback(base)


def test_a_loopback_address_is_taken_with_or_without_the_path():
    assert loopback("http://127.0.0.1:8025/3.0/") == "http://127.0.0.1:8025"
    assert loopback("http://[::1]:1") == "http://[::1]:1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEWSLETTER_TIMEOUT", "soon"),
        ("NEWSLETTER_TIMEOUT", 0),
        ("NEWSLETTER_SETTLE", -1),
        ("NEWSLETTER_BARRIER", True),
        ("NEWSLETTER_REPLY_TO", "nobody"),
        ("NEWSLETTER_FROM_NAME", " "),
        ("NEWSLETTER_TOPICS", {"Career": "../x"}),
        ("NEWSLETTER_TOPICS", ["Career"]),
        ("NEWSLETTER_SINCE", "soon"),
        ("NEWSLETTER_SINCE", "2026-02-30"),
        ("NEWSLETTER_SINCE", 7),
        ("NEWSLETTER_SEND_AT", "7"),
        ("NEWSLETTER_SEND_AT", "24:00"),
        ("NEWSLETTER_SEND_AT", "07:31"),
        ("NEWSLETTER_SEND_AT", "-7:30"),
        ("NEWSLETTER_SETTLE", float("nan")),
        ("NEWSLETTER_UNDO_MINUTES", float("inf")),
        ("NEWSLETTER_MAX_AGE_DAYS", float("nan")),
        ("NEWSLETTER_UNDO_MINUTES", 1e9),
    ],
)
def test_a_setting_that_is_wrong_is_named(name: str, value: object):
    with pytest.raises(ConfigError, match=name):
        _ = account(settings(**{name: value}), {"MAILCHIMP_API_KEY": KEY}).sender


def test_no_age_of_a_post_is_too_high_and_half_a_minute_is_time_to_undo():
    found = limits(settings(NEWSLETTER_MAX_AGE_DAYS=float("inf"), NEWSLETTER_UNDO_MINUTES=0.5))
    assert (found.max_age_days, found.undo_minutes) == (float("inf"), 0.5)


@pytest.mark.parametrize(
    "value", ["2026-11-30", "2026-11-30 07:30", date(2026, 11, 30), datetime(2026, 11, 30, 7, 30)]
)
def test_the_first_day_of_letters_may_be_written_as_any_day_is(value: object):
    assert limits(settings(NEWSLETTER_SINCE=value)).since == date(2026, 11, 30)


@pytest.mark.parametrize(("value", "hour"), [("7:30", 7), (" 07:30 ", 7), ("23:30", 23)])
def test_the_hour_of_letters_is_a_quarter(value: str, hour: int):
    assert limits(settings(NEWSLETTER_SEND_AT=value)).send_at == time(hour, 30)


@pytest.mark.parametrize("value", ["", None])
def test_neither_a_first_day_nor_an_hour_need_be_set(value: object):
    found = limits(settings(NEWSLETTER_SINCE=value, NEWSLETTER_SEND_AT=value))
    assert (found.since, found.send_at) == (None, None)


# --- answers


@pytest.mark.parametrize(
    ("reply", "proof"),
    [
        (Reply(204), Proof.DONE),
        (Reply(200, "application/json", b"{}"), Proof.UNKNOWN),
        (Reply(202), Proof.UNKNOWN),
        (Reply(302), Proof.UNKNOWN),
        (Reply(400, "application/problem+json", PROBLEM), Proof.DENIED),
        (Reply(404, "application/problem+json", PROBLEM), Proof.DENIED),
        (Reply(400), Proof.UNKNOWN),
        (Reply(403), Proof.NOT_ACTED),
        (Reply(403, "application/problem+json", PROBLEM), Proof.DENIED),
        (Reply(403, "text/html", b"<h1>no</h1>"), Proof.NOT_ACTED),
        (Reply(408, "application/problem+json", PROBLEM), Proof.UNKNOWN),
        (Reply(429), Proof.NOT_ACTED),
        (Reply(500), Proof.UNKNOWN),
        (Reply(503, "application/problem+json", PROBLEM), Proof.UNKNOWN),
        (Reply(failure="no answer in 30 s"), Proof.UNKNOWN),
        (Reply(failure="it cannot be reached", connected=False), Proof.NOT_ACTED),
    ],
)
def test_what_an_answer_to_a_send_proves(reply: Reply, proof: Proof):
    assert judge(reply, empty=True).proof is proof


def test_a_create_succeeds_with_a_document_only():
    assert judge(Reply(200, "application/json", b'{"id": "a"}'), empty=False).proof is Proof.DONE
    for body in (b"", b"null", b"[1]", b'{"id": '):
        assert judge(Reply(200, "application/json", body), empty=False).proof is Proof.UNKNOWN
    assert judge(Reply(204), empty=False).proof is Proof.UNKNOWN


def test_retry_after_is_obeyed_within_reason():
    assert judge(Reply(429, retry_after="7"), empty=True).wait == 7
    assert judge(Reply(429, retry_after="86400"), empty=True).wait == 60
    assert judge(Reply(429, retry_after="soon"), empty=True).wait == 0


@given(st.binary(max_size=200), st.integers(100, 599), st.sampled_from(["", "application/json"]))
def test_only_a_204_is_ever_taken_for_a_send_that_worked(body: bytes, status: int, kind: str):
    assert (judge(Reply(status, kind, body), empty=True).proof is Proof.DONE) == (status == 204)


# --- campaigns


KEY_OF_20 = "ab12" * 5
MARKS = st.builds(
    Marks,
    st.just(KEY_OF_20),
    st.booleans(),
    st.none()
    | st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.sampled_from(["", "cd34ef56"]),
)
POSTS = st.lists(st.sampled_from([f"{n:08x}" for n in range(40)]), max_size=6, unique=True)


@given(st.text(max_size=300), MARKS)
def test_the_marks_survive_any_subject(subject: str, marks: Marks):
    title = titles.write(subject, marks)
    assert titles.read(title) == marks
    assert len(title) <= titles.LONGEST


@given(st.text(max_size=300), POSTS, st.booleans())
def test_a_title_names_the_posts_of_a_digest(subject: str, posts: list[str], held: bool):
    marks = Marks(KEY_OF_20, held, posts=tuple(posts))
    title = titles.write(subject, marks)
    assert titles.read(title) == marks
    assert len(title) <= titles.LONGEST


@given(st.sampled_from(["[held]", "[pub:ab]", "[at:2026-12-01T12:30Z]", "[posts:00000001]"]))
def test_an_authors_own_marks_say_nothing(mark: str):
    assert titles.read(titles.write(f"a {mark} b", Marks(KEY_OF_20))) == Marks(KEY_OF_20)
    assert titles.read(f"a {mark}") == (Marks("ab") if "pub" in mark else Marks())


def test_a_replica_says_what_its_original_says():
    title = titles.write("Calm", Marks(KEY_OF_20, held=True)) + " (copy 01)"
    assert titles.read(title) == Marks(KEY_OF_20, held=True)
    assert titles.subject_in(title) == "Calm"


def test_two_keys_are_none():
    assert Campaign("x", "save", "a [pub:ab] b [pub:cd]").key == ""


def test_every_machine_orders_the_drafts_alike():
    a = Campaign("bb", "save", "[pub:ab]", "2026-01-01T00:00:00+00:00")
    b = Campaign("aa", "save", "[pub:ab]", "2026-01-01T00:00:00+00:00")
    c = Campaign("cc", "save", "[pub:ab]", "2025-12-31T23:59:59+00:00")
    assert [x.id for x in carrying([a, b, c], "ab")] == ["cc", "aa", "bb"]


def test_a_segment_fits_its_own_readers_only():
    saved, interest = Segment(saved=7), Segment(interest="abc123", field="interests-1")
    assert saved.fits({"saved_segment_id": 7, "conditions": [{"value": 1}]})
    assert not saved.fits({})
    assert interest.fits(interest.options())
    assert not interest.fits({})
    assert not Segment().fits({"saved_segment_id": 7})
    assert Segment().fits({"saved_segment_id": None, "conditions": []})


def test_a_campaign_out_of_the_apis_json():
    found = parse(
        {
            "id": "a1",
            "status": "sent",
            "create_time": "t",
            "emails_sent": 3,
            "settings": {"title": "x [pub:ab]"},
            "recipients": {"list_id": "l"},
        }
    )
    assert (found.key, found.out, found.emails_sent, found.state) == ("ab", True, 3, "sent")


# --- schedule


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 600),
)
def test_the_next_quarter_is_one_and_leaves_the_time_asked_for(now: datetime, minutes: int):
    found = schedule.next_quarter(now, timedelta(minutes=minutes))
    assert found.minute % 15 == found.second == found.microsecond == 0
    assert timedelta(0) <= found - now - timedelta(minutes=minutes) < timedelta(minutes=15)


def test_at_is_in_the_sites_time_zone():
    vienna = ZoneInfo("Europe/Vienna")
    assert schedule.parse_at("2026-11-21 07:30", NOW, vienna) == datetime(
        2026, 11, 21, 6, 30, tzinfo=UTC
    )
    assert schedule.parse_at("07:30", NOW, vienna) == datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    assert schedule.parse_at("23:45", NOW, vienna) == datetime(2026, 11, 20, 22, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-11-19 07:30", "is past"),
        ("07:31", "use 07:30 or 07:45"),
        ("25:00", "is no time"),
        ("tomorrow", "says no hour"),
        ("2026-11-21", "says no hour"),
        ("next 2026-11-21 07:30", "no time"),
        ("30 february 7:30", "is no time"),
        ("tuesday 13 pm", "is no time"),
        ("soon", "is no time"),
        ("2026-11-31 07:30", "is no time"),
        ("2026-11-20 23:59", "00:00"),
        ("0001-01-01 00:00", "every clock"),
        ("9999-12-31T23:45-12:00", "every clock"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(text: str, says: str):
    with pytest.raises(ConfigError, match=says):
        schedule.parse_at(text, NOW, ZoneInfo("Europe/Vienna"))


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("7:30", "2026-11-28", "7:30"),
        ("6:00", "2026-11-29", "6:00"),
        ("Tomorrow 7.30", "2026-11-29", "7:30"),
        ("saturday 7:30", "2026-11-28", "7:30"),
        ("saturday 6:00", "2026-12-05", "6:00"),
        ("today at noon", "2026-11-28", "12:00"),
        ("next saturday 7:30", "2026-12-05", "7:30"),
        ("next Tuesday 7:30", "2026-12-01", "7:30"),
        ("tue 7am", "2026-12-01", "7:00"),
        ("on Tuesday at 7:30 pm", "2026-12-01", "19:30"),
        ("this friday, 12 am", "2026-12-04", "0:00"),
        ("8 December 7:30", "2026-12-08", "7:30"),
        ("December 8th, 2026 at 7:30", "2026-12-08", "7:30"),
        ("27 November 7:30", "2027-11-27", "7:30"),
        ("29 feb 7:30", "2028-02-29", "7:30"),
        ("2026-12-08 07:30", "2026-12-08", "7:30"),
        ("2026-12-08T12:30Z", "2026-12-08", "7:30"),
    ],
)
def test_a_moment_as_an_author_says_it(text: str, day: str, hour: str):
    york = ZoneInfo("America/New_York")
    now = datetime(2026, 11, 28, 6, 24, tzinfo=york)
    found = schedule.when(text, now, york).astimezone(york)
    assert (found.date().isoformat(), f"{found.hour}:{found.minute:02}") == (day, hour)


def test_a_day_without_an_hour_takes_the_one_handed_in():
    york = ZoneInfo("America/New_York")
    for text in ("next tuesday", "2026-11-24", "tuesday", "24 november"):
        found = schedule.when(text, NOW, york, time(9))
        assert found == datetime(2026, 11, 24, 9, tzinfo=york), text


def test_an_hour_that_the_clocks_leave_out_is_refused():
    with pytest.raises(ConfigError, match="leave out 02:30"):
        schedule.when("2027-03-14 02:30", NOW, ZoneInfo("America/New_York"))


def test_an_hour_that_the_clocks_show_twice_is_the_one_to_come():
    york = ZoneInfo("America/New_York")
    for now, second in (("05:20", False), ("05:40", True), ("06:20", True)):
        moment = datetime.fromisoformat(f"2026-11-01 {now}+00:00")
        to_come = datetime(2026, 11, 1, 5 + second, 30, tzinfo=UTC)
        assert schedule.parse_at("2026-11-01 01:30", moment, york) == to_come
        assert schedule.next_hour(moment, timedelta(0), time(1, 30), york) == to_come
    later = datetime(2026, 11, 1, 6, 40, tzinfo=UTC)
    assert schedule.parse_at("1:45", later, york) == later + timedelta(minutes=5)
    with pytest.raises(ConfigError, match="is past"):
        schedule.parse_at("2026-11-01 01:30", later, york)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_moment_or_refused(text: str):
    try:
        found = schedule.when(text, NOW, ZoneInfo("Europe/Vienna"))
    except ConfigError:
        return
    assert found.tzinfo is UTC


def test_a_time_zone_that_is_none():
    with pytest.raises(ConfigError, match="no time zone 'Mars/Base'"):
        schedule.zone("Mars/Base")


# --- the rest


def test_changes_are_shown_in_words():
    (change,) = changes.places("one two three four five six", "one two three 4 five six", context=2)
    assert str(change) == "… two three [-four-] {+4+} five six …"
    assert changes.places("a b", "a b") == []
    # The address between a letter's head and its first words is none of these.
    was = "web: https://a.example/b/ On the old day see https://a.example/c/ there"
    (change,) = changes.places(was, was.replace("old", "new"))
    assert change[:4] == ("On the", "old", "new", "day see")


@given(
    st.lists(st.sampled_from("abcdef"), max_size=20),
    st.lists(st.sampled_from("abcdef"), max_size=20),
)
def test_changes_say_nothing_of_equal_words_and_something_of_others(old: list[str], new: list[str]):
    assert bool(changes.places(" ".join(old), " ".join(new))) == (old != new)


def test_the_digest_joins_parts_in_the_newest_ones_frame():
    def part(slug: str, days: float) -> Issue:
        html, text = f"<head><p>{slug}</p><foot>", f"top {slug} end"
        return replace(
            dated(days, slug),
            html=html,
            text=text,
            html_part=(6, 6 + len(slug) + 7),
            text_part=(4, 4 + len(slug)),
            title=slug.upper(),
            subject=slug,
        )

    with pytest.raises(Refused, match="at most 6"):
        issue.join([part(str(n), n) for n in range(7)])
    joined = issue.join([part("old", 3), part("new", 1)])
    assert joined.html.startswith("<head><p>new</p><hr")
    assert joined.html.endswith("<p>old</p><foot>")
    assert joined.text.startswith("top new")
    assert joined.text.endswith("old end")
    assert joined.subject == "new, and 1 more"
    assert joined.key == key_of(["uid-new", "uid-old"])
    assert joined.key == issue.join([part("new", 1), part("old", 3)]).key
    with pytest.raises(Refused, match="two posts"):
        issue.join([part("new", 1)])
    with pytest.raises(Refused, match="cannot be joined"):
        issue.join([dated(1, "a"), dated(2, "b")])


def test_a_report_is_a_table_and_a_drawing():
    document = {
        "subject_line": "S",
        "send_time": "2026-11-20T00:00:00+00:00",
        "emails_sent": 10,
        "opens": {"unique_opens": 5},
        "clicks": {"unique_subscriber_clicks": 2},
        "unsubscribed": 1,
        "bounces": {"hard_bounces": 1, "soft_bounces": 1, "syntax_errors": 9},
    }
    row = report.figures("calm", "Be calm", "update", document)
    head, line = report.table([row], lambda text: text[:10])
    assert head.split() == ["letter", "sent", *report.COLUMNS, "title"]
    assert line.split()[:7] == ["calm", "2026-11-20", "10", "5", "2", "1", "2"]
    assert line.endswith("Be calm (update)")
    drawing = report.plot([row, replace(row, recipients=0, title="<none>")])
    assert "50%" in drawing
    assert "20%" in drawing
    assert "<none>" not in drawing


def test_the_gate_wants_the_page_and_every_picture():
    one = replace(an_issue(), images=("https://a.example/i.jpg", "https://a.example/j.jpg"))
    page = f'<meta name="page-digest" content="{one.page_digest}">'.encode()
    there = {one.url: (200, page), one.images[0]: (200, b""), one.images[1]: (200, b"")}
    assert preflight.faults(one, there.__getitem__) == []
    assert preflight.faults(one, (there | {one.images[1]: (404, b"")}).__getitem__) == [
        "the picture https://a.example/j.jpg answers 404"
    ]
    assert preflight.faults(one, (there | {one.url: (301, page)}).__getitem__) == [
        f"{one.url} answers 301"
    ]

    def silent(url: str) -> tuple[int, bytes]:
        raise OSError("refused")

    assert preflight.faults(one, silent) == [f"{one.url} does not answer (refused)"]


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5, unique=True))
def test_an_issues_key_is_of_its_identities_in_any_order(uids: list[str]):
    assert key_of(uids) == key_of(reversed(uids))
    assert key_of(uids) != key_of([*uids, "another one of more than twenty"])
    assert key_of(uids, update="d1") not in (key_of(uids), key_of(uids, update="d2"))
