"""A digest of a post's content. Nothing here changes its argument."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from publish.post.contents import digest_of
from publish.post.frontmatter import names


def page_digest(content: Any, known: Mapping[bytes, str] | None = None) -> tuple[bytes, str]:
    """A key for the content's own facts and their digest (32 hex digits), which is taken from
    ``known`` by the key where it is there.

    It does not depend on ``SITEURL`` or the theme: internal links count as written
    (``{filename}other.md``), not as resolved.
    """
    facts = [
        ["title", _text(getattr(content, "title", ""))],
        ["summary", _text(content.metadata.get("summary"))],
        ["date", _text(getattr(content, "date", None))],
        ["modified", _text(getattr(content, "modified", None))],
        ["categories", names(_text(content.metadata.get("category")))],
        ["tags", [_text(tag) for tag in getattr(content, "tags", None) or ()]],
        ["authors", [_text(author) for author in getattr(content, "authors", None) or ()]],
        ["lang", _text(getattr(content, "lang", ""))],
        ["image", _text(content.metadata.get("image"))],
        ["image_alt", _text(content.metadata.get("image_alt"))],
    ]
    body = content._content or ""
    mark = hashlib.sha256(f"{digest_of(body)}{_written(facts)}".encode()).digest()[:16]
    if known and (found := known.get(mark)):
        return mark, found
    facts.append(["body", body])
    return mark, hashlib.sha256(_written(facts).encode()).hexdigest()[:32]


_written = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
