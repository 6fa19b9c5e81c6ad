"""Search without a server: an index in small pieces, of which a page fetches the few it needs.

Templates find the folder of the index in ``search_index``.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def generators(pelican: Any) -> type[Any]:
    """The generator that Pelican runs beside its own."""
    from .generator import SearchGenerator

    return SearchGenerator


def register() -> None:
    """Called by Pelican."""
    signals.get_generators.connect(generators)
