"""Where each item goes: kind, status, slug, file, old addresses. Pure but for what it asks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from publish.importer import dates
from publish.importer.losses import Loss
from publish.importer.model import Channel, Item, Options
from publish.post import slug as slugs
from publish.post import urls

SKIPPED = {
    "nav_menu_item", "custom_css", "customize_changeset", "revision", "oembed_cache", "wp_template",
    "wp_template_part", "wp_global_styles", "wp_navigation", "user_request", "attachment",
    "wp_block", "et_pb_layout", "et_theme_builder", "et_template", "et_header_layout",
    "et_body_layout", "et_footer_layout", "et_theme_options", "et_code_snippet", "wp_font_family",
    "wp_font_face", "elementor_library", "elementor_snippet", "acf-field", "acf-field-group",
    "wpcf7_contact_form", "feedback", "shop_order", "shop_coupon", "mc4wp-form", "amn_smtp",
    "scheduled-action", "jp_pay_order", "jp_mem_plan", "vc4_templates", "vc_grid_item",
    "templatera",
}  # fmt: skip
"""Types of WordPress' own and of plugins that hold no article: counted, not listed."""
HIDDEN = {"trash", "auto-draft", "inherit"}
LONGEST = 180
"""Bytes of a file's name without its ending."""
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.I)


@dataclass(slots=True)
class Entry:
    """One post or page to be written.

    ``file`` is relative to the content folder, ``path`` the old address' path, ``aliases`` the
    old addresses that lead here, ``open`` whether the site shows it now.
    """

    number: int
    id: int
    kind: str
    status: str
    scheduled: bool
    slug: str
    file: str
    path: str
    title: str
    aliases: list[str] = field(default_factory=list)
    olds: list[str] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether a reader finds it."""
        return self.status == "published" and not self.scheduled


def kept(item: Item, options: Options) -> bool:
    """Whether an item becomes a file."""
    if item.type not in ("post", "page") or item.status in HIDDEN:
        return False
    if options.only and options.only != f"{item.type}s":
        return False
    day = (item.date or item.modified)[:10]
    return not (options.since and day and day < options.since.isoformat())


def status(item: Item, losses: list[Loss]) -> tuple[str, bool]:
    """The status to write, and whether the item is still to come."""
    title = title_of(item.title)
    if item.password:
        losses.append(Loss("password-as-draft", item.id, "", title))
        return "draft", False
    if item.status == "private":
        losses.append(Loss("private-as-draft", item.id, "", title))
        return "draft", False
    if item.status in ("publish", "future"):
        return "published", item.status == "future"
    if item.status not in ("draft", "pending"):
        losses.append(Loss("status-unknown", item.id, item.status or "none", title))
    return "draft", False


def title_of(text: str) -> str:
    """A title's words: WordPress keeps it as HTML."""
    text = re.sub(
        r"</?(?:em|i|strong|b|span|code|sup|sub|small|br|a|u|mark|font)\b[^<>]*>", "", text
    )
    return " ".join(unescape(text).split())


def uid(host: str, number: int) -> str:
    """The permanent identity: the same at every run, other on every site."""
    return hashlib.sha256(f"{host}/{number}".encode()).hexdigest()[:16]


