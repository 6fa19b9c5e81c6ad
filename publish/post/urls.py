"""Addresses: of the site, made absolute in markup, and of this machine. Pure."""

from __future__ import annotations

import html
import re
import socket
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from html.parser import HTMLParser
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

from publish.post.text import clean

LONGEST_NAME = 200
"""Bytes of one part of a path; file systems allow 255, and temporary files have longer names."""
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only if the user asks for it with --host

ATTRIBUTE = re.compile(
    r"""(?<=[\s"'/])(?P<name>[^\s"'>/=]+)\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s"'>]+)"""
)
# One candidate of a `srcset`: what separates it, its address, its width or density. A comma ends
# an address only where a space or the end follows, so `data:image/png;base64,…` stays whole.
CANDIDATE = re.compile(r"(?P<lead>[\s,]*)(?P<url>\S*[^\s,])(?P<size>[^,]*)")
ADDRESSES = {"src", "href", "poster", "cite", "data"}
ADDRESS_LISTS = {"srcset", "imagesrcset"}

WITH_HOST = re.compile(r"(https?:)?//", re.I)
SITE = re.compile(r"https?://[^\s?#@]+", re.I)
HOST = re.compile(r"(?!\.)(?!.*\.\.)[^\s<>^|]+")
"""Browsers refuse the signs, and no name has an empty part."""
PRIVATE_HOST = re.compile(
    r"[^.:]+|.*\.localhost|.*\.local|127\.[\d.]+|0\.0\.0\.0|::1|10\.[\d.]+|192\.168\.[\d.]+"
    r"|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+"
)
TRACKING_KEY = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|twclid|_hsenc|_hsmi|vero_id", re.I
)
"""Query keys by which senders and advertisers follow a reader."""


@lru_cache(maxsize=1 << 14)
def normal(path: str) -> str:
    """An address normalized: ``/a``, ``/a/`` and ``/a/index.html`` are the same."""
    path = unquote(path.split("#")[0]).strip().lstrip("/")
    return "/" + path.removesuffix("index.html").rstrip("/")


def permalink(
    settings: Mapping[str, Any],
    kind: Literal["article", "page"],
    slug: str,
    *,
    lang: str = "",
    date: datetime | None = None,
) -> str:
    """The address of a public post with that slug, from the site's root on, by the patterns of
    Pelican's ``settings``; ``""`` where they ask for more than slug, language and date.

    ``lang`` is as it is written; empty, it is the site's own.
    """
    foreign = lang not in ("", str(settings.get("DEFAULT_LANG") or "en").lower())
    default = f"{'pages/' if kind == 'page' else ''}{{slug}}{'-{lang}' if foreign else ''}.html"
    name = f"{kind.upper()}_{'LANG_' if foreign else ''}URL"
    facts: dict[str, Any] = {"slug": slug, "lang": lang, "date": date}
    try:
        return "/" + str(settings.get(name) or default).format(**facts).lstrip("/")
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        return ""


def site_address(settings: Mapping[str, Any]) -> str:
    """The address of the site's root, without a slash at its end; ``""`` if it is not set."""
    return str(settings.get("SITEURL") or "").rstrip("/")


@lru_cache(maxsize=4096)
def path_of(siteurl: str, address: str, base: str = "/") -> str | None:
    """The path, from the site's root, that an ``address`` in a page at ``base`` names; None for
    another site's."""
    try:
        home = urlsplit(siteurl)
        parts = urlsplit(urljoin(f"//{home.netloc}{base}", address))
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or parts.netloc.lower() != home.netloc.lower():
        return None
    root = home.path.rstrip("/")
    if root and parts.path.startswith(f"{root}/"):
        return parts.path[len(root) :]
    return parts.path or "/"


def is_address(address: str) -> bool:
    """Whether a browser can open ``address``: one that names a host names one that can exist, and a
    port."""
    try:
        parts = urlsplit(address.strip())
        if parts.scheme not in ("", "http", "https") or not WITH_HOST.match(address.strip()):
            return True
        return parts.port != 0 and HOST.fullmatch(parts.hostname or "") is not None
    except ValueError:
        return False


