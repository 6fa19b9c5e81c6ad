"""The errors a command ends with, and their exit codes.

The codes are the contract with scripts (docs/reference.md, "Exit codes").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    REFUSED = 1
    """The content, the built site or the live page is not fit."""
    USAGE = 2
    """Usage or configuration; click's own code."""
    NOTHING_SENT = 3
    """The other side failed and certainly nothing was sent: run it again."""
    UNKNOWN = 4
    """Outcome unknown; nothing will be sent twice; ``publish status`` settles it."""
    INTERRUPTED = 130


@dataclass
class PublishError(Exception):
    """A failure to be shown in one line: what is wrong, and what to do next.

    ``message`` says what is wrong, ``remedy`` the next step, ``code`` how the process ends.
    """

    message: str
    remedy: str = ""
    code: Exit = Exit.REFUSED

    def __str__(self) -> str:
        line = f"{self.message} — {self.remedy}" if self.remedy else self.message
        return " ".join(line.split())


class Refused(PublishError):
    """Something is wrong with the content, the built site or the live page (exit 1)."""


@dataclass
class ConfigError(PublishError):
    """Usage or configuration is wrong (exit 2)."""

    code: Exit = Exit.USAGE


@dataclass
class NothingSent(PublishError):
    """The other side failed and certainly nothing was sent (exit 3)."""

    code: Exit = Exit.NOTHING_SENT


@dataclass
class OutcomeUnknown(PublishError):
    """An answer was lost; no reader will get anything twice (exit 4)."""

    code: Exit = Exit.UNKNOWN


WORST = (Exit.UNKNOWN, Exit.USAGE, Exit.REFUSED, Exit.NOTHING_SENT, Exit.OK)
"""The exit codes by severity: what does several things ends with the first that occurred."""


def as_publish_error(error: PublishError | OSError) -> PublishError:
    """``error`` in one line, also where the system raised it: a full disk, missing permissions."""
    if isinstance(error, PublishError):
        return error
    where = f"{error.filename}: " if error.filename else ""
    return Refused(f"{where}{error.strerror or error}", "fix that, then run this again")
