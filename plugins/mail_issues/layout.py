"""The two templates of a mail, and a digest of everything that an issue is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from publish.post.cache import code_digest
from publish.post.installed import release

from .facts import Facts

FALLBACK = Path(__file__).parent / "templates"
HTML, TEXT = "email/issue.html", "email/issue.txt"
LIBRARIES = ("css-inline", "jinja2", "lxml", "markupsafe")
"""Libraries on whose versions the composed bytes depend."""

Render = Callable[[Mapping[str, Any]], str]


class Layout:
    """The theme's ``templates/email/``, else the plugin's plain ones; compiled when first used."""

    def __init__(self, env: Any, settings: Mapping[str, Any]) -> None:
        from jinja2 import ChoiceLoader, FileSystemLoader

        loaders = [each for each in (env.loader, FileSystemLoader(FALLBACK)) if each]
        self._env = env.overlay(loader=ChoiceLoader(loaders))
        self._settings = settings

    @cached_property
    def html(self) -> Render:
        """Renders the HTML mail from its variables."""
        return self._env.get_template(HTML).render  # type: ignore[no-any-return]

    @cached_property
    def text(self) -> Render:
        """Renders the plain text from its variables."""
        return self._env.get_template(TEXT).render  # type: ignore[no-any-return]

    def made_from(self, facts: Facts) -> str:
        """64 hex digits over everything an issue is made from; ``""`` where this is unknown."""
        if not self.digest:
            return ""
        # A repr quotes each text, so different facts have different ones.
        return hashlib.sha256(f"{self.digest}{facts!r}".encode()).hexdigest()

    @cached_property
    def digest(self) -> str:
        """64 hex digits over what all issues share: code, templates, libraries.

        ``""`` where this is unknown, because the templates call the site's own code.
        """
        sources = self._sources()
        if sources is None or self._env.extensions:
            return ""
        code = code_digest(Path(__file__).parent)
        options = self._settings.get("JINJA_ENVIRONMENT")
        facts = ([release(name) for name in LIBRARIES], code, options, sources)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def _sources(self) -> list[tuple[str, str]] | None:
        """Name and text of both templates and of all that they name; None where these are not known
        completely."""
        from jinja2 import TemplateNotFound

        found: dict[str, str] = {}
        waiting = [HTML, TEXT]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            try:
                found[name], file, _ = self._env.loader.get_source(self._env, name)
            except TemplateNotFound:
                # A template named with "ignore missing" may be added later.
                found[name] = file = ""
            named, used = _named(self._env, found[name], file)
            if named is None or self._foreign(used):
                return None
            waiting += named
        return sorted(found.items())

    def _foreign(self, used: list[tuple[str, str]]) -> bool:
        """Whether any used filter, test or function is not Jinja's own."""
        from jinja2 import defaults

        # These two answer differently each time.
        functions = {**defaults.DEFAULT_NAMESPACE, "lipsum": None}
        filters = {**defaults.DEFAULT_FILTERS, "random": None}
        kinds = {
            "Name": (self._env.globals, functions),
            "Filter": (self._env.filters, filters),
            "Test": (self._env.tests, defaults.DEFAULT_TESTS),
        }
        for kind, name in used:
            theirs, own = kinds[kind]
            # A name that is in neither is a variable.
            if name in theirs and theirs[name] is not own.get(name, own):
                return True
        return False


def _named(env: Any, text: str, file: str) -> tuple[list[str] | None, list[tuple[str, str]]]:
    """What a template names: other templates (None: it is not known which), and filters, tests and
    functions, each with its kind."""
    from jinja2 import meta, nodes

    tree = env.parse(text, filename=file)
    named = list(meta.find_referenced_templates(tree))
    kinds = (nodes.Name, nodes.Filter, nodes.Test)
    used = sorted({(type(node).__name__, node.name) for node in tree.find_all(kinds)})
    return None if None in named else [str(name) for name in named], used
