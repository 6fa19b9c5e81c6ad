"""What a file is to a browser and how long it may be kept: one table for every host. Pure.

Python's ``mimetypes`` reads the machine's own table, so one site would differ between two.
"""

from __future__ import annotations

from publish.deploy.release import FINGERPRINT, MARKER

BY_SUFFIX = {
    "html": "text/html; charset=utf-8", "htm": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8", "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8",
    "conf": "text/plain; charset=utf-8", "vtt": "text/vtt; charset=utf-8",
    "ics": "text/calendar; charset=utf-8", "xml": "application/xml; charset=utf-8",
    "xsl": "application/xslt+xml; charset=utf-8", "json": "application/json",
    "map": "application/json", "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "ico": "image/x-icon",
    "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "heic": "image/heic",
    "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf",
    "pdf": "application/pdf", "epub": "application/epub+zip", "zip": "application/zip",
    "gz": "application/gzip", "wasm": "application/wasm", "rtf": "application/rtf",
    "doc": "application/msword", "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "opus": "audio/ogg",
    "wav": "audio/wav", "flac": "audio/flac", "mp4": "video/mp4", "webm": "video/webm",
    "mov": "video/quicktime",
}  # fmt: skip
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
    return BY_SUFFIX.get(suffix, "application/octet-stream")


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
