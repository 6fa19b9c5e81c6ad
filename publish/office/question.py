"""The question an act puts to the author, and the act's outcome."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publish.errors import Exit, PublishError

if TYPE_CHECKING:
    from publish.office.words import Words


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Voice:
    """Where an act's output goes while it works.

    ``say`` gets a permanent line, ``detail`` a line for verbose output (``wants_detail``),
    ``progress`` a line that the next one replaces, ``complain`` an error beside the raised one.
    ``countdown`` gets the progress lines while a letter waits here for its moment: raising there
    ends the wait. ``words`` default to those of the command line.
    """

    say: Callable[[str], None] = _silent
    detail: Callable[[str], None] = _silent
    progress: Callable[[str], None] = _silent
    complain: Callable[[str], None] = _silent
    wants_detail: bool = False
    countdown: Callable[[str], None] | None = None
    words: Words | None = None


@contextmanager
def reported_on_failure(voice: Voice, lines: Iterable[str]) -> Iterator[None]:
    """Say the ``lines`` about what was done, if what follows fails."""
    try:
        yield
    except BaseException:
        for line in lines:
            voice.say(line)
        raise


@dataclass(frozen=True)
class Line:
    """One fact of a question: its name, such as ``subject``, and its text; ``unless`` names the
    option that would prevent it."""

    name: str
    text: str
    unless: str = ""


@dataclass(frozen=True)
class Question:
    """What an act would do, for confirmation. ``yes`` is the label of the button; ``reversible``:
    the act can be undone completely, so that it needs no confirmation. ``fingerprint`` is a digest
    of everything that the confirmation is bound to: account, readers, hour, the digests of letters
    and sources, the ledger's facts. ``wish`` are the act's arguments, ``plan`` its results so far,
    for ``do`` alone."""

    act: str
    lines: tuple[Line, ...]
    yes: str
    fingerprint: str
    wish: Mapping[str, Any] = field(default_factory=dict)
    plan: Any = field(default=None, repr=False)
    reversible: bool = False


@dataclass(frozen=True)
class Done:
    """The result of an act, also if there was nothing to do: as lines, and as data for scripts.
    ``code`` is the command's exit code, ``errors`` are the parts of the act that failed."""

    act: str
    lines: tuple[str, ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()
    code: Exit = Exit.OK
    errors: tuple[PublishError, ...] = ()


def fingerprint_of(*facts: Any) -> str:
    """The digest of the facts that a confirmation is bound to."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
