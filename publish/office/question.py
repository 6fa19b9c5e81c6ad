"""The question an act puts to the author, and the act's outcome."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publish.errors import Exit

if TYPE_CHECKING:
    from publish.office.words import Words


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Voice:
    """Where an act's words go while it works.

    ``say`` gets a line to keep, ``detail`` one for those who want to know more
    (``wants_detail``), ``progress`` one that the next replaces, ``complain`` an error beside the
    one that is raised. ``countdown`` gets what ``progress`` would while a letter waits here for
    its moment: raising there ends the wait. ``words`` are those of the command line if not given.
    """

    say: Callable[[str], None] = _silent
    detail: Callable[[str], None] = _silent
    progress: Callable[[str], None] = _silent
    complain: Callable[[str], None] = _silent
    wants_detail: bool = False
    countdown: Callable[[str], None] | None = None
    words: Words | None = None


@dataclass(frozen=True)
class Line:
    """One fact of a question: its name, such as ``subject``, and what it says; ``unless`` names the
    wish that would leave it as it was."""

    name: str
    text: str
    unless: str = ""


@dataclass(frozen=True)
class Question:
    """What an act would do, for the author's yes.

    ``yes`` are the words on the button; ``reversible`` says that the act can be undone in full, so
    that it need not be asked. ``fingerprint`` is a digest of all that the yes holds for: account,
    readers, hour, the letters' and their sources' digests, the ledger's facts of them. ``wish`` is
    what was asked for, ``plan`` what the act found, for ``do`` alone.
    """

    act: str
    lines: tuple[Line, ...]
    yes: str
    reversible: bool
    fingerprint: str
    wish: Mapping[str, Any] = field(default_factory=dict)
    plan: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Done:
    """What was done, or that there was nothing to do: in words, and as data for scripts.

    ``code`` is how a command ends that has this result.
    """

    act: str
    lines: tuple[str, ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()
    code: Exit = Exit.OK


def fingerprint_of(*facts: Any) -> str:
    """The digest of what a yes holds for."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
