"""The append-only record of what was tried and what happened: one fsynced line a fact.

It is committed and travels with the content. Losing it costs nothing but time, for Mailchimp's
own list of campaigns is enough; a *damaged* one stops the run, for it must not count as empty.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.errors import NothingSent, Refused
from publish.newsletter.facts import Fact, Past, fold, parse
from publish.post.files import write_whole
from publish.post.issue import Issue


class Ledger:
    """``issues.jsonl`` and ``issues/`` in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "issues.jsonl"

    def read(self) -> dict[str, Past]:
        """What is known of each issue, by key. A torn last line is left out.

        Raises:
            Refused: a line that is not the last is no fact.
        """
        return fold(self._facts())

    def append(self, fact: Fact) -> None:
        """Write a fact and wait until the disk has it.

        Raises:
            OSError: it could not be written; then the request it announces must not be made.
        """
        line = json.dumps(fact.document(), ensure_ascii=False, sort_keys=True)
        fresh = not self.file.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab+") as stream:
            _drop_torn_tail(stream.fileno())
            stream.write(line.encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        if fresh:
            _sync_folder(self.folder)

    def keep(self, issue: Issue) -> None:
        """Keep the issue byte for byte, under its key."""
        home = self.folder / "issues" / issue.key
        record = json.dumps(issue.record(), ensure_ascii=False, indent=2, sort_keys=True)
        write_whole(home / "issue.html", issue.html.encode())
        write_whole(home / "issue.txt", issue.text.encode())
        write_whole(home / "issue.json", record.encode() + b"\n")

    @contextmanager
    def lock(self, patience: float, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the ledger alone on this machine; ``waiting`` is called once if it is taken.

        The lock dies with its process, so a crash never leaves it behind.

        Raises:
            NothingSent: another run held it for ``patience`` seconds.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab") as stream:
            end, told = time.monotonic() + patience, False
            while True:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise NothingSent(
                            "another `publish` is sending from this folder",
                            "wait for it to end, then run this again",
                        ) from None
                    if not told:
                        waiting()
                        told = True
                    time.sleep(0.1)
            yield

    def _facts(self) -> Iterator[Fact]:
        try:
            data = self.file.read_bytes()
        except FileNotFoundError:
            return
        lines = data.split(b"\n")
        # What follows the last line end is a line that a crash tore.
        for number, line in enumerate(lines[:-1], 1):
            try:
                yield parse(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Refused(
                    f"{self.file}:{number}: this line of the ledger is damaged",
                    "restore the file from version control, or delete it: "
                    "Mailchimp knows what was sent",
                ) from None


def _drop_torn_tail(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    position = size
    while position:
        start = max(0, position - 4096)
        block = os.pread(descriptor, position - start, start)
        if (end := block.rfind(b"\n")) >= 0:
            position = start + end + 1
            break
        position = start
    if position != size:
        os.ftruncate(descriptor, position)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
