"""Media types and cache lifetimes of the site's files, for every kind of host. Pure."""

from __future__ import annotations

from publish.deploy.release import FINGERPRINT, MARKER, Release
from publish.post.media import media_type

NEVER, ALWAYS = "no-store", "public, max-age=31536000, immutable"
"""Cache-Control of the release marker, and of files with a digest in their names."""


def content_type(path: str, head: bytes) -> str:
    """The media type; ``head`` are the file's first bytes, which distinguish kinds of feeds."""
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
        return NEVER
    if FINGERPRINT.search(path):
        return ALWAYS
    if type_.startswith("text/html"):
        return "public, max-age=0, must-revalidate"
    if ("xml" in type_.partition(";")[0] and "svg" not in type_) or type_.endswith("feed+json"):
        return "public, max-age=300"
    return "public, max-age=3600"


def headers(release: Release) -> bytes:
    """The cache rules in the format of Netlify and Cloudflare: one for each folder in which every
    file name carries a digest."""
    folders: dict[str, bool] = {}
    for path in release.files:
        top, slash, rest = path.partition("/")
        if slash:
            folders[top] = folders.get(top, True) and bool(FINGERPRINT.search(rest))
    rules = [f"/{MARKER}\n  Cache-Control: {NEVER}\n"]
    rules += [
        f"/{name}/*\n  Cache-Control: {ALWAYS}\n" for name, all_ in sorted(folders.items()) if all_
    ]
    return "".join(rules).encode()
