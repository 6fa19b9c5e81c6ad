"""What ``check`` finds stops ``build`` and ``send`` too."""

from __future__ import annotations

from pathlib import Path

from publish.cli.terminal import Terminal
from publish.errors import Refused
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


def require(settings: Settings, terminal: Terminal, *, built: bool = True) -> None:
    """Print every finding and refuse if one is an error; of the site as ``built``, or without.

    Raises:
        Refused: there is an error in the content.
    """
    from publish import checks

    found = checks.check(settings, lambda: records(settings), built=built)
    for finding in found:
        if finding.severity != "error":
            terminal.detail(f"{finding} [warning]")
    errors = [finding for finding in found if finding.severity == "error"]
    for finding in errors[:-1]:
        terminal.error(str(finding))
    if errors:
        raise Refused(errors[-1].located, errors[-1].remedy)


def examine(settings: Settings, terminal: Terminal, folder: Path) -> None:
    """Refuse a build whose pages, in ``folder`` still, hold what must never be public.

    Raises:
        Refused: there is a key in a page.
    """
    from publish import checks

    # A plugin that puts a key into one page mostly puts it into all: the first will do.
    if found := checks.leaks(settings, folder):
        more = f" (and {len(found) - 1} more like it)" if len(found) > 1 else ""
        raise Refused(found[0].located + more, found[0].remedy)
