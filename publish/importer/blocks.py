"""Blocks (``<!-- wp:… -->``) become HTML: Gutenberg's, Divi 5's, and any other plugin's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from publish.importer import divi, tree
from publish.importer.expand import Context, _dynamic, expand, module, referred

OPEN = re.compile(r"<!--\s+(?P<close>/)?wp:(?P<name>[a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?=\s)")
END = re.compile(r"\s*(?P<void>/)?-->")
DEPTH = 64
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
SILENT = {"post-title", "site-title", "site-logo", "site-tagline", "post-date", "post-author"}


@dataclass
class Block:
    """A block: its attributes, and text and blocks inside in their order."""

    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    inside: list[Block | str] = field(default_factory=list)


def parse(text: str) -> list[Block | str]:
    """Text and blocks in their order; what is not closed reaches to its parent's end."""
    root = Block("")
    stack = [root]
    at = 0
    for start, end, name, closing, attributes, void in _tokens(text):
        if start > at:
            stack[-1].inside.append(text[at:start])
        at = end
        if closing:
            for back in range(len(stack) - 1, 0, -1):
                if stack[back].name == name:
                    del stack[back:]
                    break
            continue
        block = Block(name, attributes)
        stack[-1].inside.append(block)
        if not void and len(stack) < DEPTH:
            stack.append(block)
    if at < len(text):
        stack[-1].inside.append(text[at:])
    return root.inside


def _tokens(text: str) -> list[tuple[int, int, str, bool, Mapping[str, Any], bool]]:
    found: list[tuple[int, int, str, bool, Mapping[str, Any], bool]] = []
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
        found.append(
            (match.start(), end.end(), name, bool(match["close"]), attributes, bool(end["void"]))
        )
        at = end.end()
    return found


def _attributes(text: str, at: int, decoder: json.JSONDecoder) -> tuple[Mapping[str, Any], int]:
    try:
        # The end is the decoder's to find: a value may hold "-->".
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
    nodes = parse(text)
    return "".join(_top(node, context) for node in nodes)


def _top(node: Block | str, context: Context) -> str:
    if isinstance(node, str):
        # Between two blocks stands what the classic editor wrote.
        return f'<div data-autop="on">{expand(node, context)}</div>' if node.strip() else "\n"
    return _block(node, context)


def _inside(block: Block, context: Context) -> str:
    return "".join(
        expand(node, context) if isinstance(node, str) else _block(node, context)
        for node in block.inside
    )


def _block(block: Block, context: Context) -> str:
    name = block.name
    if name.startswith("divi/"):
        return _divi(block, context)
    if name == "block":
        number = block.attributes.get("ref")
        if isinstance(number, int | str) and str(number).isdigit():
            return (
                f'<div data-group="1">{referred(int(number), "block", "wp:block", context)}</div>'
            )
    if name in ("freeform", "shortcode"):
        return f'<div data-autop="on">{_inside(block, context)}</div>'
    if name in ("more", "nextpage", "spacer"):
        if name == "nextpage":
            context.lose("pages-joined")
        return "\n"
    if name == "footnotes":
        return '<div data-footnotes="1"></div>'
    if name in SILENT:
        return ""
    if name == "html":
        return f'<div data-autop="off">{_inside(block, context)}</div>'
    if name.startswith(("embed", "core-embed/")):
        return _embed(block, context)
    inside = _inside(block, context)
    url = str(block.attributes.get("url") or "")
    if name in ("social-link", "navigation-link") and url:
        words = block.attributes.get("label") or block.attributes.get("service") or url
        return f"<li>{divi._linked(str(words), url)}</li>"
    if name == "social-links":
        return f'<div data-call="1">{inside}</div>'
    if name == "cover" and url and "<img" not in inside:
        inside = f'<img src="{escape(url)}" alt="">{inside}'
    if name in DYNAMIC or (not inside.strip() and any(w in name for w in FORMS)):
        words = tree.bare(inside) or str(block.attributes.get("label") or "")
        context.lose(
            "form-dropped" if any(w in name for w in FORMS) else "module-dropped",
            f"wp:{name}",
            words,
        )
        return inside if name not in ("search", "page-list") else ""
    if not inside.strip() and block.attributes:
        inside = _words(block, context)
    if name in ("group", "columns", "cover", "media-text"):
        return f'<div data-group="1">{inside}</div>'
    if name in ("buttons", "button"):
        return f'<div data-call="1">{inside}</div>'
    return inside


