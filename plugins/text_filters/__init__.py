"""Text filters for templates: the same words as in feeds, mails and cards.

``plain`` makes words of HTML, ``without_notes`` takes footnotes out of it; ``title_html`` makes a
title safe to print as it is, ``plain_title`` is the words of that; ``direction`` is ``rtl`` or
``ltr`` for a language.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def teach(generator: Any) -> None:
    """Put the filters into the environment of a generator's templates."""
    from publish.post.text import direction, plain, plain_title, title_html, without_notes

    for work in (plain, plain_title, title_html, without_notes, direction):
        generator.env.filters[work.__name__] = work


def register() -> None:
    """Called by Pelican."""
    signals.generator_init.connect(teach)
