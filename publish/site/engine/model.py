"""The objects of a site that templates are shown: their names, and what can be said of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import Author, Category, Tag, URLWrapper

from publish.site.engine.values import MISSING, digest, mark

WATCHED = (Content, URLWrapper, Paginator, Page)
"""Classes whose objects are watched: what a template takes from them is noted."""
MARKUP = "[{|](?P<what>.*?)[|}]"
"""Pelican's own mark of a link inside the site."""
MADE = ("content", "summary", "get_content", "get_summary", "_update_content", "_link_replacer")
STOCK = {name: vars(Content)[name] for name in MADE}
PROPERTIES = {name: vars(Content)[name] for name in ("content", "summary", "url", "save_as")}
"""What a post works out of itself, and gives again as long as nothing changes it."""
WORDS = ("name", "slug", "url", "save_as", "page_name")
TERMS = {kind: tuple(getattr(kind, name) for name in WORDS) for kind in (Author, Category, Tag)}
HELD = {"settings", "_name", "_slug", "_slug_from_name", "name", "slug"}


class Model:
    """The posts of one run. ``context`` is what all pages share."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._plain = settings.get("INTRASITE_LINK_REGEX") == MARKUP
        self.context: dict[str, Any] = {}
        self._posts: dict[str, Any] = {}
        self._raws: dict[int, tuple[str, str]] = {}
        self._kinds: dict[tuple[type, str], str] = {}

    def ready(self, generators: Iterable[Any]) -> None:
        """The generators have read everything."""
        for generator in generators:
            self.context = generator.context
            for key in ("generated_content", "static_content"):
                for post in self.context[key].values():
                    self._posts[name(post)] = post

    def find(self, named: str) -> Any:
        """The post of this name; None if there is none."""
        return self._posts.get(named)

    def named(self, owner: Any) -> str:
        """The name of a post that no other has; ``""`` of anything else."""
        if not isinstance(owner, Content):
            return ""
        known = name(owner)
        return known if self._posts.get(known) is owner else ""

    def name(self, value: Any) -> str:
        """The name of an object of the site; ``""`` for what cannot be told from others by one."""
        if isinstance(value, Content):
            return self.named(value)
        # What a template takes from a plain term is not noted: its name has to tell of the other.
        own = isinstance(value, URLWrapper) and not self.term(value)
        return f"{name(value)} of its own" if own else name(value)

    def firm(self, owner: Any, attribute: str) -> bool:
        """Whether a post's attribute is the same until somebody sets it to another."""
        kind = type(owner)
        how = self._kinds.get((kind, attribute))
        if how is None:
            found = next(
                (vars(b)[attribute] for b in kind.__mro__ if attribute in vars(b)), MISSING
            )
            stock = found is PROPERTIES.get(attribute, self)
            how = "stock" if stock else "own" if found is MISSING else ""
            self._kinds[kind, attribute] = how
        if how == "own":
            return attribute in object.__getattribute__(owner, "__dict__")
        return how == "stock"

    def term(self, owner: Any) -> bool:
        """Whether it is a category, tag or author whose name says all there is to say of it."""
        kind = type(owner)
        own = object.__getattribute__(owner, "__dict__")
        called, slug = own.get("_name"), own.get("_slug")
        return (
            kind in TERMS
            and TERMS[kind] == tuple(getattr(kind, word) for word in WORDS)
            and own.keys() <= HELD
            and own.get("_slug_from_name") is True
            and type(called) is str
            and own.get("name", called) == called
            and own.get("slug", slug) == slug
        )

    def shortcut(self, owner: Any, attribute: str) -> str:
        """Body and summary follow from the body's source, where it has no link to resolve."""
        if attribute not in ("content", "summary") or not isinstance(owner, Content):
            return ""
        own = object.__getattribute__(owner, "__dict__")
        raw = own.get("_content")
        if not (self._plain and isinstance(raw, str)) or "_get_content" in own:
            return ""
        if attribute == "summary" and "summary" in own["metadata"]:
            return ""
        known = self._raws.get(mark(owner))
        if known is None or known[0] is not raw:
            linked = "{" in raw or "|" in raw or not _is_stock(type(owner))
            known = self._raws[mark(owner)] = (raw, "" if linked else digest(raw))
        return known[1] and f"{attribute} of {known[1]}"


def name(value: Any) -> str:
    """The name of an object of the site's model; ``""`` for anything else."""
    if isinstance(value, Content):
        return f"{type(value).__name__} {object.__getattribute__(value, 'source_path')}"
    if isinstance(value, URLWrapper):
        return f"{type(value).__name__} {object.__getattribute__(value, '_name')}"
    return type(value).__name__ if isinstance(value, Paginator | Page) else ""


def _is_stock(kind: type) -> bool:
    """Whether body and summary are made as Pelican makes them."""
    for made, stock in STOCK.items():
        if next(vars(base)[made] for base in kind.__mro__ if made in vars(base)) is not stock:
            return False
    return True
