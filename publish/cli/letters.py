"""The commands about letters: ``plan``, ``test``, ``send``, ``undo``, ``status``, ``report``,
``retract``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from publish.cli import options
from publish.cli.terminal import Terminal
from publish.errors import ConfigError, Exit

AT = "07:30, `next tuesday 7:30` or 2026-11-30 07:30, in TIMEZONE; moves a scheduled letter."
YES = click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")


@click.command("plan")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--json", "as_json", is_flag=True, help="The plan for scripts.")
@click.option("--now", is_flag=True, help="As for `publish send`.")
@click.option("--at", metavar="TIME", help="As for `publish send`.")
@options.with_office
def plan(
    office: options.Office, terminal: Terminal, names: tuple[str, ...], as_json: bool, **when: Any
) -> None:
    """Say what `send` would do and why, for each post. Writes nothing.

    Letters are composed aside from the present sources. With -v, or --json, each request is shown.

    Example: publish plan a-calm-handover
    """
    from publish.office import listing

    found, lines = listing.planned(office, names, **when)
    if as_json:
        terminal.json([office.for_scripts(asdict(item)) for item in found])
        return
    for line in lines:
        terminal.out(line)


@click.command("test")
@click.argument("post")
@click.option(
    "--to",
    multiple=True,
    required=True,
    metavar="ADDRESS",
    help="Whom to mail it to; give several.",
)
@click.argument("more", nargs=-1, metavar="[ADDRESS]…")
@options.with_office
def test(
    office: options.Office,
    terminal: Terminal,
    post: str,
    to: tuple[str, ...],
    more: tuple[str, ...],
) -> int:
    """Mail a test of exactly what `send` would upload, of a draft too.

    Example: publish test a-calm-handover --to me@example.com
    """
    from publish.cli.confirming import carry_out

    return carry_out(office, terminal, "test", yes=True, post=post, to=(*to, *more))


@click.command("send")
@click.argument("posts", nargs=-1, metavar="[POST]…")
@click.option("--now", is_flag=True, help="Mail at once, without time to undo.")
@click.option("--at", metavar="TIME", help=AT)
@click.option("--digest", is_flag=True, help="Mail the posts together, as one letter.")
@click.option(
    "--as-update", is_flag=True, help="Mail a changed post again, as a letter of its own."
)
@click.option(
    "--replace", is_flag=True, help="Put the post's present words into its scheduled letter."
)
@click.option(
    "--no-build",
    "build",
    is_flag=True,
    callback=lambda context, option, given: not given,
    help="Refuse where the site is stale, instead of building.",
)
@YES
@options.act("send")
def send() -> None:
    """Mail each new post to the audience, exactly once.

    It builds first where anything is stale, shows what will go to whom and when, then asks.
    Running it again is always right: after a crash, a lost answer or on a second machine no
    reader gets a letter twice. A letter that was taken back goes out only when its post is named.

    Example: publish send a-calm-handover --at 07:30
    """


@click.command("undo")
@click.argument("post", required=False)
@options.act("undo")
def undo() -> None:
    """Take a scheduled letter back; without a name, the only one.

    POST may be a slug, a letter's key or a campaign's id: a letter whose post was retracted is
    taken back too. What was taken back stays back until `publish send` names it.

    Example: publish undo a-calm-handover
    """


@click.command("status")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--json", "as_json", is_flag=True, help="The states for scripts.")
@options.with_office
def status(
    office: options.Office, terminal: Terminal, names: tuple[str, ...], as_json: bool
) -> int:
    """Show each letter's true state; settle what a run left unknown.

    The state is Mailchimp's. What has to be done comes first; a post that changed since its letter
    was scheduled or sent is shown with the words that changed.

    POST may be a slug, a letter's key or a campaign's id.

    Example: publish status a-calm-handover
    """
    from publish.office import listing

    with office.lock():
        found = listing.entries(office, names)
    if as_json:
        terminal.json([office.for_scripts(entry.as_dict()) for entry in found])
    else:
        for entry in found:
            for line in (entry.line, *entry.more) if names or not entry.folds else ():
                terminal.out(line)
        rest = listing.folded(found) if found else "there is no letter yet"
        if not names and rest:
            terminal.out(office.with_sandbox_note(rest))
    unknown = any(entry.state.unknown for entry in found)
    return int(Exit.UNKNOWN if unknown else Exit.OK)


@click.command("report")
@click.argument("post", required=False)
@click.option("--json", "as_json", is_flag=True, help="The figures for scripts.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Draw them (.svg).")
@options.with_office
def report(
    office: options.Office, terminal: Terminal, post: str | None, as_json: bool, plot: Path | None
) -> None:
    """Show opens, clicks, unsubscribes and bounces of each letter.

    Example: publish report --plot figures.svg
    """
    from publish.newsletter import report
    from publish.newsletter.facts import hour_of
    from publish.office import listing
    from publish.post.files import write_whole

    if plot and plot.suffix.lower() != ".svg":
        raise ConfigError(f"--plot: {plot} is no .svg file", "name a file that ends in .svg")
    rows = listing.figures(office, [] if post is None else [post])
    if plot:
        write_whole(plot, report.plot(rows).encode())
        terminal.note(f"{plot} drawn")
    if as_json:
        terminal.json([office.for_scripts(asdict(row)) for row in rows])
    elif rows:
        for line in report.table(rows, lambda text: office.format_local(hour_of(text))):
            terminal.out(line)
        terminal.note(office.with_sandbox_note("as Mailchimp reports it"))
    else:
        none = "no letter was sent yet" if post is None else f"{post}: no letter of it was sent yet"
        terminal.out(office.with_sandbox_note(none))


@click.command("retract")
@click.argument("post")
@click.option("--to", metavar="ADDRESS", help="Where its address leads from now on.")
@click.option("--gone", is_flag=True, help="Its address says that it is gone.  [default]")
@YES
@options.act("retract")
def retract() -> None:
    """Take a post off the site, and its letter back if it is unsent.

    The file becomes a draft. Its address leads to another one, or to a page that says it is gone.
    What was mailed stays in the ledger and in `publish report`. POST is a slug, a path or a
    published address.

    Example: publish retract a-calm-handover --to /handing-over-calmly/
    """
