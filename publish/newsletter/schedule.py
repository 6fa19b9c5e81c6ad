"""When an issue goes out. Mailchimp takes full quarters of an hour only. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from publish.errors import ConfigError

QUARTER = timedelta(minutes=15)


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


def parse_at(text: str, now: datetime, site: ZoneInfo) -> datetime:
    """``--at``: ``2026-11-20 07:30`` or ``07:30`` (the next such time), in the site's zone.

    Raises:
        ConfigError: no such time, one that is past, or no full quarter.
    """
    local = now.astimezone(site)
    if re.fullmatch(r"\d{1,2}:\d{2}", text.strip()):
        hour, minute = map(int, text.strip().split(":"))
        if hour > 23 or minute > 59:
            raise ConfigError(f"--at: {text!r} is no time", "write 07:30 or 2026-11-20 07:30")
        moment = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if moment <= local:
            moment += timedelta(days=1)
    else:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ConfigError(
                f"--at: {text!r} is no time", "write 07:30 or 2026-11-20 07:30"
            ) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=site)
    if moment.astimezone(UTC) <= now.astimezone(UTC):
        raise ConfigError(f"--at: {text} is past", "name a time to come, or use --now")
    if moment.minute % 15 or moment.second or moment.microsecond:
        earlier = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
        raise ConfigError(
            f"--at: Mailchimp sends at full quarters of an hour, not at {moment:%H:%M}",
            f"use {earlier:%H:%M} or {earlier + QUARTER:%H:%M}",
        )
    return moment.astimezone(UTC)


def spoken(moment: datetime, site: ZoneInfo) -> str:
    """A moment as the author reads it: in the site's zone, with its name."""
    local = moment.astimezone(site)
    return f"{local:%a %d %b %Y, %H:%M} {local.tzname()}"
