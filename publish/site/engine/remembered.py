"""Pelican's answers that cannot change during a run, given again without being worked out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pelican import urlwrappers
from pelican.contents import Content


def remember() -> None:
    """Put memories in front of what Pelican works out thousands of times; called once."""
    Content.get_relative_source_path = _places(Content.get_relative_source_path)
    urlwrappers.slugify = _slugs(urlwrappers.slugify)


def _places(stock: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    def get_relative_source_path(content: Any, source_path: str | None = None) -> Any:
        asked = source_path or content.source_path
        if asked not in known:
            known[asked] = stock(content, source_path)
        return known[asked]

    return get_relative_source_path


def _slugs(stock: Callable[..., str]) -> Callable[..., str]:
    known: dict[Any, tuple[Any, str]] = {}

    def slugify(value: str, regex_subs: Any = (), **how: Any) -> str:
        # A name may be of another type that only looks the same; rules are told by identity.
        asked = (value, type(value), id(regex_subs), *how.items())
        if asked not in known:
            known[asked] = regex_subs, stock(value, regex_subs=regex_subs, **how)
        return known[asked][1]

    return slugify
