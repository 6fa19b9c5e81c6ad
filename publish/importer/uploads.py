"""The old site's ``wp-content/uploads``: a folder, its .zip, or the old site itself."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from publish.errors import ConfigError

LARGEST = 50 * 1024 * 1024
"""Bytes of one picture or file; a larger one is refused."""
UNPACKING = (zipfile.BadZipFile, RuntimeError, EOFError, zlib.error)
"""What a damaged, locked or unknown kind of .zip raises while it is read."""
SIZE = re.compile(r"-\d{1,5}x\d{1,5}(?=\.[A-Za-z0-9]{2,5}$)")
SCALED = re.compile(r"-(?:scaled|rotated)(?=\.[A-Za-z0-9]{2,5}$)")


class Folder:
    """An uploads folder, or one that has it somewhere below."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise ConfigError(
                f"{root}: there is no such folder", "name wp-content/uploads or its .zip"
            )
        inner = root / "wp-content" / "uploads"
        inner = root / "uploads" if not inner.is_dir() else inner
        self._root = (inner if inner.is_dir() else root).resolve()

    def read(self, path: str) -> bytes | None:
        """The bytes at a path below the uploads; None if it is missing or a link out of the folder,
        ``b""`` if it is too large."""
        for name in dict.fromkeys(
            (path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path))
        ):
            try:
                file = (self._root / name).resolve()
                if not file.is_relative_to(self._root) or not file.is_file():
                    continue
                return file.read_bytes() if file.stat().st_size <= LARGEST else b""
            except (OSError, ValueError):
                continue
        return None


class Archive:
    """A .zip of an uploads folder."""

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (*UNPACKING, OSError) as error:
            raise ConfigError(
                f"{file}: cannot be read: {error}", "name the folder or its .zip"
            ) from None
        self._names: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                continue
            name = unicodedata.normalize("NFC", info.filename.replace("\\", "/"))
            if any(part.startswith(".") for part in name.split("/")) or name.startswith("__MACOSX"):
                continue
            for inner in _below(name):
                self._names.setdefault(inner, info)

    def read(self, path: str) -> bytes | None:
        """See ``Folder.read``."""
        info = self._names.get(unicodedata.normalize("NFC", path))
        if info is None:
            return None
        if info.file_size > LARGEST:
            return b""
        try:
            with self._zip.open(info) as stream:
                data = stream.read(LARGEST + 1)
        except (*UNPACKING, OSError, ValueError):
            return None
        return data if len(data) <= LARGEST else b""


def _below(name: str) -> Iterator[str]:
    """The path below ``uploads/``, or from the first year's folder on, else as it is."""
    if "uploads/" in name:
        yield name.split("uploads/", 1)[1]
    elif found := re.search(r"(?:^|/)((?:19|20)\d\d/\d\d/.+)$", name):
        yield found[1]
    else:
        yield name
        if "/" in name:
            yield name.split("/", 1)[1]


Source = Folder | Archive


def source(path: Path) -> Source:
    """The folder or .zip at ``path``.

    Raises:
        ConfigError: there is neither.
    """
    return Archive(path) if path.is_file() else Folder(path)


def originals(path: str) -> list[str]:
    """The possible names of a picture, the original's first (``a.jpg``)."""
    plain = SIZE.sub("", path)
    whole = SCALED.sub("", plain)
    scaled = re.sub(r"(\.[A-Za-z0-9]{2,5})$", r"-scaled\1", whole)
    return list(dict.fromkeys((whole, plain, scaled, path)))
