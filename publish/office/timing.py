"""When letters go out, by the author's options and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from publish.errors import ConfigError
from publish.newsletter import schedule
from publish.office.context import Office

LONGEST_COUNTDOWN = timedelta(minutes=10)
"""The longest wait here for the settings' hour, if Mailchimp's plan has no scheduling."""


@dataclass(frozen=True)
class Timing:
    """When to send: ``at`` None is now; ``asked``: the author named the time; ``from_settings``:
    the settings name the hour."""

    at: datetime | None
    asked: bool = False
    from_settings: bool = False


def timing(office: Office, now: bool, at: str | None) -> Timing:
    """The time to send: ``now``, ``at``, the settings' hour, or the next quarter of an hour that
    leaves time to undo.

    Raises:
        ConfigError: both are given, or ``at`` is no future quarter of an hour.
    """
    if now and at is not None:
        raise ConfigError("--now and --at exclude each other", "choose one")
    limits = office.account.limits
    ahead = timedelta(minutes=limits.undo_minutes)
    if at is not None:
        return Timing(schedule.parse_at(at, office.now, office.zone), asked=True)
    if now:
        return Timing(None, asked=True)
    if limits.send_at:
        moment = schedule.next_hour(office.now, ahead, limits.send_at, office.zone)
        return Timing(moment, from_settings=True)
    return Timing(schedule.next_quarter(office.now, ahead) if ahead else None)


def revalidate(office: Office, given: Timing) -> Timing:
    """``given`` if it is still in the future, else its replacement.

    Raises:
        ConfigError: the author named it, and it has passed.
    """
    if given.at is None or given.at > office.now:
        return given
    if given.asked:
        raise ConfigError(
            f"the time to send, {office.format_local(given.at)}, has passed", "name another one"
        )
    return timing(office, False, None)
