"""The context of the acts on one site: settings, Mailchimp or sandbox, ledger, built site."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from publish.errors import ConfigError
from publish.newsletter import schedule
from publish.newsletter.account import Account, Sender, account
from publish.newsletter.ledger import Ledger
from publish.office.question import Voice
from publish.office.site import Site
from publish.office.words import Words
from publish.post import text
from publish.settings import Settings

if TYPE_CHECKING:
    from publish.newsletter.mailchimp import Mailchimp
    from publish.sandbox.server import Server


@dataclass(frozen=True)
class Office:
    """An account with its API and ledger, and the site it mails for. ``clock`` gives seconds since
    the epoch."""

    settings: Settings
    account: Account
    api: Mailchimp
    ledger: Ledger
    site: Site
    voice: Voice = field(default_factory=Voice)
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    @property
    def words(self) -> Words:
        """The wording of its lines."""
        return self.voice.words or Words()

    @property
    def sender(self) -> Sender:
        """The sender of the mail.

        Raises:
            ConfigError: the settings name none.
        """
        return self.account.sender

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return schedule.zone(self.settings.timezone)

    @property
    def now(self) -> datetime:
        """This moment."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def readers(self) -> tuple[str, int]:
        """The audience's name and its number of subscribers."""
        audience = self.api.audience()
        size = int((audience.get("stats") or {}).get("member_count") or 0)
        return str(audience.get("name") or self.account.audience), size

    def lock(self) -> AbstractContextManager[None]:
        """Hold the ledger's lock; a second run waits as long as a whole send may take."""
        limits = self.account.limits
        patience = limits.settle + limits.barrier + 2 * limits.timeout
        return self.ledger.lock(patience, self.voice.say)

    def with_sandbox_note(self, line: str) -> str:
        """``line``, and in the sandbox a note that no e-mail went out."""
        return self.words.sandboxed(line) if self.account.sandbox else line

    def for_scripts(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of ``--json``, with whether it is the sandbox's."""
        return {**row, "sandbox": self.account.sandbox}

    def format_local(self, moment: datetime | None) -> str:
        """A time formatted for the author; None is now."""
        return "now" if moment is None else text.moment(moment, self.zone)


def sandbox_server(settings: Settings, port: int = 0) -> Server:
    """Serve the site's sandbox with its inbox from a thread; see ``sandbox.start``.

    Raises:
        ConfigError: the port is taken, or ``TIMEZONE`` is none.
    """
    from publish import sandbox
    from publish.sandbox.pictures import Site as Pictures

    zone = schedule.zone(settings.timezone)
    return sandbox.start(settings.root, port=port, zone=zone, site=Pictures.of(settings))


def sandbox_address(settings: Settings, stack: ExitStack) -> str:
    """The address of the site's running sandbox, else of a new one that lives as long as
    ``stack``."""
    from publish import sandbox

    base = sandbox.running(settings.root)
    return base or stack.enter_context(sandbox_server(settings)).base_url


def has_key(*, live: bool) -> bool:
    """Whether the environment holds the key of a live account.

    Raises:
        ConfigError: it does not, though ``live`` requires it.
    """
    given = bool(os.environ.get("MAILCHIMP_API_KEY", "").strip())
    if live and not given:
        raise ConfigError(
            "--live: MAILCHIMP_API_KEY is not set",
            "export the key (Mailchimp: Profile, Extras, API keys), or leave --live out",
        )
    return given


@contextmanager
def opened(
    settings: Settings, voice: Voice | None = None, *, live: bool = False
) -> Iterator[Office]:
    """The office for one command or a desk's lifetime: with the account of the environment's key,
    else the sandbox.

    Raises:
        ConfigError: ``live`` without a key, or a setting of the newsletter is wrong.
    """
    from publish.newsletter.mailchimp import Mailchimp

    guard = settings.cache / "ledger.lock"
    with ExitStack() as stack:
        if has_key(live=live):
            chosen = account(settings, os.environ)
            ledger = Ledger(settings.content / "ledger", guard)
        else:
            from publish import sandbox

            base = stack.enter_context(sandbox.ensure(settings.root))
            chosen = account(
                settings,
                {},
                sandbox_base=base,
                key=sandbox.SANDBOX_KEY,
                audience=sandbox.SANDBOX_AUDIENCE,
            )
            ledger = Ledger(sandbox.folder(settings.root) / "ledger", guard)
        voice = voice or Voice()
        yield Office(settings, chosen, Mailchimp(chosen), ledger, Site(settings), voice)
