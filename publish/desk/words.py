"""Formats days, distances and counts for the author. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from publish.newsletter.schedule import MONTHS, WEEKDAYS
from publish.post import text

SPELT = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
NARROW = "\N{NO-BREAK SPACE}"


def zone_name(zone: ZoneInfo) -> str:
    """``New York time`` of ``America/New_York``."""
    name = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return name if name in ("UTC", "GMT") else f"{name} time"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """``7:30``, with 24 hours."""
    local = moment.astimezone(zone)
    return f"{local.hour}:{local.minute:02}"


def weekday(moment: datetime, zone: ZoneInfo) -> str:
    """``Tuesday``."""
    return WEEKDAYS[moment.astimezone(zone).weekday()]


def day(moment: datetime, zone: ZoneInfo, now: datetime, *, short: bool = False) -> str:
    """``Tuesday, 1 December``, with the year if it is not the current one.

    ``short`` leaves the day of the week out and cuts the month to three letters.
    """
    date = _date(moment, zone, now, 3 if short else None)
    return date if short else f"{weekday(moment, zone)}, {date}"


def moment(when: datetime, zone: ZoneInfo, now: datetime) -> str:
    """``Tuesday, 1 December, 7:30``."""
    return f"{day(when, zone, now)}, {clock(when, zone)}"


def which_day(when: datetime, zone: ZoneInfo, now: datetime) -> str:
    """``today``, ``tomorrow``, ``on Tuesday`` within the week, else ``on 9 December``."""
    days = _days(when, zone, now)
    if 0 <= days < 2:
        return ("today", "tomorrow")[days]
    if 0 < days < 7:
        return f"on {weekday(when, zone)}"
    return f"on {_date(when, zone, now)}"


def distance(when: datetime, now: datetime) -> str:
    """``in 2 days and 21 hours``, ``in 14 minutes``, ``in a moment``; of what is past, ``ago``."""
    gap = when - now
    past = gap < timedelta()
    minutes = round(abs(gap) / timedelta(minutes=1))
    if not minutes:
        return "just now" if past else "in a moment"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    # The two largest units only: days and hours, or hours and minutes.
    first = next(n for n, (number, _) in enumerate(parts) if number)
    largest = [count(number, word) for number, word in parts[first : first + 2] if number]
    words = " and ".join(largest)
    return f"{words} ago" if past else f"in {words}"


def saved(when: datetime, zone: ZoneInfo, now: datetime) -> str:
    """``4 minutes ago`` within the hour, ``today at 9:12``, else ``on 20 November``."""
    if timedelta() <= now - when < timedelta(hours=1):
        return distance(when, now)
    near = {0: "today", -1: "yesterday"}.get(_days(when, zone, now))
    return f"{near} at {clock(when, zone)}" if near else f"on {_date(when, zone, now)}"


def count(number: int, word: str) -> str:
    """``1 reader``, ``1,204 readers``, as at the terminal, on one line."""
    return text.count(number, word).replace(" ", NARROW)


def spelt(number: int, word: str) -> str:
    """``one letter``, ``three things``; in figures from thirteen on."""
    name = SPELT[number] if number < len(SPELT) else f"{number:,}"
    return f"{name} {word if number == 1 else word + 's'}"


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _days(when: datetime, zone: ZoneInfo, now: datetime) -> int:
    """Midnights from ``now`` to ``when``, negative for what is past."""
    return (when.astimezone(zone).date() - now.astimezone(zone).date()).days


def _date(moment: datetime, zone: ZoneInfo, now: datetime, letters: int | None = None) -> str:
    """``1 December``, with so many ``letters`` of the month."""
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day}{NARROW}{MONTHS[local.month - 1][:letters]}{year}"
