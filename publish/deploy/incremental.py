"""Targets that take one file at a time, in phases, each complete before the next begins.

A file that is overwritten or removed is first copied aside in the target, so that a rollback needs
nothing but the target. The plan is recorded before the first byte is written, so that after a crash
every file of ours is still known as ours.
"""

from __future__ import annotations

import re
import secrets
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from publish.deploy import built
from publish.deploy.plan import Plan, Remote
from publish.deploy.plan import plan as make_plan
from publish.deploy.release import (
    File,
    OldRelease,
    Record,
    Release,
    decoded,
    encoded,
    is_page,
    kind_of,
)
from publish.deploy.targets import REBUILD, Place, Target
from publish.errors import Refused

R = TypeVar("R")
OWN = ".publish"
"""The folder in the target for its record and kept files."""
VAULT = re.compile(rf"{re.escape(OWN)}/([0-9a-f]{{32}})/")
"""Kept files lie in a folder with an unguessable name: a page taken off the site must not be
readable by those who know this tool."""
SEPARATOR = " @"
"""Between a file's SHA-256 and the tag under which the target knows it."""


class IncrementalTarget(Target):
    """A target except for how one file is read and written, which subclasses implement.

    In the record a file's fingerprint is its SHA-256, ``SEPARATOR``, and the tag that the target
    gave it: an unchanged tag means unchanged bytes.
    """

    replaces_atomically = False
    workers = 1

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._vault = ""
        self._fresh = secrets.token_hex(16)

    @property
    def vault(self) -> str:
        """The folder for the record and kept files; it has a secret name, found only by listing the
        target."""
        if not self._vault:
            self._vault = min((m[1] for p in self.tags(OWN) if (m := VAULT.match(p))), default="")
        return f"{OWN}/{self._vault or self._fresh}"

    @abstractmethod
    def tags(self, below: str = "") -> dict[str, str]:
        """The tag of each file in the target, our own folder's too, or of those ``below`` a folder
        of it; a tag changes when its file does."""

    @abstractmethod
    def same(self, path: str, tag: str, data: bytes) -> bool:
        """Whether the file at ``path`` is known by its ``tag`` to hold ``data``."""

    @abstractmethod
    def load(self) -> Record | None:
        """The record; None before the first deploy."""

    def begin(self, record: Record) -> None:
        """Record the plan and a hold before the first byte is written."""
        self.write_record(record)

    def ended(self, record: Record) -> None:
        """Record that the files to delete are deleted, and so no longer ours."""
        self.write_record(record)

    @abstractmethod
    def write(self, path: str, data: bytes) -> str:
        """Write a file in one step; its tag."""

    @abstractmethod
    def fetch(self, path: str) -> bytes | None:
        """A file's bytes; None if it is not there."""

    @abstractmethod
    def copy(self, path: str, to: str) -> None:
        """Copy a file within the target, if it is there."""

    @abstractmethod
    def remove(self, paths: list[str]) -> None:
        """Remove files; those that are gone are no error."""

    def fence(self) -> None:
        """Raise if another run has taken the target over meanwhile; impossible with a lock that
        dies with its process."""

    def read(self) -> Remote:
        """The state of the target, from one listing and the record."""
        record, tags = self.load(), self.tags()
        known = record.files if record else {}
        ours = {*known, *record.planned, *record.expiring} if record else set()
        files: dict[str, str] = {}
        foreign = []
        for path, tag in tags.items():
            if path.split("/", 1)[0] == OWN:
                continue
            if path not in ours:
                foreign.append(path)
                continue
            sha256, _, was = known.get(path, "").partition(SEPARATOR)
            files[path] = sha256 if was == tag and sha256 else ""
        at = f"{record.release} {record.source} {record.time}" if record else ""
        return Remote(record, files, tuple(sorted(foreign)), at)

    def put(self, release: Release, plan: Plan, remote: Remote, record: Record) -> None:
        """Write phase by phase, then the record, then delete."""
        digests = {path: file.sha256 for path, file in release.files.items()}
        self._carry_out(
            plan, digests, partial(built.content, self.place.output, release), remote, record
        )

    def roll_back(
        self, to: OldRelease, remote: Remote, record: Record, shown: Collection[str]
    ) -> None:
        """Copy the files of the old release back from the vault; the hold is recorded first."""
        kept = f"{self.vault}/releases/{to.release}.json"
        if (data := self.fetch(kept)) is None:
            raise Refused(f"release {to.release[:12]} is not kept any more", REBUILD)
        old = decoded(data, kept, REBUILD)
        digests = {p: f.partition(SEPARATOR)[0] for p, f in old.files.items()}
        # Page digests are not recorded, so every HTML file counts as a page.
        files = {
            p: File(p, sha, "", 0, "page" if is_page(p) else kind_of(p, ""))
            for p, sha in digests.items()
        }
        todo = make_plan(Release(files, to.source, to.time), remote, self.fingerprint)
        tags = self.tags()
        for path, sha in digests.items():
            if remote.files.get(path) != sha and f"{self.vault}/kept/{sha}" not in tags:
                raise Refused(
                    f"{path}, as it was in release {to.release[:12]}, is not kept any more", REBUILD
                )
        dropped = tuple(sorted(set(remote.files) - set(digests) - set(shown)))
        self._carry_out(
            replace(todo, delete=dropped, retained=tuple(shown), expiring={}),
            digests,
            lambda path: self.fetch(f"{self.vault}/kept/{digests[path]}") or b"",
            remote,
            record,
        )

    def _carry_out(
        self,
        plan: Plan,
        digests: Mapping[str, str],
        content: Callable[[str], bytes],
        remote: Remote,
        record: Record,
    ) -> None:
        """Make the target hold the files of ``digests``, path to SHA-256, and store ``record``."""
        old, tags = self.load() or Record(), self.tags()
        known = {p: t for p, t in old.files.items() if p in tags}
        planned = tuple(sorted({*old.planned, *digests}))
        begun = replace(old, files=known, planned=planned, expiring=plan.expiring)
        self.begin(replace(begun, hold=record.hold or old.hold))
        self._keep([p.path for p in plan.puts if p.path in tags] + list(plan.delete), remote)
        for name, puts in plan.phases.items():
            self.fence()
            self.place.say(f"putting up {name}: {len(puts)}")

            def one(path: str) -> tuple[str, str]:
                if (tag := tags.get(path)) is None or remote.files.get(path) != digests[path]:
                    data = content(path)
                    if tag is None or not self.same(path, tag, data):
                        tag = self.write(path, data)
                return path, digests[path] + SEPARATOR + tag

            known |= dict(self._each(one, [put.path for put in puts]))
        files = {p: t for p, t in known.items() if p in digests or p in plan.retained}
        full = replace(record, files=files, expiring=plan.expiring)
        self.fence()
        self.write(f"{self.vault}/releases/{record.release}.json", encoded(full))
        self.write_record(replace(full, planned=plan.delete))
        if plan.delete:
            self.remove(list(plan.delete))
        self._prune(full)
        self.ended(full)

    def probe(self) -> None:
        """Write a file into our own folder, and remove it."""
        place = f"{OWN}/probe-{secrets.token_hex(8)}"
        self.write(place, b"")
        self.remove([place])

    def _keep(self, paths: list[str], remote: Remote) -> None:
        """Copy files that are about to change into the vault, named by their SHA-256."""
        vault = self.vault
        self._each(
            lambda p: self.copy(p, f"{vault}/kept/{remote.files[p]}"),
            [p for p in paths if remote.files.get(p)],
        )

    def _prune(self, record: Record) -> None:
        """Remove kept files that no release in the record needs."""
        living = {past.release for past in (record.past(), *record.before)}
        needed: set[str] = set()
        dead = []
        own = self.tags(OWN)
        for path in own:
            if path.startswith(f"{self.vault}/releases/"):
                if path.rpartition("/")[2].removesuffix(".json") not in living:
                    dead.append(path)
                elif data := self.fetch(path):
                    files = decoded(data, path, "remove it, then run this again").files.values()
                    needed |= {f.partition(SEPARATOR)[0] for f in files}
        dead += [
            p
            for p in own
            if p.startswith(f"{self.vault}/kept/") and p.rpartition("/")[2] not in needed
        ]
        if dead:
            self.remove(dead)

    def _each(self, act: Callable[[str], R], paths: Iterable[str]) -> list[R]:
        """Call ``act`` on every path in parallel. After a failure none is begun, and those that
        were are awaited."""
        # Imported late: most deploys have nothing to do.
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(self.workers)
        try:
            return list(pool.map(act, paths))
        finally:
            pool.shutdown(cancel_futures=True)