def is_site(address: str) -> bool:
    """Whether ``address`` is one that a site can have: with a scheme, without a query."""
    return bool(SITE.fullmatch(address)) and is_address(address)


def encoded(address: str) -> str:
    """An address with all percent-encoded that it may not hold: blanks, letters beyond ASCII."""
    return quote(address, safe="/%~!$&'()*+,;=:@?#")


def join(base: str, address: str) -> str:
    """``address`` made absolute by ``base``; unchanged if it is empty or invalid."""
    try:
        return urljoin(base, address.strip()) if address.strip() else address
    except ValueError:
        return address


def absolute(markup: str, base: str) -> str:
    """``markup`` with every address in it, ``#fn:1`` too, absolute to ``base``.

    Only the values of attributes that hold an address change. Serialising a parsed tree would lose
    elements unknown to the parser (``<picture>``, inline SVG).
    """
    markup = clean(markup)
    tags = _StartTags(markup)
    pieces: list[str] = []
    end = 0
    for start, raw in tags.found:
        pieces += (markup[end:start], ATTRIBUTE.sub(lambda m: _attribute(m, base), raw))
        end = start + len(raw)
    return "".join([*pieces, markup[end:]])


class _StartTags(HTMLParser):
    """The position and text of each start tag, without those in comments and scripts."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self._lines = [0, *(m.end() for m in re.finditer("\n", markup))]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        self.found.append((self._lines[line - 1] + column, self.get_starttag_text() or ""))


def _attribute(match: re.Match[str], base: str) -> str:
    name = match["name"].lower()
    if name not in ADDRESSES and name not in ADDRESS_LISTS:
        return match[0]
    given = match["value"]
    given = html.unescape(given[1:-1] if given[0] in "\"'" else given)
    if name in ADDRESSES:
        value = join(base, given)
    else:
        value = CANDIDATE.sub(lambda m: m["lead"] + join(base, m["url"]) + m["size"], given)
    return match[0] if value == given else f'{match["name"]}="{html.escape(value)}"'


def folded(file: str) -> str:
    """A file name as compared by a disk that ignores case and the Unicode form of accents."""
    return unicodedata.normalize("NFC", file).casefold()


def is_private(url: str) -> bool:
    """Whether the host of an absolute address is this machine or in a private network; False for an
    invalid one."""
    try:
        return bool(PRIVATE_HOST.fullmatch(urlsplit(url).hostname or ""))
    except ValueError:
        return False


def tracking_keys(url: str) -> list[str]:
    """The keys of an address's query that track readers."""
    found = re.findall(r"[?&;]([^?&;=#]+)=", url)
    return [key for key in found if TRACKING_KEY.fullmatch(key)]


def without_tracking(url: str) -> str:
    """``url`` without the pairs of its query that track readers; every other byte stays."""
    pair = rf"(?:{TRACKING_KEY.pattern})=[^&;#]*"
    first = re.compile(rf"\?{pair}(&amp;|[&;])?", re.I)
    others = re.sub(rf"(?:&amp;|[&;]){pair}", "", url, flags=re.I)
    return first.sub(lambda found: "?" if found[1] else "", others)


def is_loopback(host: str) -> bool:
    """Whether ``host``, a Host header with or without a port, is this machine.

    A name that merely resolves to loopback does not count: any web page could point its own name at
    127.0.0.1 and read what is served there (DNS rebinding). An IPv6 address is in brackets.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def names_server(header: str, host: str) -> bool:
    """Whether the Host ``header`` of a request names the server that listens on ``host``.

    Anyone can point a name at this machine, but not an IP address.
    """
    if is_loopback(header):
        return True
    try:
        name = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    if name == host.lower():
        return True
    if host not in EVERYWHERE:
        return False
    with suppress(ValueError):
        return bool(ip_address(name))
    return bool(name) and name == socket.gethostname().lower()
