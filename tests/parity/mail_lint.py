"""Which features a mail uses, held against what the four programs survive."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

DATA = tomllib.loads(Path(__file__).with_name("support.toml").read_text(encoding="utf-8"))
PARSER = lxml.html.HTMLParser(encoding="utf-8")
KINDS = ("properties", "elements", "attributes", "at_rules")
PROGRAMS = {"gmail", "outlook", "apple", "yahoo"}
COLUMN = 520
"""CSS pixels: no picture's width attribute may be larger."""


@dataclass(frozen=True)
class Use:
    """One use of one thing: what, where, and a property's value."""

    kind: str
    what: str
    tag: str
    value: str = ""


def uses(markup: str) -> Iterator[Use]:
    """Each element, inline property, guarded attribute, at-rule and property of a kept style."""
    root = lxml.html.document_fromstring(markup.encode(), parser=PARSER)
    for element in root.iter("*"):
        tag = str(element.tag)
        yield Use("elements", tag, tag)
        if element.get("role"):
            yield Use("attributes", "role", tag)
        for name, value in declarations(element.get("style") or ""):
            yield Use("properties", name, tag, value)
        if tag == "style":
            yield from _sheet(element.text or "")


def declarations(style: str) -> list[tuple[str, str]]:
    """The properties of a ``style`` attribute or a rule's braces."""
    pairs = (part.partition(":") for part in style.split(";") if part.strip())
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _sheet(css: str) -> Iterator[Use]:
    for rule in re.findall(r"@[^{]+", css):
        yield Use("at_rules", " ".join(rule.split()), "style")
    for braces in re.findall(r"\{([^{}]*)\}", css):
        for name, value in declarations(braces):
            yield Use("properties", name, "style", value)


def feature_of(use: Use) -> dict[str, Any] | None:
    """The entry that knows a use; None if no entry does."""
    return next((f for f in DATA["feature"] if use.what in f.get(use.kind, ())), None)


def unsupported(markup: str) -> set[str]:
    """Features with a "no" from one of the four; each names what stands in."""
    found = (feature_of(use) for use in uses(markup))
    return {feature["name"] for feature in found if feature and feature.get("no")}


def faults(markup: str) -> list[str]:
    """Whatever one of the four would lose, in words."""
    found = [f"holds {word!r}" for word in DATA["forbidden"]["words"] if word in _code(markup)]
    for use in uses(markup):
        feature = feature_of(use)
        if feature is None:
            found.append(f"{use.kind} {use.what!r} on <{use.tag}> is in no entry of support.toml")
            continue
        only = feature.get("only_on")
        if only and use.tag not in (*only, "style"):
            found.append(f"{feature['name']} on <{use.tag}>")
        for never in feature.get("never", ()):
            if re.search(rf"(^|\s){re.escape(never)}", use.value):
                found.append(f"{feature['name']}: {use.value}")
    return found + _pillars(markup)


def _code(markup: str) -> str:
    """Tags and style sheets without the words between them, which may be about code."""
    sheets = re.findall(r"<style.*?</style>", markup, flags=re.S)
    return " ".join([*re.findall(r"<[^>]*>", markup), *sheets])


def _pillars(markup: str) -> list[str]:
    """What must hold the mail up where a feature is missing."""
    found = []
    bare = re.sub(r"<!--.*?-->", "", markup, flags=re.S)
    capped = len(re.findall(r"<table[^>]*max-width", bare))
    if (
        markup.count('<!--[if mso]><table role="presentation" width="600"')
        + markup.count('</table><table role="presentation" width="600"')
        < capped
    ):
        found.append("a table with max-width has no table of 600 for Outlook")
    root = lxml.html.document_fromstring(bare)
    for img in root.iter("img"):
        width = img.get("width") or ""
        if not width.isdigit() or int(width) > COLUMN:
            found.append(f"the picture {img.get('src')} has no width that Outlook obeys")
        if not img.get("src", "").startswith("https://") or img.get("alt") is None:
            found.append(f"the picture {img.get('src')} has no address or no text")
    for table in root.iter("table"):
        if table.get("role") != "presentation" and table.get("border") != "1":
            found.append("an author's table has no lines without a style sheet")
    for item in root.xpath("//ol/li"):
        if not item.get("value"):
            found.append("a list item has no number of its own")
    hidden = [
        e for e in root.iter("*") if "display:none" in (e.get("style") or "").replace(" ", "")
    ]
    if [e.text for e in hidden] != ["*|MC_PREVIEW_TEXT|*"]:
        found.append("something other than the preheader is hidden")
    for sheet in re.findall(r"<style>(.*?)</style>", markup, re.S):
        # Outside a condition a kept rule would be lost with the head in some Gmail.
        loose = re.sub(r"@media[^{]+\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", sheet)
        found += [f"<style> carries {rule!r}" for rule in re.findall(r"[^{}]+\{[^}]*\}", loose)]
    return found
