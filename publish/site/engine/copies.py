"""Files that are copied as they are: not again while the original is what it was."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from pelican import utils

from publish.site import inputs
from publish.site.engine.trace import Trace

Copy = tuple[str, str]
"""The original's path and stamp."""


class Copies:
    """Copies by their name in the output; ``old`` are those of the last build.

    ``kept`` takes the names of those that are not made again, ``over`` of all: a page may have
    been written to the same place, and is gone.
    """

    def __init__(
        self,
        old: Mapping[str, Copy],
        intact: Collection[str],
        kept: list[str],
        over: set[str],
        trace: Trace,
    ) -> None:
        self.new: dict[str, Copy] = {}
        self._old, self._intact, self._kept, self._trace = old, intact, kept, trace
        self._over = over

    def begin(self, output: str) -> None:
        """Take hold of Pelican's copying into the ``output`` folder."""
        stock = utils.copy_file
        base = f"{os.path.abspath(output)}{os.sep}"  # noqa: PTH100 - as Pelican's

        def copy_file(source: str, destination: str) -> None:
            name = destination.removeprefix(base).replace(os.sep, "/")
            self._over.add(name)
            if destination.startswith(base) and self._stands(name, source, destination):
                self.new[name] = self._old[name]
                self._kept.append(name)
                self._trace.read.add(source)
                return
            stamp = inputs.stamp(source)
            stock(source, destination)
            if inputs.firm(stamp):
                self.new[name] = (source, stamp)

        utils.copy_file = copy_file

    def _stands(self, name: str, source: str, destination: str) -> bool:
        if name not in self._intact or os.path.exists(destination):  # noqa: PTH110
            return False  # a page lies in its place
        return self._old.get(name) == (source, inputs.stamp(source))

    def outdo(self) -> None:
        """Somebody may change the copies: none may be kept."""
        self._old = {}
