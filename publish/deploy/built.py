"""Reads and freezes the built site, so that the deployed bytes are the planned ones."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from publish.deploy.release import File, Release, file_of
from publish.errors import Refused
from publish.http import digest_in
from publish.post import cache, stamps
from publish.post.files import public_folder


def survey(output: Path, names: Collection[str], memory: Path) -> dict[str, File]:
    """Each of ``names`` in ``output`` as a ``File``. ``memory`` is a cache of digests by stamps; it
    may be deleted at any time.

    Raises:
        Refused: a file is missing, or comes from a preview.
    """
    cached = cache.load(memory)
    files: dict[str, File] = {}
    entries: dict[str, list[Any]] = {}
    for path in names:
        try:
            stamp = stamps.of_stat((output / path).stat())
            row = cached.get(path)
            if row and row[0] == stamp:
                files[path] = File(path, *row[1:])
            else:
                files[path] = _look(path, (output / path).read_bytes())
        except OSError as error:
            raise _changed(output / path, error) from None
        file = files[path]
        entries[path] = [stamp, file.sha256, file.blob, file.size, file.kind, file.digest]
    if entries != cached:
        cache.save(memory, entries)
    return files


@contextmanager
def frozen(
    output: Path, release: Release, aside: Path, paths: Iterable[str] | None = None
) -> Iterator[Path]:
    """A copy of the release, or of some of its ``paths``, in a folder of its own, which a
    concurrent build does not change.

    Raises:
        Refused: a file changed since the release was read.
    """
    shutil.rmtree(aside, ignore_errors=True)
    try:
        for path in release.files if paths is None else paths:
            place = aside / path
            public_folder(place.parent)
            # A copy, not a hard link: that would change the file's stamp, by which builds recognize
            # it.
            place.write_bytes(content(output, release, path))
            place.chmod(0o644)  # Programs that upload it may take its mode over.
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def content(output: Path, release: Release, path: str) -> bytes:
    """The bytes of a file of the release.

    Raises:
        Refused: they changed since the release was read.
    """
    if path in release.extra:
        return release.extra[path]
    try:
        data = (output / path).read_bytes()
    except OSError as error:
        raise _changed(output / path, error) from None
    if file_of(path, data).sha256 != release.files[path].sha256:
        raise _changed(output / path)
    return data


def _look(path: str, data: bytes) -> File:
    if b"/_live.js" in data and path.endswith(".html"):
        raise Refused(f"output/{path}: is a page of a preview", "run `publish build`, then deploy")
    return file_of(path, data, digest_in(data) if path.endswith(".html") else "")


def _changed(place: Path, error: OSError | None = None) -> Refused:
    why = f"cannot be read ({error.strerror})" if error else "was changed by another build"
    return Refused(
        f"{place}: {why} while the site was uploaded", "run `publish build`, then deploy"
    )
