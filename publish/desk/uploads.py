"""The site's side of the snapshot: findings of the sources, pages made, pages uploaded."""

from __future__ import annotations

from datetime import UTC, datetime

from publish.desk.snapshot import Site
from publish.post.diagnostic import Diagnostic
from publish.settings import Settings


def check(settings: Settings) -> list[Diagnostic]:
    """Every finding of the sources as they are saved.

    Raises:
        ConfigError: there is no content folder.
    """
    from publish import checks

    return checks.check(settings, built=False)


def look(settings: Settings) -> Site:
    """What was made, and what of it was uploaded."""
    from publish.site import manifest

    place = manifest.place(settings, settings.output.absolute())
    try:
        made = datetime.fromtimestamp(place.stat().st_mtime, UTC)
    except OSError:
        made = None
    return Site(made=made)
