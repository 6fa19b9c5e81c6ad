"""schema.org objects as plain dictionaries, made of Pelican's own.

All addresses are absolute. Unknown properties are left out: validators take an empty one for an
error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publish.post.contents import categories_of, updated_of
from publish.post.images import cover_of
from publish.post.text import plain, plain_title
from publish.post.urls import encoded, site_address

Node = dict[str, Any]
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SOUND = re.compile(r"[\w./-]*", re.ASCII)
"""Addresses that need no quoting, mostly; the test is cheaper than quoting."""


@dataclass(frozen=True)
class Site:
    """The blog. ``address`` ends with a slash; ``logo`` is ``""`` where there is none."""

    name: str
    address: str
    about: str
    lang: str
    logo: str = ""
    same_as: tuple[str, ...] = ()

    @property
    def publisher(self) -> Node:
        """A reference to the organization for other objects."""
        return {"@id": f"{self.address}#publisher"}


def site_of(settings: Mapping[str, Any]) -> Site:
    """The blog, from the settings."""
    address = site_address(settings) + "/"
    return Site(
        name=plain(settings["SITENAME"]),
        address=address,
        about=plain(settings.get("SITESUBTITLE") or ""),
        lang=settings["DEFAULT_LANG"],
        logo=at(settings.get("STRUCTURED_DATA_LOGO") or "", address),
        same_as=tuple(link for _, link, *_ in settings.get("SOCIAL") or () if "://" in link),
    )


def home(site: Site) -> Node:
    """The document of the home page: the site and its publisher."""
    return _document(_website(site), _organization(site))


def article(content: Any, site: Site) -> Node:
    """The document of a post: itself, its breadcrumbs and its publisher."""
    categories = categories_of(content)
    crumbs = _breadcrumbs(content, site, categories if _listed(content) else ())
    return _document(_posting(content, site, categories), crumbs, _organization(site))


def _listed(content: Any) -> bool:
    """Whether Pelican's lists hold the post. They hold neither hidden posts nor translations, whose
    categories and authors may have no page."""
    return content.status != "hidden" and (content.in_default_lang or not content.translations)


def page(content: Any, site: Site) -> Node:
    """The document of a page: itself, its breadcrumbs and its site."""
    url = at(content.url, site.address)
    node = _known(
        {
            "@type": "WebPage",
            "@id": url,
            "url": url,
            "name": plain_title(content.title),
            "description": _about(content),
            "inLanguage": content.lang,
            "isPartOf": {"@id": f"{site.address}#website"},
        }
    )
    return _document(node, _breadcrumbs(content, site), _website(site), _organization(site))


def text(document: Mapping[str, Any]) -> str:
    """The document as JSON for a ``<script>`` element that no HTML parser can leave early.

    ``<``, ``>`` and ``&`` are written as JSON's own escapes, so neither ``</script>`` nor
    ``<!--`` can stand in it, and a template may print it as it is.
    """
    plain = _ENCODER.encode(document)
    for sign in "<>&\u2028\u2029":
        plain = plain.replace(sign, f"\\u{ord(sign):04x}")
    return plain


def at(place: str, base: str) -> str:
    """The absolute address of a place below the site; ``""`` stays so."""
    if not place or "://" in place:
        return place
    place = place.lstrip("/")
    return base + (place if _SOUND.fullmatch(place) else encoded(place))


def _document(*nodes: Node) -> Node:
    """Several objects in one block; they name each other by ``@id``."""
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def _organization(site: Site) -> Node:
    logo = {"@type": "ImageObject", "url": site.logo} if site.logo else None
    return _known(
        {
            "@type": "Organization",
            **site.publisher,
            "name": site.name,
            "url": site.address,
            "logo": logo,
            "sameAs": list(site.same_as),
        }
    )


def _website(site: Site) -> Node:
    return _known(
        {
            "@type": "WebSite",
            "@id": f"{site.address}#website",
            "url": site.address,
            "name": site.name,
            "description": site.about,
            "inLanguage": site.lang,
            "publisher": site.publisher,
        }
    )


def _posting(content: Any, site: Site, categories: Sequence[Any]) -> Node:
    """The post; without authors, the blog itself is its author."""
    url = at(content.url, site.address)
    modified, listed = updated_of(content) or content.date, _listed(content)
    authors = [
        _known(
            {
                "@type": "Person",
                "name": author.name,
                "url": at(author.url, site.address) if author.save_as and listed else "",
            }
        )
        for author in getattr(content, "authors", ())
        if author.name
    ]
    return _known(
        {
            "@type": "BlogPosting",
            "@id": f"{url}#article",
            "mainEntityOfPage": {"@type": "WebPage", "@id": url},
            "url": url,
            "headline": plain_title(content.title),
            "description": _about(content),
            "datePublished": content.date.isoformat(),
            "dateModified": modified.isoformat(),
            "author": authors or site.publisher,
            "publisher": site.publisher,
            "image": _pictures(content, site.address),
            "articleSection": [category.name for category in categories],
            "keywords": [tag.name for tag in getattr(content, "tags", ())],
            "inLanguage": content.lang,
        }
    )


def _about(content: Any) -> str:
    """The written summary; Pelican's default, the first words, would need every body."""
    return plain(content.metadata.get("summary") or "")


def _breadcrumbs(content: Any, site: Site, over: Sequence[Any] = ()) -> Node:
    """The breadcrumb list from the home page, over the first category if any, to the content."""
    trail = [
        (site.name, site.address),
        # A category without ``save_as`` has no page.
        *((c.name, at(c.url, site.address)) for c in over[:1] if c.save_as),
        (plain_title(content.title), at(content.url, site.address)),
    ]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(trail, start=1)
        ],
    }


def _pictures(content: Any, base: str) -> list[Node]:
    """The social card, if a plugin made one, and the post's own picture."""
    found = []
    if card := getattr(content, "card", ""):
        alt = plain_title(getattr(card, "alt", "") or content.title)
        found.append(_picture(at(card, base), alt, card, ""))
    if cover := cover_of(content):
        alt = plain(getattr(content, "image_alt", ""))
        found.append(_picture(at(cover.url, base), alt, content, "image_"))
    return found


def _picture(address: str, alt: str, sized: Any, prefix: str) -> Node:
    """``sized`` may have a width and height in pixels: front matter is text, and may be any."""
    width, height = (str(getattr(sized, prefix + name, 0)) for name in ("width", "height"))
    known = width.isdecimal() and height.isdecimal()
    return _known(
        {
            "@type": "ImageObject",
            "url": address,
            "caption": alt,
            "width": int(width) if known else 0,
            "height": int(height) if known else 0,
        }
    )


def _known(node: Node) -> Node:
    return {key: value for key, value in node.items() if value}
