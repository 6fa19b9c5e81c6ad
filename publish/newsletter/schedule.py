"""Computes when an issue goes out. Mailchimp accepts full quarters of an hour only. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publish.errors import ConfigError

QUARTER = timedelta(minutes=15)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
EXAMPLES = "write 07:30, `next tuesday 7:30` or 2026-11-20 07:30"
_HOUR = re.compile(
    r"(?:^|\s|,)(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$|(?:^|\s)(?:at\s+)?(noon)$"
)
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


def zone(name: str) -> ZoneInfo:
    """The site's time zone.

    Raises:
        ConfigError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(
            f"TIMEZONE: there is no time zone {name!r}", "use a name such as Europe/Vienna"
        ) from None


def next_quarter(now: datetime, ahead: timedelta) -> datetime:
    """The first quarter at least ``ahead`` from ``now``, in UTC."""
    earliest = (now + ahead).astimezone(UTC)
    floor = earliest.replace(minute=earliest.minute // 15 * 15, second=0, microsecond=0)
    return floor if floor >= earliest else floor + QUARTER


def next_hour(now: datetime, ahead: timedelta, hour: time, site: ZoneInfo) -> datetime:
    """The first time at which the clocks of the zone ``site`` show ``hour``, at least ``ahead``
    from ``now``; in UTC. An hour skipped by a clock change is shifted by the change."""
    earliest = (now + ahead).astimezone(UTC)
    day = earliest.astimezone(site).date() - timedelta(days=1)
    while (moment := _first(datetime.combine(day, hour, site), earliest)) < earliest:
        day += timedelta(days=1)
    return next_quarter(moment, timedelta(0))


def parse_at(text: str, now: datetime, site: ZoneInfo) -> datetime:
    """``--at``: a time to come as ``when`` reads it, on a quarter of an hour; in UTC.

    Raises:
        ConfigError: no such time, one that is past, or no full quarter.
    """
    moment = when(text, now, site)
    if moment <= now:
        raise ConfigError(f"--at: {text} is past", "name a time to come, or use --now")
    if moment.minute % 15 or moment.second or moment.microsecond:
        local = moment.astimezone(site)
        earlier = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
        raise ConfigError(
            f"--at: Mailchimp sends at full quarters of an hour, not at {local:%H:%M}",
            f"use {earlier:%H:%M} or {earlier + QUARTER:%H:%M}",
        )
    return moment


def when(text: str, now: datetime, site: ZoneInfo, hour: time | None = None) -> datetime:
    """The moment that ``text`` names in the zone ``site``; in UTC.

    It may be ISO 8601 (``2026-11-20 07:30``), an hour alone (``7:30``, ``7.30 pm``, ``noon``: the
    next such hour), or a day and an hour: ``tomorrow 7:30``, ``tuesday 7:30`` (today, if that
    hour is still to come), ``next tuesday 7:30`` (the first Tuesday after today), ``8 December
    7:30``. Without an hour it is ``hour``. A day of the week or of the year is the next one.

    Raises:
        ConfigError: no such time, a day without an hour where ``hour`` is None, or an hour that
            the zone's clocks leave out on that day.
    """
    said = " ".join(text.lower().replace(",", " ").split())
    moment = _iso(said, hour)
    if moment is None:
        local = now.astimezone(site)
        rest, at = _hour(said)
        if at is None and (at := hour if said else None) is None:
            # Without an hour it names no time.
            has_day = said and _day(said, local, time(23, 59)) is not None
            why = "says no hour" if has_day else "is no time"
            raise ConfigError(f"{text!r} {why}", EXAMPLES)
        day = _day(rest, local, at)
        if day is None:
            raise ConfigError(f"{text!r} is no time", EXAMPLES)
        moment = datetime.combine(day, at)
    try:
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        utc = _first(moment.replace(tzinfo=site), now)
        shown = utc.astimezone(site).replace(tzinfo=None)
    except OverflowError:
        raise ConfigError(f"{text!r} is no time that every clock can show", EXAMPLES) from None
    if shown != moment:
        raise ConfigError(
            f"{text!r}: the clocks leave out {moment:%H:%M} on that day", "name another hour"
        )
    return utc


def _first(moment: datetime, earliest: datetime) -> datetime:
    """A time of a zone's clocks in UTC. Where they show it twice, as they are set back, it is the
    second one if only that is not before ``earliest``."""
    first, second = (moment.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if first < earliest <= second else first


def _iso(said: str, hour: time | None) -> datetime | None:
    """ISO 8601, where it is that; a day alone needs the ``hour``."""
    try:
        moment = datetime.fromisoformat(said.upper())
    except ValueError:
        return None
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", said):
        return None if hour is None else datetime.combine(moment.date(), hour)
    return moment


def _hour(said: str) -> tuple[str, time | None]:
    """``said`` without the hour at its end, and the hour; None if there is none."""
    found = _HOUR.search(said)
    if not found:
        return said, None
    rest = said[: found.start()].strip()
    if found[4]:
        return rest, time(12)
    if not found[2] and not found[3]:
        # A bare number is a day or a year.
        return said, None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return said, None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    if hour > 23 or minute > 59:
        return said, None
    return rest, time(hour, minute)


def _day(said: str, local: datetime, at: time) -> date | None:
    """The day that ``said`` names, seen from ``local``; None if it names none."""
    today, late = local.date(), at <= local.time().replace(tzinfo=None)
    words = said.removeprefix("on ").split()
    if not words:
        return today + timedelta(days=late)
    if words in (["today"], ["tomorrow"]):
        return today + timedelta(days=words == ["tomorrow"])
    strict = words[0] == "next"
    if words[0] in ("next", "this", "on"):
        words = words[1:]
    if len(words) == 1 and len(words[0]) >= 3:
        days = [n for n, name in enumerate(WEEKDAYS) if name.lower().startswith(words[0])]
        if days:
            ahead = (days[0] - today.weekday()) % 7
            return today + timedelta(days=ahead or 7 * (strict or late))
    try:
        known = date.fromisoformat(" ".join(words))
    except ValueError:
        return None if strict else _date(words, today)
    return None if strict else known


def _date(words: list[str], today: date) -> date | None:
    """``8 december``, ``december 8th``, each with or without a year; the next one without."""
    year = int(words.pop()) if words and re.fullmatch(r"\d{4}", words[-1]) else None
    words = [word for word in words if word not in ("the", "of")]
    if len(words) != 2:
        return None
    name, number = sorted(words, key=lambda word: word[0].isdigit())
    months = [n for n, month in enumerate(MONTHS, 1) if month.lower().startswith(name)]
    day = _DAY.fullmatch(number)
    if len(name) < 3 or not months or not day:
        return None
    # The 29th of February may be eight years away.
    for candidate in [year] if year else range(today.year, today.year + 9):
        try:
            found = date(candidate, months[0], int(day[1]))
        except ValueError:
            continue
        if year or found >= today:
            return found
    return None
