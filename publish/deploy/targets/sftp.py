"""sftp alone, for an account without a shell or a server without rsync.

Unchanged files are hard links where the server can make them. sftp has no lock that dies with its
holder, so the lock is a folder that is valid for ten minutes.
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import weakref
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from publish.deploy.programs import Failed
from publish.deploy.release import MARKER, decoded, read_marker
from publish.deploy.targets import Busy, wait_for
from publish.deploy.targets.connection import Server
from publish.errors import ConfigError

LOCK = ".publish/lease"
"""Those with a shell take it too, beside a lock of their own that dies with its holder."""
LEASE = 600.0
"""Seconds by the server's clock after which a lock's holder counts as dead."""
AT_ONCE = 50
"""Commands sent before their output is read: with more, both sides would wait with full pipes."""
REMEDY = "fix that (try: sftp HOST; a full disk is a Failure here), then run it again"


class Sftp:
    """One connection for all commands; a failing command ends it unless it begins with ``-``."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.nonce = ""
        words = ["-b", "-", server.host]
        self.line = server.connect("sftp", words, REMEDY, lambda end: f"pwd\n!echo {end}\n")
        weakref.finalize(self, self.line.close)

    def now(self) -> tuple[str, bytes, list[str]]:
        """Reads the current release's id from its marker."""
        if "current/" in dict(self._listed(["."])["."]):
            raise self.server.no_link()
        marker = self.get(f"current/{MARKER}")
        release, source, _ = read_marker(marker or b"")
        id = f"{release[:16]}-{source[:8] or '0'}" if release else ""
        record = (self.get(f"releases/{id}.json") if id else None) or b""
        known = decoded(record, self.server.record(id)).files if record else ()
        return id, record, self._tree("current", _parents(known))[0]

    @contextmanager
    def lock(self, patience: float) -> Iterator[None]:
        """The lock is a folder: making one is atomic."""
        self.nonce = secrets.token_hex(8)
        busy = Busy(
            f"another deploy is at work on {self.server.host}, or died less than "
            f"{LEASE / 60:.0f} minutes ago",
            "run it again then",
        )
        wait_for(self._taken, patience, busy)
        try:
            yield
        finally:
            with contextlib.suppress(Failed):
                # An order that failed has ended the connection.
                line = self if self.line.child.poll() is None else Sftp(self.server)
                line._batch([f"-rm {self._q(f'{LOCK}/{self.nonce}')}", f"-rmdir {self._q(LOCK)}"])

    def get(self, path: str) -> bytes | None:
        """The bytes of a file; None if it is missing."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder, "file")
            self._batch([f"-get {self._q(path)} {_q(str(place))}"])
            return place.read_bytes() if place.is_file() else None

    def upload(self, folder: Path, id: str, changed: Iterable[str], base: str) -> None:
        """Hard links for unchanged files, then the others, then the rename to the release's id."""
        part = f"releases/.{id}.part"
        files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        # What a broken upload left would keep a full disk full.
        for name, _ in self._listed(["releases"])["releases"]:
            if name.startswith(".") and name.endswith(".part/"):
                self._clear(f"releases/{name[:-1]}")
        folders = _parents(files)
        self._batch(
            [
                f"mkdir {self._q(f'{part}/{name}' if name != '.' else part)}"
                for name in [".", *sorted(folders - {"."})]
            ]
        )
        there = self._link(sorted(files - set(changed)), part) if base else set()
        rows = [
            f"put {_q(str(folder / p))} {self._q(f'{part}/{p}')}" for p in sorted(files - there)
        ]
        self._batch([*rows, f"rename {self._q(part)} {self._q(f'releases/{id}')}"])

    def reuse(self, names: Collection[str], id: str) -> None:
        """Take files of the current release over into the release ``id``.

        Raises:
            ConfigError: the server cannot make links, so they would be lost.
        """
        folder = f"releases/{id}"
        self._batch([f"-mkdir {self._q(f'{folder}/{name}')}" for name in sorted(_parents(names))])
        if names and (lost := set(names) - self._link(names, folder)):
            raise ConfigError(
                f"{self.server.host} cannot make links, so {min(lost)} would be lost",
                "copy that file into the site (STATIC_PATHS), or use a server with rsync",
            )

    def _link(self, names: Iterable[str], folder: str) -> set[str]:
        """Make hard links in ``folder`` to files of the current release; returns the files of their
        folders."""
        self._batch([f"-ln {self._q(f'current/{p}')} {self._q(f'{folder}/{p}')}" for p in names])
        return set(self._tree(folder, _parents(names))[0])

    def switch(self, id: str, record: bytes) -> None:
        """Rename a new symbolic link over the current one, if the lock is still ours."""
        new = self._q(".publish/current.new")
        self.write_record(id, record)
        self._batch([f"-rm {new}"])
        self._batch(
            [
                f"ls {self._q(f'{LOCK}/{self.nonce}')}",
                f"ln -s {_q(f'releases/{id}')} {new}",
                f"rename {new} {self._q('current')}",
            ]
        )

    def write_record(self, id: str, record: bytes) -> None:
        """Write the ``record`` of release ``id``, in one step."""
        part = f".publish/{id}.json"
        self._write(part, record, [])
        self._batch([f"rename {self._q(part)} {self._q(f'releases/{id}.json')}"])

    def _write(self, path: str, data: bytes, before: list[str]) -> None:
        """Write a file after the commands ``before``."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "file").write_bytes(data)
            self._batch([*before, f"put {_q(str(Path(folder, 'file')))} {self._q(path)}"])

    def prune(self, keep: Iterable[str]) -> None:
        """Folder by folder; a release's record is removed last."""
        names = [name for name, _ in self._listed(["releases"])["releases"]]
        dead = {n.removesuffix(".json") for n in names if n.endswith(".json")} - set(keep)
        for id in sorted(dead):
            self._clear(f"releases/{id}")
            self._batch([f"-rm {self._q(f'releases/{id}.json')}"])

    def call(self, words: list[str]) -> None:
        """There is no shell.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(
            f"{self.server.host} has no shell, and `after` names a command",
            "remove `after`, or use an account with a shell",
        )

    def _taken(self) -> bool:
        """Try to take the lock; whether it is ours now."""
        lock = self._q(LOCK)
        mine = f".publish/{self.nonce}"
        top = PurePosixPath(self.server.path)
        folders = [*reversed(top.parents), top, top / "releases", top / ".publish"]
        self._write(mine, b"", [f"-mkdir {_q(str(name))}" for name in folders])
        # A folder that holds our nonce is renamed to the lock's name; that fails if there is a
        # lock, as a folder that is not empty is not replaced.
        self._batch(
            [
                f"-mkdir {self._q(mine + '.lock')}",
                f"rename {self._q(mine)} {self._q(f'{mine}.lock/{self.nonce}')}",
                f"-rename {self._q(mine + '.lock')} {lock}",
            ]
        )
        times = dict(self._listed([".publish"])[".publish"])
        if f"{self.nonce}.lock/" not in times:
            return True
        if "lease/" in times and _apart(times["lease/"], times[f"{self.nonce}.lock/"]) >= LEASE:
            dead = f".publish/dead-{self.nonce}"
            self._batch([f"-rename {lock} {self._q(dead)}"])
            self._clear(dead)
        self._clear(f"{mine}.lock")
        return False

    def _tree(self, top: str, folders: Iterable[str] = ()) -> tuple[list[str], list[str]]:
        """Every file below ``top``, and every folder below it; known ``folders`` are listed in one
        request."""
        every = {".", *folders}
        files: list[str] = []
        listed: set[str] = set()
        while ask := sorted(every - listed):
            listed |= set(ask)
            places = {f"{top}/{name}" if name != "." else top: name for name in ask}
            for place, rows in self._listed(list(places)).items():
                base = "" if places[place] == "." else places[place] + "/"
                every |= {base + name[:-1] for name, _ in rows if name.endswith("/")}
                files += [base + name for name, _ in rows if not name.endswith("/")]
        return sorted(files), sorted(every - {"."})

    def _listed(self, places: list[str]) -> dict[str, list[tuple[str, str]]]:
        """The entries of each folder with their time stamps; folders end in a slash."""
        output = self._batch([f"-ls -la {self._q(place)}/" for place in places])
        entries: dict[str, list[tuple[str, str]]] = {place: [] for place in places}
        place = ""
        for line in (row.decode("utf-8", "surrogateescape") for row in output.splitlines()):
            if line.startswith("sftp> -ls "):
                place = places[list(entries).index(place) + 1] if place else places[0]
                continue
            words = line.split(None, 8)
            if len(words) < 9 or line[0] not in "-dl":
                continue
            name = words[8].rstrip("/").rpartition("/")[2]
            if name not in (".", ".."):
                slash = "/" if line[0] == "d" else ""
                entries[place].append((name + slash, " ".join(words[5:8])))
        return entries

    def _clear(self, top: str) -> None:
        """Remove a folder with all that is in it."""
        files, folders = self._tree(top)
        rows = [f"-rm {self._q(f'{top}/{name}')}" for name in files]
        rows += [f"-rmdir {self._q(f'{top}/{name}')}" for name in reversed(folders)]
        self._batch([*rows, f"-rmdir {self._q(top)}"])

    def _q(self, path: str) -> str:
        return _q(f"{self.server.path}/{path}")

    def _batch(self, rows: list[str]) -> bytes:
        """Run commands; returns their output. Only one that begins with ``-`` may fail."""
        parts = (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))
        return b"".join(map(self._ask, parts))

    def _ask(self, rows: list[str]) -> bytes:
        said, _ = self.line.ask(lambda end: "".join(f"{row}\n" for row in [*rows, f"!echo {end}"]))
        return said


def _parents(files: Iterable[str]) -> set[str]:
    """Every folder above one of the files, with ``.`` for the top."""
    return {parent.as_posix() for file in files for parent in PurePosixPath(file).parents}


def _q(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _apart(old: str, new: str) -> float:
    """Seconds between two time stamps of a listing: ``Mon D HH:MM``, or ``Mon D YYYY``, which is
    long ago."""
    if ":" not in old:
        return float("inf") if ":" in new else 0.0
    first, second = (datetime.strptime(f"2000 {text}", "%Y %b %d %H:%M") for text in (old, new))  # noqa: DTZ007
    apart = (second - first).total_seconds()
    return apart if apart >= 0 else apart + 366 * 86400