def _words(block: Block, context: Context) -> str:
    """The words of a block that keeps them in its attributes."""
    found = [(k, v) for k, v in _leaves(block.attributes, 0) if k and v != block.name]
    fields = {
        key: value for key, value in found
        if key in ("url", "src", "alt", "link") or divi.is_words(key, value)
    }  # fmt: skip
    words = " ".join(value for key, value in fields.items() if divi.is_words(key, value))
    if not words:
        if block.name not in ("separator", "image", "gallery") and "/" in block.name:
            context.lose("module-dropped", f"wp:{block.name}")
        return ""
    context.lose("unknown-shortcode", f"wp:{block.name}", words)
    return expand(divi.unknown(fields, ""), context)


def _leaves(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Every text of a block's attributes with its key, in their order; two of one key apart."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, str):
            yield str(key), inner
        elif isinstance(inner, dict | list) and depth < 8:
            for name, text in _leaves(inner, depth + 1):
                yield (name if isinstance(value, dict) else f"{name}_{int(key) + 1}"), text


def _embed(block: Block, context: Context) -> str:
    inside = _inside(block, context)
    url = str(block.attributes.get("url") or "")
    note = re.search(r"<figcaption[^<>]*>.*?</figcaption>", inside, re.S)
    if not url:
        found = re.search(r"https?://[^\s<>\"]+", inside)
        url = found[0] if found else ""
    frame = divi._media(url, str(block.attributes.get("providerNameSlug") or "")) if url else ""
    return f"<figure>{frame}{note[0] if note else ''}</figure>"


# Divi 5 ---------------------------------------------------------------------------------------

ELEMENTS = {
    "imageIcon": "image", "image": "image", "portrait": "portrait_url", "photo": "image_url",
    "logo": "logo_image_url", "headerImage": "header_image_url", "buttonOne": "button_one",
    "buttonTwo": "button_two", "jobTitle": "job_title", "company": "company_name",
    "companyName": "company_name", "subtitle": "subhead", "subHead": "subhead",
    "galleryIds": "gallery_ids", "imageGallery": "gallery_ids", "artistName": "artist_name",
    "albumName": "album_name", "dateTime": "date_time", "barProgress": "percent",
    "footer": "footer_content", "footerContent": "footer_content",
}  # fmt: skip
"""Divi 5's elements, by what Divi 4 called the field."""
SPECIAL = {
    "sum", "percent", "number", "artist_name", "album_name", "gallery_ids", "author", "position",
}  # fmt: skip
"""Fields that a part takes without naming them."""
DIVI_IMAGES = {
    "image": "src", "fullwidth-image": "src", "video": "src", "video-slider-item": "src",
    "audio": "audio",
}  # fmt: skip
PICTURE_FIELDS = {
    "team-member": "image_url", "testimonial": "portrait_url",
    "fullwidth-header": "header_image_url",
}  # fmt: skip


NETWORKS = ("facebook", "twitter", "google", "linkedin")
TAKEN = {"text", "src", "url", "linkUrl", "alt", "titleText", "ids", "currency", "per",
         "linkTarget", "rel", "id", "type", "unicode", "weight", "lat",
         "lng", "zoom", "icon"}  # fmt: skip
"""What of an element's value is looked at by its name, or is no word."""


def _divi(block: Block, context: Context) -> str:
    name = block.name.removeprefix("divi/")
    if name in ("global-layout", "global-module") or block.attributes.get("globalModule"):
        number = str(block.attributes.get("globalModule") or block.attributes.get("ref") or "")
        if number.isdigit() and not block.inside and set(block.attributes) <= {
            "globalModule", "ref", "globalParent", "localAttrs", "builderVersion",
        }:  # fmt: skip
            return referred(int(number), "module", block.name, context)
    inside = "".join(
        _text(node, context) if isinstance(node, str) else _block(node, context)
        for node in block.inside
    )
    if raw := block.attributes.get(""):
        context.lose("words-differ", block.name, str(raw))
        inside = f"{escape(_strings(str(raw)))}{inside}"
    fields, body = _fields(name, block.attributes, context)
    if name in ("code", "fullwidth-code"):
        return f'<div data-autop="off">{body}{inside}</div>'
    rest = "".join(
        f"<p>{divi._inline(value)}</p>" for key, value in fields.items()
        if key.startswith("+") and value.strip()
    )  # fmt: skip
    made = module(name.replace("-", "_"), block.name, fields, body + inside + rest, context)
    return f'<div data-autop="on">{made}</div>'


def _text(node: str, context: Context) -> str:
    return expand(node, context) if node.strip() else ""


def _strings(raw: str) -> str:
    """The words of attributes that are no JSON."""
    found = re.findall(r'"value":"((?:[^"\\]|\\.)*)', raw)
    words = " ".join(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), f) for f in found)
    return tree.bare(words)


