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

    path = rename(settings, old, new)
    terminal.good(f"{path.relative_to(settings.root)}: /{old}/ is now /{new}/")
