"""Days, distances and counts as an author reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.desk import parts, words
from tests.desk.snapshots import NOW, TUESDAY, YORK


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_moment_is_in_the_sites_zone():
    assert plain(words.moment(TUESDAY, YORK, NOW)) == "Tuesday, 1 December, 7:30"
    assert plain(words.day(TUESDAY, YORK, NOW, short=True)) == "1 Dec"
    last = datetime(2025, 3, 9, 12, tzinfo=UTC)
    assert plain(words.day(last, YORK, NOW)) == "Sunday, 9 March 2025"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/New_York", "New York time"),
        ("UTC", "UTC"),
        ("Europe/Vienna", "Vienna time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
    ],
)
def test_a_zone_by_its_city(zone: str, name: str):
    assert words.zone_name(ZoneInfo(zone)) == name


@pytest.mark.parametrize(
    ("gap", "says"),
    [
        (timedelta(days=2, hours=21, minutes=6), "in 2 days and 21 hours"),
        (timedelta(minutes=14), "in 14 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=1, minutes=1), "in 1 hour and 1 minute"),
        (timedelta(), "in a moment"),
        (timedelta(days=1, minutes=5), "in 1 day"),
        (-timedelta(seconds=5), "just now"),
        (-timedelta(minutes=4), "4 minutes ago"),
        (timedelta(days=400), "in 400 days"),
    ],
)
def test_a_distance(gap: timedelta, says: str):
    assert plain(words.distance(NOW + gap, NOW)) == says


@pytest.mark.parametrize(
    ("days", "says"), [(0, "today"), (1, "tomorrow"), (3, "on Tuesday"), (7, "on 5 December")]
)
def test_which_day(days: int, says: str):
    assert plain(words.which_day(NOW + timedelta(days=days), YORK, NOW)) == says


def test_when_a_file_was_saved():
    said = [plain(words.saved(NOW - timedelta(hours=h), YORK, NOW)) for h in (0.1, 3, 20, 200)]
    assert said == ["6 minutes ago", "today at 7:24", "yesterday at 14:24", "on 20 November"]


def test_counts():
    assert plain(words.count(1, "reader")) == "1 reader"
    assert plain(words.count(1204, "reader")) == "1,204 readers"
    assert words.spelt(3, "thing") == "three things"
    assert words.spelt(13, "thing") == "13 things"


def test_few_readers_are_counted_and_many_are_shared():
    assert parts.share(7, 12).says == "7 of 12"
    assert parts.share(253, 401).says == "63%"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_every_distance_is_said(one: datetime, other: datetime):
    said = words.distance(one, other)
    assert said.startswith("in ") or said.endswith((" ago", "just now"))
