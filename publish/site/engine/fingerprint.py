"""Fingerprints: short digests of values passed to templates or readers, and of posts and lists.

Posts are represented by name: the attributes that a page shows are tracked one by one
(``tracking``). Everything else is digested with all its contents. Some values (a function of the
site's own, an open file, a cycle) have no fingerprint.
"""

from __future__ import annotations

import functools
import io
import pickle
import types
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import URLWrapper

from publish.post.contents import digest_of, has_links

_OWN = {"settings", "_name", "_slug", "_slug_from_name", "name", "slug"}
_REBUILDING = {"builtins", "_codecs", "collections", "operator", "copyreg", __name__}
"""Modules whose functions pickle refers to for rebuilding values."""


@functools.cache
def name_of(content: Any) -> str:
    """The name of a post, page or static file in all records."""
    return f"{type(content).__name__} {content.source_path}"


def of_bytes(data: bytes) -> bytes:
    """A digest of bytes."""
    return blake2b(data, digest_size=16).digest()


def fingerprint(value: Any) -> bytes | None:
    """The digest of ``value``; equal values have equal ones. None if it has none."""
    kind = type(value)
    if kind in _ATOMS:
        text = value if kind is str else f"{kind.__name__} {value}"
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=12, person=b"text" if kind is str else b"").digest()
    if isinstance(value, type):
        return None
    stream = io.BytesIO()
    pickler = _Pickler(stream, 5)
    pickler.fast = True  # no memo: equal values give equal bytes, with parts shared or not
    pickler.memo = _MEMO
    try:
        pickler.dump(value)
    except Exception:  # pickle may raise anything
        return None
    return blake2b(stream.getbuffer(), digest_size=12).digest()


def _reference(*what: Any) -> None:
    """A placeholder for an object in the digested bytes, which are never unpickled."""


_ATOMS = (str, bool, int, types.NoneType)
_MEMO = {id(_reference): (0, _reference)}
"""The initial memo of every pickler: a reference to it replaces most objects."""


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """Replaces posts, terms, list pages and functions."""
        kind: Any = type(value)
        return _rule(kind)(value)


def _post(value: Any) -> Any:
    return _reference, (name_of(value),)


def _term(value: Any) -> Any:
    own, kind = vars(value), type(value)
    more = {k: v for k, v in own.items() if k not in _OWN}
    slug = not own["_slug_from_name"] and own["_slug"]
    return _reference, (kind.__module__, kind.__qualname__, own["_name"], slug, more)


def _list_page(value: Any) -> Any:
    place = value.number, value.paginator.num_pages, value.url, value.save_as
    return _reference, (type(value), place, list(value.object_list))


def _paginator(value: Any) -> Any:
    return _reference, (type(value), value.name, value.per_page, list(value.object_list))


def _zone(value: Any) -> Any:
    return (_reference, ("ZoneInfo", value.key)) if value.key else NotImplemented


def _function(value: Any) -> Any:
    if value is _reference:
        return NotImplemented
    raise pickle.PicklingError("a function may know anything")


def _builtin(value: Any) -> Any:
    home = value.__module__ or type(value.__self__).__module__
    if home not in _REBUILDING and isinstance(value.__self__, types.ModuleType):
        raise pickle.PicklingError("a function may know anything")
    if value.__name__ in CLOCK:
        raise pickle.PicklingError("the clock")
    return NotImplemented


_RULES: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Content, _post), (URLWrapper, _term), (Page, _list_page), (Paginator, _paginator),
    (types.FunctionType, _function), (types.MethodType, _function),
    (types.BuiltinFunctionType, _builtin), (ZoneInfo, _zone), (object, lambda _: NotImplemented),
)  # fmt: skip


@functools.cache
def _rule(kind: Any) -> Callable[[Any], Any]:
    return next(how for base, how in _RULES if issubclass(kind, base))


CLOCK = {"now", "today", "utcnow", "time", "time_ns"}
"""Methods whose result differs with every call."""


MISSING = b"missing"
"""The fingerprint of a missing value."""
_APART = {"settings", "_context", "_output_location_referenced"}
_SAME = b"as the attribute"
_OBJECTS = (Content, URLWrapper)


def _of_object(value: Any) -> bytes | None:
    if isinstance(value, Content):
        return of_bytes(b"post" + name_of(value).encode("utf-8", "surrogatepass"))
    if isinstance(value, list) and all(isinstance(each, Content) for each in value):
        return of_bytes(b"posts" + "\0".join(map(name_of, value)).encode("utf-8", "surrogatepass"))
    return fingerprint(list(value) if isinstance(value, list) else value)


class Digests:
    """The fingerprints of posts, their attributes, and values shown on many pages, memoized for a
    run. ``posts`` are all posts, pages and static files by their names in records."""

    def __init__(self, posts: Mapping[str, Any], siteurl: str) -> None:
        self._posts, self._siteurl = posts, siteurl
        self._known: dict[int, tuple[bytes | None, Any]] = {}
        self._records: dict[str, bytes | None] = {}

    def of(self, value: Any) -> bytes | None:
        """The fingerprint, memoized for long lists, posts and terms, which many pages show."""
        if not isinstance(value, (list, *_OBJECTS)):
            return fingerprint(value)
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = _of_object(value), value
        return known[0]

    def record(self, name: str) -> bytes | None:
        """The fingerprint of all attributes of a post."""
        if name not in self._records:
            post = self._posts[name]
            held = vars(post)
            own = {key: value for key, value in held.items() if key not in _APART}
            if type(metadata := held.get("metadata")) is dict:
                # The metadata: Pelican has copied it to attributes, which are digested anyway.
                own["metadata"] = {
                    key: _SAME if held.get(key, _SAME) is value else value
                    for key, value in metadata.items()
                }
            if type(body := held.get("_content")) is str:
                own["_content"] = digest_of(body)
            if has_links(post):
                own["content"] = post.get_content(self._siteurl)
            self._records[name] = fingerprint(own)
        return self._records[name]

    def fact(self, post: Any, attribute: str) -> bytes | None:
        """The fingerprint of one attribute of a post; None if it has none."""
        own = vars(post)
        if attribute in own and attribute not in _APART:
            return fingerprint(own[attribute])
        if attribute == "settings":
            return b"settings"  # part of the key
        if attribute == "content":
            if has_links(post):
                return fingerprint(post.get_content(self._siteurl))
            return fingerprint(post._content)
        if attribute == "summary" and "summary" in post.metadata:
            return fingerprint(post.metadata["summary"])
        if attribute in ("url", "save_as", "status"):
            return fingerprint(getattr(post, attribute))
        if attribute != "*" and not hasattr(type(post), attribute):
            return MISSING if not hasattr(post, attribute) else None
        record = self.record(name_of(post))
        return None if record is None else b"whole" + record
