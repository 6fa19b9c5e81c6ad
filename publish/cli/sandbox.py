"""``publish sandbox``."""

from __future__ import annotations

import sys
import time

import click

from publish.cli import options
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.group("sandbox")
def command() -> None:
    """The stand-in for Mailchimp on this machine; no mail leaves it.

    Example: publish sandbox serve
    """


@command.command("serve")
@options.port(0, "0 takes the last one, or a free one.")
@options.common
def serve(settings: Settings, terminal: Terminal, port: int) -> None:
    """Serve the API, the sign-up form and the inbox until Ctrl-C.

    Example: publish sandbox serve --port 8025
    """
    from publish import sandbox
    from publish.office.context import sandbox_server

    with sandbox_server(settings, port) as server:
        terminal.out(f"inbox   {server.base_url}/")
        terminal.out(f"API     {server.base_url}/3.0")
        terminal.out(f"key     {sandbox.SANDBOX_KEY}")
        terminal.out(f"list    {sandbox.SANDBOX_AUDIENCE}")
        terminal.note("Ctrl-C ends it; its state stays")
        while True:
            # A signal that another thread takes is seen only when the sleep has ended.
            time.sleep(0.5)


@command.command("inbox")
@options.common
def inbox(settings: Settings, terminal: Terminal) -> None:
    """List the delivered mails, newest first, and the web page's address.

    Example: publish sandbox inbox
    """
    from publish import sandbox
    from publish.sandbox import mails

    found = mails.newest(settings.root, sys.maxsize)
    for mail in found:
        terminal.out(f"{mail.file.relative_to(settings.root)}  {mail.to}  {mail.subject}")
    base = sandbox.running(settings.root)
    terminal.note(f"inbox: {base}/" if base else "as a web page: `publish sandbox serve`")
    if not found:
        terminal.note("no mail yet")


@command.command("reset")
@options.common
def reset(settings: Settings, terminal: Terminal) -> None:
    """Start over: no campaign, no mail, the demo reader.

    Example: publish sandbox reset
    """
    from publish import sandbox

    sandbox.reset(settings.root)
    terminal.good("the sandbox is as new")
