"""Updates the snapshot: one thread reads files and findings, another one Mailchimp and the site.

A page reads only the snapshot, so it is drawn at once and writes nothing. Reading Mailchimp settles
open sends, under the ledger's lock, as ``publish status`` does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from publish.desk.model import Newsletter, Site, Snapshot
from publish.desk.posts import PostCache
from publish.newsletter import schedule
from publish.post import stamps
from publish.post.diagnostic import Diagnostic
from publish.settings import Settings, load

PAUSE = 0.25
"""Seconds between two polls of the files."""
BUSY, IDLE = 60.0, 15 * 60.0
"""Seconds between two readings of Mailchimp: while a letter is scheduled or being sent, and
otherwise."""
MINUTE = 60.0
REST = 1.0
"""The fewest seconds between two readings of Mailchimp, as an author may save often."""
ALIVE = 15.0
"""Seconds after which a keep-alive is sent to a waiting page."""


@dataclass
class Reader:
    """``current`` is the snapshot. ``read_newsletter`` reads Mailchimp, ``read_site`` the built and
    uploaded site; both are injected, as is ``check``."""

    settings: Settings
    check: Callable[[Settings], list[Diagnostic]]
    read_newsletter: Callable[[Settings], Newsletter]
    read_site: Callable[[Settings], Site]
    current: Snapshot = field(default_factory=Snapshot)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _posts: PostCache = field(default_factory=PostCache)
    _stop: threading.Event = field(default_factory=threading.Event)
    _seen: stamps.Stamps | None = None
    _drawn: float = 0.0
    _shown: threading.Event = field(default_factory=threading.Event)
    _wanted: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, first: Snapshot) -> None:
        """Read the posts, so that the first page is complete."""
        self.current = replace(first, **self._named())
        self.read_files()

    def watch(self) -> None:
        """Start the threads that read findings and letters."""
        for work in (self._files, self._letters):
            thread = threading.Thread(target=work, daemon=True, name=f"desk{work.__name__}")
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End the threads and all waiting requests."""
        self._stop.set()
        self._wanted.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(10)

    def read_files(self) -> None:
        """Read the posts now, so that a page drawn after a write shows the new content."""
        self._read_posts()
        # A file that is gone before the next poll would change no stamp.
        self._shown.set()

    def request_reading(self) -> None:
        """Have Mailchimp and the site read soon: after an act, once the preview has composed the
        letters, and once a file is saved, as by a command at a terminal."""
        self._wanted.set()

    def change(self, **what: Any) -> None:
        """Replace fields of the snapshot, and notify the pages if they differ."""
        with self._changed:
            found = replace(self.current, **what)
            if found == self.current:
                return
            self.current = replace(found, number=self.current.number + 1)
            self._changed.notify_all()

    def notify(self) -> None:
        """Have every page drawn again, as a job has progressed."""
        self.change(number=self.current.number + 1)

    def wait(self, number: int) -> int:
        """The snapshot's number as soon as it is not ``number``, at the latest after a while."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stop.is_set() or self.current.number != number, ALIVE
            )
            return self.current.number

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._stop.is_set()

    def _files(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            shown = self._shown.is_set()
            self._shown.clear()
            seen = self._stamps()
            if shown or seen != self._seen:
                self._seen = seen
                self.request_reading()
                self._look_at_files()
            elif began - self._drawn > MINUTE:
                # Times such as “in 2 minutes” change, and scheduled posts come due.
                self._read_posts()
                self.notify()
            # At most a fifth of the time is spent polling, however large the archive is.
            self._stop.wait(max(PAUSE, 4 * (time.monotonic() - began)))

    def _look_at_files(self) -> None:
        try:
            self.settings = load(self.settings.path)
            self.change(**self._named())
            self._read_posts()
            found: dict[str, tuple[Diagnostic, ...]] = {}
            for finding in self.check(self.settings):
                found[finding.file] = (*found.get(finding.file, ()), finding)
            self.change(findings=found)
        except Exception as error:
            # Any exception is reported, so that the thread survives for the next change.
            self.change(trouble=str(error))

    def _read_posts(self) -> None:
        self._drawn = time.monotonic()
        self.change(posts=self._posts.read(self.settings, datetime.now(UTC)))

    def _named(self) -> dict[str, Any]:
        """The fields of the snapshot that come from the settings."""
        known = self.settings
        name = str(known.values.get("SITENAME") or known.root.name)
        return {"name": name, "address": known.siteurl, "zone": schedule.zone(known.timezone)}

    def _letters(self) -> None:
        while not self._stop.is_set():
            self._wanted.clear()
            # Both may contact other machines, so they have a thread apart from the files.
            self.change(site=self.read_site(self.settings))
            try:
                found = self.read_newsletter(self.settings)
            except Exception as error:
                found = replace(self.current.newsletter, trouble=str(error))
            self.change(newsletter=found)
            self._stop.wait(REST)
            busy = any(m.state in ("scheduled", "sending", "unknown") for m in found.letters)
            self._wanted.wait(BUSY if busy or found.trouble else IDLE)

    def _stamps(self) -> stamps.Stamps:
        """The stamps of everything that findings, posts, letters and the site's state depend on."""
        content = stamps.walk(str(self.settings.content), set())
        own = (str(self.settings.root / name) for name in self.settings.texts)
        # What a build, a send in the sandbox and a deploy leave behind.
        left = (
            self.settings.cache / "build",
            self.settings.cache / "sandbox/ledger/issues.jsonl",
            *self.settings.cache.glob("deploy/*/unverified"),
        )
        return stamps.of([*content, *map(str, left), *own])
