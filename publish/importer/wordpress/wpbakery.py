"""Extracts the words in the attributes of WPBakery's elements. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import unquote

from publish.importer.tree import unescaped
from publish.importer.wordpress import divi, fragments


def words_of(name: str, fields: Mapping[str, str]) -> str:
    """The words in a WPBakery element's attributes."""
    if name in ("vc_btn", "vc_button", "vc_button2", "vc_cta_button", "vc_cta_button2", "vc_cta"):
        to = link(fields.get("link") or fields.get("href") or "")
        words = "".join(f"<h3>{escape(fields[k])}</h3>" for k in ("h2", "h4") if fields.get(k))
        label = fields.get("btn_title") or fields.get("title") or ""
        to = to or link(fields.get("btn_link", ""))
        return words + (fragments.button(label, to) if label else "")
    if name == "vc_custom_heading":
        tag = re.search(r"tag:(h[1-6]|p|div)", fields.get("font_container", ""))
        kind = tag[1] if tag else "h2"
        words = fields.get("text", "")
        to = link(fields.get("link", ""))
        return f"<{kind}>{fragments.linked(words, to)}</{kind}>" if words else ""
    if name in ("vc_progress_bar", "vc_pie", "vc_round_chart", "vc_line_chart"):
        words = " ".join(v for k, v in fields.items() if k in ("title", "label_value") and v)
        return fragments.paragraph(escape(words)) + _group(fields.get("values", ""))
    if name == "vc_toggle" or name.startswith(("vc_tta_section", "vc_tab", "vc_accordion_tab")):
        return f"<h4>{escape(fields['title'])}</h4>" if fields.get("title") else ""
    title = next((key for key in ("title", "heading", "label") if fields.get(key)), "")
    level = "h4" if "separator" in name else "h3"
    words = f"<{level}>{escape(fields[title])}</{level}>" if title else ""
    more = (value for key, value in fields.items() if key != title and divi.is_words(key, value))
    return words + "".join(fragments.paragraph(fragments.text(value)) for value in more)


def decoded(value: str) -> str:
    """An attribute's value with the quotes and brackets that WPBakery stores as backticks."""
    return value.replace("`{`", "[").replace("`}`", "]").replace("``", '"')


def _group(value: str) -> str:
    """The lines of a parameter group, which WPBakery stores as percent-encoded JSON."""
    found = fragments.of_json(unquote(value))
    parts = [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
    lines = (
        " ".join(str(v) for k, v in part.items() if k == "value" or divi.is_words(k, str(v)))
        for part in parts
    )
    return "".join(fragments.paragraph(escape(line)) for line in lines)


def link(value: str) -> str:
    """The address in WPBakery's format ``url:https%3A%2F%2F…|title:…``."""
    for part in value.split("|"):
        if part.startswith("url:"):
            return unquote(part[4:])
    return value if "://" in value or value.startswith("/") else ""


def raw(inside: str) -> str:
    """The markup of a raw element, which WPBakery stores in Base64."""
    return unquote(fragments.of_base64(inside.strip())) or unescaped(inside)
