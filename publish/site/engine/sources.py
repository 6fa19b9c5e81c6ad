"""Caches sources: an unchanged post is restored in its state after plugins had run.

An entry is the object after ``content_object_init``, with every file read for it. It is reused if
these files, the code and the settings used in reading are unchanged. ``INCREMENTAL`` plugins
promise that nothing else matters.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

from pelican.contents import Article, Content, Page

from publish.post import cache, contents, stamps
from publish.site.engine import Task
from publish.site.engine import settings as tracked
from publish.site.engine.audit import Audit
from publish.site.engine.pool import spread

KINDS = (Article, Page)
WORTH = 32
"""Unread sources below which a second process costs more than it saves."""
raw_bytes: dict[str, bytes] = {}
"""The bytes, if already read, of the source that Pelican is reading, by path."""
key_lines: dict[str, Mapping[str, int]] = {}
"""The lines of the keys of every source read, by path."""


class Source(NamedTuple):
    """A cached source: the object's class and pickled attributes, and its static links. ``lines``
    are those of its keys, ``body`` is the digest of its body. ``files`` are all files it was made
    from, each with stamp and digest (``""`` for a missing file), at ``moment`` in nanoseconds."""

    kind: str
    data: bytes
    links: tuple[str, ...]
    lines: tuple[tuple[str, int], ...]
    body: str
    files: tuple[tuple[str, str, str], ...]
    moment: int


class Sources:
    """The store in the task's folder, valid under ``key`` and the settings that reading uses.

    ``logged`` counts log messages so far: a source with messages is read in every build, to log
    them again.
    """

    def __init__(
        self, task: Task, key: bytes, settings: Any, audit: Audit, logged: Callable[[], int]
    ) -> None:
        self._file, self._key, self._settings = task.folder / "sources", key, settings
        self._audit, self._logged, self._task = audit, logged, task
        self._old: dict[str, Source] = {}
        self._now: dict[str, Source] = {}
        self._was: tuple[Any, ...] = ()
        self._used: set[str] = set()
        self._snapshot: Mapping[str, bytes | None] = {}
        self.links: dict[Any, tuple[str, ...]] = {}
        self.fresh = 0

    def begin(self) -> None:
        """Prepare, after plugins and readers are set up and before any source is read."""
        if self._snapshot:
            return
        self._snapshot = tracked.snapshot(self._settings)
        known = {} if self._task.ignore_caches else cache.load(self._file)
        settings = known.get("settings", {})
        if known.get("key") == self._key and self._fingerprints(settings) == settings:
            self._used = set(settings)
            self._old = {path: Source(*kept) for path, kept in known["sources"].items()}
            self._was = settings, self._old.copy()

    def _fingerprints(self, names: Iterable[str]) -> dict[str, bytes] | None:
        return tracked.fingerprints(self._snapshot, names)

    def find(self, path: str, kind: type, context: Any) -> Any:
        """The cached content of ``path``, if it is valid; else None."""
        found = self._old.get(path)
        if found is None or found.kind != kind.__name__ or not (known := _current(found)):
            return None
        made: Any = object.__new__(kind)
        try:
            unpickler: Any = pickle.Unpickler(io.BytesIO(found.data))  # noqa: S301 - our own
            unpickler.persistent_load = {"settings": self._settings, "context": context}.__getitem__
            made.__dict__.update(unpickler.load())
        except Exception:  # the class may be gone; unpickling may raise anything
            return None
        if _due(made):  # the clock was set back
            return None
        self._now[path] = known
        self.links[made] = known.links
        key_lines[path] = dict(known.lines)
        if known.body:
            contents.known[made._content] = known.body
        return made

    def make(self, path: str, read: Callable[[], Any], context: Any) -> Any:
        """The content that ``read`` makes of ``path``, cached for the next build if possible."""
        logged, moment = self._logged(), time.time_ns()
        with self._audit.scope() as read_files, tracked.watched(self._settings):
            made = read()
            fit = type(made) in KINDS and made.is_valid() and not _due(made)
            links = tuple(sorted(made.get_static_links())) if fit else ()
        self.fresh += 1
        if fit and self._logged() == logged:
            paths = {os.path.abspath(name) for name in read_files} | {path}  # noqa: PTH100
            raw = raw_bytes.get(path)
            own = {} if raw is None else {path: sha256(raw).hexdigest()}
            if self._settings.get("DEFAULT_DATE") == "fs":  # its stamp is part of what it says
                own = {path: "its stamp"}
            files = tuple((p, stamps.stamp(p), own.get(p) or digest_of(p)) for p in sorted(paths))
            if (data := _pickled(made, self._settings, context)) is not None:
                lines = tuple(key_lines.get(path, {}).items())
                body = contents.digest_of(made._content) if type(made._content) is str else ""
                kind = type(made).__name__
                self._now[path] = Source(kind, data, links, lines, body, files, moment)
        return made

    def read_ahead(self, paths: list[str], read: Callable[[str], Any]) -> None:
        """Read those of ``paths`` that are not cached, on all cores, for ``find``."""
        unread, jobs = [path for path in paths if path not in self._old], self._task.jobs
        if jobs < 2 or len(unread) < WORTH:
            return

        def work(share: list[str]) -> Any:
            for path in share:
                with contextlib.suppress(Exception):  # read again in its turn, with the error
                    read(path)
            made = {path: self._now.pop(path) for path in share if path in self._now}
            return made, getattr(self._settings, "used", set())

        for made, used in spread(jobs, work, unread, self._audit, [self._audit]):
            self._old |= made
            self._used |= used

    def save(self) -> None:
        """After all sources are read: write the cache for the next build, and free its memory,
        which is as much as all posts.

        Raises:
            OSError: it cannot be written.
        """
        settings = self._fingerprints(self._used | getattr(self._settings, "used", set()))
        if settings is not None and (settings, self._now) != self._was:
            made = {path: tuple(kept) for path, kept in self._now.items()}
            cache.save(self._file, {"key": self._key, "settings": settings, "sources": made})
        self._old, self._now, self._was = {}, {}, ()


def digest_of(path: str) -> str:
    """A digest of a file's bytes, or of the names in a folder; ``""`` if it is missing."""
    if found := stamps.digest(path):
        return found
    try:
        return blake2b(os.fsencode("\0".join(sorted(os.listdir(path))))).hexdigest()  # noqa: PTH208
    except OSError:
        return ""


