"""WordPress' dates as front matter has them: local time with its offset. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from publish.importer.model import Item

FORM = re.compile(r"[1-9]\d{3}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?")


def moment(local: str, gmt: str, zone: ZoneInfo) -> datetime | None:
    """An aware time from a pair of WordPress' columns; None if neither is a date."""
    here, there = naive(local), naive(gmt)
    if here and there:
        offset = here - there
        minutes = round(offset.total_seconds() / 900) * 15
        if abs(minutes) <= 15 * 60:
            return here.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    if here:
        return here.replace(tzinfo=zone)
    with suppress(OverflowError):  # The calendar may end in between.
        return there.replace(tzinfo=UTC).astimezone(zone) if there else None
    return None


def published(item: Item, zone: ZoneInfo) -> datetime | None:
    """When an item was or will be published; None if unknown."""
    found = moment(item.date, item.date_gmt, zone)
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        stated = parsedate_to_datetime(item.pub_date) if item.pub_date and not found else None
        if stated and stated.year > 1:
            return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).astimezone(zone)
    return found


def formatted(when: datetime) -> str:
    """A moment for the header: ``2020-03-11 09:30-04:00``."""
    clock, end = ("seconds", 25) if when.second else ("minutes", 22)
    # Before 1883 zones had offsets with seconds, which Pelican reads as no date.
    return when.isoformat(" ", clock)[:end]


def naive(text: str) -> datetime | None:
    """A column of WordPress' as a naive time; None if it is no date."""
    found = FORM.match(text.strip())
    with suppress(ValueError):
        return datetime.fromisoformat(found[0]) if found else None
    return None
