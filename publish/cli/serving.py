"""The commands that serve pages on loopback: ``preview`` and ``desk``."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import click

from publish.cli import options
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("preview")
@options.port(8000, "0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@options.common
def preview(settings: Settings, terminal: Terminal, port: int, host: str) -> None:
    """Serve the site with drafts and mails; rebuild at every change.

    The sign-up form leads to the sandbox, so the whole circle can be walked. Ctrl-C ends it.

    Example: publish preview --port 8080
    """
    from publish import sandbox
    from publish.office.checking import explained
    from publish.office.context import sandbox_address
    from publish.site.preview import serve

    # Ctrl-C is how a server is closed, not how an act is broken off.
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        base = sandbox_address(settings, stack)
        overrides = {"NEWSLETTER_SIGNUP_ACTION": base + sandbox.signup_path()}

        def ready(address: str) -> None:
            terminal.out(f"site   {address}/")
            terminal.out(f"mails  {address}/_issues/")
            terminal.out(f"inbox  {base}/")
            terminal.note("saved files are built at once; Ctrl-C ends the preview")

        serve(
            settings,
            host=host,
            port=port,
            overrides=overrides,
            say=terminal.note,
            ready=ready,
            explain=explained,
        )


@click.command("desk")
@options.port(8100, "0 takes a free one.")
@click.option("--live", is_flag=True, help="Act on the real account.")
@click.option(
    "--open/--no-open", "show", default=True, show_default=True, help="Open it in the browser."
)
@options.common
def desk(settings: Settings, terminal: Terminal, port: int, live: bool, show: bool) -> None:
    """Open the author's page: what is written, wrong and due next.

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

    with suppress(KeyboardInterrupt):
        serve(settings, port=port, live=live, say=terminal.note, ready=ready)
