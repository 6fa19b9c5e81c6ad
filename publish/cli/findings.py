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

    findings = checks.check(settings)
    errors = [finding for finding in findings if finding.severity == "error"]
    for finding in errors:
        terminal.warn(str(finding)) if len(errors) > 1 else None
    for finding in findings:
        if finding.severity != "error":
            terminal.detail(f"{finding} [warning]")
    if len(errors) == 1:
        raise Refused(errors[0].located, errors[0].remedy)
    if errors:
        raise Refused(f"{len(errors)} findings in the content", "mend them, then run this again")