def _fields(name: str, given: Mapping[str, Any], context: Context) -> tuple[dict[str, str], str]:
    """A module's fields by their names in Divi 4, and its text."""
    attributes = dict(given)
    fields: dict[str, str] = {}
    if isinstance(inner := attributes.pop("attrs", None), dict):
        for key, value in inner.items():
            if isinstance(value, str):
                fields[key] = value
            else:
                attributes.setdefault(key, value)
    body = fields.pop("content", "") if name not in ("image",) else ""
    for element, given_value in attributes.items():
        value = given_value
        if not isinstance(value, dict) or "innerContent" not in value:
            continue
        shown = divi.value_of(value["innerContent"])
        key = ELEMENTS.get(element) or re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", element)
        level = divi.value_of(divi.at(value, "decoration", "font", "font"))
        if isinstance(level, dict) and isinstance(level.get("headingLevel"), str):
            fields.setdefault("title_level", level["headingLevel"])
        if isinstance(shown, str) and element in ("content", "description"):
            body += expand(_dynamic(shown, context), context)
        else:
            _take(name, key, shown, fields)
    if ids := divi.picture_ids(attributes, "galleryIds", 0):
        fields.setdefault("gallery_ids", ids)
    url = divi.value_of(divi.at(attributes, "module", "advanced", "link"))
    if isinstance(url, dict) and isinstance(url.get("url"), str):
        fields.setdefault("url", url["url"])
    return {k: _dynamic(v, context) for k, v in fields.items()}, body


def _take(name: str, key: str, shown: Any, fields: dict[str, str]) -> None:
    """Put what one element shows where Divi 4's module has it."""
    if key == "button" or key.startswith("button_"):
        value = shown if isinstance(shown, dict) else {"text": shown}
        text, to = (f"{key}_text", f"{key}_url")
        fields[text] = str(value.get("text") or "")
        fields[to] = fields["button_link"] = str(value.get("linkUrl") or value.get("url") or "")
        return
    if isinstance(shown, dict) and name == "social-media-follow-network":
        fields["social_network"] = str(shown.get("title") or shown.get("text") or "")
        fields["url"] = str(shown.get("link") or shown.get("url") or "")
        return
    if isinstance(shown, dict):
        if src := shown.get("src") or (shown.get("url") if name in PICTURE_FIELDS else None):
            place = DIVI_IMAGES.get(name) or PICTURE_FIELDS.get(name) or key
            fields[place] = str(src)
            fields["alt"] = fields["image_alt"] = fields["logo_alt_text"] = str(
                shown.get("alt") or ""
            )
            if isinstance(shown.get("titleText"), str):
                fields["title_text"] = shown["titleText"]
        if isinstance(shown.get("text"), str):
            _take(name, key, shown["text"], fields)
        link = shown.get("linkUrl") or (None if src else shown.get("url"))
        if isinstance(link, str):
            fields["url"] = link
        for part, value in shown.items():
            if part in NETWORKS and isinstance(value, str):
                fields[f"{part}_url"] = value
            elif part not in TAKEN and isinstance(value, str) and divi.is_words("text", value):
                _take(name, part, value, fields)
        if name in ("pricing-table",) and key in ("currency_frequency", "price"):
            fields["currency"] = str(shown.get("currency") or "")
            fields["per"] = str(shown.get("per") or "")
        if isinstance(shown.get("ids"), list | str):
            ids = shown["ids"]
            fields["gallery_ids"] = ids if isinstance(ids, str) else ",".join(map(str, ids))
        return
    if isinstance(shown, list):
        shown = ",".join(
            str(part.get("id", "") if isinstance(part, dict) else part) for part in shown
        )
    if shown is None or isinstance(shown, bool):
        return
    if key == "price":
        key = "sum"
    name4 = name.replace("-", "_")
    named = {word for part in divi.PARTS.get(name4, ()) for word in part.split()[1:]}
    if name4 == "slide" and key == "title":
        key = "heading"
    if name4 == "pricing_table" and key == "subhead":
        key = "subtitle"
    if name4 == "map_pin" and key == "address":
        key = "pin_address"
    if not divi.known(name4) and key not in divi.WORDS and not str(shown).startswith("http"):
        key = f"{key}_text"
    if (
        divi.known(name4)
        and key not in named
        and key not in SPECIAL
        and not str(shown).startswith("http")
    ):
        key = f"+{key}"
    fields[key] = str(shown)
