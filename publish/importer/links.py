"""Links of the old site as links of the new one; what leads nowhere keeps its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from markdown.extensions.toc import slugify as automatic_id

from publish.importer.address import Entry
from publish.importer.model import Channel
from publish.importer.tree import El
from publish.importer.wordpress.expand import Context
from publish.post import urls
from publish.post.slug import slugify

UPLOADS = re.compile(r"/(?:wp-content/uploads|wp-content/blogs\.dir/\d+/files)/(.+)$", re.I)
SCHEMES = {"http", "https", "mailto", "tel", "sms", "ftp", "geo", "webcal", "xmpp", "whatsapp",
           "signal"}  # fmt: skip
FILE_NAME = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|zip|mp3|m4a|ogg|wav|mp4|m4v|mov|webm|epub|csv|txt|rtf|ics|vcf|key|pages)$",
    re.I,
)
PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic|ico|jfif)$", re.I)


@dataclass
class Index:
    """Where everything of the old site is now.

    ``paths`` maps a normal path of the old site to an entry's number, ``slugs`` a slug that only
    one has. ``terms`` maps an archive's path (``/category/x``) to a link of Pelican's.
    """

    hosts: frozenset[str]
    base: str
    entries: Mapping[int, Entry]
    paths: dict[str, int] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Make an entry findable by all of its addresses."""
        for path in (entry.path, *entry.olds):
            if path:
                self.paths.setdefault(key_of(path), entry.number)
        self.ids[entry.id] = entry.number
        for slug in {entry.slug, entry.path.strip("/").rsplit("/", 1)[-1]}:
            if slug and self.slugs.setdefault(slug, entry.number) != entry.number:
                self.slugs[slug] = 0


def key_of(path: str) -> str:
    """One spelling of an old path."""
    return urls.folded(urls.normal(path))


@dataclass(frozen=True)
class Own:
    """An address of the old site: path (decoded), query and fragment."""

    url: str
    path: str
    query: str
    fragment: str


