"""The two templates of a mail, and a digest of everything that an issue is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from publish.post.cache import code_digest

from .facts import Facts

FALLBACK = Path(__file__).parent / "templates"
HTML, TEXT = "email/issue.html", "email/issue.txt"
LIBRARIES = ("css-inline", "jinja2", "lxml", "markupsafe")
"""Those whose next version may compose other bytes."""

Render = Callable[[Mapping[str, Any]], str]


class Layout:
    """The theme's ``templates/email/``, else the plugin's plain ones; compiled when first used."""

    def __init__(self, env: Any, settings: Mapping[str, Any]) -> None:
        self._env, self._settings = env, settings

    @cached_property
    def html(self) -> Render:
        """Renders the HTML mail from its variables."""
        return self._template(HTML)

    @cached_property
    def text(self) -> Render:
        """Renders the plain text from its variables."""
        return self._template(TEXT)

    def made_from(self, facts: Facts) -> str:
        """64 hex digits over all an issue is made from but the sizes it asks for on the way.

        ``""`` where this is unknown, because the templates call the site's own code.
        """
        if not self._digest:
            return ""
        # A repr quotes each text, so no two sets of facts look alike.
        return hashlib.sha256(f"{self._digest}{facts!r}".encode()).hexdigest()

    @cached_property
    def _digest(self) -> str:
        sources = self._sources()
        if sources is None:
            return ""
        code = code_digest(Path(__file__).parent)
        options = self._settings.get("JINJA_ENVIRONMENT")
        facts = ([_version(name) for name in LIBRARIES], code, options, sources)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def _sources(self) -> list[tuple[str, str]] | None:
        """Name and text of both templates and of those they name; None if that is not all."""
        from jinja2 import TemplateNotFound, meta

        found: dict[str, str] = {}
        waiting: list[str | None] = [HTML, TEXT]
        while waiting:
            name = waiting.pop()
            if name is None:
                return None
            if name in found:
                continue
            try:
                found[name] = self._source(name)
            except TemplateNotFound:
                # It may be named with "ignore missing", and one day be there.
                found[name] = ""
            tree = self._env.parse(found[name])
            if _foreign(self._env, tree):
                return None
            waiting += meta.find_referenced_templates(tree)
        return sorted(found.items())

    def _source(self, name: str) -> str:
        from jinja2 import TemplateNotFound

        try:
            return str(self._env.loader.get_source(self._env, name)[0])
        except TemplateNotFound:
            if name not in (HTML, TEXT):
                raise
            return (FALLBACK / name).read_text(encoding="utf-8")

    def _template(self, name: str) -> Render:
        from jinja2 import TemplateNotFound

        try:
            found = self._env.get_template(name)
        except TemplateNotFound:
            found = self._env.from_string(self._source(name))
        return found.render  # type: ignore[no-any-return]


def _foreign(env: Any, tree: Any) -> bool:
    """Whether a template uses filters, tests, functions or tags that are not Jinja's own."""
    from jinja2 import defaults, nodes

    # These two answer differently each time.
    functions = {**defaults.DEFAULT_NAMESPACE, "lipsum": None}
    filters = {**defaults.DEFAULT_FILTERS, "random": None}
    used = [
        *((env.globals, functions, node.name) for node in tree.find_all(nodes.Name)),
        *((env.filters, filters, node.name) for node in tree.find_all(nodes.Filter)),
        *((env.tests, defaults.DEFAULT_TESTS, node.name) for node in tree.find_all(nodes.Test)),
    ]
    # A name that is in neither is a variable.
    return bool(env.extensions) or any(
        name in theirs and theirs[name] is not own.get(name, own) for theirs, own, name in used
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
