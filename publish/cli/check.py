"""``publish check``."""

from __future__ import annotations

from pathlib import Path

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import ConfigError, Exit
from publish.settings import Settings


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@click.option("--json", "as_json", is_flag=True, help="A list of findings for scripts.")
@click.option("--github", is_flag=True, help="Annotations for GitHub Actions.")
@click.option("--strict", is_flag=True, help="Warnings too make it fail.")
@click.option("--online", is_flag=True, help="Ask the web for the outside links too.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    paths: tuple[Path, ...],
    as_json: bool,
    github: bool,
    strict: bool,
    online: bool,
) -> int:
    """Find what is wrong in the content, and how to fix it.

    A finding is one line: `file:line: what is wrong — how to fix it`. Any error ends it with 1.

    Example: publish check content/posts/a-calm-handover.md
    """
    from publish import checks
    from publish.post import diagnostic as report

    def judge() -> checks.Judged:
        # Imported late: not needed if nothing changed since the last check.
        from publish.office import checking

        return checking.judged(settings)

    if as_json and github:
        raise ConfigError("--json and --github exclude each other", "choose one")
    findings = checks.check(settings, judge, paths)
    if online:
        from publish.checks.online import dead_links
        from publish.office import checking

        findings = sorted([*findings, *dead_links(settings, checking.records(settings), paths)])
    errors = [f for f in findings if f.severity == "error" or strict]
    if as_json:
        terminal.out(report.as_json(findings))
    elif github:
        terminal.out(report.as_github(findings))
    else:
        for finding in findings:
            terminal.out(f"{finding}" if finding.severity == "error" else f"{finding} [warning]")
        terminal.note(
            f"{len(errors)} to fix, {len(findings) - len(errors)} to consider"
            if findings
            else "nothing to fix"
        )
    return int(Exit.REFUSED if errors else Exit.OK)
