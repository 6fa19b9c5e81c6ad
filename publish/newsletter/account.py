"""The account that a command uses; validates its key and ids before any request.

The client builds the host from the key's suffix and the path from ids, without validation: a bad
value could send the key to another host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
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
    return Limits(**{each.name: READERS[each.name](settings, each.name) for each in fields(Limits)})


def account(
    settings: Settings, environ: Mapping[str, str], *, sandbox_base: str = "", key: str = "",
    audience: str = "",
) -> Account:  # fmt: skip
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
    return Account(
        key, list_id, from_name, str(values.get("NEWSLETTER_REPLY_TO") or ""), base, sandbox,
        limits(settings), _topics(settings, "topics"),
    )  # fmt: skip


def loopback(base: str) -> str:
    """``base`` without a slash at its end.

    Raises:
        ConfigError: its host is not a loopback address: the key would leave this machine.
    """
    try:
        parts = urlsplit(base)
        good = is_loopback(parts.netloc)
    except ValueError:
        good = False
    if not good or parts.scheme != "http" or parts.username or parts.query or parts.fragment:
        raise ConfigError(
            "MAILCHIMP_BASE_URL must be http on a loopback address, for it gets the API key",
            "use for example http://127.0.0.1:8025, or unset it",
        )
    return base.rstrip("/").removesuffix("/3.0")


def _given(settings: Settings, name: str) -> Any:
    return settings.values.get(f"NEWSLETTER_{name.upper()}")


def _address(settings: Settings, name: str) -> str:
    value = str(_given(settings, name) or "")
    if value and not ADDRESS.fullmatch(value):
        raise settings.wrong("NEWSLETTER_REPLY_TO",
                             f"NEWSLETTER_REPLY_TO is no address of a sender: {value!r}",
                             "write the one that readers see, as nora@example.org")  # fmt: skip
    return value


def _topics(settings: Settings, name: str) -> Mapping[str, str]:
    found: Any = _given(settings, name) or {}
    if not isinstance(found, Mapping):
        raise settings.wrong("NEWSLETTER_TOPICS", "NEWSLETTER_TOPICS must be a dict",
                             "write {'Career': 'SEGMENT'}")  # fmt: skip
    topics = {str(topic).casefold(): str(value) for topic, value in found.items()}
    for topic, value in topics.items():
        if not re.fullmatch(r"\d+|[0-9a-f]{6,}", value):
            raise settings.wrong(
                "NEWSLETTER_TOPICS",
                f"NEWSLETTER_TOPICS[{topic!r}] is no segment or interest id",
                "use the number of a segment or the id of an interest",
            )
    return topics


def _day(settings: Settings, name: str) -> date | None:
    value = _given(settings, name)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise settings.wrong("NEWSLETTER_SINCE", f"NEWSLETTER_SINCE is no day: {value!r}",
                             "write '2026-11-30'") from None  # fmt: skip


def _hour(settings: Settings, name: str) -> time | None:
    value = _given(settings, name)
    if value is None or value == "":
        return None
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value).strip())
    if found and int(found[1]) < 24 and int(found[2]) in (0, 15, 30, 45):
        return time(int(found[1]), int(found[2]))
    raise settings.wrong(
        "NEWSLETTER_SEND_AT",
        f"NEWSLETTER_SEND_AT is no quarter of an hour: {value!r}",
        "write '09:00', with :00, :15, :30 or :45",
    )


def _number(settings: Settings, limit: str) -> float:
    name = f"NEWSLETTER_{limit.upper()}"
    value = settings.values.get(name, getattr(Limits, limit))
    # No age is too high; of the others, more than this leads beyond every calendar.
    most = inf if limit == "max_age_days" else 1e7
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise settings.wrong(
            name,
            f"{name} must be a number of at least 0"
            f"{'' if most == inf else ' and at most 10 million'}, not {value!r}",
            "correct that line",
        )
    return float(value)


def _count(settings: Settings, limit: str) -> int:
    return int(_number(settings, limit))


READERS: Mapping[str, Callable[[Settings, str], Any]] = {
    **dict.fromkeys(("timeout", "settle", "barrier", "undo_minutes", "max_age_days"), _number),
    "since": _day, "max_per_run": _count, "send_at": _hour, "reply_to": _address,
    "topics": _topics,
}  # fmt: skip
"""What reads each setting of the newsletter that has a form of its own; called with the settings
and the name, it raises ``WrongSetting`` for a wrong one."""
