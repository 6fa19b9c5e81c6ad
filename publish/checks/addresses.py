"""Which addresses the built site will have, as far as a source's words can tell. Pure."""

from __future__ import annotations

from publish.checks.library import Site
from publish.checks.source import Source, slugify


def address(site: Site, source: Source) -> str:
    """The source's own address, from the root."""
    if given := source.get("url") or source.get("save_as"):
        return normal(given)
    pattern = str(
        site.values.get("PAGE_URL" if source.kind == "page" else "ARTICLE_URL")
        or ("pages/{slug}.html" if source.kind == "page" else "{slug}.html")
    )
    names = {"slug": source.slug, "lang": source.get("lang"), "date": source.date}
    names["category"] = slugify((categories(source) or [""])[0])
    try:
        return normal(pattern.format(**names))
    except (KeyError, ValueError, AttributeError, TypeError):
        return normal(source.slug)


def normal(path: str) -> str:
    """``/a/b/`` and ``/a/b/index.html`` are one address."""
    return "/" + path.strip().strip("/").removesuffix("index.html").strip("/")


def categories(source: Source) -> list[str]:
    """The names of its ``Category`` line."""
    return [name.strip() for name in source.get("category").split(",") if name.strip()]


def aliases(source: Source) -> list[str]:
    """The addresses of its ``Aliases`` line."""
    return [name.strip() for name in source.get("aliases").split(",") if name.strip()]


def known(site: Site) -> set[str]:
    """Every address a link from the root may lead to."""
    found = {"/"}
    values = site.values
    for source in site.sources:
        if site.public(source):
            found.add(address(site, source))
            found |= {normal(alias) for alias in aliases(source)}
            _taxonomy(site, source, found)
    found |= {normal(name) for name in site.files}
    for name, value in values.items():
        is_path = name.endswith("_SAVE_AS") or name.startswith("FEED_ALL")
        if is_path and isinstance(value, str) and value and "{" not in value:
            found.add(normal(value))
    for name in ("archives", "categories", "tags", "authors"):
        if f"{name.upper()}_SAVE_AS" not in values:
            found.add(f"/{name}.html")
    found |= {normal(f"{template}.html") for template in values.get("DIRECT_TEMPLATES") or ()}
    return found


def _taxonomy(site: Site, source: Source, found: set[str]) -> None:
    lines = {
        "CATEGORY": categories(source),
        "TAG": [t.strip() for t in source.get("tags").split(",") if t.strip()],
        "AUTHOR": [a.strip() for a in source.get("author").split(";") if a.strip()],
    }
    for name, members in lines.items():
        for member in members:
            slug = slugify(member)
            pattern = str(site.values.get(f"{name}_URL") or f"{name.lower()}/{{slug}}.html")
            found.add(normal(pattern.replace("{slug}", slug)))
            for kind in ("ATOM", "RSS", "JSON"):
                if feed := site.values.get(f"{name}_FEED_{kind}"):
                    found.add(normal(str(feed).replace("{slug}", slug)))
