"""The files of a build: staged if they may differ, kept if the output already holds them.

Nothing is written to the output here. Rendered files go to the stage, unless the output holds the
same bytes; ``publish.site.commit`` moves the stage into place after success.
"""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from publish.site.commit import AGAIN, flat, tree
from publish.site.engine.fingerprint import fingerprint, of_bytes


class Kept(str):
    """Returned instead of a page's text."""


KEPT = Kept()
"""Written to a page's file, it keeps the one in the output, or the one that another process
writes."""
Known = tuple[bytes, bytes]
"""Digest of a rendered file's bytes, and of the key a copy or a plugin's file was made from; each
``b""`` if there is none."""


class Staging:
    """The stage in ``folder``; ``old`` is the last build's state of each file. ``intact`` names
    those unchanged in the output since; ``further`` maps folders of plugins to the prefixes of
    their files' names. ``kept`` are files that stay."""

    SHARED = ("kept", "new", "_staged")

    def __init__(
        self,
        folder: Path,
        intact: Collection[str],
        old: Mapping[str, Known],
        further: Mapping[str, str],
    ) -> None:
        self._root = f"{folder / 'site'}{os.sep}"
        self._again = f"{folder / AGAIN}{os.sep}"
        self._further = {f"{path}{os.sep}": prefix for path, prefix in further.items()}
        self._prefixes = tuple(f"{prefix}/" for prefix in further.values())
        self._intact, self._old = frozenset(intact), old
        self.kept: set[str] = set()
        self.new: dict[str, Known] = {}
        self._staged: set[str] = set()

    def intact(self, name: str) -> bool:
        """Whether the output has ``name`` as the last build left it."""
        return name in self._intact and name in self._old

    def keep(self, name: str) -> None:
        """Keep ``name``, unless something is staged in its place."""
        self.kept.add(name)
        self.new[name] = self._old[name]

    def holds(self, name: str, key: Any) -> bool:
        """Whether the output holds ``name`` as made from an equal ``key``. If not, it must be
        written to the stage, and is recorded with ``key``."""
        name = self.relative(name)
        digest = of_bytes(key.encode()) if type(key) is str else fingerprint(key) or b""
        known = self._old.get(name, (b"", b""))
        if digest and known[1] == digest and name in self._intact and not self._has(name):
            self.keep(name)
            return True
        self._staged.discard(name)
        self.new[name] = (b"", digest)
        return False

    def _has(self, name: str) -> bool:
        """Whether something is staged there in this build."""
        if name.startswith(self._prefixes):
            return name in self._staged  # a mail's file: all files of a slug are written together
        places = self._root + name, self._again + flat(name)
        return name in self._staged or any(map(os.path.lexists, places))

    def relative(self, name: str) -> str:
        """``name`` in records: relative to the output, with slashes."""
        if name.startswith(self._root):
            return name[len(self._root) :].replace(os.sep, "/")
        for folder, prefix in self._further.items():
            if name.startswith(folder):
                return f"{prefix}/{name[len(folder) :]}".replace(os.sep, "/")
        return name

    def open(self, path: str, mode: str = "r", encoding: str | None = None, **named: Any) -> Any:
        """In place of ``open`` in Pelican's writer."""
        if mode != "w" or named or not path.startswith(self._root):
            return open(path, mode, encoding=encoding, **named)  # noqa: PTH123 - as the writer's
        return _Sink(self, path, encoding or "utf-8")

    def put(self, path: str, data: bytes) -> None:
        """Take a rendered file."""
        name = path[len(self._root) :].replace(os.sep, "/")
        digest = of_bytes(data)
        if self.intact(name) and self._old[name][0] == digest and not self._has(name):
            self.keep(name)
            return
        os.makedirs(os.path.dirname(path := self._place(name)), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb") as stream:  # noqa: PTH123
            stream.write(data)
        self.kept.discard(name)
        self._staged.add(name)
        self.new[name] = (digest, b"")

    def _place(self, name: str) -> str:
        again = flat(name)
        lies = self.intact(name) and not os.path.lexists(self._root + name)
        return self._again + again if lies and len(os.fsencode(again)) < 256 else self._root + name

    def left(self) -> dict[str, Known]:
        """This build's state of each file whose state is known."""
        return {n: k for n, k in self.new.items() if n in self.kept or k != (b"", b"")}

    def foreign(self) -> set[str]:
        """Files that were not rendered: copies and plugins' files, staged or kept."""
        keyed = {name for name, (_, key) in self.new.items() if key}
        return (set(tree(Path(self._root))) - self._staged) | keyed


class _Sink(io.StringIO):
    def __init__(self, staging: Staging, path: str, encoding: str) -> None:
        super().__init__(newline=os.linesep)
        self._staging, self._path, self._encoding = staging, path, encoding
        self._kept = False

    def write(self, text: str) -> int:
        """See ``KEPT``."""
        self._kept = text is KEPT
        return super().write(text)

    def close(self) -> None:
        """Put the complete file."""
        if not self.closed and not self._kept:
            self._staging.put(self._path, self.getvalue().encode(self._encoding))
        super().close()

    def __exit__(self, *exception: Any) -> None:
        if exception[0] is not None:
            super().close()
        self.close()
