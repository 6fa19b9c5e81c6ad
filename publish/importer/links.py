"""Links and pictures of the old site as the new one's; what leads nowhere keeps its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

from markdown.extensions.toc import slugify as automatic_id

from publish.importer import address, pictures
from publish.importer.address import FILE_NAME, UPLOADS, Entry, host_of, key_of, parts_of
from publish.importer.item_store import Store
from publish.importer.model import number_of
from publish.importer.pictures import Found, MediaLibrary
from publish.importer.tree import El
from publish.importer.wordpress.expand import Context
from publish.post import urls

SCHEMES = {"", "http", "https", "mailto", "tel", "sms", "ftp", "geo", "webcal", "xmpp", "whatsapp",
           "signal"}  # fmt: skip
VIEWS = re.compile(r"/(?:amp|embed|feed|trackback|comment-page-\d+|\d{1,3}|page/\d+)$")
"""How the addresses of another form of a post end."""


@dataclass
class Index:
    """The new places of everything on the old site.

    ``paths`` maps a normal path of the old site to an entry's number, ``slugs`` a slug that only
    one has. ``lists`` maps the path of a feed or list (``/category/x``) to the new one, and the old
    addresses of posts of earlier exports, ``?p=1`` among them, to their files.
    """

    hosts: frozenset[str]
    base: str
    entries: Mapping[int, Entry]
    paths: dict[str, int] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Index an entry by all of its addresses."""
        for path in (entry.path, *entry.olds):
            if path:
                self.paths.setdefault(key_of(path), entry.number)
        self.ids[entry.id] = entry.number
        for slug in {entry.slug, entry.path.strip("/").rsplit("/", 1)[-1]}:
            if slug and self.slugs.setdefault(slug, entry.number) != entry.number:
                self.slugs[slug] = 0


@dataclass(frozen=True)
class Own:
    """An address of the old site: path (decoded), query and fragment."""

    url: str
    path: str
    query: str
    fragment: str


