"""Inline style: the theme's style sheet as a string, with its digest, in every template's context.

``inline_style`` goes into a ``<style>`` element as it is; ``inline_style_hash`` names exactly that
text in a Content-Security-Policy. Both are computed at every build, so after an edit of the style
sheet a build is all it takes. Without the plugin a theme links the file.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

DEFAULT = "css/site.css"


def assign(generators: list[Any]) -> None:
    """All content is read and nothing is written yet: set the two strings."""
    from publish.post.text import csp_hash

    from . import sheet

    for generator in generators[:1]:
        # One context is shared by all generators.
        settings = generator.settings
        name = settings.get("INLINE_STYLE", DEFAULT)
        file = _file(settings, name)
        if file is None:
            log.warning("INLINE_STYLE: the theme has no %s — pages link their style sheet", name)
            return
        text = sheet.small(file.read_text(encoding="utf-8-sig"))
        if sheet.leans(text):
            log.warning("%s names other files — pages link it, for inside a page it would not "
                        "find them", name)  # fmt: skip
            return
        generator.context["inline_style"] = text
        generator.context["inline_style_hash"] = csp_hash(text)


def _file(settings: Any, name: str) -> Path | None:
    """Where Pelican will take the static file from: a later folder wins, as when it copies."""
    folders = [Path(settings["THEME"], place) for place in settings["THEME_STATIC_PATHS"]]
    return next((f for folder in reversed(folders) if (f := folder / name).is_file()), None)


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(assign)
