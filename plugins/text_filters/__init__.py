"""Text filters for templates: the same words as in feeds, mails and cards.

``plain`` extracts the words of HTML, ``without_notes`` takes footnotes out of it; ``title_html``
makes a title safe to print as it is, ``plain_title`` is the words of that; ``direction`` is ``rtl``
or ``ltr`` for a language.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from pelican import signals

INCREMENTAL = True

_WORD = re.compile(r"\w+")


def teach(generator: Any) -> None:
    """Put the filters into the environment of a generator's templates."""
    from publish.post.text import direction, plain, plain_title, title_html, without_notes

    for work in (plain, plain_title, title_html, without_notes, direction):
        generator.env.filters[work.__name__] = work


def count(content: Any) -> None:
    """Set ``word_count``, the moment an article exists: what ``content|plain|e|wordcount`` gives.

    0 where the body holds comments, as another plugin may remove the text between them.
    """
    from pelican.contents import Article

    if isinstance(content, Article):
        from publish.post.text import plain

        body = content._content or ""
        content.word_count = 0 if "<!--" in body else len(_WORD.findall(escape(plain(body))))


def register() -> None:
    """Called by Pelican."""
    signals.generator_init.connect(teach)
    signals.content_object_init.connect(count)
