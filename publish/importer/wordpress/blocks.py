"""Codes (``<!-- wp:… -->``) become HTML: Gutenberg's, Divi 5's, and any other plugin's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from publish.importer.model import number_of
from publish.importer.wordpress import divi, divi5, fragments
from publish.importer.wordpress.expand import Context, expand, referred
from publish.importer.wordpress.nesting import Code, Mark, nested
from publish.post.text import plain

OPEN = re.compile(r"<!--\s+(?P<close>/)?wp:(?P<name>[a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?=\s)")
END = re.compile(r"\s*(?P<void>/)?-->")
DYNAMIC = {
    "latest-posts", "latest-comments", "archives", "categories", "tag-cloud", "calendar", "rss",
    "search", "page-list", "navigation", "query", "post-template", "loginout", "comments",
    "post-comments", "post-comments-form", "query-pagination", "template-part",
    "pattern", "terms-query", "jetpack/related-posts", "jetpack/subscriptions",
    "jetpack/contact-form", "jetpack/map", "jetpack/mailchimp", "yoast-seo/breadcrumbs",
    "rank-math/toc-block", "yoast/table-of-contents", "table-of-contents", "avatar",
    "post-navigation-link", "read-more", "widget-group", "legacy-widget",
    "mailpoet/subscription-form-block",
    "contact-form-7/contact-form-selector", "wpforms/form-selector", "gravityforms/form",
}  # fmt: skip
FORMS = ("form", "subscri", "mailchimp", "newsletter")
RAW = {
    "freeform": 'data-autop="on"',
    "shortcode": 'data-autop="on"',
    "html": 'data-autop="off"',
    "social-links": 'data-call="1"',
}
GROUPS = {
    **dict.fromkeys(("group", "columns", "cover", "media-text"), 'data-group="1"'),
    **dict.fromkeys(("buttons", "button"), 'data-call="1"'),
}
WORDS = re.compile(r"(<(?:p|h[1-6]|a|li)\b[^<>]*>).*(</(?:p|h[1-6]|a|li)>)", re.S)
"""What a page may replace in a reusable block, between its first tag of words and the last."""
SCREENS = ("desktop", "tablet", "phone")
SILENT = {"post-title", "site-title", "site-logo", "site-tagline", "post-date", "post-author"}


def _marks(text: str) -> Iterator[Mark]:
    at = 0
    decoder = json.JSONDecoder(strict=False)
    while match := OPEN.search(text, at):
        name = match["name"].removeprefix("core/")
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
        attributes: Mapping[str, Any] = {}
        if text[at : at + 1] == "{":
            attributes, at = _attributes(text, at, decoder)
        end = END.match(text, at)
        if not end:
            continue
        yield Mark(
            match.start(), end.end(), name, bool(match["close"]), attributes, bool(end["void"])
        )
        at = end.end()


def _attributes(text: str, at: int, decoder: json.JSONDecoder) -> tuple[Mapping[str, Any], int]:
    try:
        # The JSON decoder finds the end, as a value may hold "-->".
        found, end = decoder.raw_decode(text, at)
        return (found if isinstance(found, dict) else {}), end
    except (ValueError, RecursionError):
        end = text.find("-->", at)
        end = len(text) if end < 0 else end
        cut = end - 1 if text[end - 1 : end] == "/" else end
        return {"": text[at:cut]}, cut


def to_html(text: str, context: Context) -> str:
    """A body as HTML: blocks, then shortcodes."""
    if "<!-- wp:" not in text and not OPEN.search(text):
        return expand(text, context)
    out = []
    for node in nested(text, _marks(text)):
        if isinstance(node, Code):
            out.append(_block(node, context))
        else:
            # Text between two blocks is the classic editor's.
            here = f'<div data-autop="on">{expand(node, context)}</div>'
            out.append(here if node.strip() else "\n")
    return "".join(out)


def _inside(block: Code, context: Context) -> str:
    return "".join(
        expand(node, context) if isinstance(node, str) else _block(node, context)
        for node in block.inside
    )


def _block(block: Code, context: Context) -> str:
    made = _shown(block, context)
    own = fragments.at(context.own_words, str(fragments.at(block.attributes, "metadata", "name")))
    if words := fragments.at(own, "content") or fragments.at(own, "text"):
        made = WORDS.sub(lambda found: f"{found[1]}{words}{found[2]}", made, 1)
    screens = fragments.at(block.attributes, "module", "decoration", "disabledOn")
    hidden = all(fragments.at(screens, name, "value") == "on" for name in SCREENS)
    if not hidden and fragments.at(block.attributes, "metadata", "blockVisibility") is not False:
        return made
    context.lose("hidden-left", f"wp:{block.name}", plain(made))
    return ""


def _shown(block: Code, context: Context) -> str:
    name = block.name
    if name.startswith("divi/"):
        return divi5.html_of(block, lambda node: _block(node, context), context)
    if name == "block" and (number := number_of(block.attributes.get("ref"))):
        before, context.own_words = context.own_words, block.attributes.get("content")
        words = referred(number, "block", "wp:block", context)
        context.own_words = before
        return f'<div data-group="1">{words}</div>'
    if name in ("more", "nextpage", "spacer", "query-no-results", *SILENT):
        if name == "nextpage":
            context.lose("pages-joined")
        return "" if name in SILENT else "\n"
    if name == "footnotes":
        return '<div data-footnotes="1"></div>'
    if name.startswith(("embed", "core-embed/")):
        return _embed(block, context)
    inside = _inside(block, context)
    url = str(block.attributes.get("url") or "")
    if name in ("social-link", "navigation-link") and url:
        words = block.attributes.get("label") or block.attributes.get("service") or url
        return f"<li>{fragments.linked(str(words), url)}</li>"
    if name == "file":
        # The theme sets the second link apart as a button.
        inside = inside.replace("</a><a", "</a> <a")
    if name == "cover" and url and "<img" not in inside:
        inside = f'<img src="{escape(url)}" alt="">{inside}'
    form = name not in RAW and any(word in name for word in FORMS)
    if name in DYNAMIC or (form and not inside.strip()):
        words = plain(inside) or str(block.attributes.get("label") or "")
        context.lose("form-dropped" if form else "module-dropped", f"wp:{name}", words)
        return inside if name not in ("search", "page-list") else ""
    if not inside.strip() and block.attributes and name not in RAW:
        inside = _words(block, context)
    mark = RAW.get(name) or GROUPS.get(name)
    return f"<div {mark}>{inside}</div>" if mark else inside


def _words(block: Code, context: Context) -> str:
    """The words in a block's attributes."""
    found = [(k, v) for k, v in _leaves(block.attributes, 0) if k and v != block.name]
    fields = {
        key: value
        for key, value in found
        if key in ("url", "src", "alt", "link") or divi.is_words(key, value)
    }
    words = " ".join(value for key, value in fields.items() if divi.is_words(key, value))
    if not words:
        if block.name not in ("separator", "image", "gallery") and "/" in block.name:
            context.lose("module-dropped", f"wp:{block.name}")
        return ""
    context.lose("unknown-shortcode", f"wp:{block.name}", words)
    return expand(divi.unknown(fields, ""), context)


def _leaves(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Every text in a block's attributes with its key, in order."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, str):
            yield str(key), inner
        elif isinstance(inner, dict | list) and depth < 8:
            for name, text in _leaves(inner, depth + 1):
                yield (name if isinstance(value, dict) else f"{name}_{int(key) + 1}"), text


def _embed(block: Code, context: Context) -> str:
    inside = _inside(block, context)
    url = str(block.attributes.get("url") or "")
    note = re.search(r"<figcaption[^<>]*>.*?</figcaption>", inside, re.S)
    if not url:
        found = re.search(r"https?://[^\s<>\"]+", inside)
        url = found[0] if found else ""
    frame = fragments.media(url, str(block.attributes.get("providerNameSlug") or "")) if url else ""
    return f"<figure>{frame}{note[0] if note else ''}</figure>"
