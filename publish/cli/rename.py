"""``publish rename``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("rename")
@click.argument("old")
@click.argument("new")
@common
def command(settings: Settings, terminal: Terminal, old: str, new: str) -> None:
    """Change a post's slug; its identity stays, and the old address leads to the new one.

    Example: publish rename a-calm-handover handing-over-calmly
    """
    from publish.site.rename import rename

    done = rename(settings, old, new)
    name = done.file.relative_to(settings.root).as_posix()
    if not done.changed:
        terminal.good(f"{name}: its slug is {new} already; nothing was changed")
        return
    where = f"; the next build puts it at {done.address}" if done.address else ""
    if done.fixed:
        where = "; its Url or Save_as line sets its address, which stays"
    leads = f", and {', '.join(done.before)} leads there" if done.before else ""
    terminal.good(f"{name}: its slug is {new} now{where}{leads}")
