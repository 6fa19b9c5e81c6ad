"""``publish status``."""

from __future__ import annotations

import click

from publish.cli import options
from publish.cli.terminal import Terminal
from publish.errors import Exit


@click.command("status")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--json", "as_json", is_flag=True, help="The states for scripts.")
@options.with_office
def command(
    office: options.Office, terminal: Terminal, names: tuple[str, ...], as_json: bool
) -> int:
    """Each letter's true state, read from Mailchimp; settles what a run left unknown.

    POST may be a slug, a letter's key or a campaign's id. What has to be done comes first; a post
    that changed since its letter was scheduled or sent is shown with the words that changed.

    Example: publish status a-calm-handover
    """
    from publish.office import listing

    with office.lock():
        found = listing.entries(office, names)
    if as_json:
        terminal.json([entry.as_dict() for entry in found])
    for entry in found:
        if as_json or (entry.folds and not names):
            continue
        for line in (entry.line, *entry.more):
            terminal.out(line)
    if not as_json and not names and (rest := listing.folded(found)):
        terminal.out(rest)
    unknown = any(entry.state.unknown for entry in found)
    return int(Exit.UNKNOWN if unknown else Exit.OK)
