"""What ``check`` finds stops ``build`` and ``send`` too."""

from __future__ import annotations

from pathlib import Path

from publish.checks import Finding
from publish.cli.terminal import Terminal
from publish.errors import Refused
from publish.settings import Settings


def require(settings: Settings, terminal: Terminal, *, built: bool = True) -> None:
    """Print every finding and refuse if one is an error; of the site as ``built``, or without.

    Raises:
        Refused: there is an error in the content.
    """
    from publish import checks

    _told(checks.check(settings, built=built), terminal)


def examine(settings: Settings, terminal: Terminal, folder: Path) -> None:
    """Refuse a build whose pages, in ``folder`` still, hold what must never be public.

    Raises:
        Refused: there is a key in a page.
    """
    from publish import checks

    _told(checks.leaks(settings, folder), terminal)


def _told(found: list[Finding], terminal: Terminal) -> None:
    for finding in found:
        if finding.severity != "error":
            terminal.detail(f"{finding} [warning]")
    errors = [finding for finding in found if finding.severity == "error"]
    for finding in errors[:-1]:
        terminal.error(str(finding))
    if errors:
        raise Refused(errors[-1].located, errors[-1].remedy)
