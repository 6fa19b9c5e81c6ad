"""The site's metadata in an export: address, authors, categories and tags."""

from __future__ import annotations

from typing import Any

from publish.importer.model import Channel

PREFIXES = ("wp", "content", "excerpt", "dc")
FIELDS = {"title": "title", "link": "link", "base_site_url": "home", "base_blog_url": "blog"}
"""Elements of the channel, and the fields that their texts become."""


def space_of(tag: str) -> tuple[str, str]:
    """The standard prefix of an element's namespace, and its local name."""
    uri, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if not uri:
        # A prefix that the export does not declare has its usual meaning.
        prefix, colon, rest = local.partition(":")
        return (prefix if prefix in PREFIXES else "?", rest) if colon else ("", local)
    if "wordpress.org/export/" in uri:
        return ("excerpt" if "/excerpt" in uri else "wp"), local
    if "/content" in uri:
        return "content", local
    return ("dc" if "purl.org/dc" in uri else "?"), local


def children(element: Any) -> dict[str, str]:
    """The WordPress child elements by name; the first of several counts."""
    found: dict[str, str] = {}
    for child in element:
        if space_of(child.tag)[0] == "wp":
            found.setdefault(space_of(child.tag)[1], (child.text or "").strip())
    return found


def take(channel: Channel, space: str, local: str, element: Any) -> None:
    """Note one child of the ``<channel>``; the first of several counts."""
    if space == "wp" and local == "author":
        values = children(element)
        if login := values.get("author_login") or values.get("wp_author_login", ""):
            names = (values.get("author_first_name", ""), values.get("author_last_name", ""))
            if name := values.get("author_display_name") or " ".join(names).strip():
                channel.authors.setdefault(login, name)
    elif space == "wp" and local in ("category", "tag", "term"):
        _term(channel, local, children(element))
    elif space in ("", "wp") and local in FIELDS and not getattr(channel, FIELDS[local]):
        setattr(channel, FIELDS[local], (element.text or "").strip())


def _term(channel: Channel, local: str, values: dict[str, str]) -> None:
    kind, slug, name = {
        "category": ("category", "category_nicename", "cat_name"),
        "tag": ("post_tag", "tag_slug", "tag_name"),
        "term": (values.get("term_taxonomy", ""), "term_slug", "term_name"),
    }[local]
    place = (kind, values.get(slug, ""))
    channel.terms.setdefault(place, values.get(name) or place[1])
    if parent := values.get("category_parent"):
        channel.parents[place[1]] = parent
    if said := values.get(f"{local}_description"):
        channel.described.setdefault(place, said)
