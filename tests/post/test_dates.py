"""Who sees a post at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post.dates import parse, visibility

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECONDS = st.integers(-(10**9), 10**9).map(lambda s: NOW + timedelta(seconds=s))


@given(st.one_of(st.none(), SECONDS))
def test_a_published_post_is_public_from_its_date_on(date: datetime | None):
    seen = date is None or date <= NOW
    assert visibility("published", date, NOW) == ("public" if seen else "scheduled")
    assert visibility("hidden", date, NOW) == ("hidden" if seen else "scheduled")


@given(
    st.sampled_from(["draft", "skip", "", "publish", "Published"]), st.one_of(st.none(), SECONDS)
)
def test_any_other_status_is_seen_by_none(status: str, date: datetime | None):
    assert visibility(status, date, NOW) == "draft"


@given(SECONDS, st.integers(0, 10**9))
def test_what_is_public_stays_public(date: datetime, later: int):
    if visibility("published", date, NOW) == "public":
        assert visibility("published", date, NOW + timedelta(seconds=later)) == "public"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_a_date_without_a_zone_is_in_the_sites(zone: str):
    there = ZoneInfo(zone)
    assert parse("2026-11-30 07:30", there) == datetime(2026, 11, 30, 7, 30, tzinfo=there)
    assert parse("2026-11-30_07:30:05", there) == datetime(2026, 11, 30, 7, 30, 5, tzinfo=there)
    assert parse("2026-11-30T07:30+01:00", there) == datetime(2026, 11, 30, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-02-30", "0001-01-01 +99:00"])
def test_what_is_no_date_is_refused(text: str):
    with pytest.raises(ValueError, match=r"date|format|month|offset"):
        parse(text, ZoneInfo("UTC"))
