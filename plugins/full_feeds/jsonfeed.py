"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) for the site and each category."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from publish.post.text import plain

from .channel import Channel, channel
from .item import Item, Items


def write_all(generator: Any, writer: Any) -> None:
    """Write ``FEED_ALL_JSON`` and ``CATEGORY_FEED_JSON``; nothing where they are not set."""
    settings = generator.settings
    # Another plugin's writer has no ``items``.
    items = getattr(writer, "items", None)
    items = items if isinstance(items, Items) else Items()
    if path := settings.get("FEED_ALL_JSON"):
        # Translations too, as in Pelican's own feeds of the whole site.
        everything = [*generator.articles, *generator.translations]
        _write(writer, items, everything, generator.context, path, "")
    if pattern := settings.get("CATEGORY_FEED_JSON"):
        for category, articles in generator.categories:
            path = str(pattern).format(slug=category.slug)
            _write(writer, items, articles, generator.context, path, category.name)


def document(feed: Channel) -> dict[str, Any]:
    """The feed in JSON's own types, keys in the order of the specification."""
    hubs = [{"type": "WebSub", "url": hub} for hub in feed.hubs]
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "description": feed.description,
        "language": feed.language,
        **({"hubs": hubs} if hubs else {}),
        "items": [_entry(item) for item in feed.items],
    }


def _entry(item: Item) -> dict[str, Any]:
    picture = item.picture
    entry: dict[str, Any] = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.content,
        "summary": plain(item.gist),
        "image": picture.url if picture else None,
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": name} for name in item.authors],
        "tags": list(dict.fromkeys((*item.categories, *item.tags))),
        "language": item.language,
        "attachments": [],
    }
    if picture and picture.length is not None:
        size = {"mime_type": picture.type, "size_in_bytes": picture.length}
        entry["attachments"] = [{"url": picture.url, **size}]
    # Empty properties are left out, except the content, which the specification requires.
    return {key: value for key, value in entry.items() if value or key == "content_html"}


def _write(
    writer: Any, items: Items, articles: Iterable[Any], context: Any, path: str, title: str
) -> None:
    from .writer import write

    facts = channel(context, items.newest(articles, context), path, None, title)
    write(writer, path, ("json", facts.fingerprint), context, lambda: document(facts), _text)


def _text(feed: dict[str, Any]) -> str:
    return json.dumps(feed, ensure_ascii=False, indent=2) + "\n"
