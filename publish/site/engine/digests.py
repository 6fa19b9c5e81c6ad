"""The fingerprints of posts, of their attributes and of long lists, each worked out once a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publish.site.engine.fingerprint import fingerprint, name

MISSING = b"missing"
_APART = {"settings", "_context", "_output_location_referenced"}


class Digests:
    """``posts`` are all posts, pages and static files by their names in records."""

    def __init__(self, posts: Mapping[str, Any], siteurl: str) -> None:
        self._posts, self._siteurl = posts, siteurl
        self._lists: dict[int, tuple[bytes | None, Any]] = {}
        self._records: dict[str, bytes | None] = {}

    def of(self, value: Any) -> bytes | None:
        """Long lists are shown on many pages, and fingerprinted once."""
        if not isinstance(value, list):
            return fingerprint(value)
        known = self._lists.get(id(value))
        if known is None:
            known = self._lists[id(value)] = fingerprint(list(value)), value
        return known[0]

    def record(self, called: str) -> bytes | None:
        if called not in self._records:
            post = self._posts[called]
            own = {key: value for key, value in vars(post).items() if key not in _APART}
            if self._leads(post):
                own["content"] = post.get_content(self._siteurl)
            self._records[called] = fingerprint(own)
        return self._records[called]

    @staticmethod
    def _leads(post: Any) -> bool:
        """Whether its body has links that are resolved by what other posts are now."""
        body: str = getattr(post, "_content", None) or ""
        return "{" in body or "|" in body or hasattr(post, "_get_content")

    def fact(self, post: Any, attribute: str) -> bytes | None:
        own = vars(post)
        if attribute in own and attribute not in _APART:
            return fingerprint(own[attribute])
        if attribute == "settings":
            return b"settings"  # part of the key
        if attribute == "content":
            if self._leads(post):
                return fingerprint(post.get_content(self._siteurl))
            return fingerprint(post._content)
        if attribute == "summary" and "summary" in post.metadata:
            return fingerprint(post.metadata["summary"])
        if attribute in ("url", "save_as", "status"):
            return fingerprint(getattr(post, attribute))
        if attribute != "*" and not hasattr(type(post), attribute):
            return MISSING if not hasattr(post, attribute) else None
        record = self.record(name(post))
        return None if record is None else b"whole" + record
