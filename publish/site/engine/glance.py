"""Renders one page of a site that has just been built, from its source as it is now.

What the plugins made of all posts together (lists, neighbours, relations) is as it was: the page
is right but for that, a few milliseconds after its source was saved. A whole build follows.
"""

from __future__ import annotations

from typing import Any

from pelican import signals
from pelican.contents import Article, Page

from publish.post.contents import contents


def glance(generators: list[Any], source: str) -> tuple[str, bytes] | None:
    """The file and the bytes of the page of ``source``; None if it has none, or another address."""
    for generator in generators:
        for content in contents([generator]):
            if type(content) in (Article, Page) and content.source_path == source:
                return _page(generator, type(content), content)
    return None


def _page(generator: Any, kind: type, old: Any) -> tuple[str, bytes] | None:
    word = kind.__name__.lower()
    new: Any = generator.readers.read_file(
        base_path=generator.path, path=old.source_path, content_class=kind,
        context=generator.context, preread_sender=generator, context_sender=generator,
        preread_signal=getattr(signals, f"{word}_generator_preread"),
        context_signal=getattr(signals, f"{word}_generator_context"),
    )  # fmt: skip
    if not isinstance(new, Article | Page) or not new.is_valid() or not new.save_as:
        return None
    _take_over(new, old)
    if (new.save_as, new.status) != (old.save_as, old.status):
        return None
    context = generator.context
    shown = {
        **context, "localsiteurl": context.get("localsiteurl"), "output_file": new.save_as,
        word: new,
    }  # fmt: skip
    if kind is Article:
        shown |= {"category": getattr(new, "category", None), "blog": True,
                  "all_articles": generator.articles}  # fmt: skip
    text = generator.get_template(new.template).render(shown)
    return str(new.save_as), text.encode()


def _take_over(new: Any, old: Any) -> None:
    """Give ``new`` what plugins made of the rest: it stays where the header says the same."""
    after, before = new.metadata, old.metadata
    for name, value in vars(old).items():
        same = name in before and str(after.get(name)) == str(before[name])
        if name not in vars(new) or same or name == "translations":
            vars(new)[name] = value
