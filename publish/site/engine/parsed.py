"""Sources that were read before: what the reader made of each, kept by the bytes it was made of.

An index names each source's stamp, digest and the place of its result in one long file, to
which new results are added; both can be deleted at any time.
"""

from __future__ import annotations

import io
import marshal
import mmap
import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from publish.post.files import write_whole
from publish.site import inputs, sealed

VERSION = 2
WASTE = 2
"""How many times the size of what is used the long file may grow to before it is written anew."""

Entry = tuple[str, str, bool, tuple[tuple[str, str], ...], int, int, int, Any]
"""Stamp, digest, whether the stamp alone may be trusted, further files with their digests, the
place, length and check sum of what is stored, and a ghost's light values, None of a result."""
Packed = tuple[str, tuple[str, str, bool, tuple[tuple[str, str], ...]], bytes]
"""A source, the first four of its entry, and the result's bytes."""


class Parsed:
    """The store in ``folder``; what was written under another ``key`` counts as nothing.

    ``shared`` is the one object that results point to and that is not stored with them. With
    ``forget`` what is stored counts as nothing too.
    """

    def __init__(self, folder: Path, key: str, shared: Any, *, forget: bool = False) -> None:
        self._folder, self._key, self._shared = folder, key, shared
        self._old: dict[str, Entry] = {}
        self._new: dict[str, Entry] = {}
        self._beyond: dict[str, str] = {}
        self._fresh: dict[str, bytes] = {}
        self._looked: dict[str, Entry | None] = {}
        self._store: Any = b""
        self._added: dict[str, bytes] = {}
        if not forget:
            self._load()

    def get(self, path: str) -> Any:
        """The result for the file ``path`` as its bytes are now; None if there is none."""
        if path in self._fresh:
            return _Unpickler(self._fresh.pop(path), self._shared).load()
        entry = self._current(path)
        if entry is None or entry[7] is not None:
            return None
        stored = self._store[entry[4] : entry[4] + entry[5]]
        if len(stored) != entry[5] or zlib.crc32(stored) != entry[6]:
            return None
        try:
            result = _Unpickler(stored, self._shared).load()
        except Exception:  # a damaged store costs time only; pickle fails in every way there is
            return None
        self._new[path] = entry
        return result

    def ghost(self, path: str) -> tuple[Any, Callable[[], bytes]] | None:
        """The light values kept for ``path`` and how to get the rest; None if there are none."""
        entry = self._current(path)
        if entry is None or entry[7] is None or entry[4] + entry[5] > len(self._store):
            return None
        return entry[7], lambda: self._checked(entry)

    def stays(self, path: str) -> None:
        """The ghost of ``path`` has been taken."""
        if entry := self._current(path):
            self._new[path] = entry

    def version(self, path: str) -> str:
        """Stands for the bytes that what is kept for ``path`` was made of; ``""`` if none is."""
        entry = self._new.get(path)
        return "" if entry is None else "".join((entry[1], *(known for _, known in entry[3])))

    def replace(self, path: str, light: Any, stored: bytes) -> None:
        """Keep a ghost in place of what has been kept for ``path`` in this build."""
        if path in self._added:
            self._added[path] = stored
            self._new[path] = (*self._new[path][:4], -1, len(stored), zlib.crc32(stored), light)

    def _current(self, path: str) -> Entry | None:
        """The entry for ``path`` if it is of the file's bytes as they are now."""
        if path in self._looked:
            return self._looked[path]
        entry = self._looked[path] = self._fresh_entry(path)
        return entry

    def _fresh_entry(self, path: str) -> Entry | None:
        entry = self._old.get(path)
        if entry is None:
            return None
        stamp, digest, firm, further = entry[:4]
        now = inputs.stamp(path)
        if not (firm and now == stamp):
            if inputs.digest(path) != digest:
                return None
            firm = inputs.firm(now)
        if any(inputs.digest(name) != known for name, known in further):
            return None
        return (now, digest, firm, further, *entry[4:])

    def _checked(self, entry: Entry) -> bytes:
        stored = self._store[entry[4] : entry[4] + entry[5]]
        if zlib.crc32(stored) != entry[6]:
            raise ValueError("the store is damaged")
        return bytes(stored)

    def has(self, path: str) -> bool:
        """Whether something is kept for ``path`` as it is now."""
        return self._current(path) is not None

    def packed(
        self, path: str, result: Any, before: str, further: tuple[str, ...]
    ) -> Packed | None:
        """``result`` as it is kept, made of ``path``, whose stamp was ``before``, and ``further``.

        None if it cannot be kept.
        """
        digest, now = inputs.digest(path), inputs.stamp(path)
        if now != before:
            return None  # saved while it was read: nobody knows which bytes the result is of
        try:
            stored = _pickled(result, self._shared)
        except Exception:  # a reader may put anything into its metadata
            return None
        more = tuple((name, inputs.digest(name)) for name in further)
        return path, (now, digest, inputs.firm(now), more), stored

    def put(self, packed: Packed, *, fresh: bool = False) -> None:
        """Keep a result; one that is ``fresh`` from another process is still to be got here."""
        path, (stamp, digest, firm, more), stored = packed
        self._added[path] = stored
        self._new[path] = (stamp, digest, firm, more, -1, len(stored), zlib.crc32(stored), None)
        if fresh:
            self._fresh[path] = stored

    @property
    def sources(self) -> set[str]:
        """The files whose results this build took or made."""
        return set(self._new)

    def save(self, beyond: dict[str, str]) -> None:
        """Write down what this build used.

        ``beyond`` are digests of files that any result may depend on: if one of them is another
        at the next build, that build starts with an empty store.

        Raises:
            OSError: it cannot be written.
        """
        if not self._added and self._new == self._old and beyond == self._beyond:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        used = sum(entry[5] for entry in self._new.values())
        size = len(self._store) + sum(map(len, self._added.values()))
        if size > WASTE * used + 1_000_000:
            for path, entry in self._new.items():
                if path not in self._added:
                    self._added[path] = bytes(self._store[entry[4] : entry[4] + entry[5]])
            self._store = b""
        size = self._placed()
        if self._store:
            with (self._folder / "results").open("r+b") as stream:
                # What a killed build added lies beyond the known end.
                stream.truncate(len(self._store))
                stream.seek(len(self._store))
                stream.writelines(self._added.values())
        else:
            write_whole(self._folder / "results", b"".join(self._added.values()))
        document = (VERSION, self._key, size, self._new, beyond)
        write_whole(self._folder / "index", sealed.seal(marshal.dumps(document)))

    def _placed(self) -> int:
        """Give what was added its places, one after the other; where the last one ends."""
        place = len(self._store)
        for path, stored in self._added.items():
            entry = self._new[path]
            self._new[path] = (*entry[:4], place, *entry[5:])
            place += len(stored)
        return place

    def _load(self) -> None:
        try:
            document = marshal.loads(sealed.opened((self._folder / "index").read_bytes()))  # noqa: S302 - ours
            version, key, size, entries, beyond = document
            fits = (version, key) == (VERSION, self._key)
            if fits and all(inputs.digest(path) == known for path, known in beyond.items()):
                self._store = _mapped(self._folder / "results", size)
                self._old, self._beyond = entries, beyond
        except (OSError, ValueError, EOFError, TypeError):
            self._old, self._store, self._beyond = {}, b"", {}


def _mapped(file: Path, size: int) -> Any:
    """The first ``size`` bytes of a file, read as they are looked at."""
    with file.open("rb") as stream:
        if size and os.fstat(stream.fileno()).st_size >= size:
            return mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ)
    return b""


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, shared: Any) -> None:
        super().__init__(stream, protocol=5)
        self._shared = shared

    def persistent_id(self, obj: Any) -> str | None:
        """Names the shared object instead of storing it."""
        return "shared" if obj is self._shared else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, stored: bytes, shared: Any) -> None:
        super().__init__(io.BytesIO(stored))
        self._shared = shared

    def persistent_load(self, name: Any) -> Any:
        """The shared object of this build."""
        return self._shared


def _pickled(result: Any, shared: Any) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream, shared).dump(result)
    return stream.getvalue()
