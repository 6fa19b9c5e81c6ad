"""``{filename}`` and its like as addresses: Pelican's own results, each computed once a build."""

from __future__ import annotations

import posixpath
import re
from typing import Any

ALIKE = {"filename", "static"}
"""What means the same wherever in one folder it stands; ``{attach}`` also moves a file."""


class Links:
    """The links of one build's posts, absolute to ``site``."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._known: dict[tuple[str, str, str], str] = {}

    def resolved(self, article: Any, markup: str) -> str:
        """What Pelican makes of a body when it shows it."""
        # Most bodies hold neither of the two that every such link begins with.
        if "{" not in markup and "|" not in markup:
            return markup
        folder = posixpath.dirname(article.relative_source_path)
        pattern = article._get_intrasite_link_regex()
        return str(pattern.sub(lambda m: self._answer(article, folder, m), markup))

    def _answer(self, article: Any, folder: str, match: re.Match[str]) -> str:
        asked = (match["what"], match["value"], folder)
        if asked in self._known:
            return f"{match['markup']}{match['quote']}{self._known[asked]}{match['quote']}"
        answer: str = article._link_replacer(self._site, match)
        # A broken link is resolved again each time, for Pelican warns once a post.
        if match["what"] in ALIKE and answer != match.group():
            self._known[asked] = answer[len(match["markup"]) + 1 : -1]
        return answer
