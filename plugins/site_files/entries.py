"""Which addresses a sitemap names, and when each last changed. Pure: facts in, XML out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote


@dataclass(frozen=True)
class Entry:
    """A page: its absolute address, and when it last changed, with an offset, if that is known."""

    address: str
    changed: datetime | None = None


def place(save_as: str) -> str:
    """The address below the site of a file: ``archives/`` for ``archives/index.html``."""
    name = save_as.rsplit("/", 1)[-1]
    return save_as.removesuffix(name) if name == "index.html" else save_as


def sitemap(entries: Iterable[Entry]) -> str:
    """The XML; each address once and in order, so that the same site gives the same bytes."""
    by_address = {_quoted(entry.address): entry.changed for entry in entries}
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *(_url(address, changed) for address, changed in sorted(by_address.items())),
            "</urlset>\n",
        ]
    )


def robots(sitemap_address: str) -> str:
    """Everything may be read, and where it all stands; ``""`` where there is no sitemap."""
    everyone = "User-agent: *\nAllow: /\n"
    return everyone + (f"\nSitemap: {_quoted(sitemap_address)}\n" if sitemap_address else "")


def _url(address: str, changed: datetime | None) -> str:
    when = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address, quote=False)}</loc>{when}</url>"


def _quoted(address: str) -> str:
    """With what no address may hold (letters beyond ASCII, blanks) written by percent."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}{slash}{quote(path, safe='/%~!$&()*+,;=:@?#')}"
