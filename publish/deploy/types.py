"""What a file is to a browser and how long it may be kept, for every host. Pure."""

from __future__ import annotations

from publish.deploy.release import FINGERPRINT, MARKER
from publish.post.media import media_type

HOUR, YEAR = 3600, 31_536_000
"""Seconds."""


def content_type(path: str, head: bytes) -> str:
    """The media type; ``head`` are the file's first bytes, by which feeds are told apart."""
    suffix = path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if suffix in ("xml", "rss", "atom"):
        for tag, of in ((b"<rss", "rss"), (b"<feed", "atom")):
            if tag in head[:1024]:
                return f"application/{of}+xml; charset=utf-8"
    if suffix == "json" and b"jsonfeed.org/version/" in head[:1024]:
        return "application/feed+json"
    if suffix == "" and path.rpartition("/")[2] in ("CNAME", "_headers", "_redirects"):
        suffix = "txt"
    return media_type(f".{suffix}")


def cache_control(path: str, type_: str) -> str:
    """The Cache-Control header of a file of media type ``type_``."""
    if path == MARKER:
        return "no-store"
    if FINGERPRINT.search(path):
        return f"public, max-age={YEAR}, immutable"
    if type_.startswith("text/html"):
        return "public, max-age=0, must-revalidate"
    if ("xml" in type_.partition(";")[0] and "svg" not in type_) or type_.endswith("feed+json"):
        return "public, max-age=300"
    return f"public, max-age={HOUR}"
