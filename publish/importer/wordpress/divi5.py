"""Converts Divi 5's blocks by mapping their attributes to Divi 4's fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from publish.importer.model import number_of
from publish.importer.wordpress import divi, fragments
from publish.importer.wordpress.expand import Context, dynamic, expand, module, referred
from publish.importer.wordpress.nesting import Code
from publish.post.text import plain

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
RENAMED = {
    ("slide", "title"): "heading",
    ("pricing_table", "subhead"): "subtitle",
    ("map_pin", "address"): "pin_address",
}
"""Fields that one module of Divi 4 called otherwise than the others."""
DIVI_IMAGES = {"image": "src", "video": "src", "video_slider_item": "src", "audio": "audio"}
PICTURE_FIELDS = {
    "team_member": "image_url",
    "testimonial": "portrait_url",
    "fullwidth_header": "header_image_url",
}
REFERRING = {"globalModule", "ref", "globalParent", "localAttrs", "builderVersion"}
"""The attributes of a block that holds nothing of its own."""
TAKEN = {"text", "src", "url", "linkUrl", "alt", "titleText", "ids", "currency", "per",
         "linkTarget", "rel", "id", "type", "unicode", "weight", "lat",
         "lng", "zoom", "icon"}  # fmt: skip
"""Keys of an element's value that are handled by name, or hold no words."""


def html_of(block: Code, inner: Callable[[Code], str], context: Context) -> str:
    """A Divi block as HTML; ``inner`` gives the HTML of the blocks inside."""
    name = divi.name_of(block.name.removeprefix("divi/"))
    if name in ("global_layout", "global_module") or block.attributes.get("globalModule"):
        number = number_of(block.attributes.get("globalModule") or block.attributes.get("ref"))
        if number and not block.inside and set(block.attributes) <= REFERRING:
            return referred(number, "module", block.name, context)
    inside = "".join(
        inner(node) if not isinstance(node, str) else expand(node, context) if node.strip() else ""
        for node in block.inside
    )
    if raw := block.attributes.get(""):
        context.lose("words-differ", block.name, str(raw))
        found = re.findall(r'"value":"((?:[^"\\]|\\.)*)', str(raw))
        words = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), " ".join(found))
        inside = f"{escape(plain(words))}{inside}"
    fields, body = _fields(name, block.attributes, context)
    if name == "code":
        return f'<div data-autop="off">{body}{inside}</div>'
    made = module(name, block.name, fields, body + inside, context)
    return f'<div data-autop="on">{made}</div>'


def _fields(name: str, given: Mapping[str, Any], context: Context) -> tuple[dict[str, str], str]:
    """A module's fields by their names in Divi 4, and its text."""
    attributes = dict(given)
    inner = attributes.pop("attrs", None)
    inner = inner if isinstance(inner, dict) else {}
    fields = {key: value for key, value in inner.items() if isinstance(value, str)}
    attributes = {**inner, **attributes}
    body = fields.pop("content", "") if name != "image" else ""
    for element, value in attributes.items():
        if not isinstance(value, dict) or "innerContent" not in value:
            continue
        shown = value_of(value["innerContent"])
        key = ELEMENTS.get(element) or re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", element)
        level = value_of(fragments.at(value, "decoration", "font", "font"))
        if isinstance(level, dict) and isinstance(level.get("headingLevel"), str):
            fields.setdefault("title_level", level["headingLevel"])
        if isinstance(shown, str) and element in ("content", "description"):
            body += expand(dynamic(shown, context), context)
        else:
            _take(name, key, shown, fields)
    if ids := picture_ids(attributes, "galleryIds", 0):
        fields.setdefault("gallery_ids", ids)
    url = value_of(fragments.at(attributes, "module", "advanced", "link"))
    if isinstance(url, dict) and isinstance(url.get("url"), str):
        fields.setdefault("url", url["url"])
    return {k: dynamic(v, context) for k, v in fields.items()}, body


def _take(name: str, key: str, shown: Any, fields: dict[str, str]) -> None:
    """Put the content of one element into Divi 4's field for it."""
    if key == "button" or key.startswith("button_"):
        value = shown if isinstance(shown, dict) else {"text": shown}
        fields[f"{key}_text"] = str(value.get("text") or "")
        to = str(value.get("linkUrl") or value.get("url") or "")
        fields[f"{key}_url"] = fields["button_link"] = to
        return
    if isinstance(shown, dict):
        if name == "social_media_follow_network":
            fields["social_network"] = str(shown.get("title") or shown.get("text") or "")
            fields["url"] = str(shown.get("link") or shown.get("url") or "")
            return
        if src := shown.get("src") or (shown.get("url") if name in PICTURE_FIELDS else None):
            fields[DIVI_IMAGES.get(name) or PICTURE_FIELDS.get(name) or key] = str(src)
            alt = str(shown.get("alt") or "")
            fields |= dict.fromkeys(("alt", "image_alt", "logo_alt_text"), alt)
        if isinstance(shown.get("text"), str):
            _take(name, key, shown["text"], fields)
        link = shown.get("linkUrl") or (None if src else shown.get("url"))
        if isinstance(link, str):
            fields["url"] = link
        for part, value in shown.items():
            if f"{part}_url" in divi.NETWORKS and isinstance(value, str):
                fields[f"{part}_url"] = value
            elif part not in TAKEN and isinstance(value, str) and divi.is_words("text", value):
                _take(name, part, value, fields)
        fields |= {part: str(shown[part]) for part in ("currency", "per") if shown.get(part)}
        if ids := _ids(shown.get("ids")):
            fields["gallery_ids"] = ids
        return
    if shown is None or isinstance(shown, bool):
        return
    shown = _ids(shown) if isinstance(shown, list) else str(shown)
    key = RENAMED.get((name, key)) or {"price": "sum"}.get(key, key)
    if not shown.startswith("http"):
        if not divi.known(name):
            key = key if key in divi.WORDS else f"{key}_text"
        elif key not in divi.named(name):
            key = f"+{key}"
    fields[key] = shown


def _ids(value: Any) -> str:
    """The ids of pictures, as a list or a text has them."""
    if not isinstance(value, list):
        return str(value or "")
    return ",".join(str(part.get("id", "") if isinstance(part, dict) else part) for part in value)


def picture_ids(value: Any, key: str, depth: int) -> str:
    """The ids of pictures anywhere in a module's attributes."""
    if not isinstance(value, dict) or depth > 6:
        return ""
    if key in value:
        return _ids(value_of(value[key]))
    return next((ids for part in value.values() if (ids := picture_ids(part, key, depth + 1))), "")


def value_of(innerContent: Any) -> Any:
    """The value for wide screens, else the first one."""
    if not isinstance(innerContent, dict):
        return innerContent
    for name in ("desktop", *innerContent):
        part = innerContent.get(name)
        if isinstance(part, dict) and part.get("value") not in (None, ""):
            return part["value"]
    return None
