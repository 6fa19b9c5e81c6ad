"""Templates by their texts and by how they are read: is one what it was?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment

from publish.site.engine.values import digest, mark

OPTIONS = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string",
    "comment_start_string", "comment_end_string", "line_statement_prefix", "line_comment_prefix",
    "trim_blocks", "lstrip_blocks", "newline_sequence", "keep_trailing_newline", "optimized",
    "autoescape", "undefined", "finalize",
)  # fmt: skip
"""What decides how an environment reads and prints templates."""


class Texts:
    """The templates of one run."""

    def __init__(self) -> None:
        self._sources: dict[tuple[int, str], str] = {}
        self._fits: dict[tuple[int, int], bool] = {}
        self._names: dict[int, tuple[Any, str]] = {}

    def named(self, template: Any) -> str:
        """A template by its name, its text, and how its environment reads it."""
        known = self._names.get(mark(template))
        if known is None:
            env = template.environment
            how = digest(" ".join(repr(getattr(env, option, None)) for option in OPTIONS))
            text = self.source(env, str(template.name))
            known = self._names[mark(template)] = (template, f"{template.name} {how} {text}")
        return known[1]

    def fit(self, env: Environment, way: int, templates: Sequence[str]) -> bool:
        """Whether the ``templates`` of a ``way``, the page's own first, are as they were."""
        known = self._fits.get((mark(env), way))
        if known is None:
            first, *further = templates
            pairs = [entry.rpartition(" ") for entry in further]
            template, _, text = first.rpartition(" ")
            pairs.append((template.rpartition(" ")[0], "", text))
            known = all(self.source(env, template) == text for template, _, text in pairs)
            self._fits[mark(env), way] = known
        return known

    def source(self, env: Environment, named: str) -> str:
        """The digest of a template's text; ``""`` if there is no such template."""
        key = (mark(env), named)
        if key not in self._sources:
            try:
                assert env.loader
                self._sources[key] = digest(env.loader.get_source(env, named)[0])
            except Exception:  # a loader may be anything; what it lacks is lacking
                self._sources[key] = ""
        return self._sources[key]
