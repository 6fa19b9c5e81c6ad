"""A release of the site, and the record of it that a target keeps. Pure.

A release is named by its content: the same site is the same release on every machine.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from publish.errors import Refused

MARKER = "publish-release.json"
"""The file that names the site's release; written by the deployer only."""
KEEP = 5
"""Releases kept for rollbacks, including the current one."""
FINGERPRINT = re.compile(r"-[0-9a-f]{12}(?=[-.])")
"""A digest in a file's name, which changes with the bytes."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Characters that no name may hold: transfer programs read commands by line, and URLs are UTF-8."""
DATA = (".json", ".xml", ".txt", ".webmanifest", ".conf")

REMOVE = "remove it: then every file there counts as not ours, and is kept"

Kind = Literal["asset", "page", "data", "list"]
"""``page``: an article's or page's own; ``list``: other HTML; ``data``: feeds, indexes, maps."""


@dataclass(frozen=True)
class File:
    """A file of the site: SHA-256 and Git's name of its bytes, both as hex; ``size`` in bytes.

    ``digest`` is the page digest that a page carries.
    """

    path: str
    sha256: str
    blob: str
    size: int
    kind: Kind
    digest: str = ""


def is_page(path: str) -> bool:
    """Whether a file is HTML."""
    return path.endswith((".html", ".htm"))


def kind_of(path: str, digest: str) -> Kind:
    """The kind of a file, which decides its phase; ``digest`` is its page digest, if any."""
    if is_page(path):
        return "page" if digest else "list"
    if FINGERPRINT.search(path) or not (path.endswith(DATA) or path.startswith("_")):
        return "asset"
    return "data"


@dataclass(frozen=True)
class Release:
    """A whole site: its files by path, the commit it was made from (``""`` outside Git), and when.

    ``time`` is UTC in ISO form, with seconds. ``extra`` are the bytes of files the deployer adds.
    """

    files: Mapping[str, File]
    source: str
    time: str
    extra: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """SHA-256 over the sorted paths and their digests, without the marker."""
        rows = sorted((p, f.sha256) for p, f in self.files.items() if p != MARKER)
        return hashlib.sha256("".join(f"{p}\0{d}\n" for p, d in rows).encode()).hexdigest()

    def marked(self) -> Release:
        """The same release with its marker file."""
        document = {"release": self.id, "source": self.source, "time": self.time}
        return self.adding({MARKER: (json.dumps(document, indent=1) + "\n").encode()})

    def adding(self, extra: Mapping[str, bytes]) -> Release:
        """The same release with files that the deployer adds."""
        files = {**self.files, **{p: file_of(p, b) for p, b in extra.items()}}
        return replace(self, files=files, extra={**self.extra, **extra})


def file_of(path: str, data: bytes, digest: str = "") -> File:
    """The file at ``path`` that holds ``data``."""
    blob = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    blob.update(data)
    sha256 = hashlib.sha256(data).hexdigest()
    return File(path, sha256, blob.hexdigest(), len(data), kind_of(path, digest), digest)


NOTHING = ("", "", "")
"""What no marker names."""


def read_marker(data: bytes) -> tuple[str, str, str]:
    """Release, source and time of a marker; empty words if it is none."""
    try:
        found = json.loads(data)
        return str(found["release"]), str(found.get("source", "")), str(found.get("time", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return NOTHING


@dataclass(frozen=True)
class OldRelease:
    """An earlier release that the target keeps, at ``at``."""

    release: str
    source: str
    time: str
    at: str = ""


@dataclass(frozen=True)
class Hold:
    """A rollback in force: unattended runs put up nothing made from ``source`` or an older commit.
    ``release`` was rolled back, to the release ``to``."""

    release: str
    source: str
    to: str


@dataclass(frozen=True)
class Record:
    """The record a target keeps. ``files`` are ours, path to fingerprint. ``expiring``: files of
    ours that are no longer in the release but still there, with the moment from which that is so.
    ``before``: earlier releases, the newest first. ``planned``: paths that an unfinished deploy
    meant to write. ``open``: a step after the release that has not succeeded yet."""

    release: str = ""
    source: str = ""
    time: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    expiring: Mapping[str, str] = field(default_factory=dict)
    before: tuple[OldRelease, ...] = ()
    hold: Hold | None = None
    planned: tuple[str, ...] = ()
    open: str = ""
    at: str = ""

    def past(self) -> OldRelease:
        """This release as an entry of ``before``."""
        return OldRelease(self.release, self.source, self.time, self.at)

    def succeeded(self, release: Release, keep: int) -> Record:
        """The record after a deploy of ``release``; ``keep`` is how many releases it holds in
        all."""
        id = release.id
        before = [p for p in (self.past(), *self.before) if p.release and p.release != id]
        return Record(id, release.source, release.time, before=tuple(before[: keep - 1]))


EXPIRING = "doomed"
"""The name of the field ``expiring`` in the record's file."""


def encoded(record: Record) -> bytes:
    """A record as JSON on one line."""
    full = {name: value for name, value in asdict(record).items() if value}
    if record.expiring:
        full[EXPIRING] = full.pop("expiring")
    return json.dumps({"version": 1, **full}, ensure_ascii=False, sort_keys=True).encode()


def decoded(data: bytes, where: str, remedy: str = REMOVE) -> Record:
    """The record that ``encoded`` wrote; ``where`` it lies, for the message.

    Raises:
        Refused: it is damaged, or of an unknown version.
    """
    try:
        found = json.loads(data)
        if found.pop("version") != 1:
            raise ValueError
        found["expiring"] = found.pop(EXPIRING, {})
        found["before"] = tuple(OldRelease(**row) for row in found.get("before", ()))
        found["planned"] = tuple(found.get("planned", ()))
        if "hold" in found:
            found["hold"] = Hold(**found["hold"])
        return Record(**found)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{where}: is damaged", remedy) from None
