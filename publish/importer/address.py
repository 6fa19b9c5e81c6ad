"""Decides for each item: kind, status, slug, file, old addresses. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from unicodedata import category, normalize
from urllib.parse import SplitResult, unquote, urlsplit

from publish.importer import dates
from publish.importer.model import Item, Options
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
KEPT = {"publish", "private", "future", "draft", "pending"}
"""The statuses of WordPress' own that an article has."""
LONGEST = 180
"""Bytes of a file's name without its ending."""
LISTS = ("index", "tags", "categories", "authors", "archives")
"""Pelican's own ``DIRECT_TEMPLATES``."""
UPLOADS = re.compile(r"/(?:wp-content/uploads|wp-content/blogs\.dir/\d+/files)/(.+)$", re.I)
FILE_NAME = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|odp|zip|mp3|m4a|ogg|wav|mp4|m4v|mov|webm|epub|csv|txt|rtf|ics|vcf|key|pages)$",
    re.I,
)
PICTURE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic|ico|jfif)$", re.I)
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.I)


@dataclass(slots=True)
class Entry:
    """One post or page to be written. ``file`` is relative to the content folder, ``path`` the path
    of the old address, ``olds`` earlier paths, ``lang`` its language if that is not the site's,
    ``lacks`` how much it refers to that the export does not hold."""

    number: int
    id: int
    kind: str
    status: str
    scheduled: bool
    slug: str
    file: str
    path: str
    title: str
    olds: list[str] = field(default_factory=list)
    lang: str = ""
    date: datetime | None = None
    lacks: int = 0

    @property
    def name(self) -> str:
        """Slug and language: its file's name, without folder and ending."""
        return f"{self.slug}-{self.lang}" if self.lang else self.slug

    @property
    def open(self) -> bool:
        """Whether readers find it."""
        return self.status == "published" and not self.scheduled


def selected(item: Item, options: Options) -> bool:
    """Whether an item becomes a file."""
    if item.type not in ("post", "page") or item.status in HIDDEN:
        return False
    if options.only and options.only != f"{item.type}s":
        return False
    day = (item.date or item.modified)[:10]
    return not (options.since and day and day < options.since.isoformat())


def status(item: Item) -> tuple[str, bool, str]:
    """The status to write, whether the item is scheduled, and the code of a loss, if any."""
    if item.password:
        return "draft", False, "password-as-draft"
    if item.status == "private":
        return "draft", False, "private-as-draft"
    if item.status in ("publish", "future"):
        return "published", item.status == "future", ""
    return "draft", False, "" if item.status in ("draft", "pending") else "status-unknown"


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
    """The decoded path of an address; ``""`` if it only has a query."""
    parts = parts_of(link)
    if parts.query and parts.path in ("", "/"):
        return ""
    return unquote(parts.path)


def slug_of(item: Item, values: Mapping[str, Any]) -> str:
    """The slug that WordPress used, else one made of the title."""
    given = normalize("NFC", unquote(item.slug)).strip().strip("/").lower()
    if not given:
        last = path_of(item.link).strip("/").rsplit("/", 1)[-1]
        given = re.sub(r"\.html?$", "", last).lower()
    given = re.sub(r"-*[^\w.~-]+-*", _hyphen, given).strip("-.")
    if not given or ".." in given or (given.isdigit() and not item.slug):
        given = slugs.slugify(title_of(item.title), values).strip("-.") or f"post-{abs(item.id)}"
    return cut(given)


def _hyphen(found: re.Match[str]) -> str:
    """One hyphen for characters that are no letters; vowel signs, as Hindi has, stay."""
    return found[0] if all(category(sign)[0] == "M" for sign in found[0]) else "-"


def reserved(values: Mapping[str, Any]) -> set[str]:
    """Slugs that would collide with a page or folder of the site."""
    names = {"theme", "images", "files", "feeds", "category", "tag", "author", "page", "search"}
    for key, value in values.items():
        if key.endswith("_SAVE_AS") and isinstance(value, str) and value:
            names.add(value.split("/")[0].removesuffix(".html"))
    names |= set(map(str, values.get("DIRECT_TEMPLATES") or LISTS))
    return {name.casefold() for name in names if name and "{" not in name}


def cut(name: str) -> str:
    """A name cut to what every file system accepts."""
    data = name.encode()
    if len(data) > LONGEST:
        name = data[: LONGEST - 9].decode("utf-8", "ignore").rstrip("-.")
        name = f"{name}-{hashlib.sha256(data).hexdigest()[:8]}"
    if DEVICES.fullmatch(name):
        name = f"{name}-1"
    return name


def parts_of(url: str) -> SplitResult:
    """The parts of an address; empty ones of an invalid one."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def host_of(url: str) -> str:
    """The host of an address, in small letters and without ``www.``."""
    return (parts_of(url).hostname or "").lower().removeprefix("www.")


def key_of(path: str) -> str:
    """An old path normalized."""
    return urls.folded(urls.normal(path))


def site_of(url: str) -> str:
    """The host of an address with its path, which distinguishes the sites of a network."""
    return f"{host_of(url)}{path_of(url)}".rstrip("/")


def old_paths(item: Item) -> Iterable[str]:
    """The item's paths before its slug or date was changed."""
    path = path_of(item.link)
    if not path or not item.slug:
        return
    here = unquote(item.slug)
    day = dates.naive(item.date)
    parts = path.strip("/").split("/")
    if parts[-1] != here:
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
