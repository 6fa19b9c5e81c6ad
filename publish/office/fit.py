"""What `check` finds stops a build and a send too."""

from __future__ import annotations

from pathlib import Path

from publish.errors import Refused
from publish.office.question import Voice
from publish.post.record import Library
from publish.settings import Settings


def records(settings: Settings) -> Library:
    """The records of the site, of those sources that are fit for Pelican.

    Raises:
        ConfigError: there is no content folder.
    """
    from functools import partial

    from publish import checks
    from publish.site.read import read

    return read(settings, fit=partial(checks.fit, settings.content))


def require(settings: Settings, voice: Voice, *, built: bool = True) -> None:
    """Refuse if a finding is an error, and complain of the others; of the site as ``built``, or
    without.

    Raises:
        Refused: there is an error in the content; the last of them.
    """
    from publish import checks

    found = checks.check(settings, lambda: records(settings), built=built)
    errors = [finding for finding in found if finding.severity == "error"]
    for finding in found:
        if finding.severity != "error":
            voice.detail(f"{finding} [warning]")
    for finding in errors[:-1]:
        voice.complain(str(finding))
    if errors:
        raise Refused(errors[-1].located, errors[-1].remedy)


def examine(settings: Settings, folder: Path) -> None:
    """Refuse a build whose pages, in ``folder`` still, hold what must never be public.

    Raises:
        Refused: there is a key in a page.
    """
    from publish import checks

    # A plugin that puts a key into one page mostly puts it into all: the first will do.
    if found := checks.leaks(settings, folder):
        more = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
        raise Refused(found[0].located + more, found[0].remedy)
