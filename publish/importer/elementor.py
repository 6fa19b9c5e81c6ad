"""Elementor keeps a page as JSON beside a stale body: its words, pictures and links. Pure."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from publish.importer import divi

WIDGETS = ("heading", "text-editor", "image", "button", "icon-list", "video", "html", "shortcode")


def html_of(data: str) -> str:
    """The HTML of ``_elementor_data``; ``""`` if it is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        try:
            found = json.loads(data.replace('\\"', '"').replace("\\\\", "\\"))
        except (ValueError, RecursionError):
            return ""
    return "".join(_element(part, 0) for part in found) if isinstance(found, list) else ""


def _element(part: Any, depth: int) -> str:
    if not isinstance(part, dict) or depth > 64:
        return ""
    inner = part.get("elements")
    inside = "".join(_element(p, depth + 1) for p in inner) if isinstance(inner, list) else ""
    settings = part.get("settings")
    values = settings if isinstance(settings, dict) else {}
    if part.get("elType") != "widget":
        return f'<div data-group="1">{inside}</div>'
    return _widget(str(part.get("widgetType") or ""), values) + inside


def _text(values: dict[str, Any], *names: str) -> str:
    return next(
        (str(values[n]) for n in names if isinstance(values.get(n), str | int) and values[n] != ""),
        "",
    )


def _url(value: Any) -> str:
    return str(value.get("url") or "") if isinstance(value, dict) else ""


def _widget(kind: str, values: dict[str, Any]) -> str:
    link = _url(values.get("link"))
    if kind == "heading":
        level = _text(values, "header_size") or "h2"
        level = level if level in ("h1", "h2", "h3", "h4", "h5", "h6", "p", "div") else "h2"
        return f"<{level}>{divi._linked(_text(values, 'title'), link)}</{level}>"
    if kind == "button":
        return f'<div data-call="1">{divi._button(_text(values, "text"), link)}</div>'
    if kind == "html":
        return f'<div data-autop="off">{_text(values, "html")}</div>'
    if kind == "video":
        url = _text(values, "youtube_url", "vimeo_url", "dailymotion_url") or _url(
            values.get("external_url")
        )
        return divi._media(url, "video")
    if kind in ("divider", "spacer"):
        return "<hr>" if kind == "divider" else ""
    made = [
        _image(values.get("image") or values.get("testimonial_image"), _text(values, "caption"))
    ]
    title = _text(values, "title_text", "title", "testimonial_name", "heading", "alert_title")
    if title:
        made.append(f"<h3>{divi._inline(title)}</h3>")
    for name in (
        "editor", "description_text", "testimonial_content", "description", "testimonial_job",
        "sub_heading", "shortcode", "alert_description", "blockquote_content", "author_name",
        "price",
    ):  # fmt: skip
        if words := _text(values, name):
            made.append(
                words
                if "<" in words or name in ("shortcode", "editor")
                else f"<p>{escape(words)}</p>"
            )
    made += [
        _listed(values.get(name))
        for name in ("icon_list", "tabs", "slides", "features_list", "social_icon_list")
    ]
    for picture in (
        values.get("gallery") or values.get("carousel") or values.get("wp_gallery") or []
    ):
        made.append(_image(picture, ""))
    if words := _text(values, "button_text", "button"):
        made.append(divi._button(words, link or _url(values.get("button_link"))))
    return "".join(made)


def _image(value: Any, note: str) -> str:
    src = _url(value)
    if not src:
        return ""
    alt = str(value.get("alt") or "")
    words = f"<figcaption>{escape(note)}</figcaption>" if note else ""
    return f"<figure>{divi._img(src, alt)}{words}</figure>"


def _listed(items: Any) -> str:
    if not isinstance(items, list):
        return ""
    lines, parts = [], []
    for item in items:
        if not isinstance(item, dict):
            continue
        if title := _text(item, "tab_title", "heading"):
            parts.append(f"<h4>{escape(title)}</h4>{_text(item, 'tab_content', 'description')}")
        elif words := _text(item, "text", "item_text"):
            lines.append(f"<li>{divi._linked(words, _url(item.get('link')))}</li>")
    return "".join(parts) + (f"<ul>{''.join(lines)}</ul>" if lines else "")
