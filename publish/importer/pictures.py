"""Finds, checks and names pictures and linked files of the old site, and puts them into the content
folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from publish.importer import address
from publish.importer.address import FILE_NAME, PICTURE_NAME, UPLOADS, cut, host_of, parts_of
from publish.importer.fetch import OldSite
from publish.importer.ledger import Ledger
from publish.importer.uploads import SCALED, Source, originals
from publish.post import stamps
from publish.post.images import ending_of

PHOTON = re.compile(r"https?://i\d\.wp\.com/", re.I)
PAGE = re.compile(rb"\s*<(?:!doctype html|html)\b", re.I)
"""How a page begins, which some hosts send in place of a file they do not have."""
DISGUISED = {".jpeg": ".jpg", ".jfif": ".jpg", ".jpe": ".jpg"}


@dataclass(slots=True)
class Found:
    """The result for one address: a path below the content folder, or the reason for none.
    ``state`` is ``kept``, ``missing``, ``elsewhere`` or ``refused``; ``digest`` is of the bytes,
    ``origin`` their name in the source, ``""`` for a file that an earlier run took."""

    state: str
    path: str = ""
    origin: str = ""
    digest: str = ""


@dataclass
class MediaLibrary:
    """All pictures and files of a run, by their old address.

    ``images`` and ``files`` are folders below the ``content`` folder. ``attached`` tells whether an
    attachment has exactly an address.
    """

    hosts: frozenset[str]
    sources: list[Source]
    content: Path
    images: str
    files: str
    ledger: Ledger
    attached: Callable[[str], bool]
    old: OldSite | None = None
    found: dict[str, Found] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)

    def take(self, url: str) -> Found:
        """The result for ``url``, memoized."""
        key = plain(url)
        if key not in self.found:
            self.found[key] = self._look(key)
        return self.found[key]

    def _look(self, url: str) -> Found:
        path = below(url, self.hosts)
        if not path and not self.attached(url):
            return Found("elsewhere")
        known = self.ledger.addresses.get(address.site_of(url), "")
        there = self._digest(known) if known else ""
        if there and there != self.ledger.files.get(known):
            return Found("kept", known, "", there)  # the author edited it
        path = path or unquote(urlsplit(url).path).lstrip("/").split("files/")[-1]
        picture = bool(PICTURE_NAME.search(path)) or not FILE_NAME.search(path)
        # Of a large upload the attachment is WordPress' smaller copy; the original lies beside it.
        unscaled = SCALED.sub("", url)
        whole = self.attached(url) and (unscaled == url or self.attached(unscaled))
        names = [path] if whole or not picture else originals(path)
        places: list[tuple[Source | OldSite, str, str]] = [
            (source, name, "") for name in names for source in self.sources
        ]
        if self.old:
            # The old site may have a smaller picture but no longer the original.
            folder = url.rpartition("/")[0]
            places += [
                (self.old, name, url if name == path else f"{folder}/{quote(name.split('/')[-1])}")
                for name in names
            ]
        state = "missing"
        for source, name, asked in places:
            data = source.read(asked or name)
            if data is not None:
                if found := self._kept(name, data, picture, url, asked):
                    return found
                state = "refused"
        return Found("kept", known, "", there) if there else Found(state)

    def _digest(self, path: str) -> str:
        return stamps.digest(str(self.content / path))

    def _kept(self, origin: str, data: bytes, picture: bool, url: str, asked: str) -> Found | None:
        """The result for these bytes; None if they are too many (``b""``) or of another kind."""
        ending = ending_of(data)
        named = PurePosixPath(origin).suffix.lower()
        other = ending or named in (".html", ".htm", ".php", ".js", ".svg") or PAGE.match(data)
        if not data or (not ending if picture else other):
            return None
        right = ending if picture and DISGUISED.get(named, named) != ending else named
        digest = hashlib.sha256(data).hexdigest()
        path = self._name(origin, right, digest, picture)
        return Found("kept", path, asked or origin, digest)

    def _name(self, origin: str, ending: str, digest: str, picture: bool) -> str:
        parts = [safe(part) for part in origin.split("/")[-4:]]
        stem = PurePosixPath(parts[-1]).stem if PurePosixPath(parts[-1]).suffix else parts[-1]
        folder = "/".join([self.images if picture else self.files, *parts[:-1]])
        count = 1
        while True:
            made = f"{folder}/{cut(stem)}{'' if count == 1 else f'-{count}'}{ending}"
            owner = self.named.setdefault(made, digest)
            # Not the path of a file with other bytes that no import wrote.
            free = self._digest(made) in ("", digest, self.ledger.files.get(made, ""))
            if owner == digest and free:
                return made
            count += 1

    def data(self, found: Found) -> bytes | None:
        """The bytes of a kept file."""
        sources: list[Source | OldSite] = [*self.sources, *([self.old] if self.old else [])]
        for source in sources:
            data = source.read(found.origin)
            if data and hashlib.sha256(data).hexdigest() == found.digest:
                return data
        return None


def safe(name: str) -> str:
    """A part of a path: small letters, digits, hyphens, dots; never hidden."""
    name = unicodedata.normalize("NFC", name).lower()
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-_") or "x"
    return cut(name)


def plain(url: str) -> str:
    """An address without the parts that select another size of the picture."""
    url = url.strip()
    if url.startswith("//"):
        url = f"https:{url}"
    url = PHOTON.sub("https://", url)
    return (
        url.split("?")[0].split("#")[0] if re.search(r"\.[A-Za-z0-9]{2,5}(?:[?#]|$)", url) else url
    )


def whole(url: str) -> str:
    """The address of the picture in its first size, with https."""
    return re.sub(r"^http://", "https://", plain(url))


def below(url: str, hosts: frozenset[str]) -> str:
    """The decoded path below the uploads folder; ``""`` if it is not of the old site."""
    parts = parts_of(url)
    if parts.scheme not in ("", "http", "https") or (parts.netloc and host_of(url) not in hosts):
        return ""
    path = unquote(parts.path)
    if found := UPLOADS.search(path):
        return found[1]
    if found := re.search(r"/files/((?:19|20)\d\d/\d\d/.+)$", path):
        return found[1]
    return path.lstrip("/") if PICTURE_NAME.search(path) or FILE_NAME.search(path) else ""
