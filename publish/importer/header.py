"""An entry's front matter, in the order of ``publish new``. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from publish.importer.markdown import inline
from publish.importer.markdown.inline import Dialect
from publish.importer.model import DESCRIPTIONS, Channel, Item, Options
from publish.importer.mojibake import repair
from publish.post import text
from publish.post.slug import slugify

UNCATEGORIZED = {"uncategorized", "uncategorised", "sin-categoria", "non-classe", "allgemein-de"}


def line(text: str) -> str:
    """A text as one line for a header: no breaks, no control characters."""
    text = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\x85\ufeff]+", " ", repair(text)[0])
    return " ".join(text.split())


def title(words: str) -> str:
    """A title that shows exactly these words, with markup escaped."""
    return inline.literal(line(words)).replace("<", "&lt;")


def plain(markup: str) -> str:
    """The words of an excerpt or description, on one line."""
    markup = re.sub(r"\[/?[a-z][\w-]*(?:\s[^\[\]]*)?\]", " ", markup) if "[" in markup else markup
    return line(text.plain(markup))


def summary(item: Item) -> str:
    """The excerpt, else an SEO plugin's description; as Markdown, which Pelican expects."""
    given = (item.meta.get(name, "") for name in DESCRIPTIONS)
    own = next((text for text in given if text and not re.search(r"%%|%\w+%|#\w+_\w", text)), "")
    words = plain(item.excerpt) or plain(own)
    return inline.lines(inline.text(words, Dialect(smarty=False)))


class Names:
    """The spelling of categories, tags and authors, one for each."""

    def __init__(self, channel: Channel, options: Options, values: Mapping[str, Any]) -> None:
        self._channel, self._options, self._values = channel, options, values
        self._spelling: dict[str, str] = {}
        self.renamed: dict[tuple[str, str], int] = {}
        self.unknown: dict[str, int] = {}
        self.met: set[tuple[str, str]] = set()

    def categories(self, item: Item) -> list[str]:
        """The item's categories in WordPress' order."""
        out: list[str] = []
        for term in item.terms.get("category", []):
            name = line(unescape(term.name)) or term.slug
            self.met.add(("category", name))
            given = self._options.categories.get(name)
            unnamed = {(term.slug or name).lower(), name.lower()} & UNCATEGORIZED
            if unnamed and not given:
                continue
            made = given or re.sub(r"\s*,\s*", " · ", name).strip()
            made = self._spelled(item, "category", made, term.slug)
            if made and made != name and not given:
                self.renamed.setdefault((name, made), item.id)
            out.append(made)
        return _once(out)

    def tags(self, item: Item) -> list[str]:
        """The item's tags."""
        out = []
        for term in item.terms.get("post_tag", []):
            name = (line(unescape(term.name)) or term.slug).replace(";", ",")
            out.append(self._spelled(item, "tag", name, term.slug))
        return _once(out)

    def _spelled(self, item: Item, kind: str, name: str, slug: str) -> str:
        """The first spelling of ``name``, or its slug; ``""`` if neither makes an address."""
        made = next(filter(self._has_address, (name, slug)), "")
        if name and not made:
            item.nameless.append((kind, name))
        return self._spelling.setdefault(f"{kind}:{made.casefold()}", made)

    def _has_address(self, name: str) -> bool:
        return bool(slugify(name, self._values).strip("-"))

    def authors(self, item: Item) -> list[str]:
        """The authors, by their display names."""
        shown = {term.slug.removeprefix("cap-"): term.name for term in item.terms.get("author", [])}
        out: list[str] = []
        for login in filter(None, shown or [item.creator]):
            self.met.add(("author", login))
            name = (
                self._options.authors.get(login)
                or self._channel.authors.get(login)
                or shown.get(login, "")
            )
            name = line(unescape(name))
            if "@" in name or not self._has_address(name):
                self.unknown.setdefault(login if "@" not in login else login.split("@")[0], item.id)
                name = line(login.split("@")[0])
            out.append(name if self._has_address(name) else "")
        return _once(out)


def _once(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]


def joined(names: list[str]) -> str:
    """Names in one line, separated by commas, or by semicolons if one holds a comma."""
    if any("," in name for name in names):
        return "; ".join(names) + (";" if len(names) == 1 else "")
    return ", ".join(names)


def text_of(fields: list[tuple[str, str]], body: str) -> str:
    """A whole file."""
    lines = [f"{key}: {value}" for key, value in fields if value]
    return "\n".join([*lines, "", body, ""]) if body else "\n".join([*lines, ""])
