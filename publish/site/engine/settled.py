"""What a ghost would say without being asked: what it said at the last build, if it is the same."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from publish.site.engine.ghosts import Ghost, Ghosts, own
from publish.site.engine.model import PROPERTIES, Model, name
from publish.site.engine.parsed import Parsed
from publish.site.engine.values import mark


class Settled:
    """``before`` are the versions of the posts that were left alone at the last build, each with
    what had to be asked of it all the same.
    """

    def __init__(self, ghosts: Ghosts, parsed: Parsed, model: Model, before: Mapping[str, str]):
        self._ghosts, self._parsed, self._model = ghosts, parsed, model
        self._before = before
        self._left: dict[str, Ghost] = {}
        self._told: dict[str, set[str]] = {}
        self._same: dict[str, bool] = {}
        self._asks: dict[str, set[str] | None] = {}
        self._meddled = False

    def ready(self) -> None:
        """The plugins have done with the posts."""
        for ghost in self._ghosts.waiting.values():
            if self._ghosts.untouched(ghost):
                self._left[name(ghost.post)] = ghost
                self._told[name(ghost.post)] = self._unsure(ghost)
        self._ghosts.calm(True)

    def forget(self) -> None:
        """A page may have changed the model."""
        self._same.clear()
        self._asks.clear()
        self._ghosts.calm(False)
        self._meddled = True

    def knows(self, named: str, attribute: str) -> bool:
        """Whether a post's attribute is surely what it was."""
        ghost = self._left.get(named)
        if ghost is None or (attribute in own(ghost.post) and not ghost.filled):
            return False
        if attribute not in ghost.keys and attribute not in PROPERTIES:
            return False
        if attribute in self._once(named):
            return False
        known = self._same.get(named)
        if known is None:
            known = self._same[named] = self._stands(named, ghost)
        return known

    def asks(self, named: str) -> set[str] | None:
        """What has to be asked of a post of which all else is surely what it was; None if nothing
        is sure.
        """
        if named not in self._asks:
            ghost = self._left.get(named)
            sure = ghost is not None and not ghost.filled and self._stands(named, ghost)
            self._asks[named] = self._unsure(ghost) | self._once(named) if ghost and sure else None
        return self._asks[named]

    def _once(self, named: str) -> set[str]:
        """What had to be asked of a post at the last build."""
        return set(self._before.get(named, "").split()[1:])

    def _unsure(self, ghost: Ghost) -> set[str]:
        return {"translations", *self._ghosts.added(ghost), *self._ghosts.lists(ghost)}

    def address(self, post: Any) -> str:
        """The file of the page of a post that is surely what it was; else ``""``."""
        ghost = self._ghosts.waiting.get(mark(post))
        if ghost is None or self.asks(name(post)) is None:
            return ""
        return str(ghost.addresses[1])

    def whole(self, post: Any, asked: Collection[str]) -> str:
        """The version of a post of which all that is ``asked`` is what it was; else ``""``."""
        named = self._model.named(post)
        asks = self.asks(named) if named else None
        if asks is None or not asks.isdisjoint(asked):
            return ""
        return self._version(self._left[named])

    def versions(self) -> dict[str, str]:
        """The versions of the posts that nobody meddled with, for the next build."""
        return {
            named: " ".join((self._version(ghost), *sorted(self._told[named])))
            for named, ghost in self._left.items()
            if (not self._meddled if ghost.filled else self._ghosts.untouched(ghost))
        }

    def _stands(self, named: str, ghost: Ghost) -> bool:
        if ghost.linked or self._model.find(named) is not ghost.post:
            return False
        if self._before.get(named, "").split()[:1] != [self._version(ghost)]:
            return False
        # Filled by a look of ours or a template's, it is still what it was, unless a page meddled.
        return not self._meddled if ghost.filled else self._ghosts.untouched(ghost)

    def _version(self, ghost: Ghost) -> str:
        return self._parsed.version(os.path.abspath(ghost.post.source_path))  # noqa: PTH100
