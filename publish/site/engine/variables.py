"""What a template knows by name: the page's own, what all pages share, and what Jinja brings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from jinja2 import Environment

from publish.site.engine.model import Model
from publish.site.engine.values import MISSING

PLACE = ("output_file", "localsiteurl", "SITEURL")
"""What the writer may set for a page besides what it is given."""


class Variables:
    """The variables of one run, over the ``model``'s shared context."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._envs: dict[str, Environment] = {}

    def ready(self, generators: Iterable[Any]) -> None:
        """The generators have their environments."""
        self._envs = {f"{type(g).__name__} {n}": g.env for n, g in enumerate(generators)}

    def knows(self, env: Environment) -> bool:
        """Whether an environment is a generator's."""
        return any(env is known for known in self._envs.values())

    def own(self, context: dict[str, Any], named: Collection[str] | None) -> dict[str, Any]:
        """The variables that are the page's own: given for it, or not what all pages share."""
        shared = self._model.context
        if named is None:
            return {n: v for n, v in context.items() if shared.get(n, MISSING) is not v}
        own = {n: context[n] for n in named if n in context}
        for n in PLACE:
            if context.get(n) is not shared.get(n):
                own[n] = context[n]
        # What is not in the shared context stands at the end, as the writer copied that first.
        for n in reversed(context):
            if n in shared:
                break
            own[n] = context[n]
        return own

    def shared(self, named: str, env: Environment, context: dict[str, Any]) -> tuple[Any, str]:
        shared = self._model.context
        if named in shared:
            return shared[named], ""
        scope = next((s for s, known in self._envs.items() if known is env), "")
        return env.globals.get(named, MISSING), scope

    def root(self, named: str, scope: str) -> Any:
        shared = self._model.context
        if not scope:
            return shared.get(named, MISSING)
        if named in shared:
            return shared  # it hides what was seen: something else by any token
        return self._envs[scope].globals.get(named, MISSING)

    def at(self, around: str) -> str:
        """Let posts be asked as from a page whose way to the site's root is ``around``."""
        before = self._model.context.get("localsiteurl")
        self._model.context["localsiteurl"] = around
        return before  # type: ignore[return-value]
