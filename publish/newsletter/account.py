"""The account that a command uses; validates its key and ids before any request.

The client builds the host from the key's suffix and the path from ids, without validation: a bad
value could send the key to another host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from functools import partial
from math import inf
from typing import Any
from urllib.parse import urlsplit

from publish.errors import ConfigError
from publish.post.urls import is_loopback
from publish.settings import Settings

KEY = re.compile(r"[0-9a-f]{32}-[a-z]{2,4}\d{1,3}")
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
LIST_ID = re.compile(r"[0-9a-f]{6,}")


@dataclass(frozen=True)
class Limits:
    """Seconds, but for ``undo_minutes`` and ``max_age_days``.

    Posts from before the day ``since`` are not selected automatically; ``max_per_run`` is how many
    may be at once; ``send_at`` is the letters' hour in the site's zone.
    """

    timeout: float = 30
    settle: float = 180
    barrier: float = 2
    undo_minutes: float = 15
    max_age_days: float = 7
    since: date | None = None
    max_per_run: int = 2
    send_at: time | None = None


@dataclass(frozen=True)
class Sender:
    """Name and address of the mail's sender."""

    name: str
    reply_to: str

    def __str__(self) -> str:
        return f"{self.name} <{self.reply_to}>"


@dataclass(frozen=True)
class Account:
    """An audience, with the key and address of its API. ``base`` is ``""`` for Mailchimp itself."""

    key: str = field(repr=False)
    audience: str
    from_name: str
    reply_to: str
    base: str = ""
    sandbox: bool = False
    limits: Limits = Limits()
    topics: Mapping[str, str] = field(default_factory=dict)

    @property
    def server(self) -> str:
        """Mailchimp's data centre, the part of the key after the dash."""
        return self.key.rpartition("-")[2]

    @property
    def sender(self) -> Sender:
        """The sender in the settings, required by acts that mail.

        Raises:
            ConfigError: there is none.
        """
        named = bool(self.from_name.strip())
        if not named or not ADDRESS.fullmatch(self.reply_to):
            name = "NEWSLETTER_REPLY_TO" if named else "NEWSLETTER_FROM_NAME"
            raise ConfigError(
                f"{name} is missing or no sender",
                "set it in the settings file to the name and address that readers see",
            )
        return Sender(self.from_name, self.reply_to)


def limits(settings: Settings) -> Limits:
    """The limits of the settings file.

    Raises:
        ConfigError: one is not a number or is negative, or is no day or hour.
    """
    return Limits(**{each.name: read(settings, each.name) for each in fields(Limits)})


def account(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    sandbox_base: str = "",
    key: str = "",
    audience: str = "",
) -> Account:
    """The account to use: the environment's, or the sandbox if its base, key and audience are
    given.

    Raises:
        ConfigError: a key, id or address has not the form it must have. The key is not shown.
    """
    sandbox = bool(sandbox_base)
    key = key if sandbox else environ.get("MAILCHIMP_API_KEY", "").strip()
    if not KEY.fullmatch(key):
        raise ConfigError(
            "MAILCHIMP_API_KEY has not the form of a Mailchimp key (32 hex digits, a dash, a data "
            "centre such as us1)",
            "copy it again from Mailchimp: Profile, Extras, API keys",
        )
    values = settings.values
    chosen = environ.get("MAILCHIMP_AUDIENCE") or str(values.get("NEWSLETTER_AUDIENCE") or "")
    list_id = audience if sandbox else chosen
    if not LIST_ID.fullmatch(list_id):
        what = f"{list_id!r} is no audience id" if list_id else "no audience is set"
        raise ConfigError(
            f"NEWSLETTER_AUDIENCE: {what}",
            "set NEWSLETTER_AUDIENCE or MAILCHIMP_AUDIENCE to Mailchimp's Audience ID "
            "(Audience, Settings)",
        )
    base = sandbox_base or environ.get("MAILCHIMP_BASE_URL", "").strip()
    if base:
        base = loopback(base)
    from_name = str(values.get("NEWSLETTER_FROM_NAME") or values.get("SITENAME") or "")
    reply_to, topics = str(values.get("NEWSLETTER_REPLY_TO") or ""), read(settings, "topics")
    return Account(key, list_id, from_name, reply_to, base, sandbox, limits(settings), topics)


def loopback(base: str) -> str:
    """``base`` without a slash at its end.

    Raises:
        ConfigError: it is no address, or not loopback: the key would leave this machine.
    """
    try:
        parts = urlsplit(base)
        good = is_loopback(parts.netloc) and parts.port != 0  # ValueError if it is no port
    except ValueError:
        good = False
    if not good or parts.scheme != "http" or parts.username or parts.query or parts.fragment:
        raise ConfigError(
            "MAILCHIMP_BASE_URL must be http on a loopback address, for it gets the API key",
            "use for example http://127.0.0.1:8025, or unset it",
        )
    return base.rstrip("/").removesuffix("/3.0")


class _Wrong(Exception):
    """A value that is none: what it is instead, and what to write."""


def read(settings: Settings, name: str) -> Any:
    """The value of the setting of ``FORMS`` that is called ``name`` there.

    Raises:
        WrongSetting: it has not its form.
    """
    full = f"NEWSLETTER_{name.upper()}"
    try:
        return FORMS[name](settings.values.get(full, getattr(Limits, name, None)))
    except _Wrong as wrong:
        what, remedy = wrong.args
        raise settings.wrong(full, f"{full} {what}", remedy) from None


def _address(value: Any) -> str:
    if value and not ADDRESS.fullmatch(str(value)):
        remedy = "write the one that readers see, as nora@example.org"
        raise _Wrong(f"is no address of a sender: {str(value)!r}", remedy)
    return str(value or "")


def _topics(value: Any) -> Mapping[str, str]:
    if value and not isinstance(value, Mapping):
        raise _Wrong("must be a dict", "write {'Career': 'SEGMENT'}")
    topics = {str(topic).casefold(): str(number) for topic, number in (value or {}).items()}
    for topic, number in topics.items():
        if not re.fullmatch(r"\d+|[0-9a-f]{6,}", number):
            remedy = "use the number of a segment or the id of an interest"
            raise _Wrong(f"has no segment or interest id for {topic!r}", remedy)
    return topics


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise _Wrong(f"is no day: {value!r}", "write '2026-11-30'") from None


def _hour(value: Any) -> time | None:
    if value is None or value == "":
        return None
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value).strip())
    if found and int(found[1]) < 24 and int(found[2]) in (0, 15, 30, 45):
        return time(int(found[1]), int(found[2]))
    remedy = "write '09:00', with :00, :15, :30 or :45"
    raise _Wrong(f"is no quarter of an hour: {value!r}", remedy)


def _age(value: Any, most: float = inf, least: float = 0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        bound = f"{least:g}" + ("" if most == inf else " and at most 10 million")
        raise _Wrong(f"must be a number of at least {bound}, not {value!r}", "correct that line")
    return float(value)


_number = partial(_age, most=1e7)
"""Unlike an age, more than this leads beyond every calendar."""

FORMS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("settle", "barrier", "undo_minutes"), _number),
    "timeout": partial(_number, least=0.001), "max_age_days": _age,
    "max_per_run": lambda value: int(_number(value)),
    "since": _day, "send_at": _hour, "reply_to": _address, "topics": _topics,
}  # fmt: skip
"""What makes a value of each setting of the newsletter that has a form of its own."""
