"""A folder of this machine that a web server serves, or that is mounted from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from publish.deploy.incremental import OWN, IncrementalTarget
from publish.deploy.plan import Remote
from publish.deploy.release import Record, Release, decoded, encoded
from publish.deploy.targets import Busy, Place
from publish.errors import Refused
from publish.post.files import locked, public_folder, remove_below, write_whole


class Folder(IncrementalTarget):
    """``path`` is where the site's files go, one rename each; files of others stay."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        given = os.path.expanduser(place.text("path"))  # noqa: PTH111 - leaves "~unknown"
        self.path = (place.root / given).absolute()
        self.after = place.words("after")
        there, built = self.path.resolve(), place.output.resolve()
        if built in (there, *there.parents) or there in built.parents:
            raise place.wrong("path", "is, holds or lies in the folder that the site is built in")
        if there.exists() and not there.is_dir():
            raise place.wrong("path", "names a file")

    def tags(self, below: str = "") -> dict[str, str]:
        """The stamps of the files."""
        found = {}
        for base, folders, names in os.walk(self.path / below):
            folders[:] = [n for n in folders if n != ".git"]
            for name in names:
                file = Path(base, name)
                tag = _tag(file.stat(follow_symlinks=False))
                found[file.relative_to(self.path).as_posix()] = tag
        return found

    def same(self, path: str, tag: str, data: bytes) -> bool:
        """Whether the file holds ``data``."""
        with suppress(OSError):
            return not (self.path / path).is_symlink() and (self.path / path).read_bytes() == data
        return False

    def load(self) -> Record | None:
        """The record in the folder."""
        place = self.path / self.vault / "record.json"
        return decoded(place.read_bytes(), str(place)) if place.exists() else None

    def write_record(self, record: Record) -> None:
        """Replace the record in one step."""
        write_whole(self.path / self.vault / "record.json", encoded(record))

    def write(self, path: str, data: bytes) -> str:
        """Replace a file in one step; its new tag."""
        place = self._place(path)
        if place.is_dir() and not place.is_symlink():
            raise Refused(
                f"{place}: a folder that is not ours is in the way of a file",
                "move it elsewhere, then deploy again",
            )
        _replace(self.path / OWN / "part", place, data)
        return _tag(place.stat())

    def fetch(self, path: str) -> bytes | None:
        """A file's bytes."""
        with suppress(FileNotFoundError):
            return (self.path / path).read_bytes()
        return None

    def copy(self, path: str, to: str) -> None:
        """A second file with the same bytes."""
        with suppress(FileNotFoundError):
            _replace(self.path / OWN / "part", self.path / to, (self.path / path).read_bytes())

    def remove(self, paths: list[str]) -> None:
        """Remove files and the folders that this empties."""
        for path in paths:
            remove_below(self.path, self.path / path)

    @contextmanager
    def claim(self, release: Release, patience: float) -> Iterator[Remote]:
        """Hold the folder's lock, which dies with its process."""
        (self.path / OWN).mkdir(parents=True, exist_ok=True)
        # Not readable for the web server, where that is another user.
        (self.path / OWN).chmod(0o700)
        with locked(self.path / OWN / "lock", Busy, patience, self.place.say, "deploy"):
            yield self.read()

    def _place(self, path: str) -> Path:
        root = self.path.resolve()
        for parent in (self.path / path).parents:
            if parent == self.path:
                break
            if parent.is_symlink() and not parent.resolve().is_relative_to(root):
                raise Refused(
                    f"{parent}: is a link out of {self.path}, and nothing is written through it",
                    "remove the link, then deploy again",
                )
            if parent.is_file():
                raise Refused(
                    f"{parent}: a file that is not ours is in the way of a folder",
                    "move it elsewhere, then deploy again",
                )
        return self.path / path


def _tag(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _replace(part: Path, place: Path, data: bytes) -> None:
    """Write a file in one step, by way of ``part``, which lies outside the site."""
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_bytes(data)
    except OSError as error:
        # The error of a full disk does not name the file.
        raise OSError(error.errno, error.strerror, str(place)) from None
    part.chmod(0o644)
    public_folder(place.parent)
    part.replace(place)
