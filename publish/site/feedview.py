"""A post's item in the feeds, as a reader's program shows it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class FeedItem:
    """What an Atom feed says of a post."""

    title: str
    id: str
    content: str


def find(site: Path, path: str) -> FeedItem | None:
    """The item of the post at ``path`` (root-relative), in the first Atom feed that has it."""
    for file in sorted(site.glob("**/*.atom.xml")):
        try:
            # Our own build wrote it a moment ago.
            root = ElementTree.parse(file).getroot()  # noqa: S314
        except (OSError, ElementTree.ParseError):
            continue
        for entry in root.iter(f"{ATOM}entry"):
            links = [urlsplit(link.get("href") or "").path for link in entry.iter(f"{ATOM}link")]
            if path in links:
                return FeedItem(
                    entry.findtext(f"{ATOM}title") or "",
                    entry.findtext(f"{ATOM}id") or "",
                    entry.findtext(f"{ATOM}content") or entry.findtext(f"{ATOM}summary") or "",
                )
    return None


def page(item: FeedItem) -> bytes:
    """The item without any style of ours, as a bare reader shows it."""
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(item.title)}</title>"
        f"<body><h1>{escape(item.title)}</h1>{item.content}</body></html>"
    ).encode()
