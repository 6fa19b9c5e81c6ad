"""The dates that Pelican reads in a header, without its parser. Pure."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from email.utils import parsedate_to_datetime

NUMBERS = re.compile(
    r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?"
    r"(?:[T _]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?[ ]*([AaPp][Mm])?)?"
    r"[ ]*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
WORDS = (
    "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%a %d %b %Y", "%A %d %B %Y",
    "%a %b %d %Y", "%A %B %d %Y", "%m/%d/%Y", "%d/%m/%Y", "%m.%d.%Y", "%d.%m.%Y", "%Y%m%d",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")


def parse(text: str, zone: tzinfo) -> datetime | None:
    """The moment, aware; ``zone`` holds where the text names none. None if it is no date."""
    text = " ".join(text.split())
    if not text or len(text) > 64:
        return None
    try:
        moment = _numbers(text) or _words(text)
        if moment is None:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        aware.timestamp()
        return aware
    except (ValueError, OverflowError):
        return None


def _numbers(text: str) -> datetime | None:
    found = NUMBERS.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, half, offset = found.groups()
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    iso = (
        f"{year}-{int(month):02}-{int(day or 1):02}T"
        f"{hours:02}:{int(minute or 0):02}:{int(second or 0):02}"
    )
    if offset in ("UTC", "GMT"):
        offset = "Z"
    return datetime.fromisoformat(iso + (offset or ""))


def _words(text: str) -> datetime | None:
    plain = text.replace(",", " ")
    plain = " ".join(plain.split())
    for day in WORDS:
        for time in TIMES:
            try:
                return datetime.strptime(plain, day + time)  # noqa: DTZ007 - the caller knows the zone
            except ValueError:
                continue
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
