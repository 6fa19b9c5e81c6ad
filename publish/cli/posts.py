"""The commands that write a post's file: ``new`` and ``rename``."""

from __future__ import annotations

from datetime import UTC, datetime, time

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import ConfigError
from publish.settings import Settings


@click.command("new")
@click.argument("title")
@click.option("-c", "--category", "categories", multiple=True, help="A category; give several.")
@click.option("-t", "--tag", "tags", multiple=True, help="A tag; give several.")
@click.option(
    "-d", "--date", help="The date, as 2026-11-30 07:30 or `next tuesday 7:30`.  [default: now]"
)
@click.option("--edit", is_flag=True, help="Open it in your editor.")
@common
def new(
    settings: Settings,
    terminal: Terminal,
    title: str,
    categories: tuple[str, ...],
    tags: tuple[str, ...],
    date: str | None,
    edit: bool,
) -> None:
    """Write a draft with a permanent Uid and print its path.

    Example: publish new "A calm handover" --category Career --category Wellbeing
    """
    from publish.newsletter import schedule
    from publish.site.new import new_post

    moment = None
    if date is not None:
        zone = schedule.zone(settings.timezone)
        moment = schedule.when(date, datetime.now(UTC), zone, time())
    path = new_post(settings, title, categories=categories, tags=tags, date=moment)
    terminal.out(settings.name_of(path))
    if edit:
        try:
            click.edit(filename=str(path))
        except click.ClickException as error:
            raise ConfigError(
                error.message, "name your editor in EDITOR; the draft is written"
            ) from None


@click.command("rename")
@click.argument("old")
@click.argument("new")
@common
def rename(settings: Settings, terminal: Terminal, old: str, new: str) -> None:
    """Change a post's slug; its old address leads to the new one.

    Its Uid stays, so no feed reader shows it and no letter brings it a second time.
    Its translations, which have the same slug, go along.

    Example: publish rename a-calm-handover handing-over-calmly
    """
    from publish.site.rename import rename

    done = rename(settings, old, new)
    if not done.changed:
        terminal.good(f"{done.post.name}: its slug is {new} already; nothing was changed")
        return
    for one in (done, *done.translations):
        terminal.good("; ".join([f"{one.post.name}: its slug is {new} now", *one.leads()]))
