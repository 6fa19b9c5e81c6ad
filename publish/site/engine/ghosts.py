"""Posts as they were when they had just been made, each filled only when somebody looks into it.

Of a thousand posts a small edit looks into a few. The rest are ghosts: they have what Pelican
sorts and lists them by, and the rest of their state waits in the store. A ghost is an article
of Pelican's own class; whatever is missing is put in at the first look.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pelican.contents import Article, Content
from pelican.urlwrappers import Author, Category, Tag, URLWrapper
from pelican.utils import SafeDatetime

from publish.site.engine.values import mark
from publish.site.engine.views import alike

Light = tuple[Any, ...]
"""What a ghost has from the start, in marshal's own types."""
PLAIN = ("_status", "slug", "lang", "in_default_lang", "source_path", "relative_source_path",
         "template")  # fmt: skip
"""Attributes of plain values that every ghost has."""


class Damaged(BaseException):
    """A ghost cannot be filled: what was stored is not what was written.

    No error: nobody who handles errors shall handle it.
    """


class Ghost:
    """What is known of a ghost: the light values it was given, and how to get the rest."""

    __slots__ = (
        "addresses", "filled", "given", "keys", "linked", "links", "lists", "post", "stored",
        "untouched", "words",
    )  # fmt: skip

    def __init__(self, post: Any, light: Light, stored: Callable[[], bytes]) -> None:
        self.post, self.stored, self.filled = post, stored, False
        self.untouched: bool | None = None
        self.addresses, self.links, self.linked, self.keys = light[3:]
        self.given = dict(own(post))
        # Somebody may change a list in its place.
        self.lists = {n: tuple(self.given[n]) for n in ("tags", "authors") if n in self.given}
        terms = [self.given[n] for n in ("category", "author") if n in self.given]
        terms += [term for listed in self.lists.values() for term in listed]
        self.words = {mark(term): own(term)["_name"] for term in terms}

    def plain(self, term: Any) -> bool:
        """Whether one of its terms is what it was."""
        return _plain(term) and own(term)["_name"] == self.words.get(mark(term))


class Ghosts:
    """The ghosts of this run that nobody has looked into, by their number in memory."""

    def __init__(self) -> None:
        self.waiting: dict[int, Ghost] = {}
        self._calm = False

    def calm(self, calm: bool) -> None:
        """From now on nobody but templates touches a ghost, or somebody may."""
        self._calm = calm

    def install(self) -> None:
        """Let Pelican's contents fill themselves when they are looked into."""
        waiting = self.waiting

        def absent(post: Any, name: str) -> Any:
            ghost = waiting.get(mark(post))
            if ghost is None or name not in ghost.keys:
                raise AttributeError(
                    f"{type(post).__name__!r} object has no attribute {name!r}", name=name, obj=post
                )
            self.fill(post)
            return getattr(post, name)

        def reduced(post: Any, protocol: Any) -> Any:
            self.fill(post)
            return object.__reduce_ex__(post, protocol)

        def deleted(post: Any, name: str) -> None:
            self.fill(post)
            object.__delattr__(post, name)

        def address(stock: Any, post: Any, key: str) -> Any:
            ghost = waiting.get(mark(post))
            if ghost is not None and self.untouched(ghost):
                return ghost.addresses[key == "save_as"]
            return stock(post, key)

        def place(stock: Any, post: Any, source_path: Any = None) -> Any:
            if source_path is None and mark(post) in waiting:
                return own(post)["relative_source_path"]
            return stock(post, source_path)

        def valid(stock: Any, post: Any) -> Any:
            return mark(post) in waiting or stock(post)

        def links(stock: Any, post: Any) -> Any:
            ghost = waiting.get(mark(post))
            return set(ghost.links) if ghost is not None else stock(post)

        def refresh(stock: Any, post: Any) -> None:
            ghost = waiting.get(mark(post))
            if ghost is None or ghost.linked or not self.untouched(ghost):
                stock(post)

        Content.__getattr__ = absent
        Content.__reduce_ex__ = reduced
        Content.__delattr__ = deleted
        for name, ours in (
            ("get_url_setting", address), ("is_valid", valid), ("get_static_links", links),
            ("refresh_metadata_intersite_links", refresh), ("get_relative_source_path", place),
        ):  # fmt: skip
            setattr(Content, name, _around(getattr(Content, name), ours))

    def plain(self, post: Any) -> bool:
        """Whether ``post`` is a ghost, and has no link to resolve."""
        ghost = self.waiting.get(mark(post))
        return ghost is not None and not ghost.linked

    def untouched(self, ghost: Ghost) -> bool:
        """Whether the ghost has its light values still, and nobody has added to its address."""
        if not self._calm:
            return self._untouched(ghost)
        if ghost.untouched is None:
            ghost.untouched = self._untouched(ghost)
        return ghost.untouched

    def _untouched(self, ghost: Ghost) -> bool:
        held, given = own(ghost.post), ghost.given
        if not all(held.get(name) is value for name, value in given.items()):
            return False
        if not all(ghost.plain(given[n]) for n in ("category", "author") if n in given):
            return False
        return not any(
            name in ghost.keys or hasattr(Article, name) or name.startswith(("_", "override_"))
            for name in self.added(ghost)
        )

    @staticmethod
    def lists(ghost: Ghost) -> set[str]:
        """Which of its lists are not as they were, in what they hold or what that says."""
        return {
            name for name, terms in ghost.lists.items()
            if not alike(ghost.given[name], terms) or not all(map(ghost.plain, terms))
        }  # fmt: skip

    @staticmethod
    def added(ghost: Ghost) -> set[str]:
        """What somebody has put on it."""
        return own(ghost.post).keys() - ghost.given.keys() - {"translations"}

    def make(self, light: Light, stored: Callable[[], bytes], settings: Any, context: Any) -> Any:
        """A ghost of these values; None if its moment has not come."""
        plain, date, (category, tags, authors, author) = light[:3]
        moment = SafeDatetime(*date[:7], tzinfo=ZoneInfo(date[7]), fold=date[8])
        if moment > datetime.now(UTC):
            return None
        post = Article.__new__(Article)
        held = own(post)
        held["settings"], held["_context"], held["date"] = settings, context, moment
        held.update(zip(PLAIN, plain, strict=True))
        if category:
            held["category"] = _term(Category, category, settings)
        if tags is not None:
            held["tags"] = [_term(Tag, tag, settings) for tag in tags]
        if authors is not None:
            held["authors"] = [_term(Author, each, settings) for each in authors]
        if author is not None:
            held["author"] = held["authors"][author]
        self.waiting[mark(post)] = Ghost(post, light, stored)
        return post

    def fill(self, post: Any) -> None:
        """Put in what is missing, if ``post`` is a ghost.

        Raises:
            Damaged: it cannot be had.
        """
        ghost = self.waiting.pop(mark(post), None)
        if ghost is None:
            return
        try:
            state = _Unpickler(ghost.stored(), _shared(ghost.given, ghost.lists)).load()
        except Exception as error:  # pickle fails in every way there is
            raise Damaged from error
        ghost.filled = True
        held = own(post)
        state.update(held)
        held.clear()
        held.update(state)