def path_of(link: str) -> str:
    """The decoded path of an address; ``""`` where a query is all it has."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if parts.query and parts.path in ("", "/"):
        return ""
    return unquote(parts.path)


def slug_of(item: Item, values: Mapping[str, Any]) -> str:
    """The slug that WordPress used, else one made of the title."""
    given = unquote(item.slug).strip().strip("/").lower()
    if not given:
        last = path_of(item.link).strip("/").rsplit("/", 1)[-1]
        given = re.sub(r"\.html?$", "", last).lower()
    # What an address does not hold becomes a hyphen, and no second one beside the first.
    given = re.sub(r"-*[^\w.~-]+-*", "-", given).strip("-.")
    if not given or ".." in given or (given.isdigit() and not item.slug):
        given = slugs.slugify(title_of(item.title), values) or f"post-{abs(item.id)}"
    return cut(given)


def cut(name: str) -> str:
    """A name that every file system takes."""
    data = name.encode()
    if len(data) > LONGEST:
        name = data[: LONGEST - 9].decode("utf-8", "ignore").rstrip("-.")
        name = f"{name}-{hashlib.sha256(data).hexdigest()[:8]}"
    if DEVICES.fullmatch(name):
        name = f"{name}-1"
    return name


class Planner:
    """Gives every entry an address of its own, in the order of the export.

    ``taken`` tells whether something that is not ours has a slug or a file; ``known`` gives the
    slug and file of an item that an earlier run wrote.
    """

    def __init__(
        self,
        channel: Channel,
        values: Mapping[str, Any],
        taken: Callable[[str, str], bool],
        known: Callable[[int], tuple[str, str] | None],
        reserved: Iterable[str],
    ) -> None:
        self.host = host_of(channel.url)
        self.values = values
        self._taken, self._known = taken, known
        self._slugs: set[str] = set(reserved)
        self._reserved = set(reserved)
        self._aliases: set[int] = set()
        self.losses: list[Loss] = []

    def reserve(self, slug: str) -> None:
        """Keep a slug for an item that has it from an earlier run."""
        self._slugs.add(slug.casefold())

    def reserve_alias(self, key: tuple[str, str]) -> None:
        """Keep an old address that something of the site's own has."""
        self._aliases.add(hash(key))

    def entry(self, number: int, item: Item) -> Entry:
        """Where ``item`` goes."""
        state, scheduled = status(item, self.losses)
        known = self._known(item.id)
        folder = self._folder(item.type)
        wished = slug_of(item, self.values)
        if known:
            slug, file = known
        else:
            slug = self._free(wished, folder, item)
            file = f"{folder}{slug}.md"
        self._slugs.add(slug.casefold())
        entry = Entry(
            number, item.id, item.type, state, scheduled, slug, file, path_of(item.link),
            title_of(item.title),
        )  # fmt: skip
        entry.olds = list(old_paths(item))
        return entry

    def _folder(self, kind: str) -> str:
        """Where the site keeps posts or pages: its first such folder, with a slash."""
        name, otherwise = ("PAGE_PATHS", "pages") if kind == "page" else ("ARTICLE_PATHS", "")
        paths = self.values.get(name) or [otherwise]
        folder = str(paths[0]).strip("/")
        return f"{folder}/" if folder else ""

    def _free(self, wished: str, folder: str, item: Item) -> str:
        slug, count = wished, 1
        while slug.casefold() in self._slugs or self._taken(slug, f"{folder}{slug}.md"):
            count += 1
            slug = f"{cut(wished)[: LONGEST - 6]}-{count}"
        if slug != wished:
            self.losses.append(
                Loss("address-taken", item.id, f"{wished} → {slug}", title_of(item.title))
            )
        return slug

    def address(self, entry: Entry) -> str:
        """The new address, from the site's root on."""
        kind = "PAGE" if entry.kind == "page" else "ARTICLE"
        default = "pages/{slug}.html" if kind == "PAGE" else "{slug}.html"
        pattern = str(self.values.get(f"{kind}_URL") or default)
        return "/" + pattern.replace("{slug}", entry.slug).lstrip("/")

    def alias(self, entry: Entry, real: Container[str]) -> None:
        """Give the entry its old addresses, each to one entry only; ``real`` are the site's own."""
        own = urls.normal(self.address(entry)).casefold()
        query = "page_id" if entry.kind == "page" else "p"
        wished = [*([entry.path] if entry.path else []), *entry.olds]
        if entry.id > 0:
            wished.append(f"/?{query}={entry.id}")
        for text in dict.fromkeys(wished):
            made = text if "?" in text else quote(text, safe="/~!$&'()*+=:@-._").replace(",", "%2C")
            if "?" not in made and urls.normal(made).casefold() == own:
                continue
            try:
                alias = urls.parse_alias(made)
            except ValueError as error:
                self.losses.append(Loss("alias-left", entry.id, made[:80], str(error)))
                continue
            at = urls.normal(made).casefold()
            if alias.path in ("", "/") and not alias.query:
                continue
            if not alias.query and at in real:
                self.losses.append(Loss("alias-left", entry.id, made[:80], "is a page of the site"))
            elif hash(alias.key) not in self._aliases:
                # Numbers in place of texts: there are some of them for each post.
                self._aliases.add(hash(alias.key))
                entry.aliases.append(made)
            else:
                self.losses.append(Loss("alias-left", entry.id, made[:80], "is another's too"))


def host_of(url: str) -> str:
    """The host of an address, in small letters and without ``www.``."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def old_paths(item: Item) -> Iterable[str]:
    """Paths under which the item was found before its slug or its date was changed."""
    path = path_of(item.link)
    if not path or not item.slug:
        return
    here = unquote(item.slug)
    day = dates._naive(item.date)
    parts = path.strip("/").split("/")
    if not parts or parts[-1] != here:
        return
    dated = day and parts[:2] == [f"{day:%Y}", f"{day:%m}"]
    fronts = [parts[:-1]]
    for old in item.old_dates if dated else []:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", old):
            count = 3 if len(parts) > 3 and parts[2] == f"{day:%d}" else 2
            fronts.append([*old.split("-")[:count], *parts[count:-1]])
    for front in fronts:
        for slug in [here, *map(unquote, item.old_slugs)]:
            made = "/" + "/".join([*front, slug]) + ("/" if path.endswith("/") else "")
            if made != path and slug and "/" not in slug:
                yield made
