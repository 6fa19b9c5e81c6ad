"""Caches sources: an unchanged post is restored as it was after its plugins had run.

What is kept is the object after ``content_object_init``, with every file that was looked at on
the way. It is used again if the bytes of all of them are the same, and the code and the settings
that reading uses. ``INCREMENTAL`` plugins promise that nothing else matters.
"""

from __future__ import annotations

import io
import os
import pickle
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, NamedTuple

from pelican.contents import Article, Content, Page

from publish.post import cache, stamps
from publish.site.engine import settings as tracked
from publish.site.engine.audit import Audit
from publish.site.engine.pool import Pool

KINDS = (Article, Page)
WORTH = 32
"""Unread sources below which a second process costs more than it saves."""
handed: dict[str, bytes] = {}
"""The source that Pelican reads now, by its path: its bytes, where they were read before."""
key_lines: dict[str, Mapping[str, int]] = {}
"""Of every source that was read, by its path: the lines of its keys."""


class Source(NamedTuple):
    """What is kept of a source: the object's class and pickled attributes, its static links.

    ``version`` is a digest of all files it was made from, ``lines`` are those of its keys.
    """

    kind: str
    version: bytes
    data: bytes
    links: tuple[str, ...]
    lines: tuple[tuple[str, int], ...] = ()


class Seen(NamedTuple):
    """The files a source was made from, with stamp and digest, and when that was looked up.

    A digest is ``""`` where there is no such file. ``moment`` is in nanoseconds.
    """

    files: tuple[tuple[str, str, str], ...]
    moment: int

    @property
    def version(self) -> bytes:
        """Equal for equal bytes of equal files."""
        listed = "\0".join(f"{path} {digest}" for path, _, digest in self.files)
        return blake2b(listed.encode("utf-8", "surrogateescape"), digest_size=16).digest()