_KEYS: dict[frozenset[str], frozenset[str]] = {}


def packed(post: Any) -> tuple[Light, bytes] | None:
    """What a ghost of ``post``, just made, is made of; None if it cannot be one."""
    held = own(post)
    date: Any = held.get("date")
    metadata = held.get("metadata")
    if type(post) is not Article or type(date) is not SafeDatetime or type(metadata) is not dict:
        return None
    if type(date.tzinfo) is not ZoneInfo or not date.tzinfo.key or date > datetime.now(UTC):
        return None
    if "translation" in metadata or any(key.startswith("override_") for key in held):
        return None
    try:
        plain = tuple(held[name] for name in PLAIN)
        terms = _terms(held)
        addresses = (post.url, post.save_as)
        links = tuple(post.get_static_links())
    except Exception:  # a settings file may say anything; Pelican will complain of it
        return None
    if terms is None or any(type(v) not in (str, bool) for v in (*plain, *addresses)):
        return None
    texts = [held["_content"], *(str(value) for value in metadata.values())]
    linked = any("{" in text or "|" in text for text in texts)
    moment = (*date.timetuple()[:6], date.microsecond, date.tzinfo.key, date.fold)
    state = {name: value for name, value in held.items() if name not in ("settings", "_context")}
    stored = io.BytesIO()
    try:
        _Pickler(stored, _shared(held, held)).dump(state)
    except Exception:  # a reader may put anything into its metadata
        return None
    keys = frozenset(held)
    light = (plain, moment, terms, addresses, links, linked, _KEYS.setdefault(keys, keys))
    return light, stored.getvalue()


def own(thing: Any) -> dict[str, Any]:
    """An object's own dictionary, without anybody noticing the look."""
    found: dict[str, Any] = object.__getattribute__(thing, "__dict__")
    return found


def _terms(held: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Category, tags, authors and which of these is the author; None if one is out of the way."""
    category, tags = held.get("category"), held.get("tags")
    authors, author = held.get("authors"), held.get("author")
    for kind, terms in ((Category, [category] if category else []), (Tag, tags), (Author, authors)):
        if terms is not None and type(terms) is not list:
            return None
        if any(type(t) is not kind or not _plain(t) for t in terms or ()):
            return None
    place = None
    if author is not None:
        place = next((n for n, a in enumerate(authors or ()) if a is author), None)
        if place is None:
            return None
    words = [None if terms is None else tuple((t._name, t.slug) for t in terms)
             for terms in (tags, authors)]  # fmt: skip
    return (category and (category._name, category.slug), *words, place)


def _plain(term: URLWrapper) -> bool:
    held = own(term)
    plain = held.keys() <= {"settings", "_name", "_slug", "_slug_from_name", "name", "slug"}
    return plain and held["_slug_from_name"] is True and bool(held["_slug"] or term.slug)


def _term(kind: Any, word: tuple[str, str], settings: Any) -> Any:
    term = kind.__new__(kind)
    own(term).update(settings=settings, _name=word[0], _slug=word[1], _slug_from_name=True)
    return term


def _shared(held: Mapping[str, Any], lists: Mapping[Any, Any]) -> dict[str, Any]:
    """The objects that a ghost has before the rest of its state, by names of their own.

    ``lists`` has what its lists held when it was made.
    """
    names = ("settings", "_context", "date", "category", "tags", "authors")
    shared = {name: held[name] for name in names if held.get(name) is not None}
    for name in ("tags", "authors"):
        shared |= {f"{name} {n}": term for n, term in enumerate(lists.get(name) or ())}
    return shared


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, shared: Mapping[str, Any]) -> None:
        super().__init__(stream, protocol=5)
        self._names = {mark(value): name for name, value in shared.items()}

    def persistent_id(self, obj: Any) -> str | None:
        """Names what a ghost has already."""
        return self._names.get(mark(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, stored: bytes, shared: Mapping[str, Any]) -> None:
        super().__init__(io.BytesIO(stored))
        self._shared = shared

    def persistent_load(self, name: Any) -> Any:
        """What the ghost has already."""
        return self._shared[name]


def _around(stock: Any, ours: Callable[..., Any]) -> Any:
    def hooked(post: Any, *args: Any, **named: Any) -> Any:
        return ours(stock, post, *args, **named)

    return hooked
