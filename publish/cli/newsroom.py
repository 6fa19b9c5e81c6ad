"""Which Mailchimp a command talks to: the account of the environment's key, else the sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publish.cli.terminal import SANDBOX, Terminal
from publish.errors import ConfigError
from publish.newsletter.account import Account, account
from publish.newsletter.ledger import Ledger
from publish.newsletter.service import Sender
from publish.settings import Settings

if TYPE_CHECKING:
    from publish.newsletter.mailchimp import Mailchimp


@dataclass(frozen=True)
class Newsroom:
    """An account, the way to it, and the ledger that belongs to it."""

    settings: Settings
    account: Account
    api: Mailchimp
    ledger: Ledger
    terminal: Terminal

    @property
    def sender(self) -> Sender:
        """Who the mail comes from."""
        return Sender(self.account.from_name, self.account.reply_to)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the ledger alone; a second run waits as long as a whole send may take."""
        limits = self.account.limits
        patience = limits.settle + limits.barrier + 2 * limits.timeout
        note = "another `publish` is at work in this folder; waiting for it"
        return self.ledger.lock(patience, lambda: self.terminal.note(note))

    def said(self, line: str) -> str:
        """``line``, and in the sandbox that nobody was e-mailed."""
        return f"{line} [{SANDBOX}]" if self.account.sandbox else line


@contextmanager
def newsroom(settings: Settings, terminal: Terminal, live: bool = False) -> Iterator[Newsroom]:
    """The newsroom for one command.

    Raises:
        ConfigError: ``live`` without a key, or a setting of the newsletter is wrong.
    """
    from publish.newsletter.mailchimp import Mailchimp

    with ExitStack() as stack:
        if os.environ.get("MAILCHIMP_API_KEY", "").strip():
            chosen = account(settings, os.environ)
            ledger = Ledger(settings.content / "ledger")
        elif live:
            raise ConfigError(
                "--live: MAILCHIMP_API_KEY is not set",
                "export the key (Mailchimp: Profile, Extras, API keys), or leave --live out",
            )
        else:
            from publish import sandbox

            base = stack.enter_context(sandbox.ensure(settings.root))
            chosen = account(
                settings, {}, sandbox_base=base, key=sandbox.SANDBOX_KEY,
                audience=sandbox.SANDBOX_AUDIENCE,
            )  # fmt: skip
            ledger = Ledger(sandbox.folder(settings.root) / "ledger")
        yield Newsroom(settings, chosen, Mailchimp(chosen), ledger, terminal)
