"""Reads the snapshot's state of the site: findings, built pages, uploaded pages."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from publish.desk.model import Site
from publish.errors import PublishError
from publish.post.diagnostic import Diagnostic
from publish.settings import Settings


def check(settings: Settings) -> list[Diagnostic]:
    """All findings of the saved sources.

    Raises:
        ConfigError: there is no content folder.
    """
    from publish.office import checking

    return checking.findings(settings, built=False)


def read_site(settings: Settings) -> Site:
    """The state of the built site, and its pages that are not uploaded to the first target; unknown
    if the target cannot be read or the build cannot be uploaded."""
    from publish.office import golive
    from publish.site import manifest, posts

    place = manifest.place(settings, settings.output.absolute())
    made = None
    with contextlib.suppress(OSError):
        made = datetime.fromtimestamp(place.stat().st_mtime, UTC)
    targets: tuple[str, ...] = ()
    try:
        targets = tuple(golive.named(settings))
        if made is None or not targets:
            return Site(made=made, targets=targets)
        name = targets[0]
        from publish.deploy.deploy import DeployOptions
        from publish.deploy.release import is_page

        record = golive.target_of(settings, name).read().record
        # A deploy that is at work would hold up the letters, which are read after this.
        planned = golive.go_live(settings, name, DeployOptions(True, verify=0, patience=0))
    except (PublishError, OSError, ValueError) as error:
        return Site(made=made, targets=targets, trouble=str(getattr(error, "message", error)))
    # Posts are compared one by one, as a draft's change waits for nothing.
    own = set(map(str, posts.files(settings, settings.posts)))
    pages = (put.path for put in planned.put if is_page(put.path))
    return Site(
        made=made,
        uploaded=datetime.fromisoformat(record.time) if record and record.time else None,
        waiting=(*pages, *planned.deleted),
        targets=targets,
        changed=not own.issuperset(manifest.changed(settings)),
    )
