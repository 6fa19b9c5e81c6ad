"""A short digest of any value passed to a template or a reader.

Posts stand for themselves by name: what a page shows of one is tracked attribute by attribute
(``tracking``). Everything else counts with all it holds. What cannot be told (a function of the
site's own, an open file, a cycle) has no fingerprint.
"""

from __future__ import annotations

import io
import pickle
import types
from hashlib import blake2b
from typing import Any

from pelican.contents import Content
from pelican.paginator import Page, Paginator
from pelican.urlwrappers import URLWrapper

_OWN = {"settings", "_name", "_slug", "_slug_from_name", "name", "slug"}
_REBUILDING = {"builtins", "_codecs", "collections", "operator", "copyreg", __name__}
"""Modules whose functions pickle itself names to rebuild a value."""


def name(content: Any) -> str:
    """What a post, page or static file is called in every record."""
    return f"{type(content).__name__} {content.source_path}"


def of_bytes(data: bytes) -> bytes:
    """A digest of bytes."""
    return blake2b(data, digest_size=16).digest()


def fingerprint(value: Any) -> bytes | None:
    """The digest of ``value``; equal values have equal ones. None if it has none."""
    if isinstance(value, type):
        return None
    stream = io.BytesIO()
    pickler = _Pickler(stream, 5)
    pickler.fast = True  # no memo: equal values give equal bytes, whether parts are shared or not
    try:
        pickler.dump(value)
    except Exception:  # pickle fails in every way there is
        return None
    return blake2b(stream.getbuffer(), digest_size=12).digest()


def _reference(*what: Any) -> None:
    """Stands in the digested bytes for an object; these bytes are never read again."""


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: Any) -> Any:
        """How posts, terms, list pages and functions count."""
        if isinstance(value, Content):
            return _reference, (name(value),)
        if isinstance(value, URLWrapper):
            own = vars(value)
            more = {k: v for k, v in own.items() if k not in _OWN} if own.keys() - _OWN else 0
            slug = not own["_slug_from_name"] and own["_slug"]
            return _reference, (type(value), own["_name"], slug, more)
        if isinstance(value, Page):
            place = value.number, value.paginator.num_pages, value.url, value.save_as
            return _reference, (type(value), place, list(value.object_list))
        if isinstance(value, Paginator):
            return _reference, (type(value), value.name, value.per_page, list(value.object_list))
        if isinstance(value, types.FunctionType | types.MethodType) and value is not _reference:
            raise pickle.PicklingError("a function may know anything")
        if isinstance(value, types.BuiltinFunctionType):
            home = value.__module__ or type(value.__self__).__module__
            if home not in _REBUILDING and isinstance(value.__self__, types.ModuleType):
                raise pickle.PicklingError("a function may know anything")
            if value.__name__ in CLOCK:
                raise pickle.PicklingError("the clock")
        return NotImplemented


CLOCK = {"now", "today", "utcnow", "time", "time_ns"}
"""Methods whose result differs from call to call."""
