"""``publish demo``: what ``make demo`` runs."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("demo")
@common
@click.pass_context
def command(ctx: click.Context, settings: Settings, terminal: Terminal) -> None:
    """Check, build, and send the newest post to a demo reader in the sandbox.

    Example: publish demo
    """
    import os

    from publish import sandbox
    from publish.cli import build, send
    from publish.newsletter import issue

    # The demo never mails anyone, whatever key the shell holds.
    os.environ.pop("MAILCHIMP_API_KEY", None)
    words = ["--settings", str(settings.path)]
    build.command.main(words, standalone_mode=False)
    newest = issue.list_issues(settings.issues)[-1]
    send.command.main([newest.slug, "--now", "--yes", *words], standalone_mode=False)
    with sandbox.ensure(settings.root):
        # A campaign is delivered when the sandbox next looks at the clock.
        mails = _delivered(settings)
    terminal.out()
    terminal.out(f"site   {settings.output / 'index.html'}")
    for name in ("FEED_ALL_RSS", "FEED_ALL_ATOM", "FEED_ALL_JSON"):
        if settings.values.get(name):
            terminal.out(f"feed   {settings.output / str(settings.values[name])}")
    for mail in mails:
        terminal.out(f"mail   {mail}")
    terminal.out(f"{sandbox.NOTE}; to look at everything: publish preview")


def _delivered(settings: Settings) -> list[str]:
    import time

    from publish import sandbox

    folder = sandbox.folder(settings.root) / "mail"
    for _ in range(100):
        if found := sorted(str(file) for file in folder.glob("*.eml")):
            return found
        time.sleep(0.1)
    return []
