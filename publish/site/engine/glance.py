"""Renders one page of a site that has just been built, from its source as it is now.

What the plugins made of all posts together (lists, neighbours, relations) is as it was: the page
is right but for that, a few milliseconds after its source was saved. A whole build follows.
"""

from __future__ import annotations

from typing import Any

from pelican.contents import Article, Page

from publish.post.contents import contents
from publish.site.engine.hooks import read_source


def glance(generators: list[Any], source: str) -> tuple[str, bytes] | None:
    """The file and the bytes of the page of ``source``; None if it has none, or another address,
    or if it cannot be told: the whole build, which follows, says what is wrong."""
    for generator in generators:
        for content in contents([generator]):
            if type(content) in (Article, Page) and content.source_path == source:
                try:
                    return _page(generator, content)
                except Exception:  # a theme or plugin may do anything
                    return None
    return None


def _page(generator: Any, old: Any) -> tuple[str, bytes] | None:
    new: Any = read_source(generator, type(old), old.source_path)
    if not isinstance(new, Article | Page) or not new.is_valid() or not new.save_as:
        return None
    # What plugins made of the rest stays where the header says the same.
    for name, value in vars(old).items():
        same = name in old.metadata and str(new.metadata.get(name)) == str(old.metadata[name])
        if name not in vars(new) or same or name == "translations":
            vars(new)[name] = value
    if (new.save_as, new.status) != (old.save_as, old.status):
        return None
    context = generator.context
    shown = {
        **context, "localsiteurl": context.get("localsiteurl"), "output_file": new.save_as,
        type(old).__name__.lower(): new,
    }  # fmt: skip
    if isinstance(new, Article):
        shown |= {"category": getattr(new, "category", None), "blog": True,
                  "all_articles": generator.articles}  # fmt: skip
    text = generator.get_template(new.template).render(shown)
    return str(new.save_as), text.encode()
