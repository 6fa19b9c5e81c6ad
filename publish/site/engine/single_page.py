"""Renders one page of a site that has just been built, from its present source.

Results of plugins over all posts (lists, neighbours, relations) are not updated; apart from them
the page is right, a few milliseconds after its source was saved. A complete build follows.
"""

from __future__ import annotations

from typing import Any

from pelican.contents import Article, Page

from publish.post.contents import contents
from publish.site.engine.hooks import read_source


def render(generators: list[Any], source: str) -> tuple[str, bytes] | None:
    """The file and the bytes of the page of ``source``; None if it has no page or a new address, or
    on any error, which the complete build reports."""
    for generator in generators:
        for content in contents([generator]):
            if type(content) in (Article, Page) and content.source_path == source:
                try:
                    return _page(generator, content)
                except Exception:  # a theme or plugin may raise anything
                    return None
    return None


def _page(generator: Any, old: Any) -> tuple[str, bytes] | None:
    new: Any = read_source(generator, type(old), old.source_path)
    if not isinstance(new, Article | Page) or not new.is_valid() or not new.save_as:
        return None
    # If the header is unchanged, results of plugins over all posts are taken over.
    for name, value in vars(old).items():
        same = name in old.metadata and str(new.metadata.get(name)) == str(old.metadata[name])
        if name not in vars(new) or same or name == "translations":
            vars(new)[name] = value
    if (new.save_as, new.status) != (old.save_as, old.status):
        return None
    context = generator.context
    shown = {
        **context,
        "localsiteurl": context.get("localsiteurl"),
        "output_file": new.save_as,
        type(old).__name__.lower(): new,
    }
    if isinstance(new, Article):
        shown |= {
            "category": getattr(new, "category", None),
            "blog": True,
            "all_articles": generator.articles,
        }
    text = generator.get_template(new.template).render(shown)
    return str(new.save_as), text.encode()
