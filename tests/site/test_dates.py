"""Law: a command that reads a header takes each date for what Pelican takes it for."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pelican.utils import get_date, set_date_tzinfo

from publish.errors import ConfigError
from publish.post import dates
from publish.post.record import Visibility
from publish.settings import load
from publish.site.build import build
from publish.site.posts import Source, sources

from .conftest import Site

YORK = ZoneInfo("America/New_York")
FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d  %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m", "%b %Y",
    "%Y %B %d", "%d.%m.%Y", "%d %b %Y %H:%M", "%A, %d. %B %Y", "%Y-%m-%d_%H:%M", "%Y%m%d", "%m/%d",
    "%Y-%m-%d %H:%M EST", "%Y-%m-%d %H:%M +0530", "%I %p", "%Y-W%V-%u", "%d %d %d", "%c",
)  # fmt: skip


def theirs(text: str) -> datetime | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = set_date_tzinfo(get_date(text.replace("_", " ")), YORK.key)
            found.astimezone(UTC)  # as the engine does, before Pelican trips over it
    except (ValueError, OverflowError):
        return None
    return datetime.fromisoformat(found.isoformat())


def ours(text: str) -> datetime | None:
    try:
        return dates.parse(text, YORK)
    except ValueError:
        return None


@settings(deadline=None)
@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1)), st.sampled_from(FORMATS))
def test_every_way_to_write_a_date_is_read_as_pelican_reads_it(moment: datetime, form: str):
    assert ours(moment.strftime(form)) == theirs(moment.strftime(form))


@settings(deadline=None)
@given(st.text("0123456789-:. TZ+_novecMay/,", max_size=20))
@example("July 99999999999999999999")
@example("0001-01-01 00:00 +0530")
def test_what_pelican_takes_for_no_date_is_none(text: str):
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    ("status", "days", "seen"),
    [
        ("published", -1, "public"),
        ("hidden", -1, "hidden"),
        ("draft", -1, "draft"),
        ("published", 1, "scheduled"),
        ("hidden", 1, "scheduled"),
        ("draft", 1, "draft"),
        ("publised", -1, "draft"),
        ("published", None, "public"),
    ],
)
def test_who_sees_a_post(status: str, days: int | None, seen: Visibility):
    now = datetime(2026, 11, 28, tzinfo=UTC)
    date = None if days is None else now + timedelta(days=days)
    assert dates.visibility(status, date, now) == seen


def test_a_header_shows_what_the_build_makes_of_it(site: Site):
    """Whatever the settings file says of dates to come, and wherever the date stands."""
    site.set("del WITH_FUTURE_DATES")
    site.set("DEFAULT_DATE = (2016, 1, 2, 3, 4)")
    given = {
        "words": "Date: Nov 2091",
        "iso": "Date: 2016-11-03T07:30+02:00",
        "past": "Date: 3 May 2016",
        "zone": "Date: 2016-11-03 07:30\nTimezone: Asia/Tokyo",
        "none": "Tags: a",
        "2016-05-06-in-the-name": "Tags: b",
        "hidden": "Date: 2091-01-01\nStatus: hidden",
        "doubled": "Date: 2016-11-04\nDate: 2016-11-05",
    }
    for name, lines in given.items():
        site.write(f"content/posts/{name}.md", f"Title: {name}\n{lines}\nCategory: A\n\nx\n")
    build(site.settings)
    posts = {s.file.stem: s for s in sources(site.settings, site.settings.posts)}
    now = datetime.now(UTC)
    for name in given:
        built = (site.root / f"output/{posts[name].slug}/index.html").exists()
        assert built == (posts[name].visibility(now) in ("public", "hidden")), name
    assert posts["words"].date == theirs("Nov 2091")
    assert str(posts["zone"].date) == "2016-11-03 07:30:00+09:00"
    assert str(posts["none"].date) == "2016-01-02 03:04:00-05:00"
    assert str(posts["2016-05-06-in-the-name"].date) == "2016-05-06 00:00:00-04:00"
    assert str(posts["doubled"].date) == "2016-11-04 00:00:00-04:00"


def test_what_is_no_date_is_reported_with_its_line(tmp_path: Path):
    (tmp_path / "pelicanconf.py").write_text("TIMEZONE = 'America/New_York'\n")
    settings = load(tmp_path / "pelicanconf.py")
    file = tmp_path / "content/post.md"
    bad = Source(file, settings, b"Title: A\nDate: 2026-13-45\n\nx\n")
    assert bad.date is None
    with pytest.raises(ConfigError, match=r"post\.md:2: Date is not a date: 2026-13-45"):
        bad.read_date()
    nowhere = Source(file, settings, b"Title: A\nDate: 2026-11-03\nTimezone: Middle/Earth\n\nx\n")
    with pytest.raises(ConfigError, match="no time zone Middle/Earth"):
        nowhere.read_date()
