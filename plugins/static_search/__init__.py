"""Search without a server: an index in small pieces, of which a page fetches the few it needs.

Templates find the folder of the index in ``search_index``; a theme that does not ask for it is
as it was.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def generators(pelican: Any) -> type[Any]:
    """What Pelican shall run beside its own generators."""
    from .generator import SearchGenerator

    return SearchGenerator


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(generators)