class Rewriter:
    """Rewrites the links of one post.

    ``file`` gives the new address of a linked file or picture, or ``""``; ``attachment`` an
    attachment's address by id or page; ``ids`` the places in another post that can be named.
    """

    def __init__(
        self,
        index: Index,
        entry: Entry,
        context: Context,
        file: Callable[[str], str],
        attachment: Callable[[int | str], str],
        ids: Callable[[int], frozenset[str]],
    ) -> None:
        self.index, self.entry, self.context = index, entry, context
        self._file, self._attachment, self._ids = file, attachment, ids

    def rewrite(self, root: El) -> None:
        """Rewrite every link in place; an empty ``href`` takes the link off its words."""
        for el in root.walk():
            kids: list[El | str] = []
            for kid in el.kids:
                if isinstance(kid, El) and kid.tag == "a" and "href" in kid.attrs:
                    target = self.target(kid.get("href"), kid.text())
                    if not target:
                        kids += kid.kids
                        continue
                    kid.attrs["href"] = target
                kids.append(kid)
            el.kids = kids

    def target(self, href: str, words: str) -> str:
        """Where a link leads now; ``""`` if it leads nowhere."""
        if href.startswith("#"):
            return self._here(href[1:], words)
        own = self.own(href)
        if own is None:
            return self._outside(href, words)
        return self._inside(own, words)

    def own(self, href: str) -> Own | None:
        """The address as one of the old site; None if it is another's."""
        try:
            parts = urlsplit(href.strip())
            if parts.scheme and parts.scheme.lower() not in ("http", "https"):
                return None
            if not parts.netloc:
                here = self.entry.path or "/"
                # An address without a slash before it is seen from the post's own.
                parts = urlsplit(
                    urljoin(f"https://{next(iter(self.index.hosts), 'old')}{here}", href.strip())
                )
            host = (parts.hostname or "").lower().removeprefix("www.")
        except ValueError:
            return None
        if host not in self.index.hosts:
            return None
        return Own(parts.geturl(), unquote(parts.path), parts.query, unquote(parts.fragment))

    def files(self, own: Own) -> list[str]:
        """The addresses of the files that a link may lead to."""
        number, attachment = self._by_query(own)
        if attachment or is_file(own.path):
            return [attachment or own.url]
        page = "" if number or self._by_path(own.path) else self._attachment(own.path)
        return [page] if page else []

    def _here(self, fragment: str, words: str) -> str:
        fragment = unquote(fragment)
        if fragment == "top":
            return "#top"
        if fragment in self._ids(self.entry.number):
            return f"#{fragment}"
        self.context.lose("anchor-missing", f"#{fragment[:60]}", words)
        return ""

    def _outside(self, href: str, words: str) -> str:
        try:
            parts = urlsplit(href)
            host = (parts.hostname or "").lower()
            odd = parts.netloc and (not host or " " in parts.netloc)
        except ValueError:
            odd, host, parts = True, "", None
        scheme = parts.scheme.lower() if parts else ""
        if odd or urls.is_private_host(host) or (scheme and scheme not in SCHEMES):
            self.context.lose("dead-link", href[:80], words)
            return ""
        return href

    def _inside(self, own: Own, words: str) -> str:
        number, attachment = self._by_query(own)
        if attachment or is_file(own.path):
            found = self._file(attachment or own.url)
            if found:
                return found
            if attachment or UPLOADS.search(own.path) or FILE_NAME.search(own.path):
                return ""
        number = number or self._by_path(own.path)
        if number:
            return self._to(self.index.entries[number], own, words)
        path = key_of(own.path)
        if path == key_of(self.index.base) and not own.query:
            return "/"
        for name in (path, re.sub(r"/page/\d+$", "", path), re.sub(r"/feed(?:/\w+)?$", "", path)):
            if archive := self.index.terms.get(name) or self.index.pages.get(name):
                return archive
        if by_page := self._attachment(own.path):
            return self._file(by_page)
        self.context.lose(
            "dead-link", (own.path + (f"?{own.query}" if own.query else ""))[:80], words
        )
        return ""

    def _by_query(self, own: Own) -> tuple[int, str]:
        query = parse_qs(own.query)
        for name in ("p", "page_id", "post", "attachment_id"):
            if (value := query.get(name, [""])[0]).isdigit():
                number = self.index.ids.get(int(value), 0)
                if number:
                    return number, ""
                if found := self._attachment(int(value)):
                    return 0, found
        return 0, ""

    def _by_path(self, path: str) -> int:
        key = key_of(path)
        for name in (
            key, re.sub(r"/(?:amp|feed|trackback|comment-page-\d+|\d{1,3}|page/\d+)$", "", key),
            re.sub(r"\.html?$", "", key),
        ):  # fmt: skip
            if found := self.index.paths.get(name):
                return found
        last = path.strip("/").rsplit("/", 1)[-1].lower()
        # WordPress guesses from a slug alone, and so do readers' links.
        return self.index.slugs.get(last, 0) if last and not last.isdigit() else 0

    def _to(self, entry: Entry, own: Own, words: str) -> str:
        if entry.number == self.entry.number and own.fragment:
            return self._here(own.fragment, words)
        if not entry.open and self.entry.status != "draft":
            self.context.lose("link-not-public", entry.file, words)
            return ""
        made = f"{{filename}}/{entry.file}"
        if own.fragment and not own.fragment.startswith(("comment", "respond", "more-")):
            if own.fragment in self._ids(entry.number):
                return f"{made}#{own.fragment}"
            self.context.lose("anchor-missing", f"{entry.file}#{own.fragment[:40]}", words)
        return made


def is_file(path: str) -> bool:
    """Whether a path of the old site is that of a picture or another file."""
    return any(kind.search(path) for kind in (UPLOADS, FILE_NAME, PICTURE_NAME))


def is_local(url: str) -> bool:
    """Whether an address names a machine that no reader can reach."""
    try:
        return urls.is_private_host(urlsplit(url).hostname or "")
    except ValueError:
        return True


