"""schema.org objects as plain dictionaries, made from plain facts.

Addresses in the facts are absolute. An object leaves out what is not known: an empty property
is an error to those who read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Site:
    """The blog. ``address`` ends with a slash; ``logo`` is ``""`` where there is none."""

    name: str
    address: str
    about: str
    lang: str
    logo: str = ""
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """Who signed; ``address`` is ``""`` where they have no page."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture; sizes in pixels, 0 where unknown."""

    address: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Page:
    """A page: ``about`` is ``""`` without a summary, ``lang`` a code as ``en``."""

    title: str
    address: str
    about: str
    lang: str


@dataclass(frozen=True)
class Posting(Page):
    """One post. Dates are ISO 8601 with offset."""

    published: str
    modified: str
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    authors: tuple[Person, ...] = ()
    pictures: tuple[Picture, ...] = ()


def document(*nodes: Node) -> Node:
    """Several objects in one block; they name each other by ``@id``."""
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def text(document: Mapping[str, Any]) -> str:
    """The document as JSON for a ``<script>`` element that no HTML parser can leave early.

    ``<``, ``>`` and ``&`` are written as JSON's own escapes, so neither ``</script>`` nor
    ``<!--`` can stand in it, and a template may print it as it is.
    """
    plain = _ENCODER.encode(document)
    for sign in "<>&\u2028\u2029":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return plain


def organization(site: Site) -> Node:
    """Who publishes."""
    logo = {"@type": "ImageObject", "url": site.logo} if site.logo else None
    return _known(
        {
            "@type": "Organization",
            "@id": f"{site.address}#publisher",
            "name": site.name,
            "url": site.address,
            "logo": logo,
            "sameAs": list(site.same_as),
        }
    )


def website(site: Site) -> Node:
    """The site as a whole, for its home page."""
    return _known(
        {
            "@type": "WebSite",
            "@id": f"{site.address}#website",
            "url": site.address,
            "name": site.name,
            "description": site.about,
            "inLanguage": site.lang,
            "publisher": {"@id": f"{site.address}#publisher"},
        }
    )


def posting(post: Posting, site: Site) -> Node:
    """The post; without authors, the blog itself is its author."""
    publisher = {"@id": f"{site.address}#publisher"}
    return _known(
        {
            "@type": "BlogPosting",
            "@id": f"{post.address}#article",
            "mainEntityOfPage": {"@type": "WebPage", "@id": post.address},
            "url": post.address,
            "headline": post.title,
            "description": post.about,
            "datePublished": post.published,
            "dateModified": post.modified,
            "author": [_person(author) for author in post.authors] or publisher,
            "publisher": publisher,
            "image": [_picture(picture) for picture in post.pictures],
            "articleSection": list(post.sections),
            "keywords": list(post.keywords),
            "inLanguage": post.lang,
        }
    )


def web_page(page: Page, site: Site) -> Node:
    """A page that is no post."""
    return _known(
        {
            "@type": "WebPage",
            "@id": page.address,
            "url": page.address,
            "name": page.title,
            "description": page.about,
            "inLanguage": page.lang,
            "isPartOf": {"@id": f"{site.address}#website"},
        }
    )


def breadcrumbs(trail: list[tuple[str, str]]) -> Node:
    """The way from the home page to this one: names with their addresses."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(trail, start=1)
        ],
    }


def _person(person: Person) -> Node:
    return _known({"@type": "Person", "name": person.name, "url": person.address})


def _picture(picture: Picture) -> Node:
    return _known(
        {
            "@type": "ImageObject",
            "url": picture.address,
            "caption": picture.alt,
            "width": picture.width,
            "height": picture.height,
        }
    )


def _known(node: Node) -> Node:
    return {key: value for key, value in node.items() if value}
