"""The kinds of deploy target: one module each, behind one protocol, loaded on first use."""

from __future__ import annotations

import importlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publish.deploy.plan import Plan, Remote
from publish.deploy.programs import run
from publish.deploy.release import CONTROL, KEEP, File, OldRelease, Record, Release
from publish.errors import ConfigError, NothingSent

REBUILD = "build that state of the content, then deploy it"
"""The next step where a target cannot go back to a release."""


class Raced(NothingSent):
    """Another deploy came first: read the target again (exit 3)."""


class Busy(NothingSent):
    """Another deploy held the target for as long as this one waited (exit 3)."""


def wait_for(taken: Callable[[], bool], patience: float, busy: Busy) -> None:
    """Poll until ``taken`` returns true.

    Raises:
        Busy: the given one, after ``patience`` seconds.
    """
    end = time.monotonic() + patience
    while not taken():
        if time.monotonic() >= end:
            raise busy
        time.sleep(min(2.0, max(0.1, patience / 20)))


@dataclass(frozen=True)
class Place:
    """The configuration of a target: its name, its settings, and the site's folders.

    ``cache`` is a folder of the target's own that may be deleted at any time; ``siteurl`` is where
    readers find what it holds. ``say`` gets progress lines, ``note`` permanent ones. ``fault``
    makes the error that a setting is wrong, of its name, what is wrong and the remedy.
    """

    name: str
    options: Mapping[str, Any]
    root: Path
    output: Path
    cache: Path
    siteurl: str
    say: Callable[[str], None] = lambda line: None
    note: Callable[[str], None] = lambda line: None
    fault: Callable[[str, str, str], ConfigError] = lambda name, what, remedy: ConfigError(
        what, remedy
    )

    def text(self, key: str, default: str | None = None) -> str:
        """A setting that must be text.

        Raises:
            ConfigError: it is missing or something else.
        """
        value = self.options.get(key, default)
        if not isinstance(value, str) or (default is None and not value) or CONTROL.search(value):
            raise self.wrong(key, "must be a text on one line")
        return value

    def words(self, key: str) -> list[str]:
        """A setting that must be a command, a list of words; empty if it is not set.

        Raises:
            ConfigError: it is something else.
        """
        value = self.options.get(key, [])
        if not isinstance(value, list | tuple) or not all(isinstance(w, str) for w in value):
            raise self.wrong(key, "must be a list of words")
        return list(value)

    def wrong(
        self,
        key: str,
        what: str,
        remedy: str = "set it in the settings file; docs/reference.md has every option of a target",
    ) -> ConfigError:
        """A ConfigError about a setting, or with ``""`` about the target; ``what`` says what is
        wrong."""
        place = f'DEPLOY["{self.name}"]' + (f'["{key}"]' if key else "")
        return self.fault("DEPLOY", f"{place}: {what}", remedy)


class Target(ABC):
    """A place to deploy to.

    Every method raises ``NothingSent`` (exit 3) when the other side fails and ``ConfigError`` when
    it refuses by the settings; after either, a reader sees the old site or the new one.
    """

    replaces_atomically = True
    """Whether a release becomes visible in one step."""
    keep = KEEP
    """Releases kept for rollbacks."""
    after: Sequence[str] = ()
    """The command to run after a release; empty for none."""
    caveat = ""
    """A warning to print in every deploy; ``""`` for none."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def additions(self, release: Release) -> Mapping[str, bytes]:
        """Files this kind of host needs beside the site; mostly none."""
        return {}

    def fingerprint(self, file: File) -> str:
        """The target's name for a file's bytes; by default their SHA-256."""
        return file.sha256

    @abstractmethod
    def read(self) -> Remote:
        """The target's state. Writes nothing."""

    @contextmanager
    def claim(self, release: Release, patience: float) -> Iterator[Remote]:
        """Hold the target exclusively for the context; yields its state. Nothing is held where
        ``put`` itself is refused when another came first, or where the host alone could do it.

        Raises:
            Busy: another deploy holds it for longer than ``patience`` seconds.
        """
        yield self.read()

    @abstractmethod
    def put(self, release: Release, plan: Plan, remote: Remote, record: Record) -> None:
        """Make ``release`` public and store ``record``; only within ``claim``.

        Raises:
            Raced: another deploy came first; nothing is changed.
        """

    def roll_back(
        self, to: OldRelease, remote: Remote, record: Record, shown: Collection[str]
    ) -> None:
        """Make an earlier release public again and store ``record``; only within ``claim``.
        ``shown`` are files that letters show, which stay.

        Raises:
            Refused: the target does not have it any more.
        """
        raise NotImplementedError  # of a target that keeps one release

    def run_after_step(self) -> None:
        """Run the command after a release, on this machine; only within ``claim``."""
        if self.after:
            run(self.after, cwd=self.place.root)

    @abstractmethod
    def probe(self) -> None:
        """Check that this machine may write there; a test file is removed at once."""

    def write_record(self, record: Record) -> None:
        """Replace the record of the current release; only where there is a step after one."""
        raise NotImplementedError


def make(place: Place) -> Target:
    """The target of a ``place``, by its ``kind``.

    Raises:
        ConfigError: they do not describe one.
    """
    kind = str(place.options.get("kind"))
    if kind not in KINDS:
        raise place.wrong("kind", f"must be one of {', '.join(KINDS)}")
    name, options = KINDS[kind]
    allowed = {"kind", "url", *options}
    for key in place.options:
        if key not in allowed:
            known = f"it knows {', '.join(sorted(allowed))}"
            raise place.wrong("", f"a target of kind {kind} has no {key!r}", known)
    target: Target = getattr(importlib.import_module(f"{__name__}.{kind}"), name)(place)
    return target


KINDS = {
    "git": ("Git", ("remote", "branch", "cname", "history")),
    "ssh": ("Ssh", ("host", "path", "port", "options", "keep", "after")),
    "s3": ("S3", ("bucket", "prefix", "region", "endpoint", "purge", "lock")),
    "folder": ("Folder", ("path", "after")),
    "command": ("Command", ("command",)),
}
"""Each kind's class, in the module of that name, and its options."""