def named(root: El) -> list[str]:
    """The ids a post has or that Markdown gives its headings."""
    found: list[str] = []
    for el in root.walk():
        if el.get("id") and el.tag != "fnref":
            found.append(el.get("id"))
        if re.fullmatch(r"h[1-6]", el.tag):
            found.append(automatic_id(el.text(), "-"))
    return list(dict.fromkeys(f for f in found if f))


def lists(
    channel: Channel, values: Mapping[str, Any], terms: Mapping[str, str], entries: Iterable[Entry]
) -> dict[str, str]:
    """Old addresses of feeds and lists, and where they lead: no post has them among its own.

    ``terms`` are those of ``archives``.
    """
    base = urlsplit(channel.url).path.rstrip("/")
    found = {f"{old}/": new for old, new in feeds(base, values).items() if "feed" in old}
    pattern = str(values.get("CATEGORY_FEED_RSS") or values.get("CATEGORY_FEED_ATOM") or "")
    for old, new in terms.items():
        found[f"{old}/"] = new
        if pattern and old.startswith(f"{base}/category/"):
            slug = new.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")
            found[f"{old}/feed/"] = "/" + pattern.replace("{slug}", slug)
    archive = str(values.get("ARCHIVES_URL") or values.get("ARCHIVES_SAVE_AS") or "")
    if archive:
        for entry in entries:
            dated = re.match(rf"{re.escape(base)}((?:/\d{{2,4}}){{1,3}})/[^/]+/?$", entry.path)
            if dated and entry.open and re.match(r"/(?:19|20)\d\d(?:/|$)", dated[1]):
                parts = dated[1].strip("/").split("/")
                for count in range(1, len(parts) + 1):
                    old = f"{base}/{'/'.join(parts[:count])}/"
                    found[old] = "/" + archive.removesuffix("index.html")
    return {old: new for old, new in found.items() if urls.normal(old) != urls.normal(new)}


def feeds(base: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Feeds and archives of the old site that the new one has."""
    root = base.rstrip("/")
    rss, atom = values.get("FEED_ALL_RSS"), values.get("FEED_ALL_ATOM")
    names = ("feed", "rss", "feed/rss", "feed/rss2", "rss2", "comments/feed")
    found = {key_of(f"{root}/{name}"): f"/{rss or atom}" for name in names if rss or atom}
    if rss or atom:
        found |= {key_of(f"{root}/{name}"): f"/{atom or rss}" for name in ("feed/atom", "atom")}
    if archive := values.get("ARCHIVES_URL") or values.get("ARCHIVES_SAVE_AS"):
        found[key_of(f"{root}/archives")] = "/" + str(archive).removesuffix("index.html")
    return found


def archives(
    channel: Channel, values: Mapping[str, Any], used: Mapping[str, str]
) -> dict[str, str]:
    """Paths of the old site's archives to those of the new one.

    ``used`` maps ``category:name``, ``tag:name`` and ``author:name``, of what public posts have,
    to the name that is written.
    """
    found: dict[str, str] = {}
    base = urlsplit(channel.url).path.rstrip("/")

    def add(kind: str, name: str, *paths: str) -> None:
        written = used.get(f"{kind}:{name.casefold()}")
        pattern = str(values.get(f"{kind.upper()}_URL") or f"{kind}/{{slug}}.html")
        if written:
            target = "/" + pattern.replace("{slug}", slugify(written, values)).lstrip("/")
            found.update({key_of(f"{base}{path}"): target for path in paths})

    for (taxonomy, slug), name in channel.terms.items():
        if taxonomy == "post_tag":
            add("tag", unescape(name), f"/tag/{slug}")
        elif taxonomy == "category":
            paths, chain, above = [f"/category/{slug}"], slug, channel.parents.get(slug, "")
            for _ in range(16):
                if not above:
                    break
                chain = f"{above}/{chain}"
                paths.append(f"/category/{chain}")
                above = channel.parents.get(above, "")
            add("category", unescape(name), *paths)
    for login, name in channel.authors.items():
        add("author", name, f"/author/{slugify(login, values)}", f"/author/{login}")
    return found
