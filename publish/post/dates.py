"""The ``Date`` of a source as Pelican reads it, without Pelican. Pure, but for the day of today.

A test compares it with ``pelican.utils.get_date``, so that every command reads a header's date as a
build does.
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from publish.post.record import Visibility

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?")
"""The usual format, which needs no general date parser."""


def parse(text: str, zone: ZoneInfo) -> datetime:
    """The moment that ``text`` names, aware; in ``zone`` where it names none.

    Missing parts are today's: ``Nov 2026`` is today's day of that November.

    Raises:
        ValueError: it is no date.
    """
    text = re.sub(" +", " ", text.replace("_", " "))
    found = datetime.fromisoformat(text) if _PLAIN.fullmatch(text) else _any(text)
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    try:
        if found.year < 9999:
            found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is not a valid date") from None
    return found


def _any(text: str) -> datetime:
    from dateutil.parser import parse as parse_date

    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: DTZ005
    try:
        with warnings.catch_warnings():
            # A zone that is only a name, such as EST, counts as none, here and in Pelican.
            warnings.simplefilter("ignore")
            found: datetime = parse_date(text, default=today)
            return found
    except (TypeError, OverflowError):
        raise ValueError(f"{text!r} is not a valid date") from None


def visibility(status: str, date: datetime | None, now: datetime) -> Visibility:
    """Who sees a post of that ``status`` (in small letters) and ``date`` at the moment ``now``.

    A build publishes nothing that is dated ahead, whatever WITH_FUTURE_DATES says.
    """
    if status not in ("published", "hidden"):
        return "draft"
    if date is not None and date > now:
        return "scheduled"
    return "public" if status == "published" else "hidden"
