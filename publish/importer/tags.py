"""HTML's elements by what becomes of them."""

from __future__ import annotations

CONTAINERS = {
    "body", "html", "div", "section", "article", "main", "header", "footer", "aside", "nav",
    "center", "address", "fieldset", "hgroup", "dialog", "search", "form", "picture", "slot",
    "label", "legend", "noframes", "template", "tbody", "amp-carousel",
}  # fmt: skip
BLOCKS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table", "hr",
    "figure", "details", "menu", "dir", "li", "dt", "dd", "tr", "td", "th", "figcaption", "thead",
    "tfoot", "caption", "summary", "xmp", "listing", "textarea",
} | CONTAINERS - {"label", "picture", "slot"}  # fmt: skip
INLINE = {
    "a": "a", "img": "img", "br": "br", "em": "em", "i": "em", "strong": "strong", "b": "strong",
    "code": "code", "tt": "code", "del": "del", "s": "del", "strike": "del", "ins": "ins", "u": "u",
    "sup": "sup", "sub": "sub", "mark": "mark", "small": "small", "kbd": "kbd", "abbr": "abbr",
    "acronym": "abbr", "cite": "cite", "q": "q", "var": "var", "samp": "samp", "dfn": "dfn",
}  # fmt: skip
MADE = BLOCKS | {"run", "mark-form"}
"""Blocks of the result, and of what stands for one."""
GONE = {
    "script", "style", "link", "meta", "base", "title", "head", "noscript", "svg", "canvas",
    "map", "area", "param", "track", "template", "colgroup", "col", "wbr", "input", "select",
    "option", "optgroup", "datalist", "progress", "meter", "object", "frameset",
}  # fmt: skip
"""What a page does not show, or what a reader cannot use once WordPress is gone."""
