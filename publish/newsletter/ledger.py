"""The append-only ledger of attempts and outcomes: one fsynced line per fact.

It is committed together with the content. A lost ledger costs time only, as Mailchimp's list of
campaigns is enough; a *damaged* one stops the run, as it must not count as empty.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from publish.errors import NothingSent, Refused
from publish.newsletter.facts import Fact, IssueState, by_line, fold
from publish.post.files import locked, write_whole
from publish.post.issue import Issue


class Damaged(Refused):
    """A ledger that must not count as empty: its ``file``, the ``line`` from 1, and ``why``."""

    def __init__(self, file: Path, line: int, why: str) -> None:
        super().__init__(
            f"{file}:{line}: {why}",
            "restore the file from version control, or delete it: Mailchimp knows what was sent",
        )
        self.line, self.why = line, why


class Ledger:
    """``issues.jsonl`` and ``issues/`` in ``folder``.

    ``run`` names this run in its facts. The lock is a file of its own (``guard``, or ``.lock`` in
    the folder), as git replaces the ledger's files.
    """

    def __init__(self, folder: Path, guard: Path | None = None) -> None:
        self.folder = folder
        self.file = folder / "issues.jsonl"
        self.run = secrets.token_hex(4)
        self._guard = guard or folder / ".lock"
        self._latest: float | None = None

    def read(self) -> dict[str, IssueState]:
        """The state of each issue, by key. A torn last line is ignored.

        The facts count in the order of their times: git's union merge puts one machine's lines
        behind the other's.

        Raises:
            Damaged: a line that is not the last is no fact, or the file cannot be read.
        """
        facts = sorted(self._facts(), key=lambda fact: fact.at)
        self._latest = facts[-1].at if facts else 0
        return fold(facts)

    def append(self, fact: Fact) -> Fact:
        """Append a fact and wait until it is on disk; the fact as it was written.

        Its time is later than that of each fact before it, even if the clock was set back.

        Raises:
            Damaged: as for ``read``.
            OSError: it could not be written; then its request must not be made.
        """
        if self._latest is None:
            self.read()
        self._latest = max(fact.at, (self._latest or 0) + 0.001)
        fact = replace(fact, at=self._latest)
        line = json.dumps(fact.document(), ensure_ascii=False, sort_keys=True)
        fresh = not self.file.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab+") as stream:
            if stream.tell():
                # Text after the last line end was torn by a crash.
                with mmap(stream.fileno(), 0, access=ACCESS_READ) as lines:
                    whole = lines.rfind(b"\n") + 1
                stream.truncate(whole)
            stream.write(line.encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        if fresh:
            _sync_folder(self.folder)
        return fact

    def keep(self, issue: Issue) -> None:
        """Store the issue byte for byte, under its key."""
        for name, data in issue.files().items():
            write_whole(self.kept(issue.key) / name, data)

    def kept(self, key: str) -> Path:
        """The folder with the issue of ``key`` as it was sent."""
        return self.folder / "issues" / key

    def records(self) -> dict[str, dict[str, Any]]:
        """The record of every stored issue, by key; damaged ones are left out."""
        found = {}
        for file in (self.folder / "issues").glob("*/issue.json"):
            with contextlib.suppress(OSError, ValueError):
                found[file.parent.name] = dict(json.loads(file.read_bytes()))
        return found

    def lock(
        self, patience: float, say: Callable[[str], None] | None = None
    ) -> AbstractContextManager[None]:
        """Hold the ledger's lock on this machine; ``say`` is called once if it has to be waited
        for.

        Raises:
            NothingSent: another run held it for ``patience`` seconds.
        """
        return locked(self._guard, NothingSent, patience, say, "publish")

    def _facts(self) -> Iterable[Fact]:
        try:
            return by_line(self.file.read_bytes()).values()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise Damaged(self.file, 1, f"cannot be read: {error.strerror or error}") from None
        except ValueError as error:
            raise Damaged(self.file, *error.args) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
