"""A stand-in for Mailchimp on this machine: its API, its delivery, its sign-up form, an inbox.

Nothing here reaches another machine. The state lies in ``.publish/sandbox/`` so that it
outlives the process, and several processes may share it. Importing this package is cheap;
the server's modules load when they are first used.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publish.sandbox.pictures import Site
    from publish.sandbox.server import Server

__all__ = [
    "NOTE",
    "SANDBOX_AUDIENCE",
    "SANDBOX_KEY",
    "SANDBOX_U",
    "ensure",
    "folder",
    "reset",
    "running",
    "signup_path",
    "start",
]

NOTE = "SANDBOX — nobody was e-mailed"
"""What each act says that mailed nothing but the sandbox's inbox."""

SANDBOX_KEY = "5a4db0c5" * 4 + "-us0"
"""An API key of the right form that opens no account but the sandbox's."""

SANDBOX_AUDIENCE = "5a4db0c5e1"
"""The list id of the seeded audience."""

SANDBOX_U = "5a4db0c5" * 3 + "e"
"""The public account id, the ``u`` of a sign-up form's address."""


def folder(root: Path) -> Path:
    """Where the sandbox of the project in ``root`` keeps everything."""
    return root / ".publish" / "sandbox"


def signup_path() -> str:
    """The sign-up form's address below a server's base URL."""
    return f"/subscribe/post?u={SANDBOX_U}&id={SANDBOX_AUDIENCE}"


def start(
    root: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Callable[[], float] = time.time,
    register: bool = True,
    zone: tzinfo = UTC,
    site: Site | None = None,
) -> Server:
    """Serve the sandbox of the project in ``root`` from a thread of this process.

    Args:
        root: the project's folder; state goes to ``root/.publish/sandbox``.
        host: a loopback address.
        port: 0 takes the port of the last time if it is free, so that links in old mails
            go on working, else any free one.
        clock: seconds since the epoch; tests hand in their own.
        zone: the site's time zone, in which the inbox tells when a mail came.
        site: where the pictures of a post lie that is not public yet, for the inbox.
        register: let ``running`` find this server; off for one that lives for one command.

    Raises:
        ConfigError: the host is not loopback, or the port is taken.
    """
    from publish.sandbox import pictures, server

    return server.start(
        root, host=host, port=port, clock=clock, register=register, zone=zone,
        site=site or pictures.NOWHERE,
    )  # fmt: skip


def running(root: Path) -> str | None:
    """The base URL of a live sandbox server of this project, or None."""
    from publish.sandbox import registry

    return registry.running(folder(root))


def ensure(root: Path) -> AbstractContextManager[str]:
    """A base URL to use for a while: the live server's, else one started for the duration."""
    from publish.sandbox import server

    return server.ensure(root)


def reset(root: Path) -> None:
    """A clean start: no campaign, no mail, no ledger, the seeded audience and its reader.

    A server that is running goes on and sees the clean state.
    """
    from publish.sandbox import state

    state.reset(folder(root))
