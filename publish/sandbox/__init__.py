"""A stand-in for Mailchimp on this machine: its API, its delivery, its sign-up form, an inbox.

It contacts no other machine. The state is in ``.publish/sandbox/``, so that it outlives the
process, and several processes may share it. Importing this package is cheap: the server's modules
are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publish.sandbox.registry import running as running
    from publish.sandbox.server import ensure as ensure
    from publish.sandbox.server import start as start
    from publish.sandbox.state import reset as reset

LATER = {"ensure": "server", "reset": "state", "running": "registry", "start": "server"}
"""Lazily imported names and their modules."""
NOTE = "SANDBOX — nobody was e-mailed"
"""The note of every act that mailed to the sandbox's inbox only."""

SANDBOX_KEY = "5a4db0c5" * 4 + "-us0"
"""An API key of the right form that is valid for the sandbox only."""

SANDBOX_AUDIENCE = "5a4db0c5e1"
"""The list id of the seeded audience."""

SANDBOX_U = "5a4db0c5" * 3 + "e"
"""The public account id, the ``u`` of a sign-up form's address."""


def folder(root: Path) -> Path:
    """The folder of the sandbox of the project in ``root``."""
    return root / ".publish" / "sandbox"


def signup_path() -> str:
    """The sign-up form's address below a server's base URL."""
    return f"/subscribe/post?u={SANDBOX_U}&id={SANDBOX_AUDIENCE}"


def __getattr__(name: str) -> Any:
    """The server's names, imported on first use."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)
