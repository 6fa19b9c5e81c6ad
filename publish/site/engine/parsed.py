"""Sources that were read before: what the reader made of each, kept by the bytes it was made of.

An index names each source's stamp, digest and the place of its result in one long file, to
which new results are added; both can be deleted at any time.
"""

from __future__ import annotations

import io
import marshal
import pickle
import zlib
from pathlib import Path
from typing import Any

from publish.files import write_whole
from publish.site import inputs, sealed

VERSION = 1
WASTE = 2
"""How many times the size of what is used the long file may grow to before it is written anew."""

Entry = tuple[str, str, bool, tuple[tuple[str, str], ...], int, int, int]
"""Stamp, digest, whether the stamp alone may be trusted, further files with their digests,
and the result's place, length and check sum."""
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
        self._store = b""
        self._added = io.BytesIO()
        if not forget:
            self._load()

    def get(self, path: str) -> Any:
        """The result for the file ``path`` as its bytes are now; None if there is none."""
        if path in self._fresh:
            return _Unpickler(self._fresh.pop(path), self._shared).load()
        entry = self._old.get(path)
        if entry is None:
            return None
        stamp, digest, firm, further, start, length, check = entry
        now = inputs.stamp(path)
        if not (firm and now == stamp):
            if inputs.digest(path) != digest:
                return None
            firm = inputs.firm(now)
        if any(inputs.digest(name) != known for name, known in further):
            return None
        stored = self._store[start : start + length]
        if len(stored) != length or zlib.crc32(stored) != check:
            return None
        try:
            result = _Unpickler(stored, self._shared).load()
        except Exception:  # a damaged store costs time only; pickle fails in every way there is
            return None
        self._new[path] = (now, digest, firm, further, start, length, check)
        return result

    def has(self, path: str) -> bool:
        """Whether there seems to be a result for ``path``; ``get`` knows."""
        entry = self._old.get(path)
        return entry is not None and (inputs.stamp(path) == entry[0] or
                                      inputs.digest(path) == entry[1])  # fmt: skip

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
        place = len(self._store) + self._added.tell()
        self._added.write(stored)
        self._new[path] = (stamp, digest, firm, more, place, len(stored), zlib.crc32(stored))
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
        if not self._added.tell() and self._new == self._old and beyond == self._beyond:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        used = sum(entry[5] for entry in self._new.values())
        if len(self._store) + self._added.tell() > WASTE * used + 1_000_000:
            self._compact()
        else:
            with (self._folder / "results").open("r+b" if self._store else "wb") as stream:
                # What a killed build added lies beyond the known end.
                stream.truncate(len(self._store))
                stream.seek(len(self._store))
                stream.write(self._added.getvalue())
        document = (VERSION, self._key, len(self._store) + self._added.tell(), self._new, beyond)
        write_whole(self._folder / "index", sealed.seal(marshal.dumps(document)))

    def _compact(self) -> None:
        whole = self._store + self._added.getvalue()
        pieces, place = [], 0
        for path, entry in self._new.items():
            stored = whole[entry[4] : entry[4] + entry[5]]
            self._new[path] = (*entry[:4], place, *entry[5:])
            pieces.append(stored)
            place += len(stored)
        self._store, self._added = b"".join(pieces), io.BytesIO()
        write_whole(self._folder / "results", self._store)

    def _load(self) -> None:
        try:
            document = marshal.loads(sealed.opened((self._folder / "index").read_bytes()))  # noqa: S302 - ours
            version, key, size, entries, beyond = document
            fits = (version, key) == (VERSION, self._key)
            if fits and all(inputs.digest(path) == known for path, known in beyond.items()):
                self._store = (self._folder / "results").read_bytes()[:size]
                self._old, self._beyond = entries, beyond
        except (OSError, ValueError, EOFError, TypeError):
            self._old, self._store, self._beyond = {}, b"", {}


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