class Sources:
    """The store in ``folder``, valid under ``key`` and the settings that reading uses.

    ``logged`` counts what was logged so far: a source about which something was logged is read in
    every build, for it to be logged again. ``digests`` are the ``Task``'s.
    """

    def __init__(
        self, folder: Path, key: bytes, settings: Any, audit: Audit, logged: Callable[[], int],
        *, forget: bool = False, digests: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self._folder, self._key, self._settings = folder, key, settings
        self._audit, self._logged = audit, logged
        self._base: dict[str, Source] = {}
        self._old: dict[str, Source] = {}
        self._seen: dict[str, Seen] = {}
        self._now: dict[str, Source] = {}
        self._now_seen: dict[str, Seen] = {}
        self._ahead: dict[str, tuple[Source, Seen]] = {}
        self._used: set[str] = set()
        self._snapshot: Mapping[str, bytes | None] = {}
        self._forget, self._digests = forget, digests or {}
        self.links: dict[Any, tuple[str, ...]] = {}
        self.fresh = 0

    def begin(self) -> None:
        """All plugins and readers are set up, and no source has been read."""
        if not self._snapshot:
            self._snapshot = tracked.snapshot(self._settings)
            if not self._forget:
                self._load()

    def find(self, path: str, kind: type, context: Any) -> Any:
        """The content made of ``path`` before, if it would be made so again; else None."""
        if path in self._ahead:
            known, seen = self._ahead.pop(path)
        else:
            found, was = self._old.get(path), self._seen.get(path)
            if found is None or was is None or found.kind != kind.__name__:
                return None
            current = _current(was, self._digests)
            if current is None or found.version != was.version:
                return None
            known, seen = found, current
        made: Any = object.__new__(kind)
        try:
            made.__dict__.update(_Unpickler(known.data, self._settings, context).load())
        except Exception:  # a class that is no more; pickle fails in every way there is
            return None
        self._now[path], self._now_seen[path] = known, seen
        self.links[made] = known.links
        key_lines[path] = dict(known.lines)
        return made

    def make(self, path: str, read: Callable[[], Any], context: Any) -> Any:
        """What ``read`` makes of ``path``; kept for the next build if it may be."""
        logged, moment = self._logged(), time.time_ns()
        with self._audit.scope() as looked, tracked.watched(self._settings):
            made = read()
            fit = type(made) in KINDS and made.is_valid() and not _due(made)
            links = tuple(sorted(made.get_static_links())) if fit else ()
        self.fresh += 1
        if fit and self._logged() == logged:
            paths = {os.path.abspath(name) for name in looked} | {path}  # noqa: PTH100
            raw = handed.get(path)
            own = {} if raw is None else {path: sha256(raw).hexdigest()}
            seen = Seen(tuple(
                (p, stamps.stamp(p), own.get(p) or digest_of(p)) for p in sorted(paths)
            ), moment)  # fmt: skip
            if (data := _pickled(made, self._settings, context)) is not None:
                lines = tuple(key_lines.get(path, {}).items())
                kept = Source(type(made).__name__, seen.version, data, links, lines)
                self._now[path], self._now_seen[path] = kept, seen
        return made

    def version(self, path: str) -> bytes:
        """Stands for the bytes that a kept source was made from; ``b""`` if it is not kept."""
        seen = self._now_seen.get(path)
        return seen.version if seen else b""

    def read_ahead(self, paths: list[str], jobs: int, read: Callable[[str], Any]) -> None:
        """On all cores: make what is not kept of ``paths``, for ``find`` to find."""
        unread = [path for path in paths if path not in self._old]
        if jobs < 2 or len(unread) < WORTH:
            return

        def work(number: int) -> Any:
            for path in unread[number::jobs]:
                try:
                    read(path)
                except Exception:  # noqa: S112 - read once more in its turn, where it is told
                    continue
            made = {path: (self._now[path], self._now_seen[path])
                    for path in unread if path in self._now}  # fmt: skip
            return made, self._audit.share(), getattr(self._settings, "used", set())

        with self._audit.own():
            pool = Pool(jobs, work)
        try:
            for made, noted, used in (work(0), *pool.answers()):
                self._ahead |= made
                self._audit.merge(noted)
                if isinstance(self._settings, tracked.Quiet):
                    self._settings.used |= used
        finally:
            pool.close()
        self._now.clear()
        self._now_seen.clear()

    def save(self) -> None:
        """Write what the next build may use: only what is new, and now and then all of it.

        Raises:
            OSError: it cannot be written.
        """
        used = self._used | getattr(self._settings, "used", set())
        settings = tracked.fingerprints(self._snapshot, used)
        if settings is None:
            return
        more = {p: tuple(k) for p, k in self._now.items() if self._base.get(p) is not k}
        gone = dict.fromkeys(self._base.keys() - self._now.keys())
        if self._now != self._old:
            if len(more) + len(gone) > max(64, len(self._base) // 20):
                whole = {path: tuple(kept) for path, kept in self._now.items()}
                cache.save(self._folder / "sources", {"key": self._key, "sources": whole})
                more, gone = {}, {}
            cache.save(self._folder / "sources-more", {"key": self._key, "sources": more | gone})
        seen = {path: tuple(each) for path, each in self._now_seen.items()}
        document = {"key": self._key, "seen": seen, "settings": settings}
        cache.save(self._folder / "sources-seen", document)

    def _load(self) -> None:
        seen = cache.load(self._folder / "sources-seen")
        if seen.get("key") != self._key:
            return
        settings: Mapping[str, bytes] = seen["settings"]
        if tracked.fingerprints(self._snapshot, settings) != settings:
            return
        base = cache.load(self._folder / "sources")
        more = cache.load(self._folder / "sources-more")
        self._used = set(settings)
        self._seen = {path: Seen(*each) for path, each in seen["seen"].items()}
        if base.get("key") == self._key:
            self._base = {path: Source(*each) for path, each in base["sources"].items()}
        self._old = dict(self._base)
        if more.get("key") == self._key:
            for path, kept in more["sources"].items():
                self._old.pop(path, None)
                if kept:
                    self._old[path] = Source(*kept)


def digest_of(path: str) -> str:
    """A digest of a file's bytes, or of the names in a folder; ``""`` if it is not there."""
    if found := stamps.digest(path):
        return found
    try:
        return blake2b("\0".join(sorted(os.listdir(path))).encode()).hexdigest()  # noqa: PTH208
    except OSError:
        return ""


def _current(seen: Seen, digests: Mapping[str, tuple[str, str]]) -> Seen | None:
    """``seen`` with the stamps of now, if all bytes are the same; else None."""
    files, moment, changed = [], seen.moment, False
    for path, stamp, digest in seen.files:
        now = stamps.stamp(path)
        if digest and now.partition(" ")[0] != stamp.partition(" ")[0]:
            return None  # of another size
        # A file saved in the tick in which it was read keeps its stamp: the bytes decide.
        if now != stamp or (now and stamps.changed_at(now) + stamps.RACY > seen.moment):
            moment, changed = time.time_ns(), True
            at, known = digests.get(path, ("", ""))
            if (known if at == now and known else digest_of(path)) != digest:
                return None
        files.append((path, now, digest))
    return Seen(tuple(files), moment) if changed else seen


def _due(content: Any) -> bool:
    """Whether the post's status depends on the clock: then each build decides it."""
    date = getattr(content, "date", None)
    try:
        return date is not None and bool(date > datetime.now(UTC))
    except TypeError:
        return True


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, settings: Any, context: Any) -> None:
        super().__init__(stream, protocol=5)
        self._shared = {id(settings): "settings", id(context): "context"}

    def persistent_id(self, obj: Any) -> str | None:
        """Names the objects that all posts share instead of storing them."""
        return self._shared.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, settings: Any, context: Any) -> None:
        super().__init__(io.BytesIO(data))
        self._shared = {"settings": settings, "context": context}

    def persistent_load(self, pid: Any) -> Any:
        """This run's own."""
        return self._shared[pid]


def _pickled(content: Content, settings: Any, context: Any) -> bytes | None:
    stream = io.BytesIO()
    try:
        _Pickler(stream, settings, context).dump(content.__dict__)
    except Exception:  # a reader may put anything into its metadata
        return None
    return stream.getvalue()
