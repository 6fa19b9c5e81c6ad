"""``publish desk``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("desk")
@click.option("-p", "--port", default=8100, show_default=True, help="0 takes a free one.")
@click.option("--live", is_flag=True, help="Act on the real account.")
@click.option("--open/--no-open", "show", default=True, help="Open it in the browser.")
@common
def command(settings: Settings, terminal: Terminal, port: int, live: bool, show: bool) -> None:
    """One page for an author's day: what is written, what is wrong, what goes out next.

    It listens on this machine alone, and its address holds a key: keep it to yourself. Everything
    that changes something asks first. Ctrl-C closes it.

    Example: publish desk
    """
    from publish.desk.serve import serve

    def ready(address: str) -> None:
        terminal.out(f"desk   {address}")
        terminal.note("Ctrl-C closes it")
        if show:
            click.launch(address)

    serve(settings, port=port, live=live, say=terminal.note, ready=ready)