@dataclass
class Rewriter:
    """Rewrites the links and pictures of one post.

    ``named`` gives the places in another post that a link can name, by its number. ``used`` are
    the addresses of the files that the post shows.
    """

    index: Index
    entry: Entry
    context: Context
    media: MediaLibrary
    store: Store
    named: Callable[[int], Container[str]]
    same_host: bool
    used: list[str] = field(default_factory=list)

    def rewrite(self, root: El) -> None:
        """Rewrite every link and picture in place; a link that leads nowhere leaves its words."""
        for el in root.walk():
            el.kids = self._kids(el.kids)

    def _kids(self, kids: list[El | str]) -> list[El | str]:
        out: list[El | str] = []
        for kid in kids:
            if isinstance(kid, El) and kid.tag == "a" and "href" in kid.attrs:
                target = self._target(kid.get("href"), kid.text())
                if not target:
                    out += self._kids(kid.kids)
                    continue
                kid.kids = self._said(kid)
                kid.attrs["href"] = target
            out.append(self._picture(kid) if isinstance(kid, El) and kid.tag == "img" else kid)
        return out

    def link(self, el: El) -> None:
        """Make a paragraph that is an address of the old site, which WordPress shows as a card or
        player, a link."""
        words = el.kids[0] if el.tag == "p" and len(el.kids) == 1 else ""
        if isinstance(words, str) and re.fullmatch(r"https?://\S+", words) and self.own(words):
            self.context.lose("embed-as-link", words)
            el.kids = [El("a", {"href": words}, [words])]

    def _said(self, link: El) -> list[El | str]:
        """The words of a link; in place of an address of the old site, what is there."""
        href, own = link.get("href"), self.own(link.get("href"))
        if own is None or link.text().strip() not in (href, f"Page on {host_of(own.url)}"):
            return link.kids
        number, file = self.leads(own)
        title = self.store.plan(number)["title"] if number in self.index.entries else ""
        return [title or file.rpartition("/")[2] or href]

    def _target(self, href: str, words: str) -> str:
        """The new target of a link; ``""`` for a dead one."""
        if href.startswith("#"):
            return self._here(href[1:], words)
        own = self.own(href)
        return self._outside(href, words) if own is None else self._inside(own, words)

    def absolute(self, href: str) -> str:
        """A relative address made absolute by the post's own."""
        href = f"https:{href}" if href.startswith("//") else href
        host = min(self.index.hosts, default="")
        if not host or href.startswith(("http://", "https://", "data:")):
            return href
        return urls.join(f"https://{host}{self.entry.path or '/'}", href)

    def own(self, href: str) -> Own | None:
        """The address as one of the old site; None for another site's."""
        parts = parts_of(self.absolute(href.strip()))
        known = host_of(parts.geturl()) in self.index.hosts
        if parts.scheme not in ("", "http", "https") or not known:
            return None
        return Own(parts.geturl(), unquote(parts.path), parts.query, unquote(parts.fragment))

    def leads(self, own: Own) -> tuple[int, str]:
        """The number of the entry that an address is of, and the address of the file, if any."""
        number, file = self._by_query(own)
        kinds = (UPLOADS, FILE_NAME, address.PICTURE_NAME)
        if not file and any(kind.search(own.path) for kind in kinds):
            file = own.url
        number = number or self._by_path(own.path)
        return number, file or ("" if number else self.store.attachment_page(key_of(own.path)))

    def take(self, url: str, lost: str, words: str = "") -> Found:
        """The result for the file at ``url``; a loss is noted, ``lost`` if it is missing."""
        found = self.media.take(url)
        if found.state == "kept":
            self.used.append(url)
        else:
            codes = {"refused": "picture-refused", "elsewhere": "picture-elsewhere"}
            self.context.lose(codes.get(found.state, lost), url[:200], words)
        return found

    def _file(self, url: str) -> str:
        picture = address.PICTURE_NAME.search(url.split("?")[0])
        found = self.take(url, "picture-missing" if picture else "file-missing")
        if found.state == "kept":
            return f"{{static}}/{found.path}"
        target = pictures.whole(url)
        return "" if self.same_host or urls.is_private(target) else target

    def _picture(self, el: El) -> El | str:
        url = self.absolute(el.get("src"))
        number = el.attrs.pop("data-id", "")
        if number and not el.get("alt"):
            file, alt, _ = self.store.attachment(number_of(number))
            el.attrs["alt"] = " ".join(alt.split())
            if not file:
                self.context.lose("reference-missing", f"attachment {number}")
        if url.startswith("data:"):
            if len(url) > 20000:
                self.context.lose("picture-refused", "data:", el.get("alt"))
                return el.get("alt")
            return el
        found = self.take(url, "picture-missing", el.get("alt"))
        if found.state == "kept":
            el.attrs["src"] = f"{{static}}/{found.path}"
            return el
        elsewhere = found.state == "elsewhere"
        # Another site may tell its pictures apart by what follows a "?".
        src = el.attrs["src"] = url if elsewhere else pictures.whole(url)
        gone = urls.is_private(src) or not urls.is_address(src)
        return el.get("alt") if gone or (self.same_host and not elsewhere) else el

    def _here(self, fragment: str, words: str) -> str:
        fragment = unquote(fragment)
        if fragment == "top":
            return "#top"
        if fragment in self.named(self.entry.number):
            return f"#{fragment}"
        self.context.lose("anchor-missing", f"#{fragment[:60]}", words)
        return ""

    def _outside(self, href: str, words: str) -> str:
        known = parts_of(href).scheme in SCHEMES and urls.is_address(href)
        if not known or urls.is_private(href):
            self.context.lose("dead-link", href[:80], words)
            return ""
        return href

    def _inside(self, own: Own, words: str) -> str:
        number, file = self.leads(own)
        # An address with a picture's suffix may still be a page.
        sure = file != own.url or UPLOADS.search(own.path) or FILE_NAME.search(own.path)
        if file and ((made := self._file(file)) or sure):
            return made
        if number:
            return self._to(self.index.entries[number], own, words)
        path = key_of(own.path)
        if path == key_of(self.index.base) and not own.query:
            return "/"
        # The feed of a list is linked as the list.
        for name in (VIEWS.sub("", path), path, f"?{own.query}"):
            if new := self.index.lists.get(name):
                if own.fragment and new.startswith("{filename}"):
                    self.context.lose("anchor-missing", f"{new}#{own.fragment[:40]}", words)
                return new
        self.context.lose(
            "dead-link", (own.path + (f"?{own.query}" if own.query else ""))[:80], words
        )
        return ""

    def _by_query(self, own: Own) -> tuple[int, str]:
        query = parse_qs(own.query)
        for name in ("p", "page_id", "post", "attachment_id"):
            id = number_of(query.get(name, [""])[0])
            if number := self.index.ids.get(id, 0):
                return number, ""
            if file := self.store.attachment(id)[0]:
                return 0, file
        return 0, ""

    def _by_path(self, path: str) -> int:
        key = key_of(path)
        for name in (key, VIEWS.sub("", key), re.sub(r"\.html?$", "", key)):
            if found := self.index.paths.get(name):
                return found
        last = path.strip("/").rsplit("/", 1)[-1].lower()
        # WordPress resolves a slug alone, and links rely on that.
        return self.index.slugs.get(last, 0) if last and not last.isdigit() else 0

    def _to(self, entry: Entry, own: Own, words: str) -> str:
        if entry.number == self.entry.number and own.fragment:
            return self._here(own.fragment, words)
        if not entry.open and self.entry.status != "draft":
            self.context.lose("link-not-public", entry.file, words)
            return ""
        made = f"{{filename}}/{entry.file}"
        if own.fragment and not own.fragment.startswith(("comment", "respond", "more-", "?secret")):
            if own.fragment in self.named(entry.number):
                return f"{made}#{own.fragment}"
            self.context.lose("anchor-missing", f"{entry.file}#{own.fragment[:40]}", words)
        return made


def named(root: El) -> list[str]:
    """The ids a post has or that Markdown gives its headings."""
    found: list[str] = []
    for el in root.walk():
        if el.get("id") and el.tag != "fnref":
            found.append(el.get("id"))
        if re.fullmatch(r"h[1-6]", el.tag):
            found.append(automatic_id(el.text(), "-"))
    return list(dict.fromkeys(f for f in found if f))