def _current(known: Source) -> Source | None:
    """``known`` with present stamps, if no file changed; else None."""
    files, moment = [], known.moment
    for path, stamp, digest in known.files:
        now = stamps.stamp(path)
        # A file saved again in the clock tick in which it was read keeps its stamp: compare the
        # bytes.
        if now != stamp or (now and stamps.changed_at(now) + stamps.RACY > known.moment):
            moment = time.time_ns()
            # A file of another size has changed, without reading it.
            if (digest and now.split(" ")[0] != stamp.split(" ")[0]) or digest_of(path) != digest:
                return None
        files.append((path, now, digest))
    return known if moment == known.moment else known._replace(files=tuple(files), moment=moment)


def _due(content: Any) -> bool:
    """Whether the post's status depends on the clock: then each build decides it."""
    date = getattr(content, "date", None)
    try:
        return date is not None and bool(date > datetime.now(UTC))
    except TypeError:
        return True


def _pickled(content: Content, settings: Any, context: Any) -> bytes | None:
    """The attributes; ``settings`` and ``context``, which all posts share, by their names."""
    pickler: Any = pickle.Pickler(stream := io.BytesIO(), 5)
    shared = {id(settings): "settings", id(context): "context"}
    pickler.persistent_id = lambda value: shared.get(id(value))
    try:
        pickler.dump(content.__dict__)
    except Exception:  # a reader may put anything into the metadata
        return None
    return stream.getvalue()
