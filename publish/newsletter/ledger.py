"""The append-only ledger of attempts and outcomes: one fsynced line per fact.

It is committed together with the content. A lost ledger costs time only, as Mailchimp's list of
campaigns is enough; a *damaged* one stops the run, as it must not count as empty.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from publish.errors import NothingSent, Refused
from publish.newsletter.facts import Fact, IssueState, fold, parse
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

    def read(self) -> dict[str, IssueState]:
        """The state of each issue, by key. A torn last line is ignored.

        Raises:
            Damaged: a line that is not the last is no fact, or the file cannot be read.
        """
        return fold(self._facts())

    def append(self, fact: Fact) -> None:
        """Append a fact and wait until it is on disk.

        Raises:
            OSError: it could not be written; then its request must not be made.
        """
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

    def _facts(self) -> Iterator[Fact]:
        try:
            data = self.file.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise Damaged(self.file, 1, f"cannot be read: {error.strerror or error}") from None
        lines = data.split(b"\n")
        for number, line in enumerate(lines[:-1], 1):
            try:
                yield parse(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Damaged(self.file, number, "this line of the ledger is damaged") from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
