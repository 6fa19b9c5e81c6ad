"""Converts Elementor's JSON, which is stored beside an outdated body, to HTML: words, pictures and
links. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from publish.importer.tree import unescaped
from publish.importer.wordpress import divi, fragments
from publish.post.text import plain

Lose = Callable[[str, str, str], None]
DYNAMIC = {
    "posts", "portfolio", "nav-menu", "search-form", "sidebar", "archive-posts", "sitemap",
    "google_maps", "template", "loop-grid", "loop-carousel", "post-comments", "post-navigation",
    "author-box", "table-of-contents", "share-buttons", "breadcrumbs", "login", "facebook-page",
}  # fmt: skip
SCREENS = ("desktop", "tablet", "mobile")
FORMS = {"form", "wpforms", "contact-form-7", "mailchimp", "subscribe"}
KNOWN = {
    "text-editor", "image", "icon-list", "icon-box", "image-box", "accordion", "toggle", "tabs",
    "testimonial", "testimonial-carousel", "counter", "progress", "alert", "price-table",
    "price-list", "call-to-action", "flip-box", "animated-headline", "blockquote", "image-gallery",
    "gallery", "image-carousel", "slides", "media-carousel", "reviews", "social-icons", "shortcode",
    "icon", "star-rating", "menu-anchor", "countdown", "nested-accordion", "nested-tabs", "audio",
}  # fmt: skip


def html_of(data: str, lose: Lose) -> str:
    """The HTML of ``_elementor_data``; ``""`` if it is none. ``lose(code, detail, words)``."""
    found = fragments.of_json(data)
    if found is None:
        found = fragments.of_json(data.replace('\\"', '"').replace("\\\\", "\\"))
    return "".join(_element(part, 0, lose) for part in found) if isinstance(found, list) else ""


def _element(part: Any, depth: int, lose: Lose) -> str:
    if not isinstance(part, dict) or depth > 64:
        return ""
    settings = part.get("settings")
    values = settings if isinstance(settings, dict) else {}
    made = _shown(part, values, depth, lose)
    if not all(values.get(f"hide_{screen}") for screen in SCREENS):
        return made
    lose("hidden-left", f"elementor:{part.get('widgetType') or part.get('elType')}", plain(made))
    return ""


def _shown(part: dict[str, Any], values: dict[str, Any], depth: int, lose: Lose) -> str:
    inner = part.get("elements")
    parts = inner if isinstance(inner, list) else []
    inside = [_element(p, depth + 1, lose) for p in parts]
    if url := _url(values.get("background_image")):
        lose("background-dropped", url, "")
    if part.get("elType") != "widget":
        return f'<div data-group="1">{"".join(inside)}</div>'
    kind = str(part.get("widgetType") or "")
    titles = [_text(item, "item_title", "tab_title") for item in _dicts(values.get("items"))]
    if titles and len(titles) == len(inside):
        # The titles of nested accordions and tabs are stored apart from their contents.
        return "".join(
            f"<h4>{fragments.text(t)}</h4>{body}" for t, body in zip(titles, inside, strict=True)
        )
    return _widget(kind, values, lose) + "".join(inside)


def _text(values: Mapping[str, Any], *names: str) -> str:
    found = (values.get(name) for name in names)
    return next((str(v) for v in found if isinstance(v, str | int) and v not in ("", True)), "")


def _url(value: Any) -> str:
    return unescaped(str(value.get("url") or "")) if isinstance(value, dict) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _widget(kind: str, values: dict[str, Any], lose: Lose) -> str:
    link = _url(values.get("link"))
    if kind == "heading":
        level = _text(values, "header_size") or "h2"
        level = level if level in ("h1", "h2", "h3", "h4", "h5", "h6", "p", "div") else "h2"
        return f"<{level}>{fragments.linked(_text(values, 'title'), link)}</{level}>"
    if kind == "button":
        return f'<div data-call="1">{fragments.button(_text(values, "text"), link)}</div>'
    if kind == "html":
        return f'<div data-autop="off">{_text(values, "html")}</div>'
    if kind in ("video", "audio"):
        url = _text(values, "youtube_url", "vimeo_url", "dailymotion_url")
        found = (_url(values.get(n)) for n in ("external_url", "hosted_url", "link"))
        return fragments.media(url or next((u for u in found if u), ""), kind)
    if kind in ("divider", "spacer"):
        return "<hr>" if kind == "divider" else ""
    if kind in FORMS:
        labels = [_text(f, "field_label", "placeholder") for f in _dicts(values.get("form_fields"))]
        labels.append(_text(values, "button_text"))
        said = escape(", ".join(label for label in labels if label))
        return f'<div data-form="{kind}" data-words="{said}"></div>'
    if kind in DYNAMIC or kind.startswith(("wp-widget-", "woocommerce-", "theme-")):
        lose("module-dropped", f"elementor:{kind}", _text(values, "title", "heading", "address"))
        return ""
    made = _words(values, "h3")
    if kind not in KNOWN:
        lose("unknown-shortcode" if made else "module-dropped", f"elementor:{kind}", plain(made))
    return made


def _words(values: Mapping[str, Any], level: str) -> str:
    """The words and pictures in the settings of a widget or one of its parts, in order."""
    links = (_url(values.get(name)) for name in ("link", "button_link", "testimonial_link"))
    link = next((url for url in links if url), "")
    made: list[str] = []
    note = _text(values, "caption")
    if number := _text(values, "ending_number"):
        amount = f"{_text(values, 'prefix')}{number}{_text(values, 'suffix')}"
        made.append(f"<p>{fragments.text(amount)}</p>")
    for key, value in values.items():
        url = _url(value)
        if url and (divi.PICTURE.search(url) or key.endswith(("image", "photo"))):
            if "background" not in key:
                made.insert(0, _image(value, note, link))
        elif url and key.endswith("_link") and url != link:
            made.append(f"<p>{fragments.linked(url, url)}</p>")
        elif isinstance(value, list):
            made.append(_listed(_dicts(value)))
        elif key == "percent" and isinstance(value, dict) and value.get("size"):
            made.append(f"<p>{value['size']}%</p>")
        elif not isinstance(value, str | int) or key in ("caption", "prefix", "suffix"):
            continue
        elif divi.is_words(key, str(value)) or (value and key in ("shortcode", "price")):
            made.append(_said(key, str(value), link, level))
    if link and not any(escape(link) in part for part in made):
        words = next((n for n, part in enumerate(made) if part.startswith(f"<{level}>")), None)
        if words is not None:
            inner = made[words].removeprefix(f"<{level}>").removesuffix(f"</{level}>")
            made[words] = f'<{level}><a href="{escape(link)}">{inner}</a></{level}>'
        else:
            made.append(f"<p>{fragments.linked(link, link)}</p>")
    return "".join(made)


def _said(key: str, value: str, link: str, level: str) -> str:
    if key in ("button", "button_text", "link_text"):
        return fragments.button(value, link)
    if "title" in key or "heading" in key.split("_"):
        return f"<{level}>{fragments.text(value)}</{level}>"
    if key in ("shortcode", "editor") or "<" in value:
        return value
    return f"<p>{fragments.text(value)}</p>"


def _image(value: Mapping[str, Any], note: str, link: str) -> str:
    image = fragments.image(_url(value), str(value.get("alt") or ""), link)
    return fragments.figure(image, fragments.text(note))


def _listed(items: list[dict[str, Any]]) -> str:
    """The parts of a widget: pictures, list items, or collapsible sections."""
    out: list[str] = []
    for item in items:
        words = _text(item, "text", "item_text")
        if url := _url({"url": item.get("url")}):
            out.append(_image(item, "", "") if divi.PICTURE.search(url) else "")
        elif words and not _text(item, "title", "heading"):
            out.append(f"<li>{fragments.linked(words, _url(item.get('link')))}</li>")
        else:
            out.append(_words(item, "h4"))
    lines = "".join(part for part in out if part.startswith("<li>"))
    rest = "".join(part for part in out if not part.startswith("<li>"))
    return rest + (f"<ul>{lines}</ul>" if lines else "")
