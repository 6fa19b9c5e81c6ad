"""What ``check`` finds stops ``build`` and ``send`` too."""

from __future__ import annotations

from publish.cli.terminal import Terminal
from publish.errors import Refused
from publish.settings import Settings


def require(settings: Settings, terminal: Terminal) -> None:
    """Print every finding and refuse if one is an error.

    Raises:
        Refused: there is an error in the content.
    """
    from publish import checks

    found = checks.check(settings)
    for finding in found:
        if finding.severity != "error":
            terminal.detail(f"{finding} [warning]")
    errors = [finding for finding in found if finding.severity == "error"]
    for finding in errors[:-1]:
        terminal.error(str(finding))
    if errors:
        raise Refused(errors[-1].located, errors[-1].remedy)
